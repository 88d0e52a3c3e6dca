//! Destinations of any kind in an install: secrets that go in and never come out,
//! tests of the connection, and what PHI mode asks for.

use protocol::http::Role;
use serde_json::{Value, json};
use server::config::Config;

use crate::canary::holding;
use crate::served::{Answer, Call, Served};

const SECRET: &str = "vexmarrow-delivers-here";

async fn set(world: &Served, cookie: &str, section: &str, value: Value) -> Answer {
    let path = format!("/api/settings/{section}");
    let now = world.call(Call { path: &path, cookie, ..Call::default() }).await.body;
    let body = Some(json!({"version": now["version"], "value": value}));
    world.call(Call { method: "PUT", path: &path, cookie, body, ..Call::default() }).await
}

async fn tested(world: &Served, cookie: &str, name: Option<&str>, settings: Value) -> Answer {
    let body = Some(json!({"name": name, "settings": settings}));
    let path = "/api/destinations/test";
    world.call(Call { method: "POST", path, cookie, body, ..Call::default() }).await
}

fn folder(world: &Served) -> Value {
    json!({"name": "folder", "kind": "folder", "path": world.archive()})
}

fn sftp(host: &str) -> Value {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFvGPmK2Vw0iPrq0mTJv2mYuTm7UqUjAHoMZsW3rVlWk";
    json!({
        "name": "records", "kind": "sftp", "host": host, "user": "sotto", "folder": "transcripts",
        "host_key": key, "is_required": false, "is_paused": true,
    })
}

fn with(mut entry: Value, setting: &str, value: Value) -> Value {
    entry[setting] = value;
    entry
}

#[tokio::test]
async fn a_secret_goes_in_stays_and_never_comes_out() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let entry = with(sftp("sftp.example.org"), "password", json!(SECRET));
    let first = set(&world, &chief, "destinations", json!([folder(&world), entry])).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert!(!first.body.to_string().contains(SECRET));
    // Saved again without it, with another term: it stays.
    let renamed = with(sftp("sftp.example.org"), "is_sealed", json!(true));
    let again = set(&world, &chief, "destinations", json!([folder(&world), renamed])).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let path = "/api/destinations";
    let seen = world.call(Call { path, cookie: &chief, ..Call::default() }).await.body;
    assert!(!seen.to_string().contains(SECRET));
    let records = &seen["destinations"][1];
    assert_eq!(records["secrets"][0]["setting"], "password");
    assert_eq!(records["secrets"][0]["set_at"], world.app.clock.now().0);
    assert_eq!(records["settings"]["is_sealed"], true);
    let held = world.app.sections().destinations[1].secrets();
    assert_eq!(held["password"].to_seal(), SECRET);
    assert!(holding(&world.data(), SECRET).is_empty());
    // A restart finds it again; `null` removes it.
    server::site::reload(&world.app).await.unwrap();
    assert_eq!(world.app.sections().destinations[1].secrets()["password"].to_seal(), SECRET);
    let none =
        with(with(sftp("sftp.example.org"), "password", Value::Null), "private_key", json!("x"));
    let refused = set(&world, &chief, "destinations", json!([folder(&world), none])).await;
    assert_eq!(refused.body["field"], "destinations.records.private_key", "{}", refused.body);
    let count = "select count(*) from audit where action = $1";
    let sets =
        world.app.db.read(move |tx| tx.count(count, server::values!["destination.secret_set"]));
    assert_eq!(sets.await.unwrap(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_secret_is_not_sent_to_a_place_that_it_was_not_given_for() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let entry = with(sftp("sftp.example.org"), "password", json!(SECRET));
    assert_eq!(
        set(&world, &chief, "destinations", json!([folder(&world), entry])).await.status,
        200
    );
    for moved in [
        sftp("sftp.elsewhere.example"),
        with(sftp("sftp.example.org"), "folder", json!("other")),
        with(sftp("sftp.example.org"), "port", json!(2222)),
        with(sftp("sftp.example.org"), "host_key", Value::Null),
    ] {
        let saved =
            set(&world, &chief, "destinations", json!([folder(&world), moved.clone()])).await;
        let tried = tested(&world, &chief, Some("records"), moved).await;
        for refused in [saved, tried] {
            assert_eq!(refused.status, 422, "{}", refused.body);
            assert_eq!(refused.body["field"], "destinations.records.password");
            assert_eq!(refused.body["mend"], "secret_again");
        }
    }
    // Whoever changes the rows themselves gets no further.
    let moved =
        json!([folder(&world), with(sftp("sftp.elsewhere.example"), "password", json!(""))]);
    let moved = moved.to_string();
    let changed = world.app.db.write(move |tx| {
        tx.run(
            "update section set value = $1 where name = $2",
            server::values![moved.as_str(), "destinations"],
        )
    });
    changed.await.unwrap();
    server::site::reload(&world.app).await.unwrap();
    assert!(world.app.sections().destinations[1].secrets().is_empty());
    assert!(world.app.destinations()[1].to.is_err(), "it is shut, and the server runs on");
    world.ends().await;
}

#[tokio::test]
async fn a_test_of_the_connection_saves_nothing_and_names_setting_and_mend() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let good = tested(&world, &chief, None, folder(&world)).await;
    assert_eq!((good.status, &good.body["receipt_level"]), (200, &json!("read_back")));
    let steps = good.body["steps"].as_array().unwrap();
    let is_done = |steps: &[Value], what: &str| {
        steps.iter().any(|step| step["what"] == what && step["outcome"] == "done")
    };
    assert!(is_done(steps, "write") && !is_done(steps, "reading"));
    // What reads back is tried as well, where there is such a thing.
    let reading = json!({"kind": "folder", "path": world.archive()});
    let read = tested(&world, &chief, None, with(folder(&world), "reading", reading)).await;
    assert!(is_done(read.body["steps"].as_array().unwrap(), "reading"), "{}", read.body);
    let missing = json!({"name": "folder", "kind": "folder", "path": world.archive().join("none")});
    let bad = tested(&world, &chief, None, missing).await;
    assert_eq!(bad.body["refusal"]["setting"], "path");
    assert_eq!(bad.body["refusal"]["code"], "folder_missing");
    assert!(!bad.body["refusal"]["mend"].as_str().unwrap().is_empty());
    // Nobody but the operator opens private addresses.
    let near = with(sftp("127.0.0.1"), "password", json!("x"));
    let near = tested(&world, &chief, None, near).await;
    assert_eq!(near.body["refusal"]["code"], "address_refused", "{}", near.body);
    let section =
        world.call(Call { path: "/api/settings/destinations", cookie: &chief, ..Call::default() });
    assert_eq!(section.await.body["version"], 1);
    let mut last = 200;
    for _ in 0..9 {
        last = tested(&world, &chief, None, folder(&world)).await.status;
    }
    assert_eq!(last, 429);
    world.ends().await;
}

#[tokio::test]
async fn phi_mode_asks_for_an_agreement_and_another_volume() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let phi = json!({"is_phi": true});
    let refused = set(&world, &chief, "mode", phi.clone()).await;
    assert_eq!((refused.status, &refused.body["mend"]), (422, &json!("no_agreement")));
    let agreement = |ends: &str| json!({"party": "Willow Storage", "signed_on": "2026-01-02", "scope": "transcripts", "ends_on": ends});
    for (ends, wanted) in [("2026-11-24", "agreement_ended"), ("2027-01-01", "same_volume")] {
        let entry = with(folder(&world), "agreement", agreement(ends));
        assert_eq!(set(&world, &chief, "destinations", json!([entry])).await.status, 200);
        assert_eq!(set(&world, &chief, "mode", phi.clone()).await.body["mend"], wanted);
    }
    let sealed =
        with(with(folder(&world), "agreement", agreement("2027-01-01")), "is_sealed", json!(true));
    assert_eq!(set(&world, &chief, "destinations", json!([sealed])).await.status, 200);
    assert_eq!(set(&world, &chief, "mode", phi).await.status, 200);
    let back = set(&world, &chief, "destinations", json!([folder(&world)])).await;
    assert_eq!(back.body["mend"], "no_agreement", "{}", back.body);
    let one = set(
        &world,
        &chief,
        "destinations",
        json!([with(folder(&world), "is_required", json!(false))]),
    );
    assert_eq!(one.await.status, 422, "one is required");
    world.ends().await;
}

#[test]
fn the_operator_opens_ranges_by_file_or_environment() {
    let set = [("SOTTO_DESTINATIONS__ALLOWED".to_owned(), r#"["10.20.0.0/16"]"#.to_owned())];
    let config: Config = server::config::read("", set.into_iter()).unwrap();
    assert_eq!(Vec::from(config.destinations.allowed), ["10.20.0.0/16"]);
    assert!(
        server::config::read("[destinations]\nallowed = [\"example.org\"]\n", std::iter::empty())
            .is_err()
    );
}
