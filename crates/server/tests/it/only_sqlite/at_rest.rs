//! A whole conversation, searched for while it lasts, after it was delivered and
//! after its key is gone; and the search, seen to fail in each channel.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::HEXLOWER;
use rusqlite::Connection;
use sensitive::Sensitive;
use server::app::App;
use server::config::destination::NamedDestination;
use server::conversation::access::Agent;
use server::conversation::{Started, accept, close, note, rate, start};
use server::db::Location;
use server::ids::ConversationId;
use server::keys::{Install, Keys};
use server::{retention, workers};

use crate::canary::{Channels, holding, opened_by_what_is_left};
use crate::delivery::{HOUR, MINUTE, waits};
use crate::network::places;
use crate::to_the_end::{Wrapped, to_the_hard_shred};
use crate::world::{Visitor, World, form, fresh_client_id, says};

/// One for each field that somebody can type into. No rule masks them.
const TOKENS: [&str; 7] = [
    "quillonborough",
    "vexmarrowfield",
    "zambrellastone",
    "torvinwicketry",
    "brindlefoxhame",
    "oskelpanthorne",
    "fennimarrowick",
];

/// A client names what it sends, and may name it so. No archive holds that.
const NAMED: &str = "harroldspinnet";

/// Every field is typed into, most of them often.
async fn types_into_every_field(world: &World) -> (Visitor, Agent) {
    let [question, page, message, reply, noted, name, _] = TOKENS;
    let answers = [
        ("question", format!("{question} asks")),
        ("page", format!("https://clinic.example/{page}")),
        ("name", name.to_owned()),
    ];
    let answers = answers.each_ref().map(|(field, text)| (*field, text.as_str()));
    let form = form("front-desk", &fresh_client_id(), &answers);
    let Started { token, reference, id } = start(&world.app, form).await.unwrap();
    let asked = Visitor { id, reference, token };
    let ana = world.agent("Ana");
    accept(&world.app, &ana, id).await.unwrap();
    for n in 0..20 {
        let text = format!("{message} says this {n}");
        asked.sends(world, &format!("{NAMED}-{n}"), &text).await.unwrap();
        says(world, &ana, id, &format!("{reply} replies")).await.unwrap();
    }
    let text = Sensitive::new(format!("{noted} is noted"));
    note(&world.app, &ana, id, fresh_client_id(), text).await.unwrap();
    (asked, ana)
}

async fn rates(world: &World, asked: &Visitor) {
    let comment = Some(Sensitive::new(format!("{} is my comment", TOKENS[6])));
    let token = asked.token.hash();
    rate(&world.app, token, asked.id, fresh_client_id(), 5, comment).await.unwrap();
}

#[tokio::test]
async fn what_was_typed_is_nowhere_but_in_the_archive() {
    let (channels, mut world) = (Channels::listen(), World::new());
    let nowhere = |world: &World, when: &str| {
        for token in TOKENS.into_iter().chain([NAMED]) {
            assert_eq!(channels.tell(&world.app, token), Vec::<String>::new(), "{token} {when}");
        }
    };
    let (asked, ana) = types_into_every_field(&world).await;
    nowhere(&world, "while it lasts");
    world.restart().await;
    nowhere(&world, "after a restart");
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    rates(&world, &asked).await;
    // A destination that is away: the rendered transcript waits, sealed.
    let away = world.archive().with_extension("away");
    fs::rename(world.archive(), &away).unwrap();
    waits(&world, 2 * MINUTE).await;
    nowhere(&world, "while a delivery waits");
    let copy = copied(&world.app, &world.whole().join("before"));
    fs::rename(&away, world.archive()).unwrap();
    waits(&world, 15 * MINUTE).await;
    nowhere(&world, "after it was delivered");
    for token in TOKENS {
        assert!(!holding(&world.archive(), token).is_empty(), "{token} is in the archive");
    }
    waits(&world, 2 * HOUR).await;
    world.app.clock.advance(Duration::from_secs(24 * 60 * 60));
    workers::run_all_due(&world.app).await.unwrap();
    retention::daily(&world.app).await.unwrap();
    nowhere(&world, "after the hard shred");
    assert_eq!(opened(&copy, &world.keys(), &asked), 0, "no key that is left opens the copy");
    world.ends().await;
}

#[tokio::test]
async fn with_a_place_of_every_kind_it_is_nowhere_but_there() {
    const TOKEN: &str = "wrendelholloway";
    let (channels, places) = (Channels::listen(), places().await);
    let app = &places.world.app;
    let secrets: Vec<String> = app
        .sections()
        .destinations
        .iter()
        .flat_map(NamedDestination::secrets)
        // A private key has lines; one in its middle is its own.
        .map(|(_, secret)| {
            secret.to_seal().lines().rev().nth(2).unwrap_or(secret.to_seal()).to_owned()
        })
        .collect();
    assert_eq!(secrets.len(), 5, "a folder has none");
    let nowhere = |when: &str| {
        for token in secrets.iter().map(String::as_str).chain([TOKEN]) {
            assert_eq!(channels.tell(app, token), Vec::<String>::new(), "{token} {when}");
        }
    };
    nowhere("before anybody says it");
    let backup = async |to: &Path| wrapped_keys(&copied(app, to));
    to_the_hard_shred(&places, TOKEN, nowhere, backup).await;
    drop(places.world.ends().await);
}

/// The database's files as they are now, elsewhere.
fn copied(app: &App, to: &Path) -> PathBuf {
    fs::create_dir(to).unwrap();
    for file in ["sotto.db", "sotto.db-wal"] {
        fs::copy(app.config.data_dir.join(file), to.join(file)).unwrap();
    }
    to.join("sotto.db")
}

/// Sealed values of a copy that some key of a key directory opens, whatever it was
/// made for: conversation keys by epoch keys, records by what that gives.
fn opened(copy: &Path, keys: &Path, asked: &Visitor) -> usize {
    let root = Keys::root(keys, false).expect("a root key");
    Location::File(copy.to_owned())
        .look(|tx| Install::of(tx, &root))
        .expect("the copy is whole: its install key opens");
    let wrapped = wrapped_keys(copy);
    assert!(wrapped.iter().any(|(id, _)| *id == asked.id), "the copy holds the conversation");
    opened_by_what_is_left(keys, &wrapped)
}

fn wrapped_keys(copy: &Path) -> Wrapped {
    let connection = Connection::open(copy).unwrap();
    let mut statement = connection.prepare("select id, wrapped_key from conversation").unwrap();
    let read = |row: &rusqlite::Row<'_>| {
        let id = ConversationId::from_bytes(&row.get::<_, Vec<u8>>(0)?).expect("an id");
        Ok((id, row.get(1)?))
    };
    statement.query_map([], read).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn before_the_hard_shred_the_same_search_opens_the_copy() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    assert_eq!(opened(&copied(&world.app, &world.whole().join("copy")), &world.keys(), &asked), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_search_tells_each_channel_that_leaks() {
    let (channels, world) = (Channels::listen(), World::new());
    let tells = |token: &str| channels.tell(&world.app, token);
    assert!(tells("ombrelquist").is_empty());
    tracing::trace!(text = "ombrelquist", "a log line that quotes");
    assert_eq!(tells("ombrelquist"), ["log"]);
    metrics::counter!("sotto_planted", "said" => "thackerwillow").increment(1);
    assert_eq!(tells("thackerwillow"), ["metrics"]);
    let panicked = std::panic::catch_unwind(|| panic!("cannot read {}", "dunstablequay"));
    assert!(panicked.is_err());
    assert_eq!(tells("dunstablequay"), ["panic"]);
    let temporary = std::env::temp_dir().join(format!("sotto-planted-{}", fresh_client_id()));
    fs::write(&temporary, zstd::encode_all(&b"{\"text\":\"mirrowbank hall\"}"[..], 3).unwrap())
        .unwrap();
    let told = tells("mirrowbank");
    fs::remove_file(&temporary).unwrap();
    assert_eq!(told, ["temporary file"]);
    let planted = world.data().join("planted.log");
    fs::write(&planted, HEXLOWER.encode(b"glaspentoller")).unwrap();
    assert_eq!(tells("glaspentoller"), [planted.display().to_string()]);
    world.ends().await;
}

#[tokio::test]
async fn a_row_that_is_stored_in_the_clear_is_told() {
    let (channels, world) = (Channels::listen(), World::new());
    let planted = world.app.db.write(|tx| {
        tx.run("insert into section (name, version, value, changed_at) values ('x', 1, 'cobberlanefield', 0)", &[])
    });
    planted.await.unwrap();
    let told = channels.tell(&world.app, "cobberlanefield");
    assert!(told.iter().any(|place| place.ends_with("sotto.db-wal")), "{told:?}");
    world.ends().await;
}
