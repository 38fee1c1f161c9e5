plugins {
    id("com.android.library") version "8.10.1"
    id("org.jetbrains.kotlin.android") version "2.1.21"
    id("maven-publish")
}

group = "dev.pocketkey"
version = "0.1.0"

/** Rust's names of the ABIs that the SDK is for; see `rustup target add` in ../README.md. */
val abis = listOf("arm64-v8a", "armeabi-v7a", "x86_64")

/** Where `cargo xtask bindings` puts the Kotlin code that calls the library. */
val generated = rootDir.resolve("../target/bindings/kotlin")

android {
    namespace = "dev.pocketkey"
    compileSdk = 36
    // r28 and newer align libraries to pages of 16 KB, which Google Play wants.
    ndkVersion = "28.1.13356709"

    defaultConfig {
        minSdk = 28
        consumerProguardFiles("consumer-rules.pro")
        // A library cannot be split: the app that includes it splits its APKs, as ../app does, or is a bundle.
        ndk { abiFilters += abis }
    }
    sourceSets["main"].kotlin.srcDirs("src/android/kotlin", generated)
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    packaging {
        // Uncompressed and aligned, so that the system maps them from the APK as they are.
        jniLibs.useLegacyPackaging = false
    }
    publishing {
        singleVariant("release") {
            withSourcesJar()
            withJavadocJar()
        }
    }
}

kotlin {
    explicitApi()
    jvmToolchain(17)
    compilerOptions { allWarningsAsErrors = true }
}

dependencies {
    implementation("net.java.dev.jna:jna:5.17.0@aar")
    // Flow and CoroutineDispatcher are in the API.
    api("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.10.2")
}

/** The library for each ABI. Cargo knows what has to be built again. */
val cargoNdk = tasks.register<Exec>("cargoNdk") {
    workingDir = rootDir.resolve("..")
    // SQLite without what a phone does not use.
    environment("LIBSQLITE3_FLAGS", rootDir.resolve("../bindings/sqlite-flags.txt").readText())
    commandLine(
        listOf("cargo", "ndk") + abis.flatMap { listOf("-t", it) } + listOf(
            "-o", "android/sdk/src/main/jniLibs",
            "rustc", "--profile", "sdk", "--package", "pocketkey-ffi", "--lib", "--crate-type", "cdylib",
        ),
    )
}

/** The code that calls it, generated from this machine's library. */
val bindings = tasks.register<Exec>("cargoBindings") {
    workingDir = rootDir.resolve("..")
    commandLine("cargo", "xtask", "bindings")
}

tasks.named("preBuild") { dependsOn(cargoNdk, bindings) }

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "sdk"
            afterEvaluate { from(components["release"]) }
            pom {
                name = "Pocketkey"
                description = "Makes an Android phone a FIDO2 security key that its owner controls"
                licenses {
                    license { name = "MIT" }
                    license { name = "Apache-2.0" }
                    // UniFFI's runtime, which is part of the library.
                    license { name = "MPL-2.0" }
                }
            }
        }
    }
}
