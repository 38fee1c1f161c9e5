use super::{KEYS, LOGGED, Of, Refusals, WINDOW};
use crate::model::{KeyId, Timestamp};

const NOW: Timestamp = Timestamp(1_000_000_000);

#[test]
fn of_many_refusals_some_are_logged_and_the_rest_is_told_later() {
    let refusals = Refusals::default();
    for _ in 0..LOGGED {
        assert_eq!(refusals.admit(Of::Strangers, NOW), Some(0));
    }
    for _ in 0..7 {
        assert_eq!(refusals.admit(Of::Strangers, NOW.plus_seconds(WINDOW - 1)), None);
    }
    assert_eq!(refusals.admit(Of::Strangers, NOW.plus_seconds(WINDOW)), Some(7));
    assert_eq!(refusals.admit(Of::Strangers, NOW.plus_seconds(WINDOW)), Some(0));
}

#[test]
fn one_keys_refusals_do_not_hide_anothers_nor_those_at_the_panel() {
    let refusals = Refusals::default();
    let (noisy, quiet) = (KeyId::new(), KeyId::new());
    for _ in 0..1000 {
        refusals.admit(Of::Key(noisy), NOW);
        refusals.admit(Of::Strangers, NOW);
    }
    assert_eq!(refusals.admit(Of::Key(quiet), NOW), Some(0));
    assert_eq!(refusals.admit(Of::Panel, NOW), Some(0));
}

#[test]
fn counting_takes_little_memory_however_many_keys_are_refused() {
    let refusals = Refusals::default();
    for _ in 0..3 * KEYS {
        refusals.admit(Of::Key(KeyId::new()), NOW);
    }
    assert!(refusals.0.lock().unwrap().len() <= KEYS + 1);
    // An hour later there is room again.
    let later = NOW.plus_seconds(WINDOW);
    for _ in 0..10 {
        assert_eq!(refusals.admit(Of::Key(KeyId::new()), later), Some(0));
    }
}
