package dev.pocketkey

import dev.pocketkey.ffi.ActivationException as FfiActivation
import dev.pocketkey.ffi.CallException as FfiCall
import dev.pocketkey.ffi.CheckInException as FfiCheckIn
import dev.pocketkey.ffi.CourierFailure as FfiFailure
import dev.pocketkey.ffi.InternalException as FfiInternal
import dev.pocketkey.ffi.LinkException as FfiLink
import dev.pocketkey.ffi.Notice as FfiNotice
import dev.pocketkey.ffi.NoticeReason as FfiReason
import dev.pocketkey.ffi.OpenException as FfiOpen
import dev.pocketkey.ffi.OwnerException as FfiOwner
import dev.pocketkey.ffi.RequestException as FfiRequest
import dev.pocketkey.ffi.ScanException as FfiScan
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** What cannot be brought about by a real cause is converted here too: a disk that fails, a fault of the library. */
class ConversionTest {
    private val notice = FfiNotice("Pocketkey", FfiReason.SUSPENDED, "why")

    private fun refused(status: Int, name: String = "") = FfiRequest.Refused(status.toUByte(), name)

    private val conversions: List<Pair<Exception, PocketkeyException>> = listOf(
        FfiCall.Busy() to BusyException(),
        FfiCall.Closed() to ClosedException(),
        FfiInternal("a panic") to InternalException("a panic"),
        FfiRequest.Busy() to BusyException(),
        FfiRequest.Closed() to ClosedException(),
        FfiRequest.Invalid("a name") to RequestException.Invalid("a name"),
        FfiRequest.Stopped(notice) to
            RequestException.Stopped(Notice("Pocketkey", NoticeReason.SUSPENDED, "why")),
        refused(0x19) to RequestException.AlreadyRegistered(),
        refused(0x26) to RequestException.UnsupportedAlgorithm(),
        refused(0x27) to RequestException.Declined(),
        refused(0x28) to RequestException.StoreFull(),
        refused(0x2d) to RequestException.Cancelled(),
        refused(0x2e) to RequestException.NoCredential(),
        refused(0x2f) to RequestException.TimedOut(),
        refused(0x7f, "CTAP1_ERR_OTHER") to RequestException.Failed(0x7f, "CTAP1_ERR_OTHER"),
        FfiOwner.Busy() to BusyException(),
        FfiOwner.Closed() to ClosedException(),
        FfiOwner.DiskFull() to StoreException.DiskFull(),
        FfiOwner.ReadOnly() to StoreException.ReadOnly(),
        FfiOwner.Damaged("a row") to StoreException.Damaged("a row"),
        FfiOwner.Platform() to StoreException.Platform(),
        FfiOpen.WrongKey() to OpenException.WrongKey(),
        FfiOpen.NotAStore("/file") to OpenException.NotAStore("/file"),
        FfiOpen.Truncated("/file") to OpenException.Truncated("/file"),
        FfiOpen.NewerSchema(9u, 8u) to OpenException.NewerSchema(9, 8),
        FfiOpen.InUse() to OpenException.InUse(),
        FfiOpen.Io("no folder") to OpenException.Unreadable("no folder"),
        FfiOpen.Damaged("a row") to OpenException.Damaged("a row"),
        FfiOpen.KeyStore("no chip") to OpenException.KeyStoreFailed("no chip"),
        FfiLink.Closed() to ClosedException(),
        FfiLink.WrongLength(64u, 63u) to LinkException.WrongLength(64, 63),
        FfiLink.InUse() to LinkException.InUse(),
        FfiScan.NotAPicture() to ScanException.NotAPicture(),
        FfiScan.NothingFound() to ScanException.NothingFound(),
        FfiScan.Unreadable() to ScanException.Unreadable(),
        FfiScan.SomethingElse("a menu") to ScanException.SomethingElse("a menu"),
        FfiScan.Several(2u) to ScanException.Several(2),
        FfiActivation.Busy() to BusyException(),
        FfiActivation.Closed() to ClosedException(),
        FfiActivation.Link("cut off") to WorkspaceException.BadLink("cut off"),
        FfiActivation.Expired() to WorkspaceException.Expired(),
        FfiActivation.AlreadyBound() to WorkspaceException.AlreadyMember(),
        FfiActivation.NothingPending() to WorkspaceException.NothingPending(),
        FfiActivation.Revoked() to WorkspaceException.Revoked(),
        FfiActivation.Unreachable(FfiFailure.NO_ANSWER) to WorkspaceException.Unreachable(CourierFailure.NO_ANSWER),
        FfiActivation.Unreachable(FfiFailure.TIMED_OUT) to WorkspaceException.Unreachable(CourierFailure.TIMED_OUT),
        FfiActivation.Refused("urn:no") to WorkspaceException.Refused("urn:no"),
        FfiActivation.NotBelieved("a seal") to WorkspaceException.NotBelieved("a seal"),
        FfiActivation.NotPossible("a rule") to WorkspaceException.NotPossible("a rule"),
        FfiActivation.VerificationNotSetUp() to WorkspaceException.VerificationNotSetUp(),
        FfiActivation.NotAgreed() to WorkspaceException.NotAgreed(),
        FfiActivation.Cancelled() to WorkspaceException.Cancelled(),
        FfiActivation.Platform("no chip") to WorkspaceException.Platform("no chip"),
        FfiCheckIn.Closed() to ClosedException(),
        FfiCheckIn.NotAMember() to WorkspaceException.NotAMember(),
        FfiCheckIn.Unreachable(FfiFailure.NOT_THE_SERVER) to
            WorkspaceException.Unreachable(CourierFailure.NOT_THE_SERVER),
        FfiCheckIn.Refused("urn:no") to WorkspaceException.Refused("urn:no"),
        FfiCheckIn.NotBelieved("a seal") to WorkspaceException.NotBelieved("a seal"),
        FfiCheckIn.Cancelled() to WorkspaceException.Cancelled(),
        FfiCheckIn.Platform("no chip") to WorkspaceException.Platform("no chip"),
    )

    @Test
    fun `each error of the library becomes its own type, with its fields`() {
        for ((error, expected) in conversions) {
            val thrown = fails<PocketkeyException> { translated { throw error } }
            // Messages hold the fields.
            assertEquals(expected.javaClass to expected.message, thrown.javaClass to thrown.message, "$error")
            if (thrown is RequestException.Stopped) {
                assertEquals((expected as RequestException.Stopped).notice, thrown.notice)
            }
        }
    }

    @Test
    fun `no error of the library and no type of the API is left out`() {
        val families = listOf(
            FfiCall::class, FfiRequest::class, FfiOwner::class, FfiOpen::class, FfiLink::class, FfiScan::class,
            FfiActivation::class, FfiCheckIn::class,
        )
        val errors = families.flatMap { leaves(it.java) }.toSet() + FfiInternal::class.java
        assertEquals(errors, conversions.map { it.first.javaClass }.toSet())
        assertEquals(leaves(PocketkeyException::class.java).toSet(), conversions.map { it.second.javaClass }.toSet())
    }

    /** The classes of a sealed family that something can be of. */
    private fun leaves(family: Class<*>): List<Class<*>> =
        family.permittedSubclasses?.flatMap { leaves(it) } ?: listOf(family)
}
