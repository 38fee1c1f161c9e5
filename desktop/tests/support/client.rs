//! A CTAPHID client over TCP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Phone;

pub const PING: u8 = 0x01;
pub const CBOR: u8 = 0x10;
pub const CANCEL: u8 = 0x11;
pub const ERROR: u8 = 0x3f;
pub const ERR_CHANNEL_BUSY: u8 = 0x06;

const BROADCAST: u32 = u32::MAX;
const INIT: u8 = 0x06;
const KEEPALIVE: u8 = 0x3b;

/// A CTAPHID client, only as good as these tests need it.
pub struct Client(TcpStream);

impl Client {
    pub fn connect(phone: &Phone) -> Self {
        let stream = TcpStream::connect(phone.tcp()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(stream)
    }

    pub fn frame(&mut self, frame: &[u8]) {
        let mut bytes = (frame.len() as u16).to_be_bytes().to_vec();
        bytes.extend(frame);
        self.0.write_all(&bytes).unwrap();
    }

    pub fn next_frame(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut frame = vec![0; u16::from_be_bytes(length).into()];
        self.0.read_exact(&mut frame).unwrap();
        frame
    }

    pub fn send(&mut self, channel: u32, command: u8, message: &[u8]) {
        let mut header = channel.to_be_bytes().to_vec();
        header.push(command | 0x80);
        header.extend((message.len() as u16).to_be_bytes());
        let (first, mut rest) = message.split_at(message.len().min(57));
        header.extend(first);
        header.resize(64, 0);
        self.frame(&header);
        for sequence in 0u8.. {
            if rest.is_empty() {
                break;
            }
            let (part, left) = rest.split_at(rest.len().min(59));
            let mut report = channel.to_be_bytes().to_vec();
            report.push(sequence);
            report.extend(part);
            report.resize(64, 0);
            self.frame(&report);
            rest = left;
        }
    }

    pub fn receive(&mut self, channel: u32, command: u8) -> Vec<u8> {
        let mut first = self.next_frame();
        while first[4] == KEEPALIVE | 0x80 {
            first = self.next_frame();
        }
        assert_eq!(first[..4], channel.to_be_bytes());
        assert_eq!(first[4], command | 0x80, "{first:02x?}");
        let length = usize::from(u16::from_be_bytes([first[5], first[6]]));
        let mut message = first[7..].to_vec();
        while message.len() < length {
            message.extend(&self.next_frame()[5..]);
        }
        message.truncate(length);
        message
    }

    pub fn call(&mut self, channel: u32, command: u8, message: &[u8]) -> Vec<u8> {
        self.send(channel, command, message);
        self.receive(channel, command)
    }

    pub fn channel(&mut self) -> u32 {
        let answer = self.call(BROADCAST, INIT, b"12345678");
        assert_eq!(&answer[..8], b"12345678");
        u32::from_be_bytes(answer[8..12].try_into().unwrap())
    }

    /// Whether the phone has closed the connection.
    pub fn is_closed(&mut self) -> bool {
        self.0.read(&mut [0; 1]).unwrap() == 0
    }
}
