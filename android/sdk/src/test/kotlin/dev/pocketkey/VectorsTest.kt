package dev.pocketkey

import java.io.File
import java.util.HexFormat
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.Timeout
import tools.jackson.databind.JsonNode
import tools.jackson.databind.json.JsonMapper

/** The same requests give the same answers in every language: `bindings/vectors/README.md` says how. */
@Timeout(60)
class VectorsTest {
    /** SplitMix64, a number for each eight bytes. */
    private class Source(private var state: Long) {
        private fun next(): Long {
            state += -0x61c8864680b583ebL
            var z = state
            z = (z xor (z ushr 30)) * -0x40a7b892e31b1a47L
            z = (z xor (z ushr 27)) * -0x6b2fb644ecceee15L
            return z xor (z ushr 31)
        }

        fun bytes(length: Int): ByteArray {
            val bytes = ByteArray(length)
            var number = 0L
            for (at in bytes.indices) {
                if (at % 8 == 0) number = next()
                bytes[at] = (number ushr (56 - at % 8 * 8)).toByte()
            }
            return bytes
        }
    }

    private class Still(seed: Long) : Seams {
        private val source = Source(seed)
        var passed = 0L

        override fun nowMillis(): Long = passed
        override fun unixSeconds(): Long = 2_000_000_000 + passed / 1000
        override fun random(length: Int): ByteArray = source.bytes(length)
    }

    private class Session(val phone: Authenticator) {
        val client = Client(Transport.USB, 1)
        val card = phone.nfcCard()
        val hid = phone.hidLink()
        val ble = phone.bleLink(64).also { it.setMtu(67) }

        suspend fun exchange(over: String, send: List<ByteArray>, count: Int): List<ByteArray> = when (over) {
            "ctap2" -> send.map { phone.ctap2(it, client) }
            "u2f" -> send.map { phone.u2f(it, client) }
            "nfc" -> send.map { card.command(it) }
            "hid" -> {
                send.forEach { hid.receive(it) }
                List(count) { next(4, HID_KEEPALIVE) { hid.nextReport()!! } }
            }
            "ble" -> {
                send.forEach { ble.write(it) }
                List(count) { next(0, BLE_KEEPALIVE) { ble.nextNotification()!! } }
            }
            "ble-revision" -> send.map { byteArrayOf(if (ble.selectRevision(it)) 1 else 0) }
            else -> error("nobody knows how to send over $over")
        }

        /** The next frame but keepalives: a person who is asked by a coroutine takes long enough for one, or not. */
        private suspend fun next(at: Int, keepalive: Int, receive: suspend () -> ByteArray): ByteArray {
            while (true) {
                val frame = receive()
                if (frame[at].toInt() and 0xff != keepalive) return frame
            }
        }
    }

    private companion object {
        const val HID_KEEPALIVE = 0xbb
        const val BLE_KEEPALIVE = 0x82
    }

    private val hex = HexFormat.of()

    private fun JsonNode.bytes(name: String): List<ByteArray> =
        (this[name] as Iterable<JsonNode>).map { hex.parseHex(it.asString()) }

    private suspend fun replay(session: JsonNode) {
        val clock = Still(1)
        var declines = false
        val person = verifier { prompt ->
            if (declines) Answer.Refuse() else Answer.Consent(verified = prompt.needsVerification)
        }
        val status = if (session["built_in_uv"].asBoolean()) {
            VerifierStatus(choosesAccount = session["chooses_account"].asBoolean())
        } else {
            VerifierStatus(BuiltInVerification.NONE, emptySet(), session["chooses_account"].asBoolean())
        }
        val random = SeamsBridge(Still(2))
        val keys = dev.pocketkey.ffi.softwareKeyStoreWithRandom(ByteArray(32) { 7 }, random)
        val opening = Opening(person, status, null, false, clock, Dispatchers.IO)
        opening.open(null, keys, Authorizations()).use { phone ->
            val client = Session(phone)
            for (step in session["steps"]) {
                clock.passed += step["after_ms"]?.asLong() ?: 0
                declines = step["person"]?.asString() == "declines"
                val expected = step.bytes("receive").map(hex::formatHex)
                val answers = withTimeout(10_000) {
                    client.exchange(step["over"].asString(), step.bytes("send"), expected.size)
                }
                assertEquals(expected, answers.map(hex::formatHex), step["name"].asString())
            }
        }
    }

    @TestFactory
    fun `the same requests give the same answers`(): List<DynamicTest> {
        val files = File("../../bindings/vectors").listFiles { file -> file.extension == "json" }.orEmpty().sorted()
        check(files.size >= 10) { "vectors are missing: $files" }
        return files.map { file ->
            DynamicTest.dynamicTest(file.name) { runBlocking { replay(JsonMapper().readTree(file)) } }
        }
    }
}
