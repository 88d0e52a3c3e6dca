//! Settings over HTTP: versioned, checked, audited, in force at once.

use protocol::http::Role;
use serde_json::{Value, json};
use server::site;

use crate::served::{Answer, Call, Served, WIDGET, start};

async fn read(world: &Served, cookie: &str, section: &str) -> Value {
    let path = format!("/api/settings/{section}");
    world.call(Call { path: &path, cookie, ..Call::default() }).await.body
}

async fn change(world: &Served, cookie: &str, section: &str, version: u64, value: Value) -> Answer {
    let path = format!("/api/settings/{section}");
    let body = Some(json!({"version": version, "value": value}));
    world.call(Call { method: "PUT", path: &path, cookie, body, ..Call::default() }).await
}

#[tokio::test]
async fn of_two_who_change_a_section_the_second_is_told() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let mut value = read(&world, &chief, "site").await["value"].clone();
    value["name"] = json!("Willow Creek");
    let first = change(&world, &chief, "site", 1, value.clone()).await;
    assert_eq!((first.status, &first.body["version"]), (200, &json!(2)));
    value["name"] = json!("Another name");
    let second = change(&world, &chief, "site", 1, value).await;
    assert_eq!(second.status, 409);
    assert_eq!(read(&world, &chief, "site").await["value"]["name"], "Willow Creek");
    let changes = "select count(*) from audit where action = $1";
    let count = world.app.db.read(move |tx| tx.count(changes, server::values!["settings.changed"]));
    assert_eq!(count.await.unwrap(), 1);
    world.ends().await;
}

/// Whoever takes up settings in the background must not bring an older reading back.
#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_many_is_in_force_when_it_is_answered() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let mut value = read(&world, &chief, "site").await["value"].clone();
    let mut beside = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let app = world.app.clone();
        beside.spawn(async move {
            while site::reload(&app).await.is_ok() {
                tokio::task::yield_now().await;
            }
        });
    }
    for version in 1..100 {
        value["name"] = json!(format!("Name {version}"));
        let answer = change(&world, &chief, "site", version, value.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let call = Call { path: "/api/widget/clinic", host: WIDGET, ..Call::default() };
        assert_eq!(world.call(call).await.body["name"], value["name"]);
    }
    beside.shutdown().await;
    world.ends().await;
}

#[tokio::test]
async fn a_department_that_was_closed_takes_messages_for_later() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let closed = json!([{"id": "front-desk", "name": "Front desk", "is_open": false}]);
    assert_eq!(change(&world, &chief, "departments", 1, closed).await.status, 200);
    let call = Call { path: "/api/widget/clinic", host: WIDGET, ..Call::default() };
    let widget = world.call(call).await.body;
    assert_eq!(widget["departments"][0]["is_open"], false);
    let (token, _) = world.starts("Call me back").await;
    let (_, welcome) = world.visitor(&token, 0).await;
    assert_eq!(welcome["view"]["state"], "closed");
    world.ends().await;
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_and_changes_nothing() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let site = read(&world, &chief, "site").await["value"].clone();
    let with = |name: &str, value: Value| {
        let mut changed = site.clone();
        changed[name] = value;
        changed
    };
    for (section, value) in [
        ("site", with("pages", json!(["https://a.example; script-src *"]))),
        ("site", with("accent", json!("red"))),
        ("site", with("unknown", json!(1))),
        ("site", with("languages", json!([]))),
        ("departments", json!([])),
        ("departments", json!([{"id": "a", "name": "A"}, {"id": "a", "name": "B"}])),
        ("timing", json!({"silence_warn_seconds": 900, "silence_close_seconds": 600})),
        ("timing", json!({"accept_seconds": "soon"})),
        ("destinations", json!([{"name": "x", "kind": "folder", "path": "relative"}])),
        ("destinations", json!([{"name": "x", "kind": "pigeon"}])),
    ] {
        let refused = change(&world, &chief, section, 1, value.clone()).await;
        assert!(matches!(refused.status, 400 | 422), "{section} {value}: {}", refused.body);
        assert_eq!(read(&world, &chief, section).await["version"], 1);
    }
    assert_eq!(change(&world, &chief, "nonsense", 1, json!({})).await.status, 404);
    world.ends().await;
}

#[tokio::test]
async fn a_start_that_does_not_fit_is_told_which_field() {
    let world = Served::new().await;
    for (field, value, named) in [
        ("consent", json!(false), "consent"),
        ("department", json!("nowhere"), "department"),
        ("site", json!("elsewhere"), "site"),
        ("language", json!("xx"), "language"),
        ("client_id", json!("short"), "client_id"),
    ] {
        let mut body = start("Hello?");
        body[field] = value;
        let refused = world.post(WIDGET, "/api/visitor/start", "", body).await;
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!(named)), "{field}");
    }
    world.ends().await;
}

#[tokio::test]
async fn a_node_without_its_keys_says_that_it_is_not_ready() {
    let world = Served::new().await;
    let ready = |path| world.call(Call { path, ..Call::default() });
    // A machine that is too busy to answer in time says no, too.
    while ready("/readyz").await.status != 200 {}
    // Tomorrow's key cannot be made once the directory is gone.
    std::fs::remove_dir_all(world.keys()).unwrap();
    world.app.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    assert_eq!(ready("/readyz").await.status, 503);
    assert_eq!(ready("/healthz").await.status, 200);
    world.ends().await;
}
