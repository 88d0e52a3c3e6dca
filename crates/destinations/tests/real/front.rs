//! Stands before a server: speaks TLS for it, and lets connections fail.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// What happens to connections from now on.
#[derive(Debug, Clone)]
pub enum Fate {
    Pass,
    /// The server gets this many bytes, and both sides lose the connection.
    CutAfter(u64),
    /// The server gets everything, and its answer is lost.
    AnswerLost,
    /// The server gets this many bytes; then nothing moves.
    StallAfter(u64),
    /// What comes back, whatever was asked.
    Answer(String),
    /// What comes back, connection by connection.
    Turns(Vec<String>),
}

/// An authority that the tests made, with a certificate for `localhost`.
pub struct Authority {
    pub pem: String,
    /// The certificate for `localhost` and its key, in PEM.
    pub leaf: (String, String),
    acceptor: TlsAcceptor,
}

impl Authority {
    pub fn new() -> Self {
        Self::good_until(4096)
    }

    /// Its certificate was good until 1999.
    pub fn expired() -> Self {
        Self::good_until(1999)
    }

    fn good_until(year: i32) -> Self {
        let key = KeyPair::generate().expect("keys can be made");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).expect("signs itself");
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().expect("keys can be made");
        let names = ["localhost".to_owned()];
        let mut params = CertificateParams::new(names).expect("names");
        params.not_after = date_time_ymd(year, 1, 1);
        let leaf = params.signed_by(&key, &issuer).expect("signs");
        let chain = vec![leaf.der().clone()];
        let pems = (leaf.pem(), key.serialize_pem());
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they fit");
        Self { pem: root.pem(), leaf: pems, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

/// Listens until the runtime that started it ends.
#[derive(Clone)]
pub struct Front {
    pub at: SocketAddr,
    fate: Arc<Mutex<Fate>>,
    stalled: Arc<Notify>,
}

impl Front {
    /// Before `server`; with an authority it speaks TLS.
    pub async fn before(server: SocketAddr, authority: Option<&Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
        let at = listener.local_addr().expect("it is bound");
        let front = Self { at, fate: Arc::new(Mutex::new(Fate::Pass)), stalled: Arc::default() };
        let acceptor = authority.map(|authority| authority.acceptor.clone());
        let ours = front.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (ours, acceptor) = (ours.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                ours.carry(stream, server).await;
                            }
                        }
                        None => ours.carry(stream, server).await,
                    }
                });
            }
        });
        front
    }

    pub fn will(&self, fate: Fate) {
        *self.fate.lock().expect("no panic") = fate;
    }

    /// Until a connection hangs.
    pub async fn has_stalled(&self) {
        self.stalled.notified().await;
    }

    fn next(&self) -> Fate {
        match &mut *self.fate.lock().expect("no panic") {
            Fate::Turns(turns) => Fate::Answer(turns.remove(0)),
            fate => fate.clone(),
        }
    }

    async fn carry(&self, mut client: impl AsyncRead + AsyncWrite + Unpin, server: SocketAddr) {
        let fate = self.next();
        if let Fate::Answer(answer) = fate {
            // Enough to have seen a request's head; its body may still come.
            let mut head = [0; 16 * 1024];
            let _some = client.read(&mut head).await;
            let _lost = client.write_all(answer.as_bytes()).await;
            let _lost = client.shutdown().await;
            while client.read(&mut head).await.is_ok_and(|read| read > 0) {}
            return;
        }
        let Ok(mut server) = TcpStream::connect(server).await else {
            return;
        };
        match fate {
            Fate::CutAfter(bytes) => {
                let (mut from, mut to) = tokio::io::split(client);
                let (mut answers, mut asks) = server.split();
                let mut some = (&mut from).take(bytes);
                tokio::select! {
                    _ = tokio::io::copy(&mut some, &mut asks) => {}
                    _ = tokio::io::copy(&mut answers, &mut to) => {}
                }
            }
            Fate::StallAfter(bytes) => {
                let (mut from, mut to) = tokio::io::split(client);
                let (mut answers, mut asks) = server.split();
                let mut some = (&mut from).take(bytes);
                tokio::select! {
                    _ = tokio::io::copy(&mut some, &mut asks) => {}
                    _ = tokio::io::copy(&mut answers, &mut to) => {}
                }
                self.stalled.notify_one();
                std::future::pending::<()>().await;
            }
            Fate::AnswerLost => {
                let (mut from, _to) = tokio::io::split(client);
                let (mut answers, mut asks) = server.split();
                let mut first = [0];
                tokio::select! {
                    _ = tokio::io::copy(&mut from, &mut asks) => {}
                    _ = answers.read(&mut first) => {}
                }
            }
            Fate::Pass | Fate::Answer(_) | Fate::Turns(_) => {
                let _ended = copy_bidirectional(&mut client, &mut server).await;
            }
        }
    }
}
