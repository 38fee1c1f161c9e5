plugins {
    id("com.android.library") version "8.10.1"
    id("org.jetbrains.kotlin.android") version "2.1.21"
}

android {
    namespace = "dev.pocketkey"
    compileSdk = 36
    // r28 and newer align to 16 KB pages.
    ndkVersion = "28.1.13356709"

    defaultConfig {
        minSdk = 28
        consumerProguardFiles("consumer-rules.pro")
        // A library cannot be split: an app that includes it chooses its ABIs by splits or an app bundle.
        ndk { abiFilters += listOf("arm64-v8a", "x86_64") }
    }
    sourceSets["main"].kotlin.srcDir("../../target/bindings/kotlin")
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

kotlin {
    explicitApi()
    jvmToolchain(17)
}

dependencies {
    implementation("net.java.dev.jna:jna:5.17.0@aar")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.10.2")
}

/** The library for each ABI, by cargo-ndk; cargo knows what has to be built again. */
val native = tasks.register<Exec>("cargoNdk") {
    workingDir = file("../..")
    commandLine(
        "cargo", "ndk", "-t", "arm64-v8a", "-t", "x86_64", "-o", "android/sdk/src/main/jniLibs",
        "rustc", "--profile", "sdk", "--package", "pocketkey-ffi", "--lib", "--crate-type", "cdylib",
    )
}

tasks.named("preBuild") { dependsOn(native) }
