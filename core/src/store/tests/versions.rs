//! A store of every earlier schema version opens, with all that was in it.

use super::{Folder, PathBuf, Record, contents, credential, filled, fs};
use crate::{credential::CredProtect, crypto::sha256, store::schema::VERSION};

fn kept(version: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stores/version-{version}.db"))
}

#[test]
fn stores_of_every_version_open_with_all_that_was_in_them() {
    for version in 1..=VERSION {
        let folder = Folder::new();
        fs::write(folder.database(), contents(&kept(version))).unwrap();
        let store = folder.open().unwrap();
        assert_eq!(store.discoverable(), 3);
        let site = store.site_key(&sha256(b"example.com"));
        for user in 1..=3 {
            let found = store.credential(site, &credential(user).id).unwrap().unwrap();
            assert_eq!(found.key, credential(user).key);
            assert_eq!(found.seed, credential(user).seed);
            let stored = found.discoverable.unwrap();
            assert_eq!(stored.user, credential(user).discoverable.unwrap().user);
        }
        let summary = store.site(site).unwrap().unwrap();
        assert_eq!(summary.name.as_deref(), Some("Example"));
        assert_eq!(summary.visible(CredProtect::UvRequired), 3);
        assert!(store.record(Record::Settings).unwrap().is_some());
        assert_eq!(*store.record(Record::Epoch).unwrap().unwrap(), 7_u32.to_be_bytes());
    }
}

/// Makes the file of the present version, where there is none yet.
#[test]
#[ignore = "writes into the source tree; see tests/stores/README.md"]
fn make() {
    assert!(!kept(VERSION).exists(), "a released file is never made again");
    let folder = Folder::new();
    filled(&folder);
    fs::write(kept(VERSION), contents(&folder.database())).unwrap();
}
