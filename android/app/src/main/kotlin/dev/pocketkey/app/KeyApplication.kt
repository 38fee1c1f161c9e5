package dev.pocketkey.app

import android.app.Activity
import android.app.Application
import dev.pocketkey.Authenticator
import dev.pocketkey.android.AndroidKeys
import dev.pocketkey.android.ApduService
import dev.pocketkey.android.BiometricVerifier
import dev.pocketkey.android.verifierStatus
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async

// README: android
/** The app, which has one authenticator for as long as it lives. */
class KeyApplication : Application() {
    /** The activity on the screen: there, prompts are shown. */
    var window: Activity? = null

    private val opening = CoroutineScope(Dispatchers.Default).async(start = CoroutineStart.LAZY) {
        val keys = AndroidKeys()
        val verifier = BiometricVerifier(keys) { window }
        Authenticator.open(filesDir.resolve("keys"), keys, verifier, verifierStatus(this@KeyApplication))
    }

    suspend fun authenticator(): Authenticator = opening.await()
}

/** The phone on an NFC reader: named in the manifest. */
class KeyService : ApduService() {
    override suspend fun authenticator(): Authenticator = (application as KeyApplication).authenticator()
}
// README: end
