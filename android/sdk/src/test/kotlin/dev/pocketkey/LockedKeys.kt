package dev.pocketkey

/** Keys of which each signature has to be unlocked, as those of `AndroidKeyStore` are; and who unlocks them. */
class LockedKeys : JavaKeys() {
    private class Permit(val handle: ByteArray)

    private val attended = mutableListOf<ByteArray>()
    private var permit: Permit? = null

    /** Whether a permit was given and not used. */
    val unlocked: Boolean get() = permit != null

    override val bindsAuthorization: Boolean get() = true

    override fun generate(algorithm: Algorithm, role: KeyRole): GeneratedKey =
        super.generate(algorithm, role).also { if (role == KeyRole.CREDENTIAL) attended += it.handle }

    override fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray {
        if (attended.any { it.contentEquals(handle) }) {
            val given = authorization as? Permit
            if (given == null || given !== permit || !given.handle.contentEquals(handle)) {
                throw KeyException.NotAuthorized()
            }
            permit = null
        }
        return super.sign(handle, message, authorization)
    }

    /** Unlocks the key that each prompt names. */
    val owner: UserVerifier = verifier { prompt ->
        val key = when (val operation = prompt.operation) {
            is Operation.Register -> operation.key
            is Operation.SignIn -> operation.keys.first()
            is Operation.JoinWorkspace -> operation.key
            else -> null
        }
        permit = key?.let { Permit(it) }
        Answer.Consent(verified = true, authorization = permit)
    }
}
