//! Against Debian's OpenSSH server, with keys, settings and a folder of its own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;
use std::time::{Duration, SystemTime};

use destinations::sftp::{Config, HostKey, offered_host_key};
use destinations::{Destination, Error, Level, Outcome, Secret};

use crate::promises::{self, content, named};
use crate::real::front::{Fate, Front};
use crate::real::loopback;
use crate::real::servers::{free_port, may_mount};
use crate::real::ssh::{NOBODY, Ssh, key, text};

fn open(config: Config) -> Destination {
    Destination::open_within(&destinations::Config::Sftp(config), &loopback()).expect("in order")
}

fn refused(setting: &'static str, mend: &'static str) -> Error {
    Error::Refused { setting, mend }
}

#[tokio::test]
async fn sftp_holds_every_promise() {
    let ssh = Ssh::start(None);
    let front = Front::before(ssh.at(), None).await;
    let there = open(ssh.config(front.at.port()));
    promises::are_held(&there, Level::ReadBack).await;
    let direct = ssh.open();
    promises::hold_when_connections_fall(&there, &direct, &front).await;
    promises::hold_when_nothing_moves(&there, &front, 9_000).await;

    let checked = direct.check().await.expect("all is well");
    assert!(checked.steps.iter().any(|it| it.what == "sync" && it.outcome == Outcome::Done));
    let made = fs::metadata(ssh.folder().join("kept/a.json")).expect("it is there");
    assert_eq!(made.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn sftp_a_server_that_is_killed_in_the_middle_of_writes_loses_nothing() {
    let mut ssh = Ssh::start(None);
    for round in 0..4_usize {
        let there = ssh.open();
        let documents: Vec<_> = (0..6)
            .map(|number| {
                named(&format!("killed/{round}-{number}.json"), &content(900_000 + number))
            })
            .collect();
        let writers: Vec<_> = documents
            .iter()
            .map(|document| {
                let (there, document) = (there.clone(), document.clone());
                tokio::spawn(async move { there.put(&document).await })
            })
            .collect();
        // The first part to show is being written now.
        let folder = ssh.folder().join("killed");
        while !fs::read_dir(&folder).is_ok_and(|entries| entries.flatten().any(|it| is_part(&it))) {
            tokio::task::yield_now().await;
        }
        kill_sessions(&ssh);
        for writer in writers {
            if let Err(error) = writer.await.expect("no panic") {
                assert!(error.is_worth_retrying(), "{error:?}");
            }
        }
        ssh.run(None);
        let there = ssh.open();
        for document in &documents {
            there.put(document).await.expect("the server is back");
            assert!(there.read(&document.name).await.expect("reads") == *document.bytes);
        }
        assert_eq!(there.list("killed/").await.expect("lists").len(), 6 * (round + 1));
    }
}

fn is_part(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|name| name.starts_with(".sotto-"))
}

/// The server, and every session that it started: those whose program is its own.
fn kill_sessions(ssh: &Ssh) {
    let program = ssh.place.path().join("sshd");
    for entry in fs::read_dir("/proc").expect("Linux").flatten() {
        if fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program) {
            let id = entry.file_name();
            // It may have ended with the one before.
            let _gone = Command::new("kill").arg("-9").arg(id).output();
        }
    }
}

#[tokio::test]
async fn sftp_a_host_key_is_shown_confirmed_and_then_kept_to() {
    let mut ssh = Ssh::start(None);
    let unconfirmed = Config { host_key: None, ..ssh.config(ssh.at().port()) };
    let there = open(unconfirmed.clone());
    let document = named("2026/a.json", b"some words");
    let unknown = refused("host_key", "host_key_unconfirmed");
    assert_eq!(there.put(&document).await, Err(unknown));

    let HostKey { line, fingerprint } =
        offered_host_key(&unconfirmed, &loopback()).await.expect("it shows one");
    assert!(fingerprint.starts_with("SHA256:"), "{fingerprint}");
    let there = open(Config { host_key: Some(line), ..unconfirmed });
    there.put(&document).await.expect("now it is known");

    ssh.host_key = key();
    let before = ssh.config(0).host_key;
    ssh.run(None);
    let pinned = ssh.config(ssh.at().port());
    assert_eq!(open(pinned.clone()).put(&document).await.map(|it| it.level), Ok(Level::ReadBack));
    ssh.host_key = key();
    ssh.run(None);
    let changed = Config { host_key: before, ..ssh.config(ssh.at().port()) };
    let there = open(changed);
    assert_eq!(there.put(&document).await, Err(refused("host_key", "host_key_changed")));
    assert_eq!(there.check().await, Err(refused("host_key", "host_key_changed")));
}

#[tokio::test]
async fn sftp_broken_settings_each_get_their_sentence() {
    let ssh = Ssh::start(None);
    let good = ssh.config(ssh.at().port());
    let check = async |config: Config| open(config).check().await.expect_err("it is broken");
    let other = Config { private_key: Some(Secret::new(text(&key()))), ..good.clone() };
    assert_eq!(check(other).await, refused("private_key", "sign_in_refused"));
    let password = Config { private_key: None, password: Some(Secret::new("x")), ..good.clone() };
    assert_eq!(check(password).await, refused("password", "sign_in_refused"));
    let gone = Config { folder: format!("{}/gone", good.folder), ..good.clone() };
    assert_eq!(check(gone).await, refused("folder", "folder_missing"));
    let nobody = Config { port: Some(free_port().port()), ..good.clone() };
    assert_eq!(check(nobody).await, Error::Later { code: "unreachable" });

    let front = Front::before(free_port(), None).await;
    front.will(Fate::Answer("HTTP/1.1 400 Bad Request\r\n\r\n".repeat(200)));
    let web = Config { port: Some(front.at.port()), ..good.clone() };
    let error = check(web).await;
    assert!(matches!(error, Error::Refused { mend: "no_ssh_there", .. } | Error::Later { .. }));

    fs::set_permissions(ssh.folder(), fs::Permissions::from_mode(0o500)).expect("ours");
    assert_eq!(check(good.clone()).await, Error::NotWritable);
    let public = Destination::open(&destinations::Config::Sftp(good.clone())).expect("in order");
    assert_eq!(public.check().await, Err(refused("host", "address_refused")));

    for (config, error) in [
        (Config { private_key: None, ..good.clone() }, refused("private_key", "secret_missing")),
        (
            Config { private_key: Some(Secret::new("ssh-ed25519 AAAA")), ..good.clone() },
            refused("private_key", "not_a_private_key"),
        ),
        (
            Config { host_key: Some("something".to_owned()), ..good },
            refused("host_key", "not_a_host_key"),
        ),
    ] {
        let opened = Destination::open(&destinations::Config::Sftp(config));
        assert_eq!(opened.expect_err("not in order"), error);
    }
}

#[tokio::test]
async fn sftp_links_are_not_followed_and_old_parts_go() {
    let ssh = Ssh::start(None);
    let there = ssh.open();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(elsewhere.path(), fs::Permissions::from_mode(0o777)).expect("ours");
    symlink(elsewhere.path(), ssh.folder().join("link")).expect("links");
    symlink(elsewhere.path().join("x"), ssh.folder().join("name.json")).expect("links");
    let not_a_folder = Err(refused("folder", "not_a_folder"));
    assert_eq!(there.put(&named("link/a.json", b"x")).await, not_a_folder);
    assert_eq!(there.put(&named("name.json", b"x")).await, Err(Error::Exists));
    assert_eq!(fs::read_dir(elsewhere.path()).expect("lists").count(), 0);

    let (old, young) = (ssh.folder().join(".sotto-0.part"), ssh.folder().join(".sotto-1.part"));
    for part in [&old, &young] {
        fs::write(part, "half").expect("writes");
        if ssh.user == "nobody" {
            chown(part, Some(NOBODY), Some(NOBODY)).expect("we are root");
        }
    }
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
    let file = fs::File::options().write(true).open(&old).expect("opens");
    file.set_modified(long_ago).expect("its time can be set");
    there.put(&named("a.json", b"x")).await.expect("it fits");
    assert!(!old.exists() && young.exists());
}

#[tokio::test]
async fn sftp_a_full_disk_is_told_and_leaves_nothing() {
    if !may_mount() {
        return;
    }
    let ssh = Ssh::start(Some("256k"));
    let there = ssh.open();
    there.put(&named("small.json", b"fits")).await.expect("there is some room");
    let large = named("large.json", &content(400_000));
    assert_eq!(there.put(&large).await, Err(Error::Full));
    assert_eq!(there.list("").await.expect("lists").len(), 1);
    there.put(&named("large.json", &content(100_000))).await.expect("the room was given back");
}
