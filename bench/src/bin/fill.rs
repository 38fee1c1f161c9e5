//! Makes the state directory of an emulated phone that has many accounts: `fill DIR COUNT`.
//! Every hundred of them share a site.

use std::{
    env,
    error::Error,
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::PathBuf,
};

use pocketkey_bench::device::Device;
use pocketkey_core::{platform::Rng, software::SystemRng};

/// How long the log may grow before it is moved into the file, as an idle phone does.
const BATCH: u32 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("fill DIR COUNT")?);
    let count: u32 =
        arguments.next().and_then(|n| n.into_string().ok()).ok_or("how many?")?.parse()?;

    fs::DirBuilder::new().mode(0o700).create(&directory)?;
    let mut key = [0; 32];
    SystemRng::default().fill(&mut key)?;
    let mut file = fs::OpenOptions::new();
    std::io::Write::write_all(
        &mut file.write(true).create_new(true).mode(0o600).open(directory.join("key"))?,
        &key,
    )?;

    let device = Device::on_file(&directory.join("pocketkey.db"), &key);
    for account in 0..count {
        let rp_id = format!("site-{}.example", account / 100);
        device.register(&rp_id, &account.to_be_bytes(), true);
        if account % BATCH == 0 {
            device.checkpoint();
        }
    }
    device.checkpoint();
    Ok(())
}
