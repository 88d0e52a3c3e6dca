//! What each side reads: numbers without holes, words as they are now.

use std::time::Duration;

use protocol::event::{Body, Event, Sender};
use sensitive::Sensitive;
use server::conversation::access::Agent;
use server::conversation::{
    Posted, Poster, accept, agent_saw, close, correct, events_after, note, shown_after, store,
    visitor_saw, visitor_seen,
};
use server::error::{Error, Result};
use server::ids::ConversationId;

use crate::world::{Visitor, World, fresh_client_id, says};

fn numbers(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.number).collect()
}

async fn corrects(
    world: &World,
    poster: Poster,
    id: ConversationId,
    number: u64,
    text: &str,
) -> Result<Posted> {
    let text = Sensitive::new(text.to_owned());
    correct(&world.app, poster, id, fresh_client_id(), number, text).await
}

fn by_visitor(asked: &Visitor) -> Poster {
    Poster::Visitor { token_hash: asked.token.hash() }
}

async fn notes(world: &World, ana: &Agent, id: ConversationId) {
    let text = Sensitive::new("Only for us".to_owned());
    note(&world.app, ana, id, fresh_client_id(), text).await.unwrap();
}

#[tokio::test]
async fn the_visitor_counts_without_holes_and_never_reads_a_note() {
    let mut world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    notes(&world, &ana, asked.id).await;
    asked.says(&world, "One").await.unwrap();
    for is_kept in [true, false] {
        if !is_kept {
            world.restart().await;
        }
        let shown = shown_after(&world.app, asked.id, 0).await.unwrap();
        assert_eq!(numbers(&shown), [1, 2, 3]);
        assert!(!shown.iter().any(|event| matches!(event.body, Body::Note { .. })));
        assert_eq!(numbers(&shown_after(&world.app, asked.id, 2).await.unwrap()), [3]);
        assert!(shown_after(&world.app, asked.id, 3).await.unwrap().is_empty());
        let all = events_after(&world.app, asked.id, 0).await.unwrap();
        assert_eq!(numbers(&all), [1, 2, 3, 4]);
        assert!(matches!(all[2].body, Body::Note { .. }));
    }
    world.ends().await;
}

#[tokio::test]
async fn more_than_is_kept_comes_in_parts_and_whole() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    for n in 0..210 {
        asked.says(&world, &format!("word {n}")).await.unwrap();
    }
    let mut all = shown_after(&world.app, asked.id, 0).await.unwrap();
    assert_eq!(all.len(), 200);
    all.extend(shown_after(&world.app, asked.id, 200).await.unwrap());
    assert_eq!(numbers(&all), (1..=211).collect::<Vec<u64>>());
    world.ends().await;
}

#[tokio::test]
async fn a_value_split_over_messages_reads_masked_in_the_amended_event_too() {
    let mut world = World::new();
    let asked = world.visitor("I want to pay").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    notes(&world, &ana, asked.id).await;
    asked.says(&world, "my number is 4111 1111").await.unwrap();
    asked.says(&world, "1111 1111").await.unwrap();
    for is_kept in [true, false] {
        if !is_kept {
            world.restart().await;
        }
        let shown = shown_after(&world.app, asked.id, 0).await.unwrap();
        let all = events_after(&world.app, asked.id, 0).await.unwrap();
        for (events, number) in [(shown, 3), (all, 4)] {
            let amended = events.iter().find_map(|event| match &event.body {
                Body::Amended { target, text, masks, corrected, .. } => {
                    Some((*target, text.as_str().to_owned(), masks.len(), *corrected))
                }
                _ => None,
            });
            let (target, text, masks, corrected) = amended.expect("an earlier row was masked");
            assert_eq!((target, masks > 0, corrected), (number, true, false));
            assert!(text.contains("XXXX") && !text.contains("4111 1111"), "{text}");
        }
    }
    world.ends().await;
}

/// One thread commits there, so that two of one commit have an order.
mod only_sqlite {
    use crate::world::World;

    #[tokio::test]
    async fn halves_that_come_in_one_commit_are_masked_as_well() {
        let world = World::new();
        let asked = world.visitor("I want to pay").await;
        asked.says(&world, "Here is the number").await.unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let busy = world.app.db.write(move |_| {
            let _ = held.lock().unwrap().recv();
            Ok(())
        });
        let (_, first, second, ()) = tokio::join!(
            busy,
            asked.says(&world, "my number is 4111 1111"),
            asked.says(&world, "1111 1111"),
            async { drop(release) },
        );
        assert_eq!((first.unwrap().seq, second.unwrap().seq), (3, 5));
        let texts = world.texts(asked.id).await.join("|");
        assert!(!texts.contains("4111 1111"), "{texts}");
        world.ends().await;
    }
}

#[tokio::test]
async fn the_own_last_message_is_corrected_within_a_minute() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    let wrong = asked.says(&world, "I come on Friday").await.unwrap();
    notes(&world, &ana, asked.id).await;
    says(&world, &ana, asked.id, "Friday it is").await.unwrap();
    world.app.clock.advance(Duration::from_secs(60));
    let client_id = fresh_client_id();
    let sends = |text: &str| {
        let text = Sensitive::new(text.to_owned());
        correct(&world.app, by_visitor(&asked), asked.id, client_id.clone(), wrong.shown, text)
    };
    let amended = sends("I come on Monday, card 4111 1111 1111 1111").await.unwrap();
    assert_eq!(
        sends("I come on Monday, card 4111 1111 1111 1111").await.unwrap(),
        amended,
        "a resend changes nothing"
    );
    assert!(matches!(sends("Other words").await, Err(Error::ReusedClientId)));
    let shown = shown_after(&world.app, asked.id, 0).await.unwrap();
    let Some(Body::Amended { target, revision: 1, text, corrected: true, .. }) =
        shown.last().map(|event| &event.body)
    else {
        panic!("the correction is the last event")
    };
    assert_eq!(*target, wrong.shown);
    assert_eq!(text.as_str(), "I come on Monday, card XXXX XXXX XXXX 1111");
    let again = corrects(&world, by_visitor(&asked), asked.id, wrong.shown, "On Tuesday").await;
    assert_eq!(again.unwrap().seq, amended.seq + 1);
    let thread = world.thread(asked.id).await;
    assert!(thread.iter().any(|body| matches!(body,
        Body::Message { text, revision: 2, corrected: true, from: Sender::Visitor, .. }
            if text.as_str() == "On Tuesday")));
    world.ends().await;
}

#[tokio::test]
async fn what_is_not_the_own_last_message_or_too_old_is_not_corrected() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    let first = asked.says(&world, "One").await.unwrap();
    let said = says(&world, &ana, asked.id, "Two").await.unwrap();
    let own = Poster::Agent(ana.clone());
    let is_invalid = |result| matches!(result, Err(Error::Invalid { field: "number", .. }));
    let theirs = corrects(&world, by_visitor(&asked), asked.id, said.shown, "Mine now").await;
    assert!(is_invalid(theirs));
    assert!(is_invalid(corrects(&world, own.clone(), asked.id, first.seq, "Mine now").await));
    corrects(&world, own.clone(), asked.id, said.seq, "Zwei").await.unwrap();
    let last = asked.says(&world, "Three").await.unwrap();
    assert!(is_invalid(corrects(&world, by_visitor(&asked), asked.id, first.shown, "Eins").await));
    world.app.clock.advance(Duration::from_secs(61));
    let late = corrects(&world, by_visitor(&asked), asked.id, last.shown, "Drei").await;
    assert!(matches!(late, Err(Error::WrongState)));
    let fresh = asked.says(&world, "Four").await.unwrap();
    close(&world.app, &ana, asked.id, None).await.unwrap();
    let ended = corrects(&world, by_visitor(&asked), asked.id, fresh.shown, "Vier").await;
    assert!(matches!(ended, Err(Error::WrongState)));
    assert_eq!(world.texts(asked.id).await, ["One", "Zwei", "Three", "Four"]);
    world.ends().await;
}

#[tokio::test]
async fn seen_moves_on_never_back_and_never_past_the_last() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    accept(&world.app, &ana, asked.id).await.unwrap();
    notes(&world, &ana, asked.id).await;
    let one = asked.says(&world, "One").await.unwrap();
    asked.says(&world, "Two").await.unwrap();
    let saw = |number| visitor_saw(&world.app, asked.token.hash(), asked.id, number);
    let state = || async {
        let read = world.app.db.read(move |tx| store::load(tx, asked.id)).await;
        let found = read.unwrap().unwrap();
        (found.visitor_seen, found.agent_seen, found.unread)
    };
    assert_eq!(state().await, (0, 0, 2));
    saw(one.shown).await.unwrap();
    saw(1).await.unwrap();
    assert_eq!(visitor_seen(&world.app, asked.id).await.unwrap(), one.seq);
    saw(99).await.unwrap();
    agent_saw(&world.app, &ana, asked.id, one.seq).await.unwrap();
    assert_eq!(state().await, (4, one.seq, 1));
    agent_saw(&world.app, &ana, asked.id, 99).await.unwrap();
    agent_saw(&world.app, &ana, asked.id, 1).await.unwrap();
    assert_eq!(state().await, (4, 5, 0));
    let mut chief = ben;
    chief.is_supervisor = true;
    let foreign = agent_saw(&world.app, &chief, asked.id, 5).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "a supervisor's look is not the agent's");
    world.ends().await;
}
