//! From a settings file to a node that is ready to work.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::app::App;
use crate::audit;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::sections::Sections;
use crate::db::{Db, Location, Sealer};
use crate::events::Recent;
use crate::keys::{Install, Keys};
use crate::site;

/// Opens keys and database and reads the settings; makes what a first start lacks.
///
/// `first` are the settings that a first start begins with.
pub async fn open(config: Config, clock: Clock, first: Sections) -> anyhow::Result<App> {
    directory(&config.data_dir).context("data_dir")?;
    let location = Location::of(&config)?;
    for line in location.check(clock.tells_time().then(|| clock.now()))? {
        tracing::warn!("{line}");
    }
    let root = Keys::root(&config.key_dir, location.is_new()?)?;
    let install = Install::open(&location, &root)?;
    let keys = Keys::new(root, install, &config.key_dir);
    let recent = Arc::new(Recent::default());
    let hears = recent.clone();
    let bus = Bus::open(&config, &keys.install.name(), move |ring| hears.hears(ring)).await?;
    let signer = keys.install.clone();
    let sealer: Sealer = Arc::new(move |tx| audit::seal(tx, &signer));
    let db = Db::open(&location, bus.clone(), recent.clone(), sealer)?;
    let sections = site::load(&db, &keys.install, first, clock.now()).await?;
    Ok(App::new(config, clock, bus, recent, db, keys, sections)?)
}

/// A directory that only its owner may enter.
pub(super) fn directory(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("{} cannot be made", path.display()))
}
