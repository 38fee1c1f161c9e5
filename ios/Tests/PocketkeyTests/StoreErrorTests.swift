import Foundation
import XCTest

@testable import Pocketkey

/// What a disk does to a store. `POCKETKEY_DISK` names a folder with a small file system in `room`, which is in
/// `read-only` too and cannot be written there: `cargo xtask test --only swift` mounts them.
final class StoreErrorTests: XCTestCase {
    private func open(_ file: URL) throws -> Authenticator {
        try Authenticator(at: file, softwareKeysUnder: Data(count: 32), verifier: Somebody())
    }

    private func disk(_ name: String) throws -> URL {
        guard let disk = ProcessInfo.processInfo.environment["POCKETKEY_DISK"] else { throw XCTSkip("no small disk") }
        return URL(fileURLWithPath: disk).appendingPathComponent(name)
    }

    /// Takes all room that is left on a disk, and gives the file that has it.
    private func fill(_ disk: URL) throws -> URL {
        let filler = disk.appendingPathComponent("filler")
        XCTAssertTrue(FileManager.default.createFile(atPath: filler.path, contents: nil))
        let handle = try FileHandle(forWritingTo: filler)
        defer { try? handle.close() }
        do {
            while true { try handle.write(contentsOf: Data(count: 512)) }
        } catch {
            XCTAssertTrue("\(error)".contains("No space") || (error as NSError).code == NSFileWriteOutOfSpaceError, "\(error)")
        }
        return filler
    }

    private func expectFileSystem(_ words: String, line: UInt = #line, _ work: () throws -> Authenticator) {
        do {
            _ = try work()
            XCTFail("nothing was thrown", line: line)
        } catch PocketkeyError.open(.fileSystem(let reason)) {
            XCTAssertTrue(reason.contains(words), reason, line: line)
        } catch {
            XCTFail("\(error)", line: line)
        }
    }

    func testAFullDiskRefusesChangesUntilThereIsRoomAgain() async throws {
        let room = try disk("room")
        let phone = try open(room.appendingPathComponent("store"))
        let made = try await phone.makeCredential(creation)
        let filler = try fill(room)
        defer { try? FileManager.default.removeItem(at: filler) }
        // The last page of the log may have some room left.
        let refusal = (0..<64).lazy.compactMap { name -> PocketkeyError? in
            do throws(PocketkeyError) {
                try phone.rename(made.id, name: "user\(name)", displayName: nil)
                return nil
            } catch {
                return error
            }
        }.first
        XCTAssertEqual(refusal, .store(.diskFull))
        await expect(.store(.diskFull)) { try phone.reset() }
        await expect(.storeFull) { try await phone.makeCredential(creation) }
        expectFileSystem("full") { try open(room.appendingPathComponent("another")) }
        try FileManager.default.removeItem(at: filler)
        XCTAssertTrue(try phone.rename(made.id, name: "user1", displayName: nil))
        XCTAssertEqual(try phone.credentials().map(\.account.name), ["user1"])
    }

    func testAStoreThatCannotBeWrittenIsNotOpened() async throws {
        let kept = try disk("room").appendingPathComponent("kept")
        try open(kept).close()
        expectFileSystem("Read-only") { try open(disk("read-only").appendingPathComponent("kept")) }
        expectFileSystem("Read-only") { try open(disk("read-only").appendingPathComponent("new")) }
        _ = try open(kept)
    }

    func testAStoreWithSomethingElseInItsPagesIsDamaged() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try open(file).close()
        // The newest pages are in the log, until it is moved into the file.
        try FileManager.default.removeItem(atPath: file.path + "-wal")
        // The first of SQLite's pages has the schema.
        let page = 4096
        let handle = try FileHandle(forUpdating: file)
        let length = try Int(handle.seekToEnd())
        try handle.seek(toOffset: UInt64(page))
        try handle.write(contentsOf: Data(repeating: 0x55, count: length - page))
        do {
            _ = try open(file)
            XCTFail("nothing was thrown")
        } catch {
            guard case PocketkeyError.open(.damaged) = error else { return XCTFail("\(error)") }
        }
    }

    func testAStoreWhoseFileWasTakenAwayTakesNoChange() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let phone = try open(file)
        let made = try await phone.makeCredential(creation)
        try FileManager.default.removeItem(at: file)
        do {
            try phone.rename(made.id, name: "user2", displayName: nil)
            XCTFail("nothing was thrown")
        } catch {
            guard case .store(.damaged(let reason)) = error else { return XCTFail("\(error)") }
            XCTAssertTrue(reason.contains("replaced or removed"), reason)
        }
        await expect(.refused(status: 0x7f, name: "CTAP1_ERR_OTHER")) { try await phone.makeCredential(creation) }
    }
}
