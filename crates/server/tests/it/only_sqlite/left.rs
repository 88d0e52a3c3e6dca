//! What a node that left leaves in its tables.

use serde_json::json;
use server::clock::Clock;

use crate::served::Served;
use crate::world::MORNING;

#[tokio::test]
async fn nothing_is_left_of_a_node_that_left() {
    let node = Served::new().await;
    let (token, _) = node.starts("Hello").await;
    let (mut visitor, _) = node.visitor(&token, 0).await;
    visitor.send(&json!({"id": 1, "verb": {"typing": {"on": true}}})).await;
    let file = node.data().join("sotto.db");
    let kept = node.ends().await;
    let left = rusqlite::Connection::open(file).unwrap();
    for table in ["node", "presence"] {
        let rows: i64 =
            left.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    drop(kept);
}

#[tokio::test]
async fn who_was_on_a_node_that_was_killed_is_let_in_by_the_next_one_at_once() {
    let node = Served::new().await;
    let (token, _) = node.starts("Hello").await;
    let file = node.data().join("sotto.db");
    let kept = node.ends().await;
    // As many as one visitor may have, of a node whose clock was years ahead.
    let left = rusqlite::Connection::open(file).unwrap();
    left.execute("insert into node (id, lease_until) values (zeroblob(16), 9000000000000000)", [])
        .unwrap();
    for _ in 0..16 {
        let row = "insert into presence (connection, node, kind, subject, since) \
            select randomblob(16), zeroblob(16), 'visitor', id, 0 from conversation";
        left.execute(row, []).unwrap();
    }
    drop(left);
    let again = Served::starts_in(kept, Clock::moved(MORNING), |_| {}).await;
    let (_, welcome) = again.visitor(&token, 0).await;
    assert_eq!(welcome["frame"], "welcome", "{welcome}");
    again.ends().await;
}
