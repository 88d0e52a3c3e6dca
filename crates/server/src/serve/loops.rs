//! What a node does beside answering: due jobs, its lease, the daily shred, new settings.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::metered;
use crate::app::App;
use crate::archive::{backlog, replay};
use crate::bus::Topic;
use crate::clock::Millis;
use crate::conversation::presence;
use crate::error::Result;
use crate::jobs::Lane;
use crate::{jobs, retention, site, workers};

/// Jobs of a node that died are found when their claim is over.
const LOOK_SECONDS: u32 = 15;
const LEASE_EVERY: Duration = Duration::from_secs(10);
const DAILY_EVERY: Duration = Duration::from_secs(60 * 60);
/// Deliveries go out side by side, so that one slow destination holds up one.
const WORKERS: [Lane; 5] = [Lane::Talk, Lane::Archive, Lane::Archive, Lane::Archive, Lane::Archive];
/// After a loop's work failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The running loops.
pub(super) struct Loops(TaskTracker);

impl Loops {
    /// Waits until each has finished what it was at.
    pub(super) async fn end(self) {
        self.0.close();
        self.0.wait().await;
    }
}

pub(super) async fn start(app: &App, stopping: &CancellationToken) -> anyhow::Result<Loops> {
    presence::forget_node_rows(app).await?;
    presence::renew_lease(app).await?;
    let tasks = TaskTracker::new();
    for lane in WORKERS {
        let (app, stopping) = (app.clone(), stopping.clone());
        tasks.spawn(async move { until(&stopping, jobs(&app, lane)).await });
    }
    let (app2, stop) = (app.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, every(LEASE_EVERY, || lease(&app2))).await });
    let (app2, stop) = (app.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, every(DAILY_EVERY, || daily(&app2))).await });
    let (app2, stop) = (app.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, settings(&app2)).await });
    Ok(Loops(tasks))
}

async fn until(stopping: &CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        () = stopping.cancelled() => {}
    }
}

async fn every<F: Future<Output = Result<()>>>(apart: Duration, work: impl Fn() -> F) {
    let mut ticks = tokio::time::interval(apart);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = work().await {
            tracing::error!(%error, "a node's own work failed; it is tried again");
        }
    }
}

async fn lease(app: &App) -> Result<()> {
    metered::fold();
    // A command on this host may have changed settings; it has no way to ring.
    if site::catch_up(app).await? {
        replay::all(app).await?;
    }
    backlog::measure(app).await?;
    presence::renew_lease(app).await
}

async fn daily(app: &App) -> Result<()> {
    retention::daily(app).await
}

/// Does what is due, then waits for the next ring or the next due time.
async fn jobs(app: &App, lane: Lane) {
    let mut mailbox = app.bus.mailbox();
    mailbox.listen(Topic::Jobs);
    loop {
        if let Err(error) = workers::run_due(app, lane).await {
            tracing::error!(%error, "due jobs could not be looked up; trying again");
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let next = next_due(app, lane).await;
        tokio::select! {
            _ = mailbox.next() => {}
            () = app.clock.until(next) => {}
        }
    }
}

async fn next_due(app: &App, lane: Lane) -> Millis {
    let later = app.clock.now().plus_seconds(LOOK_SECONDS);
    match app.db.read(move |tx| jobs::next_due(tx, lane)).await {
        Ok(Some(due)) => due.min(later),
        _ => later,
    }
}

/// Takes up settings that were changed, here or on another node.
async fn settings(app: &App) {
    let mut mailbox = app.bus.mailbox();
    mailbox.listen(Topic::Settings);
    loop {
        mailbox.next().await;
        // What waits for a destination may have a better one now.
        let taken_up = match site::reload(app).await {
            Ok(()) => replay::all(app).await,
            refused => refused,
        };
        if let Err(error) = taken_up {
            tracing::error!(%error, "changed settings could not be taken up");
        }
    }
}
