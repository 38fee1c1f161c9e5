#if canImport(Security)
    import CryptoKit
    import Foundation
    import Security

    /// Whether the server's own certificate has the pinned public key (RFC 7469 §2.4: SHA-256 of its
    /// SubjectPublicKeyInfo). TLS has it prove that it holds the private one. Names and dates are beside the point then:
    /// the pin came from the workspace's own page.
    func isPinned(_ trust: SecTrust, _ pin: Data) -> Bool {
        guard let chain = SecTrustCopyCertificateChain(trust) as? [SecCertificate], let own = chain.first,
            let key = publicKeyInfo(of: SecCertificateCopyData(own) as Data)
        else { return false }
        return SHA256.hash(data: key) == pin
    }
#endif
