import Foundation
import XCTest

@testable import Pocketkey

/// A server that reads one request and answers with these bytes, whatever it was asked.
final class Server: Sendable {
    let url: URL
    private let listener: Int32

    init(_ reply: Data?) throws {
        #if canImport(Darwin)
            let listener = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 4) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        url = try XCTUnwrap(URL(string: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/phone"))
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                // Closed here, so that nobody else's socket has its number while this still looks at it.
                guard connection >= 0 else { return _ = close(listener) }
                var request = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &request, request.count, 0)
                if let reply {
                    _ = reply.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
                    shutdown(connection, Int32(SHUT_WR))
                }
                // Until the client hangs up.
                while recv(connection, &request, request.count, 0) > 0 {}
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }
}

private func post(
    _ url: URL, pin: Data? = nil, timeout: Duration = .seconds(5)
) async throws -> CourierReply {
    let letter = Letter(url: url, pin: pin, mediaType: "text/plain", body: Data("body".utf8), timeout: timeout)
    return try await URLSessionCourier().post(letter)
}

final class CourierTests: XCTestCase {
    private func expect(
        _ failure: CourierFailure, line: UInt = #line, _ work: () async throws -> CourierReply
    ) async {
        do {
            XCTFail("\(try await work())", line: line)
        } catch {
            XCTAssertEqual(error as? CourierFailure, failure, line: line)
        }
    }

    func testAReplyIsGivenWhateverItsStatus() async throws {
        let gone = try Server(Data("HTTP/1.1 410 Gone\r\ncontent-length: 5\r\n\r\nhello".utf8))
        let reply = try await post(gone.url)
        XCTAssertEqual(reply, CourierReply(status: 410, body: Data("hello".utf8)))
    }

    func testARedirectIsNotFollowed() async throws {
        let head = "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
        let server = try Server(Data(head.utf8))
        let reply = try await post(server.url)
        XCTAssertEqual(reply.status, 307)
    }

    func testAReplyThatIsCutOffIsNone() async throws {
        let server = try Server(Data("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello".utf8))
        await expect(.noAnswer) { try await post(server.url) }
    }

    func testAReplyThatIsTooLongIsNone() async throws {
        let body = Data(repeating: 0x78, count: 70_000)
        let server = try Server(Data("HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n".utf8) + body)
        await expect(.noAnswer) { try await post(server.url) }
    }

    func testASilentServerIsNotWaitedFor() async throws {
        let server = try Server(nil)
        await expect(.timedOut) { try await post(server.url, timeout: .seconds(1)) }
    }

    func testACancelledTaskEndsItsLetter() async throws {
        let server = try Server(nil)
        let url = server.url
        let sending = Task { try await post(url, timeout: .seconds(60)) }
        try await Task.sleep(for: .milliseconds(50))
        sending.cancel()
        await expect(.noAnswer) { try await sending.value }
    }

    func testNobodyAtTheAddressIsNoAnswer() async throws {
        await expect(.noAnswer) { try await post(XCTUnwrap(URL(string: "http://127.0.0.1:1/"))) }
    }

    func testAnotherMachineIsNotSpokenToWithoutEncryption() async throws {
        for host in ["keys.example", "127.0.0.1.example", "localhost.example", "10.0.0.1", "127.1.1"] {
            await expect(.notTheServer) { try await post(XCTUnwrap(URL(string: "http://\(host)/"))) }
        }
    }

    #if !canImport(Security)
        func testAPinThatCannotBeCheckedIsNotTakenForChecked() async throws {
            let server = try Server(Data("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".utf8))
            await expect(.notTheServer) { try await post(server.url, pin: Data(count: 32)) }
        }
    #endif
}
