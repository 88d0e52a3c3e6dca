//! Servers that one story owns, to stop and to start again; and a wire to them that
//! can be listened to and cut.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A folder for servers of one story.
pub fn place() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let inside = if memory.is_dir() { memory } else { std::env::temp_dir() };
    tempfile::tempdir_in(inside).expect("a temporary folder")
}

/// Changes what passes towards the node, a read at a time.
type Change = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// A wire to a server, which keeps everything that passes over it.
pub struct Wire {
    pub address: SocketAddr,
    passed: Arc<Mutex<Vec<u8>>>,
    whole: watch::Sender<bool>,
}

impl Wire {
    pub async fn to(server: SocketAddr) -> Self {
        Self::changing(server, |_| {}).await
    }

    pub async fn changing(
        to: SocketAddr,
        change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (passed, whole) = (Arc::new(Mutex::new(Vec::new())), watch::Sender::new(true));
        let (kept, cut, change): (_, _, Change) = (passed.clone(), whole.clone(), Arc::new(change));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if !*cut.borrow() {
                    continue;
                }
                let Ok(far) = TcpStream::connect(to).await else { continue };
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
        Self { address, passed, whole }
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
