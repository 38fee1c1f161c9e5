package dev.pocketkey

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse

/**
 * A workspace that runs, with a certificate that nobody vouches for but the activation link; and its administrator, at
 * the address that `POCKETKEY_ADMINISTRATOR` names (`tests/workspace/for_sdks.py`).
 */
object Workspace {
    private val http = HttpClient.newHttpClient()

    /** A user's pending phone. */
    class Key(val id: String, val link: String, val origin: String, val user: String)

    private fun ask(path: String): String {
        val address = URI("${System.getenv("POCKETKEY_ADMINISTRATOR")}/pinned/$path")
        val request = HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.noBody()).build()
        val answer = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() == 200) { answer.body() }
        return answer.body()
    }

    private fun text(json: String, name: String): String =
        Regex("\"$name\":\\s*\"([^\"]*)\"").find(json)?.groupValues?.get(1) ?: error("no $name in $json")

    fun newKey(): Key =
        ask("new-key").let { Key(text(it, "key"), text(it, "link"), text(it, "origin"), text(it, "user")) }

    fun suspend(key: Key): String = ask("${key.id}/suspend")

    fun resume(key: Key): String = ask("${key.id}/resume")

    fun revoke(key: Key): String = ask("${key.id}/revoke")
}
