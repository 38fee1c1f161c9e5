package dev.pocketkey.app

import android.app.Activity
import android.os.Build
import android.os.Bundle
import android.widget.TextView
import dev.pocketkey.Membership
import dev.pocketkey.PocketkeyException
import dev.pocketkey.android.verifierStatus
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** Says how the phone stands, and makes it a key by the activation link that it was opened with. */
class MainActivity : Activity() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val app get() = application as KeyApplication
    private lateinit var text: TextView

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        text = TextView(this)
        setContentView(text)
        // A link is used once, not each time that the screen turns.
        val link = intent.dataString.takeIf { savedInstanceState == null }
        scope.launch { say { if (link == null) standing() else activate(link) } }
    }

    override fun onResume() {
        super.onResume()
        app.window = this
        // A screen lock may have been set up meanwhile.
        scope.launch {
            say {
                app.authenticator().setVerifierStatus(verifierStatus(this@MainActivity))
                null
            }
        }
    }

    override fun onPause() {
        if (app.window === this) app.window = null
        super.onPause()
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    private suspend fun activate(link: String): String =
        describe(app.authenticator().activate(link, "${Build.MANUFACTURER} ${Build.MODEL}"))

    private suspend fun standing(): String = app.authenticator().status().membership?.let(::describe)
        ?: "This phone is a security key. It belongs to no workspace."

    private fun describe(membership: Membership): String = when (membership) {
        is Membership.Member -> "This phone is a key of ${membership.workspace} (${membership.origin})."
        is Membership.Revoked -> "${membership.workspace} has revoked this key. Reset it to begin anew."
    }

    /** Shows what comes of something, where there is anything to say. */
    private suspend fun say(what: suspend () -> String?) {
        val told = try {
            what()
        } catch (error: PocketkeyException) {
            error.message
        }
        if (told != null) runOnUiThread { text.text = told }
    }
}
