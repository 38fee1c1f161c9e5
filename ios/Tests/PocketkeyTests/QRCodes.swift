import Foundation

@testable import Pocketkey

/// A QR code that ZXing has made: for each row, from the top, a number whose bits are its modules, 1 for a black one.
struct QRCode {
    let rows: [UInt64]

    /// What a camera sees of it.
    var picture: LuminancePlane {
        let (scale, margin) = (6, 4)
        let side = (rows.count + 2 * margin) * scale
        var pixels = Data(repeating: 255, count: side * side)
        for y in 0..<rows.count * scale {
            for x in 0..<rows.count * scale where rows[y / scale] >> (rows.count - 1 - x / scale) & 1 == 1 {
                pixels[(y + margin * scale) * side + x + margin * scale] = 0
            }
        }
        return LuminancePlane(pixels, width: side, height: side)
    }

    /// `https://example.com/menu?table=12&lang=en&ref=a-poster-in-the-hall`
    static let menu = QRCode(
        rows: [
            0x1fc897a7f, 0x105b20041, 0x174e3295d, 0x175af955d, 0x17451725d, 0x105478d41, 0x1fd55557f, 0x177800,
            0x1f7d8c4aa, 0x1c088aa67, 0x1dcb60cca, 0x193e53e44, 0x47aca2b8, 0x1cbd97743, 0xde835c22, 0x158d21cd4,
            0x7dcc0b2, 0xd141fe4b, 0x1e47319ea, 0x16a271ee4, 0x446cb392, 0x179982e4b, 0x1660650ca, 0x16890789c,
            0x1541f81f1, 0x109f91d, 0x1fdb7875e, 0x104e33b1d, 0x17522a5f8, 0x175d93330, 0x1758ede46, 0x1051b08cc,
            0x1fd9787e2,
        ])

    /// The `link` of a workspace that is nowhere.
    static let activation = QRCode(
        rows: [
            0x1fde560f47f, 0x1052160c741, 0x175bbca6c5d, 0x17596ca7c5d, 0x174fc60de5d, 0x1050d609241, 0x1fd5555557f,
            0xc7ca7800, 0x19c98355a2f, 0x42ed60f4f4, 0x14c429f2901, 0x10b77ca7d49, 0xbefc3581a0, 0xa14960d61f,
            0x96019fad99, 0xead4ca7c7b, 0xd53a350f8e, 0x1724560b4fc, 0x53e9f39d1, 0x149ebca4c79, 0xae89358380,
            0x1521c60de3f, 0x1b5729f65f9, 0x6ae7ca3c0b, 0x19f98355b0d, 0xbbcd60b47c, 0xb4b29f28dd, 0x58e7ca7c51,
            0xa49c35a180, 0x1010960561d, 0x2d419f6909, 0xb14ca7ca9, 0x1c73a358bfd, 0x10560f518, 0x1fcfe9f3b55,
            0x1052bca6f11, 0x175c83583f8, 0x1749c60d58f, 0x174729f22a9, 0x10567ca7cdb, 0x1fd983599ae,
        ])
}
