//! A file system without room, and one that cannot be written: a small one in a mount namespace of its
//! own, once in memory and once ext4 in a file. Root may make both; others the first, where the kernel
//! lets them have a user namespace.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::{
    killer::status,
    ledger::Ledger,
    process::{Process, State},
    work::{self, Chance, PIN, SITE},
};

/// What is mounted.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Memory,
    Ext4,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Memory, Self::Ext4];

    /// Mounts one of so many MiB at `$0/disk`.
    fn mount(self, mebibytes: u32) -> String {
        match self {
            Self::Memory => {
                format!("mount -t tmpfs -o size={mebibytes}m,mode=700 tmpfs \"$0/disk\"")
            }
            Self::Ext4 => format!(
                "truncate -s {mebibytes}M \"$0/image\" && mkfs.ext4 -q -m 0 \"$0/image\" && \
                 mount -o loop \"$0/image\" \"$0/disk\" && rmdir \"$0/disk/lost+found\" && \
                 chmod 700 \"$0/disk\""
            ),
        }
    }
}

/// A folder that only those see who enter its namespace, on a file system of its own.
struct Disk {
    holder: Child,
    folder: tempfile::TempDir,
}

impl Disk {
    /// The disk of each kind that this machine lets us have; says which it does not.
    fn each(mebibytes: u32) -> impl Iterator<Item = Self> {
        Kind::ALL.into_iter().filter_map(move |kind| {
            let disk = Self::mounted(&kind.mount(mebibytes));
            if disk.is_none() {
                println!("not checked: this machine mounts no {kind:?}");
            }
            disk
        })
    }

    fn mounted(mount: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("disk")).unwrap();
        let mut unshare = Command::new("unshare");
        if !is_root() {
            unshare.args(["--user", "--map-root-user"]);
        }
        let script = format!("{mount} && echo mounted && exec cat");
        let mut holder = unshare
            .args(["--mount", "sh", "-c", &script])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line != "mounted\n" {
            let _ = holder.wait();
            return None;
        }
        Some(Self { holder, folder })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn enter(&self) -> Vec<String> {
        let id = self.holder.id().to_string();
        let mut enter = vec!["nsenter".to_owned(), "--target".to_owned(), id, "--mount".to_owned()];
        if !is_root() {
            enter.extend(["--user".to_owned(), "--preserve-credentials".to_owned()]);
        }
        enter
    }

    /// Runs a script in there, with the folder as `$0`.
    fn run(&self, script: &str) {
        let enter = self.enter();
        let status = Command::new(&enter[0])
            .args(&enter[1..])
            .args(["sh", "-c", script])
            .arg(self.path())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{script}");
    }

    fn phone(&self) -> Process {
        let enter = self.enter();
        let program: Vec<&str> = enter.iter().map(String::as_str).collect();
        Process::start_under(&program, &self.path())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// Takes all room that is left.
const FILL: &str = "dd if=/dev/zero of=\"$0/filler\" bs=512 2>/dev/null; true";
const MAKE_ROOM: &str = "rm \"$0/filler\"";

#[test]
fn a_full_disk_costs_nothing_that_was_acknowledged_and_gives_no_free_attempt_at_the_pin() {
    for disk in Disk::each(4) {
        a_full_disk(&disk);
    }
}

fn a_full_disk(disk: &Disk) {
    let mut chance = Chance::new(crate::seed());
    let mut ledger = Ledger::new();
    let mut phone = disk.phone();
    let mut client = phone.client().unwrap();
    work::set_pin(&mut client, &mut ledger);
    for round in 0..6 {
        for _ in 0..20 {
            work::step(&mut client, &mut ledger, &mut chance).unwrap();
        }
        disk.run(FILL);
        // What room the last pages of the log still have is used up, then nothing can be written.
        let full = (0..64).find_map(|_| client.token(PIN, 1, Some(SITE)).unwrap().err());
        assert_eq!(full, Some(status::KEY_STORE_FULL), "round {round}");
        for pin in [PIN, "not it"] {
            let token = client.token(pin, 1, Some(SITE)).unwrap();
            assert_eq!(token.err(), Some(status::KEY_STORE_FULL), "an attempt that is not counted");
        }
        // Killed now and then, with the disk still full.
        if round % 2 == 1 {
            phone.kill();
            phone = disk.phone();
            client = phone.client().expect("a phone starts on a full disk");
        }
        disk.run(MAKE_ROOM);
        client.wire.power_cycle().unwrap();
        ledger.check(&mut client);
    }
    assert!(phone.stop().0.success());
}

#[test]
fn a_read_only_file_system_is_named_and_nothing_is_lost_by_it() {
    for disk in Disk::each(4) {
        a_read_only_disk(&disk);
    }
}

fn a_read_only_disk(disk: &Disk) {
    let mut chance = Chance::new(crate::seed());
    let mut ledger = Ledger::new();
    let mut phone = disk.phone();
    let mut client = phone.client().unwrap();
    work::set_pin(&mut client, &mut ledger);
    for _ in 0..20 {
        work::step(&mut client, &mut ledger, &mut chance).unwrap();
    }
    phone.kill();
    disk.run("mount -o remount,ro \"$0\"");
    let (status, why) = disk.phone().ended();
    assert_eq!(status.code(), Some(1));
    assert!(why.starts_with("pocketkey: ") && why.contains("ead-only"), "{why}");

    disk.run("mount -o remount,rw \"$0\"");
    let mut phone = disk.phone();
    ledger.check(&mut phone.client().unwrap());
}

#[test]
fn a_phone_without_any_room_says_so_and_leaves_nothing_behind() {
    let small = "mount -t tmpfs -o size=16k,mode=700 tmpfs \"$0/disk\"";
    let Some(disk) = Disk::mounted(small) else { return };
    let (status, why) = disk.phone().ended();
    assert_eq!(status.code(), Some(1));
    assert!(why.contains("full") || why.contains("No space"), "{why}");
    disk.run("test ! -e \"$0/pocketkey.db\"");
    // The same place, with room: the phone begins anew.
    disk.run("mount -o remount,size=4m \"$0\"");
    disk.phone().client().unwrap();
}

/// The same machine's own file system, so that the tests say something everywhere.
#[test]
fn a_state_that_cannot_be_written_is_named() {
    let state = State::new();
    let mut phone = Process::start(&state);
    phone.client().unwrap();
    phone.stop();
    std::fs::remove_file(state.database()).unwrap();
    std::fs::create_dir(state.database()).unwrap();
    let (status, why) = Process::start(&state).ended();
    assert_eq!(status.code(), Some(1));
    assert!(why.starts_with("pocketkey: "), "{why}");
}
