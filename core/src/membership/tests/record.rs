//! The sealed record: all of it comes back, and nothing else is taken for one.

use proptest::{option, prelude::*};

use crate::{
    ctap::cbor::{Key, Reader, Writer},
    membership::{HeldGrant, Member, Membership, Revocation},
    platform::KeyHandle,
    policy::{CredentialStorage, OfflineLogin, Policy, Settings, Verification},
    protocol::{DeviceKey, Digest, KeyState, UserName, WorkspaceKey, WorkspaceName},
};

fn settings() -> impl Strategy<Value = Settings> {
    let offline = option::of((any::<u32>(), any::<u16>()));
    (any::<bool>(), offline, any::<bool>()).prop_map(|(proximity, offline, reader)| Settings {
        bluetooth_proximity: proximity,
        offline_login: offline.map(|(uses, days)| OfflineLogin { uses, days }),
        verification: if reader { Verification::ReaderTapAndPin } else { Verification::OnPhone },
        credential_storage: CredentialStorage::Phone,
    })
}

fn member() -> impl Strategy<Value = Member> {
    let names = (".{0,20}", ".{0,20}", ".{0,20}", ".{0,20}", ".{0,20}", ".{0,20}");
    let bytes = (option::of(any::<[u8; 32]>()), any::<[u8; 32]>(), any::<[u8; 32]>());
    let handles = (any::<Vec<u8>>(), any::<Vec<u8>>(), any::<bool>());
    let grant = option::of((any::<u32>(), any::<u32>(), any::<u64>()));
    (names, bytes, handles, settings(), grant, any::<[u64; 6]>()).prop_map(
        |(names, (pin, key, x), (device, credential, active), settings, grant, numbers)| {
            let (origin, id, name, user, display_name, key_id) = names;
            let [version, grant_serial, sequence, answered, checked_in, seen] = numbers;
            let mut device_public = [4; 65];
            device_public[1..33].copy_from_slice(&x);
            Member {
                origin,
                pin: pin.map(Digest),
                workspace_key: WorkspaceKey(key),
                workspace: WorkspaceName { id, name },
                user: UserName { name: user, display_name },
                key: key_id,
                device_key: KeyHandle(device),
                device_public: DeviceKey(device_public),
                credential,
                state: if active { KeyState::Active } else { KeyState::Suspended },
                policy: Policy { version, settings },
                grant: grant.map(|(uses, used, until)| HeldGrant { uses, used, until }),
                grant_serial,
                sequence,
                answered,
                checked_in,
                seen,
            }
        },
    )
}

fn revocation() -> impl Strategy<Value = Revocation> {
    (".{0,20}", ".{0,20}", ".{0,20}", any::<u64>()).prop_map(|(id, name, origin, at)| Revocation {
        workspace: WorkspaceName { id, name },
        origin,
        at,
    })
}

/// The entries of an encoded record, keys and values.
fn entries(record: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let mut entries = Vec::new();
    Reader::whole(record, |reader| {
        reader.map(|key, reader| {
            let Key::Int(key) = key else { panic!("a text key") };
            entries.push((key, reader.with_raw(Reader::skip)?.1.to_vec()));
            Ok::<_, crate::ctap::cbor::CborError>(())
        })
    })
    .unwrap();
    entries
}

fn record(entries: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(|map| {
        for (key, value) in entries {
            map.int(*key, |out| out.raw(value));
        }
    });
    out.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_membership_comes_back_as_it_was(member in member()) {
        let membership = Membership::Member(Box::new(member));
        let encoded = membership.encode();
        prop_assert_eq!(Membership::decode(&encoded), Some(membership));
    }

    #[test]
    fn a_revocation_comes_back_as_it_was(revocation in revocation()) {
        let membership = Membership::Revoked(revocation);
        let encoded = membership.encode();
        prop_assert_eq!(Membership::decode(&encoded), Some(membership));
    }

    /// A rule could stand in what is not known: it is not kept by half.
    #[test]
    fn a_member_that_is_not_known_makes_the_record_unreadable(member in member(), key in 100..i64::MAX) {
        let mut entries = entries(&Membership::Member(Box::new(member)).encode());
        entries.push((key, vec![0xf5]));
        prop_assert_eq!(Membership::decode(&record(&entries)), None);
    }

    #[test]
    fn a_member_that_is_missing_makes_the_record_unreadable_or_is_optional_as_a_whole(member in member()) {
        let whole = entries(&Membership::Member(Box::new(member)).encode());
        for left_out in 0..whole.len() {
            let mut entries = whole.clone();
            let (key, _) = entries.remove(left_out);
            let decoded = Membership::decode(&record(&entries));
            // A pin, the members of offlineLogin, those of a grant.
            let optional = [5, 16, 17, 19, 20, 21].contains(&key);
            prop_assert_eq!(decoded.is_some(), optional, "without member {}", key);
        }
    }

    #[test]
    fn noise_is_no_membership_and_no_panic(noise in any::<Vec<u8>>()) {
        prop_assert_eq!(Membership::decode(&noise), None);
    }
}
