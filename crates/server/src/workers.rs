//! Which function does which job.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::archive;
use crate::bus::{Ring, Topic};
use crate::conversation::{self, store};
use crate::error::{Error, Result};
use crate::jobs::{self, Job, Kind, Lane};

/// A job may take so long after its node was told to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does everything of a lane that is due now, or until `stopping`; how many jobs that was.
///
/// A job that fails is tried again later and keeps nothing else from being done.
pub async fn run_due(app: &App, lane: Lane, stopping: &CancellationToken) -> Result<u32> {
    let mut done = 0;
    app.clock_must_be_right().await?;
    while !stopping.is_cancelled() {
        let now = app.clock.now();
        let Some(job) = app.db.write(move |tx| jobs::claim(tx, lane, now)).await? else {
            break;
        };
        done += 1;
        // Whoever is not told sees it with the next ring.
        let concerned = concerned(app, job).await.unwrap_or_default();
        let ended = tokio::select! {
            ended = work(app, job) => ended,
            lost = keep_claim(app, job) => lost,
            () = out_of_patience(stopping) => {
                // Another node takes it up at once instead of when the claim is over.
                app.db.write(move |tx| jobs::give_back(tx, job)).await?;
                break;
            }
        };
        match ended {
            Ok(()) => {}
            // Its conversation is gone: nothing is left to do.
            Err(Error::NotFound) => {
                app.db.write(move |tx| jobs::finish(tx, job)).await?;
            }
            Err(error) => {
                tracing::warn!(job = job.kind.code(), %error, "a job failed; it is tried again");
                // From now on: it may have taken its time to fail.
                let now = app.clock.now();
                app.db.write(move |tx| jobs::retry(tx, job, now, "failed")).await?;
            }
        }
        for topic in concerned {
            app.bus.ring(&Ring { topic, number: 0 });
        }
    }
    Ok(done)
}

async fn out_of_patience(stopping: &CancellationToken) {
    stopping.cancelled().await;
    tokio::time::sleep(PATIENCE).await;
}

/// A slow destination may take longer than a claim holds. Returns once the claim is lost.
async fn keep_claim(app: &App, job: Job) -> Result<()> {
    loop {
        let now = app.clock.now();
        app.clock.until(now.plus_seconds(jobs::RENEW_SECONDS)).await;
        let now = app.clock.now();
        if !app.db.write(move |tx| jobs::renew(tx, job, now)).await? {
            tracing::warn!(job = job.kind.code(), "a claim was lost; whoever has it now goes on");
            return Ok(());
        }
    }
}

/// Whose screen shows how far the job is. Jobs that change a state ring for themselves.
async fn concerned(app: &App, job: Job) -> Result<Vec<Topic>> {
    if !matches!(job.kind, Kind::Deliver | Kind::Shred) {
        return Ok(Vec::new());
    }
    let id = job.subject;
    let found = app.db.read(move |tx| store::load(tx, id)).await?;
    let agent = found.and_then(|found| found.agent).map(|agent| Topic::Account(agent.id));
    Ok([Topic::View(id)].into_iter().chain(agent).collect())
}

async fn work(app: &App, job: Job) -> Result<()> {
    match job.kind {
        Kind::AcceptOver
        | Kind::Silence
        | Kind::OpenTooLong
        | Kind::WrapUpOver
        | Kind::VisitorGone
        | Kind::AgentGone => conversation::delay_over(app, job).await,
        Kind::Deliver => archive::deliver::deliver(app, job).await,
        Kind::Shred => archive::shred::shred(app, job).await,
    }
}

/// Both lanes, one after the other: for a node without loops of its own.
pub async fn run_all_due(app: &App) -> Result<u32> {
    let mut done = 0;
    for lane in Lane::ALL {
        done += run_due(app, lane, &CancellationToken::new()).await?;
    }
    Ok(done)
}
