package android.os

/**
 * Android's own of this name asks the system what it is, and on a JVM there is none to answer. This one says Android
 * 14, and stands before it on the tests' class path.
 */
class Build {
    /** What the app asks for. */
    companion object {
        @JvmField
        val MANUFACTURER: String = "Nobody"

        @JvmField
        val MODEL: String = "JVM"
    }

    /** The version. */
    class VERSION {
        /** What the keys ask for. */
        companion object {
            @JvmField
            val SDK_INT: Int = 34
        }
    }
}
