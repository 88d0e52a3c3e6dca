//! What administrators and agents decide about masking.

use protocol::event::Body;
use protocol::http::Role;
use sensitive::Sensitive;
use serde_json::{Value, json};
use server::config::masking_rules::{Does, Line, MaskingRules, Own, Wrote};
use server::config::sections::Sections;
use server::conversation::{Stretch, accept, close, note, redact, start};
use server::error::Error;
use server::ids::ConversationId;
use server::workers;

use crate::served::{CONSOLE, Call, Served, WIDGET};
use crate::world::{World, form, fresh_client_id, says};

fn with(world: &World, masking: MaskingRules) {
    let sections = Sections { masking, ..(*world.app.sections()).clone() };
    world.app.set_sections(sections).unwrap();
}

fn line(rule: &str, department: Option<&str>, writer: Option<Wrote>, action: Does) -> Line {
    Line { rule: rule.to_owned(), department: department.map(str::to_owned), writer, action }
}

/// Everything that was archived, as one text.
fn archived(world: &World) -> String {
    let mut found = String::new();
    let mut folders = vec![world.archive()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    found
}

async fn delivered(world: &World) {
    world.app.clock.advance(std::time::Duration::from_secs(10 * 60));
    workers::run_all_due(&world.app).await.unwrap();
}

#[tokio::test]
async fn a_department_may_have_a_line_of_its_own() {
    let world = World::new();
    let off = line("card", Some("front-desk"), Some(Wrote::Visitor), Does::Off);
    with(&world, MaskingRules { lines: vec![off], ..MaskingRules::default() });
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    asked.says(&world, "4111 1111 1111 1111").await.unwrap();
    says(&world, &ana, asked.id, "4111 1111 1111 1111").await.unwrap();
    assert_eq!(world.texts(asked.id).await, ["4111 1111 1111 1111", "XXXX XXXX XXXX 1111"]);
    world.ends().await;
}

#[tokio::test]
async fn a_rule_of_the_clinics_own_masks_and_an_allowed_value_does_not() {
    let world = World::new();
    let own = Own {
        name: "file".to_owned(),
        pattern: r"[A-Z]{2}\d{6}".to_owned(),
        check: None,
        context: vec!["file".to_owned()],
    };
    let phone = line("phone", None, None, Does::Mask);
    let allowed = vec!["(415) 555-0100".to_owned()];
    with(&world, MaskingRules { lines: vec![phone], allowed, own: vec![own] });
    let asked = world.visitor("Hello").await;
    asked.says(&world, "My file is AB123456").await.unwrap();
    asked.says(&world, "Call 415-555-0100 or 415-555-0199").await.unwrap();
    let texts = world.texts(asked.id).await;
    assert_eq!(texts[0], "My file is XXXXXXXX");
    assert!(texts[1].starts_with("Call 415-555-0100 or XXX"), "{}", texts[1]);
    world.ends().await;
}

#[tokio::test]
async fn what_is_for_the_archive_only_is_hidden_there_in_every_field() {
    let world = World::new();
    let answers = [("name", "Robin"), ("question", "Write to robin.one@example.org please")];
    let form = form("front-desk", &fresh_client_id(), &answers);
    let asked = start(&world.app, form).await.unwrap();
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    says(&world, &ana, asked.id, "Or to robin.two@example.org?").await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    let comment = Some(Sensitive::new("I am robin.three@example.org".to_owned()));
    let (token, id) = (asked.token.hash(), fresh_client_id());
    server::conversation::rate(&world.app, token, asked.id, id, 5, comment).await.unwrap();
    let live = format!("{:?}", world.texts(asked.id).await);
    assert!(live.contains("robin.two@example.org"), "agents can work with it: {live}");
    delivered(&world).await;
    let whole = archived(&world);
    assert!(whole.contains("Robin"), "the name's own field is exempt");
    for value in ["robin.one@", "robin.two@", "robin.three@"] {
        assert!(!whole.contains(value), "{value} stands in the archive");
    }
    world.ends().await;
}

#[tokio::test]
async fn a_stretch_that_was_redacted_is_gone_live_and_from_the_archive() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    let said = asked.says(&world, "My dog is called Bartholomew").await.unwrap();
    let text = Sensitive::new("Owner of Bartholomew".to_owned());
    let noted = note(&world.app, &ana, asked.id, fresh_client_id(), text).await.unwrap();
    let id = fresh_client_id();
    let stretch = Stretch { number: said.seq, field: None, start: 17, end: 28 };
    let once = redact(&world.app, &ana, asked.id, id.clone(), stretch.clone()).await.unwrap();
    let twice = redact(&world.app, &ana, asked.id, id, stretch).await.unwrap();
    assert_eq!(once, twice, "a resend is harmless");
    assert_eq!(world.texts(asked.id).await, ["My dog is called XXXXXXXXXXX"]);
    // Part of a mask that is there already may be marked again.
    let again = Stretch { number: said.seq, field: None, start: 3, end: 28 };
    redact(&world.app, &ana, asked.id, fresh_client_id(), again).await.unwrap();
    assert_eq!(masks(&world, asked.id).await, [(3, 28, "redacted".to_owned())]);
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    delivered(&world).await;
    assert!(archived(&world).contains("Owner of Bartholomew"));
    // After delivery it goes out as an addendum.
    let late = Stretch { number: noted.seq, field: None, start: 9, end: 20 };
    redact(&world.app, &ana, asked.id, fresh_client_id(), late).await.unwrap();
    delivered(&world).await;
    let parts = archived(&world);
    assert!(parts.contains("Owner of XXXXXXXXXXX"));
    world.ends().await;
}

async fn masks(world: &World, id: ConversationId) -> Vec<(u32, u32, String)> {
    let thread = world.thread(id).await;
    let of = |body: Body| match body {
        Body::Message { masks, .. } => {
            masks.into_iter().map(|m| (m.start, m.end, m.rule)).collect()
        }
        _ => Vec::new(),
    };
    thread.into_iter().flat_map(of).collect()
}

#[tokio::test]
async fn redacting_what_is_not_there_or_not_ones_own_is_refused() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    accept(&world.app, &ana, asked.id).await.unwrap();
    let said = asked.says(&world, "short").await.unwrap();
    let tries = async |who, number, start, end| {
        let stretch = Stretch { number, field: None, start, end };
        redact(&world.app, who, asked.id, fresh_client_id(), stretch).await
    };
    assert!(matches!(tries(&ben, said.seq, 0, 2).await, Err(Error::NotFound)));
    for (number, start, end) in [(said.seq, 0, 9), (said.seq, 2, 2), (1, 0, 1), (99, 0, 1)] {
        assert!(matches!(tries(&ana, number, start, end).await, Err(Error::Invalid { .. })));
    }
    assert_eq!(world.texts(asked.id).await, ["short"]);
    world.ends().await;
}

#[tokio::test]
async fn the_widget_is_told_what_a_department_does_otherwise() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let of = async || {
        let call = Call { path: "/api/widget/clinic", host: WIDGET, ..Call::default() };
        world.call(call).await.body["departments"].clone()
    };
    let before = of().await;
    assert_eq!(before[0]["id"], "front-desk");
    assert_eq!(before[0]["masking"], Value::Null, "nothing differs: {before}");
    let lines = json!([
        {"rule": "phone", "department": "front-desk", "writer": "visitor", "action": "warn_before_sending"},
        {"rule": "card", "department": "front-desk", "writer": null, "action": "off"},
        {"rule": "ssn", "department": "front-desk", "writer": "agent", "action": "off"},
    ]);
    let own = json!([{"name": "file", "pattern": "[A-Z]{2}[0-9]{6}", "context": []}]);
    let body = Some(json!({"version": 1, "value": {"lines": lines, "allowed": [], "own": own}}));
    let path = "/api/settings/masking";
    let call = Call { method: "PUT", path, cookie: &chief, body, ..Call::default() };
    let saved = world.call(call).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let desk = of().await.as_array().and_then(|all| {
        all.iter().find(|one| one["id"] == "front-desk").map(|one| one["masking"].clone())
    });
    assert_eq!(desk, Some(json!({"phone": "warn_before_sending", "card": "off"})));
    world.ends().await;
}

#[tokio::test]
async fn an_administrator_tries_a_rule_on_a_sample_before_it_counts() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let own = json!([{"name": "file", "pattern": "[A-Z]{2}[0-9]{6}", "context": ["file"]}]);
    let value = json!({"lines": [], "allowed": [], "own": own});
    let ask = |value: Value| {
        json!({
            "sample": "My file is AB123456", "department": "front-desk", "writer": "visitor",
            "archive": false, "value": value,
        })
    };
    let tried = world.post(CONSOLE, "/api/masking/try", &chief, ask(value.clone())).await;
    assert_eq!(tried.body["text"], "My file is XXXXXXXX", "{}", tried.body);
    assert_eq!(tried.body["masks"][0]["rule"], "file");
    let stored = world.post(CONSOLE, "/api/masking/try", &chief, ask(Value::Null)).await;
    assert_eq!(stored.body["text"], "My file is AB123456", "nothing was stored");
    for (part, wrong) in [
        ("own", json!([{"name": "a b", "pattern": "x"}])),
        ("own", json!([{"name": "a", "pattern": "("}])),
        ("own", json!([{"name": "a", "pattern": "x*"}])),
        ("lines", json!([{"rule": "nonsense", "action": "mask"}])),
    ] {
        let mut bad = value.clone();
        bad[part] = wrong.clone();
        let refused = world.post(CONSOLE, "/api/masking/try", &chief, ask(bad.clone())).await;
        assert_eq!(refused.status, 422, "{wrong}: {}", refused.body);
        let body = Some(json!({"version": 1, "value": bad}));
        let path = "/api/settings/masking";
        let call = Call { method: "PUT", path, cookie: &chief, body, ..Call::default() };
        assert_eq!(world.call(call).await.status, 422, "{wrong}");
    }
    let call = Call { path: "/api/masking/rules", cookie: &chief, ..Call::default() };
    let table = world.call(call).await.body;
    assert!(table["rules"].as_array().is_some_and(|rules| rules.len() > 20), "{table}");
    world.ends().await;
}
