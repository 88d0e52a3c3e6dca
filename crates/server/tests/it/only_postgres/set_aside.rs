//! Units that are carried out in one transaction, one of which meets a row that
//! another node holds.

use std::sync::{Mutex, mpsc};

use futures_util::future::join_all;
use server::app::App;
use server::db::Tx;
use server::error::Result;
use server::ids::ConversationId;
use server::values;
use tokio::task::JoinHandle;

use super::held::{Held, holds};
use crate::world::World;

/// Of one node; each carries out a transaction of its own.
const WRITERS: usize = 4;
const SEEN: &str = "select agent_seen from conversation where id = $1";

/// Changes a row and waits for no answer.
fn sees(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    tx.run("update conversation set agent_seen = 7 where id = $1", values![&id])
}

/// Every writer with a unit that lasts until its sender is dropped.
async fn all_busy(app: &App) -> (Vec<mpsc::Sender<()>>, Vec<JoinHandle<Result<()>>>) {
    let (mut gates, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..WRITERS {
        let (opens, gate) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let (gate, app) = (Mutex::new(gate), app.clone());
        gates.push(opens);
        busy.push(tokio::spawn(async move {
            let kept = app.db.write(move |_| {
                let _ = begun.send(());
                let _ = gate.lock().expect("no panic").recv();
                Ok(())
            });
            kept.await
        }));
        // One after the other, or one writer would take two of them.
        let is_begun = tokio::task::spawn_blocking(move || begins.recv());
        is_begun.await.expect("it waits").expect("one more is busy");
    }
    (gates, busy)
}

#[tokio::test]
async fn a_change_that_was_told_as_done_is_there_whoever_its_neighbours_were() {
    let world = World::new();
    let other = world.another_node();
    let (free, wanted) = (world.visitor("Hello?").await.id, world.visitor("And me?").await.id);
    let held = Held::by(&other, move |tx| holds(tx, wanted)).await;
    let (mut gates, busy) = all_busy(&world.app).await;
    let db = &world.app.db;
    let first = async {
        let told = db.write(move |tx| sees(tx, free)).await;
        held.lets_go().await;
        told
    };
    let second = db.write(move |tx| sees(tx, wanted));
    let third = db.write(move |tx| tx.count(SEEN, values![&free]));
    let one_is_free = async {
        // All three stand in the line by now: they were polled before.
        gates.pop();
    };
    let (first, second, third, ()) = tokio::join!(first, second, third, one_is_free);
    third.expect("it reads");
    drop(gates);
    for kept in join_all(busy).await {
        kept.expect("no panic").expect("it was only busy");
    }
    for (told, id) in [(first, free), (second, wanted)] {
        told.expect("the row was free again in time");
        let seen = world.app.db.read(move |tx| tx.count(SEEN, values![&id])).await;
        assert_eq!(seen.expect("reads"), 7, "it was told as done");
    }
    other.db.close().await;
    world.ends().await;
}
