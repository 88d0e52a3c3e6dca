//! What every destination that can be read promises.

use destinations::{Destination, Document, Error, Level, Name, Outcome};

use crate::real::front::{Fate, Front};

/// How every sheet of evidence begins.
pub const SHEET: [&str; 10] = [
    "connection",
    "write",
    "read_back",
    "overwrite",
    "list",
    "delete",
    "immutable",
    "encryption",
    "versions",
    "region",
];

pub fn named(name: &str, bytes: &[u8]) -> Document {
    let name = Name::new(name).expect("a good name");
    Document { name, media_type: "application/json", bytes: bytes.into() }
}

/// Bytes that are nowhere the same, so that a lost or doubled piece shows.
pub fn content(length: usize) -> Vec<u8> {
    (0..length as u64 / 8 + 1).flat_map(u64::to_le_bytes).take(length).collect()
}

async fn names(there: &Destination, prefix: &str) -> Vec<String> {
    let names = there.list(prefix).await.expect("lists");
    names.iter().map(|name| name.as_str().to_owned()).collect()
}

/// On an empty place. `level` is what its receipts reach.
pub async fn are_held(there: &Destination, level: Level) {
    comes_back_as_it_went(there, level).await;
    is_never_overwritten(there).await;
    one_of_many_wins(there).await;
    is_listed_by_prefix(there).await;
    check_leaves_nothing(there, level).await;
}

async fn comes_back_as_it_went(there: &Destination, level: Level) {
    for length in [0, 1, 70_000, 3_000_000] {
        let document = named(&format!("went/{length}.json"), &content(length));
        let receipt = there.put(&document).await.expect("it fits");
        assert_eq!(receipt.level, level, "{length} bytes");
        assert_eq!(receipt.sha256, document.sha256());
        assert!(receipt.object.ends_with(document.name.as_str()), "{}", receipt.object);
        assert!(receipt.at_ms > 1_700_000_000_000, "milliseconds of this decade");
        assert!(there.read(&document.name).await.expect("reads") == *document.bytes);
        assert_eq!(there.put(&document).await, Ok(receipt), "the same again changes nothing");
    }
    let missing = Name::new("went/never.json").expect("a good name");
    assert_eq!(there.read(&missing).await, Err(Error::NotFound));
}

async fn is_never_overwritten(there: &Destination) {
    let first = named("kept/a.json", b"first");
    there.put(&first).await.expect("it fits");
    for other in [&b"other"[..], b"", b"first and more"] {
        assert_eq!(there.put(&named("kept/a.json", other)).await, Err(Error::Exists));
    }
    assert_eq!(there.read(&first.name).await.expect("reads"), b"first");
}

async fn one_of_many_wins(there: &Destination) {
    let tries: Vec<_> = (0..6_u8)
        .map(|one| {
            let there = there.clone();
            tokio::spawn(async move { there.put(&named("race/x.json", &[one; 4096])).await })
        })
        .collect();
    let mut won = Vec::new();
    for attempt in tries {
        match attempt.await.expect("no panic") {
            Ok(receipt) => won.push(receipt.sha256),
            Err(error) => assert_eq!(error, Error::Exists),
        }
    }
    assert_eq!(won.len(), 1);
    let name = Name::new("race/x.json").expect("a good name");
    let stored = there.read(&name).await.expect("reads");
    assert_eq!(named("race/x.json", &stored).sha256(), won[0]);
}

async fn is_listed_by_prefix(there: &Destination) {
    for name in ["list/2026/12/c.json", "list/2026/11/b.json", "list/2025/01/a.json"] {
        there.put(&named(name, b"x")).await.expect("it fits");
    }
    let all = ["list/2025/01/a.json", "list/2026/11/b.json", "list/2026/12/c.json"];
    assert_eq!(names(there, "list/").await, all);
    assert_eq!(names(there, "list/2026/1").await, all[1..]);
    assert_eq!(names(there, "list/2026/11/").await, all[1..2]);
    assert!(names(there, "list/2024").await.is_empty());
    assert!(names(there, "no-such-folder/").await.is_empty());
    assert!(names(there, "").await.len() > 3);
    assert_eq!(there.list("*").await, Err(Error::BadName));
}

async fn check_leaves_nothing(there: &Destination, level: Level) {
    let before = names(there, "").await;
    let checked = there.check().await.expect("all is well");
    assert_eq!(checked.level, level);
    let is = |what: &str, outcome: Outcome| {
        let step = checked.steps.iter().find(|it| it.what == what).expect("on every sheet");
        assert_eq!(step.outcome, outcome, "{what}");
    };
    for what in ["write", "read_back", "list", "delete"] {
        is(what, Outcome::Done);
    }
    is("overwrite", Outcome::Refused);
    let sheet: Vec<_> = checked.steps.iter().map(|step| step.what).collect();
    assert_eq!(sheet[..SHEET.len()], SHEET);
    assert_eq!(names(there, "").await, before);
}

/// `through` goes by way of `front` to the place where `direct` goes. A write
/// that fell anywhere is worth another try, and that try ends with one whole document.
pub async fn hold_when_connections_fall(
    through: &Destination,
    direct: &Destination,
    front: &Front,
) {
    let bytes = content(200_000);
    let mut fates = vec![Fate::AnswerLost];
    fates.extend([0, 1, 300, 1500, 5_000, 60_000, 199_000].map(Fate::CutAfter));
    for (number, fate) in fates.into_iter().enumerate() {
        let document = named(&format!("falls/{number}.json"), &bytes);
        front.will(fate.clone());
        let fell = through.put(&document).await;
        front.will(Fate::Pass);
        match fell {
            Err(error) => assert!(error.is_worth_retrying(), "{fate:?}: {error:?}"),
            Ok(receipt) => assert_eq!(receipt.sha256, document.sha256(), "{fate:?}"),
        }
        let receipt = through.put(&document).await.expect("the connection is whole again");
        assert_eq!(direct.put(&document).await, Ok(receipt), "{fate:?}");
        assert!(direct.read(&document.name).await.expect("reads") == bytes, "{fate:?}");
        assert_eq!(names(direct, document.name.as_str()).await.len(), 1, "{fate:?}");
    }
}

/// A server that says no more is waited for as long as a put may take, and no longer.
pub async fn hold_when_nothing_moves(through: &Destination, front: &Front, after: u64) {
    let document = named("stalls/a.json", &content(200_000));
    front.will(Fate::StallAfter(after));
    let (there, what) = (through.clone(), document.clone());
    let put = tokio::spawn(async move { there.put(&what).await });
    front.has_stalled().await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(61)).await;
    let gave_up = put.await.expect("no panic");
    tokio::time::resume();
    assert_eq!(gave_up, Err(Error::Later { code: "timed_out" }));
    front.will(Fate::Pass);
    through.put(&document).await.expect("it moves again");
}
