//! A running node: opened, served, and ended so that nothing is lost.

mod accept;
mod lock;
mod loops;
mod metered;
mod open;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::audit;
use crate::conversation::presence;
use crate::router::{Doors, Hosts};

pub use lock::Lock;
pub use metered::recorder;
pub use open::open;

/// How long requests may take to end after a stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves until `stop`, then leaves: it is not ready any more; after the notice no new
/// connection, and every socket is asked in its turn to connect elsewhere; running
/// requests, jobs and units of work end, the database closes.
pub async fn serve(
    app: App,
    listener: TcpListener,
    pages: Vec<(String, Router)>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let doors = Doors::new(app.clone());
    let hosts = Arc::new(Hosts::new(&doors, pages));
    let stopping = CancellationToken::new();
    let loops = loops::start(&app, &doors.live, &stopping).await?;
    let metered = metered::serve(&app, &doors.live, &stopping).await?;
    let accepting = accept::Accepting::new(&app.config.limits);
    tokio::select! {
        () = accepting.accept(&listener, &hosts) => {}
        () = stop => {}
    }
    doors.live.give_notice();
    tracing::info!(sockets = doors.live.count(), "stopping");
    let notice = Duration::from_secs(app.config.stop.notice_seconds.into());
    tokio::select! {
        () = accepting.accept(&listener, &hosts) => {}
        () = tokio::time::sleep(notice) => {}
    }
    drop(listener);
    let have_left = doors.live.drain().await;
    if !have_left || tokio::time::timeout(PATIENCE, accepting.end()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    stopping.cancel();
    loops.end().await;
    metered.end().await;
    if let Err(error) = presence::leave(&app).await {
        tracing::warn!(%error, "the others take over once this node's lease is over");
    }
    if app.db.is_shared()
        && let Err(error) = audit::seal_new(&app).await
    {
        tracing::warn!(%error, "another node seals the newest audit entries");
    }
    app.bus.close().await;
    app.db.close().await;
    tracing::info!("stopped");
    Ok(())
}
