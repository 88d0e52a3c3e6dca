//! Servers that one story owns, to stop and to start again; and a wire to them that
//! can be listened to and cut.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use server::config::SecretUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Runs `setup/servers`; what it printed.
fn servers(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../setup/servers");
    let ran = Command::new(script).args(arguments).output().expect("setup/servers runs");
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "setup/servers {arguments:?}: {complained}");
    String::from_utf8(ran.stdout).expect("text").trim().to_owned()
}

fn port(printed: &str) -> u16 {
    printed.parse().unwrap_or_else(|_| panic!("a port, not {printed:?}"))
}

/// A place that a server of another account may enter.
fn place() -> tempfile::TempDir {
    let shared = PathBuf::from("/dev/shm");
    let inside = if shared.is_dir() { shared } else { std::env::temp_dir() };
    let folder = tempfile::tempdir_in(inside).expect("a temporary folder");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    std::fs::set_permissions(folder.path(), open).expect("ours");
    folder
}

/// A PostgreSQL.
pub struct Postgres {
    pub port: u16,
    folder: tempfile::TempDir,
    is_up: bool,
}

impl Postgres {
    pub fn starts() -> Self {
        let folder = place();
        let printed = servers(&["postgres", folder.path().to_str().expect("text")]);
        Self { port: port(&printed), folder, is_up: true }
    }

    /// A synchronous standby of another.
    pub fn stands_by(primary: &Postgres) -> Self {
        let folder = place();
        let of = primary.port.to_string();
        let printed = servers(&["standby", folder.path().to_str().expect("text"), &of]);
        Self { port: port(&printed), folder, is_up: true }
    }

    /// As a crash would: nothing is written down first.
    pub fn dies(&mut self) {
        servers(&["end-postgres", self.folder.path().to_str().expect("text"), "immediate"]);
        self.is_up = false;
    }

    /// On the same port.
    pub fn comes_back(&mut self) {
        let again = self.port.to_string();
        servers(&["postgres", self.folder.path().to_str().expect("text"), &again]);
        self.is_up = true;
    }

    pub fn url(&self) -> String {
        format!("postgres://sotto@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.is_up {
            servers(&["end-postgres", self.folder.path().to_str().expect("text"), "immediate"]);
        }
    }
}

/// A nats-server.
pub struct Nats {
    pub port: u16,
    folder: tempfile::TempDir,
}

impl Nats {
    pub fn starts() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let printed = servers(&["nats", folder.path().to_str().expect("text")]);
        Self { port: port(&printed), folder }
    }

    pub fn dies(&mut self) {
        let pid = std::fs::read_to_string(self.folder.path().join("nats.pid")).expect("a pid");
        let killed = Command::new("kill").args(["-9", pid.trim()]).status();
        assert!(killed.expect("kill runs").success());
    }

    /// On the same port.
    pub fn comes_back(&mut self) {
        let again = self.port.to_string();
        servers(&["nats", self.folder.path().to_str().expect("text"), &again]);
    }

    pub fn url(&self) -> SecretUrl {
        SecretUrl::new(&format!("nats://127.0.0.1:{}", self.port))
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let pid = std::fs::read_to_string(self.folder.path().join("nats.pid")).unwrap_or_default();
        // It may be dead already.
        let _killed = Command::new("kill").args(["-9", pid.trim()]).output();
    }
}

/// Changes what passes towards the node, a read at a time.
type Change = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// A wire to a server, which keeps everything that passes over it.
pub struct Wire {
    pub port: u16,
    passed: Arc<Mutex<Vec<u8>>>,
    whole: watch::Sender<bool>,
}

impl Wire {
    pub async fn to(port: u16) -> Self {
        Self::changing(port, |_| {}).await
    }

    pub async fn changing(to: u16, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (passed, whole) = (Arc::new(Mutex::new(Vec::new())), watch::Sender::new(true));
        let (kept, cut, change): (_, _, Change) = (passed.clone(), whole.clone(), Arc::new(change));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if !*cut.borrow() {
                    continue;
                }
                let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { continue };
                let ((near_in, near_out), (far_in, far_out)) =
                    (near.into_split(), far.into_split());
                let (kept, change, mut cut) = (kept.clone(), change.clone(), cut.subscribe());
                tokio::spawn(async move {
                    let nothing: Change = Arc::new(|_| {});
                    tokio::select! {
                        () = pass(near_in, far_out, kept.clone(), nothing) => {}
                        () = pass(far_in, near_out, kept, change) => {}
                        _ = cut.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self { port, passed, whole }
    }

    /// Everything that passed, in both directions.
    pub fn passed(&self) -> Vec<u8> {
        self.passed.lock().expect("no panic").clone()
    }

    pub fn is_cut(&self) {
        self.whole.send_replace(false);
    }

    pub fn is_mended(&self) {
        self.whole.send_replace(true);
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    kept: Arc<Mutex<Vec<u8>>>,
    change: Change,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut bytes).await
        && read > 0
    {
        let mut passing = bytes.get(..read).expect("as many as were read").to_vec();
        kept.lock().expect("no panic").extend_from_slice(&passing);
        change(&mut passing);
        if to.write_all(&passing).await.is_err() {
            return;
        }
    }
}
