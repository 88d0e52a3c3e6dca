//! smoke
use crate::client::Place;
use crate::cluster::Cluster;
use crate::{pairs, settings};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
#[derive(Debug, Args)]
pub(crate) struct ChaosCluster {
    #[arg(long)]
    server: PathBuf,
}
pub(crate) async fn run(chaos: &ChaosCluster, place: &Place, password: &str) -> Result<bool> {
    let mut cluster = Cluster::prepare(&chaos.server)?;
    eprintln!("prepared");
    cluster.run_all().await?;
    eprintln!("nodes run");
    settings::create_agents(&cluster.nodes[0].process, 4, &place.department, password)?;
    let agents = pairs::sign_in(cluster.address(), 4, password).await?;
    let mut met = pairs::meet(cluster.address(), place, &agents).await?;
    for one in &mut met {
        one.take_turns(10).await?;
    }
    eprintln!("talked");
    cluster.primary.kill()?;
    cluster.fail_over()?;
    eprintln!("failed over");
    for one in &mut met {
        one.take_turns(10).await?;
    }
    Ok(true)
}
