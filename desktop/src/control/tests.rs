#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_blocking};

use super::*;
use crate::log::Log;
use crate::membership::Status;
use crate::open;
use crate::screen::Screen;
use crate::testing::Folder;

/// A running phone with nothing on it, and what another command does meanwhile.
fn beside_a_phone(folder: &Folder, work: impl FnOnce(&Path) + Send + 'static) {
    let log = Arc::new(Log::new(Arc::new(Screen::dark()), true));
    let session = Rc::new(Session::new(open::passing().unwrap(), log));
    let path = folder.path().to_owned();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async move {
        let control = Control::listen(&path).unwrap();
        let serving = spawn_local(control.serve(session));
        spawn_blocking(move || work(&path)).await.unwrap();
        serving.abort();
        let _ = serving.await;
    });
}

#[test]
fn a_running_phone_tells_its_status() {
    let folder = Folder::new();
    beside_a_phone(&folder, |path| {
        let outcome = Running::at(path).unwrap().carry_out(&Errand::Status { check_in: false });
        let nothing = Status { membership: None, pending: None };
        assert_eq!(outcome.unwrap(), Outcome::Status(nothing));
    });
    assert!(!folder.path().join(NAME).exists());
    assert!(Running::at(folder.path()).is_none());
}

#[test]
fn the_socket_is_its_owner_s_and_one_left_behind_is_replaced() {
    let folder = Folder::new();
    let path = folder.path().join(NAME);
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(Running::at(folder.path()).is_none());
    beside_a_phone(&folder, |path| {
        let mode = fs::metadata(path.join(NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(Running::at(path).is_some());
    });
}

#[test]
fn nonsense_is_answered_and_the_phone_goes_on() {
    let folder = Folder::new();
    beside_a_phone(&folder, |path| {
        for nonsense in [b"hello\n".to_vec(), vec![b'x'; 20_000], vec![0xff, b'\n'], Vec::new()] {
            let mut stream = Stream::connect(path.join(NAME)).unwrap();
            let _ = stream.write_all(&nonsense);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut answer = String::new();
            let _ = io::BufReader::new(stream).read_line(&mut answer);
            assert!(answer.is_empty() || answer.contains("\"reason\":\"errand\""), "{answer}");
        }
        assert!(Running::at(path).unwrap().carry_out(&Errand::Status { check_in: false }).is_ok());
    });
}
