//! A scripted workspace behind a socket, as a real one is reached.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pocketkey_core::platform::Letter;
use pocketkey_core::policy::Settings;
use pocketkey_core::protocol::{ENROLMENT_PATH, KeyState};
use pocketkey_core::testing::workspace::ScriptedWorkspace;

/// A workspace that phones reach at `http://localhost:PORT`.
pub struct Server {
    pub workspace: Arc<ScriptedWorkspace>,
    /// Whether answers to enrolments are lost from now on.
    pub loses_answers: Arc<AtomicBool>,
    /// Enrolments, as they came.
    pub enrolments: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    pub fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let workspace = ScriptedWorkspace::new(&[0x77; 32], settings).at(&origin);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        workspace.set_time(now.as_secs());
        let server = Self {
            workspace: Arc::new(workspace),
            loses_answers: Arc::default(),
            enrolments: Arc::default(),
        };
        let (workspace, loses) = (Arc::clone(&server.workspace), Arc::clone(&server.loses_answers));
        let enrolments = Arc::clone(&server.enrolments);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some((path, body)) = request(&mut stream) else { continue };
                let letter = Letter {
                    url: format!("{origin}{path}"),
                    pin: None,
                    media_type: "",
                    body,
                    timeout: Duration::ZERO,
                };
                let reply = workspace.reply(&letter, |_| {});
                if path == ENROLMENT_PATH {
                    enrolments.lock().unwrap().push(letter.body);
                    if loses.load(Ordering::SeqCst) {
                        continue;
                    }
                }
                let head = format!(
                    "HTTP/1.1 {} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    reply.status,
                    reply.body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &reply.body].concat());
            }
        });
        server
    }

    /// The link of a new ticket.
    pub fn link(&self, number: u8) -> String {
        self.workspace.issue(number).text().to_string()
    }

    pub fn set_state(&self, state: KeyState) {
        self.workspace.set_state(state);
    }
}

/// A request's path and body.
fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, body))
}
