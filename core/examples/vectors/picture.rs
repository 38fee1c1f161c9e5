//! What a camera sees of an activation code on a desk.

#[path = "../../src/activation/scan/tests/pictures.rs"]
#[expect(dead_code, reason = "shared with tests that use other parts of it")]
mod pictures;

use std::{fs, path::Path};

use pictures::{Code, Dice, Picture, Pose};
use pocketkey_core::protocol::{ActivationLink, Ticket, WorkspaceKey};

/// Writes the picture, in netpbm's format PGM, and the link that it shows.
pub fn write(folder: &Path) {
    let link = ActivationLink {
        origin: "https://keys.example".to_owned(),
        ticket: Ticket::from_text(&"A".repeat(43)).unwrap(),
        key: WorkspaceKey([7; 32]),
        pin: None,
    };
    let text = link.text();
    let pose = Pose { x: 136.0, y: 122.0, module: 3.0, roll: 20.0, pitch: 12.0, yaw: -9.0 };
    let picture = Picture::plain(272, 240, 120.0)
        .cluttered(&mut Dice::new(1))
        .with(&Code::of(&text), pose, 25.0, 235.0)
        .each(|x, _, brightness| brightness * (0.7 + x / 1000.0))
        .blurred(0.6);
    let mut file = format!("P5\n{} {}\n255\n", picture.width, picture.height).into_bytes();
    file.extend(picture.bytes());
    fs::create_dir_all(folder).expect("the folder can be made");
    fs::write(folder.join("desk.pgm"), file).expect("the folder can be written");
    fs::write(folder.join("desk.txt"), format!("{}\n", *text)).expect("the folder can be written");
}
