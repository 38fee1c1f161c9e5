package dev.pocketkey

import java.math.BigInteger
import java.security.AlgorithmParameters
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.PublicKey
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.security.spec.ECParameterSpec
import java.security.spec.ECPoint
import java.security.spec.ECPublicKeySpec
import java.security.spec.PKCS8EncodedKeySpec

// README: key store
/** Keys of java.security, contained in their handles. On a phone, `AndroidKeys` takes their place. */
open class JavaKeys : KeyStore {
    override fun generate(algorithm: Algorithm, role: KeyRole): GeneratedKey {
        val generator = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }
        val pair = generator.generateKeyPair()
        val point = (pair.public as ECPublicKey).w
        return GeneratedKey(pair.private.encoded, byteArrayOf(4) + point.affineX.fixed() + point.affineY.fixed())
    }

    override fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray =
        Signature.getInstance("SHA256withECDSA").run {
            initSign(KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(handle)))
            update(message)
            sign()
        }

    // A phone encrypts with a key of its hardware here.
    override fun wrap(secret: ByteArray): ByteArray = secret
    override fun unwrap(wrapped: ByteArray): ByteArray = wrapped

    private fun BigInteger.fixed() = toByteArray().let { ByteArray(32 - minOf(32, it.size)) + it.takeLast(32) }
}
// README: end

/** The public key of a COSE_Key for ES256: x and y are its last members. */
fun publicKey(cose: ByteArray): PublicKey {
    val x = BigInteger(1, cose.copyOfRange(cose.size - 67, cose.size - 35))
    val y = BigInteger(1, cose.copyOfRange(cose.size - 32, cose.size))
    val curve = AlgorithmParameters.getInstance("EC").apply { init(ECGenParameterSpec("secp256r1")) }
    val parameters = curve.getParameterSpec(ECParameterSpec::class.java)
    return KeyFactory.getInstance("EC").generatePublic(ECPublicKeySpec(ECPoint(x, y), parameters))
}

fun verifies(cose: ByteArray, message: ByteArray, signature: ByteArray): Boolean =
    Signature.getInstance("SHA256withECDSA").run {
        initVerify(publicKey(cose))
        update(message)
        verify(signature)
    }

fun hash(seed: Int): ByteArray = ByteArray(32) { seed.toByte() }

val SITE = Site("example.com", "Example")
val USER = Account(byteArrayOf(1, 2, 3), "user1", "User One")
val CREATION = CreationRequest(hash(1), SITE, USER)
val ASSERTION = AssertionRequest(hash(2), "example.com")

/** A verifier in one line. */
fun verifier(ask: suspend (Prompt) -> Answer): UserVerifier = object : UserVerifier {
    override suspend fun ask(prompt: Prompt): Answer = ask(prompt)
}

val AGREES: UserVerifier = verifier { Answer.Consent(verified = true) }
val SELECTION: ByteArray = byteArrayOf(0x0b)
val GET_INFO: ByteArray = byteArrayOf(0x04)
