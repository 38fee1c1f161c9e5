//! Prints seeds for the targets that no client's traffic feeds: `cargo run --example seeds -- TARGET`.

use ciborium::{Value, cbor};
use pocketkey_core::protocol::{
    Base64Url, CheckIn, Enrolment, Message, Offer, Standing, encode, signing_input,
};
use qrcode::{Color, EcLevel, QrCode};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

/// 32 bytes of which nothing is secret.
const BYTES: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn main() {
    let seeds = match std::env::args().nth(1).as_deref() {
        Some("messages") => messages(),
        Some("pictures") => pictures(),
        Some("rows") => rows(),
        Some("bodies") => bodies(),
        Some("sequences") => sequences(),
        _ => panic!("name a target: messages, pictures, rows, bodies or sequences"),
    };
    for seed in seeds {
        println!("{}", seed.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
}

fn links() -> Vec<String> {
    vec![
        format!("https://keys.example/activate#t={BYTES}&k={BYTES}"),
        format!("https://keys.example:8443/activate#t={BYTES}&k={BYTES}&p={BYTES}"),
        format!("http://127.0.0.1:8080/activate#t={BYTES}&k={BYTES}"),
        "https://example.com/".to_owned(),
    ]
}

fn settings() -> Json {
    json!({
        "bluetooth_proximity": false,
        "offline_login": { "uses": 20, "days": 7 },
        "verification": "on-phone",
        "credential_storage": "phone",
    })
}

fn offer() -> Json {
    json!({
        "issuer": "https://keys.example",
        "workspace": { "id": "w", "name": "A workspace" },
        "user": { "name": "user1", "display_name": "First user" },
        "ticket": BYTES,
        "options": {
            "rp": { "id": "keys.example", "name": "A workspace" },
            "user": { "id": "dXNlcjE", "name": "user1", "displayName": "First user" },
            "challenge": BYTES,
            "pubKeyCredParams": [{ "alg": -7, "type": "public-key" }],
        },
        "settings": settings(),
        "issued_at": 2_000_000_000_u64,
        "expires_at": 2_000_086_400_u64,
    })
}

fn standing(state: &str, grant: &Json) -> Json {
    json!({
        "issuer": "https://keys.example",
        "answers": BYTES,
        "key": "k",
        "state": state,
        "policy": { "version": 3, "settings": settings() },
        "grant": grant,
        "issued_at": 2_000_000_000_u64,
    })
}

fn signed<M: Message + DeserializeOwned>(json: &Json) -> String {
    let message: M = serde_json::from_value(json.clone()).expect("it is one");
    // Nobody's signature: r and s are one.
    let mut signature = [0; 64];
    (signature[31], signature[63]) = (1, 1);
    encode(M::ALGORITHM, &signing_input(&message), &signature).expect("64 bytes")
}

fn messages() -> Vec<Vec<u8>> {
    let grant = json!({ "serial": 4, "uses": 20, "until": 2_000_600_000_u64 });
    let check_in = json!({
        "key": "k", "nonce": BYTES, "sequence": 9, "policy": 3,
        "grant": { "serial": 4, "left": 20 },
    });
    let point = Base64Url([&[4][..], &[7; 64]].concat()).text();
    let enrolment = json!({
        "ticket": BYTES,
        "offer": BYTES,
        "device_key": point,
        "credential": {
            "id": BYTES, "rawId": BYTES, "type": "public-key",
            "response": {
                "clientDataJSON": "e30", "attestationObject": "oA", "transports": ["usb", "nfc"],
            },
        },
        "device_name": "A phone",
    });
    let mut seeds: Vec<(u8, String)> = links().into_iter().map(|link| (0, link)).collect();
    seeds.push((1, signed::<Offer>(&offer())));
    if let Ok(enrolment) = serde_json::from_value::<Enrolment>(enrolment) {
        let json = serde_json::to_value(&enrolment).expect("it can be written");
        seeds.push((2, signed::<Enrolment>(&json)));
    }
    seeds.push((3, signed::<CheckIn>(&check_in)));
    for state in ["active", "suspended", "revoked"] {
        seeds.push((4, signed::<Standing>(&standing(state, &grant))));
        seeds.push((6, standing(state, &Json::Null).to_string()));
    }
    seeds.push((5, offer().to_string()));
    seeds.push((7, json!({ "version": 3, "settings": settings() }).to_string()));
    seeds.push((8, json!({ "ticket": BYTES }).to_string()));
    seeds.push((8, "urn:pocketkey:problem:ticket-used".to_owned()));
    seeds.into_iter().map(|(kind, text)| [&[kind], text.as_bytes()].concat()).collect()
}

/// Codes as the target draws them: width, scale, no noise, and a bit for each module.
fn pictures() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for link in links() {
        for (level, scale) in [(EcLevel::L, 2), (EcLevel::M, 1), (EcLevel::H, 3)] {
            let code = QrCode::with_error_correction_level(&link, level).expect("it fits");
            let width = u8::try_from(code.width()).expect("it is small");
            let mut seed = vec![width - 1, scale, 0, 0];
            let modules = code.to_colors();
            for eight in modules.chunks(8) {
                let bits = eight.iter().enumerate();
                seed.push(bits.map(|(at, one)| u8::from(*one == Color::Dark) << (7 - at)).sum());
            }
            seeds.push(seed);
        }
    }
    seeds
}

/// What the store writes under its seal, by kind.
fn rows() -> Vec<Vec<u8>> {
    let blob = |length: usize| Value::Bytes(vec![7; length]);
    let rows = [
        cbor!({ 1 => blob(16), 2 => 4, 3 => 8, 4 => 5, 5 => 4, 6 => false, 7 => ["example.com"],
                8 => false, 9 => false, 10 => blob(32), 11 => true }),
        cbor!({ 1 => "example.com", 2 => "Example", 3 => [1, 0, 2] }),
        cbor!({ 1 => blob(141), 2 => -7, 3 => blob(32), 4 => 0, 7 => blob(77), 8 => blob(8),
                9 => "user1", 10 => "First user", 11 => blob(4), 12 => true }),
        cbor!({ 1 => blob(141), 2 => -8, 3 => blob(32), 4 => 9, 5 => true, 6 => 3 }),
    ];
    let rows = rows.into_iter().zip(0_u8..).map(|(row, kind)| {
        let mut seed = vec![kind];
        ciborium::into_writer(&row.expect("a value"), &mut seed).expect("a Vec");
        seed
    });
    rows.collect()
}

/// What only a phone says, and conversations in which one answer is needed for the next request.
fn bodies() -> Vec<Vec<u8>> {
    const JSON: &str = "content-type: application/json\nx-csrf-token: {csrf}\n";
    const FORM: &str = "content-type: application/x-www-form-urlencoded\n";
    const JOSE: &str = "content-type: application/jose\n";
    const CREATED: &str = r#"{"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":
        "\x02{"type":"webauthn.create","challenge":"{challenge}","origin":"http://localhost:8465"}\x03",
        "attestationObject":"\x02\xa3cfmtdnonegattStmt\xa0hauthDataX\x03","transports":["usb"]}}"#;
    const SIGNED: &str = r#"{"id":"AQ","rawId":"AQ","type":"public-key","extensions":{},"response":{
        "clientDataJSON":
        "\x02{"type":"webauthn.get","challenge":"{challenge}","origin":"http://localhost:8465"}\x03",
        "authenticatorData":"AQ","signature":"AQ","userHandle":"AQ"}}"#;
    let enrolment = r#"{"ticket":"{ticket}","offer":"{offer}","device_key":{device},"credential":{
        "id":"{credential}","rawId":"{credential}","type":"public-key","response":{
        "clientDataJSON":"{client-data}","attestationObject":"{attestation}",
        "transports":["internal","nfc"]}},"device_name":"A phone"}"#;
    let check_in =
        format!(r#"{{"key":"{{phone}}","nonce":"{BYTES}","sequence":9,"policy":1,"grant":null}}"#);
    let enrol = format!("phone POST /phone/v1/enrolment\n{JOSE}\n{enrolment}");
    let offer = format!("phone POST /phone/v1/offer\n{JSON}\n{{\"ticket\":\"{{ticket}}\"}}");
    let asked = |text: &str| {
        // The marks of what is to be base64url, and the bytes of CBOR.
        let marks = [("\\x02", "\x02"), ("\\x03", "\x03")];
        marks.iter().fold(text.to_owned(), |text, (name, mark)| text.replace(name, mark))
    };
    let ceremony = |who: &str, begin: &str, first: &str, finish: &str, second: &str| {
        format!(
            "{who} POST {begin}\n{JSON}\n{first}\x1e{who} POST {finish}\n{JSON}\n{}",
            asked(second)
        )
    };
    let finish = |credential: &str| format!(r#"{{"state":"{{state}}","credential":{credential}}}"#);
    let labelled = |credential: &str| {
        format!(r#"{{"state":"{{state}}","label":"key","credential":{credential}}}"#)
    };
    let mailed = |credential: &str| {
        format!(r#"{{"ticket":"{{mailed}}","state":"{{state}}","credential":{credential}}}"#)
    };
    let upload = "owner POST /admin/users/import\ncontent-type: multipart/form-data; boundary=x\n\n\
        --x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
        user_id,name,email,user_name,groups\r\n9,Nine,nine@example.org,nine,group\r\n\r\n--x--\r\n";
    let password = format!(
        "visitor POST /admin/sign-in\n{FORM}\ncsrf={{csrf}}&user_name=owner&password={{password}}\
         \x1evisitor GET /admin/users/{{user}}\n\n"
    );
    let invited = format!(
        "visitor GET /set-up/{{link}}\n\n\x1evisitor POST /set-up/{{link}}\n{FORM}\n\
         csrf={{csrf}}&password=long+enough+8151&password_again=long+enough+8151"
    );
    let mut seeds = vec![
        format!("{offer}\x1e{enrol}\x1e{enrol}"),
        format!("phone POST /phone/v1/check-in\n{JOSE}\n{check_in}"),
        ceremony("visitor", "/signin/begin", "{}", "/signin/finish", &finish(SIGNED)),
        ceremony(
            "visitor",
            "/admin/sign-in/passkey/begin",
            "{}",
            "/admin/sign-in/passkey/finish",
            &finish(SIGNED),
        ),
        ceremony(
            "visitor",
            "/register/begin",
            r#"{"ticket":"{mailed}"}"#,
            "/register/finish",
            &mailed(CREATED),
        ),
        ceremony(
            "owner",
            "/admin/account/passkeys/begin",
            "{}",
            "/admin/account/passkeys/finish",
            &labelled(CREATED),
        ),
        ceremony(
            "administrator",
            "/admin/keys/{card}/register/begin",
            "{}",
            "/admin/keys/{card}/register/finish",
            &finish(CREATED),
        ),
        upload.to_owned(),
        "program POST /api/v1/import\ncontent-type: text/csv\n\n\
         user_id,name,email,user_name,groups\n9,Nine,,nine,\n"
            .to_owned(),
        password,
        invited,
    ];
    for who in ["nobody", "auditor", "reader", "user", "administrator"] {
        let form = format!("{FORM}\ncsrf={{csrf}}");
        seeds.extend([
            format!("{who} POST /admin/users/{{user}}/block\n{form}"),
            format!("{who} DELETE /api/v1/users/{{user}}\n\n"),
            format!("{who} GET /admin/users\n\n"),
        ]);
    }
    seeds.into_iter().map(String::into_bytes).collect()
}

/// One of so many variants, as `arbitrary` reads it.
fn variant(which: u64, of: u64) -> Vec<u8> {
    let least = (which << 32).div_ceil(of);
    u32::try_from(least).expect("it is one of them").to_le_bytes().to_vec()
}

/// A step of `src/sequences/steps.rs`: an action with its fields, and the person who is asked.
fn step(action: u64, fields: &[u8], person: u64) -> Vec<u8> {
    let goes_on = vec![1];
    let client = vec![0];
    [goes_on, variant(action, 20), fields.to_vec(), variant(person, 8), client].concat()
}

/// What a careful client does, to whom a promise would be broken first: PINs tried, a token used again,
/// somebody present who is not verified, more sign-ins than an epoch of the counter has.
fn sequences() -> Vec<Vec<u8>> {
    const AGREES: u64 = 0;
    const AGREES_UNVERIFIED: u64 = 3;
    let none = vec![0];
    let some = |value: u8| vec![1, value];
    let (unproven, latest) = (variant(0, 5), variant(2, 5));
    let pin_token = |pin, permissions| step(2, &[pin, permissions, 1, 0], AGREES);
    let uv_token = |permissions, person| step(3, &[permissions, 1, 0], person);
    let power_cycle = step(15, &[], AGREES);
    let make = |proof: &[u8]| {
        let fields = [&[0, 1, 1][..], &none, &none, &none, &none, proof].concat();
        step(4, &fields, AGREES)
    };
    let sign_in = |uv: &[u8], proof: &[u8], person| {
        let fields = [&[0][..], &some(0), &none, uv, proof].concat();
        step(5, &fields, person)
    };
    let with_pin = |steps: Vec<Vec<u8>>| [vec![0, 1], steps.concat()].concat();
    let with_built_in_uv = |steps: Vec<Vec<u8>>| [vec![1, 1, 0], steps.concat()].concat();
    let unprotected = |steps: Vec<Vec<u8>>| [vec![0, 0], steps.concat()].concat();
    let again = sign_in(&none, &latest, AGREES);
    let many = vec![sign_in(&none, &unproven, AGREES); 66];
    vec![
        with_pin(vec![
            pin_token(1, 2),
            pin_token(1, 2),
            power_cycle,
            pin_token(1, 2),
            pin_token(0, 2),
        ]),
        with_pin(vec![
            pin_token(0, 3),
            make(&latest),
            pin_token(0, 2),
            again.clone(),
            again.clone(),
            again,
        ]),
        with_built_in_uv(vec![
            make(&unproven),
            uv_token(2, AGREES_UNVERIFIED),
            sign_in(&some(1), &unproven, AGREES_UNVERIFIED),
        ]),
        unprotected([vec![make(&unproven)], many].concat()),
    ]
}
