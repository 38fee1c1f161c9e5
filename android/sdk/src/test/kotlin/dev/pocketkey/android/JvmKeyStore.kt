package dev.pocketkey.android

import android.security.keystore.KeyGenParameterSpec
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.KeyPairGeneratorSpi
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.KeyGenerator
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey

/**
 * The JVM's cryptography under the name of `AndroidKeyStore`: keys by their aliases, in memory. It keeps what each was
 * asked to be; it enforces none of it, and is as little hardware as the JVM.
 */
class JvmKeyStore(private val hasStrongBox: Boolean) : Provider("AndroidKeyStore", "1", "AndroidKeyStore on a JVM") {
    val made = mutableMapOf<String, Key>()
    val specs = mutableMapOf<String, KeyGenParameterSpec>()

    init {
        offer("KeyStore", "AndroidKeyStore") { Entries() }
        offer("KeyPairGenerator", "EC") { Pairs() }
        offer("KeyGenerator", "AES") { Secrets() }
    }

    private fun offer(type: String, algorithm: String, make: () -> Any) =
        putService(object : Service(this, type, algorithm, "", null, null) {
            override fun newInstance(parameter: Any?): Any = make()
        })

    private fun accept(spec: AlgorithmParameterSpec): KeyGenParameterSpec {
        spec as KeyGenParameterSpec
        if (spec.isStrongBoxBacked && !hasStrongBox) throw android.security.keystore.StrongBoxUnavailableException()
        specs[spec.keystoreAlias] = spec
        return spec
    }

    private inner class Pairs : KeyPairGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun initialize(size: Int, random: SecureRandom?) = error("no size is asked for")

        override fun initialize(wanted: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = wanted as KeyGenParameterSpec
        }

        override fun generateKeyPair(): KeyPair {
            accept(spec)
            val generator = KeyPairGenerator.getInstance("EC", "SunEC")
            generator.initialize(spec.algorithmParameterSpec)
            return generator.generateKeyPair().also { made[spec.keystoreAlias] = it.private }
        }
    }

    private inner class Secrets : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(random: SecureRandom?) = error("no size is asked for")
        override fun engineInit(size: Int, random: SecureRandom?) = error("no size is asked for")

        override fun engineInit(wanted: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = wanted as KeyGenParameterSpec
        }

        override fun engineGenerateKey(): SecretKey {
            accept(spec)
            val generator = KeyGenerator.getInstance("AES", "SunJCE").apply { init(spec.keySize) }
            return generator.generateKey().also { made[spec.keystoreAlias] = it }
        }
    }

    private inner class Entries : KeyStoreSpi() {
        override fun engineGetKey(alias: String, password: CharArray?): Key? = made[alias]
        override fun engineDeleteEntry(alias: String) {
            made.remove(alias)
        }

        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
        override fun engineAliases(): Enumeration<String> = Collections.enumeration(made.keys)
        override fun engineContainsAlias(alias: String): Boolean = alias in made
        override fun engineSize(): Int = made.size
        override fun engineIsKeyEntry(alias: String): Boolean = alias in made
        override fun engineIsCertificateEntry(alias: String): Boolean = false
        override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null
        override fun engineGetCertificate(alias: String): Certificate? = null
        override fun engineGetCreationDate(alias: String): Date? = null
        override fun engineGetCertificateAlias(certificate: Certificate): String? = null
        override fun engineStore(stream: OutputStream, password: CharArray) = error("it stores itself")
        override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray, chain: Array<Certificate>) =
            error("keys are made here")
        override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<Certificate>) =
            error("keys are made here")
        override fun engineSetCertificateEntry(alias: String, certificate: Certificate) = error("keys are made here")
    }
}
