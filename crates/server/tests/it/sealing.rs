//! Transcripts sealed to the clinic's keys: nothing that this server has opens them.

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use clap::Parser;
use destinations::{Config as To, Identities, folder};
use protocol::destination::{OfferReader, ProveReader, Terms};
use sensitive::Sensitive;
use server::archive::{backlog, readers, reading};
use server::cli::transcript::{Answer, Command, run};
use server::config::destination::NamedDestination;
use server::config::sections::Sections;
use server::error::Error;

use crate::canary::holding;
use crate::delivery::{
    HOUR, MINUTE, closed_conversation, files, find, names, pending, verifies, waits,
};
use crate::world::World;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

fn seals(world: &World) {
    let to = To::Folder(folder::Config { path: world.archive(), must_hold: None });
    let terms = Terms { is_sealed: true, formats: vec!["pdf".to_owned()], ..Terms::default() };
    let sealed = NamedDestination { terms, ..NamedDestination::new("sealed", to) };
    let sections = Sections { destinations: vec![sealed], ..(*world.app.sections()).clone() };
    world.app.set_sections(sections).unwrap();
}

async fn proves(world: &World, identity: &Identity) {
    let public_key = identity.to_public().to_string();
    let offered = OfferReader { public_key: public_key.clone(), label: "Records".to_owned() };
    let challenge = readers::offer(&world.app, None, offered).await.unwrap();
    let keys = Identities::read(identity.to_string().expose_secret()).unwrap();
    let opened = keys.open(challenge.document.as_bytes()).unwrap();
    let code = std::str::from_utf8(&opened).unwrap().lines().last().unwrap().to_owned();
    let prove = |code: String| {
        let given = ProveReader { public_key: public_key.clone(), code: Sensitive::new(code) };
        readers::prove(&world.app, None, given)
    };
    let guessed = prove("K7QX-4MPD-K7QX-4MPD-K7QX-4MPD".to_owned()).await;
    assert!(matches!(guessed, Err(Error::Refused { code: "code_wrong", .. })));
    prove(code.clone()).await.unwrap();
    assert!(prove(code).await.is_err(), "a code is good once");
}

#[tokio::test]
async fn a_sealed_destination_gets_nothing_before_two_keys_are_proved() {
    let world = World::new();
    seals(&world);
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    let (one, two) = (Identity::generate(), Identity::generate());
    proves(&world, &one).await;
    waits(&world, 15 * MINUTE).await;
    assert!(names(&world.archive()).is_empty(), "nothing left in the clear");
    assert_eq!(pending(&world).await[0].last_error.as_deref(), Some("not_sealed_yet"));
    let told = backlog::backlogs(&world.app).await.unwrap().remove(0).mend;
    assert!(told.unwrap().starts_with("There are not two proved keys"), "it is told what to do");
    proves(&world, &two).await;
    for _ in 0..3 {
        waits(&world, 15 * MINUTE).await;
    }
    let there = names(&world.archive());
    assert_eq!(there.len(), 3, "{there:?}");
    assert!(there.iter().all(|it| it.ends_with(".json.age")
        || it.ends_with(".pdf.age")
        || it.ends_with(".manifest.json")));
    let listed = backlog::deliveries(&world.app).await.unwrap().delivered;
    assert!(matches!(&listed[..], [one] if one.object.ends_with(".json.age")), "{listed:?}");
    verifies(world.archive()).await;
    for (name, bytes) in files(&world.archive()) {
        assert!(!String::from_utf8_lossy(&bytes).contains("pay by card"), "{name}");
    }
    for identity in [&one, &two] {
        assert!(opened_by(&world, identity).await.contains("pay by card"));
    }
    waits(&world, 2 * HOUR).await;
    // Whoever has all that this server has: no private key is among it.
    for identity in [&one, &two] {
        assert!(holding(world.whole(), identity.to_string().expose_secret()).is_empty());
    }
    assert_eq!(reading::within_reach(&world.app).await.unwrap(), 0);
    let kept = readers::remove(&world.app, None, one.to_public().to_string()).await;
    assert!(matches!(kept, Err(Error::Refused { code: "reader_needed", .. })));
    world.ends().await;
}

async fn opened_by(world: &World, identity: &Identity) -> String {
    let key = world.whole().join("identity.txt");
    std::fs::write(&key, identity.to_string().expose_secret()).unwrap();
    let sealed = find(&world.archive(), ".json.age");
    let (key_path, sealed) = (key.display().to_string(), sealed.display().to_string());
    let line = Line::parse_from(["transcript", "open", "--identity", &key_path, &sealed]);
    let mut out = Vec::new();
    assert_eq!(run(&line.command, &mut out).await.unwrap(), Answer::Yes);
    std::fs::remove_file(key).unwrap();
    String::from_utf8(out).unwrap()
}
