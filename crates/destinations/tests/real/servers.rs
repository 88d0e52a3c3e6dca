//! Other people's servers, installed and started for the tests.

use std::fs::{self, File};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Python and Node take their time on a busy machine.
const START_SECONDS_MAX: u64 = 120;

/// A server that runs. It ends with this value, and with this process: the shell
/// that watches it sees its own input end.
pub struct Server {
    watcher: Child,
    pub at: SocketAddr,
}

impl Server {
    /// Starts `command` on the port that it was told, and waits until it listens.
    pub fn start(at: SocketAddr, command: &[&str]) -> Self {
        let watch = r#""$@" >/dev/null 2>&1 & server=$!; cat >/dev/null; kill -9 $server"#;
        let mut watcher = Command::new("sh")
            .args(["-c", watch, "sh"])
            .args(command)
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh is there");
        let until = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        while TcpStream::connect(at).is_err() {
            let ended = watcher.try_wait().expect("it is ours");
            assert!(ended.is_none() && Instant::now() < until, "{command:?} does not listen");
            thread::yield_now();
        }
        Self { watcher, at }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ended = self.watcher.wait();
    }
}

/// A port that nobody listens on, given out once.
///
/// Below those that the system gives to whoever names none: between here and the
/// server's start another test would sometimes get the same.
pub fn free_port() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 21_000;
    const PORTS: u16 = 10_000;
    let begin = u16::try_from(std::process::id() % u32::from(PORTS)).expect("it is less");
    for _ in 0..PORTS {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (begin + step % PORTS) % PORTS;
        if let Ok(free) = TcpListener::bind(("127.0.0.1", port)) {
            return free.local_addr().expect("it is bound");
        }
    }
    panic!("every port from {FIRST} on is taken");
}

/// A folder below the target folder with what `install` puts there, once.
pub fn installed(name: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let servers = Path::new(env!("CARGO_TARGET_TMPDIR")).join("servers");
    fs::create_dir_all(&servers).expect("the target folder is ours");
    let lock = File::create(servers.join(format!("{name}.lock"))).expect("ours too");
    lock.lock().expect("other tests end");
    let (place, stamp) = (servers.join(name), servers.join(format!("{name}.done")));
    if !stamp.exists() {
        remove(&place).expect("what was begun goes");
        install(&place);
        File::create(stamp).expect("ours too");
    }
    place
}

fn remove(place: &Path) -> io::Result<()> {
    match fs::remove_dir_all(place) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}

/// A Python environment with pinned packages; gives its folder of programs.
pub fn python(name: &str, pinned: &str) -> PathBuf {
    let place = installed(name, |place| {
        let hint = "python3 with its venv module is missing: on Debian install python3-venv";
        run(Command::new("python3").args(["-m", "venv"]).arg(place), hint);
        let list = place.join("pinned.txt");
        fs::write(&list, pinned).expect("ours");
        let hint = "the package index is not reachable";
        let mut pip = Command::new(place.join("bin/pip"));
        run(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(list), hint);
    });
    place.join("bin")
}

/// A program of npm's, at one version; gives its folder of programs.
pub fn node(name: &str, package: &str) -> PathBuf {
    let place = installed(name, |place| {
        fs::create_dir_all(place).expect("ours");
        let hint = "npm is missing, or its registry is not reachable";
        let flags = ["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
        let mut npm = Command::new("npm");
        run(npm.args(flags).args(["--loglevel=error", "--prefix"]).arg(place).arg(package), hint);
    });
    place.join("node_modules/.bin")
}

/// Gives a folder with all that is in it to another account; for that we are root.
pub fn give(folder: &Path, user: u32) {
    chown(folder, Some(user), Some(user)).expect("we are root");
    for entry in fs::read_dir(folder).expect("lists").flatten() {
        if entry.path().is_dir() {
            give(&entry.path(), user);
        } else {
            chown(entry.path(), Some(user), Some(user)).expect("we are root");
        }
    }
}

/// Whether a disk of its own can be made for a test; it says so if not.
pub fn may_mount() -> bool {
    let mut tried = Command::new("unshare");
    tried.args(["--user", "--map-root-user", "--mount", "true"]);
    let may = tried.status().is_ok_and(|status| status.success());
    if !may {
        eprintln!("not shown here: this account may not mount");
    }
    may
}

/// Runs to a good end, or says what to do.
pub fn run(command: &mut Command, hint: &str) {
    let output = command.stdin(Stdio::null()).output().expect(hint);
    assert!(output.status.success(), "{hint}: {command:?} {output:?}");
}
