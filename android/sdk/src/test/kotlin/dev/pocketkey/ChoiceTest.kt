package dev.pocketkey

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Several accounts at one site: more than a prompt lists. */
@Timeout(60)
class ChoiceTest {
    private val asked = mutableListOf<Operation.SignIn>()
    private val choices = ArrayDeque<Choice>()

    /** Agrees to everything, and chooses what the test has laid ready. */
    private val chooses = verifier { prompt ->
        val operation = prompt.operation
        if (operation is Operation.SignIn) asked += operation
        Answer.Consent(verified = true, choice = choices.removeFirstOrNull() ?: Choice.Listed(0))
    }

    private suspend fun Authenticator.accounts(count: Int) {
        for (number in 1..count) {
            val account = Account(byteArrayOf(number.toByte()), "user$number", "User $number")
            makeCredential(CreationRequest(hash(number), SITE, account))
        }
    }

    @Test
    fun `older accounts are listed on demand, and the chosen one signs`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), chooses).use { authenticator ->
            authenticator.accounts(11)
            choices += listOf(Choice.Older, Choice.Listed(1))
            val signed = authenticator.getAssertion(ASSERTION)
            assertEquals("user2", signed.account?.name)
            val (newest, older) = asked.map { listed -> listed.accounts.map { it.name } to listed.notListed }
            assertEquals((11 downTo 4).map { "user$it" } to 3L, newest)
            assertEquals((3 downTo 1).map { "user$it" } to 0L, older)
        }
    }

    @Test
    fun `an account that was not listed signs nothing`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), chooses).use { authenticator ->
            authenticator.accounts(2)
            choices += Choice.Listed(2)
            fails<RequestException.Declined> { authenticator.getAssertion(ASSERTION) }
            choices += Choice.Listed(1)
            assertArrayEquals(byteArrayOf(1), authenticator.getAssertion(ASSERTION).account?.id)
        }
    }
}
