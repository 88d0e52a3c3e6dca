//! Whose connection is there.
//!
//! A row for each connection names its node. A last connection that went
//! schedules what follows if nobody comes back; coming back cancels it. When a
//! node dies, its rows count as gone once its lease is over.

use super::change::ring_lists;
use super::store;
use crate::app::App;
use crate::bus::Topic;
use crate::clock::Millis;
use crate::config::sections::Timing;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{AccountId, ConnectionId, ConversationId, NodeId};
use crate::jobs;
use crate::values;

/// Pages that one visitor, or one member of staff, may have open at once.
const CONNECTIONS_MAX: i64 = 16;

/// How long a node counts as alive after it last said so; it says so every 10 s.
const LEASE_SECONDS: u32 = 30;
/// No lease ends later than this from now, unless by a clock that was ahead.
const LEASE_SECONDS_MAX: u32 = 2 * LEASE_SECONDS;

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// The visitor of a conversation.
    Visitor(ConversationId),
    Agent(AccountId),
}

impl Who {
    const fn code(self) -> &'static str {
        match self {
            Self::Visitor(_) => "visitor",
            Self::Agent(_) => "agent",
        }
    }

    fn subject(&self) -> &[u8] {
        match self {
            Self::Visitor(id) => id.as_bytes(),
            Self::Agent(id) => id.as_bytes(),
        }
    }

    fn from_row(code: &str, subject: &[u8]) -> Option<Self> {
        match code {
            "visitor" => ConversationId::from_bytes(subject).map(Self::Visitor),
            "agent" => AccountId::from_bytes(subject).map(Self::Agent),
            _ => None,
        }
    }
}

/// Holds the row of whom it is about: of two that come or go at once, on whatever
/// nodes, the second sees what the first did.
fn hold(tx: &mut Tx<'_>, who: Who) -> Result<()> {
    let sql = match who {
        Who::Visitor(_) => "select id from conversation where id = $1 /* locked */",
        Who::Agent(_) => "select id from account where id = $1 /* locked */",
    };
    tx.row(sql, values![who.subject()], |_| Ok(())).map(|_| ())
}

fn connections(tx: &mut Tx<'_>, who: Who) -> Result<i64> {
    tx.count(
        "select count(*) from presence where kind = $1 and subject = $2",
        values![who.code(), who.subject()],
    )
}

/// A connection is there. Call it again for the same connection as you like.
pub async fn came(app: &App, connection: ConnectionId, who: Who) -> Result<()> {
    let (node, now) = (app.node, app.clock.now());
    app.db
        .write(move |tx| {
            hold(tx, who)?;
            if let Who::Visitor(id) = who {
                store::load(tx, id)?.ok_or(Error::NotFound)?;
            }
            if connections(tx, who)? >= CONNECTIONS_MAX {
                return Err(Error::TooMany { retry_after: 5 });
            }
            tx.run(
                "insert into presence (connection, node, kind, subject, since) \
                 values ($1, $2, $3, $4, $5) on conflict (connection) do nothing",
                values![&connection, &node, who.code(), who.subject(), now],
            )?;
            for (job, id) in at_stake(tx, who)? {
                jobs::cancel(tx, job, id)?;
            }
            ring(tx, who)
        })
        .await
}

/// A connection went. Nothing happens while another of the same person is there.
pub async fn went(app: &App, connection: ConnectionId, who: Who) -> Result<()> {
    let (now, timing) = (app.clock.now(), app.sections().timing);
    app.db
        .write(move |tx| {
            hold(tx, who)?;
            let rows =
                tx.touched("delete from presence where connection = $1", values![&connection])?;
            if rows == 0 { Ok(()) } else { gone(tx, who, &timing, now) }
        })
        .await
}

/// This node lives; to be called at the start and every 10 seconds.
///
/// Rows of nodes whose lease is over go with it, and keys that are too old: who was
/// connected there has the same time to come back as after a lost connection. A node
/// that finds its own gone was taken for dead, and asks who is connected to come anew.
pub async fn renew_lease(app: &App) -> Result<()> {
    app.keys.sweep(&app.db).await?;
    let (node, now, timing) = (app.node, app.db.now(&app.clock).await?, app.sections().timing);
    let unit = app.db.write(move |tx| {
        let until = now.plus_seconds(LEASE_SECONDS);
        let renewed =
            tx.touched("update node set lease_until = $1 where id = $2", values![until, &node])?;
        if renewed == 0 {
            tx.run("insert into node (id, lease_until) values ($1, $2)", values![&node, until])?;
        }
        forget_dead(tx, node, &timing, now)?;
        tx.run(
            "delete from node where lease_until <= $1 or lease_until > $2",
            values![now, now.plus_seconds(LEASE_SECONDS_MAX)],
        )?;
        Ok(renewed > 0)
    });
    if !unit.await? {
        app.leases.send_modify(|taken| *taken += 1);
    }
    Ok(())
}

/// At the end: whoever is still connected here counts as gone at once, and this node
/// as no longer there.
pub async fn leave(app: &App) -> Result<()> {
    let (node, now, timing) = (app.node, app.db.now(&app.clock).await?, app.sections().timing);
    app.db
        .write(move |tx| {
            tx.run("delete from node where id = $1", values![&node])?;
            let nobody = NodeId::fresh();
            forget_dead(tx, nobody, &timing, now)
        })
        .await
}

/// At the start of a node that is alone on its file: every other one is over, whatever
/// its lease says.
pub async fn end_other_leases(app: &App) -> Result<()> {
    let node = app.node;
    app.db.write(move |tx| tx.run("delete from node where id <> $1", values![&node])).await
}

/// Whether any connection of theirs is there.
pub(super) fn is_there(tx: &mut Tx<'_>, who: Who) -> Result<bool> {
    let rows = tx.count(
        "select count(*) from presence where kind = $1 and subject = $2",
        values![who.code(), who.subject()],
    )?;
    Ok(rows > 0)
}

fn forget_dead(tx: &mut Tx<'_>, node: NodeId, timing: &Timing, now: Millis) -> Result<()> {
    let lost = tx.rows(
        "delete from presence where node <> $1 \
         and node not in (select id from node where lease_until > $2 and lease_until <= $3) \
         returning kind, subject",
        values![&node, now, now.plus_seconds(LEASE_SECONDS_MAX)],
        |row| Ok(Who::from_row(&row.text(0)?, &row.blob(1)?)),
    )?;
    let mut lost: Vec<Who> = lost.into_iter().flatten().collect();
    lost.sort_by(|a, b| a.subject().cmp(b.subject()));
    lost.dedup();
    lost.into_iter().try_for_each(|who| gone(tx, who, timing, now))
}

fn gone(tx: &mut Tx<'_>, who: Who, timing: &Timing, now: Millis) -> Result<()> {
    hold(tx, who)?;
    if is_there(tx, who)? {
        return Ok(());
    }
    for (job, id) in at_stake(tx, who)? {
        let seconds = match job {
            jobs::Kind::AgentGone => timing.agent_gone_seconds,
            _ => timing.abandon_seconds,
        };
        jobs::schedule(tx, job, id, now.plus_seconds(seconds))?;
    }
    ring(tx, who)
}

/// What somebody's absence would end: a visitor's waiting, or an agent's active conversations.
fn at_stake(tx: &mut Tx<'_>, who: Who) -> Result<Vec<(jobs::Kind, ConversationId)>> {
    match who {
        Who::Visitor(id) => tx.rows(
            "select id from conversation where id = $1 and state = 'waiting'",
            values![&id],
            |row| Ok((jobs::Kind::VisitorGone, row.conversation(0)?)),
        ),
        Who::Agent(agent) => tx.rows(
            "select id from conversation where agent = $1 and state = 'active'",
            values![&agent],
            |row| Ok((jobs::Kind::AgentGone, row.conversation(0)?)),
        ),
    }
}

fn ring(tx: &mut Tx<'_>, who: Who) -> Result<()> {
    match who {
        Who::Visitor(id) => {
            if let Some(found) = store::load(tx, id)? {
                tx.ring(Topic::View(id), found.seq);
                ring_lists(tx, &found);
            }
        }
        Who::Agent(_) => {
            for (_, id) in at_stake(tx, who)? {
                tx.ring(Topic::View(id), 0);
            }
            tx.ring(Topic::Staff, 0);
        }
    }
    Ok(())
}
