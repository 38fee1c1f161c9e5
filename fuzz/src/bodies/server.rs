//! The server of one conversation, and those who ask it.

use std::{
    cell::RefCell, collections::BTreeMap, fs, net::Ipv4Addr, net::SocketAddr, path::PathBuf,
    rc::Rc, sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use pocketkey_core::protocol::{
    self, Base64Url, CheckIn, ENROLMENT_PATH, Enrolment, MEDIA_TYPE, Message, OFFER_PATH,
};
use pocketkey_workspace::{
    Workspace,
    http::{App, router},
    service::Secret,
    settings::Options,
};
use ring::rand::SystemRandom;
use serde_json::Value as Json;
use tokio::runtime::{Builder, Runtime};

use super::{
    parse::{Asked, Who, split},
    scene::{self, ORIGIN, Scene, folder, scene},
};

/// Around raw bytes that are to be sent in base64url, so that what is changed is what is inside.
const BASE64: [u8; 2] = [0x02, 0x03];

/// The longest request that its placeholders may make of it.
const LONGEST: usize = 1 << 20;

pub struct Server {
    scene: Rc<Scene>,
    runtime: Runtime,
    workspace: Workspace,
    service: TowerToHyperService<Router>,
    cookies: BTreeMap<Who, BTreeMap<String, String>>,
    /// What the answers so far have told.
    learned: BTreeMap<&'static str, String>,
    /// Where they ask from: another address for each input, because attempts are counted by it.
    address: u32,
}

thread_local! {
    /// One that the last input has not changed: making one takes ten times as long as a request.
    static KEPT: RefCell<Option<Server>> = const { RefCell::new(None) };
}

/// What was answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What each one's browser keeps at first.
fn jars(scene: &Scene) -> BTreeMap<Who, BTreeMap<String, String>> {
    let jar = |who| {
        let visit = || Secret::new().expect("random bytes").text().to_string();
        let cookie = scene.cookies.get(&who).cloned();
        let (name, value) = cookie.unwrap_or_else(|| ("pocketkey-visit", visit()));
        (who, BTreeMap::from([(name.to_owned(), value)]))
    };
    Who::ALL.iter().map(|(who, _)| jar(*who)).collect()
}

fn file() -> PathBuf {
    folder().join("workspace.db")
}

impl Server {
    /// As it is before every input.
    pub fn start() -> Self {
        let mut server = KEPT.take().unwrap_or_else(Self::new);
        server.cookies = jars(&server.scene);
        server.learned.clear();
        server.address = server.address.wrapping_add(1);
        server
    }

    /// To be called where nothing has been changed.
    pub fn keep(self) {
        KEPT.set(Some(self));
    }

    fn new() -> Self {
        let scene = scene();
        for beside in ["workspace.db-wal", "workspace.db-shm"] {
            let _ = fs::remove_file(folder().join(beside));
        }
        fs::write(file(), &scene.database).expect("there is room");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let workspace = runtime.block_on(scene::open(&file()));
        let options = Options {
            origin: Some(ORIGIN.to_owned()),
            data_dir: Some(PathBuf::from("/nowhere")),
            ..Options::default()
        };
        let app = App::new(workspace.clone(), Arc::new(options.check().expect("they are right")));
        let service = TowerToHyperService::new(router(app));
        let (cookies, learned) = (BTreeMap::new(), BTreeMap::new());
        Self { scene, runtime, workspace, service, cookies, learned, address: 0x0a00_0000 }
    }

    /// The database, seen from beside.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(file()).expect("it opens")
    }

    /// Puts in what stands in braces, and encodes what is to be.
    pub fn fill(&self, who: Who, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some(&byte) = rest.first() {
            let name = rest.get(1..).filter(|_| byte == b'{').map(|rest| split(rest, b'}').0);
            let value = name.and_then(|name| self.value(who, std::str::from_utf8(name).ok()?));
            if let (Some(name), Some(value)) = (name, value) {
                out.extend_from_slice(value.as_bytes());
                rest = rest.get(name.len() + 2..).unwrap_or_default();
            } else if byte == BASE64[0] {
                let (raw, after) = split(&rest[1..], BASE64[1]);
                out.extend_from_slice(Base64Url(raw.to_vec()).text().as_bytes());
                rest = after;
            } else {
                out.push(byte);
                rest = &rest[1..];
            }
            if out.len() > LONGEST {
                break;
            }
        }
        out
    }

    fn value(&self, who: Who, name: &str) -> Option<String> {
        if name == "csrf" {
            let jar = &self.cookies[&who];
            let known = ["pocketkey", "pocketkey-user", "pocketkey-visit"];
            let secret = known.iter().find_map(|name| jar.get(*name))?;
            return Some(Secret::parse(secret)?.derive("csrf"));
        }
        let secret = who.is_trusted_with_secrets().then(|| self.scene.secrets.get(name)).flatten();
        secret.or_else(|| self.learned.get(name)).or_else(|| self.scene.names.get(name)).cloned()
    }

    pub fn ask(&mut self, asked: &Asked) -> Answer {
        let body = if asked.who == Who::Phone { self.signed(asked) } else { asked.body.clone() };
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = asked.method.clone();
        *request.uri_mut() = asked.uri.clone();
        *request.headers_mut() = asked.headers.clone();
        let jar = self.cookies[&asked.who].iter();
        let cookies: Vec<String> = jar.map(|(name, value)| format!("{name}={value}")).collect();
        let bring = |request: &mut Request<Body>, name, text: &str| {
            let value = HeaderValue::from_str(text).expect("ours are text");
            request.headers_mut().append(name, value);
        };
        bring(&mut request, header::COOKIE, &cookies.join("; "));
        if let Some(token) = self.scene.tokens.get(&asked.who) {
            bring(&mut request, header::AUTHORIZATION, &format!("Bearer {token}"));
        }
        let address = SocketAddr::from((Ipv4Addr::from_bits(self.address), 50_000));
        request.extensions_mut().insert(ConnectInfo(address));
        let answer = self.service.call(request);
        let answer = self.runtime.block_on(async {
            let (parts, body) = answer.await.expect("a router does not fail").into_parts();
            let kind = parts.headers.get(header::CONTENT_TYPE);
            // An open stream has no end.
            let endless =
                kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
            let body = if endless { Body::empty() } else { body };
            let body = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
            Answer { status: parts.status, headers: parts.headers, body: body.to_vec() }
        });
        self.keep_cookies(asked.who, &answer);
        answer
    }

    fn keep_cookies(&mut self, who: Who, answer: &Answer) {
        let jar = self.cookies.get_mut(&who).expect("everybody has one");
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("ours are text");
            let pair = text.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("a name and a value");
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// What a phone says, with the signature of its device key.
    fn signed(&self, asked: &Asked) -> Vec<u8> {
        let kind = asked.headers.get(header::CONTENT_TYPE);
        if kind.is_none_or(|kind| kind != MEDIA_TYPE) {
            return asked.body.clone();
        }
        let newcomer = self.scene.newcomer.borrow();
        let (device, kind) = match asked.uri.path() {
            ENROLMENT_PATH => (&newcomer.device, Enrolment::TYPE),
            _ => (&self.scene.phone.device, CheckIn::TYPE),
        };
        let head = format!(r#"{{"alg":"ES256","typ":"{kind}"}}"#);
        let text = |bytes: &[u8]| Base64Url(bytes.to_vec()).text();
        let input = format!("{}.{}", text(head.as_bytes()), text(&asked.body));
        let signature = device.sign(&SystemRandom::new(), input.as_bytes()).expect("a signature");
        format!("{input}.{}", text(signature.as_ref())).into_bytes()
    }

    /// Takes out of an answer what a client needs for the request after it.
    pub fn learn(&mut self, asked: &Asked, answer: &Answer) {
        if answer.status != StatusCode::OK {
            return;
        }
        if asked.uri.path() == OFFER_PATH {
            let offer = String::from_utf8_lossy(&answer.body);
            let mut newcomer = self.scene.newcomer.borrow_mut();
            let claims = newcomer.claims(&self.scene.ticket, &offer);
            let honest = newcomer.unsigned(&claims);
            let response = &honest.credential.response;
            self.learned.extend([
                ("offer", protocol::digest(&offer).text()),
                ("device", serde_json::to_string(&honest.device_key).expect("it can be written")),
                ("credential", honest.credential.id.text()),
                ("client-data", response.client_data_json.text()),
                ("attestation", response.attestation_object.text()),
            ]);
            return;
        }
        let Ok(begun) = serde_json::from_slice::<Json>(&answer.body) else { return };
        let (Some(state), options) = (begun["state"].as_str(), &begun["publicKey"]) else { return };
        self.learned.insert("state", state.to_owned());
        if let Some(challenge) = options["challenge"].as_str() {
            self.learned.insert("challenge", challenge.to_owned());
        }
    }

    /// How many entries of the log are as they were written.
    pub fn verify_log(&self) -> u64 {
        let verified = self.runtime.block_on(self.workspace.verify_log());
        verified.expect("it answers").expect("a log that is whole")
    }
}
