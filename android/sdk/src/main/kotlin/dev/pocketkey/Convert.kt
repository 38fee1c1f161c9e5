package dev.pocketkey

import dev.pocketkey.ffi.Account as FfiAccount
import dev.pocketkey.ffi.Algorithm as FfiAlgorithm
import dev.pocketkey.ffi.Authenticator as FfiAuthenticator
import dev.pocketkey.ffi.Credential as FfiCredential
import dev.pocketkey.ffi.Event as FfiEvent
import dev.pocketkey.ffi.Letter as FfiLetter
import dev.pocketkey.ffi.LogLevel as FfiLogLevel
import dev.pocketkey.ffi.Membership as FfiMembership
import dev.pocketkey.ffi.Needs
import dev.pocketkey.ffi.Notice as FfiNotice
import dev.pocketkey.ffi.Operation as FfiOperation
import dev.pocketkey.ffi.Prompt as FfiPrompt
import dev.pocketkey.ffi.Refusal as FfiRefusal
import dev.pocketkey.ffi.Rules
import dev.pocketkey.ffi.Site as FfiSite
import dev.pocketkey.ffi.Status as FfiStatus
import dev.pocketkey.ffi.Transport as FfiTransport
import dev.pocketkey.ffi.VerifierStatus as FfiVerifierStatus
import dev.pocketkey.ffi.WorkspaceInvitation as FfiInvitation
import java.time.Instant
import kotlin.time.Duration.Companion.milliseconds

internal fun Transport.toFfi(): FfiTransport = FfiTransport.valueOf(name)

internal fun FfiTransport.toApi(): Transport = Transport.valueOf(name)

internal fun Algorithm.toFfi(): FfiAlgorithm = FfiAlgorithm.valueOf(name)

internal fun FfiAlgorithm.toApi(): Algorithm = Algorithm.valueOf(name)

internal fun Refusal.toFfi(): FfiRefusal = FfiRefusal.valueOf(name)

internal fun FfiRefusal.toApi(): Refusal = Refusal.valueOf(name)

internal fun LogLevel.toFfi(): FfiLogLevel = FfiLogLevel.valueOf(name)

internal fun FfiSite.toApi(): Site = Site(id, name)

internal fun FfiAccount.toApi(): Account = Account(id, name, displayName)

internal fun Account.toFfi(): FfiAccount = FfiAccount(name, displayName, id)

internal fun VerifierStatus.toFfi(): FfiVerifierStatus = FfiVerifierStatus(
    when (verification) {
        BuiltInVerification.NONE -> null
        BuiltInVerification.NOT_SET_UP -> false
        BuiltInVerification.READY -> true
    },
    modalities.fold(0) { bits, modality -> bits or modality.bit }.toUInt(),
    choosesAccount,
)

internal fun FfiAuthenticator.give(question: ULong, answer: Answer): Unit = when (answer) {
    is Answer.Refuse -> refuse(question, answer.reason.toFfi())
    is Answer.Consent -> {
        val authorized = answer.authorization != null
        when (val choice = answer.choice) {
            // What nobody listed is refused by the library.
            is Choice.Listed -> consent(question, answer.verified, authorized, choice.index.toUInt())
            Choice.Older -> listOlder(question, answer.verified, authorized)
        }
    }
}

internal fun FfiPrompt.toApi(): Prompt =
    Prompt(operation.toApi(), transport.toApi(), needs == Needs.VERIFICATION, timeoutMs.toLong().milliseconds)

internal fun FfiOperation.toApi(): Operation = when (this) {
    is FfiOperation.Register -> Operation.Register(site.toApi(), account?.toApi(), key)
    is FfiOperation.AlreadyRegistered -> Operation.AlreadyRegistered(site.toApi())
    is FfiOperation.SignIn ->
        Operation.SignIn(site.toApi(), accounts.map { it.toApi() }, notListed.toLong(), keys)
    is FfiOperation.NoCredential -> Operation.NoCredential(site.toApi())
    is FfiOperation.Select -> Operation.Select
    is FfiOperation.AllowToken -> {
        val bits = permissions.toInt()
        Operation.AllowToken(TokenPermission.entries.filter { it.bit and bits != 0 }.toSet(), site?.toApi())
    }
    is FfiOperation.JoinWorkspace ->
        Operation.JoinWorkspace(invitation.toApi(), rules.toApi(), credentials.toLong(), key)
    is FfiOperation.Reset -> Operation.Reset
}

internal fun FfiInvitation.toApi(): WorkspaceInvitation = WorkspaceInvitation(workspace, origin, user)

internal fun Rules.toApi(): WorkspaceRules = WorkspaceRules(
    bluetoothProximity,
    offlineLogin?.let { OfflineLogin(it.uses.toLong(), it.days.toInt()) },
    Verification.valueOf(verification.name),
)

internal fun FfiMembership.toApi(): Membership = when (this) {
    is FfiMembership.Member -> Membership.Member(
        workspace,
        origin,
        user,
        KeyState.valueOf(state.name),
        Policy(policy.version.toLong(), policy.rules.toApi()),
        grant?.let { Grant(it.left.toLong(), instant(it.until)) },
        instant(lastCheckIn),
    )
    is FfiMembership.Revoked -> Membership.Revoked(workspace, origin, instant(at))
}

/** A time that a workspace says. One beyond all time is the end of it. */
private fun instant(unixSeconds: ULong): Instant =
    Instant.ofEpochSecond(unixSeconds.coerceAtMost(Instant.MAX.epochSecond.toULong()).toLong())

internal fun FfiStatus.toApi(): Status = Status(
    PinStatus(
        protection.pinIsSet,
        protection.pinRetries.toInt(),
        protection.pinIsBlocked,
        protection.pinMustChange,
        protection.minPinLength.toInt(),
    ),
    protection.uvRetries.toInt(),
    protection.alwaysUv,
    servesU2f,
    membership?.toApi(),
)

internal fun FfiCredential.toApi(): Credential = Credential(
    id,
    Site(rpId, rpName),
    account.toApi(),
    algorithm.toApi(),
    CredentialProtection.valueOf(protect.name),
)

internal fun FfiNotice.toApi(): Notice = Notice(workspace, NoticeReason.valueOf(reason.name), text)

internal fun FfiLetter.toApi(): Letter = Letter(url, pin, mediaType, body, timeoutMs.toLong().milliseconds)

internal fun FfiEvent.toApi(): Event = when (this) {
    is FfiEvent.Request -> Event.Request(transport.toApi(), command.toInt())
    is FfiEvent.Asked -> Event.Asked(question.toLong(), prompt.toApi())
    is FfiEvent.Consented -> Event.Consented(question.toLong(), verified)
    is FfiEvent.Refused -> Event.Refused(question.toLong(), refusal.toApi())
    is FfiEvent.Withdrawn -> Event.Withdrawn(question.toLong())
    is FfiEvent.Stopped -> Event.Stopped(notice.toApi())
    is FfiEvent.Answered -> Event.Answered(transport.toApi(), command.toInt(), status.toInt())
    is FfiEvent.MembershipChanged -> Event.MembershipChanged(membership?.toApi())
    is FfiEvent.Erased -> Event.Erased
    is FfiEvent.Log -> Event.Log(LogLevel.valueOf(level.name), text)
    is FfiEvent.Missed -> Event.Missed(count.toLong())
}
