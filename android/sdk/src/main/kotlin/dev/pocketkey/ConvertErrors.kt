package dev.pocketkey

import dev.pocketkey.ffi.ActivationException as FfiActivation
import dev.pocketkey.ffi.CallException as FfiCall
import dev.pocketkey.ffi.CheckInException as FfiCheckIn
import dev.pocketkey.ffi.CourierFailure as FfiCourierFailure
import dev.pocketkey.ffi.InternalException as FfiInternal
import dev.pocketkey.ffi.LinkException as FfiLink
import dev.pocketkey.ffi.OpenException as FfiOpen
import dev.pocketkey.ffi.OwnerException as FfiOwner
import dev.pocketkey.ffi.RequestException as FfiRequest
import dev.pocketkey.ffi.ScanException as FfiScan

/** The statuses that have types of their own (CTAP 2.3 §8.2). */
private object CtapStatus {
    const val CREDENTIAL_EXCLUDED = 0x19
    const val UNSUPPORTED_ALGORITHM = 0x26
    const val OPERATION_DENIED = 0x27
    const val KEY_STORE_FULL = 0x28
    const val KEEPALIVE_CANCEL = 0x2d
    const val NO_CREDENTIALS = 0x2e
    const val USER_ACTION_TIMEOUT = 0x2f
}

/** Runs a call of the library, whose errors become the API's. */
internal inline fun <T> translated(call: () -> T): T = try {
    call()
} catch (error: FfiCall) {
    throw error.toApi()
} catch (error: FfiRequest) {
    throw error.toApi()
} catch (error: FfiOwner) {
    throw error.toApi()
} catch (error: FfiOpen) {
    throw error.toApi()
} catch (error: FfiLink) {
    throw error.toApi()
} catch (error: FfiScan) {
    throw error.toApi()
} catch (error: FfiActivation) {
    throw error.toApi()
} catch (error: FfiCheckIn) {
    throw error.toApi()
} catch (error: FfiInternal) {
    throw InternalException(error.message.orEmpty())
} catch (error: IllegalStateException) {
    // The object behind a closed authenticator is gone.
    throw if (error.message?.endsWith("already been destroyed") == true) ClosedException() else error
}

internal fun FfiCall.toApi(): PocketkeyException = when (this) {
    is FfiCall.Busy -> BusyException()
    is FfiCall.Closed -> ClosedException()
}

internal fun FfiRequest.toApi(): PocketkeyException = when (this) {
    is FfiRequest.Busy -> BusyException()
    is FfiRequest.Closed -> ClosedException()
    is FfiRequest.Invalid -> RequestException.Invalid(what)
    is FfiRequest.Stopped -> RequestException.Stopped(notice.toApi())
    is FfiRequest.Refused -> when (status.toInt()) {
        CtapStatus.CREDENTIAL_EXCLUDED -> RequestException.AlreadyRegistered()
        CtapStatus.UNSUPPORTED_ALGORITHM -> RequestException.UnsupportedAlgorithm()
        CtapStatus.OPERATION_DENIED -> RequestException.Declined()
        CtapStatus.KEY_STORE_FULL -> RequestException.StoreFull()
        CtapStatus.KEEPALIVE_CANCEL -> RequestException.Cancelled()
        CtapStatus.NO_CREDENTIALS -> RequestException.NoCredential()
        CtapStatus.USER_ACTION_TIMEOUT -> RequestException.TimedOut()
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
    is FfiOpen.Truncated -> OpenException.Truncated(path)
    is FfiOpen.NewerSchema -> OpenException.NewerSchema(found.toInt(), known.toInt())
    is FfiOpen.InUse -> OpenException.InUse()
    is FfiOpen.Io -> OpenException.Unreadable(reason)
    is FfiOpen.Damaged -> OpenException.Damaged(reason)
    is FfiOpen.KeyStore -> OpenException.KeyStoreFailed(reason)
}

internal fun FfiLink.toApi(): PocketkeyException = when (this) {
    is FfiLink.Closed -> ClosedException()
    is FfiLink.WrongLength -> LinkException.WrongLength(expected.toInt(), found.toInt())
    is FfiLink.InUse -> LinkException.InUse()
}

internal fun FfiScan.toApi(): ScanException = when (this) {
    is FfiScan.NotAPicture -> ScanException.NotAPicture()
    is FfiScan.NothingFound -> ScanException.NothingFound()
    is FfiScan.Unreadable -> ScanException.Unreadable()
    is FfiScan.SomethingElse -> ScanException.SomethingElse(reason)
    is FfiScan.Several -> ScanException.Several(count.toInt())
}

internal fun FfiCourierFailure.toApi(): CourierFailure = CourierFailure.valueOf(name)

internal fun CourierFailure.toFfi(): FfiCourierFailure = FfiCourierFailure.valueOf(name)

internal fun FfiActivation.toApi(): PocketkeyException = when (this) {
    is FfiActivation.Busy -> BusyException()
    is FfiActivation.Closed -> ClosedException()
    is FfiActivation.Link -> WorkspaceException.BadLink(reason)
    is FfiActivation.Expired -> WorkspaceException.Expired()
    is FfiActivation.AlreadyBound -> WorkspaceException.AlreadyMember()
    is FfiActivation.NothingPending -> WorkspaceException.NothingPending()
    is FfiActivation.Revoked -> WorkspaceException.Revoked()
    is FfiActivation.Unreachable -> WorkspaceException.Unreachable(failure.toApi())
    is FfiActivation.Refused -> WorkspaceException.Refused(problem)
    is FfiActivation.NotBelieved -> WorkspaceException.NotBelieved(reason)
    is FfiActivation.NotPossible -> WorkspaceException.NotPossible(reason)
    is FfiActivation.VerificationNotSetUp -> WorkspaceException.VerificationNotSetUp()
    is FfiActivation.NotAgreed -> WorkspaceException.NotAgreed()
    is FfiActivation.Cancelled -> WorkspaceException.Cancelled()
    is FfiActivation.Platform -> WorkspaceException.Platform(reason)
}

internal fun FfiCheckIn.toApi(): PocketkeyException = when (this) {
    is FfiCheckIn.Closed -> ClosedException()
    is FfiCheckIn.NotAMember -> WorkspaceException.NotAMember()
    is FfiCheckIn.Unreachable -> WorkspaceException.Unreachable(failure.toApi())
    is FfiCheckIn.Refused -> WorkspaceException.Refused(problem)
    is FfiCheckIn.NotBelieved -> WorkspaceException.NotBelieved(reason)
    is FfiCheckIn.Cancelled -> WorkspaceException.Cancelled()
    is FfiCheckIn.Platform -> WorkspaceException.Platform(reason)
}
