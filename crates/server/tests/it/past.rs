//! The read-through archive: shut by default, by right, by department, checked and counted.

use std::fs;

use protocol::http::Role;
use serde_json::{Value, json};
use server::conversation::access::Agent;
use server::conversation::{accept, close};
use server::db::Tx;
use server::ids::AccountId;
use server::workers;

use crate::delivery::{MINUTE, find};
use crate::served::{Answer, Call, Served};

async fn asks(world: &Served, cookie: &str, path: &str, body: Value) -> Answer {
    world.call(Call { method: "POST", path, cookie, body: Some(body), ..Call::default() }).await
}

async fn set(world: &Served, cookie: &str, section: &str, value: Value) {
    let path = format!("/api/settings/{section}");
    let now = world.call(Call { path: &path, cookie, ..Call::default() }).await.body;
    let body = Some(json!({"version": now["version"], "value": value}));
    let call = Call { method: "PUT", path: &path, cookie, body, ..Call::default() };
    let answer = world.call(call).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// One conversation, closed and delivered.
async fn delivered(world: &Served) -> String {
    let before = deliveries(world).await;
    let (_, reference) = world.starts("Can I pay by card?").await;
    let find = "select id from conversation where reference = $1";
    let named = reference.clone();
    let id = world
        .app
        .db
        .read(move |tx| tx.row(find, server::values![&named], |row| row.conversation(0)));
    let id = id.await.unwrap().unwrap();
    let ana = Agent {
        id: AccountId::fresh(),
        name: "Ana".to_owned(),
        is_supervisor: false,
        departments: vec!["front-desk".to_owned()],
    };
    accept(&world.app, &ana, id).await.unwrap();
    close(&world.app, &ana, id, Some("answered".to_owned())).await.unwrap();
    world.app.clock.advance(3 * MINUTE);
    while deliveries(world).await == before {
        workers::run_all_due(&world.app).await.unwrap();
        tokio::task::yield_now().await;
    }
    reference
}

async fn deliveries(world: &Served) -> i64 {
    let done = "select count(*) from audit where action = $1";
    let done = move |tx: &mut Tx<'_>| tx.count(done, server::values!["transcript.delivered"]);
    world.app.db.read(done).await.unwrap()
}

/// Opens the archive, and the folder with a credential of its own.
async fn opens(world: &Served, chief: &str) {
    set(world, chief, "archive", json!({"is_open": true, "looks_per_hour": 3})).await;
    let reading = json!({"kind": "folder", "path": world.archive()});
    let folder =
        json!({"name": "folder", "kind": "folder", "path": world.archive(), "reading": reading});
    set(world, chief, "destinations", json!([folder])).await;
}

#[tokio::test]
async fn a_past_conversation_is_read_live_checked_and_recorded() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let (sam, ana) =
        (world.staff("Sam", Role::Supervisor).await, world.staff("Ana", Role::Agent).await);
    let reference = delivered(&world).await;
    let wanted = json!({"reference": reference, "destination": "folder"});
    let shut = asks(&world, &sam, "/api/archive/open", wanted.clone()).await;
    assert_eq!(shut.status, 409, "it is shut by default");
    set(&world, &chief, "archive", json!({"is_open": true, "looks_per_hour": 3})).await;
    let unread = asks(&world, &sam, "/api/archive/open", wanted.clone()).await;
    assert_eq!(unread.status, 404, "open, and without a credential to read with");
    let reading = json!({"kind": "folder", "path": world.archive()});
    let folder =
        json!({"name": "folder", "kind": "folder", "path": world.archive(), "reading": reading});
    set(&world, &chief, "destinations", json!([folder])).await;
    for (found, many) in [
        (json!({}), 1),
        (json!({"reference": reference, "department": "front-desk", "disposition": "answered"}), 1),
        (json!({"department": "night"}), 0),
        (json!({"before": 0}), 0),
    ] {
        let answer = asks(&world, &sam, "/api/archive/find", found).await;
        let found = answer.body["conversations"].as_array().map(Vec::len);
        assert_eq!(found, Some(many), "{}", answer.body);
    }
    assert_eq!(
        asks(&world, &ana, "/api/archive/find", json!({})).await.status,
        403,
        "agents may not yet"
    );
    let visitor = asks(&world, &sam, "/api/archive/find", json!({"visitor": "x"})).await;
    assert_eq!(visitor.status, 400, "never by visitor");
    let opened = asks(&world, &sam, "/api/archive/open", wanted.clone()).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    assert!(opened.body["parts"][0].to_string().contains("pay by card"));
    // One changed letter is not shown.
    let file = find(&world.archive(), "part0.json");
    let whole = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    fs::write(&file, whole.replace("pay by card", "pay by cash")).unwrap();
    let changed = asks(&world, &sam, "/api/archive/open", wanted.clone()).await;
    assert_eq!(changed.body["mend"], "changed_there", "{}", changed.body);
    assert_eq!(asks(&world, &sam, "/api/archive/open", wanted.clone()).await.status, 422);
    assert_eq!(asks(&world, &sam, "/api/archive/open", wanted).await.status, 429, "three an hour");
    let looks = "select count(*) from audit where action = $1 and subject = $2";
    let looks =
        world.app.db.read(move |tx| tx.count(looks, server::values!["archive.opened", &reference]));
    assert_eq!(looks.await.unwrap(), 3);
    let posture =
        world.call(Call { path: "/api/posture", cookie: &chief, ..Call::default() }).await.body;
    assert!(posture.to_string().contains("can read 1 past conversations"), "{posture}");
    world.ends().await;
}

#[tokio::test]
async fn pages_follow_each_other_newest_first_with_nothing_twice() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    opens(&world, &chief).await;
    let mut wanted = Vec::new();
    for hour in 0..5 {
        // Two began in the same hour: there the reference decides.
        if hour != 2 {
            world.app.clock.advance(60 * MINUTE);
        }
        wanted.push(delivered(&world).await);
    }
    let sam = world.staff("Sam", Role::Supervisor).await;
    let mut found: Vec<Value> = Vec::new();
    let mut asked = json!({"limit": 3});
    loop {
        let page = asks(&world, &sam, "/api/archive/find", asked.clone()).await;
        assert_eq!(page.status, 200, "{}", page.body);
        found.extend(page.body["conversations"].as_array().unwrap().clone());
        if page.body["next"].is_null() {
            break;
        }
        asked["after"] = page.body["next"].clone();
    }
    let order = |one: &Value| {
        (-one["start_hour"].as_i64().unwrap(), one["reference"].as_str().unwrap().to_owned())
    };
    assert!(found.is_sorted_by_key(order), "{found:?}");
    let mut references: Vec<_> = found.iter().map(|one| order(one).1).collect();
    references.sort();
    wanted.sort();
    assert_eq!(references, wanted);
    let place =
        json!([{"destination": "folder", "parts": 1, "is_sealed": false, "is_read_back": true}]);
    assert_eq!(found[0]["places"], place);
    let refused = asks(&world, &sam, "/api/archive/find", json!({"limit": 101})).await;
    assert_eq!(refused.status, 422);
    world.ends().await;
}

#[tokio::test]
async fn the_page_is_told_whether_it_is_open_and_how_many_looks_are_left() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let (sam, ana) =
        (world.staff("Sam", Role::Supervisor).await, world.staff("Ana", Role::Agent).await);
    let told = async |cookie: &str| {
        world.call(Call { path: "/api/archive", cookie, ..Call::default() }).await.body
    };
    let shut = told(&sam).await;
    assert_eq!((&shut["is_open"], &shut["agents"]), (&json!(false), &json!([])));
    opens(&world, &chief).await;
    let reference = delivered(&world).await;
    assert_eq!(told(&ana).await["is_open"], json!(false), "agents may not yet");
    let wanted = json!({"reference": reference, "destination": "folder"});
    assert_eq!(asks(&world, &sam, "/api/archive/open", wanted).await.status, 200);
    let open = told(&sam).await;
    assert_eq!((&open["is_open"], &open["looks_left"]), (&json!(true), &json!(2)));
    let names: Vec<_> = open["agents"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Ana", "Sam"], "staff of the own departments");
    let chiefs = world.call(Call { path: "/api/archive", cookie: &chief, ..Call::default() }).await;
    assert_eq!(chiefs.status, 403, "an administrator reads no conversations");
    world.ends().await;
}
