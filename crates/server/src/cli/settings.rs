//! `--config`: the settings file and the environment over it.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::config::sections::Sections;
use crate::config::{self, Config};

/// Which settings file.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The settings file; every setting has a default and a variable `SOTTO_…`
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

impl Settings {
    /// Reads it; an error names the key and its line.
    pub fn read(&self) -> anyhow::Result<Config> {
        let text = std::fs::read_to_string(&self.config)
            .with_context(|| format!("{} cannot be read", self.config.display()))?;
        let read = config::read(&text, std::env::vars());
        let mut config = read.map_err(|why| anyhow::anyhow!("{}: {why}", self.config.display()))?;
        // A destination must not depend on where the server was started.
        config.transcripts_dir = std::path::absolute(&config.transcripts_dir)?;
        Ok(config)
    }
}

/// What a first start with these settings begins with.
pub fn first(config: &Config) -> anyhow::Result<Sections> {
    std::fs::create_dir_all(&config.transcripts_dir).with_context(|| {
        format!("transcripts_dir: {} cannot be made", config.transcripts_dir.display())
    })?;
    Ok(Sections::first(config.transcripts_dir.clone(), "https://www.example.org"))
}
