package dev.pocketkey

import dev.pocketkey.ffi.LuminancePlane as FfiPlane
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * A picture's brightness, as a camera's Y plane gives it: rows from the top, a byte for each pixel, 0 is black.
 *
 * @property pixels the rows; the last may end with its last pixel
 * @property width pixels in a row, 1 to 16384
 * @property height rows, 1 to 16384
 * @property stride bytes from the beginning of one row to that of the next, at least [width]
 * @property rotation by how many degrees it has to be turned clockwise to be upright, as a camera says it: 0, 90,
 *   180 or 270. A code is found whichever way up it is, so that this changes no answer
 */
public class LuminancePlane(
    public val pixels: ByteArray,
    public val width: Int,
    public val height: Int,
    public val stride: Int = width,
    public val rotation: Int = 0,
)

/**
 * Finds the activation link in a picture, whichever way up it is: the rotation of a camera does not matter. A picture
 * of 1280 × 720 takes some tens of milliseconds, one without a code up to some hundreds, on `Dispatchers.Default`.
 *
 * The link is a secret until it is used: it is to be shown to nobody and logged nowhere. Throws [ScanException].
 */
public suspend fun readActivationCode(picture: LuminancePlane): String = withContext(Dispatchers.Default) {
    // What cannot be a size is one that the library refuses; so is a negative rotation, as a large one.
    val size = { pixels: Int -> pixels.coerceAtLeast(0).toUInt() }
    val plane = with(picture) { FfiPlane(size(width), size(height), size(stride), pixels, rotation.toUInt()) }
    translated { dev.pocketkey.ffi.readActivationCode(plane) }
}
