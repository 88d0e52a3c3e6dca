//! Who gets in, and what stays on record of it.

use server::conversation::access::for_visitor;
use server::conversation::{accept, admit_visitor, close, look_ends, look_opens, transfer};
use server::error::{Error, Result};
use server::ids::{ConversationId, Secret};
use server::values;

use crate::world::{World, fresh_client_id, visitor};

async fn is_good(world: &World, token: &Secret) -> bool {
    let hash = token.hash();
    match world.app.db.read(move |tx| for_visitor(tx, &hash)).await {
        Ok(_) => true,
        Err(Error::SignedOut) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn hello(world: &World, token: &Secret) -> Result<(ConversationId, Secret)> {
    admit_visitor(&world.app, token.hash()).await
}

#[tokio::test]
async fn a_token_is_good_until_the_next_one_is_used() {
    let world = World::new();
    let client_id = fresh_client_id();
    let asked = visitor(world.app.clone(), "front-desk", &client_id, "Hello").await.unwrap();
    let (id, lost) = hello(&world, &asked.token).await.unwrap();
    assert_eq!(id, asked.id);
    let (_, second) = hello(&world, &asked.token).await.unwrap();
    assert!(!is_good(&world, &lost).await, "its answer was lost, and it is replaced");
    assert!(is_good(&world, &asked.token).await && is_good(&world, &second).await);
    let (_, third) = hello(&world, &second).await.unwrap();
    assert!(!is_good(&world, &asked.token).await, "the new one was used");
    assert!(matches!(hello(&world, &asked.token).await, Err(Error::SignedOut)));
    assert!(is_good(&world, &second).await && is_good(&world, &third).await);
    let again = visitor(world.app.clone(), "front-desk", &client_id, "Hello").await.unwrap();
    assert!(is_good(&world, &second).await, "the one in use stays");
    let (id, _) = hello(&world, &again.token).await.unwrap();
    assert_eq!(id, asked.id, "a resent start gets in");
    assert!(!is_good(&world, &second).await);
    world.ends().await;
}

#[tokio::test]
async fn every_look_is_on_record_and_what_was_taken_is_for_its_agent_and_supervisors() {
    let world = World::new();
    let (asked, ana) = (world.visitor("Hello").await, world.agent("Ana"));
    let (ben, mut chief) = (world.agent("Ben"), world.agent("Chief"));
    chief.is_supervisor = true;
    let mut zoe = world.agent("Zoe");
    zoe.departments = vec!["night".to_owned()];
    assert!(matches!(look_opens(&world.app, &zoe, asked.id).await, Err(Error::NotFound)));
    look_opens(&world.app, &chief, asked.id).await.unwrap();
    look_ends(&world.app, &chief, asked.id, 1, 7).await.unwrap();
    accept(&world.app, &ana, asked.id).await.unwrap();
    look_opens(&world.app, &ana, asked.id).await.unwrap();
    assert!(matches!(look_opens(&world.app, &ben, asked.id).await, Err(Error::NotFound)));
    let looks = world.app.db.read(|tx| {
        tx.rows(
            "select actor, action, subject, detail from audit where action in ($1, $2) order by id",
            values!["conversation.opened", "conversation.left"],
            |row| Ok((row.account(0)?, row.text(1)?, row.text(2)?, row.text(3)?)),
        )
    });
    let entry = |agent: &server::conversation::access::Agent, what: &str, range: &str| {
        let action = format!("conversation.{what}");
        (agent.id, action, asked.reference.clone(), range.to_owned())
    };
    assert_eq!(
        looks.await.unwrap(),
        [entry(&chief, "opened", ""), entry(&chief, "left", "1-7"), entry(&ana, "opened", "")]
    );
    world.ends().await;
}

#[tokio::test]
async fn a_supervisor_may_end_or_hand_on_what_another_holds_and_a_colleague_may_not() {
    let world = World::new();
    let (ana, ben, mut chief) = (world.agent("Ana"), world.agent("Ben"), world.agent("Chief"));
    chief.is_supervisor = true;
    let (one, two) = (world.visitor("One").await, world.visitor("Two").await);
    for asked in [&one, &two] {
        accept(&world.app, &ana, asked.id).await.unwrap();
        let closed = close(&world.app, &ben, asked.id, None).await;
        assert!(matches!(closed, Err(Error::NotFound)));
        let handed = transfer(&world.app, &ben, asked.id, "front-desk", None).await;
        assert!(matches!(handed, Err(Error::NotFound)));
    }
    close(&world.app, &chief, one.id, Some("answered".to_owned())).await.unwrap();
    transfer(&world.app, &chief, two.id, "front-desk", None).await.unwrap();
    world.ends().await;
}
