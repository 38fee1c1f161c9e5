use super::listens;

const SOCKETS: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt
   0: 00000000:8C7B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:8C7A 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 2 1
";

#[test]
fn a_listening_port_is_found_and_a_connected_one_is_not() {
    assert!(listens(SOCKETS, 0x8c7b));
    assert!(!listens(SOCKETS, 0x8c7a));
    assert!(!listens(SOCKETS, 1));
    assert!(!listens("", 0x8c7b));
}
