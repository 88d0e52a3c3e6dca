//! Signing in, staying in, and being out.

use std::time::Duration;

use protocol::http::Role;
use serde_json::{Value, json};
use server::identity::account;

use crate::canary::holding;
use crate::served::{Answer, CONSOLE, Call, PASSWORD, Served};

async fn tries(world: &Served, name: &str, password: &str) -> Answer {
    world.post(CONSOLE, "/api/sign-in", "", json!({"name": name, "password": password})).await
}

async fn me(world: &Served, cookie: &str) -> u16 {
    world.call(Call { path: "/api/me", cookie, ..Call::default() }).await.status
}

fn cookie(answer: &Answer) -> String {
    let line = answer.head.lines().find(|line| line.to_lowercase().starts_with("set-cookie:"));
    let value = line.expect("a cookie").split_once(':').unwrap().1.trim();
    value.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_name_and_its_password_open_a_session_until_it_is_ended() {
    let world = Served::new().await;
    world.staff("ana", Role::Agent).await;
    let answer = tries(&world, "ana", PASSWORD).await;
    assert_eq!((answer.status, &answer.body["name"]), (200, &json!("ana")));
    let head = answer.head.to_lowercase();
    assert!(head.contains("httponly") && head.contains("samesite=strict"), "{head}");
    let cookie = cookie(&answer);
    assert_eq!(me(&world, &cookie).await, 200);
    let out = world.post(CONSOLE, "/api/sign-out", &cookie, json!({})).await;
    assert_eq!(out.status, 200);
    assert_eq!(me(&world, &cookie).await, 401);
    world.ends().await;
}

#[tokio::test]
async fn behind_https_the_cookie_is_for_this_host_alone() {
    let world = Served::with(|config| config.origins.console = format!("https://{CONSOLE}")).await;
    world.staff("ana", Role::Agent).await;
    let call = Call {
        method: "POST",
        path: "/api/sign-in",
        origin: Some("https://localhost:8080"),
        body: Some(json!({"name": "ana", "password": PASSWORD})),
        ..Call::default()
    };
    let answer = world.call(call).await;
    assert!(answer.head.contains("__Host-sotto=") && answer.head.contains("; Secure"));
    world.ends().await;
}

#[tokio::test]
async fn unknown_wrong_and_disabled_are_one_answer() {
    let world = Served::new().await;
    world.staff("ana", Role::Agent).await;
    world.staff("ben", Role::Agent).await;
    account::set_disabled(&world.app, "ben", true).await.unwrap();
    let answers = [
        tries(&world, "ana", "another long password").await,
        tries(&world, "nobody", PASSWORD).await,
        tries(&world, "ben", PASSWORD).await,
        tries(&world, "", "").await,
    ];
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (401, &answers[0].body));
    }
    world.ends().await;
}

#[tokio::test]
async fn wrong_passwords_slow_a_name_down_whether_it_is_known_or_not() {
    let world = Served::new().await;
    world.staff("ana", Role::Agent).await;
    for name in ["ana", "nobody"] {
        for _ in 0..5 {
            assert_eq!(tries(&world, name, "another long password").await.status, 401);
        }
        let slowed = tries(&world, name, PASSWORD).await;
        assert_eq!((slowed.status, &slowed.body["retry_after"]), (429, &json!(10)), "{name}");
    }
    // No spelling of the name has tries of its own.
    for name in [" ana", "ana\t", "\u{2003}ana"] {
        assert_eq!(tries(&world, name, PASSWORD).await.status, 429, "{name:?}");
    }
    world.app.clock.advance(Duration::from_secs(10));
    assert_eq!(tries(&world, "ana", PASSWORD).await.status, 200);
    world.ends().await;
}

#[tokio::test]
async fn a_session_ends_after_15_idle_minutes_and_after_12_hours_in_any_case() {
    let world = Served::new().await;
    let idle = world.staff("ana", Role::Agent).await;
    let busy = world.staff("ben", Role::Agent).await;
    for _ in 0..(12 * 60 / 14) {
        world.app.clock.advance(Duration::from_secs(14 * 60));
        assert_eq!(me(&world, &busy).await, 200);
    }
    assert_eq!(me(&world, &idle).await, 401);
    world.app.clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(me(&world, &busy).await, 401, "12 hours are over");
    world.ends().await;
}

#[tokio::test]
async fn a_console_that_is_left_alone_is_told_that_it_is_signed_out() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let mut console = world.console(&ana).await;
    world.app.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(console.next("bye").await["problem"]["code"], "signed_out");
    world.ends().await;
}

#[tokio::test]
async fn an_account_that_is_disabled_loses_its_open_console_at_once() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let mut console = world.console(&ana).await;
    account::set_disabled(&world.app, "Ana", true).await.unwrap();
    assert_eq!(console.next("bye").await["problem"]["code"], "signed_out");
    assert_eq!(me(&world, &ana).await, 401);
    world.ends().await;
}

#[tokio::test]
async fn what_was_typed_as_a_name_is_nowhere_afterwards() {
    let world = Served::new().await;
    tries(&world, "vexmarrowfield", "quillonborough quillonborough").await;
    let entries = world.app.db.read(|tx| {
        tx.rows("select action, subject, detail from audit order by id", server::values![], |row| {
            Ok(format!("{} {:?} {}", row.text(0)?, row.opt_text(1)?, row.text(2)?))
        })
    });
    let entries = entries.await.unwrap();
    assert!(entries.iter().any(|entry| entry.starts_with("session.refused")), "{entries:?}");
    assert!(!entries.iter().any(|entry| entry.contains("vexmarrow") || entry.contains("quillon")));
    assert_eq!(holding(&world.data(), "vexmarrowfield"), Vec::<std::path::PathBuf>::new());
    let body: Value = tries(&world, "vexmarrowfield", "x").await.body;
    assert!(!body.to_string().contains("vexmarrow"));
    world.ends().await;
}

#[tokio::test]
async fn whoever_guesses_elsewhere_keeps_nobody_out() {
    let proxy = "127.0.0.1".parse().unwrap();
    let world = Served::with(|config| config.trusted_proxies = vec![proxy]).await;
    world.staff("ana", Role::Agent).await;
    let tries = async |address: &'static str, password: &'static str| {
        let body = Some(json!({"name": "ana", "password": password}));
        let path = "/api/sign-in";
        let forwarded = Some(address);
        let call = Call { method: "POST", path, body, forwarded, ..Call::default() };
        world.call(call).await.status
    };
    for _ in 0..6 {
        tries("203.0.113.9", "another long password").await;
    }
    assert_eq!(tries("203.0.113.9", PASSWORD).await, 429);
    assert_eq!(tries("198.51.100.7", PASSWORD).await, 200);
    world.ends().await;
}

#[tokio::test]
async fn one_household_tries_twenty_times_a_minute() {
    let world = Served::new().await;
    for number in 0..20 {
        assert_eq!(tries(&world, &format!("name-{number}"), "x").await.status, 401);
    }
    assert_eq!(tries(&world, "another", "x").await.status, 429);
    world.ends().await;
}

#[tokio::test]
async fn a_session_that_another_process_ended_is_noticed_while_nothing_is_done() {
    let world = Served::with(|config| config.sessions.check_seconds = 1).await;
    let ana = world.staff("Ana", Role::Agent).await;
    let mut console = world.console(&ana).await;
    // As `sotto account disable` does it: in the database, without a ring here.
    let change = world.app.db.write(|tx| {
        tx.run("update account set is_disabled = 1 where name = $1", server::values!["Ana"])
    });
    change.await.unwrap();
    assert_eq!(console.next("bye").await["problem"]["code"], "signed_out");
    world.ends().await;
}
