//! A worker that lost its claim, and clocks that are set while claims and waits run.

use std::time::Duration;

use protocol::event::{Body, Returned};
use server::archive::{deliver, shred};
use server::audit;
use server::conversation::{Who, accept, assign, came, delay_over, renew_lease};
use server::ids::{ConnectionId, ConversationId};
use server::jobs::{self, Job, Lane};
use server::{retention, values, workers};

use crate::delivery::{MINUTE, closed_conversation, names, times};
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);
/// A claim that nobody renewed is over.
const CLAIM_OVER: Duration = Duration::from_secs(61);
const HOUR: Duration = Duration::from_secs(60 * 60);

async fn claims(world: &World, lane: Lane) -> Option<Job> {
    let now = world.app.clock.now();
    world.app.db.write(move |tx| jobs::claim(tx, lane, now)).await.expect("claims")
}

/// The one job of a lane, as it stands: kind, due, attempts, claimed until, last error.
async fn row(world: &World, lane: Lane) -> String {
    let read = world.app.db.read(move |tx| {
        let sql = "select kind, due_at, attempts, lease_until, last_error from job where lane = $1";
        tx.rows(sql, values![lane.code()], |row| {
            let (until, error) = (row.opt_int(3)?, row.opt_text(4)?);
            Ok(format!("{} {} {} {until:?} {error:?}", row.text(0)?, row.int(1)?, row.int(2)?))
        })
    });
    read.await.expect("reads").join("\n")
}

#[tokio::test]
async fn who_lost_a_claim_changes_nothing_about_the_job() {
    let mut world = World::new();
    closed_conversation(&world).await;
    world.app.clock.advance(2 * MINUTE);
    let late = claims(&world, Lane::Archive).await.expect("it is due");
    world.app.clock.advance(CLAIM_OVER);
    let holder = claims(&world, Lane::Archive).await.expect("that claim is over");
    let held = row(&world, Lane::Archive).await;
    let now = world.app.clock.now();
    let db = &world.app.db;
    assert!(!db.write(move |tx| jobs::renew(tx, late, now)).await.unwrap(), "it hears of it");
    assert!(!db.write(move |tx| jobs::finish(tx, late)).await.unwrap());
    db.write(move |tx| jobs::retry(tx, late, now, "failed")).await.unwrap();
    db.write(move |tx| jobs::give_back(tx, late)).await.unwrap();
    db.write(move |tx| jobs::park(tx, late, "stuck")).await.unwrap();
    db.write(move |tx| jobs::look_again(tx, late, now, "paused")).await.unwrap();
    world.delivers_to(&[]);
    deliver::deliver(&world.app, late).await.unwrap();
    assert_eq!(row(&world, Lane::Archive).await, held);
    // Whoever has it can do all of that.
    assert!(world.app.db.write(move |tx| jobs::renew(tx, holder, now)).await.unwrap());
    deliver::deliver(&world.app, holder).await.unwrap();
    assert!(row(&world, Lane::Archive).await.contains("no_destination"));
    world.ends().await;
}

#[tokio::test]
async fn a_key_is_not_destroyed_under_a_claim_that_was_lost() {
    let world = World::new();
    closed_conversation(&world).await;
    world.app.clock.advance(2 * MINUTE);
    workers::run_all_due(&world.app).await.unwrap();
    world.app.clock.advance(2 * HOUR);
    let late = claims(&world, Lane::Archive).await.expect("the shred is due");
    world.app.clock.advance(CLAIM_OVER);
    let holder = claims(&world, Lane::Archive).await.expect("that claim is over");
    shred::shred(&world.app, late).await.unwrap();
    assert_eq!(times(&world, "conversation.shredded").await, 0);
    shred::shred(&world.app, holder).await.unwrap();
    assert_eq!(times(&world, "conversation.shredded").await, 1);
    world.ends().await;
}

async fn not_accepted(world: &World, id: ConversationId) -> usize {
    let why = |body: &Body| matches!(body, Body::Returned { why: Returned::NotAccepted, .. });
    world.thread(id).await.iter().filter(|body| why(body)).count()
}

#[tokio::test]
async fn a_late_look_at_an_offer_does_not_take_the_next_ones_time_away() {
    let world = World::new();
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    let asked = world.visitor("Hello").await;
    came(&world.app, ConnectionId::fresh(), Who::Visitor(asked.id)).await.unwrap();
    assign(&world.app, &ana, asked.id, &ben).await.unwrap();
    world.app.clock.advance(30 * SECOND);
    let late = claims(&world, Lane::Talk).await.expect("the offer's time is over");
    world.app.clock.advance(CLAIM_OVER);
    workers::run_all_due(&world.app).await.unwrap();
    assert_eq!(not_accepted(&world, asked.id).await, 1, "another worker saw it");
    assign(&world.app, &ana, asked.id, &ben).await.unwrap();
    delay_over(&world.app, late).await.unwrap();
    world.app.clock.advance(30 * SECOND);
    workers::run_all_due(&world.app).await.unwrap();
    assert_eq!(not_accepted(&world, asked.id).await, 2, "the second offer has an end as well");
    world.ends().await;
}

#[tokio::test]
async fn what_a_clock_that_was_ahead_claimed_or_put_off_is_done_once_it_is_right_again() {
    let world = World::new();
    closed_conversation(&world).await;
    let away = world.archive().with_extension("away");
    std::fs::rename(world.archive(), &away).unwrap();
    world.app.clock.advance(2 * MINUTE + 5 * HOUR);
    // It fails by the wrong clock, and is put off from there.
    workers::run_all_due(&world.app).await.unwrap();
    std::fs::rename(&away, world.archive()).unwrap();
    world.app.clock.set_back(5 * HOUR);
    workers::run_all_due(&world.app).await.unwrap();
    assert!(names(&world.archive()).is_empty(), "its time is told by the wrong clock");
    retention::daily(&world.app).await.unwrap();
    // A node claims it while its clock is ahead, and dies.
    world.app.clock.advance(5 * HOUR);
    assert!(claims(&world, Lane::Archive).await.is_some());
    world.app.clock.set_back(5 * HOUR);
    workers::run_all_due(&world.app).await.unwrap();
    assert_eq!(names(&world.archive()).len(), 3);
    assert_eq!(times(&world, "transcript.delivered").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn numbers_keep_their_order_whatever_the_clock_says() {
    let world = World::new();
    let asked = world.visitor("first").await;
    accept(&world.app, &world.agent("Ana"), asked.id).await.unwrap();
    let mut numbers = Vec::new();
    for (turn, words) in ["second", "third", "fourth", "fifth"].into_iter().enumerate() {
        match turn % 2 {
            0 => world.app.clock.set_back(25 * HOUR),
            _ => world.app.clock.advance(3 * HOUR),
        }
        numbers.push(asked.says(&world, words).await.unwrap().shown);
        audit::seal_new(&world.app).await.unwrap();
    }
    assert!(numbers.is_sorted_by(|one, next| next == &(one + 1)), "{numbers:?}");
    assert_eq!(world.texts(asked.id).await, ["second", "third", "fourth", "fifth"]);
    world.ends().await;
}

#[tokio::test]
async fn who_was_on_a_node_whose_clock_was_ahead_when_it_died_is_seen_to_be_gone() {
    let mut world = World::new();
    let asked = world.visitor("Hello").await;
    world.app.clock.advance(5 * HOUR);
    renew_lease(&world.app).await.unwrap();
    came(&world.app, ConnectionId::fresh(), Who::Visitor(asked.id)).await.unwrap();
    // It dies, and another takes its place.
    world.restart().await;
    world.app.clock.set_back(5 * HOUR);
    renew_lease(&world.app).await.unwrap();
    let left = world.app.db.read(|tx| tx.count("select count(*) from presence", values![]));
    assert_eq!(left.await.unwrap(), 0);
    world.ends().await;
}
