//! From waiting to closed, and every refusal on the way.

use protocol::event::{Body, Ending, State};
use sensitive::Sensitive;
use server::conversation::{Poster, accept, close, note, post_message, rate};
use server::error::Error;

use crate::world::{World, fresh_client_id, says, visitor};

#[tokio::test]
async fn second_agent_to_accept_is_told_who_was_faster() {
    let world = World::new();
    let asked = world.visitor("Is the clinic open on Friday?").await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    let both = tokio::join!(accept(&world.app, &ana, asked.id), accept(&world.app, &ben, asked.id));
    let (winner, refused) = match both {
        (Ok(won), Err(refused)) | (Err(refused), Ok(won)) => (won, refused),
        _ => panic!("exactly one of the two has it"),
    };
    let name = winner.agent.expect("someone holds it").name;
    assert!(matches!(refused, Error::AcceptedBy(faster) if faster == name));
    world.ends().await;
}

#[tokio::test]
async fn both_sides_write_and_the_agent_closes_with_a_disposition() {
    let world = World::new();
    let asked = world.visitor("Is the clinic open on Friday?").await;
    let ana = world.agent("Ana");
    asked.says(&world, "I can come at nine").await.unwrap();
    accept(&world.app, &ana, asked.id).await.unwrap();
    says(&world, &ana, asked.id, "Nine is fine").await.unwrap();
    assert_eq!(world.texts(asked.id).await, ["I can come at nine", "Nine is fine"]);
    let closed = close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    assert_eq!((closed.state, closed.ending), (State::Closed, Some(Ending::ByAgent)));
    assert!(matches!(asked.says(&world, "One more").await, Err(Error::WrongState)));
    world.ends().await;
}

#[tokio::test]
async fn a_resend_gets_its_first_answer_even_after_close() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    let client_id = fresh_client_id();
    let first = asked.sends(&world, &client_id, "Only once").await.unwrap();
    assert_eq!(asked.sends(&world, &client_id, "Only once").await.unwrap(), first);
    let other = asked.sends(&world, &client_id, "Other words").await;
    assert!(matches!(other, Err(Error::ReusedClientId)));
    accept(&world.app, &ana, asked.id).await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    assert_eq!(asked.sends(&world, &client_id, "Only once").await.unwrap(), first);
    assert_eq!(world.texts(asked.id).await, ["Only once"]);
    world.ends().await;
}

#[tokio::test]
async fn a_start_that_is_resent_gets_its_conversation_back() {
    let world = World::new();
    let client_id = fresh_client_id();
    let first = visitor(world.app.clone(), "front-desk", &client_id, "Hello").await.unwrap();
    let again = visitor(world.app.clone(), "front-desk", &client_id, "Hello").await.unwrap();
    assert_eq!((again.id, &again.reference), (first.id, &first.reference));
    again.says(&world, "With the fresh token").await.unwrap();
    first.says(&world, "And with the first").await.unwrap();
    let other = visitor(world.app.clone(), "front-desk", &client_id, "Other words").await;
    assert!(matches!(other.err(), Some(Error::ReusedClientId)));
    world.ends().await;
}

#[tokio::test]
async fn a_card_number_over_two_messages_is_masked_in_both() {
    let world = World::new();
    let asked = world.visitor("I want to pay").await;
    asked.says(&world, "my number is 4111 1111").await.unwrap();
    asked.says(&world, "1111 1111").await.unwrap();
    let texts = world.texts(asked.id).await.join("|");
    assert!(!texts.contains("4111 1111"), "{texts}");
    let thread = world.thread(asked.id).await;
    assert!(thread.iter().any(|body| matches!(body, Body::Amended { target: 2, revision: 1, .. })));
    world.ends().await;
}

#[tokio::test]
async fn a_foreign_conversation_and_an_absent_one_are_the_same_answer() {
    let world = World::new();
    let (asked, other) = (world.visitor("Mine").await, world.visitor("Not mine").await);
    let (ana, mut cut_off) = (world.agent("Ana"), world.agent("Ben"));
    cut_off.departments = vec!["billing".to_owned()];
    accept(&world.app, &ana, asked.id).await.unwrap();
    assert!(matches!(accept(&world.app, &cut_off, other.id).await, Err(Error::NotFound)));
    let ben = world.agent("Ben");
    assert!(matches!(says(&world, &ben, asked.id, "Let me in").await, Err(Error::NotFound)));
    let foreign = Poster::Visitor { token_hash: asked.token.hash() };
    let text = Sensitive::new("Let me in".to_owned());
    let posted = post_message(&world.app, foreign, other.id, fresh_client_id(), text).await;
    assert!(matches!(posted, Err(Error::NotFound)));
    world.ends().await;
}

#[tokio::test]
async fn out_of_hours_the_question_is_kept_and_the_conversation_closed() {
    let world = World::new();
    let asked =
        visitor(world.app.clone(), "night", &fresh_client_id(), "Please call me").await.unwrap();
    let thread = world.thread(asked.id).await;
    assert!(matches!(&thread[0], Body::Started { answers, .. } if answers.len() == 1));
    assert!(matches!(thread[1], Body::Ended { ending: Ending::OutOfHours }));
    assert!(matches!(thread[2], Body::Closed { .. }));
    world.ends().await;
}

#[tokio::test]
async fn what_no_client_of_ours_sends_is_refused_by_name() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let long = "a".repeat(16 * 1024 + 1);
    assert!(matches!(asked.says(&world, &long).await, Err(Error::TooLarge)));
    assert!(matches!(asked.says(&world, " \n ").await, Err(Error::Invalid { field: "text", .. })));
    assert!(matches!(
        asked.sends(&world, "has space", "Hi").await,
        Err(Error::Invalid { field: "client_id", .. })
    ));
    let nowhere = visitor(world.app.clone(), "attic", &fresh_client_id(), "Hello").await;
    assert!(matches!(nowhere.err(), Some(Error::Invalid { field: "department", .. })));
    assert!(world.texts(asked.id).await.is_empty());
    world.ends().await;
}

#[tokio::test]
async fn a_rating_is_given_once_after_the_end_and_its_comment_is_masked() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    let rates = |client_id: &str, score, comment: &str| {
        let comment = Some(Sensitive::new(comment.to_owned()));
        rate(&world.app, asked.token.hash(), asked.id, client_id.to_owned(), score, comment)
    };
    assert!(matches!(rates("rating-1", 5, "Good").await, Err(Error::WrongState)));
    accept(&world.app, &ana, asked.id).await.unwrap();
    close(&world.app, &ana, asked.id, None).await.unwrap();
    assert!(matches!(rates("rating-1", 6, "").await, Err(Error::Invalid { field: "score", .. })));
    let words = "Good. My card was 4111 1111 1111 1111";
    rates("rating-1", 5, words).await.unwrap();
    rates("rating-1", 5, words).await.unwrap();
    assert!(matches!(rates("rating-1", 4, words).await, Err(Error::ReusedClientId)));
    assert!(matches!(rates("rating-2", 4, words).await, Err(Error::WrongState)));
    let thread = world.thread(asked.id).await;
    let Some(Body::Rated { score: 5, comment: Some(comment), .. }) = thread.last() else {
        panic!("the rating is the last event")
    };
    assert_eq!(comment.as_str(), "Good. My card was XXXX XXXX XXXX 1111");
    world.ends().await;
}

#[tokio::test]
async fn a_note_is_for_staff_and_leaves_no_hole_for_the_visitor() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    let notes = |by: &server::conversation::access::Agent, text: &str| {
        let (by, text) = (by.clone(), Sensitive::new(text.to_owned()));
        let app = &world.app;
        async move { note(app, &by, asked.id, fresh_client_id(), text).await }
    };
    accept(&world.app, &ana, asked.id).await.unwrap();
    let before = asked.says(&world, "One").await.unwrap();
    assert_eq!(notes(&ana, "Card 4111 1111 1111 1111").await.unwrap().shown, 0);
    let after = asked.says(&world, "Two").await.unwrap();
    assert_eq!((after.shown, after.seq), (before.shown + 1, before.seq + 2));
    assert!(matches!(notes(&ben, "Let me in").await, Err(Error::NotFound)));
    let thread = world.thread(asked.id).await;
    let noted = |body: &Body| match body {
        Body::Note { text, .. } => Some(text.as_str().to_owned()),
        _ => None,
    };
    assert_eq!(thread.iter().find_map(noted).as_deref(), Some("Card XXXX XXXX XXXX 1111"));
    world.ends().await;
}
