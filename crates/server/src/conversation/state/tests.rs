//! Every state against every verb.

use super::*;

const NOW: Millis = Millis(1_795_500_000_000);

fn agent(name: &str) -> Agent {
    Agent { id: AccountId::fresh(), name: name.to_owned() }
}

fn waiting() -> Conversation {
    Conversation {
        id: ConversationId::fresh(),
        reference: "K7QX-4MPD".to_owned(),
        site: "clinic".to_owned(),
        department: "front-desk".to_owned(),
        language: "en".to_owned(),
        state: State::Waiting,
        agent: None,
        offer: None,
        seq: 1,
        shown: 1,
        last_message_seq: 0,
        visitor_seen: 0,
        agent_seen: 0,
        unread: 0,
        created_at: NOW,
        queued_at: NOW,
        since: NOW,
        active_at: NOW,
        accepted_at: None,
        first_response_at: None,
        warned_until: None,
        ended_at: None,
        closed_at: None,
        ending: None,
        disposition: None,
        is_rated: false,
    }
}

fn active(by: &Agent) -> Conversation {
    accept(waiting(), by.clone(), NOW).unwrap().after
}

#[test]
fn second_agent_to_accept_is_told_who_was_faster() {
    let (ana, ben) = (agent("Ana"), agent("Ben"));
    let refused = accept(active(&ana), ben, NOW).unwrap_err();
    assert!(matches!(refused, Error::AcceptedBy(name) if name == "Ana"));
}

#[test]
fn an_offer_holds_for_its_agent_and_then_goes_back_to_its_old_place() {
    let (ana, ben, timing) = (agent("Ana"), agent("Ben"), Timing::default());
    let offered = assign(waiting(), ana.clone(), &timing, NOW).unwrap().after;
    assert!(matches!(accept(offered.clone(), ben.clone(), NOW), Err(Error::AcceptedBy(_))));
    assert!(accept(offered.clone(), ana, NOW).is_ok());
    let over = NOW.plus_seconds(timing.accept_seconds);
    assert_eq!(offer_over(offered.clone(), over.minus_seconds(1)), None);
    let back = offer_over(offered, over).unwrap();
    assert_eq!(back.happened, [Happened::Returned { why: Returned::NotAccepted }]);
    assert_eq!(back.after.queued_at, NOW);
    assert!(accept(back.after, ben, over).is_ok());
}

#[test]
fn a_transfer_takes_the_conversation_from_who_gave_it() {
    let (ana, ben, timing) = (agent("Ana"), agent("Ben"), Timing::default());
    let later = NOW.plus_seconds(60);
    let moved =
        transfer(active(&ana), "billing".to_owned(), Some(ben.clone()), &timing, later).unwrap();
    assert_eq!(moved.after.state, State::Waiting);
    assert_eq!(moved.after.queued_at, later);
    assert!(matches!(agent_writes(moved.after.clone(), ana.id, later), Err(Error::NotFound)));
    assert!(accept(moved.after, ben, later).is_ok());
}

#[test]
fn a_visitor_who_ends_while_waiting_has_abandoned_it() {
    let ended = visitor_ends(waiting(), NOW).unwrap();
    assert_eq!(ended.after.ending, Some(Ending::Abandoned));
    assert_eq!(ended.after.state, State::Closed);
    assert_eq!(ended.happened.len(), 2);
}

#[test]
fn wrap_up_comes_before_closed_unless_a_disposition_is_given() {
    let ana = agent("Ana");
    let wrapping = close(active(&ana), None, NOW).unwrap().after;
    assert_eq!(wrapping.state, State::WrapUp);
    assert_eq!(wrap_up_over(wrapping, NOW).unwrap().after.state, State::Closed);
    let at_once = close(active(&ana), Some("answered".to_owned()), NOW).unwrap().after;
    assert_eq!(at_once.state, State::Closed);
    assert_eq!(at_once.disposition.as_deref(), Some("answered"));
    assert_eq!(at_once.ending, Some(Ending::ByAgent));
}

#[test]
fn silence_warns_then_closes_and_one_press_extends() {
    let (ana, timing) = (agent("Ana"), Timing::default());
    let warn = NOW.plus_seconds(timing.silence_warn_seconds);
    let close = NOW.plus_seconds(timing.silence_close_seconds);
    assert_eq!(silence(active(&ana), &timing, NOW), Silence::LookAgain(warn));
    let Silence::Changed(warned, again) = silence(active(&ana), &timing, warn) else {
        panic!("it warns")
    };
    assert_eq!(again, close);
    assert_eq!(warned.happened, [Happened::Warned { closes_at: close }]);
    let kept = keep_open(warned.after.clone(), warn).unwrap();
    let Silence::Changed(warned_anew, _) = silence(kept, &timing, close) else {
        panic!("it warns again instead of ending")
    };
    let closes_at = warn.plus_seconds(timing.silence_close_seconds);
    assert_eq!(warned_anew.happened, [Happened::Warned { closes_at }]);
    let Silence::Changed(ended, _) = silence(warned.after, &timing, close) else {
        panic!("it ends")
    };
    assert_eq!(ended.after.ending, Some(Ending::TimedOut));
}

#[test]
fn nobody_writes_after_the_end() {
    let ana = agent("Ana");
    let ended = visitor_ends(active(&ana), NOW).unwrap().after;
    assert_eq!(ended.state, State::WrapUp);
    assert!(matches!(visitor_writes(ended.clone(), NOW), Err(Error::WrongState)));
    assert!(matches!(agent_writes(ended.clone(), ana.id, NOW), Err(Error::WrongState)));
    assert!(matches!(accept(ended, agent("Ben"), NOW), Err(Error::AcceptedBy(_))));
}

#[test]
fn a_rating_is_given_once_and_after_the_end() {
    let ana = agent("Ana");
    assert!(rate(active(&ana)).is_err());
    let rated = rate(visitor_ends(active(&ana), NOW).unwrap().after).unwrap();
    assert!(rate(rated).is_err());
}

#[test]
fn reopening_makes_it_active_for_the_agent_who_reopened() {
    let (ana, ben) = (agent("Ana"), agent("Ben"));
    let closed = close(active(&ana), Some("answered".to_owned()), NOW).unwrap().after;
    let again = reopen(closed, ben.clone(), NOW).unwrap().after;
    assert_eq!(again.state, State::Active);
    assert!(agent_writes(again, ben.id, NOW).is_ok());
    assert!(reopen(waiting(), ana, NOW).is_err());
}

#[test]
fn a_second_agents_first_message_does_not_move_the_first_response() {
    let ana = agent("Ana");
    let first = agent_writes(active(&ana), ana.id, NOW).unwrap();
    let second = agent_writes(first, ana.id, NOW.plus_seconds(9)).unwrap();
    assert_eq!(second.first_response_at, Some(NOW));
}

#[test]
fn nothing_stays_open_too_long() {
    let ana = agent("Ana");
    assert_eq!(open_too_long(active(&ana), NOW).unwrap().after.state, State::WrapUp);
    assert_eq!(open_too_long(waiting(), NOW).unwrap().after.state, State::Closed);
    let closed = visitor_ends(waiting(), NOW).unwrap().after;
    assert_eq!(open_too_long(closed, NOW), None);
}
