//! What happens when nobody does anything, on a clock that the story moves.

use std::time::Duration;

use protocol::event::{Body, Ending, Returned, State};
use server::conversation::{Who, accept, assign, came, end, keep_open, reopen, store, transfer};
use server::error::Error;
use server::ids::{ConnectionId, ConversationId};
use server::workers;

use crate::world::{World, says};

const MINUTE: Duration = Duration::from_secs(60);

impl World {
    /// Time passes, and what is due is done.
    async fn waits(&self, time: Duration) {
        self.app.clock.advance(time);
        workers::run_all_due(&self.app).await.expect("the jobs run");
    }

    async fn state_of(&self, id: ConversationId) -> (State, Option<Ending>) {
        let read = self.app.db.read(move |tx| store::load(tx, id)).await;
        let found = read.expect("reads").expect("is there");
        (found.state, found.ending)
    }
}

#[tokio::test]
async fn an_offer_that_is_not_accepted_goes_back_to_the_queue() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    assign(&world.app, &ana, asked.id, &ben).await.unwrap();
    let refused = accept(&world.app, &ana, asked.id).await;
    assert!(matches!(refused, Err(Error::AcceptedBy(name)) if name == "Ben"));
    world.waits(MINUTE).await;
    let thread = world.thread(asked.id).await;
    assert!(matches!(thread.last(), Some(Body::Returned { why: Returned::NotAccepted })));
    accept(&world.app, &ana, asked.id).await.unwrap();
    world.ends().await;
}

#[tokio::test]
async fn silence_warns_at_ten_minutes_and_closes_at_twenty() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    accept(&world.app, &world.agent("Ana"), asked.id).await.unwrap();
    world.waits(9 * MINUTE).await;
    asked.says(&world, "Still thinking").await.unwrap();
    world.waits(9 * MINUTE).await;
    assert!(matches!(world.thread(asked.id).await.last(), Some(Body::Message { .. })));
    world.waits(MINUTE).await;
    assert!(matches!(world.thread(asked.id).await.last(), Some(Body::Warned { .. })));
    keep_open(&world.app, asked.token.hash(), asked.id).await.unwrap();
    world.waits(10 * MINUTE).await;
    assert_eq!(world.state_of(asked.id).await, (State::Active, None));
    world.waits(10 * MINUTE).await;
    assert_eq!(world.state_of(asked.id).await, (State::WrapUp, Some(Ending::TimedOut)));
    world.waits(5 * MINUTE).await;
    assert_eq!(world.state_of(asked.id).await, (State::Closed, Some(Ending::TimedOut)));
    world.ends().await;
}

#[tokio::test]
async fn nothing_is_open_past_twelve_hours() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    came(&world.app, ConnectionId::fresh(), Who::Visitor(asked.id)).await.unwrap();
    world.waits(12 * 60 * MINUTE - MINUTE).await;
    assert_eq!(world.state_of(asked.id).await.0, State::Waiting);
    world.waits(MINUTE).await;
    assert_eq!(world.state_of(asked.id).await, (State::Closed, Some(Ending::TimedOut)));
    world.ends().await;
}

#[tokio::test]
async fn a_transfer_moves_the_conversation_and_its_reader() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let (ana, mut ben) = (world.agent("Ana"), world.agent("Ben"));
    ben.departments.push("night".to_owned());
    accept(&world.app, &ana, asked.id).await.unwrap();
    let nowhere = transfer(&world.app, &ana, asked.id, "attic", None).await;
    assert!(matches!(nowhere, Err(Error::Invalid { field: "to", .. })));
    let unfit = transfer(&world.app, &ana, asked.id, "night", Some(&ana)).await;
    assert!(matches!(unfit, Err(Error::Invalid { field: "to", .. })));
    transfer(&world.app, &ana, asked.id, "night", Some(&ben)).await.unwrap();
    assert!(matches!(says(&world, &ana, asked.id, "Wait").await, Err(Error::NotFound)));
    accept(&world.app, &ben, asked.id).await.unwrap();
    says(&world, &ben, asked.id, "Here I am").await.unwrap();
    world.ends().await;
}

#[tokio::test]
async fn a_visitor_ends_and_the_agent_takes_it_up_again() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    end(&world.app, asked.token.hash(), asked.id).await.unwrap();
    assert_eq!(world.state_of(asked.id).await, (State::WrapUp, Some(Ending::ByVisitor)));
    assert!(matches!(end(&world.app, asked.token.hash(), asked.id).await, Err(Error::WrongState)));
    reopen(&world.app, &ana, asked.id).await.unwrap();
    asked.says(&world, "One more thing").await.unwrap();
    assert_eq!(world.texts(asked.id).await, ["One more thing"]);
    world.ends().await;
}
