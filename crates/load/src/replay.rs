//! Plays dialogue files through the real sockets, both sides as written, and
//! compares what was archived with what was sent after masking.

pub(crate) mod archived;
mod compare;
pub(crate) mod dialogue;
mod masked;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use futures_util::future::try_join_all;
use serde::Serialize;

use crate::client::{Address, Arrived, OnDuty, Place, SignedIn, Verb, fresh_id, start};
use crate::figures::{self, rounded};
use crate::pairs;
use crate::server_process::ServerProcess;
use crate::settings;
use compare::Comparison;
use dialogue::{Dialogue, Role};

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The server's program.
    #[arg(long)]
    server: PathBuf,
    /// Every `dialogues_*.jsonl` of this directory is played.
    #[arg(long = "data")]
    dialogues: PathBuf,
    /// Conversations at a time.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// Play only so many dialogues of each file.
    #[arg(long)]
    first: Option<usize>,
    /// Give up when no transcript has arrived for so long.
    #[arg(long, default_value_t = 60)]
    wait_seconds: u64,
    /// Leave the data directory for a look at it when something differs.
    #[arg(long)]
    keep: bool,
}

/// A dialogue that was played to its end.
pub(crate) struct Played {
    dialogue: Dialogue,
    reference: String,
}

#[derive(Serialize)]
struct Figures {
    dialogues: usize,
    turns: usize,
    /// Turns that no visitor could have sent: empty or beyond the limit.
    skipped_turns: usize,
    missing: usize,
    different: usize,
    masked_turns: usize,
    at_once: usize,
    play_seconds: f64,
    turns_per_second: f64,
    delivery_seconds: f64,
    limits_raised: &'static str,
}

/// True when every transcript arrived and reads as it must.
pub(crate) async fn run(replay: &Replay, place: &Place, password: &str) -> Result<bool> {
    let (dialogues, skipped_turns) = dialogue::read_all(&replay.dialogues, replay.first)?;
    let expected = masked::for_archive(&replay.server, &dialogues)?;
    let masked_turns = masked::changed(&dialogues, &expected);
    let mut server = ServerProcess::start(&replay.server, None).await?;
    let played = play_all(replay, &server, dialogues, place, password).await;
    let (played, play_time) =
        played.with_context(|| format!("the log ends:\n{}", server.log_end()))?;

    let begun = Instant::now();
    let folder = settings::transcripts(server.dir());
    let wanted = played.iter().map(|played| played.reference.as_str()).collect();
    let patience = Duration::from_secs(replay.wait_seconds);
    let archived = archived::wait_for(&folder, &wanted, patience).await?;
    let delivery_seconds = rounded(begun.elapsed().as_secs_f64());
    let Comparison { missing, different, .. } = compare::all(&played, &expected, &archived);
    let is_equal = missing == 0 && different == 0;
    if replay.keep && !is_equal {
        eprintln!("kept: {}", server.keep().display());
    }
    let turns = played.iter().map(|played| played.dialogue.turns.len()).sum();
    figures::print(&Figures {
        dialogues: played.len(),
        turns,
        skipped_turns,
        missing,
        different,
        masked_turns,
        at_once: replay.at_once,
        play_seconds: rounded(play_time.as_secs_f64()),
        turns_per_second: rounded(turns as f64 / play_time.as_secs_f64()),
        delivery_seconds,
        limits_raised: settings::RAISED,
    })?;
    Ok(is_equal)
}

async fn play_all(
    replay: &Replay,
    server: &ServerProcess,
    dialogues: Vec<Dialogue>,
    place: &Place,
    password: &str,
) -> Result<(Vec<Played>, Duration)> {
    let lanes = replay.at_once.min(dialogues.len());
    settings::create_agents(server, lanes, &place.department, password)?;
    settings::deliver_at_once(server, server.address(), password).await?;
    let agents = pairs::sign_in(server.address(), lanes, password).await?;
    let begun = Instant::now();
    let stage = Stage {
        address: server.address(),
        place,
        waiting: RefCell::new(dialogues.into()),
        played: RefCell::default(),
    };
    try_join_all(agents.iter().map(|agent| stage.lane(agent))).await?;
    Ok((stage.played.into_inner(), begun.elapsed()))
}

/// Where dialogues are played, one a lane at a time.
struct Stage<'a> {
    address: Address,
    place: &'a Place,
    waiting: RefCell<VecDeque<Dialogue>>,
    played: RefCell<Vec<Played>>,
}

impl Stage<'_> {
    /// One agent's working day.
    async fn lane(&self, agent: &SignedIn) -> Result<()> {
        let mut on_duty = agent.go_on_duty(self.address).await?;
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(dialogue) = next else { return Ok(()) };
            let reference = self
                .play(&mut on_duty, &dialogue)
                .await
                .with_context(|| format!("playing {}", dialogue.name()))?;
            self.played.borrow_mut().push(Played { dialogue, reference });
        }
    }

    /// Plays one dialogue, closes it, and gives its reference.
    async fn play(&self, agent: &mut OnDuty, dialogue: &Dialogue) -> Result<String> {
        let language = dialogue.language.as_deref().unwrap_or("en");
        let started = start(self.address, self.place, &fresh_id(), language).await?;
        let mut visitor = Arrived::open(self.address, &started.token, 0).await?.line;
        let conversation = agent.accept(&started.reference).await?;
        for (number, turn) in dialogue.turns.iter().enumerate() {
            let client_id = format!("turn-{number:06}");
            let line = &mut agent.line;
            match turn.role {
                Role::Visitor => {
                    pairs::exchange(&mut visitor, None, line, &client_id, &turn.text).await
                }
                Role::Agent => {
                    let conversation = Some(conversation.as_str());
                    pairs::exchange(line, conversation, &mut visitor, &client_id, &turn.text).await
                }
            }
            .with_context(|| format!("turn {number}"))?;
        }
        let disposition = agent.dispositions.first().map(|disposition| disposition.code.clone());
        let verb = Verb::Close { conversation: &conversation, disposition: disposition.as_deref() };
        agent.line.ask(verb).await.context("closing")?;
        agent.line.ask(Verb::Leave { conversation: &conversation }).await.context("leaving")?;
        visitor.close().await;
        Ok(started.reference)
    }
}
