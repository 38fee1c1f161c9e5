package dev.pocketkey

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable

/** The phone and a real workspace, over HTTPS with the key that the link pins. */
@Timeout(120)
@EnabledIfEnvironmentVariable(named = "POCKETKEY_ADMINISTRATOR", matches = ".+")
class WorkspaceTest {
    // README: workspace
    suspend fun join(authenticator: Authenticator, picture: LuminancePlane): String {
        val link = readActivationCode(picture)
        return when (val membership = authenticator.activate(link, deviceName = "My phone")) {
            is Membership.Member -> "a key of ${membership.workspace}, for ${membership.user}"
            is Membership.Revoked -> "revoked by ${membership.workspace}"
        }
    }
    // README: end

    @Test
    fun `the code that the panel shows makes the phone a key`(): Unit = runBlocking {
        val key = Workspace.newKey()
        val picture = picture(key.link)
        Authenticator.open(null, JavaKeys(), AGREES).use { phone ->
            assertEquals("a key of Pocketkey, for ${key.user}", join(phone, picture))
        }
    }

    @Test
    fun `a link makes the phone a key, which signs in until it is suspended`(): Unit = runBlocking {
        val key = Workspace.newKey()
        val prompts = mutableListOf<Prompt>()
        val notices = mutableListOf<Notice>()
        val verifier = object : UserVerifier {
            override suspend fun ask(prompt: Prompt): Answer {
                prompts += prompt
                return Answer.Consent(verified = true)
            }

            override fun tell(notice: Notice) {
                notices += notice
            }
        }
        Authenticator.open(null, JavaKeys(), verifier).use { phone ->
            assertEquals(null, phone.status().membership)
            val joined = phone.activate(key.link, "A phone") as Membership.Member
            val asked = prompts.single().operation as Operation.JoinWorkspace
            assertEquals(WorkspaceInvitation("Pocketkey", key.origin, key.user), asked.invitation)
            assertEquals(asked.rules, joined.policy.rules)
            assertEquals(KeyState.ACTIVE, joined.state)
            assertEquals(joined, phone.status().membership)
            assertEquals(null, phone.pendingActivation())

            phone.makeCredential(CREATION)
            phone.getAssertion(ASSERTION)

            Workspace.suspend(key)
            val stopped = fails<RequestException.Stopped> { phone.getAssertion(ASSERTION) }
            assertEquals(NoticeReason.SUSPENDED, stopped.notice.reason)
            assertEquals(listOf(stopped.notice), notices)
            assertEquals(KeyState.SUSPENDED, (phone.checkIn() as Membership.Member).state)

            Workspace.resume(key)
            phone.getAssertion(ASSERTION)

            Workspace.revoke(key)
            assertTrue(phone.checkIn() is Membership.Revoked)
            assertTrue(phone.credentials().isEmpty())
            fails<RequestException.Stopped> { phone.makeCredential(CREATION) }
            phone.reset()
            assertEquals(null, phone.status().membership)
        }
    }

    @Test
    fun `refusals of a workspace arrive as their own types`(): Unit = runBlocking {
        val key = Workspace.newKey()
        val link = key.link
        Authenticator.open(null, JavaKeys(), verifier { Answer.Refuse() }).use { phone ->
            fails<WorkspaceException.NotAgreed> { phone.activate(link, "") }
        }
        val untrusted = link.replace(Regex("([#&]p=)[^&]*"), "$1" + "A".repeat(43))
        Authenticator.open(null, JavaKeys(), AGREES).use { phone ->
            fails<WorkspaceException.Unreachable> { phone.activate(untrusted, "") }.let {
                assertEquals(CourierFailure.NOT_THE_SERVER, it.failure)
            }
            phone.setVerifierStatus(VerifierStatus(BuiltInVerification.NOT_SET_UP))
            fails<WorkspaceException.VerificationNotSetUp> { phone.activate(link, "") }
            phone.setVerifierStatus(VerifierStatus())
            phone.activate(link, "A phone")
            fails<WorkspaceException.AlreadyMember> { phone.activate(link, "") }
        }
        Authenticator.open(null, JavaKeys(), AGREES).use { phone ->
            val refused = fails<WorkspaceException.Refused> { phone.activate(link, "") }
            assertEquals("urn:pocketkey:problem:ticket-used", refused.problem)
        }
    }

    @Test
    fun `without a courier the library's own is taken, where it was built with one`(): Unit = runBlocking {
        val key = Workspace.newKey()
        Authenticator.open(null, JavaKeys(), AGREES, courier = null).use { phone ->
            if (Authenticator.library.ownCourier) {
                assertEquals(key.origin, (phone.activate(key.link, "A phone") as Membership.Member).origin)
                phone.checkIn()
            } else {
                val nobody = fails<WorkspaceException.Unreachable> { phone.activate(key.link, "A phone") }
                assertEquals(CourierFailure.NO_ANSWER, nobody.failure)
            }
        }
    }

    @Test
    fun `keys that are unlocked one by one join too, and check in with nobody there`(): Unit = runBlocking {
        val key = Workspace.newKey()
        val keys = LockedKeys()
        Authenticator.open(null, keys, keys.owner, withEvents = true).use { phone ->
            val changed = async(Dispatchers.Unconfined) { phone.events.first { it is Event.MembershipChanged } }
            val joined = phone.activate(key.link, "A phone")
            assertEquals(Event.MembershipChanged(joined), withTimeout(5000) { changed.await() })
            phone.checkIn()
            phone.makeCredential(CREATION)
            phone.getAssertion(ASSERTION)
            assertFalse(keys.unlocked)
        }
    }
}
