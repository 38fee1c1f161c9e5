package dev.pocketkey

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyStore as JavaKeyStore
import java.security.MessageDigest
import java.util.concurrent.CopyOnWriteArrayList
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

@Timeout(180)
class HttpsCourierTest {
    private val courier = HttpsCourier()
    private val asked = CopyOnWriteArrayList<String>()
    private val running = mutableListOf<HttpServer>()

    @AfterEach
    fun stop() = running.forEach { it.stop(0) }

    private fun <S : HttpServer> S.answering(answer: (HttpExchange) -> Unit): S {
        createContext("/") { exchange ->
            val body = exchange.requestBody.readBytes().decodeToString()
            asked += "${exchange.requestMethod} ${exchange.requestHeaders.getFirst("Content-Type")} $body"
            exchange.use { answer(it) }
        }
        start()
        running += this
        return this
    }

    private fun HttpExchange.say(status: Int, body: ByteArray) {
        sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
        responseBody.write(body)
    }

    private val here = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

    private fun plain(answer: (HttpExchange) -> Unit): String =
        "http://127.0.0.1:${HttpServer.create(here, 0).answering(answer).address.port}/phone"

    /** A server with a certificate that nobody vouches for, made by the JDK's own tool: its address, and its pin. */
    private fun secured(folder: Path, answer: (HttpExchange) -> Unit): Pair<String, ByteArray> {
        val file = folder.resolve("server.p12")
        val tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString()
        val made = ProcessBuilder(
            tool, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=nobody",
            "-validity", "1", "-storetype", "PKCS12", "-storepass", "secret", "-keystore", file.toString(),
        ).inheritIO().start().waitFor()
        assertEquals(0, made)
        val keys = JavaKeyStore.getInstance("PKCS12")
        Files.newInputStream(file).use { keys.load(it, "secret".toCharArray()) }
        val managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm())
        managers.init(keys, "secret".toCharArray())
        val tls = SSLContext.getInstance("TLS").apply { init(managers.keyManagers, null, null) }
        val server = HttpsServer.create(here, 0).apply { httpsConfigurator = HttpsConfigurator(tls) }.answering(answer)
        val key = keys.getCertificate("server").publicKey.encoded
        val pin = MessageDigest.getInstance("SHA-256").digest(key)
        return "https://localhost:${server.address.port}/phone" to pin
    }

    private suspend fun send(url: String, pin: ByteArray? = null, timeoutMillis: Long = 60_000): Reply =
        courier.send(Letter(url, pin, "application/jose", "body".toByteArray(), timeoutMillis.milliseconds))

    private suspend fun failure(url: String, pin: ByteArray? = null, timeoutMillis: Long = 60_000): CourierFailure? =
        (runCatching { send(url, pin, timeoutMillis) }.exceptionOrNull() as CourierException?)?.failure

    @Test
    fun `a reply is given whatever its status, and a redirect is not followed`(): Unit = runBlocking {
        for (status in listOf(200, 204, 307, 400, 403, 409, 500)) {
            val body = if (status == 204) ByteArray(0) else "hello".toByteArray()
            val url = plain {
                it.responseHeaders.add("Location", "http://127.0.0.1:1/")
                it.say(status, body)
            }
            val reply = send(url)
            assertEquals(status, reply.status)
            assertArrayEquals(body, reply.body, "$status")
        }
        assertEquals(setOf("POST application/jose body"), asked.toSet())
        assertEquals(7, asked.size)
    }

    @Test
    fun `the pinned server is believed and no other`(@TempDir folder: Path): Unit = runBlocking {
        val (url, pin) = secured(folder) { it.say(200, "hello".toByteArray()) }
        repeat(2) { assertEquals(200, send(url, pin).status) }
        assertEquals(CourierFailure.NOT_THE_SERVER, failure(url, ByteArray(32) { 7 }))
        assertEquals(CourierFailure.NOT_THE_SERVER, failure(url, ByteArray(0)))
        // Nothing was said to who is not believed.
        assertEquals(2, asked.size)
    }

    @Test
    fun `without a pin a certificate must be publicly trusted`(@TempDir folder: Path): Unit = runBlocking {
        val (url, _) = secured(folder) { it.say(200, ByteArray(0)) }
        assertEquals(CourierFailure.NOT_THE_SERVER, failure(url))
        assertTrue(asked.isEmpty())
    }

    @Test
    fun `another machine is not spoken to without encryption`(): Unit = runBlocking {
        for (host in listOf("keys.example", "127.0.0.1.example", "127.evil.example")) {
            val url = "http://$host/"
            assertEquals(CourierFailure.NOT_THE_SERVER, failure(url), url)
        }
        assertEquals(CourierFailure.NOT_THE_SERVER, failure("ftp://localhost/"))
        assertEquals(CourierFailure.NO_ANSWER, failure("no address at all"))
        for (host in listOf("localhost", "a.localhost", "127.0.0.1", "127.255.255.255", "[::1]")) {
            assertTrue(isThisDevice(host), host)
        }
        for (host in listOf("127.0.0.256", "127.1", "localhost.example", "", "::2")) {
            assertFalse(isThisDevice(host), host)
        }
    }

    @Test
    fun `a reply that is too long or cut off is none`(): Unit = runBlocking {
        assertEquals(Reply.MAX_BODY, send(plain { it.say(200, ByteArray(Reply.MAX_BODY)) }).body.size)
        assertEquals(CourierFailure.NO_ANSWER, failure(plain { it.say(200, ByteArray(Reply.MAX_BODY + 1)) }))
        val cut = plain {
            it.sendResponseHeaders(200, 50)
            it.responseBody.write(1)
        }
        assertEquals(CourierFailure.NO_ANSWER, failure(cut))
    }

    @Test
    fun `nobody at the address is no answer, and a silent server is not waited for`(): Unit = runBlocking {
        val silent = ServerSocket(0, 1, InetAddress.getLoopbackAddress())
        val url = "http://127.0.0.1:${silent.localPort}/"
        assertEquals(CourierFailure.TIMED_OUT, failure(url, timeoutMillis = 200))
        silent.close()
        assertEquals(CourierFailure.NO_ANSWER, failure(url))
    }

    @Test
    fun `who gives up waits no longer`(): Unit = runBlocking {
        ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { silent ->
            val sending = launch(Dispatchers.Default) { send("http://127.0.0.1:${silent.localPort}/") }
            delay(100.milliseconds)
            withTimeout(2.seconds) { sending.cancelAndJoin() }
        }
    }
}
