package android.os

/**
 * What Android's own of this name asks the system: on a JVM there is none, and it has nothing to say but its version. It
 * stands before Android's on the tests' class path.
 */
@Suppress("unused", "FunctionOnlyReturningConstant", "UnusedParameter")
object SystemProperties {
    @JvmStatic
    fun get(key: String): String = get(key, "")

    @JvmStatic
    fun get(key: String, otherwise: String?): String = if (key == "ro.build.version.sdk") "34" else otherwise.orEmpty()

    @JvmStatic
    fun getInt(key: String, otherwise: Int): Int = if (key == "ro.build.version.sdk") 34 else otherwise

    @JvmStatic
    fun getLong(key: String, otherwise: Long): Long = otherwise

    @JvmStatic
    fun getBoolean(key: String, otherwise: Boolean): Boolean = otherwise
}
