//! Archived words against expected ones.

use super::Played;
use super::archived::{Archived, Messages};
use super::dialogue::Turn;
use super::masked::Expected;

/// Differences that are shown; more would hide the first.
const SHOWN_MAX: usize = 5;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Dialogues without a transcript.
    pub(crate) missing: usize,
    /// Dialogues whose transcript has other words, another sender or another order.
    pub(crate) different: usize,
    shown: usize,
}

/// Compares every dialogue that was played.
pub(crate) fn all(played: &[Played], expected: &Expected, archived: &Archived) -> Comparison {
    let mut comparison = Comparison::default();
    for one in played {
        let Some(messages) = archived.get(&one.reference) else {
            comparison.missing += 1;
            continue;
        };
        let expected = &expected[one.dialogue.place];
        if let Some(difference) = first_difference(&one.dialogue.turns, expected, messages) {
            comparison.different += 1;
            if comparison.shown < SHOWN_MAX {
                comparison.shown += 1;
                eprintln!("{} ({}): {difference}", one.dialogue.name(), one.reference);
            }
        }
    }
    comparison
}

/// `None` when sender, words and order are those that were expected.
fn first_difference(sent: &[Turn], expected: &[String], messages: &Messages) -> Option<String> {
    for (number, (turn, words)) in sent.iter().zip(expected).enumerate() {
        let Some((role, archived)) = messages.get(number) else {
            return Some(format!("turn {number} of {} is missing", sent.len()));
        };
        if *role != turn.role || archived != words {
            return Some(format!("turn {number}: expected {words:?}, archived {archived:?}"));
        }
    }
    (messages.len() > sent.len())
        .then(|| format!("{} messages for {} turns", messages.len(), sent.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::dialogue::Role;

    fn compared(messages: &[(Role, &str)]) -> Option<String> {
        let turn = |role, text: &str| Turn { role, text: text.to_owned() };
        let sent = [turn(Role::Visitor, "ana@example.org"), turn(Role::Agent, "Thanks.")];
        let expected = ["XXX@XXXXXXX.XXX".to_owned(), "Thanks.".to_owned()];
        let messages = messages.iter().map(|(role, text)| (*role, (*text).to_owned())).collect();
        first_difference(&sent, &expected, &messages)
    }

    const MASKED: (Role, &str) = (Role::Visitor, "XXX@XXXXXXX.XXX");
    const THANKS: (Role, &str) = (Role::Agent, "Thanks.");

    #[test]
    fn the_same_words_of_the_same_senders_are_equal() {
        assert_eq!(compared(&[MASKED, THANKS]), None);
    }

    #[test]
    fn every_other_transcript_differs() {
        assert!(compared(&[(Role::Visitor, "ana@example.org"), THANKS]).is_some());
        assert!(compared(&[(Role::Agent, MASKED.1), THANKS]).is_some());
        assert!(compared(&[THANKS, MASKED]).is_some());
        assert!(compared(&[MASKED]).is_some());
        assert!(compared(&[MASKED, THANKS, THANKS]).is_some());
    }
}
