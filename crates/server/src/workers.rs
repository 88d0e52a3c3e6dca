//! Which function does which job.

use std::collections::HashSet;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::app::App;
use crate::archive;
use crate::bus::Topic;
use crate::conversation;
use crate::error::{Error, Result};
use crate::jobs::{self, Job, Kind, Which};

/// Deliveries at once: a destination that hangs holds this many and nothing else.
const DELIVERIES_MAX: usize = 4;

/// Does everything that is due now, and what becomes due while a delivery takes its
/// time; how many jobs that was.
///
/// A job that fails is tried again later and keeps nothing else from being done, and
/// a destination that does not answer keeps no warning and no ending waiting.
pub async fn run_due(app: &App) -> Result<u32> {
    let mut done = 0;
    let (mut deliveries, mut under_way) = (FuturesUnordered::new(), HashSet::new());
    let mut rung = app.bus.mailbox();
    rung.listen(Topic::Jobs);
    loop {
        let which = if deliveries.len() < DELIVERIES_MAX { Which::Any } else { Which::NoDelivery };
        let now = app.clock.now();
        if let Some(job) = app.db.write(move |tx| jobs::claim_of(tx, now, which)).await? {
            if job.kind != Kind::Deliver {
                carry_out(app, job).await?;
            } else if under_way.insert(job.subject) {
                deliveries.push(async move { carry_out(app, job).await.map(|()| job.subject) });
            } else {
                // It takes longer than its claim held: claimed again, it goes on.
                continue;
            }
            done += 1;
            continue;
        }
        if deliveries.is_empty() {
            return Ok(done);
        }
        let next = app.db.read(move |tx| jobs::next_due_of(tx, which)).await?;
        let comes = async {
            match next {
                Some(due) => app.clock.until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(ended) = deliveries.next() => drop(under_way.remove(&ended?)),
            _ = rung.next() => {}
            () = comes => {}
        }
    }
}

/// Does a claimed job; what fails is put off.
async fn carry_out(app: &App, job: Job) -> Result<()> {
    match work(app, job).await {
        Ok(()) => Ok(()),
        // Its conversation is gone: nothing is left to do.
        Err(Error::NotFound) => {
            app.db.write(move |tx| jobs::cancel(tx, job.kind, job.subject)).await
        }
        Err(error) => {
            tracing::warn!(job = job.kind.code(), %error, "a job failed; it is tried again");
            let now = app.clock.now();
            app.db.write(move |tx| jobs::retry(tx, job, now, "failed")).await
        }
    }
}

async fn work(app: &App, job: Job) -> Result<()> {
    match job.kind {
        Kind::AcceptOver
        | Kind::Silence
        | Kind::OpenTooLong
        | Kind::WrapUpOver
        | Kind::VisitorGone => conversation::delay_over(app, job).await,
        Kind::Deliver => archive::deliver::deliver(app, job.subject).await,
        Kind::Shred => archive::shred::shred(app, job.subject).await,
    }
}
