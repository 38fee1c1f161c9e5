package dev.pocketkey.android

import dev.pocketkey.Operation

/** What prompts say, in English. An app overrides it to say it in the person's language. */
public open class PromptWords {
    /** The button that agrees. */
    public open val agree: String get() = "Continue"

    /** The button that refuses. */
    public open val cancel: String get() = "Cancel"

    /** The line that lists more accounts. */
    public open val older: String get() = "Older accounts"

    /** An account without a name. */
    public open val unnamed: String get() = "Account without a name"

    /** What will happen, in a few words. */
    public open fun title(operation: Operation): String = when (operation) {
        is Operation.Register -> "Save a passkey"
        is Operation.AlreadyRegistered -> "A passkey is here already"
        is Operation.SignIn -> "Sign in"
        is Operation.NoCredential -> "No passkey for this site"
        is Operation.Select -> "Use this phone?"
        is Operation.AllowToken -> "Let a program use your passkeys?"
        is Operation.JoinWorkspace -> "Join ${operation.invitation.workspace}?"
        is Operation.Reset -> "Erase every passkey on this phone?"
    }

    /** Who asks, and for whom. What a site calls itself is not shown: anybody can call himself anything. */
    public open fun subtitle(operation: Operation): String = when (operation) {
        is Operation.Register -> listOfNotNull(operation.site.id, operation.account?.name).joinToString(", ")
        is Operation.AlreadyRegistered -> operation.site.id
        is Operation.SignIn ->
            listOfNotNull(operation.site.id, operation.accounts.singleOrNull()?.name).joinToString(", ")
        is Operation.NoCredential -> operation.site.id
        is Operation.Select -> "A computer asks which phone to use."
        is Operation.AllowToken -> operation.site?.id ?: "It can use those of every site."
        is Operation.JoinWorkspace ->
            with(operation.invitation) { "$origin, as $user. It can erase this phone's passkeys." }
        is Operation.Reset -> "This cannot be undone."
    }
}
