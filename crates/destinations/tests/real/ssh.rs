//! Debian's OpenSSH server, with keys, settings and a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::rand;
use destinations::sftp::Config;
use destinations::{Destination, Secret};
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};

use super::loopback;
use super::servers::{Server, free_port, give, installed, run};

/// `nobody`: a server that runs as root wants accounts and folders of the system.
pub const NOBODY: u32 = 65534;

/// A folder with the server's program and what it needs beside it.
fn programs() -> PathBuf {
    if Path::new("/usr/sbin/sshd").exists() {
        return PathBuf::from("/usr/sbin");
    }
    let place = installed("openssh", |place| {
        fs::create_dir_all(place).expect("ours");
        let hint = "OpenSSH's server is missing: install openssh-server";
        let fetch = "fetch() { apt-get download -qq openssh-server libwrap0; }; \
            fetch || { apt-get update -qq && fetch; }";
        run(Command::new("sh").args(["-c", fetch]).current_dir(place), hint);
        let unpack = "for package in *.deb; do dpkg -x \"$package\" . || exit 1; done; \
            cp usr/lib/*/libwrap.so.0 usr/sbin";
        run(Command::new("sh").args(["-c", unpack]).current_dir(place), hint);
    });
    place.join("usr/sbin")
}

pub struct Ssh {
    pub place: tempfile::TempDir,
    server: Option<Server>,
    pub user: String,
    key: PrivateKey,
    pub host_key: PrivateKey,
}

pub fn key() -> PrivateKey {
    let mut seed = [0; 32];
    rand::fill(&mut seed).expect("the system has some");
    let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
    PrivateKey::new(pair, "for a test").expect("a key")
}

pub fn text(key: &PrivateKey) -> String {
    key.to_openssh(LineEnding::LF).expect("can be written").to_string()
}

fn id(which: &str) -> String {
    let told = Command::new("id").arg(which).output().expect("id is there");
    String::from_utf8(told.stdout).expect("a name").trim().to_owned()
}

impl Ssh {
    /// Runs until it is dropped; on a disk of `room` if any is named.
    pub fn start(room: Option<&str>) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let programs = programs();
        for file in ["sshd", "libwrap.so.0"] {
            if programs.join(file).exists() {
                fs::copy(programs.join(file), place.path().join(file)).expect("copies");
            }
        }
        fs::create_dir(place.path().join("transcripts")).expect("ours");
        let is_root = id("-u") == "0";
        let user = if is_root { "nobody".to_owned() } else { id("-un") };
        let mut ssh = Self { place, server: None, user, key: key(), host_key: key() };
        ssh.run(room);
        ssh
    }

    /// As another server would show it.
    pub fn another_key() -> String {
        key().public_key().to_openssh().expect("can be written")
    }

    pub fn folder(&self) -> PathBuf {
        self.place.path().join("transcripts")
    }

    pub fn run(&mut self, room: Option<&str>) {
        let (place, at) = (self.place.path(), free_port());
        let public = self.key.public_key().to_openssh().expect("can be written");
        fs::write(place.join("authorized_keys"), public).expect("ours");
        fs::write(place.join("host_key"), text(&self.host_key)).expect("ours");
        let only_ours = fs::Permissions::from_mode(0o600);
        fs::set_permissions(place.join("host_key"), only_ours).expect("ours");
        let (shown, port) = (place.display(), at.port());
        // As `nobody` only PAM can tell that the account is not locked.
        let pam = if room.is_none() && self.user == "nobody" { "yes" } else { "no" };
        let settings = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {shown}/host_key\n\
             AuthorizedKeysFile {shown}/authorized_keys\nStrictModes no\nUsePAM {pam}\n\
             PasswordAuthentication no\nPidFile none\nMaxStartups 100\nSubsystem sftp internal-sftp\n"
        );
        fs::write(place.join("settings"), settings).expect("ours");
        let program = format!("{shown}/sshd");
        let library = format!("LD_LIBRARY_PATH={shown}");
        let settings = format!("{shown}/settings");
        let sshd = ["env", &library, &program, "-D", "-e", "-f", &settings];
        let line: Vec<String> = match room {
            Some(room) => {
                let (user, group) = (id("-u"), id("-g"));
                let (user, group) = if user == "0" {
                    (NOBODY.to_string(), NOBODY.to_string())
                } else {
                    (user, group)
                };
                let mount = format!(
                    "mount -t tmpfs -o size={room} tmpfs {shown}/transcripts && exec unshare --user \
                     --map-user={user} --map-group={group} \"$@\""
                );
                let enter =
                    ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &mount, "sh"];
                enter.iter().chain(&sshd).map(|&word| word.to_owned()).collect()
            }
            None if self.user == "nobody" => {
                give(place, NOBODY);
                let leave = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
                leave.iter().chain(&sshd).map(|&word| word.to_owned()).collect()
            }
            None => sshd.iter().map(|&word| word.to_owned()).collect(),
        };
        let line: Vec<_> = line.iter().map(String::as_str).collect();
        self.server = None;
        self.server = Some(Server::start(at, &line));
    }

    pub fn at(&self) -> std::net::SocketAddr {
        self.server.as_ref().expect("it runs").at
    }

    pub fn config(&self, port: u16) -> Config {
        let host_key = self.host_key.public_key().to_openssh().expect("can be written");
        Config {
            host: "localhost".to_owned(),
            user: self.user.clone(),
            folder: self.folder().to_str().expect("an ordinary path").to_owned(),
            private_key: Some(Secret::new(text(&self.key))),
            password: None,
            host_key: Some(host_key),
            port: Some(port),
        }
    }

    pub fn open(&self) -> Destination {
        let config = destinations::Config::Sftp(self.config(self.at().port()));
        Destination::open_within(&config, &loopback()).expect("in order")
    }
}
