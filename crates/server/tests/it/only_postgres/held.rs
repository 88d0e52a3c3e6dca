//! What a node holds in the database while it is at work or cut off.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use server::app::App;
use server::db::Tx;
use server::error::Result;
use server::ids::ConversationId;
use server::values;
use tokio::task::JoinHandle;

use crate::world::World;

/// Rows that a unit holds, alive and at work, until it is told.
pub struct Held {
    let_go: mpsc::Sender<()>,
    unit: JoinHandle<Result<()>>,
}

impl Held {
    /// Returns once they are held.
    pub async fn by(app: &App, holds: impl Fn(&mut Tx<'_>) -> Result<()> + Send + 'static) -> Self {
        let (tell, told) = mpsc::channel();
        let (let_go, waits) = mpsc::channel::<()>();
        let (app, waits) = (app.clone(), Mutex::new(waits));
        let unit = tokio::spawn(async move {
            let held = app.db.write(move |tx| {
                holds(tx)?;
                let _ = tell.send(());
                let waits = waits.lock().expect("no panic");
                while waits.recv_timeout(Duration::from_millis(1))
                    == Err(mpsc::RecvTimeoutError::Timeout)
                {
                    tx.count("select count(*) from node", values![])?;
                }
                Ok(())
            });
            held.await
        });
        let is_held = tokio::task::spawn_blocking(move || told.recv());
        is_held.await.expect("it waits").expect("they are held");
        Self { let_go, unit }
    }

    pub async fn lets_go(self) {
        drop(self.let_go);
        self.unit.await.expect("no panic").expect("nothing is wrong with it");
    }
}

/// A conversation's row.
pub fn holds(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
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
