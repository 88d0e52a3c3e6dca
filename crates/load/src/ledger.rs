//! What was acknowledged, against what can be read back.
//!
//! One [`Ledger`] a conversation and side. It judges; it neither sends nor reads.

use std::collections::{BTreeMap, HashMap};

use protocol::event::{Body, Event};
use serde::Serialize;

use crate::client::Who;

/// What one sender was told is durable, in the order in which it was sent.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    client_id: String,
    number: u64,
    text: String,
}

/// What is wrong with a conversation that was read back. All zero is right.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    /// Acknowledged, and not there.
    pub(crate) lost: u64,
    /// There more than once.
    pub(crate) doubled: u64,
    /// Before one that the same sender sent earlier.
    pub(crate) reordered: u64,
    /// There with other words than the last acknowledged ones.
    pub(crate) altered: u64,
    /// There under another number than was acknowledged.
    pub(crate) renumbered: u64,
    /// There, and sent by nobody.
    pub(crate) invented: u64,
    /// Numbers that are missing between the first and the last.
    pub(crate) holes: u64,
}

impl Verdict {
    pub(crate) fn is_clean(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.reordered += other.reordered;
        self.altered += other.altered;
        self.renumbered += other.renumbered;
        self.invented += other.invented;
        self.holes += other.holes;
    }
}

impl Ledger {
    /// The server said that this is durable.
    pub(crate) fn acknowledged(&mut self, client_id: &str, number: u64, text: &str) {
        let (client_id, text) = (client_id.to_owned(), text.to_owned());
        self.entries.push(Entry { client_id, number, text });
    }

    /// The server said that the correction is durable.
    pub(crate) fn corrected(&mut self, client_id: &str, text: &str) {
        if let Some(entry) =
            self.entries.iter_mut().rev().find(|entry| entry.client_id == client_id)
        {
            text.clone_into(&mut entry.text);
        }
    }

    /// What was said, as it reads at last, in order.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.text.as_str())
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Compares with one sender's part of what was read back; `is_own` when the
    /// sender reads it, since the two sides count differently.
    fn judge(&self, there: &[Seen<'_>], is_own: bool, verdict: &mut Verdict) {
        let mut places: HashMap<&str, Vec<&Seen<'_>>> = HashMap::new();
        for seen in there {
            places.entry(seen.client_id).or_default().push(seen);
        }
        verdict.doubled += places.values().map(|seen| seen.len() as u64 - 1).sum::<u64>();
        let mut newest = 0;
        for entry in &self.entries {
            let Some(seen) = places.remove(entry.client_id.as_str()).map(|seen| seen[0]) else {
                verdict.lost += 1;
                continue;
            };
            verdict.altered += u64::from(seen.text != entry.text);
            verdict.renumbered += u64::from(is_own && seen.number != entry.number);
            verdict.reordered += u64::from(seen.number < newest);
            newest = newest.max(seen.number);
        }
        verdict.invented += places.len() as u64;
    }
}

/// A message or note as it was read back.
struct Seen<'a> {
    client_id: &'a str,
    number: u64,
    text: &'a str,
}

/// The words of one sender, by whose ledger they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    VisitorMessages,
    AgentMessages,
    Notes,
}

impl Words {
    fn are_of(self, who: Who) -> bool {
        (self == Self::VisitorMessages) == (who == Who::Visitor)
    }
}

/// Judges one side's reading of a whole conversation. `events` come from one
/// connection that began after number 0, in the order in which they came.
pub(crate) fn judge(reader: Who, events: &[Event], ledgers: &[(Words, &Ledger)]) -> Verdict {
    let mut verdict = Verdict { holes: holes(events), ..Verdict::default() };
    let amended = amended(events);
    for (words, ledger) in ledgers {
        let there: Vec<_> = events
            .iter()
            .filter_map(|event| {
                let (client_id, text) = said(*words, &event.body)?;
                let text = amended.get(&event.number).copied().unwrap_or(text);
                Some(Seen { client_id, number: event.number, text })
            })
            .collect();
        ledger.judge(&there, words.are_of(reader), &mut verdict);
    }
    verdict
}

/// How each amended message reads at last.
fn amended(events: &[Event]) -> HashMap<u64, &str> {
    let mut newest: BTreeMap<(u64, u32), &str> = BTreeMap::new();
    for event in events {
        if let Body::Amended { target, revision, text, .. } = &event.body {
            newest.insert((*target, *revision), text.as_str());
        }
    }
    newest.into_iter().map(|((target, _), text)| (target, text)).collect()
}

fn said(words: Words, body: &Body) -> Option<(&str, &str)> {
    use protocol::event::Sender;
    match (words, body) {
        (Words::VisitorMessages, Body::Message { from: Sender::Visitor, client_id, text, .. })
        | (
            Words::AgentMessages,
            Body::Message { from: Sender::Agent { .. }, client_id, text, .. },
        )
        | (Words::Notes, Body::Note { client_id, text, .. }) => {
            Some((client_id.as_str(), text.as_str()))
        }
        _ => None,
    }
}

/// Numbers count from 1, one after the other.
fn holes(events: &[Event]) -> u64 {
    let wrong = events.iter().zip(1..).filter(|(event, number)| event.number != *number);
    wrong.count() as u64
}

#[cfg(test)]
mod tests;
