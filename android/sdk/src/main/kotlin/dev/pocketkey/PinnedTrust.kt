package dev.pocketkey

import java.net.Socket
import java.security.MessageDigest
import java.security.cert.CertificateException
import java.security.cert.X509Certificate
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLEngine
import javax.net.ssl.SSLSocketFactory
import javax.net.ssl.X509ExtendedTrustManager

/**
 * Believes the one server whose certificate has the pinned public key (RFC 7469 §2.4: SHA-256 of the
 * SubjectPublicKeyInfo); that the server holds the private one, TLS has it prove.
 */
internal class PinnedTrust(val pin: ByteArray) {
    /** For connections to that server. */
    val sockets: SSLSocketFactory =
        SSLContext.getInstance("TLS").apply { init(null, arrayOf(Manager(pin)), null) }.socketFactory

    // Extended: a plain one is wrapped in checks of names, which a pinned key does not need.
    private class Manager(private val pin: ByteArray) : X509ExtendedTrustManager() {
        private fun check(chain: Array<out X509Certificate>?) {
            val key = chain?.firstOrNull()?.publicKey?.encoded ?: throw CertificateException("no public key")
            val hash = MessageDigest.getInstance("SHA-256").digest(key)
            if (!MessageDigest.isEqual(hash, pin)) throw CertificateException("another public key than the pinned one")
        }

        private fun noClients(): Nothing = throw CertificateException("no client is believed")

        override fun checkServerTrusted(chain: Array<out X509Certificate>?, type: String?) = check(chain)

        override fun checkServerTrusted(chain: Array<out X509Certificate>?, type: String?, socket: Socket?) =
            check(chain)

        override fun checkServerTrusted(chain: Array<out X509Certificate>?, type: String?, engine: SSLEngine?) =
            check(chain)

        override fun checkClientTrusted(chain: Array<out X509Certificate>?, type: String?) = noClients()

        override fun checkClientTrusted(chain: Array<out X509Certificate>?, type: String?, socket: Socket?) =
            noClients()

        override fun checkClientTrusted(chain: Array<out X509Certificate>?, type: String?, engine: SSLEngine?) =
            noClients()

        override fun getAcceptedIssuers(): Array<X509Certificate> = emptyArray()
    }
}
