package dev.pocketkey.android

import android.app.Activity
import android.content.Context
import android.hardware.biometrics.BiometricManager.Authenticators
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import android.os.Handler
import android.os.Looper
import dev.pocketkey.Answer
import dev.pocketkey.Choice
import dev.pocketkey.Notice
import dev.pocketkey.Operation
import dev.pocketkey.Prompt
import dev.pocketkey.Refusal
import dev.pocketkey.UserVerifier
import java.util.concurrent.Executor
import kotlin.coroutines.resume
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Asks the person with the platform's own `BiometricPrompt`, which unlocks a key of [AndroidKeys] for one signature;
 * and with a plain dialog where accounts are chosen or somebody's presence is enough.
 *
 * An app needs the permission `USE_BIOMETRIC`.
 *
 * @param keys whose signatures are unlocked
 * @param words what a prompt says; in English by default
 * @param onNotice what happens when a workspace's rules have stopped a request; nothing by default
 * @param window the activity on which prompts are shown; `null` while there is none: then nobody can agree
 */
public class BiometricVerifier(
    private val keys: AndroidKeys,
    private val words: PromptWords = PromptWords(),
    private val onNotice: (Notice) -> Unit = {},
    private val window: () -> Activity?,
) : UserVerifier {
    private val main = Handler(Looper.getMainLooper())
    private val executor = Executor { main.post(it) }

    override suspend fun ask(prompt: Prompt): Answer {
        val activity = window() ?: return Answer.Refuse()
        val operation = prompt.operation
        val dialogs = Dialogs(activity, main, words)
        val chosen = if (operation is Operation.SignIn && (operation.accounts.size > 1 || operation.notListed > 0)) {
            dialogs.choose(operation) ?: return Answer.Refuse()
        } else {
            Choice.Listed(0)
        }
        // That agrees to nothing yet.
        if (chosen is Choice.Older) return Answer.Consent(verified = false, choice = chosen)
        val key = keyOf(operation, (chosen as Choice.Listed).index)
        return when {
            key != null -> verify(activity, operation, chosen, keys.begin(key))
            prompt.needsVerification -> verify(activity, operation, chosen, null)
            dialogs.confirm(operation) -> Answer.Consent(verified = false, choice = chosen)
            else -> Answer.Refuse()
        }
    }

    override fun tell(notice: Notice): Unit = onNotice(notice)

    private fun keyOf(operation: Operation, account: Int): ByteArray? = when (operation) {
        is Operation.Register -> operation.key
        is Operation.SignIn -> operation.keys.getOrNull(account)
        is Operation.JoinWorkspace -> operation.key
        else -> null
    }

    private suspend fun verify(context: Context, operation: Operation, choice: Choice, unlocking: Unlocking?): Answer =
        suspendCancellableCoroutine { waiting ->
            val cancellation = CancellationSignal()
            waiting.invokeOnCancellation { cancellation.cancel() }
            val callback = Callback(waiting, Answer.Consent(verified = true, choice, unlocking))
            main.post {
                if (!waiting.isActive) return@post
                val prompt = BiometricPrompt.Builder(context)
                    .setTitle(words.title(operation))
                    .setSubtitle(words.subtitle(operation))
                if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                    prompt.setAllowedAuthenticators(Authenticators.BIOMETRIC_STRONG or Authenticators.DEVICE_CREDENTIAL)
                } else {
                    prompt.setNegativeButton(words.cancel, executor) { _, _ -> callback.answer(Answer.Refuse()) }
                }
                if (unlocking == null) {
                    prompt.build().authenticate(cancellation, executor, callback)
                } else {
                    prompt.build().authenticate(unlocking.prompt, cancellation, executor, callback)
                }
            }
        }

    private class Callback(private val waiting: CancellableContinuation<Answer>, private val consent: Answer) :
        BiometricPrompt.AuthenticationCallback() {
        fun answer(answer: Answer) {
            if (waiting.isActive) waiting.resume(answer)
        }

        override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult?) = answer(consent)

        override fun onAuthenticationError(errorCode: Int, errString: CharSequence?) = answer(
            Answer.Refuse(
                when (errorCode) {
                    BiometricPrompt.BIOMETRIC_ERROR_TIMEOUT -> Refusal.TIMED_OUT
                    BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT,
                    BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT_PERMANENT,
                    -> Refusal.LOCKED
                    else -> Refusal.DECLINED
                },
            ),
        )
    }
}
