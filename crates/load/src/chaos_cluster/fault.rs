//! What fails, and how it becomes whole again.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::chance::Chance;
use crate::cluster::{Cluster, Database};

/// One kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// SIGKILL; it comes back after a while.
    NodeKilled,
    /// SIGTERM: a rolling restart.
    NodeLeft,
    NatsKilled,
    DatabaseRestarted,
    /// Killed and its files deleted; the standby is promoted, and a new one follows it.
    PrimaryLost,
    /// Nothing between one node and the database passes, and nobody is told.
    CutOffFromDatabase,
    /// The same between one node and the bus.
    CutOffFromBus,
    /// A node that has no time: it stands still for 3 to 5 s, in the middle of whatever it is at.
    NodeFrozen,
    /// The same of the primary and all its connections.
    DatabaseFrozen,
}

impl Fault {
    pub(crate) const ALL: [Self; 9] = [
        Self::NodeKilled,
        Self::NodeLeft,
        Self::NatsKilled,
        Self::DatabaseRestarted,
        Self::PrimaryLost,
        Self::CutOffFromDatabase,
        Self::CutOffFromBus,
        Self::NodeFrozen,
        Self::DatabaseFrozen,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NodeKilled => "node_killed",
            Self::NodeLeft => "node_left",
            Self::NatsKilled => "nats_killed",
            Self::DatabaseRestarted => "database_restarted",
            Self::PrimaryLost => "primary_lost",
            Self::CutOffFromDatabase => "cut_off_from_database",
            Self::CutOffFromBus => "cut_off_from_bus",
            Self::NodeFrozen => "node_frozen",
            Self::DatabaseFrozen => "database_frozen",
        }
    }

    /// Lets it happen; returns when everything is whole again.
    pub(crate) async fn happens(self, cluster: &mut Cluster, chance: &mut Chance) -> Result<()> {
        let a_while = Duration::from_millis(chance.between(500, 3000));
        let long = Duration::from_millis(chance.between(6000, 9000));
        let no_time = Duration::from_millis(chance.between(3000, 5000));
        let node = chance.pick(&mut cluster.nodes);
        match self {
            Self::NodeKilled => {
                node.process.kill()?;
                tokio::time::sleep(a_while).await;
                node.process.run().await?;
            }
            Self::NodeLeft => {
                node.process.stop().await?;
                node.process.run().await?;
            }
            Self::NatsKilled => {
                cluster.nats(engines::Nats::kill).await?;
                tokio::time::sleep(a_while).await;
                cluster.nats(engines::Nats::run).await?;
            }
            Self::DatabaseRestarted => cluster.database(Database::restart).await?,
            Self::PrimaryLost => {
                cluster.database(Database::lose_primary).await?;
                tokio::time::sleep(a_while).await;
                cluster.database(Database::promote).await?;
                cluster.database(Database::follow).await?;
                cluster.lead_to_standby()?;
            }
            Self::CutOffFromDatabase => {
                node.cut_off_from_database();
                tokio::time::sleep(long).await;
                node.mend();
            }
            Self::CutOffFromBus => {
                node.to_bus.fall_silent();
                tokio::time::sleep(long).await;
                node.mend();
            }
            Self::NodeFrozen => {
                node.process.signal("STOP")?;
                tokio::time::sleep(no_time).await;
                node.process.signal("CONT")?;
            }
            Self::DatabaseFrozen => {
                let frozen = cluster.the_database().context("a database")?.freeze()?;
                tokio::time::sleep(no_time).await;
                drop(frozen);
            }
        }
        Ok(())
    }
}
