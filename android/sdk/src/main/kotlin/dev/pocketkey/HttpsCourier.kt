package dev.pocketkey

import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.SocketTimeoutException
import java.net.URL
import java.security.cert.CertificateException
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLPeerUnverifiedException
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull

/**
 * Posts letters with the platform's own HTTPS: its proxy, and its trust where nothing is pinned. Where the activation
 * code pinned the workspace's public key, only a server with that key is believed. An app needs the permission
 * `INTERNET`.
 *
 * @param dispatcher whose threads block while a letter is under way; `Dispatchers.IO` by default
 */
public class HttpsCourier(private val dispatcher: CoroutineDispatcher = Dispatchers.IO) : Courier {
    /** The trust that was used last: connections are kept for as long as it stays the same. */
    @Volatile
    private var trust: PinnedTrust? = null

    override suspend fun send(letter: Letter): Reply {
        val connection = try {
            open(letter)
        } catch (error: IOException) {
            throw CourierException(CourierFailure.NO_ANSWER, error)
        }
        return withTimeoutOrNull(letter.timeout) {
            suspendCancellableCoroutine { waiting ->
                // A blocked read does not hear of a cancellation; it does hear of its connection's end.
                waiting.invokeOnCancellation { dispatcher.asExecutor().execute { connection.disconnect() } }
                dispatcher.asExecutor().execute { exchange(connection, letter, waiting) }
            }
        } ?: throw CourierException(CourierFailure.TIMED_OUT)
    }

    private fun open(letter: Letter): HttpURLConnection {
        val url = URL(letter.url)
        // Nothing is said in the clear but on this device.
        if (url.protocol != "https" && !(url.protocol == "http" && isThisDevice(url.host))) {
            throw CourierException(CourierFailure.NOT_THE_SERVER)
        }
        val connection = url.openConnection() as HttpURLConnection
        if (letter.pin != null && connection is HttpsURLConnection) {
            val pinned = trust?.takeIf { it.pin.contentEquals(letter.pin) } ?: PinnedTrust(letter.pin)
            trust = pinned
            connection.sslSocketFactory = pinned.sockets
            // The key came from the workspace's own page: names and dates are beside the point.
            connection.setHostnameVerifier { _, _ -> true }
        }
        return connection
    }

    private fun exchange(connection: HttpURLConnection, letter: Letter, waiting: CancellableContinuation<Reply>) {
        if (!waiting.isActive) return
        try {
            val reply = post(connection, letter)
            if (waiting.isActive) waiting.resume(reply)
        } catch (error: Exception) {
            connection.disconnect()
            if (waiting.isActive) waiting.resumeWithException(CourierException(failure(error), error))
        }
    }

    private fun post(connection: HttpURLConnection, letter: Letter): Reply {
        val timeout = letter.timeout.inWholeMilliseconds.coerceIn(1, Int.MAX_VALUE.toLong()).toInt()
        connection.connectTimeout = timeout
        connection.readTimeout = timeout
        connection.requestMethod = "POST"
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.doOutput = true
        // Sent once: without a known length, it would be kept and sent again.
        connection.setFixedLengthStreamingMode(letter.body.size)
        connection.setRequestProperty("Content-Type", letter.mediaType)
        connection.setRequestProperty("Accept-Encoding", "identity")
        connection.outputStream.use { it.write(letter.body) }
        val status = connection.responseCode
        val body = if (status >= HttpURLConnection.HTTP_BAD_REQUEST) connection.errorStream else connection.inputStream
        val bytes = body?.use { it.bounded() } ?: ByteArray(0)
        // The end of the connection is taken for that of the body: only its length tells.
        if (bytes.size < connection.contentLengthLong) throw IOException("the reply is cut off")
        return Reply(status, bytes)
    }

    private fun InputStream.bounded(): ByteArray {
        val bytes = ByteArray(Reply.MAX_BODY + 1)
        var length = 0
        while (length < bytes.size) {
            val read = read(bytes, length, bytes.size - length)
            if (read < 0) return bytes.copyOf(length)
            length += read
        }
        throw IOException("the reply is too long")
    }

    private fun failure(error: Exception): CourierFailure {
        // A cause can be its own cause's cause.
        val causes = generateSequence<Throwable>(error) { it.cause }.take(DEEPEST_CAUSE).toList()
        val unproven = causes.any { it is CertificateException || it is SSLPeerUnverifiedException }
        return when {
            unproven -> CourierFailure.NOT_THE_SERVER
            error is SocketTimeoutException -> CourierFailure.TIMED_OUT
            else -> CourierFailure.NO_ANSWER
        }
    }

    private companion object {
        const val DEEPEST_CAUSE = 16
    }
}

/** Whether a host is this very device: said so by its name, which no resolver is asked for. */
internal fun isThisDevice(host: String): Boolean {
    val name = host.lowercase().removeSurrounding("[", "]")
    return name == "localhost" || name.endsWith(".localhost") || name == "::1" || LOOPBACK.matches(name)
}

private val LOOPBACK = Regex("""127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}""")
