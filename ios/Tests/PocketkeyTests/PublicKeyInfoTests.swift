import Foundation
import XCTest

@testable import Pocketkey

#if !canImport(CryptoKit)
    import COpenSSL

    /// OpenSSL's word on what the pin is of.
    final class PublicKeyInfoTests: XCTestCase {
        /// A certificate of version 3 or 1, and its SubjectPublicKeyInfo, by OpenSSL.
        private func certificate(_ key: OpaquePointer?, version: Int) throws -> (der: Data, info: Data) {
            let certificate = X509_new()
            defer { X509_free(certificate) }
            X509_set_version(certificate, version - 1)
            ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1 << 40)
            X509_gmtime_adj(X509_getm_notBefore(certificate), 0)
            X509_gmtime_adj(X509_getm_notAfter(certificate), 60)
            X509_set_pubkey(certificate, key)
            let name = X509_get_subject_name(certificate)
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, "keys.example", -1, -1, 0)
            X509_set_issuer_name(certificate, name)
            XCTAssertGreaterThan(X509_sign(certificate, key, EVP_sha256()), 0)
            return (
                der: encoded { i2d_X509(certificate, &$0) }, info: encoded { i2d_PUBKEY(key, &$0) }
            )
        }

        private func encoded(_ encode: (inout UnsafeMutablePointer<UInt8>?) -> Int32) -> Data {
            var bytes: UnsafeMutablePointer<UInt8>?
            let length = Int(encode(&bytes))
            defer { CRYPTO_free(bytes, "", 0) }
            return bytes.map { Data(bytes: $0, count: length) } ?? Data()
        }

        private func key(rsaBits: Int32?) throws -> OpaquePointer? {
            let kind = rsaBits == nil ? EVP_PKEY_EC : EVP_PKEY_RSA
            let context = EVP_PKEY_CTX_new_id(kind, nil)
            defer { EVP_PKEY_CTX_free(context) }
            EVP_PKEY_keygen_init(context)
            if let rsaBits {
                EVP_PKEY_CTX_set_rsa_keygen_bits(context, rsaBits)
            } else {
                EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1)
            }
            var key: OpaquePointer?
            XCTAssertEqual(EVP_PKEY_keygen(context, &key), 1)
            return key
        }

        func testThePublicKeyOfACertificateIsTheOneThatOpenSSLFinds() throws {
            for bits in [nil, 2048] as [Int32?] {
                for version in [1, 3] {
                    let key = try key(rsaBits: bits)
                    defer { EVP_PKEY_free(key) }
                    let (der, info) = try certificate(key, version: version)
                    XCTAssertFalse(info.isEmpty)
                    XCTAssertEqual(publicKeyInfo(of: der), info)
                }
            }
        }

        func testWhatIsNoCertificateHasNoPublicKey() throws {
            let key = try key(rsaBits: nil)
            defer { EVP_PKEY_free(key) }
            let (der, info) = try certificate(key, version: 3)
            for length in 0..<der.count {
                // Cut off anywhere: nothing, or at most the key that was still whole; never a crash.
                XCTAssertTrue([nil, info].contains(publicKeyInfo(of: der.prefix(length))))
                var damaged = der
                damaged[length] ^= 0xff
                _ = publicKeyInfo(of: damaged)
            }
            XCTAssertNil(publicKeyInfo(of: Data()))
            XCTAssertNil(publicKeyInfo(of: Data([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])))
        }

        func testWhatIsWrappedComesApartAgainAndNothingElseDoes() {
            let wrapped = Wrapped(key: hash(1) + hash(2), encapsulated: hash(3), sealed: Data())
            XCTAssertEqual(Wrapped(wrapped.bytes), wrapped)
            XCTAssertNil(Wrapped(wrapped.bytes + [0]))
            for length in 0..<wrapped.bytes.count { XCTAssertNil(Wrapped(wrapped.bytes.prefix(length))) }
        }
    }
#endif
