//! Who guesses passwords is slowed down on all nodes together.

use std::time::Duration;

use futures_util::future::join_all;
use protocol::http::Role;
use serde_json::{Value, json};

use crate::served::{Answer, CONSOLE, PASSWORD, Served};

async fn tries(node: &Served, password: &str) -> Answer {
    node.post(CONSOLE, "/api/sign-in", "", json!({"name": "ana", "password": password})).await
}

#[tokio::test]
async fn wrong_passwords_count_on_whichever_nodes_they_are_tried() {
    let here = Served::new().await;
    let there = here.another(|_| {}).await;
    here.staff("ana", Role::Agent).await;
    for node in [&here, &there, &there, &here, &there] {
        assert_eq!(tries(node, "another long password").await.status, 401);
    }
    for node in [&here, &there] {
        let slowed = tries(node, PASSWORD).await;
        assert_eq!((slowed.status, &slowed.body["retry_after"]), (429, &json!(10)));
    }
    here.app.clock.advance(Duration::from_secs(10));
    assert_eq!(tries(&there, PASSWORD).await.status, 200);
    assert_eq!(tries(&here, "another long password").await.status, 401, "it begins anew");
    there.ends().await;
    here.ends().await;
}

#[tokio::test]
async fn of_many_guesses_at_once_five_are_answered_however_many_nodes_there_are() {
    let here = Served::new().await;
    let there = here.another(|_| {}).await;
    here.staff("ana", Role::Agent).await;
    let guess = |number| tries(if number % 2 == 0 { &here } else { &there }, "another long one");
    let answers = join_all((0..16).map(guess)).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    let said: Vec<&Value> = answers.iter().map(|answer| &answer.body["code"]).collect();
    assert_eq!((of(401), of(429)), (5, 11), "{said:?}");
    there.ends().await;
    here.ends().await;
}
