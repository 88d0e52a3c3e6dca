//! Debian's PostgreSQL, with a certificate and a database of its own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use destinations::Secret;
use destinations::postgres::Config;

use super::front::Authority;
use super::servers::{Server, free_port, give, run};

/// `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65534;

const LEAVE: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/// For a disk of its own: inside, this account looks like another.
const HIDE: [&str; 4] = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];

/// As the manual says it.
const MANUAL: &str = include_str!("../../../../docs/operate/destinations/postgres.md");

fn programs() -> PathBuf {
    let found = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path().join("bin")).collect();
    found.retain(|place| place.join("postgres").exists());
    found.pop().expect("PostgreSQL is missing: on Debian install postgresql")
}

pub struct Database {
    place: tempfile::TempDir,
    authority: Authority,
    server: Option<Server>,
    /// Whether the folder `small` is a small disk.
    is_small: bool,
}

impl Database {
    pub fn start(is_small: bool) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::new();
        for (file, text) in [("leaf.pem", &authority.leaf.0), ("leaf.key", &authority.leaf.1)] {
            fs::write(place.path().join(file), text).expect("ours");
            let only_ours = fs::Permissions::from_mode(0o600);
            fs::set_permissions(place.path().join(file), only_ours).expect("ours");
        }
        fs::create_dir(place.path().join("small")).expect("ours");
        let mut database = Self { place, authority, server: None, is_small };
        if rustix::process::geteuid().is_root() && !is_small {
            give(database.place.path(), NOBODY);
        }
        let (initdb, data) = (database.program("initdb"), database.path("data"));
        let mut line = database.account();
        let rest = [&initdb, "-D", &data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C"];
        line.extend(rest.iter().chain(&["--no-sync"]).map(|&word| word.to_owned()));
        run(Command::new(&line[0]).args(&line[1..]), "initdb makes a database");
        let settings = format!(
            "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nssl = on\n\
             ssl_cert_file = '{}'\nssl_key_file = '{}'\n",
            database.place.path().display(),
            database.path("leaf.pem"),
            database.path("leaf.key")
        );
        let conf = fs::File::options().append(true).open(Path::new(&data).join("postgresql.conf"));
        conf.and_then(|mut conf| conf.write_all(settings.as_bytes())).expect("ours");
        let hba = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(Path::new(&data).join("pg_hba.conf"), hba).expect("ours");
        database.run();
        database
    }

    pub fn path(&self, name: &str) -> String {
        self.place.path().join(name).to_str().expect("an ordinary path").to_owned()
    }

    fn program(&self, name: &str) -> String {
        programs().join(name).to_str().expect("an ordinary path").to_owned()
    }

    /// What a command begins with, so that it does not run as root.
    fn account(&self) -> Vec<String> {
        let words: &[&str] = match (self.is_small, rustix::process::geteuid().is_root()) {
            (true, _) => &HIDE,
            (false, true) => &LEAVE,
            (false, false) => &["env"],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }

    pub fn run(&mut self) {
        let at = free_port();
        let mut line = Vec::new();
        if self.is_small {
            let mount =
                format!("mount -t tmpfs -o size=1m tmpfs {} && exec \"$@\"", self.path("small"));
            let enter =
                ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &mount, "sh"];
            line.extend(enter.map(str::to_owned));
        }
        line.extend(self.account());
        let port = at.port().to_string();
        line.extend([self.program("postgres"), "-D".to_owned(), self.path("data")]);
        line.extend(["-p".to_owned(), port]);
        self.server = None;
        let line: Vec<_> = line.iter().map(String::as_str).collect();
        self.server = Some(Server::start(at, &line));
        // It listens before it has recovered.
        while self.ask("select 1").is_none() {
            std::thread::yield_now();
        }
    }

    pub fn at(&self) -> std::net::SocketAddr {
        self.server.as_ref().expect("it runs").at
    }

    /// As its owner, past every password; `None` if it did not do it.
    pub fn ask(&self, statements: &str) -> Option<String> {
        let port = self.at().port().to_string();
        let told = Command::new(self.program("psql"))
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "owner", "-p", &port])
            .args(["-d", "postgres", "-c", statements])
            .arg("-h")
            .arg(self.place.path())
            .output()
            .expect("psql is there");
        let text = String::from_utf8(told.stdout).expect("text");
        told.status.success().then(|| text.trim().to_owned())
    }

    pub fn does(&self, statements: &str) {
        assert!(self.ask(statements).is_some(), "{statements}");
    }

    /// The table and the account of the manual.
    pub fn make_table(&self) {
        let sql = MANUAL.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next());
        let sql = sql
            .expect("the manual shows it")
            .replace("choose-a-password", "swordfish-over-the-bay");
        for statement in sql.split(";\n").filter(|it| !it.trim().is_empty()) {
            self.does(statement);
        }
    }

    /// A setting that the server reads again.
    pub fn set(&self, name: &str, value: &str) {
        self.does(&format!("alter system set {name} to {value}"));
        self.does("select pg_reload_conf()");
        while self.ask(&format!("show {name}")).as_deref() != Some(value) {
            std::thread::yield_now();
        }
    }

    pub fn config(&self, port: u16) -> Config {
        Config {
            host: "localhost".to_owned(),
            database: "postgres".to_owned(),
            user: "sotto".to_owned(),
            password: Secret::new("swordfish-over-the-bay"),
            table: None,
            ca_pem: Some(self.authority.pem.clone()),
            port: Some(port),
        }
    }

    pub fn good(&self) -> Config {
        self.config(self.at().port())
    }

    /// As if the power had failed: nothing is finished, nothing is written.
    pub fn is_killed(&self) {
        let pid = fs::read_to_string(self.path("data/postmaster.pid")).expect("it runs");
        let pid = pid.lines().next().expect("its number").to_owned();
        run(Command::new("kill").args(["-QUIT", &pid]), "it is ours");
        while Path::new(&self.path("data/postmaster.pid")).exists() && is_alive(&pid) {
            std::thread::yield_now();
        }
    }
}

fn is_alive(pid: &str) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}
