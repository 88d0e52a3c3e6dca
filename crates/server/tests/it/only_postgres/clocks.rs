//! A node whose clock is set wrong while it runs.

use std::sync::Arc;
use std::time::Duration;

use server::clock::Clock;
use server::conversation::renew_lease;
use server::values;
use server::workers;

use super::nodes::readiness;
use crate::served::Served;

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn with_the_systems_clock(folder: &Arc<tempfile::TempDir>, data: &str) -> Served {
    let data = folder.path().join(data);
    Served::starts_in(folder.clone(), Clock::system(), |config| config.data_dir = data).await
}

#[tokio::test]
async fn a_node_whose_clock_is_wrong_is_not_ready_and_takes_nothing_from_the_others() {
    let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
    let right = with_the_systems_clock(&folder, "data").await;
    let wrong = with_the_systems_clock(&folder, "data of another").await;
    let (token, _) = right.starts("Hello?").await;
    let (mut visitor, _) = right.visitor(&token, 0).await;
    let (_absent, _) = right.starts("I am gone already").await;
    for ahead in [true, false] {
        match ahead {
            true => wrong.app.clock.advance(HOUR),
            false => wrong.app.clock.set_back(2 * HOUR),
        }
        // A machine that is too busy to answer in time says no, too.
        while readiness(&right).await != 200 {}
        assert_eq!(readiness(&wrong).await, 503);
        renew_lease(&wrong.app).await.expect("it lives");
        renew_lease(&right.app).await.expect("it lives");
        let asked = wrong.app.db.read(|tx| {
            let nodes = tx.count("select count(*) from node", values![])?;
            Ok((nodes, tx.count("select count(*) from presence", values![])?))
        });
        assert_eq!(asked.await.expect("reads"), (2, 1), "both live, and the visitor is there");
        assert!(workers::run_all_due(&wrong.app).await.is_err(), "it does nobody's jobs");
    }
    let said = visitor.asks(1, crate::served::post_message("Still here")).await;
    assert_eq!(said["frame"], "done", "{said}");
    wrong.app.clock.advance(HOUR);
    while readiness(&wrong).await != 200 {}
    workers::run_all_due(&wrong.app).await.expect("it works again");
    wrong.ends().await;
    right.ends().await;
}
