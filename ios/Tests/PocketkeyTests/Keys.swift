import Foundation
import XCTest

@testable import Pocketkey

#if !canImport(CryptoKit)
    import COpenSSL

    /// Keys of OpenSSL, contained in their handles.
    struct PlainKeys: KeyStore {
        func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey {
            guard let key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1) else { throw KeyStoreError.unknownKey }
            defer { EC_KEY_free(key) }
            guard EC_KEY_generate_key(key) == 1 else { throw KeyStoreError.unknownKey }
            var handle: UnsafeMutablePointer<UInt8>?
            let handleLength = Int(i2d_ECPrivateKey(key, &handle))
            var point: UnsafeMutablePointer<UInt8>?
            let pointLength = EC_KEY_key2buf(key, POINT_CONVERSION_UNCOMPRESSED, &point, nil)
            guard let handle, let point else { throw KeyStoreError.unknownKey }
            defer {
                CRYPTO_free(handle, "", 0)
                CRYPTO_free(point, "", 0)
            }
            return GeneratedKey(
                handle: Data(bytes: handle, count: handleLength), publicKey: Data(bytes: point, count: pointLength))
        }

        func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data {
            let bytes = [UInt8](handle)
            let key = bytes.withUnsafeBufferPointer { buffer in
                var start = buffer.baseAddress
                return d2i_ECPrivateKey(nil, &start, buffer.count)
            }
            guard let key else { throw KeyStoreError.unknownKey }
            defer { EC_KEY_free(key) }
            var signature = [UInt8](repeating: 0, count: 80)
            var length: UInt32 = 0
            let digest = sha256(message)
            guard ECDSA_sign(0, digest, Int32(digest.count), &signature, &length, key) == 1 else {
                throw KeyStoreError.unknownKey
            }
            return Data(signature.prefix(Int(length)))
        }

        func wrap(_ secret: Data) throws -> Data { secret }
        func unwrap(_ wrapped: Data) throws -> Data { wrapped }
    }

    func sha256(_ message: Data) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = SHA256([UInt8](message), message.count, &digest)
        return digest
    }

    func verifies(_ point: Data, _ message: Data, _ signature: Data) -> Bool {
        guard let key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1) else { return false }
        defer { EC_KEY_free(key) }
        guard EC_KEY_oct2key(key, [UInt8](point), point.count, nil) == 1 else { return false }
        let digest = sha256(message)
        return ECDSA_verify(0, digest, 32, [UInt8](signature), Int32(signature.count), key) == 1
    }
#endif

/// The point of a COSE_Key for ES256: x and y are its last members.
func point(_ cose: Data) -> Data {
    let bytes = [UInt8](cose)
    return Data([4] + bytes[(bytes.count - 67)..<(bytes.count - 35)] + bytes[(bytes.count - 32)...])
}

func hash(_ seed: UInt8) -> Data { Data(repeating: seed, count: 32) }

let site = Site(id: "example.com", name: "Example")
let account = Account(id: Data([1, 2, 3]), name: "user1", displayName: "User One")
let creation = CreationRequest(clientDataHash: hash(1), site: site, account: account)
let request = AssertionRequest(clientDataHash: hash(2), rpID: site.id)
let selection = Data([0x0b])
let getInfo = Data([0x04])

/// Somebody, in one line.
struct Somebody: UserVerifier {
    let answer: @Sendable (Prompt) async throws -> Answer

    init(_ answer: @escaping @Sendable (Prompt) async throws -> Answer = { _ in .consent(verified: true) }) {
        self.answer = answer
    }

    func ask(_ prompt: Prompt) async throws -> Answer { try await answer(prompt) }
}

/// Somebody who never answers, and says when he is asked and let go.
final class Silent: UserVerifier {
    let asked = AsyncStream<Void>.makeStream()
    let withdrawn = AsyncStream<Void>.makeStream()

    func ask(_ prompt: Prompt) async throws -> Answer {
        asked.continuation.yield()
        defer { withdrawn.continuation.yield() }
        try await Task.sleep(for: .seconds(3600))
        return .refuse(.declined)
    }

    func isAsked() async { for await _ in asked.stream { return } }
    func isLetGo() async { for await _ in withdrawn.stream { return } }
}

/// Expects an error of this very kind.
func expect<T: Sendable>(
    _ expected: PocketkeyError, _ work: () async throws -> T, file: StaticString = #filePath, line: UInt = #line
) async {
    do {
        _ = try await work()
        XCTFail("nothing was thrown", file: file, line: line)
    } catch {
        XCTAssertEqual(error as? PocketkeyError, expected, file: file, line: line)
    }
}
