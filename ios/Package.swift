// swift-tools-version: 6.0
import PackageDescription

// Sources/Pocketkey/Generated.swift and the header of CPocketkey are made by `cargo xtask bindings`, never committed.
#if canImport(Darwin)
// README.md says how the framework is made, on a Mac.
let core: Target = .binaryTarget(name: "CPocketkey", path: "CPocketkey.xcframework")
let cryptography: [Target] = []
let forTests: [Target.Dependency] = ["Pocketkey"]
#else
let core: Target = .systemLibrary(name: "CPocketkey", path: "Sources/CPocketkey")
// What verifies signatures in the tests: CryptoKit's part on Apple's systems.
let cryptography: [Target] = [.systemLibrary(name: "COpenSSL", path: "Tests/COpenSSL", pkgConfig: "libcrypto")]
let forTests: [Target.Dependency] = ["Pocketkey", "COpenSSL"]
#endif

let package = Package(
    name: "Pocketkey",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "Pocketkey", targets: ["Pocketkey"])],
    targets: [
        core,
        .target(name: "Pocketkey", dependencies: ["CPocketkey"]),
        .testTarget(name: "PocketkeyTests", dependencies: forTests),
    ] + cryptography,
    swiftLanguageModes: [.v6]
)
