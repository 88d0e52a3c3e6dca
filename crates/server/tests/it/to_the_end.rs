//! One conversation with a place of every kind, from its first word to the hard shred:
//! at each step what was said is looked for everywhere but there.

use std::path::Path;
use std::time::Duration;

use server::ids::ConversationId;
use server::{retention, workers};

use crate::canary::{holding, opened_by_what_is_left};
use crate::network::{PLACES, Places};
use crate::real::front::Fate;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Wrapped keys, by what they are for.
pub type Wrapped = Vec<(ConversationId, Vec<u8>)>;

/// `nowhere` looks for the token; `backup` copies the database into a folder and gives
/// the wrapped keys that it holds.
pub async fn to_the_hard_shred(
    places: &Places,
    token: &str,
    nowhere: impl Fn(&str),
    backup: impl AsyncFn(&Path) -> Wrapped,
) {
    let app = &places.world.app;
    places.way.will(Fate::CutAfter(0));
    let asked = places.talk(&format!("{token} asks")).await;
    nowhere("while it waits for its time");
    places.one_is_away().await;
    nowhere("while one of them is away");
    let elsewhere = tempfile::tempdir().unwrap();
    let wrapped = backup(&elsewhere.path().join("backup")).await;
    assert!(wrapped.iter().any(|(id, _)| *id == asked.id), "the backup holds the conversation");
    assert_eq!(opened_by_what_is_left(&app.config.key_dir, &wrapped), 1, "until the hard shred");
    assert!(holding(elsewhere.path(), token).is_empty(), "in the backup");
    places.way.will(Fate::Pass);
    places.all_have_it().await;
    nowhere("after it was delivered");
    let fetched = elsewhere.path().join("fetched");
    places.fetched(&fetched).await;
    for (place, _) in PLACES {
        assert!(!holding(&fetched.join(place), token).is_empty(), "{place} has it");
    }
    places.is_shredded().await;
    app.clock.advance(DAY);
    workers::run_all_due(app).await.unwrap();
    retention::daily(app).await.unwrap();
    nowhere("after the hard shred");
    let opened = opened_by_what_is_left(&app.config.key_dir, &wrapped);
    assert_eq!(opened, 0, "no key that is left opens the backup");
}
