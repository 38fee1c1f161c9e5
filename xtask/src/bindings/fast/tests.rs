use super::*;

#[test]
fn swift_copies_bytes_fast_or_somebody_hears_that_it_does_not() {
    let [(integers, _), (bytes, _)] = COPIES;
    let made = swift(&format!("a\n{integers}\nb\n{bytes}\n")).unwrap();
    assert!(!made.contains("copyBytes") && made.contains("copyMemory"), "{made}");
    assert_eq!(swift(integers), None);
    assert_eq!(swift(&format!("{integers}{integers}{bytes}")), None);
}

#[test]
fn kotlin_makes_fewer_structures_or_somebody_hears_that_it_does_not() {
    let callback = "fun callback(a: Long,uniffiCallStatus: UniffiRustCallStatus,)\n";
    let helper =
        "fun uniffiTraitInterfaceCall(\n    callStatus: UniffiRustCallStatus,\n)\n".repeat(2);
    let call = STATUS.0;
    let made = kotlin(&format!("{helper}{call}{callback}")).unwrap();
    assert!(made.contains("(a: Long,uniffiCallStatus: Pointer,)"), "{made}");
    assert!(made.contains("\n    callStatus: Pointer,\n)"), "{made}");
    assert!(made.contains("uniffiGoodStatuses.get()"), "{made}");
    assert_eq!(kotlin(&format!("{helper}{callback}")), None);
    assert_eq!(kotlin(&format!("{call}{callback}")), None);
    assert_eq!(kotlin(&format!("{helper}{call}{callback}fun b(callStatus: Status)")), None);
    assert_eq!(kotlin(call), None);
}
