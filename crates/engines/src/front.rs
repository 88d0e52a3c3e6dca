//! What stands before nodes: HAProxy or nginx, with the configuration that we ship,
//! on loopback ports and in a folder that holds every byte that it writes.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::child::{Process, User, free_port};

const HAPROXY: &str = include_str!("../../../deploy/haproxy.cfg");
const NGINX: &str = include_str!("../../../deploy/nginx.conf");
/// How `deploy/` names the three nodes.
const NODES: [&str; 3] = ["10.0.0.11:8080", "10.0.0.12:8080", "10.0.0.13:8080"];

/// Where browsers come from, for the front: nothing that it writes may hold this.
pub const VISITORS_ADDRESS: &str = "127.0.0.77";

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Haproxy,
    Nginx,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
        })
    }
}

/// A front that ends TLS before three nodes, and a browser's side of that TLS.
pub struct Front {
    folder: PathBuf,
    clear: SocketAddr,
    front: Process,
    browsers: Process,
}

impl Front {
    /// Starts one at `clear`, where clients come in the clear as if through a browser's TLS.
    ///
    /// # Errors
    /// Where a program is missing, or refuses our configuration.
    pub fn start(
        kind: Kind,
        folder: &Path,
        clear: SocketAddr,
        nodes: [SocketAddr; 3],
    ) -> Result<Self> {
        let written = folder.join("written");
        std::fs::create_dir_all(&written)?;
        let certificate = certificate(folder)?;
        let (secure, redirect) = (loopback()?, loopback()?);
        let mut changes: Vec<(String, String)> = NODES
            .iter()
            .zip(nodes)
            .map(|(name, node)| ((*name).to_owned(), node.to_string()))
            .collect();
        let mut change = |from: &str, to: String| changes.push((from.to_owned(), to));
        let (program, config, arguments);
        match kind {
            Kind::Haproxy => {
                change("bind :80\n", format!("bind {redirect}\n"));
                change("bind :443", format!("bind {secure}"));
                change("/etc/haproxy/certs/", certificate.display().to_string());
                change("maxconn 40000", "maxconn 1000".to_owned());
                program = found("haproxy")?;
                config = folder.join("haproxy.cfg");
                std::fs::write(&config, changed(HAPROXY, &changes)?)?;
                arguments = vec!["-db".to_owned(), "-f".to_owned(), config.display().to_string()];
            }
            Kind::Nginx => {
                let own = written.display();
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|what| format!("{what}_temp_path {own}/{what};"));
                change("listen 80 ", format!("listen {redirect} "));
                change("listen 443 ", format!("listen {secure} "));
                change("/etc/nginx/certs/sotto.pem", certificate.display().to_string());
                change("/run/nginx.pid", format!("{own}/pid"));
                change("/var/log/nginx", own.to_string());
                change("server_tokens off;", temporary.join(" "));
                program = found("nginx")?;
                config = folder.join("nginx.conf");
                std::fs::write(&config, changed(NGINX, &changes)?)?;
                // Alone, it cannot leave workers behind.
                let alone = "daemon off; master_process off;";
                let words = ["-c", &config.display().to_string(), "-g", alone].map(str::to_owned);
                arguments = words.to_vec();
            }
        }
        let mut front = Process::new("front", &written);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        front.start(&program, &arguments, User::Own)?;
        front.wait_until(|| TcpStream::connect(secure).is_ok())?;
        let browsers = browsers(folder, clear, secure, &certificate)?;
        Ok(Self { folder: folder.to_owned(), clear, front, browsers })
    }

    /// Ends it, and gives everything that the front wrote, file by file.
    ///
    /// # Errors
    /// Where it does not end.
    pub fn written(mut self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        self.browsers.end("TERM")?;
        self.front.end("TERM")?;
        let mut files = Vec::new();
        let mut folders = vec![self.folder.join("written")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), std::fs::read(path)?));
                }
            }
        }
        Ok(files)
    }

    /// The front's process, and the one that stands for browsers.
    #[must_use]
    pub fn pids(&self) -> [Option<u32>; 2] {
        [self.front.pid(), self.browsers.pid()]
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.clear
    }
}

/// A browser's side: clients' bytes in TLS, to a name that the certificate must bear.
fn browsers(
    folder: &Path,
    clear: SocketAddr,
    secure: SocketAddr,
    certificate: &Path,
) -> Result<Process> {
    let config = folder.join("browsers.cfg");
    let text = format!(
        "defaults\n mode tcp\n timeout connect 5s\n timeout client 1h\n timeout server 1h\n\
         listen browsers\n bind {clear}\n server front {secure} ssl verify required ca-file {} \
         sni str(localhost) verifyhost localhost source {VISITORS_ADDRESS}\n",
        certificate.display()
    );
    std::fs::write(&config, text)?;
    let mut browsers = Process::new("browsers", folder);
    let config = config.display().to_string();
    browsers.start(&found("haproxy")?, &["-db", "-f", &config], User::Own)?;
    browsers.wait_until(|| TcpStream::connect(clear).is_ok())?;
    Ok(browsers)
}

/// Our configuration with this machine's names; one that it does not hold is a mistake.
fn changed(text: &str, changes: &[(String, String)]) -> Result<String> {
    changes.iter().try_fold(text.to_owned(), |text, (from, to)| {
        ensure!(text.contains(from), "the configuration in deploy/ has no {from:?}");
        Ok(text.replace(from, to))
    })
}

/// Certificate and key for `localhost` in one file, signed by themselves.
fn certificate(folder: &Path) -> Result<PathBuf> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let file = folder.join("certificate.pem");
    let text = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
    std::fs::write(&file, text).context("writing a certificate")?;
    Ok(file)
}

fn loopback() -> Result<SocketAddr> {
    Ok((Ipv4Addr::LOCALHOST, free_port()?).into())
}

/// Debian keeps these off the path of who is not root.
fn found(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = places.find_map(|place| Some(place.join(name)).filter(|place| place.is_file()));
    found.with_context(|| format!("no {name}: run `setup/ensure test`"))
}
