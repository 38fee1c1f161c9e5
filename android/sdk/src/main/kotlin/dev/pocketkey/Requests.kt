package dev.pocketkey

/** The way by which a request reached the phone. */
public enum class Transport {
    /** CTAPHID: USB, or a Bluetooth HID profile. */
    USB,

    /** ISO 7816 over NFC. */
    NFC,

    /** Bluetooth Low Energy GATT. */
    BLE,

    /** A tunnel through the network: nothing is known of the client's distance. */
    HYBRID,

    /** The phone's own platform, as a passkey provider. */
    INTERNAL,
}

/** A signature algorithm. */
public enum class Algorithm {
    /** ECDSA with SHA-256 on P-256; COSE −7. Public keys: 65 bytes (04 ‖ x ‖ y); signatures: DER. */
    ES256,

    /** Ed25519; COSE −8. Public keys: 32 bytes; signatures: 64 bytes. */
    ED_DSA,
}

/**
 * Whose request it is: what one client has begun, another cannot continue.
 *
 * @property transport by which it came; one by [Transport.HYBRID] counts as far away
 * @property channel which of the transport's conversations
 */
public data class Client(val transport: Transport = Transport.INTERNAL, val channel: Long = 0)

/**
 * A relying party, as the request names it.
 *
 * @property id the RP ID: a domain, or for U2F the hash of an AppID in hexadecimal
 * @property name what it calls itself; anybody can call himself anything
 */
public data class Site(val id: String, val name: String? = null)

/**
 * One account, as a person recognises it. Equal to another of the same content.
 *
 * @property id the relying party's own handle, 1 to 64 bytes
 * @property name such as an e-mail address
 * @property displayName such as a person's name
 */
public class Account(
    public val id: ByteArray,
    public val name: String? = null,
    public val displayName: String? = null,
) {
    private fun content() = arrayOf(id, name, displayName)

    /** By content. */
    override fun equals(other: Any?): Boolean = other is Account && content().contentDeepEquals(other.content())

    /** By content. */
    override fun hashCode(): Int = content().contentDeepHashCode()

    /** The name. */
    override fun toString(): String = "Account(name=$name)"
}

/**
 * A passkey to be made.
 *
 * @property clientDataHash SHA-256 of the client data, 32 bytes
 * @property site for whom
 * @property account whose it will be
 * @property algorithms what it may sign with, the most wanted first
 * @property exclude IDs of credentials of which none may be here already
 * @property discoverable whether it is found without its ID
 * @property verify whether the user has to be verified
 */
public class CreationRequest(
    public val clientDataHash: ByteArray,
    public val site: Site,
    public val account: Account,
    public val algorithms: List<Algorithm> = listOf(Algorithm.ES256),
    public val exclude: List<ByteArray> = emptyList(),
    public val discoverable: Boolean = true,
    public val verify: Boolean = true,
)

/**
 * A passkey that was made.
 *
 * @property id the credential ID, 32 to 255 bytes
 * @property authenticatorData WebAuthn §6.1
 * @property attestationObject WebAuthn §6.5.4, CBOR
 * @property publicKey a COSE_Key
 */
public class CreatedCredential(
    public val id: ByteArray,
    public val authenticatorData: ByteArray,
    public val attestationObject: ByteArray,
    public val publicKey: ByteArray,
) {
    /** By [id]: there are no two of the same. */
    override fun equals(other: Any?): Boolean = other is CreatedCredential && id.contentEquals(other.id)

    /** By [id]. */
    override fun hashCode(): Int = id.contentHashCode()
}

/**
 * A sign-in.
 *
 * @property clientDataHash SHA-256 of the client data, 32 bytes
 * @property rpId the RP ID
 * @property allow IDs of the credentials that will do; empty: any discoverable one
 * @property verify whether the user has to be verified
 */
public class AssertionRequest(
    public val clientDataHash: ByteArray,
    public val rpId: String,
    public val allow: List<ByteArray> = emptyList(),
    public val verify: Boolean = true,
)

/**
 * A signature.
 *
 * @property credentialId the credential that signed
 * @property authenticatorData what was signed, with the client data's hash after it
 * @property signature of both: DER for ES256, 64 bytes for EdDSA
 * @property account whose it is, where the credential is discoverable; with names only where the user was verified
 */
public class Assertion(
    public val credentialId: ByteArray,
    public val authenticatorData: ByteArray,
    public val signature: ByteArray,
    public val account: Account?,
)

/**
 * A discoverable credential, as its owner sees it. Equal to another with the same content.
 *
 * @property id the credential ID, 32 to 255 bytes
 * @property site at which it signs in
 * @property account whose it is
 * @property algorithm what it signs with
 * @property protection when it shows itself
 */
public class Credential(
    public val id: ByteArray,
    public val site: Site,
    public val account: Account,
    public val algorithm: Algorithm,
    public val protection: CredentialProtection,
) {
    private fun content() = arrayOf(id, site, account, algorithm, protection)

    /** By content. */
    override fun equals(other: Any?): Boolean = other is Credential && content().contentDeepEquals(other.content())

    /** By content. */
    override fun hashCode(): Int = content().contentDeepHashCode()

    /** Site and account. */
    override fun toString(): String = "Credential(site=$site, account=$account)"
}

/** When a credential shows itself (CTAP's credProtect). */
public enum class CredentialProtection {
    /** Always. */
    UV_OPTIONAL,

    /** With verification, or where the client knows its ID. */
    UV_OPTIONAL_WITH_CREDENTIAL_ID_LIST,

    /** With verification only. */
    UV_REQUIRED,
}
