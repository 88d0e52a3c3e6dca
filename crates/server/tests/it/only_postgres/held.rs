//! What a node holds in the database while it is cut off.

use std::sync::{Mutex, mpsc};

use server::db::Tx;
use server::error::Result;
use server::ids::ConversationId;
use server::values;

use crate::world::World;

fn holds(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let seq = "select seq from conversation where id = $1 /* locked */";
    tx.row(seq, values![&id], |row| row.number(0)).map(|_| ())
}

#[tokio::test]
async fn a_node_that_falls_silent_within_a_unit_lets_go_before_others_give_up() {
    let world = World::new();
    let other = world.another_node();
    let id = world.visitor("Hello?").await.id;
    let (tell, told) = mpsc::channel();
    let (mend, mended) = mpsc::channel::<()>();
    let (told, mended) = (Mutex::new(told), Mutex::new(mended));
    let app = world.app.clone();
    let silent = tokio::spawn(async move {
        app.db
            .write(move |tx| {
                holds(tx, id)?;
                let _ = tell.send(());
                // Nothing is heard of it until it is mended.
                let _ = mended.lock().expect("no panic").recv();
                Ok(())
            })
            .await
    });
    tokio::task::spawn_blocking(move || told.lock().expect("no panic").recv())
        .await
        .expect("it waits")
        .expect("the row is held");
    other.db.write(move |tx| holds(tx, id)).await.expect("the row is free in time");
    drop(mend);
    let _ = silent.await.expect("it ends");
    other.db.close().await;
    world.ends().await;
}
