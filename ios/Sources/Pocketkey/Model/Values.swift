import Foundation

/// Whose request it is: what one client has begun, another cannot continue.
public struct Client: Sendable, Equatable {
    /// By which transport it comes.
    public var transport: Transport
    /// Which of the transport's conversations.
    public var channel: UInt64

    /// A client; by default, the phone's own platform.
    public init(transport: Transport = .platform, channel: UInt64 = 0) {
        self.transport = transport
        self.channel = channel
    }
}

/// The way by which a request reached the phone.
public enum Transport: Sendable, Equatable {
    /// CTAPHID: a cable, or a Bluetooth HID profile.
    case usb
    /// ISO 7816 over NFC.
    case nfc
    /// Bluetooth Low Energy GATT.
    case ble
    /// A tunnel through the network: nothing is known of the client's distance.
    case hybrid
    /// The phone's own platform, as a passkey provider.
    case platform
}

/// A signature algorithm.
public enum Algorithm: Sendable, Equatable {
    /// ECDSA with SHA-256 on P-256. Public keys: 65 bytes (04 ‖ x ‖ y); signatures: DER of at most 72 bytes.
    case es256
    /// Ed25519. Public keys: 32 bytes; signatures: 64 bytes.
    case edDSA
}

/// A relying party, as the request names it.
public struct Site: Sendable, Equatable {
    /// The RP ID: a domain, or for U2F the hash of an AppID in hexadecimal.
    public var id: String
    /// What it calls itself. Anybody can call himself anything.
    public var name: String?

    /// A relying party.
    public init(id: String, name: String? = nil) {
        self.id = id
        self.name = name
    }
}

/// One account, as a person recognises it.
public struct Account: Sendable, Equatable {
    /// The relying party's own handle, at most 64 bytes.
    public var id: Data
    /// Such as an e-mail address.
    public var name: String?
    /// Such as a person's name.
    public var displayName: String?

    /// An account.
    public init(id: Data, name: String? = nil, displayName: String? = nil) {
        self.id = id
        self.name = name
        self.displayName = displayName
    }
}

/// A discoverable credential, as its owner sees it.
public struct Credential: Sendable, Equatable {
    /// The credential ID, 32 to 255 bytes.
    public let id: Data
    /// At which site it signs in.
    public let site: Site
    /// Whose it is.
    public let account: Account
    /// What it signs with.
    public let algorithm: Algorithm
    /// When it shows itself.
    public let protection: Protection

    /// When a credential shows itself (CTAP's credProtect).
    public enum Protection: Sendable, Equatable {
        /// Always.
        case uvOptional
        /// With verification, or where the client knows its ID.
        case uvOptionalWithCredentialIDList
        /// With verification only.
        case uvRequired
    }
}

/// A picture's brightness, as a camera's Y plane gives it: rows from the top, a byte for each pixel, 0 is black.
public struct LuminancePlane: Sendable {
    /// The rows. The last may end with its last pixel.
    public var pixels: Data
    /// Pixels in a row, 1 to 16384.
    public var width: Int
    /// Rows, 1 to 16384.
    public var height: Int
    /// Bytes from the beginning of one row to that of the next, at least `width`.
    public var stride: Int
    /// By how many degrees it has to be turned clockwise to be upright, as a camera says it: 0, 90, 180 or 270. A code
    /// is found whichever way up it is.
    public var rotation: Int

    /// A picture; without `stride`, one row follows the other.
    public init(_ pixels: Data, width: Int, height: Int, stride: Int? = nil, rotation: Int = 0) {
        self.pixels = pixels
        self.width = width
        self.height = height
        self.stride = stride ?? width
        self.rotation = rotation
    }
}
