//! What a node does beside answering: due jobs, its lease, the daily shred, new settings.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::metered;
use crate::app::App;
use crate::archive::{backlog, replay};
use crate::bus::Topic;
use crate::clock::Millis;
use crate::conversation::{catch_up, presence};
use crate::error::Result;
use crate::jobs::Lane;
use crate::live::Live;
use crate::{audit, jobs, retention, site, workers};

/// Jobs of a node that died are found when their claim is over.
const LOOK_SECONDS: u32 = 15;
const LEASE_EVERY: Duration = Duration::from_secs(10);
/// Audit entries that no commit sealed stay unsealed for about this long.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// How late, at worst, somebody sees what was rung and lost.
const CATCH_UP_EVERY: Duration = Duration::from_secs(5);
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

pub(super) async fn start(
    app: &App,
    live: &Live,
    stopping: &CancellationToken,
) -> anyhow::Result<Loops> {
    if !app.db.is_shared() {
        presence::end_other_leases(app).await?;
    }
    presence::renew_lease(app).await?;
    let tasks = TaskTracker::new();
    let (live, stop) = (live.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, live.come_anew()).await });
    for lane in WORKERS {
        let (app, stopping) = (app.clone(), stopping.clone());
        tasks.spawn(async move { jobs(&app, lane, &stopping).await });
    }
    let (app2, stop) = (app.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, every(LEASE_EVERY, || lease(&app2))).await });
    let (app2, stop) = (app.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, every(DAILY_EVERY, || daily(&app2))).await });
    let (app2, stop) = (app.clone(), stopping.clone());
    tasks.spawn(async move { until(&stop, settings(&app2)).await });
    if app.db.is_shared() {
        let (app2, stop) = (app.clone(), stopping.clone());
        tasks
            .spawn(async move { until(&stop, every(SEAL_EVERY, || audit::seal_new(&app2))).await });
        let (app2, stop) = (app.clone(), stopping.clone());
        let catch_up = async move { every(CATCH_UP_EVERY, || catch_up::catch_up(&app2)).await };
        tasks.spawn(async move { until(&stop, catch_up).await });
        let (app2, stop) = (app.clone(), stopping.clone());
        tasks.spawn(async move { until(&stop, missed(&app2)).await });
    }
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
    app.clock_must_be_right().await?;
    retention::daily(app).await
}

/// Does what is due, then waits for the next ring or the next due time.
async fn jobs(app: &App, lane: Lane, stopping: &CancellationToken) {
    let mut mailbox = app.bus.mailbox();
    mailbox.listen(Topic::Jobs);
    while !stopping.is_cancelled() {
        if let Err(error) = workers::run_due(app, lane, stopping).await {
            tracing::error!(%error, "due jobs could not be looked up; trying again");
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let next = next_due(app, lane).await;
        tokio::select! {
            _ = mailbox.next() => {}
            () = app.clock.until(next) => {}
            () = stopping.cancelled() => {}
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

/// The bus was away, here or for another node.
async fn missed(app: &App) {
    let mut mailbox = app.bus.mailbox();
    mailbox.listen(Topic::Missed);
    loop {
        mailbox.next().await;
        if let Err(error) = catch_up::catch_up_all(app).await {
            tracing::warn!(%error, "what was missed is looked for later");
        }
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
