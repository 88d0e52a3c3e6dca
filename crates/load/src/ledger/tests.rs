use super::*;

/// A visitor's messages as they are read back, numbered from 1.
fn read_back(messages: &[(&str, &str)]) -> Vec<Event> {
    let numbered = messages.iter().zip(1u64..);
    numbered.map(|((id, text), number)| message(number, "visitor", id, text)).collect()
}

fn message(number: u64, from: &str, client_id: &str, text: &str) -> Event {
    let person = serde_json::json!({"id": "a", "name": "Ana"});
    let from = serde_json::json!({"kind": from, "person": person});
    event(
        number,
        serde_json::json!({
            "kind": "message", "from": from, "client_id": client_id, "text": text,
            "masks": [], "revision": 0, "corrected": false,
        }),
    )
}

fn event(number: u64, body: serde_json::Value) -> Event {
    let event = serde_json::json!({"number": number, "at": 0, "body": body});
    serde_json::from_value(event).expect("an event of the protocol")
}

/// Three messages that were acknowledged.
fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    for (number, id) in ["m1", "m2", "m3"].into_iter().enumerate() {
        ledger.acknowledged(id, number as u64 + 1, "hello");
    }
    ledger
}

fn judged(messages: &[(&str, &str)]) -> Verdict {
    judge(Who::Visitor, &read_back(messages), &[(Words::VisitorMessages, &ledger())])
}

const M1: (&str, &str) = ("m1", "hello");
const M2: (&str, &str) = ("m2", "hello");
const M3: (&str, &str) = ("m3", "hello");

#[test]
fn all_there_in_order_is_clean() {
    assert!(judged(&[M1, M2, M3]).is_clean());
}

#[test]
fn a_message_that_is_gone_is_lost() {
    let verdict = judged(&[M1, M3]);
    assert_eq!((verdict.lost, verdict.doubled, verdict.reordered), (1, 0, 0));
    assert_eq!(judged(&[]).lost, 3);
}

#[test]
fn a_message_that_is_there_twice_is_doubled() {
    let verdict = judged(&[M1, M2, M3, M2]);
    assert_eq!((verdict.lost, verdict.doubled, verdict.reordered), (0, 1, 0));
}

#[test]
fn messages_that_changed_places_are_reordered() {
    let verdict = judged(&[M1, M3, M2]);
    assert_eq!((verdict.lost, verdict.doubled, verdict.reordered), (0, 0, 1));
    assert_eq!(verdict.renumbered, 2, "and each has another number than was acknowledged");
}

#[test]
fn other_words_are_altered_and_a_stranger_is_invented() {
    assert_eq!(judged(&[M1, ("m2", "HELLO"), M3]).altered, 1);
    assert_eq!(judged(&[M1, M2, M3, ("m4", "hello")]).invented, 1);
}

#[test]
fn a_missing_number_is_a_hole() {
    let events = [message(1, "visitor", "m1", "hello"), message(3, "visitor", "m2", "hello")];
    assert_eq!(judge(Who::Visitor, &events, &[]).holes, 1);
}

#[test]
fn a_correction_is_judged_by_its_newest_words() {
    let mut ledger = Ledger::default();
    ledger.acknowledged("m1", 1, "helo");
    ledger.corrected("m1", "hello");
    let amendment = |revision: u32, text: &str| {
        event(
            u64::from(revision) + 1,
            serde_json::json!({
                "kind": "amended", "target": 1, "revision": revision, "text": text,
                "masks": [], "corrected": true,
            }),
        )
    };
    let right = [message(1, "visitor", "m1", "helo"), amendment(1, "hello")];
    assert!(judge(Who::Visitor, &right, &[(Words::VisitorMessages, &ledger)]).is_clean());
    let wrong = [message(1, "visitor", "m1", "helo"), amendment(1, "hello"), amendment(2, "hallo")];
    assert_eq!(judge(Who::Visitor, &wrong, &[(Words::VisitorMessages, &ledger)]).altered, 1);
}

#[test]
fn a_sender_is_judged_by_their_own_words() {
    let events = [message(1, "agent", "m1", "hello")];
    let mut agent = Ledger::default();
    agent.acknowledged("m1", 1, "hello");
    assert!(judge(Who::Agent, &events, &[(Words::AgentMessages, &agent)]).is_clean());
    assert_eq!(judge(Who::Visitor, &events, &[(Words::VisitorMessages, &agent)]).lost, 1);
}

#[test]
fn the_other_side_may_count_differently_because_of_notes() {
    let mut agent = Ledger::default();
    agent.acknowledged("m1", 5, "hello");
    let events = [message(1, "agent", "m1", "hello")];
    assert!(judge(Who::Visitor, &events, &[(Words::AgentMessages, &agent)]).is_clean());
    assert_eq!(judge(Who::Agent, &events, &[(Words::AgentMessages, &agent)]).renumbered, 1);
}
