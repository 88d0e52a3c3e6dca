//! What was typed passes neither to the database nor over the bus in the clear.

use protocol::http::Role;
use serde_json::json;
use server::config::SecretUrl;
use server::values;

use super::servers::Wire;
use crate::canary::Needles;
use crate::engine;
use crate::served::{Served, WIDGET, post_message, start};

const TOKEN: &str = "quillmarshfen";

/// Two nodes whose every byte to and from the servers is kept.
async fn listened() -> (Served, Served, Wire, Wire) {
    let sql_wire = Wire::to(engine::SHARED.postgres.address()).await;
    let bus_wire = Wire::to(engine::SHARED.nats.address()).await;
    let sql = engine::fresh_schema(sql_wire.address);
    let bus = format!("nats://{}", bus_wire.address);
    let through = |config: &mut server::config::Config| {
        config.database_url = Some(SecretUrl::new(&sql));
        config.bus_url = Some(SecretUrl::new(&bus));
    };
    let here = Served::with(through).await;
    let there = here.another(through).await;
    (here, there, sql_wire, bus_wire)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_on_no_wire() {
    let (here, there, sql, bus) = listened().await;
    let ana = there.staff("Ana", Role::Supervisor).await;
    let mut console = there.console(&ana).await;
    let mut asked = start(TOKEN);
    asked["client_id"] = json!(format!("{TOKEN}-and-as-long-as-needed"));
    for (field, text) in [("name", TOKEN), ("page", TOKEN)] {
        asked["answers"]
            .as_array_mut()
            .expect("a list")
            .push(json!({"field": field, "text": text}));
    }
    let started = here.post(WIDGET, "/api/visitor/start", "", asked).await;
    assert_eq!(started.status, 200, "{}", started.body);
    let (mut visitor, _) = here.visitor(started.body["token"].as_str().expect("text"), 0).await;
    let rows = console
        .find(|f| f["frame"] == "rows" && f["changed"].as_array().is_some_and(|r| !r.is_empty()))
        .await;
    let id = rows["changed"][0]["conversation"].clone();
    console.asks(1, json!({"accept": {"conversation": id}})).await;
    console.asks(2, json!({"open": {"conversation": id, "after": 0}})).await;
    let words = format!("I said {TOKEN}");
    let client_id = format!("{TOKEN}-1");
    let said = json!({"post_message": {"client_id": client_id, "text": words}});
    assert_eq!(visitor.asks(1, said).await["frame"], "done");
    console.message(&words).await;
    for (number, verb) in [(3, "post_message"), (4, "note")] {
        let client_id = format!("{TOKEN}-{number}");
        let said = json!({verb: {"conversation": id, "client_id": client_id, "text": words}});
        assert_eq!(console.asks(number, said).await["frame"], "done");
    }
    visitor.message(&words).await;
    let needles = Needles::of(TOKEN);
    let (passed, rung) = (sql.passed(), bus.passed());
    assert!(passed.len() > 50_000 && rung.len() > 500, "{} {}", passed.len(), rung.len());
    assert!(!needles.are_in(&passed), "between node and database");
    assert!(!needles.are_in(&rung), "between node and bus");
    // The same search finds what does pass.
    let plant = here.app.db.write(|tx| {
        let name = "insert into section (name, version, value, changed_at) values ($1, 1, '', 0)";
        tx.run(name, values![TOKEN])
    });
    plant.await.expect("writes");
    assert!(needles.are_in(&sql.passed()));
    there
        .app
        .bus
        .ring(&server::bus::Ring { topic: server::bus::Topic::Queue(TOKEN.to_owned()), number: 0 });
    while !needles.are_in(&bus.passed()) {
        tokio::task::yield_now().await;
    }
    let more = post_message("and more");
    assert_eq!(visitor.asks(5, more).await["frame"], "done");
    there.ends().await;
    here.ends().await;
}
