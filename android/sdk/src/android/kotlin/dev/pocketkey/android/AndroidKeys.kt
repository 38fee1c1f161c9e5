package dev.pocketkey.android

import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import dev.pocketkey.Algorithm
import dev.pocketkey.GeneratedKey
import dev.pocketkey.KeyException
import dev.pocketkey.KeyProtection
import dev.pocketkey.KeyRole
import dev.pocketkey.KeyStore
import java.math.BigInteger
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.PrivateKey
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.util.UUID
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.GCMParameterSpec

/**
 * Keys of `AndroidKeyStore`: in StrongBox where the phone has one, else in its trusted execution environment.
 *
 * Each signature of a credential needs an authorization of its own, which [BiometricVerifier] has the person give: by a
 * strong biometric or, from Android 11 on, the screen lock. Without a screen lock no credential can be made.
 *
 * @param prefix of the aliases; another one for each authenticator of an app
 */
public class AndroidKeys(private val prefix: String = "pocketkey") : KeyStore {
    private val store = java.security.KeyStore.getInstance(PROVIDER).apply { load(null) }

    override val bindsAuthorization: Boolean get() = true

    override val protection: KeyProtection
        get() {
            val key = wrappingKey()
            val spec = SecretKeyFactory.getInstance(key.algorithm, PROVIDER).getKeySpec(key, KeyInfo::class.java)
            return protectionOf(spec as KeyInfo)
        }

    override fun generate(algorithm: Algorithm, role: KeyRole): GeneratedKey {
        if (algorithm != Algorithm.ES256) throw KeyException.UnsupportedAlgorithm()
        val alias = "$prefix.${role.name.lowercase()}.${UUID.randomUUID()}"
        val pair = preferStrongBox { inStrongBox ->
            val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_SIGN)
                .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
                .setDigests(KeyProperties.DIGEST_SHA256)
                .setIsStrongBoxBacked(inStrongBox)
            if (role == KeyRole.CREDENTIAL) spec.forTheOwnerOnly()
            val generator = KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, PROVIDER)
            generator.initialize(spec.build())
            generator.generateKeyPair()
        }
        val point = (pair.public as ECPublicKey).w
        val publicKey = byteArrayOf(UNCOMPRESSED) + coordinate(point.affineX) + coordinate(point.affineY)
        return GeneratedKey(alias.toByteArray(), publicKey)
    }

    /** A signature that waits for its authorization: what a prompt shows, and [sign] gets back. */
    internal fun begin(handle: ByteArray): Unlocking =
        Unlocking(handle, BiometricPrompt.CryptoObject(signature(handle)))

    override fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray = try {
        val unlocked = (authorization as? Unlocking)?.takeIf { it.handle.contentEquals(handle) }
        val isCredential = alias(handle).startsWith("$prefix.${KeyRole.CREDENTIAL.name.lowercase()}.")
        if (unlocked == null && isCredential) throw KeyException.NotAuthorized()
        val signature = unlocked?.prompt?.signature ?: signature(handle)
        signature.update(message)
        signature.sign()
    } catch (locked: UserNotAuthenticatedException) {
        throw KeyException.NotAuthorized(locked)
    }

    override fun delete(handle: ByteArray): Unit = store.deleteEntry(alias(handle))

    override fun wrap(secret: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(WRAPPING)
        cipher.init(Cipher.ENCRYPT_MODE, wrappingKey())
        // The platform chooses the nonce, 12 bytes.
        return cipher.iv + cipher.doFinal(secret)
    }

    override fun unwrap(wrapped: ByteArray): ByteArray {
        val key = store.getKey(wrappingAlias, null) as? SecretKey ?: throw KeyException.UnknownKey()
        if (wrapped.size < NONCE_SIZE + TAG_BITS / Byte.SIZE_BITS) throw KeyException.UnknownKey()
        return try {
            val cipher = Cipher.getInstance(WRAPPING)
            cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, wrapped, 0, NONCE_SIZE))
            cipher.doFinal(wrapped, NONCE_SIZE, wrapped.size - NONCE_SIZE)
        } catch (other: GeneralSecurityException) {
            throw KeyException.UnknownKey(other)
        }
    }

    private val wrappingAlias get() = "$prefix.store"

    private fun wrappingKey(): SecretKey =
        store.getKey(wrappingAlias, null) as? SecretKey ?: preferStrongBox { inStrongBox ->
            val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
            val spec = KeyGenParameterSpec.Builder(wrappingAlias, purposes)
                .setKeySize(WRAPPING_KEY_BITS)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setIsStrongBoxBacked(inStrongBox)
            val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER)
            generator.init(spec.build())
            generator.generateKey()
        }

    private fun alias(handle: ByteArray): String =
        handle.decodeToString().takeIf { it.startsWith("$prefix.") } ?: throw KeyException.UnknownKey()

    private fun signature(handle: ByteArray): Signature {
        val key = store.getKey(alias(handle), null) as? PrivateKey ?: throw KeyException.UnknownKey()
        return try {
            Signature.getInstance("SHA256withECDSA").apply { initSign(key) }
        } catch (gone: KeyPermanentlyInvalidatedException) {
            // The screen lock was taken away, and every key that needed it with it.
            throw KeyException.UnknownKey(gone)
        }
    }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val WRAPPING = "AES/GCM/NoPadding"
        const val WRAPPING_KEY_BITS = 256
        const val NONCE_SIZE = 12
        const val TAG_BITS = 128
        const val UNCOMPRESSED: Byte = 4
        const val COORDINATE_SIZE = 32

        fun KeyGenParameterSpec.Builder.forTheOwnerOnly() {
            setUserAuthenticationRequired(true)
            // A new finger locks nobody out: who can enrol one has passed the screen lock.
            setInvalidatedByBiometricEnrollment(false)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                val ways = KeyProperties.AUTH_BIOMETRIC_STRONG or KeyProperties.AUTH_DEVICE_CREDENTIAL
                setUserAuthenticationParameters(0, ways)
            }
        }

        fun <T> preferStrongBox(make: (Boolean) -> T): T = try {
            make(true)
        } catch (_: StrongBoxUnavailableException) {
            make(false)
        }

        fun protectionOf(key: KeyInfo): KeyProtection {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
                return when (key.securityLevel) {
                    KeyProperties.SECURITY_LEVEL_STRONGBOX -> KeyProtection.SECURE_ELEMENT
                    KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT,
                    KeyProperties.SECURITY_LEVEL_UNKNOWN_SECURE,
                    -> KeyProtection.HARDWARE
                    else -> KeyProtection.SOFTWARE
                }
            }
            @Suppress("DEPRECATION") // Until Android 11 there is nothing else to ask.
            return if (key.isInsideSecureHardware) KeyProtection.HARDWARE else KeyProtection.SOFTWARE
        }

        /** As 32 bytes, big-endian. */
        fun coordinate(number: BigInteger): ByteArray {
            val bytes = number.toByteArray().takeLast(COORDINATE_SIZE).toByteArray()
            return ByteArray(COORDINATE_SIZE - bytes.size) + bytes
        }
    }
}

/** A signature of one key, which is unlocked when its prompt has succeeded. */
internal class Unlocking(val handle: ByteArray, val prompt: BiometricPrompt.CryptoObject)
