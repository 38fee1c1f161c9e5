import Foundation
import XCTest

@testable import Pocketkey

/// An activation link of a workspace that is nowhere.
let link = "https://keys.example/activate#t=\(String(repeating: "A", count: 43))&k=\(String(repeating: "A", count: 43))"

/// The folder of this repository that this file, or its copy for a build, is in.
func repository() throws -> URL {
    var place = URL(fileURLWithPath: #filePath)
    while place.path != "/" {
        place.deleteLastPathComponent()
        let vectors = place.appendingPathComponent("bindings").appendingPathComponent("vectors").path
        if FileManager.default.fileExists(atPath: vectors) { return place }
    }
    throw Missing(what: "bindings/vectors, beside this package or above it")
}

/// What a test cannot do without.
struct Missing: Error {
    let what: String
}

extension LuminancePlane {
    /// What a camera has seen: a file of the netpbm format PGM.
    fileprivate init(pgm: Data) throws {
        let lines = pgm.split(separator: 0x0a, maxSplits: 3, omittingEmptySubsequences: false)
        XCTAssertEqual(lines.count, 4)
        XCTAssertEqual([lines[0], lines[2]], [Data("P5".utf8), Data("255".utf8)])
        let sizes = String(decoding: lines[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        self.init(Data(lines[3]), width: sizes[0], height: sizes[1])
    }

    /// With another one to its right, and white below the lower of the two.
    fileprivate func beside(_ other: LuminancePlane) -> LuminancePlane {
        let height = max(self.height, other.height)
        var pixels = Data(capacity: (width + other.width) * height)
        for y in 0..<height {
            for picture in [self, other] {
                let row = picture.pixels.dropFirst(y * picture.width).prefix(picture.width)
                pixels.append(y < picture.height ? row : Data(repeating: 255, count: picture.width))
            }
        }
        return LuminancePlane(pixels, width: width + other.width, height: height)
    }

    /// A quarter turn clockwise.
    fileprivate var turned: LuminancePlane {
        var turned = Data(capacity: pixels.count)
        for y in 0..<width {
            for x in 0..<height { turned.append(pixels[(height - 1 - x) * width + y]) }
        }
        return LuminancePlane(turned, width: height, height: width)
    }

    /// In rows that are farther apart than they are long, the last without what follows it.
    fileprivate func spread(by more: Int, rotation: Int) -> LuminancePlane {
        var spread = Data()
        for y in 0..<height {
            spread.append(pixels[(y * width)..<((y + 1) * width)])
            if y + 1 < height { spread.append(Data(repeating: UInt8(truncatingIfNeeded: y &* 7), count: more)) }
        }
        return LuminancePlane(spread, width: width, height: height, stride: width + more, rotation: rotation)
    }
}

/// Activation codes in pictures: those of `bindings/vectors/pictures`, and codes that ZXing has made.
final class ScanTests: XCTestCase {
    private func camera() throws -> (picture: LuminancePlane, link: String) {
        let folder = try repository().appendingPathComponent("bindings/vectors/pictures")
        let picture = try LuminancePlane(pgm: Data(contentsOf: folder.appendingPathComponent("desk.pgm")))
        let link = try String(contentsOf: folder.appendingPathComponent("desk.txt"), encoding: .utf8)
        return (picture, link.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    func testACodeIsReadWhicheverWayUpItIsAndHoweverFarApartItsRowsAre() throws {
        let (picture, link) = try camera()
        var way = picture
        for turns in 0..<4 {
            for more in [0, 1, 52] {
                for rotation in [0, 90, 180, 270] {
                    let read = try Authenticator.readActivationCode(way.spread(by: more, rotation: rotation))
                    XCTAssertEqual(read, link, "turned \(turns) times, \(more) more, rotation \(rotation)")
                }
            }
            way = way.turned
        }
    }

    func testSizesThatDoNotFitAreNoPicture() async throws {
        let (picture, _) = try camera()
        let (width, height, pixels) = (picture.width, picture.height, picture.pixels)
        let refused = [
            LuminancePlane(pixels, width: width, height: height, stride: width - 1),
            LuminancePlane(pixels.dropLast(), width: width, height: height),
            LuminancePlane(pixels, width: width, height: height, stride: width + 1),
            LuminancePlane(pixels, width: 0, height: height, stride: width),
            LuminancePlane(pixels, width: width, height: 0),
            LuminancePlane(pixels, width: width, height: height, stride: 0),
            LuminancePlane(Data(), width: 0, height: 0),
            LuminancePlane(pixels, width: -1, height: height),
            LuminancePlane(pixels, width: width, height: -height),
            LuminancePlane(pixels, width: .max, height: .max, stride: .max),
            LuminancePlane(pixels, width: Int(UInt32.max), height: 1),
            LuminancePlane(pixels, width: .min, height: .min),
            LuminancePlane(Data(count: 16_385), width: 16_385, height: 1),
        ]
        for picture in refused {
            await expect(.scan(.notAPicture)) { try Authenticator.readActivationCode(picture) }
        }
        for rotation in [1, 45, 360, -90, .max] {
            var turned = picture
            turned.rotation = rotation
            await expect(.scan(.notAPicture)) { [turned] in try Authenticator.readActivationCode(turned) }
        }
    }

    func testAnotherCodeAndASecondLinkAreNotTaken() async throws {
        do {
            XCTFail(try Authenticator.readActivationCode(QRCode.menu.picture))
        } catch {
            guard case .scan(.somethingElse(let reason)) = error else { return XCTFail("\(error)") }
            XCTAssertTrue(reason.contains("Pocketkey"), reason)
        }
        let activation = QRCode.activation.picture
        XCTAssertEqual(try Authenticator.readActivationCode(activation), link)
        let both = try camera().picture.beside(activation)
        await expect(.scan(.several(2))) { try Authenticator.readActivationCode(both) }
        let one = try camera().picture.beside(QRCode.menu.picture)
        XCTAssertEqual(try Authenticator.readActivationCode(one), try camera().link)
    }

    func testWhatShowsNoCodeThatCanBeReadSaysSo() async throws {
        await expect(.scan(.nothingFound)) {
            try Authenticator.readActivationCode(LuminancePlane(Data(count: 64 * 64), width: 64, height: 64))
        }
        var (picture, _) = try camera()
        // Stripes over the code's data; its corners are as they were.
        for y in 100..<170 {
            for x in 110..<180 where (x / 3 + y / 3).isMultiple(of: 2) {
                picture.pixels[y * picture.width + x] ^= 0xff
            }
        }
        await expect(.scan(.unreadable)) { [picture] in try Authenticator.readActivationCode(picture) }
    }
}
