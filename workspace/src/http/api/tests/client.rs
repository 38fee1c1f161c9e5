//! A server in this process, and the least client that can speak to it.

use std::sync::Arc;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    http::{self, App},
    model::Scope,
    service::{NewToken, Workspace},
    settings::Options,
    testing,
};

/// An identifier that nothing has.
pub(super) const NOTHING: &str = "018f0000-0000-7000-8000-000000000000";

/// A server.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) workspace: Workspace,
    address: std::net::SocketAddr,
    token: Option<String>,
}

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) text: String,
    /// Null where it is no JSON.
    pub(super) json: Value,
}

impl Api {
    pub(super) async fn start() -> Self {
        let workspace = testing::workspace().await;
        let settings = Options::default().check().unwrap();
        let router = http::router(App::new(workspace.clone(), Arc::new(settings)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { workspace, address, token: None }
    }

    /// A new token.
    pub(super) async fn token(&self, scopes: &[Scope]) -> String {
        let new = NewToken { label: "test".to_owned(), scopes: scopes.to_vec(), days: None };
        let actor = testing::administrator();
        self.workspace.create_token(&actor, &new).await.unwrap().1.to_string()
    }

    /// The same, with a token in every request.
    pub(super) fn with(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        match body {
            Some(body) => self.raw(method, path, "application/json", &body.to_string()).await,
            None => self.raw(method, path, "", "").await,
        }
    }

    pub(super) async fn raw(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if let Some(token) = &self.token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if !kind.is_empty() {
            head.push_str(&format!("Content-Type: {kind}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // A body that is too long is not read to its end.
        let _ = stream.write_all(body.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        Answer::read(&String::from_utf8(answer).unwrap())
    }
}

impl Answer {
    fn read(answer: &str) -> Self {
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let json = serde_json::from_str(text).unwrap_or_default();
        Self { status, head: head.to_owned(), text: text.to_owned(), json }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Fails where this is not what RFC 9457 wants, or is not described.
    pub(super) fn is_problem(&self) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        assert_eq!(self.json["status"], self.status);
        for member in ["type", "title", "detail"] {
            assert!(self.json[member].as_str().is_some_and(|text| !text.is_empty()), "{member}");
        }
    }
}
