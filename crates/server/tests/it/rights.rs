//! Who may do what: every role against every address and every verb.

use protocol::agent::{Availability, To, Verb};
use protocol::http::Role;
use sensitive::Sensitive;
use serde_json::{Value, json};
use server::identity::Right;
use server::live::agent::verbs::right;
use server::router::{Needs, On, routes};

use crate::served::{CONSOLE, Call, Served, WIDGET};

const ROLES: [Role; 4] = [Role::Agent, Role::Supervisor, Role::Administrator, Role::Auditor];

#[tokio::test]
async fn every_role_gets_what_its_rights_say_at_every_address() {
    let world = Served::new().await;
    let mut cookies = vec![(None, String::new())];
    for role in ROLES {
        cookies.push((Some(role), world.staff(&format!("{role:?}"), role).await));
    }
    for route in routes() {
        let Needs::Right(needed) = route.needs else { continue };
        for (role, cookie) in &cookies {
            // Ending the session would change the next answer.
            if route.path == "/api/sign-out" && role.is_some() {
                continue;
            }
            let path = route.path.replace("{section}", "site");
            let (method, cookie) = (route.method.as_str(), cookie.as_str());
            let body = (method != "GET").then(|| json!({}));
            let call = Call { method, path: &path, cookie, body, ..Call::default() };
            let status = world.call(call).await.status;
            let is_in = match role {
                None => {
                    assert_eq!(status, 401, "{method} {path} without a session");
                    continue;
                }
                Some(role) => needed.is_of(*role),
            };
            let is_kept_out = matches!(status, 401 | 403);
            assert_eq!(is_in, !is_kept_out, "{method} {path} as {role:?} gave {status}");
        }
    }
    world.ends().await;
}

#[tokio::test]
async fn every_role_gets_what_its_rights_say_for_every_verb() {
    let world = Served::new().await;
    for role in ROLES {
        let cookie = world.staff(&format!("{role:?}"), role).await;
        let mut console = world.console(&cookie).await;
        for (id, (verb, sent)) in (1..).zip(verbs()) {
            let answer = console.asks(id, sent).await;
            let is_kept_out = answer["problem"]["code"] == "not_allowed";
            assert_eq!(right(&verb).is_of(role), !is_kept_out, "{verb:?} as {role:?}: {answer}");
        }
    }
    world.ends().await;
}

/// Every verb, as the type and as the frame holds it.
fn verbs() -> Vec<(Verb, Value)> {
    let conversation = || "01890000-0000-7000-8000-000000000000".to_owned();
    let (client_id, text) = (|| "client-0001".to_owned(), || Sensitive::new("x".to_owned()));
    let said = json!({"conversation": conversation(), "client_id": client_id(), "text": "x"});
    let mut corrected = said.clone();
    corrected["number"] = json!(1);
    let named = json!({"conversation": conversation()});
    let with = |name: &str, value: Value| {
        let mut all = named.clone();
        all[name] = value;
        all
    };
    let (c, availability) = (conversation, Availability::Away);
    vec![
        (
            Verb::SetAvailability { availability },
            json!({"set_availability": {"availability": "away"}}),
        ),
        (Verb::Open { conversation: c(), after: 0 }, json!({"open": with("after", json!(0))})),
        (Verb::Leave { conversation: c() }, json!({"leave": named})),
        (Verb::Accept { conversation: c() }, json!({"accept": named})),
        (
            Verb::Assign { conversation: c(), agent: c() },
            json!({"assign": with("agent", json!(c()))}),
        ),
        (
            Verb::PostMessage { conversation: c(), client_id: client_id(), text: text() },
            json!({"post_message": said}),
        ),
        (
            Verb::Correct { conversation: c(), client_id: client_id(), number: 1, text: text() },
            json!({"correct": corrected}),
        ),
        (
            Verb::Note { conversation: c(), client_id: client_id(), text: text() },
            json!({"note": said}),
        ),
        (
            Verb::Redact {
                conversation: c(),
                client_id: client_id(),
                number: 1,
                field: None,
                start: 0,
                end: 1,
            },
            json!({"redact": {"conversation": c(), "client_id": client_id(), "number": 1, "start": 0, "end": 1}}),
        ),
        (
            Verb::Transfer { conversation: c(), to: To::Department("night".to_owned()) },
            json!({"transfer": with("to", json!({"department": "night"}))}),
        ),
        (
            Verb::Close { conversation: c(), disposition: None },
            json!({"close": with("disposition", json!(null))}),
        ),
        (Verb::Reopen { conversation: c() }, json!({"reopen": named})),
        (Verb::Typing { conversation: c(), on: true }, json!({"typing": with("on", json!(true))})),
        (Verb::Seen { conversation: c(), number: 1 }, json!({"seen": with("number", json!(1))})),
    ]
}

#[tokio::test]
async fn what_is_not_in_the_table_is_not_there() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    for path in
        ["/api", "/api/accounts", "/api/settings", "/api/../etc/passwd", "/metrics", "/live"]
    {
        let answer = world.call(Call { path, cookie: &chief, ..Call::default() }).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // An address of one origin is not there on another.
    for route in routes() {
        let host = if route.on == On::Console { WIDGET } else { CONSOLE };
        let method = route.method.as_str();
        let body = (method != "GET").then(|| json!({}));
        let call = Call { method, path: route.path, host, cookie: &chief, body, ..Call::default() };
        assert_eq!(world.call(call).await.status, 404, "{} on {host}", route.path);
    }
    let strange = Call { path: "/api/me", host: "elsewhere.example", ..Call::default() };
    assert_eq!(world.call(strange).await.status, 421);
    world.ends().await;
}

#[tokio::test]
async fn a_foreign_page_changes_nothing_even_with_the_cookie() {
    let world = Served::new().await;
    let chief = world.staff("Chief", Role::Administrator).await;
    let change = || Call {
        method: "PUT",
        path: "/api/settings/departments",
        cookie: &chief,
        body: Some(json!({"version": 1, "value": []})),
        ..Call::default()
    };
    for origin in ["http://clinic.localhost:8080", "http://widget.localhost:8080", "null"] {
        let answer = world.call(Call { origin: Some(origin), ..change() }).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (403, &json!("wrong_origin")),
            "{origin}"
        );
    }
    let bare = world.call(Call { has_header: false, ..change() }).await;
    assert_eq!(bare.status, 403, "a form cannot set our header");
    world.ends().await;
}

#[test]
fn no_right_is_for_nobody_and_none_for_everybody_by_accident() {
    for right in Right::ALL {
        let roles: Vec<Role> = ROLES.into_iter().filter(|role| right.is_of(*role)).collect();
        assert!(!roles.is_empty(), "{right:?} is for nobody");
        assert!(right == Right::SignedIn || roles.len() < 4, "{right:?} is for everybody");
    }
}

#[test]
fn the_description_in_the_docs_is_the_one_that_is_served() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol/openapi.json");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(written == server::router::openapi(), "run `make types`");
}
