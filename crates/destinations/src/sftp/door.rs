//! The way in: the connection, the host key, the account, the subsystem.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{self, AuthResult, Handle};
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{ChannelMsg, Preferred};
use russh_sftp::client::{Config, RawSftpSession};
use tokio::sync::oneshot;

use super::files::Files;
use super::{HostKey, Sftp};
use crate::outbound::connect;
use crate::{Error, Secret};

/// What the server shows is kept for whoever asked, and believed only if it is pinned.
struct Guard {
    pinned: Option<PublicKey>,
    shown: Arc<Mutex<Option<PublicKey>>>,
    /// Goes with the connection.
    _alive: oneshot::Sender<()>,
}

/// Resolves when the connection is no more. Requests that wait for an answer are
/// not told by the library.
pub(super) type Ended = oneshot::Receiver<()>;

/// The work, unless the connection ends before it.
pub(super) async fn while_connected<T>(
    ended: &mut Ended,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::select! {
        biased;
        done = work => done,
        _ = ended => Err(Error::Later { code: "connection_lost" }),
    }
}

impl client::Handler for Guard {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else {
            return Ok(false);
        };
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        Ok(self.pinned.as_ref().is_some_and(|pinned| pinned.key_data() == key.key_data()))
    }
}

/// The key that the server shows to those who know none.
pub(super) async fn ask_host_key(account: &Sftp) -> Result<HostKey, Error> {
    let shown = Arc::default();
    match knock(account, &shown).await {
        Ok(_) => Err(Error::Later { code: "strange_answer" }),
        Err(error) => match shown.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(key) => HostKey::of(key),
            None => Err(error),
        },
    }
}

pub(super) async fn enter(account: &Sftp) -> Result<(Files, Ended), Error> {
    let (mut server, mut ended) = knock(account, &Arc::default()).await?;
    sign_in(&mut server, account).await?;
    let no_sftp = |_| Error::Refused { setting: "user", mend: "no_sftp" };
    let mut channel = server.channel_open_session().await.map_err(no_sftp)?;
    channel.request_subsystem(true, "sftp").await.map_err(no_sftp)?;
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => break,
            Some(ChannelMsg::WindowAdjusted { .. }) => {}
            _ => return Err(Error::Refused { setting: "user", mend: "no_sftp" }),
        }
    }
    // The caller's patience is shorter; this only keeps a lost answer from staying for ever.
    let request_timeout_secs = 2 * crate::ANSWER_SECONDS_MAX;
    let config = Config { request_timeout_secs, ..Config::default() };
    let session = RawSftpSession::new_with_config(channel.into_stream(), config);
    let init = async { session.init().await.map_err(|_| no_sftp(russh::Error::RecvError)) };
    let version = while_connected(&mut ended, init).await?;
    Ok((Files::new(server, session, &version, account.folder.clone()), ended))
}

async fn knock(
    account: &Sftp,
    shown: &Arc<Mutex<Option<PublicKey>>>,
) -> Result<(Handle<impl client::Handler + use<>>, Ended), Error> {
    let place = (account.host.as_str(), account.port);
    let stream = connect(&account.allowed, "host", place, true).await?;
    let mut preferred = Preferred::default();
    // SHA-1 signatures are not taken, and a server with several keys shows the pinned one.
    let keys: Vec<_> = match account.host_key.as_ref().map(PublicKey::algorithm) {
        Some(Algorithm::Rsa { .. }) => rsa().to_vec(),
        Some(algorithm) => vec![algorithm],
        None => preferred
            .key
            .iter()
            .filter(|it| **it != Algorithm::Rsa { hash: None })
            .cloned()
            .collect(),
    };
    preferred.key = Cow::Owned(keys);
    let config = client::Config { preferred, ..client::Config::default() };
    let (alive, ended) = oneshot::channel();
    let pinned = account.host_key.clone();
    let guard = Guard { pinned, shown: Arc::clone(shown), _alive: alive };
    let knocked = client::connect_stream(Arc::new(config), stream, guard).await;
    let server = knocked.map_err(|cause| explain(&cause, account.host_key.is_some()))?;
    Ok((server, ended))
}

fn rsa() -> [Algorithm; 2] {
    [HashAlg::Sha512, HashAlg::Sha256].map(|hash| Algorithm::Rsa { hash: Some(hash) })
}

fn explain(cause: &russh::Error, is_pinned: bool) -> Error {
    let refused = |setting, mend| Error::Refused { setting, mend };
    match cause {
        russh::Error::UnknownKey if is_pinned => refused("host_key", "host_key_changed"),
        russh::Error::UnknownKey => refused("host_key", "host_key_unconfirmed"),
        // The server has no key of the pinned one's kind any more.
        russh::Error::NoCommonAlgo { kind: russh::AlgorithmKind::Key, .. } if is_pinned => {
            refused("host_key", "host_key_changed")
        }
        russh::Error::NoCommonAlgo { .. } => refused("host", "ssh_too_old"),
        russh::Error::Version => refused("host", "no_ssh_there"),
        russh::Error::WrongServerSig | russh::Error::Signature(_) => {
            refused("host_key", "host_key_changed")
        }
        _ => Error::Later { code: "connection_lost" },
    }
}

async fn sign_in<H: client::Handler>(server: &mut Handle<H>, account: &Sftp) -> Result<(), Error> {
    let lost = |_| Error::Later { code: "connection_lost" };
    let mut setting = "password";
    if let Some(key) = &account.private_key {
        setting = "private_key";
        let hash = if key.algorithm().is_rsa() {
            server.best_supported_rsa_hash().await.map_err(lost)?.flatten()
        } else {
            None
        };
        let key = PrivateKeyWithHashAlg::new(Arc::new(key.clone()), hash);
        let tried = server.authenticate_publickey(&account.user, key).await.map_err(lost)?;
        if tried == AuthResult::Success {
            return Ok(());
        }
    }
    if let Some(password) = account.password.as_ref().map(Secret::text) {
        let tried = server.authenticate_password(&account.user, password).await.map_err(lost)?;
        if tried == AuthResult::Success {
            return Ok(());
        }
    }
    Err(Error::Refused { setting, mend: "sign_in_refused" })
}
