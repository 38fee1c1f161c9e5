package dev.pocketkey

import com.google.zxing.BarcodeFormat
import com.google.zxing.qrcode.QRCodeWriter

/** An activation link of a workspace that is nowhere. */
val LINK: String = "https://keys.example/activate#t=${"A".repeat(43)}&k=${"A".repeat(43)}"

/** How large a picture is, in pixels each way. */
const val SIDE: Int = 480

/** What a camera sees of a QR code that another library has made. */
fun picture(text: String): LuminancePlane {
    val code = QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, SIDE, SIDE)
    val pixels = ByteArray(SIDE * SIDE) { if (code[it % SIDE, it / SIDE]) 0 else -1 }
    return LuminancePlane(pixels, SIDE, SIDE)
}
