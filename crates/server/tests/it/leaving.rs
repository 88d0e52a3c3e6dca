//! A node that leaves its place to others: nobody is cut off, and nothing waits for it.

use futures_util::FutureExt;
use futures_util::future::select_all;
use server::clock::Millis;
use server::jobs::{self, Lane};
use server::workers;
use tokio_util::sync::CancellationToken;

use crate::delivery::{MINUTE, closed_conversation};
use crate::served::{Call, Served, WIDGET, post_message};
use crate::workers::hanging;
use crate::world::World;

async fn readiness(node: &Served) -> u16 {
    node.call(Call { path: "/readyz", ..Call::default() }).await.status
}

#[tokio::test]
async fn a_node_that_gave_notice_is_not_ready_and_does_everything_else() {
    let node = Served::with(|config| config.stop.notice_seconds = 60).await;
    assert_eq!(readiness(&node).await, 200);
    let (token, _) = node.starts("Are you open?").await;
    let (mut visitor, _) = node.visitor(&token, 0).await;
    node.stops();
    while readiness(&node).await == 200 {}
    let answer = visitor.asks(1, post_message("Still here?")).await;
    assert_eq!(answer["frame"], "done", "{answer}");
    let (late, _) = node.starts("Just before the end").await;
    let (_, welcome) = node.visitor(&late, 0).await;
    assert_eq!(welcome["frame"], "welcome");
    let lives = node.call(Call { path: "/healthz", host: WIDGET, ..Call::default() }).await;
    assert_eq!(lives.status, 200);
}

#[tokio::test]
async fn sockets_leave_one_by_one_and_are_served_until_their_turn() {
    let node = Served::with(|config| config.stop.spread_seconds = 2).await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let (token, _) = node.starts("Hello").await;
        sockets.push(node.visitor(&token, 0).await.0);
    }
    node.stops();
    let turns = sockets.iter_mut().map(|socket| socket.next("reconnect").boxed_local());
    let (first, at, others) = select_all(turns).await;
    assert_eq!(first["after_ms"], 0, "who is asked in turn need not wait");
    drop(others);
    sockets.remove(at);
    let mut answered = 0;
    for socket in &mut sockets {
        if socket.tries(1, post_message("Before my turn")).await {
            answered += 1;
        }
    }
    assert!(answered > 0, "all were cut off at once");
    node.ends().await;
}

#[tokio::test]
async fn who_was_refused_for_now_is_not_moved_with_what_waits_behind() {
    let node = Served::with(|config| config.limits.messages_per_minute = 1).await;
    let (token, _) = node.starts("Hello").await;
    let (mut visitor, _) = node.visitor(&token, 0).await;
    assert_eq!(visitor.asks(1, post_message("First")).await["frame"], "done");
    let refused = visitor.asks(2, post_message("Second")).await;
    assert_eq!(refused["problem"]["code"], "too_many", "{refused}");
    node.stops();
    let ended = visitor.find(|frame| frame["frame"] != "view").await;
    assert_eq!(ended["problem"]["code"], "later", "all of it comes anew: {ended}");
    node.ends().await;
}

#[test]
fn a_job_that_a_leaving_node_cannot_end_is_free_for_others_at_once() {
    hanging(async |let_go| {
        let world = World::new();
        closed_conversation(&world).await;
        world.app.clock.advance(10 * MINUTE);
        let stopping = CancellationToken::new();
        let run = workers::run_due(&world.app, Lane::Archive, &stopping);
        let stop = async {
            while next_due(&world).await <= world.app.clock.now() {
                tokio::task::yield_now().await;
            }
            stopping.cancel();
        };
        let (ran, ()) = tokio::join!(run, stop);
        assert_eq!(ran.unwrap(), 1);
        assert!(next_due(&world).await <= world.app.clock.now(), "its claim was kept");
        let_go.send(()).unwrap();
        workers::run_all_due(&world.app).await.unwrap();
        world.ends().await;
    });
}

/// When the next delivery can be claimed: in the future, while somebody holds it.
async fn next_due(world: &World) -> Millis {
    let due = world.app.db.read(|tx| jobs::next_due(tx, Lane::Archive)).await;
    due.unwrap().expect("a delivery")
}
