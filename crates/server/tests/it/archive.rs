//! Every ending delivers; only a receipt lets the key go.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use server::conversation::{accept, close, store};
use server::db::Tx;
use server::error::Error;
use server::ids::ConversationId;
use server::workers;

use crate::canary::holding;
use crate::world::{Visitor, World, says};

const MINUTE: Duration = Duration::from_secs(60);

async fn closed_conversation(world: &World) -> Visitor {
    let asked = world.visitor("Can I pay by card?").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    asked.says(world, "It is 4111 1111 1111 1111, zambrellafield").await.unwrap();
    says(world, &ana, asked.id, "Thank you").await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    asked
}

async fn waits(world: &World, time: Duration) {
    world.app.clock.advance(time);
    workers::run_all_due(&world.app).await.expect("the jobs run");
}

async fn is_there(world: &World, id: ConversationId) -> bool {
    let read = world.app.db.read(move |tx| store::load(tx, id)).await;
    read.expect("reads").is_some()
}

fn transcript(world: &World, reference: &str) -> Option<String> {
    let name: PathBuf =
        ["2026", "11", reference, &format!("{reference}-part0.json")].iter().collect();
    fs::read_to_string(world.archive().join(name)).ok()
}

#[tokio::test]
async fn a_closed_conversation_is_delivered_and_then_shredded() {
    let world = World::new();
    let asked = closed_conversation(&world).await;
    waits(&world, MINUTE).await;
    assert_eq!(transcript(&world, &asked.reference), None, "the survey window is open");
    waits(&world, MINUTE).await;
    let delivered = transcript(&world, &asked.reference).expect("it has landed");
    assert!(delivered.contains("XXXX XXXX XXXX"), "{delivered}");
    assert!(!delivered.contains("4111 1111"), "{delivered}");
    assert!(delivered.contains("Thank you"));
    assert!(is_there(&world, asked.id).await, "the grace time runs");
    waits(&world, 60 * MINUTE).await;
    assert!(!is_there(&world, asked.id).await);
    let late = asked.says(&world, "Too late").await;
    assert!(matches!(late, Err(Error::NotFound)));
    let rows = |tx: &mut Tx<'_>| tx.count("select count(*) from event", &[]);
    assert_eq!(world.app.db.read(rows).await.unwrap(), 0);
    assert_eq!(holding(&world.data(), "zambrellafield"), Vec::<PathBuf>::new());
    let found = holding(&world.archive(), "zambrellafield");
    assert_eq!(found.len(), 2, "the transcript and its page hold the words: {found:?}");
    world.ends().await;
}

#[tokio::test]
async fn a_destination_that_is_away_delays_the_transcript_and_keeps_the_key() {
    let world = World::new();
    let asked = closed_conversation(&world).await;
    let away = world.archive().with_extension("away");
    fs::rename(world.archive(), &away).unwrap();
    for _ in 0..5 {
        waits(&world, 60 * MINUTE).await;
        assert!(is_there(&world, asked.id).await, "no key goes before a receipt");
    }
    fs::rename(&away, world.archive()).unwrap();
    waits(&world, 60 * MINUTE).await;
    assert!(transcript(&world, &asked.reference).is_some());
    waits(&world, 60 * MINUTE).await;
    assert!(!is_there(&world, asked.id).await);
    world.ends().await;
}

#[tokio::test]
async fn what_was_delivered_verifies_and_a_changed_byte_is_named() {
    use server::cli::transcript::{Answer, Command, Verify, run};
    let world = World::new();
    let asked = closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    let verify = || async {
        let command = Command::Verify(Verify::of_folder(world.archive()));
        let mut printed = Vec::new();
        let answer = run(&command, &mut printed).await.expect("it runs");
        (matches!(answer, Answer::Yes), String::from_utf8(printed).unwrap())
    };
    let (is_good, printed) = verify().await;
    assert!(is_good, "{printed}");
    let page = find(&world.archive(), &format!("{}-part0.html", asked.reference));
    let changed = fs::read_to_string(&page).unwrap().replace("Thank you", "Thank  me");
    fs::set_permissions(&page, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&page, changed).unwrap();
    let (is_good, printed) = verify().await;
    assert!(!is_good);
    assert!(printed.contains("part0.html"), "{printed}");
    world.ends().await;
}

fn find(folder: &Path, name: &str) -> PathBuf {
    let month = folder.join("2026/11");
    let reference = name.split("-part").next().expect("a reference");
    month.join(reference).join(name)
}
