//! A folder on a server that speaks SFTP.
//!
//! The server is known by its host key, which a person confirmed once; another
//! key is refused before anything is said. A document is written under a name
//! that nobody looks for, synced where the server can (`fsync@openssh.com`), read
//! back, and only then renamed, which by protocol version 3 never overwrites.
//! Subfolders are made as names ask for them; the folder itself never is.
//!
//! Each call has a connection of its own, as with [`crate::outbound::http`].

mod door;
mod files;

use std::fmt;

use russh::keys::{HashAlg, PrivateKey, PublicKey};

use crate::probe::{self, Probed};
use crate::settings::settings;
use crate::{Allowed, Checked, Document, Error, Level, Name, Receipt, Secret, Step};
use door::{Ended, while_connected};
use files::Files;

const PORT: u16 = 22;

settings! {
    /// SFTP server. A folder on a machine that SSH reaches.
    pub struct Config {
        /// Server. Its name or address.
        pub host: String,
        /// User. An account for Sotto alone, best one that may do nothing but SFTP.
        pub user: String,
        /// Folder. Its path on the server; it must exist.
        pub folder: String,
        /// Private key. In OpenSSH's form, without a passphrase; its public half goes
        /// into the server's `authorized_keys`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub private_key: Option<Secret>,
        /// Password. Only where the server takes no keys.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<Secret>,
        /// Host key. As the server shows it, once you have compared its fingerprint.
        /// Until it is set nothing is sent there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub host_key: Option<String>,
        /// Port. Unset, 22.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub port: Option<u16>,
    }
}

/// How a server shows itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HostKey {
    /// For the setting `host_key`: algorithm and key, as in `known_hosts`.
    pub line: String,
    /// For people: `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
}

impl HostKey {
    fn of(key: &PublicKey) -> Result<Self, Error> {
        let bare = PublicKey::new(key.key_data().clone(), "");
        let line = bare.to_openssh().map_err(|_| Error::Later { code: "strange_answer" })?;
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        Ok(Self { line: line.trim().to_owned(), fingerprint })
    }
}

/// Asks the server for its host key and goes away without signing in, so that a
/// person can compare it with what the server's keeper says.
pub async fn offered_host_key(config: &Config, allowed: &Allowed) -> Result<HostKey, Error> {
    let unpinned = Config { host_key: None, ..config.clone() };
    let account = Sftp::open(&unpinned, allowed)?;
    crate::within(crate::ANSWER_SECONDS_MAX, door::ask_host_key(&account)).await
}

/// A folder on a server: where to sign in, and as whom.
pub struct Sftp {
    allowed: Allowed,
    host: String,
    port: u16,
    user: String,
    private_key: Option<PrivateKey>,
    password: Option<Secret>,
    host_key: Option<PublicKey>,
    folder: String,
}

/// Without what it signs in with.
impl fmt::Debug for Sftp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sftp({}@{}:{})", self.user, self.host, self.port)
    }
}

impl Sftp {
    /// Looks at the settings alone.
    pub fn open(config: &Config, allowed: &Allowed) -> Result<Self, Error> {
        let refused = |setting, mend| Error::Refused { setting, mend };
        for (setting, text) in [("host", &config.host), ("user", &config.user)] {
            if text.is_empty() || text.chars().any(char::is_whitespace) {
                return Err(refused(setting, "not_a_name"));
            }
        }
        let folder = config.folder.trim_end_matches('/');
        if config.folder.is_empty() || config.folder.contains('\0') {
            return Err(refused("folder", "folder_missing"));
        }
        let set = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.is_empty());
        let key = set(&config.private_key);
        let key = key.map(|key| PrivateKey::from_openssh(key.text().trim()));
        let key = key.transpose().map_err(|_| refused("private_key", "not_a_private_key"))?;
        if key.as_ref().is_some_and(PrivateKey::is_encrypted) {
            return Err(refused("private_key", "private_key_locked"));
        }
        let password = set(&config.password);
        if key.is_none() && password.is_none() {
            return Err(refused("private_key", "secret_missing"));
        }
        let host_key = config.host_key.as_deref().map(PublicKey::from_openssh);
        Ok(Self {
            allowed: allowed.clone(),
            host: config.host.clone(),
            port: config.port.unwrap_or(PORT),
            user: config.user.clone(),
            private_key: key,
            password,
            host_key: host_key.transpose().map_err(|_| refused("host_key", "not_a_host_key"))?,
            folder: if folder.is_empty() { "/".to_owned() } else { folder.to_owned() },
        })
    }

    pub async fn put(&self, document: &Document) -> Result<Receipt, Error> {
        let (files, mut ended) = self.enter().await?;
        while_connected(&mut ended, put(&files, document)).await
    }

    pub async fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
        let (files, mut ended) = self.enter().await?;
        while_connected(&mut ended, files.read(name)).await
    }

    pub async fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
        if !prefix.bytes().all(|byte| crate::document::is_letter(byte) || byte == b'/') {
            return Err(Error::BadName);
        }
        let (files, mut ended) = self.enter().await?;
        while_connected(&mut ended, files.list(prefix)).await
    }

    pub async fn check(&self) -> Result<Checked, Error> {
        let probe = probe::document()?;
        let begun = probe::begin();
        let (files, mut ended) = self.enter().await?;
        let look = async {
            let proved = prove(&files, &probe).await;
            let listed = files.list(probe.name.as_str()).await;
            let removed = files.remove(&probe.name).await;
            files.remove_folder(probe::FOLDER).await;
            Ok((proved?, listed, removed))
        };
        let (level, listed, removed) = while_connected(&mut ended, look).await?;
        let connection = Step::done("connection", "ssh");
        let read_back = Step::done("read_back", "");
        let removed = removed.map(|()| "gone");
        let mut place = probe::says_nothing();
        place.push(match files.syncs {
            true => Step::done("sync", "fsync@openssh.com"),
            false => Step::not_here("sync"),
        });
        if let Some(key) = &self.host_key {
            place.push(Step::done("host_key", HostKey::of(key)?.fingerprint));
        }
        let (list, delete) = (probe::listed(listed, &probe)?, probe::removed(removed)?);
        Ok(Probed { level, connection, read_back, list, delete }.checked(begun, place))
    }

    /// Signs in and sees that the folder is there.
    async fn enter(&self) -> Result<(Files, Ended), Error> {
        let (files, mut ended) = door::enter(self).await?;
        while_connected(&mut ended, files.is_there()).await?;
        Ok((files, ended))
    }
}

async fn put(files: &Files, document: &Document) -> Result<Receipt, Error> {
    let ours = document.sha256();
    files.make_folders(&document.name).await?;
    if files.stored(&document.name).await?.is_none() {
        match files.write(document, &ours).await {
            // Someone was faster; what they stored is compared below.
            Ok(()) | Err(Error::Exists) => {}
            Err(other) => return Err(other),
        }
    }
    match files.stored(&document.name).await? {
        Some(found) if found.sha256 == ours => Ok(Receipt {
            level: Level::ReadBack,
            object: files.path(document.name.as_str()),
            sha256: ours,
            at_ms: found.at_ms,
            version: None,
        }),
        Some(_) => Err(Error::Exists),
        None => Err(Error::Later { code: "vanished" }),
    }
}

/// What the promises of a put come down to, tried on a probe.
async fn prove(files: &Files, probe: &Document) -> Result<Level, Error> {
    let receipt = put(files, probe).await?;
    let other = probe::other(probe);
    // A put looks first and would not even try: this is the rename itself.
    if files.write(&other, &other.sha256()).await != Err(Error::Exists) {
        return Err(Error::Refused { setting: "host", mend: "overwrites" });
    }
    let holds = files.read(&probe.name).await? == *probe.bytes
        && put(files, probe).await? == receipt
        && put(files, &other).await == Err(Error::Exists);
    if holds { Ok(receipt.level) } else { Err(Error::Later { code: "probe_differs" }) }
}
