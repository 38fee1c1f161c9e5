//! A mail server with a script (RFC 5321).

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// A mail server that answers every RCPT with the same line. It serves for as long as the test runs.
pub(crate) struct Server {
    /// Where it is.
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn answering(rcpt: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(&stream, rcpt, &lines);
            }
        });
        Self { url, heard }
    }

    /// The lines that it was sent.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// A client that goes away in the middle ends it.
fn serve(stream: &TcpStream, rcpt: &str, heard: &Mutex<Vec<String>>) {
    let mut writer = stream;
    let mut say = |line: &str| drop(write!(writer, "{line}\r\n"));
    say("220 ready");
    let mut in_data = false;
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        heard.lock().unwrap().push(line.clone());
        match line.split([' ', ':']).next().unwrap_or_default() {
            "." if in_data => {
                in_data = false;
                say("250 taken as 17");
            }
            _ if in_data => {}
            "RCPT" => say(rcpt),
            "DATA" => {
                in_data = true;
                say("354 go on");
            }
            "QUIT" => {
                say("221 bye");
                break;
            }
            _ => say("250 fine"),
        }
    }
}
