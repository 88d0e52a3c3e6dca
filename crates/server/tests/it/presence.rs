//! Who goes, who comes back in time, and who does not.

use std::time::Duration;

use protocol::event::{Body, Ending, Returned, State};
use server::conversation::access::Agent;
use server::conversation::{Who, accept, came, renew_lease, store, transfer, view, went};
use server::error::Error;
use server::ids::{ConnectionId, ConversationId};
use server::{jobs, values, workers};

use crate::world::{World, says};

const SECOND: Duration = Duration::from_secs(1);

/// Time passes, and what is due is done.
async fn waits(world: &World, time: Duration) {
    world.app.clock.advance(time);
    workers::run_all_due(&world.app).await.expect("the jobs run");
}

async fn state_of(world: &World, id: ConversationId) -> (State, Option<Ending>) {
    let read = world.app.db.read(move |tx| store::load(tx, id)).await;
    let found = read.expect("reads").expect("is there");
    (found.state, found.ending)
}

/// How many absences are looked at later.
async fn absences(world: &World) -> i64 {
    let jobs = world.app.db.read(|tx| {
        tx.count(
            "select count(*) from job where kind in ($1, $2)",
            values!["visitor_gone", "agent_gone"],
        )
    });
    jobs.await.expect("reads")
}

async fn connects(world: &World, who: Who) -> ConnectionId {
    let connection = ConnectionId::fresh();
    came(&world.app, connection, who).await.expect("comes");
    connection
}

async fn drops(world: &World, connection: ConnectionId, who: Who) {
    went(&world.app, connection, who).await.expect("goes");
}

/// Ana is connected and has a visitor's conversation.
async fn in_talk(world: &World) -> (Agent, Who, ConnectionId, ConversationId) {
    let asked = world.visitor("Hello").await;
    connects(world, Who::Visitor(asked.id)).await;
    let ana = world.agent("Ana");
    let who = Who::Agent(ana.id);
    let connection = connects(world, who).await;
    accept(&world.app, &ana, asked.id).await.unwrap();
    (ana, who, connection, asked.id)
}

#[tokio::test]
async fn a_waiting_visitor_who_comes_back_in_time_keeps_the_place() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let who = Who::Visitor(asked.id);
    let first = connects(&world, who).await;
    drops(&world, first, who).await;
    waits(&world, 119 * SECOND).await;
    assert_eq!(absences(&world).await, 1);
    connects(&world, who).await;
    assert_eq!(absences(&world).await, 0, "coming back cancels it");
    let (id, now) = (asked.id, world.app.clock.now());
    let stale = world.app.db.write(move |tx| {
        jobs::schedule(tx, jobs::Kind::VisitorGone, id, now)?;
        jobs::schedule(tx, jobs::Kind::AgentGone, id, now)
    });
    stale.await.unwrap();
    waits(&world, 3600 * SECOND).await;
    assert_eq!(state_of(&world, asked.id).await, (State::Waiting, None));
    world.ends().await;
}

#[tokio::test]
async fn a_waiting_visitor_who_stays_away_has_left() {
    let world = World::new();
    let (asked, unseen) = (world.visitor("Hello").await, world.visitor("Hello").await);
    let who = Who::Visitor(asked.id);
    let (first, second) = (connects(&world, who).await, connects(&world, who).await);
    waits(&world, 60 * SECOND).await;
    drops(&world, first, who).await;
    waits(&world, 600 * SECOND).await;
    assert_eq!(state_of(&world, asked.id).await.0, State::Waiting, "another tab is open");
    let ended = (State::Closed, Some(Ending::Abandoned));
    assert_eq!(state_of(&world, unseen.id).await, ended, "who never connected has left too");
    drops(&world, second, who).await;
    drops(&world, second, who).await;
    waits(&world, 119 * SECOND).await;
    assert_eq!(state_of(&world, asked.id).await.0, State::Waiting);
    waits(&world, SECOND).await;
    assert_eq!(state_of(&world, asked.id).await, ended);
    world.ends().await;
}

#[tokio::test]
async fn an_agent_whose_connection_drops_and_comes_back_keeps_the_conversation() {
    let world = World::new();
    let (ana, who, connection, id) = in_talk(&world).await;
    assert!(view(&world.app, id).await.unwrap().agent_present);
    drops(&world, connection, who).await;
    assert!(!view(&world.app, id).await.unwrap().agent_present);
    waits(&world, 59 * SECOND).await;
    connects(&world, who).await;
    waits(&world, 60 * SECOND).await;
    says(&world, &ana, id, "I am back").await.unwrap();
    world.ends().await;
}

#[tokio::test]
async fn an_agent_who_stays_away_gives_the_conversation_back_to_its_old_place() {
    let world = World::new();
    let (ana, who, connection, id) = in_talk(&world).await;
    let later = world.visitor("I came later").await;
    connects(&world, Who::Visitor(later.id)).await;
    drops(&world, connection, who).await;
    waits(&world, 60 * SECOND).await;
    assert_eq!(state_of(&world, id).await, (State::Waiting, None));
    let thread = world.thread(id).await;
    assert!(matches!(thread.last(), Some(Body::Returned { why: Returned::AgentGone })));
    assert_eq!(view(&world.app, id).await.unwrap().position, Some(1));
    assert_eq!(view(&world.app, later.id).await.unwrap().position, Some(2));
    assert!(matches!(says(&world, &ana, id, "Late").await, Err(Error::NotFound)));
    world.ends().await;
}

#[tokio::test]
async fn a_visitor_who_left_meanwhile_does_not_wait_again_for_ever() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let who = Who::Visitor(asked.id);
    let connection = connects(&world, who).await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    drops(&world, connection, who).await;
    waits(&world, 300 * SECOND).await;
    assert_eq!(state_of(&world, asked.id).await.0, State::Active);
    transfer(&world.app, &ana, asked.id, "night", None).await.unwrap();
    waits(&world, 119 * SECOND).await;
    assert_eq!(state_of(&world, asked.id).await.0, State::Waiting);
    waits(&world, SECOND).await;
    assert_eq!(state_of(&world, asked.id).await, (State::Closed, Some(Ending::Abandoned)));
    world.ends().await;
}

#[tokio::test]
async fn a_node_that_dies_strands_nobody() {
    let mut world = World::new();
    renew_lease(&world.app).await.unwrap();
    let (_, _, _, held) = in_talk(&world).await;
    let (back, away) = (world.visitor("Back").await, world.visitor("Away").await);
    connects(&world, Who::Visitor(back.id)).await;
    connects(&world, Who::Visitor(away.id)).await;
    world.restart().await;
    renew_lease(&world.app).await.unwrap();
    waits(&world, 29 * SECOND).await;
    renew_lease(&world.app).await.unwrap();
    assert!(view(&world.app, held).await.unwrap().agent_present, "its lease still runs");
    waits(&world, SECOND).await;
    renew_lease(&world.app).await.unwrap();
    assert!(!view(&world.app, held).await.unwrap().agent_present);
    connects(&world, Who::Visitor(back.id)).await;
    waits(&world, 60 * SECOND).await;
    assert_eq!(state_of(&world, held).await.0, State::Waiting, "its agent did not come back");
    waits(&world, 60 * SECOND).await;
    assert_eq!(state_of(&world, back.id).await.0, State::Waiting);
    assert_eq!(state_of(&world, away.id).await, (State::Closed, Some(Ending::Abandoned)));
    assert!(!view(&world.app, held).await.unwrap().agent_present);
    world.ends().await;
}

#[tokio::test]
async fn a_claim_that_died_with_its_node_is_due_again() {
    let mut world = World::new();
    world.visitor("Hello").await;
    world.app.clock.advance(120 * SECOND);
    let now = world.app.clock.now();
    let job = world
        .app
        .db
        .write(move |tx| jobs::claim(tx, jobs::Lane::Talk, now))
        .await
        .unwrap()
        .unwrap();
    world.restart().await;
    let due = world.app.db.read(|tx| jobs::next_due(tx, jobs::Lane::Talk)).await.unwrap().unwrap();
    assert_eq!(due.0, now.plus_seconds(60).0 + 1);
    waits(&world, 61 * SECOND).await;
    assert_eq!(state_of(&world, job.subject).await.1, Some(Ending::Abandoned));
    world.ends().await;
}
