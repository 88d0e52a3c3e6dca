//! What is to be done later: rows, claimed by any node once.
//!
//! A job's payload is an id; its last error is a code. One job of a kind exists
//! for a subject: scheduling again moves it. Whoever lost their claim, since it ran
//! out or the job was scheduled anew, writes nothing about the job any more.

use crate::bus::Topic;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ConversationId, random};
use crate::values;

/// How long a claim holds before another worker may take the job over.
const LEASE_SECONDS: u32 = 60;
/// No claim holds longer than this from now, unless by a clock that was ahead.
const LEASE_SECONDS_MAX: u32 = 2 * LEASE_SECONDS;
/// How often a worker that is still at it says so.
pub const RENEW_SECONDS: u32 = 20;
/// Between tries: 2, 4, 8 … seconds, at most this.
const BACKOFF_SECONDS_MAX: u32 = 15 * 60;

const HOUR_SECONDS: u32 = 60 * 60;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The agent that a conversation is offered to did not accept.
    AcceptOver,
    /// Look whether anybody wrote lately.
    Silence,
    /// Nothing is open longer than the limit.
    OpenTooLong,
    WrapUpOver,
    /// A waiting visitor's connection went; did they come back?
    VisitorGone,
    /// The connection of an active conversation's agent went; did they come back?
    AgentGone,
    Deliver,
    Shred,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::AcceptOver,
        Self::Silence,
        Self::OpenTooLong,
        Self::WrapUpOver,
        Self::VisitorGone,
        Self::AgentGone,
        Self::Deliver,
        Self::Shred,
    ];

    /// For a column.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AcceptOver => "accept_over",
            Self::Silence => "silence",
            Self::OpenTooLong => "open_too_long",
            Self::WrapUpOver => "wrap_up_over",
            Self::VisitorGone => "visitor_gone",
            Self::AgentGone => "agent_gone",
            Self::Deliver => "deliver",
            Self::Shred => "shred",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who waits for a job: a person, or a destination that may take its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Talk,
    Archive,
}

impl Lane {
    pub const ALL: [Self; 2] = [Self::Talk, Self::Archive];

    /// For a column.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::Archive => "archive",
        }
    }
}

impl Kind {
    /// A slow destination must not keep anybody waiting.
    pub const fn lane(self) -> Lane {
        match self {
            Self::Deliver | Self::Shred => Lane::Archive,
            Self::AcceptOver
            | Self::Silence
            | Self::OpenTooLong
            | Self::WrapUpOver
            | Self::VisitorGone
            | Self::AgentGone => Lane::Talk,
        }
    }
}

/// A claimed job.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub kind: Kind,
    pub subject: ConversationId,
    pub attempts: u32,
    claim: [u8; 16],
}

/// Due at a time; a job of the kind that is there already moves to it.
pub fn schedule(tx: &mut Tx<'_>, kind: Kind, subject: ConversationId, due: Millis) -> Result<()> {
    tx.run(
        "insert into job (kind, lane, subject, due_at, attempts, created_at) values ($1, $2, $3, $4, 0, $5) \
         on conflict (kind, subject) do update set due_at = excluded.due_at, lease_until = null, \
         claim = null, attempts = 0, last_error = null",
        values![kind.code(), kind.lane().code(), &subject, due, due],
    )?;
    tx.ring(Topic::Jobs, u64::try_from(due.0).unwrap_or(0));
    Ok(())
}

/// No longer wanted, whoever is at it.
pub fn cancel(tx: &mut Tx<'_>, kind: Kind, subject: ConversationId) -> Result<()> {
    tx.run("delete from job where kind = $1 and subject = $2", values![kind.code(), &subject])?;
    Ok(())
}

/// Claims the job of a lane that is due longest.
pub fn claim(tx: &mut Tx<'_>, lane: Lane, now: Millis) -> Result<Option<Job>> {
    let claim = random::<16>();
    let found = tx.row(
        "update job set lease_until = $1, claim = $2, attempts = attempts + 1 where id = (\
           select id from job where lane = $3 and due_at <= $4 \
           and (lease_until is null or lease_until < $5 or lease_until > $6) \
           order by due_at limit 1 /* skip locked */) returning kind, subject, attempts",
        values![
            now.plus_seconds(LEASE_SECONDS),
            &claim,
            lane.code(),
            now,
            now,
            now.plus_seconds(LEASE_SECONDS_MAX)
        ],
        |row| Ok((row.text(0)?, row.conversation(1)?, row.number(2)?)),
    )?;
    Ok(found.and_then(|(kind, subject, attempts)| {
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        Kind::from_code(&kind).map(|kind| Job { kind, subject, attempts, claim })
    }))
}

/// Its worker is still at it; false if the claim is not theirs any more.
pub fn renew(tx: &mut Tx<'_>, job: Job, now: Millis) -> Result<bool> {
    let renewed = tx.touched(
        "update job set lease_until = $1 where kind = $2 and subject = $3 and claim = $4",
        values![now.plus_seconds(LEASE_SECONDS), job.kind.code(), &job.subject, &job.claim],
    )?;
    Ok(renewed > 0)
}

/// Whether a claim is still its worker's, who keeps it to the end of this unit.
pub fn is_ours(tx: &mut Tx<'_>, job: Job) -> Result<bool> {
    let found = tx.row(
        "select id from job where kind = $1 and subject = $2 and claim = $3 /* locked */",
        values![job.kind.code(), &job.subject, &job.claim],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// It is done and goes; false, and nothing goes, if the claim is not its worker's any more.
pub fn finish(tx: &mut Tx<'_>, job: Job) -> Result<bool> {
    let gone = tx.touched(
        "delete from job where kind = $1 and subject = $2 and claim = $3",
        values![job.kind.code(), &job.subject, &job.claim],
    )?;
    Ok(gone > 0)
}

/// Its worker stops: anybody may claim it from now on.
pub fn give_back(tx: &mut Tx<'_>, job: Job) -> Result<()> {
    tx.run(
        "update job set lease_until = null, claim = null where kind = $1 and subject = $2 and claim = $3",
        values![job.kind.code(), &job.subject, &job.claim],
    )?;
    tx.ring(Topic::Jobs, 0);
    Ok(())
}

/// It failed: try again later, each time later than before.
pub fn retry(tx: &mut Tx<'_>, job: Job, now: Millis, code: &'static str) -> Result<()> {
    let seconds = 1_u32.checked_shl(job.attempts.min(16)).unwrap_or(BACKOFF_SECONDS_MAX);
    let seconds = uneven(seconds.min(BACKOFF_SECONDS_MAX));
    wait(tx, job, now.plus_seconds(seconds), code)
}

/// It can do nothing before something changes: it looks again as seldom as a try
/// that failed often.
pub fn look_again(tx: &mut Tx<'_>, job: Job, now: Millis, code: &'static str) -> Result<()> {
    wait(tx, job, now.plus_seconds(BACKOFF_SECONDS_MAX), code)
}

/// As seldom as there are thousands like it.
pub fn look_in_an_hour(tx: &mut Tx<'_>, job: Job, now: Millis, code: &'static str) -> Result<()> {
    wait(tx, job, now.plus_seconds(uneven(HOUR_SECONDS)), code)
}

/// Up to a quarter sooner: what failed together does not all come back together.
fn uneven(seconds: u32) -> u32 {
    let [chance] = random::<1>();
    seconds - seconds / 4 * u32::from(chance) / 255
}

/// No time at which it is tried: the year 9999, which every engine and browser can hold.
const NEVER: Millis = Millis(253_402_300_799_000);

/// It needs a person, and is tried no more until one asks.
pub fn park(tx: &mut Tx<'_>, job: Job, code: &'static str) -> Result<()> {
    wait(tx, job, NEVER, code)
}

/// What waits for another try waits an hour at most, unless its time was told by a
/// clock that was ahead: then it is due now.
pub fn bring_near(tx: &mut Tx<'_>, now: Millis) -> Result<()> {
    tx.run(
        "update job set due_at = $1 where last_error is not null and due_at > $2 and due_at < $3",
        values![now, now.plus_seconds(HOUR_SECONDS), NEVER],
    )?;
    tx.ring(Topic::Jobs, 0);
    Ok(())
}

fn wait(tx: &mut Tx<'_>, job: Job, due: Millis, code: &'static str) -> Result<()> {
    tx.run(
        "update job set due_at = $1, lease_until = null, claim = null, last_error = $2 \
         where kind = $3 and subject = $4 and claim = $5",
        values![due, code, job.kind.code(), &job.subject, &job.claim],
    )?;
    tx.ring(Topic::Jobs, u64::try_from(due.0).unwrap_or(0));
    Ok(())
}

/// When the next job of a lane can be claimed. Who held a claim may have died with it.
pub fn next_due(tx: &mut Tx<'_>, lane: Lane) -> Result<Option<Millis>> {
    let due = tx.row(
        "select min(case when lease_until >= due_at then lease_until + 1 else due_at end) from job \
         where lane = $1",
        values![lane.code()],
        |row| row.opt_millis(0),
    )?;
    Ok(due.flatten())
}
