//! What a node that left leaves in its tables.

use serde_json::json;

use crate::served::Served;

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
