package dev.pocketkey.android

import android.graphics.ImageFormat
import android.media.Image
import dev.pocketkey.LuminancePlane

/** A camera's picture, of `ImageFormat.YUV_420_888`, for `readActivationCode`. The image can be closed afterwards. */
public fun Image.luminancePlane(): LuminancePlane {
    require(format == ImageFormat.YUV_420_888) { "a picture of the format $format" }
    // Of this format, a row's pixels are bytes side by side.
    val plane = planes.first()
    val pixels = ByteArray(plane.buffer.remaining())
    plane.buffer.get(pixels)
    return LuminancePlane(pixels, width, height, plane.rowStride)
}
