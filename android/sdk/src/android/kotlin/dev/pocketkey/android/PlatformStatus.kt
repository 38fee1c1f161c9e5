package dev.pocketkey.android

import android.app.KeyguardManager
import android.content.Context
import android.content.pm.PackageManager
import android.hardware.biometrics.BiometricManager
import android.hardware.biometrics.BiometricManager.Authenticators
import android.os.Build
import dev.pocketkey.BuiltInVerification
import dev.pocketkey.Modality
import dev.pocketkey.VerifierStatus

/**
 * What this phone's verification can do now, for [AndroidKeys] and [BiometricVerifier]: to open an authenticator, and
 * for `setVerifierStatus` each time that the app comes to the front.
 */
public fun verifierStatus(context: Context): VerifierStatus {
    val packages = context.packageManager
    val modalities = buildSet {
        if (packages.hasSystemFeature(PackageManager.FEATURE_FINGERPRINT)) add(Modality.FINGERPRINT)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            if (packages.hasSystemFeature(PackageManager.FEATURE_FACE)) add(Modality.FACEPRINT)
            if (packages.hasSystemFeature(PackageManager.FEATURE_IRIS)) add(Modality.EYEPRINT)
        }
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) add(Modality.PASSCODE)
    }
    val verification = when {
        isReady(context) -> BuiltInVerification.READY
        modalities.isEmpty() -> BuiltInVerification.NONE
        else -> BuiltInVerification.NOT_SET_UP
    }
    return VerifierStatus(verification, modalities)
}

private fun isReady(context: Context): Boolean {
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
        val ways = Authenticators.BIOMETRIC_STRONG or Authenticators.DEVICE_CREDENTIAL
        val can = context.getSystemService(BiometricManager::class.java).canAuthenticate(ways)
        return can == BiometricManager.BIOMETRIC_SUCCESS
    }
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
        @Suppress("DEPRECATION") // What Android 10 has.
        val can = context.getSystemService(BiometricManager::class.java).canAuthenticate()
        return can == BiometricManager.BIOMETRIC_SUCCESS
    }
    // Android 9 tells only whether there is a screen lock; a prompt tells the rest.
    return context.getSystemService(KeyguardManager::class.java).isDeviceSecure
}
