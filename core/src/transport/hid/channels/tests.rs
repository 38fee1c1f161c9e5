use super::Channels;

#[test]
fn a_channel_is_never_0_or_broadcast() {
    let mut channels = Channels { last: 0xFFFF_FFFD };
    assert_eq!(channels.allocate(), 0xFFFF_FFFE);
    assert_eq!(channels.allocate(), 1);
    assert!(!channels.contains(0));
    assert!(!channels.contains(0xFFFF_FFFF));
    assert!(!channels.contains(0xFFFF_FFFE), "forgotten when the count starts again");
}

#[test]
fn only_allocated_channels_exist() {
    let mut channels = Channels::new();
    assert!(!channels.contains(1));
    assert_eq!((channels.allocate(), channels.allocate()), (1, 2));
    assert!(channels.contains(1) && channels.contains(2) && !channels.contains(3));
}
