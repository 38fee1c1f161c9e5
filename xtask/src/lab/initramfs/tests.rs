use super::*;

#[test]
fn a_module_is_found_by_name_whatever_its_packing() {
    assert!(is_module("kernel/fs/9p/9p.ko", "9p"));
    assert!(is_module("kernel/drivers/hid/hid-generic.ko.xz", "hid_generic"));
    assert!(!is_module("kernel/net/9p/9pnet.ko", "9p"));
    assert!(!is_module("", "9p"));
}

#[test]
fn dependencies_are_loaded_first_and_once() {
    let root = std::env::temp_dir().join(format!("pocketkey-lab-{}", std::process::id()));
    let folder = root.join("lib/modules/6.1");
    fs::create_dir_all(&folder).unwrap();
    let index = "a/virtio_pci.ko: a/virtio.ko a/ring.ko\na/virtio_console.ko: a/virtio.ko a/ring.ko\n\
                 9pnet_virtio.ko: 9pnet.ko\n9p.ko: 9pnet.ko\nhid-generic.ko:\nuhid.ko:\nhci_vhci.ko:\n";
    fs::write(folder.join("modules.dep"), index).unwrap();
    fs::write(folder.join("modules.builtin"), "kernel/fs/overlay.ko\n").unwrap();
    let kernel = Kernel { image: PathBuf::new(), root: root.clone(), release: "6.1".to_owned() };

    let files = with_dependencies(&kernel).unwrap();

    fs::remove_dir_all(&root).unwrap();
    let names: Vec<_> =
        files.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    let expected = [
        "ring",
        "virtio",
        "virtio_pci",
        "virtio_console",
        "9pnet",
        "9pnet_virtio",
        "9p",
        "hid-generic",
        "uhid",
        "hci_vhci",
    ];
    assert_eq!(names, expected);
}
