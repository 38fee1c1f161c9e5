//! Reads messages back as far as ours go: RFC 2045 and 2046, quoted-printable and base64.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};

/// A message, or a part of one.
pub(crate) struct Part {
    headers: BTreeMap<String, String>,
    /// Decoded; of a part without parts.
    pub(crate) body: Vec<u8>,
    /// Those of a multipart.
    pub(crate) parts: Vec<Part>,
}

impl Part {
    /// A header's value, unfolded; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The media type without its parameters.
    pub(crate) fn kind(&self) -> &str {
        self.header("content-type").split(';').next().unwrap()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Reads a message.
pub(crate) fn parse(raw: &str) -> Part {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let headers: BTreeMap<_, _> = head
        .split("\r\n")
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut part = Part { headers, body: Vec::new(), parts: Vec::new() };
    match part.header("content-type").split_once("boundary=\"") {
        Some((_, rest)) => {
            let boundary = format!("--{}", rest.split('"').next().unwrap());
            let inner = body.split(&format!("{boundary}--")).next().unwrap();
            part.parts = inner
                .split(&boundary)
                .skip(1)
                .map(|piece| parse(piece.trim_start_matches("\r\n")))
                .collect();
        }
        None => {
            part.body = match part.header("content-transfer-encoding") {
                "base64" => Base64::decode_vec(&body.replace("\r\n", "")).unwrap(),
                "quoted-printable" => quoted_printable(body),
                _ => body.as_bytes().to_vec(),
            }
        }
    }
    part
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut pieces = text.split('=');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    bytes
}
