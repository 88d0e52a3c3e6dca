//! Who gets in, and what stays on record of it.

use server::conversation::access::for_visitor;
use server::conversation::{accept, admit_visitor, look_ends, look_opens};
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
async fn every_look_is_on_record_and_what_waits_is_for_supervisors() {
    let world = World::new();
    let (asked, ana) = (world.visitor("Hello").await, world.agent("Ana"));
    let (ben, mut chief) = (world.agent("Ben"), world.agent("Chief"));
    chief.is_supervisor = true;
    assert!(matches!(look_opens(&world.app, &ana, asked.id).await, Err(Error::NotFound)));
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
