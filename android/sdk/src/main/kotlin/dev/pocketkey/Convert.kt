package dev.pocketkey

import dev.pocketkey.ffi.InternalException
import dev.pocketkey.ffi.Account as FfiAccount
import dev.pocketkey.ffi.ActivationException as FfiActivation
import dev.pocketkey.ffi.Algorithm as FfiAlgorithm
import dev.pocketkey.ffi.CallException as FfiCall
import dev.pocketkey.ffi.CheckInException as FfiCheckIn
import dev.pocketkey.ffi.Choice as FfiChoice
import dev.pocketkey.ffi.Event as FfiEvent
import dev.pocketkey.ffi.LinkException as FfiLink
import dev.pocketkey.ffi.LogLevel as FfiLogLevel
import dev.pocketkey.ffi.Membership as FfiMembership
import dev.pocketkey.ffi.OpenException as FfiOpen
import dev.pocketkey.ffi.Operation as FfiOperation
import dev.pocketkey.ffi.OwnerException as FfiOwner
import dev.pocketkey.ffi.Prompt as FfiPrompt
import dev.pocketkey.ffi.Refusal as FfiRefusal
import dev.pocketkey.ffi.RequestException as FfiRequest
import dev.pocketkey.ffi.ScanException as FfiScan
import dev.pocketkey.ffi.Site as FfiSite
import dev.pocketkey.ffi.Transport as FfiTransport

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

internal fun Choice.toFfi(): FfiChoice = when (this) {
    is Choice.Listed -> FfiChoice.Account(index.coerceAtLeast(0).toUInt())
    Choice.Older -> FfiChoice.Older
}

internal fun FfiPrompt.toApi(): Prompt = Prompt(
    operation.toApi(),
    transport.toApi(),
    needs == dev.pocketkey.ffi.Needs.VERIFICATION,
    timeoutMs.toLong(),
)

internal fun FfiOperation.toApi(): Operation = when (this) {
    is FfiOperation.Register -> Operation.Register(site.toApi(), account?.toApi(), key)
    is FfiOperation.AlreadyRegistered -> Operation.AlreadyRegistered(site.toApi())
    is FfiOperation.SignIn ->
        Operation.SignIn(site.toApi(), accounts.map { it.toApi() }, notListed.toLong(), keys)
    is FfiOperation.NoCredential -> Operation.NoCredential(site.toApi())
    is FfiOperation.Select -> Operation.Select
    is FfiOperation.AllowToken -> Operation.AllowToken(permissions.toInt(), site?.toApi())
    is FfiOperation.JoinWorkspace ->
        Operation.JoinWorkspace(invitation.workspace, invitation.origin, invitation.user, credentials.toLong())
    is FfiOperation.Reset -> Operation.Reset
}

internal fun FfiMembership.toApi(): Membership = when (this) {
    is FfiMembership.Member -> Membership.Member(
        workspace,
        origin,
        user,
        state == dev.pocketkey.ffi.KeyState.ACTIVE,
        policy.version.toLong(),
        policy.rules.verification == dev.pocketkey.ffi.Verification.READER_TAP_AND_PIN,
        grant?.left?.toLong(),
    )
    is FfiMembership.Revoked -> Membership.Revoked(workspace, origin)
}

internal fun FfiEvent.toApi(): Event = when (this) {
    is FfiEvent.Request -> Event.Request(transport.toApi(), command.toInt())
    is FfiEvent.Asked -> Event.Asked(prompt.toApi())
    is FfiEvent.Consented -> Event.Consented(verified)
    is FfiEvent.Refused -> Event.Refused(refusal.toApi())
    is FfiEvent.Withdrawn -> Event.Withdrawn
    is FfiEvent.Stopped -> Event.Stopped(notice.workspace, notice.text)
    is FfiEvent.Answered -> Event.Answered(transport.toApi(), command.toInt(), status.toInt())
    is FfiEvent.MembershipChanged -> Event.MembershipChanged(membership?.toApi())
    is FfiEvent.Erased -> Event.Erased
    is FfiEvent.Log -> Event.Log(LogLevel.valueOf(level.name), text)
    is FfiEvent.Missed -> Event.Missed(count.toLong())
}

/** Runs a call of the library, whose errors become the API's. */
internal inline fun <T> translated(call: () -> T): T = try {
    call()
} catch (error: FfiCall) {
    throw if (error is FfiCall.Busy) BusyException() else ClosedException()
} catch (error: FfiRequest) {
    throw error.toApi()
} catch (error: FfiOwner) {
    throw error.toApi()
} catch (error: FfiOpen) {
    throw error.toApi()
} catch (error: FfiLink) {
    throw if (error is FfiLink.InUse) BusyException() else ClosedException()
} catch (error: FfiScan) {
    throw ScanException(error.toReason())
} catch (error: FfiActivation) {
    throw error.toApi()
} catch (error: FfiCheckIn) {
    throw error.toApi()
} catch (error: InternalException) {
    throw StoreException.Damaged("a fault of the library: ${error.message}")
} catch (error: IllegalStateException) {
    // The object behind a closed authenticator is gone.
    throw if (error.message?.endsWith("already been destroyed") == true) ClosedException() else error
}

internal fun FfiRequest.toApi(): PocketkeyException = when (this) {
    is FfiRequest.Busy -> BusyException()
    is FfiRequest.Closed -> ClosedException()
    is FfiRequest.Invalid -> RequestException.Invalid(what)
    is FfiRequest.Refused -> when (status.toInt()) {
        0x19 -> RequestException.AlreadyRegistered()
        0x27 -> RequestException.Declined()
        0x2d -> RequestException.Cancelled()
        0x2e -> RequestException.NoCredential()
        0x2f -> RequestException.TimedOut()
        else -> RequestException.Failed(status.toInt(), name)
    }
}

internal fun FfiOwner.toApi(): PocketkeyException = when (this) {
    is FfiOwner.Busy -> BusyException()
    is FfiOwner.Closed -> ClosedException()
    is FfiOwner.DiskFull -> StoreException.DiskFull()
    is FfiOwner.ReadOnly -> StoreException.ReadOnly()
    is FfiOwner.Damaged -> StoreException.Damaged(reason)
    is FfiOwner.Platform -> StoreException.Platform()
}

internal fun FfiOpen.toApi(): OpenException = when (this) {
    is FfiOpen.WrongKey -> OpenException.WrongKey()
    is FfiOpen.NotAStore -> OpenException.NotAStore(path)
    is FfiOpen.Truncated -> OpenException.NotAStore(path)
    is FfiOpen.NewerSchema -> OpenException.NewerSchema(found.toInt(), known.toInt())
    is FfiOpen.InUse -> OpenException.InUse()
    is FfiOpen.Io -> OpenException.Unreadable(reason)
    is FfiOpen.Damaged -> OpenException.Unreadable(reason)
    is FfiOpen.KeyStore -> OpenException.KeyStoreFailed(reason)
}

internal fun FfiScan.toReason(): String = when (this) {
    is FfiScan.NotAPicture -> "this is not a picture that can be looked at"
    is FfiScan.NothingFound -> "no QR code was found: show all of it, larger and in better light"
    is FfiScan.Unreadable -> "a QR code was found that cannot be read: come closer and hold still"
    is FfiScan.SomethingElse -> reason
    is FfiScan.Several -> "the picture shows $count different activation codes: show only one"
}

internal fun FfiActivation.toApi(): PocketkeyException = when (this) {
    is FfiActivation.Busy -> BusyException()
    is FfiActivation.Closed -> ClosedException()
    is FfiActivation.Link -> WorkspaceException.BadLink(reason)
    is FfiActivation.Expired -> WorkspaceException.BadLink("this code has expired: ask for a new one")
    is FfiActivation.AlreadyBound -> WorkspaceException.WrongState("the phone belongs to a workspace already")
    is FfiActivation.NothingPending -> WorkspaceException.WrongState("no activation has been begun")
    is FfiActivation.Revoked -> WorkspaceException.WrongState("the workspace has revoked this key already")
    is FfiActivation.Unreachable -> WorkspaceException.Unreachable()
    is FfiActivation.Refused -> WorkspaceException.Refused(problem)
    is FfiActivation.NotBelieved -> WorkspaceException.NotBelieved(reason)
    is FfiActivation.NotPossible -> WorkspaceException.NotBelieved(reason)
    is FfiActivation.VerificationNotSetUp -> WorkspaceException.NotAgreed("set up a screen lock or biometrics first")
    is FfiActivation.NotAgreed -> WorkspaceException.NotAgreed("nobody agreed in time")
    is FfiActivation.Cancelled -> WorkspaceException.NotAgreed("the activation was cancelled")
    is FfiActivation.Platform -> WorkspaceException.Platform(reason)
}

internal fun FfiCheckIn.toApi(): PocketkeyException = when (this) {
    is FfiCheckIn.Closed -> ClosedException()
    is FfiCheckIn.NotAMember -> WorkspaceException.WrongState("the phone belongs to no workspace")
    is FfiCheckIn.Unreachable -> WorkspaceException.Unreachable()
    is FfiCheckIn.Refused -> WorkspaceException.Refused(problem)
    is FfiCheckIn.NotBelieved -> WorkspaceException.NotBelieved(reason)
    is FfiCheckIn.Cancelled -> WorkspaceException.NotAgreed("the check-in was cancelled")
    is FfiCheckIn.Platform -> WorkspaceException.Platform(reason)
}
