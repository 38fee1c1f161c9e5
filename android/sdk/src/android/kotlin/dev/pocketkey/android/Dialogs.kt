package dev.pocketkey.android

import android.app.Activity
import android.app.AlertDialog
import android.os.Handler
import dev.pocketkey.Choice
import dev.pocketkey.Operation
import kotlin.coroutines.resume
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine

/** What needs no verification: a tap, a choice. */
internal class Dialogs(private val activity: Activity, private val main: Handler, private val words: PromptWords) {
    /** Whether somebody is there and agrees. */
    suspend fun confirm(operation: Operation): Boolean = show(operation, false) { dialog, answer ->
        dialog.setMessage(words.subtitle(operation))
        dialog.setPositiveButton(words.agree) { _, _ -> answer(true) }
    }

    /** Which account; `null` where none was chosen. */
    suspend fun choose(operation: Operation.SignIn): Choice? = show(operation, null) { dialog, answer ->
        val accounts = operation.accounts.map { it.name ?: it.displayName ?: words.unnamed }
        val lines = if (operation.notListed > 0) accounts + words.older else accounts
        dialog.setItems(lines.toTypedArray()) { _, index ->
            answer(if (index < accounts.size) Choice.Listed(index) else Choice.Older)
        }
    }

    private suspend fun <T> show(
        operation: Operation,
        otherwise: T,
        fill: (AlertDialog.Builder, (T) -> Unit) -> Unit,
    ): T = suspendCancellableCoroutine { waiting: CancellableContinuation<T> ->
        main.post {
            if (!waiting.isActive) return@post
            val answer = { given: T -> if (waiting.isActive) waiting.resume(given) }
            val builder = AlertDialog.Builder(activity)
                .setTitle(words.title(operation))
                .setNegativeButton(words.cancel) { _, _ -> answer(otherwise) }
                .setOnCancelListener { answer(otherwise) }
            fill(builder, answer)
            val dialog = builder.show()
            waiting.invokeOnCancellation { main.post { dialog.dismiss() } }
        }
    }
}
