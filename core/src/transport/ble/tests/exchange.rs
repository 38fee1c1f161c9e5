//! A registration and a sign-in over the link, with the real authenticator behind it.

use ciborium::Value;

use super::*;
use crate::{
    Source,
    testing::device::{CLIENT_DATA_HASH, Device, bytes, encode, map, member, named, now, text},
    transport::Transport,
};

/// A client and the authenticator that it reaches over the air.
struct Phone {
    client: Client,
    device: Device,
}

impl Phone {
    fn new() -> Self {
        let mut device = Device::with_uv();
        device.source = Source::new(Transport::Ble, 1);
        Self { client: Client::new(), device }
    }

    fn call(&mut self, command: u8, parameters: &Value) -> Value {
        let mut request = vec![command];
        if !parameters.is_null() {
            request.extend(encode(parameters));
        }
        self.client.send(MSG, &request);
        for event in self.client.events() {
            match event {
                Event::Request(Request::Ctap2(bytes)) => {
                    let answer = now(self.device.begin().ctap2(&bytes));
                    self.client.respond(&answer);
                }
                other => panic!("{other:?}"),
            }
        }
        let answer = self.client.answer();
        assert_eq!((answer.command, answer.data[0]), (MSG, 0));
        if answer.data.len() == 1 {
            Value::Null
        } else {
            ciborium::from_reader(&answer.data[1..]).unwrap()
        }
    }
}

#[test]
fn a_client_registers_and_signs_in_over_bluetooth() {
    let mut phone = Phone::new();
    let info = phone.call(4, &Value::Null);
    assert!(member(&info, 1).unwrap().as_array().unwrap().contains(&text("FIDO_2_1")));
    let algorithm = map([("alg", Value::from(-7)), ("type", text("public-key"))]);
    let made = phone.call(
        1,
        &map([
            (1, bytes(&CLIENT_DATA_HASH)),
            (2, map([("id", text("example.com"))])),
            (3, map([("id", bytes(b"user")), ("name", text("user1"))])),
            (4, Value::Array(vec![algorithm])),
            (7, map([("rk", Value::from(true)), ("uv", Value::from(true))])),
        ]),
    );
    let data = member(&made, 2).unwrap().as_bytes().unwrap();
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    let signed = phone.call(2, &map([(1, text("example.com")), (2, bytes(&CLIENT_DATA_HASH))]));
    let used = named(member(&signed, 1).unwrap(), "id").unwrap();
    assert_eq!(used, &bytes(&data[55..55 + length]));
    let prompts = phone.device.user.take_prompts();
    assert!(prompts.iter().all(|prompt| prompt.transport == Transport::Ble));
    assert_eq!(prompts.len(), 2);
}
