//! Whether the addresses in the settings can be listened on, or our own server does already.

use std::io::ErrorKind;
use std::time::Duration;

use protocol::destination::PostureLine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::archive::posture::{good, wrong};
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(3);
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

pub(super) async fn lines(config: &Config) -> Vec<PostureLine> {
    let mut lines = vec![line("listen", &config.listen, "/healthz", "\r\n\r\nok\n").await];
    if let Some(metrics) = &config.metrics_listen {
        lines.push(line("metrics_listen", metrics, "/metrics", "sotto_sockets").await);
    }
    lines
}

/// `ours` stands in what a server of ours answers there to `path`, and in no other's.
async fn line(setting: &str, address: &str, path: &str, ours: &str) -> PostureLine {
    let refused = match TcpListener::bind(address).await {
        Ok(_) => {
            return good("port", setting, &format!("{address} is free; nothing listens there"));
        }
        Err(refused) => refused.kind(),
    };
    let is_taken = refused == ErrorKind::AddrInUse;
    if is_taken && answer(address, path).await.is_some_and(|it| it.contains(ours)) {
        return good("port", setting, &format!("a Sotto listens on {address}"));
    }
    let (found, mend) = match refused {
        ErrorKind::AddrInUse => (
            format!("another program listens on {address}"),
            format!("Stop it, or give {setting} another port."),
        ),
        ErrorKind::AddrNotAvailable => (
            format!("{address} is no address of this machine"),
            format!("Give {setting} one that is; 0.0.0.0 stands for all."),
        ),
        ErrorKind::PermissionDenied => (
            format!("this account may not listen on {address}"),
            "Take a port from 1024 on, or give the program CAP_NET_BIND_SERVICE.".to_owned(),
        ),
        kind => (
            format!("{address} cannot be listened on ({kind})"),
            format!("Write {setting} as an address and a port, such as 127.0.0.1:8080."),
        ),
    };
    wrong("port", setting, &found, &mend)
}

async fn answer(address: &str, path: &str) -> Option<String> {
    let asking = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let ask = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await.ok()?;
        String::from_utf8(answer).ok()
    };
    tokio::time::timeout(PATIENCE, asking).await.ok().flatten()
}
