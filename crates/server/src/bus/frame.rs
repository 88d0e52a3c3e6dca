//! Rings as bytes: a kind, an id, a number. There is no room for anything else.
//!
//! Names of departments are the only words, and an administrator chose them.

use super::{Ring, Topic};
use crate::ids::{AccountId, ConversationId};

const VERSION: u8 = 1;
const ID_BYTES: usize = 16;

/// Whether a frame holds anything yet.
pub(super) fn is_empty(frame: &[u8]) -> bool {
    frame.len() <= 1
}

/// An empty frame.
pub(super) fn fresh() -> Vec<u8> {
    vec![VERSION]
}

/// Adds a ring to a frame.
pub(super) fn add(frame: &mut Vec<u8>, ring: &Ring) {
    let (kind, id): (u8, &[u8]) = match &ring.topic {
        Topic::Conversation(id) => (1, id.as_bytes()),
        Topic::View(id) => (2, id.as_bytes()),
        Topic::VisitorTypes(id) => (3, id.as_bytes()),
        Topic::AgentTypes(id) => (4, id.as_bytes()),
        Topic::Queue(department) => (5, department.as_bytes()),
        Topic::Line(department) => (6, department.as_bytes()),
        Topic::Account(id) => (7, id.as_bytes()),
        Topic::Staff => (8, &[]),
        Topic::Settings => (9, &[]),
        Topic::Sessions(id) => (10, id.as_bytes()),
        Topic::Gone(id) => (11, id.as_bytes()),
        Topic::Missed => (12, &[]),
        Topic::Jobs => return,
    };
    // A longer name is none of ours; whoever misses its ring looks later.
    let Ok(length) = u8::try_from(id.len()) else { return };
    frame.extend_from_slice(&[kind, length]);
    frame.extend_from_slice(id);
    frame.extend_from_slice(&ring.number.to_be_bytes());
}

/// The rings of a frame; none of one that another version wrote.
pub(super) fn rings(frame: &[u8]) -> Vec<Ring> {
    let Some((&VERSION, mut rest)) = frame.split_first() else { return Vec::new() };
    let mut rings = Vec::new();
    while let Some((ring, after)) = one(rest) {
        rings.extend(ring);
        rest = after;
    }
    rings
}

/// The first ring, unless its kind is unknown, and what follows.
fn one(bytes: &[u8]) -> Option<(Option<Ring>, &[u8])> {
    let (&kind, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (id, rest) = rest.split_at_checked(length.into())?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let number = u64::from_be_bytes(*number);
    Some((topic(kind, id).map(|topic| Ring { topic, number }), rest))
}

fn topic(kind: u8, id: &[u8]) -> Option<Topic> {
    let name = || String::from_utf8(id.to_vec()).ok();
    let conversation = || (id.len() == ID_BYTES).then(|| ConversationId::from_bytes(id)).flatten();
    Some(match kind {
        1 => Topic::Conversation(conversation()?),
        2 => Topic::View(conversation()?),
        3 => Topic::VisitorTypes(conversation()?),
        4 => Topic::AgentTypes(conversation()?),
        5 => Topic::Queue(name()?),
        6 => Topic::Line(name()?),
        7 => Topic::Account(AccountId::from_bytes(id)?),
        8 => Topic::Staff,
        9 => Topic::Settings,
        10 => Topic::Sessions(AccountId::from_bytes(id)?),
        11 => Topic::Gone(conversation()?),
        12 => Topic::Missed,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_comes_out_again() {
        let (conversation, account) = (ConversationId::fresh(), AccountId::fresh());
        let topics = [
            Topic::Conversation(conversation),
            Topic::View(conversation),
            Topic::VisitorTypes(conversation),
            Topic::AgentTypes(conversation),
            Topic::Queue("front-desk".to_owned()),
            Topic::Line("front-desk".to_owned()),
            Topic::Account(account),
            Topic::Staff,
            Topic::Settings,
            Topic::Sessions(account),
            Topic::Gone(conversation),
            Topic::Missed,
        ];
        let mut frame = fresh();
        for (number, topic) in topics.iter().enumerate() {
            add(&mut frame, &Ring { topic: topic.clone(), number: number as u64 });
        }
        let rung = rings(&frame);
        assert_eq!(rung.len(), topics.len());
        for (number, (ring, topic)) in rung.iter().zip(&topics).enumerate() {
            assert_eq!((&ring.topic, ring.number), (topic, number as u64));
        }
    }

    #[test]
    fn bytes_of_others_ring_nothing() {
        assert!(rings(&[]).is_empty());
        assert!(rings(&[2, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]).is_empty());
        assert!(rings(&[VERSION, 1, 200, 3]).is_empty());
        let mut frame = vec![VERSION, 99, 1, 7, 0, 0, 0, 0, 0, 0, 0, 1];
        add(&mut frame, &Ring { topic: Topic::Staff, number: 0 });
        assert_eq!(rings(&frame).len(), 1, "a kind that is unknown is passed over");
    }
}
