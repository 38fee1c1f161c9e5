package dev.pocketkey

import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Activation codes in pictures: those of `bindings/vectors/pictures`, and codes that ZXing has made. */
@Timeout(60)
class ScanTest {
    private class Camera(val picture: LuminancePlane, val link: String)

    /** What a camera has seen, as a file of the netpbm format PGM, and the link in it. */
    private fun camera(): Camera {
        val folder = File("../../bindings/vectors/pictures")
        val file = folder.resolve("desk.pgm").readBytes()
        val header = Regex("P5\n(\\d+) (\\d+)\n255\n")
        val found = header.matchAt(file.decodeToString(0, HEADER), 0) ?: error("no PGM")
        val (width, height) = found.destructured
        val pixels = file.copyOfRange(found.value.length, file.size)
        return Camera(
            LuminancePlane(pixels, width.toInt(), height.toInt()),
            folder.resolve("desk.txt").readText().trim(),
        )
    }

    /** A quarter turn clockwise. */
    private fun LuminancePlane.turned(): LuminancePlane {
        val turned = ByteArray(pixels.size) { at ->
            val (x, y) = at % height to at / height
            pixels[(height - 1 - x) * width + y]
        }
        return LuminancePlane(turned, height, width)
    }

    /** In rows that are farther apart than they are long, the last without what follows it. */
    private fun LuminancePlane.spread(by: Int, rotation: Int): LuminancePlane {
        val stride = width + by
        val spread = ByteArray(stride * (height - 1) + width) { at ->
            val (x, y) = at % stride to at / stride
            if (x < width) pixels[y * width + x] else (at * 7).toByte()
        }
        return LuminancePlane(spread, width, height, stride, rotation)
    }

    @Test
    fun `a code is read whichever way up it is, and however far apart its rows are`(): Unit = runBlocking {
        val camera = camera()
        val ways = generateSequence(camera.picture) { it.turned() }.take(4).toList()
        for ((turns, way) in ways.withIndex()) {
            for (stride in listOf(0, 1, 52)) {
                for (rotation in listOf(0, 90, 180, 270)) {
                    val read = readActivationCode(way.spread(stride, rotation))
                    assertEquals(camera.link, read, "turned $turns times, $stride more, rotation $rotation")
                }
            }
        }
    }

    @Test
    fun `sizes that do not fit are no picture`(): Unit = runBlocking {
        val picture = camera().picture
        suspend fun refused(width: Int, height: Int, stride: Int, pixels: ByteArray, rotation: Int = 0) {
            fails<ScanException.NotAPicture> {
                readActivationCode(LuminancePlane(pixels, width, height, stride, rotation))
            }
        }
        val (width, height) = picture.width to picture.height
        refused(width, height, width - 1, picture.pixels)
        refused(width, height, width, picture.pixels.copyOf(picture.pixels.size - 1))
        refused(width, height, width + 1, picture.pixels)
        refused(0, height, width, picture.pixels)
        refused(width, 0, width, picture.pixels)
        refused(width, height, 0, picture.pixels)
        refused(0, 0, 0, ByteArray(0))
        refused(-1, height, width, picture.pixels)
        refused(width, -height, width, picture.pixels)
        refused(Int.MAX_VALUE, Int.MAX_VALUE, Int.MAX_VALUE, picture.pixels)
        refused(Int.MAX_VALUE, 1, Int.MAX_VALUE, picture.pixels)
        refused(16_385, 1, 16_385, ByteArray(16_385))
        for (rotation in listOf(1, 45, 360, -90)) refused(width, height, width, picture.pixels, rotation)
    }

    @Test
    fun `what a picture shows beside one link`(): Unit = runBlocking {
        fails<ScanException.NothingFound> { readActivationCode(LuminancePlane(ByteArray(64 * 64), 64, 64)) }
        val another = fails<ScanException.SomethingElse> { readActivationCode(picture("https://example.com/")) }
        assertTrue(another.reason.contains("Pocketkey"), another.reason)
        val other = LINK.replace("t=A", "t=B")
        assertEquals(LINK, readActivationCode(picture(LINK)))
        val both = beside(picture(LINK), picture(other))
        assertEquals(2, fails<ScanException.Several> { readActivationCode(both) }.count)
        fails<ScanException.Unreadable> { readActivationCode(rubbed(picture(LINK))) }
    }

    private fun beside(left: LuminancePlane, right: LuminancePlane): LuminancePlane {
        val pixels = ByteArray(2 * SIDE * SIDE) { at ->
            val (x, y) = at % (2 * SIDE) to at / (2 * SIDE)
            if (x < SIDE) left.pixels[y * SIDE + x] else right.pixels[y * SIDE + x - SIDE]
        }
        return LuminancePlane(pixels, 2 * SIDE, SIDE)
    }

    /** With stripes over the code's data, and its corners as they were. */
    private fun rubbed(picture: LuminancePlane): LuminancePlane {
        val middle = SIDE * 2 / 5..SIDE * 4 / 5
        val pixels = ByteArray(SIDE * SIDE) { at ->
            val (x, y) = at % SIDE to at / SIDE
            if (x in middle && y in middle && (x / 12 + y / 12) % 2 == 0) {
                (255 - picture.pixels[at]).toByte()
            } else {
                picture.pixels[at]
            }
        }
        return LuminancePlane(pixels, SIDE, SIDE)
    }

    private companion object {
        /** No header is longer. */
        const val HEADER = 32
    }
}
