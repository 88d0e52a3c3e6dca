//! Opened by another hand: Debian's `age`, which is written in another language.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use destinations::Readers;

use crate::promises::{content, named};
use crate::real::servers::{installed, run};

fn age() -> PathBuf {
    if Path::new("/usr/bin/age").exists() {
        return PathBuf::from("/usr/bin");
    }
    let place = installed("age", |place| {
        fs::create_dir_all(place).expect("ours");
        let fetch = "fetch() { apt-get download -qq age; }; \
            fetch || { apt-get update -qq && fetch; }; dpkg -x *.deb .";
        let hint = "age is missing: install it";
        run(Command::new("sh").args(["-c", fetch]).current_dir(place), hint);
    });
    place.join("usr/bin")
}

#[test]
fn sealed_documents_are_opened_by_another_age() {
    let (programs, place) = (age(), tempfile::tempdir().expect("a temporary folder"));
    let mut keys = Vec::new();
    for reader in ["reader", "escrow"] {
        let file = place.path().join(reader);
        run(Command::new(programs.join("age-keygen")).arg("-o").arg(&file), "age-keygen");
        let text = fs::read_to_string(&file).expect("it wrote one");
        let public = text.lines().find_map(|line| line.strip_prefix("# public key: "));
        keys.push(public.expect("it names it").to_owned());
    }
    let readers = Readers::new(&keys).expect("two keys");
    for length in [0, 1, 65_536, 200_000] {
        let sealed = readers.seal(&named("a.json", &content(length))).expect("seals");
        let file = place.path().join("a.json.age");
        fs::write(&file, &sealed.bytes).expect("writes");
        for reader in ["reader", "escrow"] {
            let mut open = Command::new(programs.join("age"));
            let opened = open.arg("-d").arg("-i").arg(place.path().join(reader)).arg(&file);
            let opened = opened.output().expect("age starts");
            assert!(opened.status.success() && opened.stdout == content(length), "{length}");
        }
    }
}
