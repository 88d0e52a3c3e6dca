//! Jobs beside each other.

use std::sync::mpsc;
use std::time::Duration;

use protocol::event::Body;
use server::bus::Topic;
use server::conversation::accept;
use server::jobs::Lane;
use server::workers;
use tokio_util::sync::CancellationToken;

use crate::delivery::{MINUTE, closed_conversation, names, times};
use crate::world::World;

/// Long enough for any machine, short enough to be told.
const PATIENCE: Duration = Duration::from_secs(20);

/// A runtime on which file calls hang until they are let go: it has one thread for
/// them, and that one waits.
pub fn hanging(scene: impl AsyncFnOnce(mpsc::Sender<()>)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let (let_go, waits) = mpsc::channel::<()>();
        let held = tokio::task::spawn_blocking(move || waits.recv());
        scene(let_go).await;
        held.await.unwrap().expect("it was let go");
    });
}

#[test]
fn destinations_that_hang_keep_no_warning_waiting() {
    for deliveries in [2, 6] {
        hanging(async |let_go| warns_beside(deliveries, let_go).await);
    }
}

async fn warns_beside(deliveries: u32, let_go: mpsc::Sender<()>) {
    let (world, stays) = (World::new(), CancellationToken::new());
    for _ in 0..deliveries {
        closed_conversation(&world).await;
    }
    let silent = world.visitor("I will say nothing").await;
    accept(&world.app, &world.agent("Ana"), silent.id).await.unwrap();
    let mut heard = world.app.bus.mailbox();
    heard.listen(Topic::Conversation(silent.id));
    world.app.clock.advance(10 * MINUTE);
    let runs = workers::run_due(&world.app, Lane::Archive, &stays);
    let meanwhile = async {
        assert_eq!(workers::run_due(&world.app, Lane::Talk, &stays).await.unwrap(), 1);
        tokio::time::timeout(PATIENCE, heard.next()).await.expect("the warning comes");
        assert!(matches!(world.thread(silent.id).await.last(), Some(Body::Warned { .. })));
        assert!(names(&world.archive()).is_empty(), "every delivery hangs");
        // What becomes due while they hang is done as well, and no claim runs out.
        world.app.clock.advance(10 * MINUTE);
        assert_eq!(workers::run_due(&world.app, Lane::Talk, &stays).await.unwrap(), 1);
        tokio::time::timeout(PATIENCE, heard.next()).await.expect("the ending comes");
        let_go.send(()).unwrap();
    };
    let (ran, ()) = tokio::join!(runs, meanwhile);
    assert_eq!(ran.unwrap(), deliveries, "each delivery once");
    assert_eq!(names(&world.archive()).len(), 3 * deliveries as usize);
    assert_eq!(times(&world, "transcript.delivered").await, i64::from(deliveries));
    world.ends().await;
}
