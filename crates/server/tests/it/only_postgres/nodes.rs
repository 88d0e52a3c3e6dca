//! Two nodes on the same rows: what one does the other shows, and of two that do the
//! same the row decides.

use std::collections::HashSet;
use std::time::Duration;

use engines::{Gate, Nats, Postgres};
use futures_util::future::join_all;
use protocol::http::Role;
use sensitive::Sensitive;
use serde_json::json;
use server::app::App;
use server::config::SecretUrl;
use server::conversation::access::Agent;
use server::conversation::{
    Poster, Who, accept, assign, came, post_message, renew_lease, transfer, went,
};
use server::error::Error;
use server::identity::account::{self, New};
use server::ids::{AccountId, ConnectionId};
use server::{audit, jobs, retention, values, workers};

use super::servers::{Wire, place};
use crate::delivery::{closed_conversation, names, times};
use crate::engine;
use crate::served::{Served, Socket, post_message as says, text};
use crate::world::{Visitor, World, fresh_client_id, visitor};

/// Delivery waits for it.
const SURVEY: Duration = Duration::from_secs(10 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn two() -> (Served, Served) {
    let here = Served::new().await;
    let there = here.another(|_| {}).await;
    (here, there)
}

/// The conversation that a console has waiting.
async fn waiting(console: &mut Socket) -> String {
    let rows = console
        .find(|f| f["frame"] == "rows" && f["changed"].as_array().is_some_and(|r| !r.is_empty()))
        .await;
    text(&rows["changed"][0]["conversation"])
}

/// A visitor on one node in conversation with an agent on another.
async fn in_talk(here: &Served, there: &Served) -> (Socket, Socket, String) {
    let ana = there.staff("Ana", Role::Agent).await;
    let mut console = there.console(&ana).await;
    let (token, _) = here.starts("Hello?").await;
    let (visitor, _) = here.visitor(&token, 0).await;
    let id = waiting(&mut console).await;
    let done = console.asks(1, json!({"accept": {"conversation": id}})).await;
    assert_eq!(done["frame"], "done", "{done}");
    console.asks(2, json!({"open": {"conversation": id, "after": 0}})).await;
    (visitor, console, id)
}

#[tokio::test]
async fn a_message_typing_presence_and_an_amended_value_cross_nodes() {
    let (here, there) = two().await;
    let (mut visitor, mut console, id) = in_talk(&here, &there).await;
    visitor.find(|f| f["frame"] == "view" && f["view"]["state"] == "active").await;
    visitor.asks(1, says("Good morning")).await;
    console.message("Good morning").await;
    let said = json!({"conversation": id, "client_id": "client-00000001", "text": "And to you"});
    console.asks(3, json!({"post_message": said})).await;
    visitor.message("And to you").await;
    visitor.asks(2, json!({"typing": {"on": true}})).await;
    console.next("typing").await;
    console.asks(4, json!({"typing": {"conversation": id, "on": true}})).await;
    visitor.next("typing").await;
    visitor.asks(3, says("My card is 4111 1111")).await;
    console.message("My card is 4111 1111").await;
    visitor.asks(4, says("1111 1111")).await;
    let is_amended = |event: &serde_json::Value| {
        event["body"]["kind"] == "amended" && !text(&event["body"]["text"]).contains("4111")
    };
    console
        .find(|f| f["events"].as_array().is_some_and(|events| events.iter().any(is_amended)))
        .await;
    drop(visitor);
    let is_gone = |row: &serde_json::Value| row["visitor_present"] == false;
    console.find(|f| f["changed"].as_array().is_some_and(|rows| rows.iter().any(is_gone))).await;
    there.ends().await;
    here.ends().await;
}

#[tokio::test]
async fn settings_that_were_changed_on_one_node_are_taken_up_on_the_other() {
    let (here, there) = two().await;
    let root = here.staff("Root", Role::Administrator).await;
    let path = "/api/settings/site";
    let call = |method, body| crate::served::Call {
        method,
        path,
        cookie: &root,
        body,
        ..Default::default()
    };
    let site = here.call(call("GET", None)).await.body;
    let mut value = site["value"].clone();
    value["name"] = json!("Another name");
    let change = Some(json!({"version": site["version"], "value": value}));
    assert_eq!(here.call(call("PUT", change.clone())).await.status, 200);
    let stale = there.call(call("PUT", change)).await;
    assert_eq!(stale.status, 409, "the version decides, not the node: {}", stale.body);
    while there.app.sections().site.name != "Another name" {
        tokio::task::yield_now().await;
    }
    there.ends().await;
    here.ends().await;
}

async fn agent(app: &App, name: &str, capacity: u32) -> Agent {
    let new = New {
        name: name.to_owned(),
        display_name: name.to_owned(),
        role: Role::Agent,
        departments: vec!["front-desk".to_owned()],
        capacity,
        password: Sensitive::new(crate::served::PASSWORD.to_owned()),
    };
    let id: AccountId = account::add(app, new).await.expect("an account");
    let (name, departments) = (name.to_owned(), vec!["front-desk".to_owned()]);
    Agent { id, name, is_supervisor: false, departments }
}

#[tokio::test]
async fn of_two_who_accept_or_hand_on_at_once_the_row_decides() {
    let world = World::new();
    let other = world.another_node();
    let (ana, ben) = (agent(&world.app, "Ana", 100).await, agent(&other, "Ben", 100).await);
    for _ in 0..12 {
        let asked = world.visitor("Hello").await;
        let both = tokio::join!(accept(&world.app, &ana, asked.id), accept(&other, &ben, asked.id));
        let (held, faster) = match both {
            (Ok(held), Err(Error::AcceptedBy(faster)))
            | (Err(Error::AcceptedBy(faster)), Ok(held)) => (held, faster),
            other => panic!("{other:?}"),
        };
        let holder = held.agent.expect("somebody has it");
        assert_eq!(holder.name, faster);
        let (from, to) = if holder.id == ana.id { (&ana, &ben) } else { (&ben, &ana) };
        let both = tokio::join!(
            transfer(&world.app, from, asked.id, "front-desk", Some(to)),
            transfer(&other, from, asked.id, "night", None)
        );
        let went = [both.0.is_ok(), both.1.is_ok()].into_iter().filter(|went| *went).count();
        assert_eq!(went, 1, "{both:?}");
    }
    other.db.close().await;
    world.ends().await;
}

#[tokio::test]
async fn an_agent_with_room_for_one_gets_one_however_many_nodes_there_are() {
    let world = World::new();
    let other = world.another_node();
    for round in 0..8 {
        let ana = agent(&world.app, &format!("Ana{round}"), 1).await;
        let (one, two) = (world.visitor("One").await, world.visitor("Two").await);
        let both = tokio::join!(accept(&world.app, &ana, one.id), accept(&other, &ana, two.id));
        let got = [both.0.is_ok(), both.1.is_ok()].into_iter().filter(|got| *got).count();
        assert_eq!(got, 1, "{both:?}");
        let ben = agent(&world.app, &format!("Ben{round}"), 100).await;
        let offered = assign(&other, &ben, world.visitor("Three").await.id, &ana).await;
        assert!(matches!(offered, Err(Error::AtCapacity)));
    }
    other.db.close().await;
    world.ends().await;
}

async fn posts(app: &App, asked: &Visitor, client_id: &str, words: &str) -> u64 {
    let poster = Poster::Visitor { token_hash: asked.token.hash() };
    let words = Sensitive::new(words.to_owned());
    post_message(app, poster, asked.id, client_id.to_owned(), words).await.expect("posts").shown
}

#[tokio::test]
async fn numbers_have_no_hole_and_no_double_and_a_resend_elsewhere_is_the_same_message() {
    let world = World::new();
    let other = world.another_node();
    let asked = world.visitor("Hello").await;
    let all = (0..120).map(|number| {
        let (app, asked) = (if number % 2 == 0 { &world.app } else { &other }, &asked);
        async move { posts(app, asked, &fresh_client_id(), &format!("word {number}")).await }
    });
    let mut shown = join_all(all).await;
    shown.sort_unstable();
    assert_eq!(shown, (2..=121).collect::<Vec<u64>>());
    for round in 0..10 {
        let (id, words) = (format!("client-{round:04}"), "the same");
        let (here, there) =
            tokio::join!(posts(&world.app, &asked, &id, words), posts(&other, &asked, &id, words));
        assert_eq!(here, there);
        let id = fresh_client_id();
        let (here, there) = tokio::join!(
            visitor(world.app.clone(), "front-desk", &id, "Twice"),
            visitor(other.clone(), "front-desk", &id, "Twice")
        );
        assert_eq!(here.expect("starts").reference, there.expect("starts").reference);
    }
    assert_eq!(world.texts(asked.id).await.len(), 130);
    other.db.close().await;
    world.ends().await;
}

#[tokio::test]
async fn due_jobs_are_done_once_by_whichever_node_comes_first() {
    let world = World::new();
    let other = world.another_node();
    for _ in 0..10 {
        closed_conversation(&world).await;
    }
    world.app.clock.advance(SURVEY);
    let (here, there) =
        tokio::join!(workers::run_all_due(&world.app), workers::run_all_due(&other));
    let done = here.expect("runs") + there.expect("runs");
    assert_eq!(done, 10, "each delivery once");
    assert_eq!(times(&world, "transcript.delivered").await, 10);
    assert_eq!(names(&world.archive()).len(), 30);
    other.db.close().await;
    world.ends().await;
}

#[tokio::test]
async fn what_a_dead_node_had_begun_and_who_was_connected_to_it_is_taken_over() {
    let world = World::new();
    let dead = world.another_node();
    closed_conversation(&world).await;
    world.app.clock.advance(SURVEY);
    let now = world.app.clock.now();
    let claimed = dead.db.write(move |tx| jobs::claim(tx, jobs::Lane::Archive, now)).await;
    assert!(claimed.expect("claims").is_some());
    let asked = world.visitor("Hello").await;
    renew_lease(&dead).await.expect("it lives");
    renew_lease(&world.app).await.expect("it lives");
    came(&dead, ConnectionId::fresh(), Who::Visitor(asked.id)).await.expect("comes");
    dead.db.close().await;
    assert_eq!(workers::run_all_due(&world.app).await.expect("runs"), 0, "a claim is kept");
    world.app.clock.advance(Duration::from_secs(61));
    renew_lease(&world.app).await.expect("it lives");
    assert!(workers::run_all_due(&world.app).await.expect("runs") >= 1);
    assert_eq!(times(&world, "transcript.delivered").await, 1);
    let absent = world
        .app
        .db
        .read(|tx| tx.count("select count(*) from job where kind = 'visitor_gone'", values![]));
    assert_eq!(absent.await.expect("reads"), 1, "the visitor has the usual time to come back");
    world.ends().await;
}

#[tokio::test]
async fn two_connections_of_one_person_that_go_at_once_on_two_nodes_are_seen_to_go() {
    let world = World::new();
    let other = world.another_node();
    for _ in 0..10 {
        let asked = world.visitor("Hello").await;
        let (who, one, two) =
            (Who::Visitor(asked.id), ConnectionId::fresh(), ConnectionId::fresh());
        came(&world.app, one, who).await.expect("comes");
        came(&other, two, who).await.expect("comes");
        let both = tokio::join!(went(&world.app, one, who), went(&other, two, who));
        assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
        let id = asked.id;
        let absent = world.app.db.read(move |tx| {
            let sql = "select count(*) from job where kind = 'visitor_gone' and subject = $1";
            tx.count(sql, values![&id])
        });
        assert_eq!(absent.await.expect("reads"), 1);
    }
    other.db.close().await;
    world.ends().await;
}

#[tokio::test]
async fn the_audit_chain_is_sealed_by_one_node_and_taken_over_when_it_dies() {
    let world = World::new();
    let other = world.another_node();
    for _ in 0..5 {
        world.visitor("Hello").await;
        let (here, there) = tokio::join!(audit::seal_new(&world.app), audit::seal_new(&other));
        assert!(here.is_ok() && there.is_ok());
        world.visitor("Hello again").await;
        audit::seal_new(&other).await.expect("seals");
        audit::seal_new(&world.app).await.expect("seals");
    }
    let unsealed = |tx: &mut server::db::Tx<'_>| {
        tx.count("select count(*) from audit where seq is null", values![])
    };
    assert_eq!(world.app.db.read(unsealed).await.expect("reads"), 0);
    let holders = "select count(*) from lease where name = 'audit'";
    assert_eq!(other.db.read(move |tx| tx.count(holders, values![])).await.expect("reads"), 1);
    world.visitor("Who seals this?").await;
    let lease = world.app.db.read(|tx| {
        tx.row("select node from lease where name = 'audit'", values![], |row| row.blob(0))
    });
    let is_ours = lease.await.expect("reads").expect("a lease") == world.app.node.as_bytes();
    let survivor = if is_ours { &other } else { &world.app };
    audit::seal_new(survivor).await.expect("it looks");
    assert_eq!(survivor.db.read(unsealed).await.expect("reads"), 1, "the holder may still live");
    world.app.clock.advance(Duration::from_secs(11));
    audit::seal_new(survivor).await.expect("seals");
    assert_eq!(survivor.db.read(unsealed).await.expect("reads"), 0);
    other.db.close().await;
    world.ends().await;
}

#[tokio::test]
async fn no_start_on_one_node_relies_on_a_key_that_another_retires() {
    let world = World::new();
    let other = world.another_node();
    for _ in 0..5 {
        // The clock of one node may be a little behind that of the other: its day is over there.
        world.app.clock.advance(DAY);
        let starting = join_all((0..8).map(|_| {
            visitor(
                world.app.clone(),
                "front-desk",
                Box::leak(fresh_client_id().into_boxed_str()),
                "Hello",
            )
        }));
        let today = world.app.clock.now().day();
        let retiring = async {
            // Tomorrow's node: everything of today is retired.
            let moved = server::clock::Clock::moved(world.app.clock.now().plus_seconds(86_400));
            let mut ahead = other.clone();
            ahead.clock = moved;
            retention::hard_shred(&ahead).await
        };
        let (started, retired) = tokio::join!(starting, retiring);
        retired.expect("retires");
        for one in started {
            match one {
                Ok(started) => assert!(!world.thread(started.id).await.is_empty(), "{today}"),
                Err(Error::Later { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    other.db.close().await;
    world.ends().await;
}

#[tokio::test]
async fn a_bus_that_dies_costs_a_delay_and_no_message() {
    let folder = place();
    let mut bus = Nats::start(folder.path(), "").expect("it starts");
    let url = SecretUrl::new(&bus.url());
    let here = Served::with(|config| config.bus_url = Some(url.clone())).await;
    let there = here.another(|config| config.bus_url = Some(url)).await;
    let (mut visitor, mut console, id) = in_talk(&here, &there).await;
    bus.kill().expect("it dies");
    let sent = visitor.asks(1, says("Is anybody there?")).await;
    assert_eq!(sent["frame"], "done", "{sent}");
    console.message("Is anybody there?").await;
    bus.run().expect("it comes back");
    for number in 0..3 {
        let words = format!("Back {number}");
        let client_id = fresh_client_id();
        let said = json!({"conversation": id, "client_id": client_id, "text": words});
        assert_eq!(console.asks(9, json!({"post_message": said})).await["frame"], "done");
        visitor.message(&words).await;
    }
    there.ends().await;
    here.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_starts_again_costs_a_delay_and_no_message() {
    let folder = place();
    let mut server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let url = SecretUrl::new(&Postgres::url([server.address()], "postgres"));
    let here = Served::with(|config| config.database_url = Some(url.clone())).await;
    let (mut token, _) = here.starts("Hello?").await;
    let (mut visitor, _) = here.visitor(&token, 0).await;
    for round in 0..3 {
        assert_eq!(visitor.asks(1, says(&format!("before {round}"))).await["frame"], "done");
        server.stop().expect("it stops");
        let words = says(&format!("meanwhile {round}"));
        let (sent, ()) = tokio::join!(visitor.tries(2, words.clone()), async {
            tokio::task::block_in_place(|| server.run()).expect("it comes back");
        });
        // Whoever was told to come again does, with the same words.
        if !sent {
            let (again, welcome) = here.visitor(&token, 0).await;
            (visitor, token) = (again, text(&welcome["token"]));
            assert_eq!(visitor.asks(3, words).await["frame"], "done");
        }
    }
    here.ends().await;
}

/// Two messages under way at once, as a client sends them again.
const TWO: [(u32, &str, &str); 2] =
    [(1, "client-id-00000001", "First"), (2, "client-id-00000002", "Second")];

pub async fn sends_two(visitor: &mut Socket) {
    for (id, client_id, text) in TWO {
        let verb = json!({"post_message": {"client_id": client_id, "text": text}});
        visitor.send(&json!({"id": id, "verb": verb})).await;
    }
}

/// It is told to come again, and not that one of the two may come again alone.
pub async fn is_sent_away(visitor: &mut Socket) {
    let told = visitor.find(|frame| frame["frame"] == "bye" || frame["id"].is_u64()).await;
    assert_eq!((&told["frame"], &told["problem"]["code"]), (&json!("bye"), &json!("later")));
}

pub async fn says_both_in_order(mut visitor: Socket) {
    sends_two(&mut visitor).await;
    let first = visitor.find(|frame| frame["id"] == 1).await;
    let second = visitor.find(|frame| frame["id"] == 2).await;
    assert!(first["number"].as_u64().expect("stored") < second["number"].as_u64().expect("stored"));
}

pub async fn readiness(node: &Served) -> u16 {
    node.call(crate::served::Call { path: "/readyz", ..Default::default() }).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn who_posts_where_nothing_can_be_stored_comes_again_in_order() {
    let wire = Wire::to(engine::SHARED.postgres.address()).await;
    let url = SecretUrl::new(&engine::fresh_schema(wire.address));
    let here = Served::with(|config| config.database_url = Some(url)).await;
    let (token, _) = here.starts("Hello?").await;
    let (mut visitor, _) = here.visitor(&token, 0).await;
    wire.is_cut();
    sends_two(&mut visitor).await;
    is_sent_away(&mut visitor).await;
    assert_eq!(readiness(&here).await, 503);
    wire.is_mended();
    says_both_in_order(here.visitor(&token, 0).await.0).await;
    here.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_a_node_whose_database_is_silent_goes_on_at_another() {
    let server = engine::SHARED.postgres.address();
    let gate = Gate::before(server).expect("a gate");
    let direct = engine::fresh_schema(server);
    let through = direct.replace(&server.to_string(), &gate.address().to_string());
    let here = Served::with(|config| config.database_url = Some(SecretUrl::new(&through))).await;
    let there = here.another(|config| config.database_url = Some(SecretUrl::new(&direct))).await;
    let (token, _) = here.starts("Hello?").await;
    let (mut visitor, _) = here.visitor(&token, 0).await;
    gate.fall_silent();
    sends_two(&mut visitor).await;
    is_sent_away(&mut visitor).await;
    assert_eq!((readiness(&here).await, readiness(&there).await), (503, 200));
    says_both_in_order(there.visitor(&token, 0).await.0).await;
    gate.open();
    there.ends().await;
    here.ends().await;
}

#[tokio::test]
async fn a_node_that_cannot_read_the_days_key_answers_later_and_is_not_ready() {
    let (here, there) = two().await;
    let (token, _) = here.starts("Hello?").await;
    let keys = here.keys();
    let away = keys.with_extension("away");
    std::fs::rename(&keys, &away).expect("ours");
    let call = || crate::served::Call { path: "/readyz", ..Default::default() };
    assert_eq!(there.call(call()).await.status, 503);
    let started =
        there.post(crate::served::WIDGET, "/api/visitor/start", "", crate::served::start("x"));
    let started = started.await;
    assert_eq!(started.status, 503, "{}", started.body);
    std::fs::rename(&away, &keys).expect("ours");
    assert_eq!(there.call(call()).await.status, 200);
    let (_, welcome) = there.visitor(&token, 0).await;
    assert_eq!(welcome["view"]["state"], "waiting");
    let unique: HashSet<_> = [here.app.node, there.app.node].into_iter().collect();
    assert_eq!(unique.len(), 2);
    there.ends().await;
    here.ends().await;
}
