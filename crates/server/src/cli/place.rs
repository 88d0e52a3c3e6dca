//! Where an install's files are, for commands that look at them without a server.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use data_encoding::HEXLOWER;

use crate::app::App;
use crate::clock::Clock;
use crate::config::sections::Sections;
use crate::config::{self, Config};
use crate::db::Location;
use crate::ids::random;
use crate::serve;

/// The settings' file; its settings may be overlaid by `SOTTO_SECTION__NAME`.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The settings of the server
    #[arg(long = "config", value_name = "FILE")]
    path: PathBuf,
}

impl ConfigFile {
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn read(&self) -> anyhow::Result<Config> {
        let shown = self.path.display();
        let text =
            fs::read_to_string(&self.path).with_context(|| format!("{shown} cannot be read"))?;
        let read = config::read(&text, std::env::vars());
        let mut config = read.map_err(|why| anyhow::anyhow!("{shown}: {why}"))?;
        // Every command finds the same files, wherever it is started.
        let beside = std::path::absolute(folder_of(&self.path))?;
        for (name, path) in [
            ("data_dir", &mut config.data_dir),
            ("key_dir", &mut config.key_dir),
            ("transcripts_dir", &mut config.transcripts_dir),
        ] {
            anyhow::ensure!(!path.as_os_str().is_empty(), "{shown}: {name} names no directory");
            *path = beside.join(&*path);
        }
        Ok(config)
    }
}

/// What a first start with these settings begins with.
pub(super) fn first(config: &Config) -> anyhow::Result<Sections> {
    fs::create_dir_all(&config.transcripts_dir).with_context(|| {
        format!("transcripts_dir: {} cannot be made", config.transcripts_dir.display())
    })?;
    Ok(Sections::first(config.transcripts_dir.clone(), "https://www.example.org"))
}

/// A node on an install, for a command beside a running server.
pub(super) async fn opened(file: &ConfigFile) -> anyhow::Result<App> {
    let config = file.read()?;
    let sections = first(&config)?;
    serve::open(config, Clock::system(), sections).await
}

/// The database of an install that has run before.
pub(super) fn existing_database(config: &Config) -> anyhow::Result<Location> {
    let location = Location::of(config)?;
    anyhow::ensure!(
        location.file().is_none_or(Path::is_file),
        "{} holds no database; has this server run before?",
        config.data_dir.display()
    );
    Ok(location)
}

/// A database's file and those that may lie beside it.
pub(super) fn files_of(database: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|ending| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        name.into()
    })
}

/// Half a copy is of no use to anybody.
pub(super) fn remove_database(database: &Path) {
    for file in files_of(database) {
        let _gone = fs::remove_file(file);
    }
}

/// Gives a file its final name unless the name is taken, and syncs both.
pub(super) fn take_name(beside: &Path, name: &Path) -> io::Result<()> {
    File::open(beside)?.sync_all()?;
    fs::hard_link(beside, name)?;
    fs::remove_file(beside)?;
    File::open(folder_of(name))?.sync_all()
}

/// A name beside another that nobody else has.
pub(super) fn beside(name: &Path) -> PathBuf {
    let file = name.file_name().unwrap_or_default().to_string_lossy();
    folder_of(name).join(format!(".{file}.{}", HEXLOWER.encode(&random::<6>())))
}

fn folder_of(name: &Path) -> &Path {
    name.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A folder for work that goes with it, whatever happens.
pub(super) struct Workplace(PathBuf);

impl Workplace {
    /// In a folder; only its owner may enter.
    pub(super) fn inside(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!(".sotto-restore-{}", HEXLOWER.encode(&random::<6>())));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What cannot be removed is sealed, and says by its name what it was.
        let _gone = fs::remove_dir_all(&self.0);
    }
}
