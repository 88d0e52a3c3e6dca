//! What a visitor answered in the form or wrote beside a rating, and what staff noted, is
//! gone wherever it stood once it was redacted by hand.

use protocol::event::{Body, Event};
use sensitive::Sensitive;
use server::conversation::access::Agent;
use server::conversation::{
    Posted, Started, Stretch, accept, close, events_after, note, rate, redact, rows, shown_after,
    start,
};
use server::error::{Error, Result};
use server::values;

use crate::delivery::{MINUTE, names, text, verifies, waits};
use crate::world::{World, form, fresh_client_id, says};

/// Robin asks about a dog, on a page that names it too.
async fn robin_asks(world: &World) -> Started {
    let answers = [
        ("name", "Robin Quillan"),
        ("question", "May I bring Brimley?"),
        ("page", "/dogs/Brimley"),
    ];
    let form = form("front-desk", &fresh_client_id(), &answers);
    start(&world.app, form).await.expect("it starts")
}

async fn redacts(
    world: &World,
    agent: &Agent,
    asked: &Started,
    client_id: &str,
    (field, start, end): (&str, u32, u32),
) -> Result<Posted> {
    let stretch = Stretch { number: 1, field: Some(field.to_owned()), start, end };
    redact(&world.app, agent, asked.id, client_id.to_owned(), stretch).await
}

fn answers(body: &Body) -> Vec<(String, String)> {
    let Body::Started { answers, .. } = body else { panic!("{body:?} is the form") };
    answers.iter().map(|one| (one.field.clone(), one.text.as_str().to_owned())).collect()
}

/// What an open screen is told: number and field that changed, and how it reads.
fn amended(told: &[Event]) -> Vec<(u64, Option<String>, String, u32)> {
    let one = |event: &Event| match &event.body {
        Body::Amended { target, field, text, masks, .. } => {
            let first = masks.iter().find(|mask| mask.rule == "redacted").expect("a mask");
            Some((*target, field.clone(), text.as_str().to_owned(), first.start))
        }
        _ => None,
    };
    told.iter().filter_map(one).collect()
}

async fn audited(world: &World) -> Vec<String> {
    let read = world.app.db.read(|tx| {
        tx.rows(
            "select detail from audit where action = $1 order by seq",
            values!["message.redacted"],
            |row| row.text(0),
        )
    });
    read.await.expect("reads")
}

#[tokio::test]
async fn an_answer_that_was_redacted_is_gone_for_both_sides_and_from_the_lists() {
    let world = World::new();
    let asked = robin_asks(&world).await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    says(&world, &ana, asked.id, "Let me look").await.unwrap();
    let id = fresh_client_id();
    let once = redacts(&world, &ana, &asked, &id, ("name", 6, 13)).await.unwrap();
    let twice = redacts(&world, &ana, &asked, &id, ("name", 6, 13)).await.unwrap();
    assert_eq!(once, twice, "a resend is harmless");
    let other = redacts(&world, &ana, &asked, &id, ("page", 6, 13)).await;
    assert!(matches!(other, Err(Error::ReusedClientId)), "another answer is another wish");
    let id = fresh_client_id();
    redacts(&world, &ana, &asked, &id, ("question", 12, 19)).await.unwrap();

    let stored = world.thread(asked.id).await;
    let now = [
        ("name", "Robin XXXXXXX"),
        ("question", "May I bring XXXXXXX?"),
        ("page", "/dogs/Brimley"),
    ];
    let now = now.map(|(field, text)| (field.to_owned(), text.to_owned()));
    assert_eq!(answers(&stored[0]), now);
    let changes = [
        (1, Some("name".to_owned()), now[0].1.clone(), 6),
        (1, Some("question".to_owned()), now[1].1.clone(), 12),
    ];
    let staff = events_after(&world.app, asked.id, 0).await.unwrap();
    let visitor = shown_after(&world.app, asked.id, 0).await.unwrap();
    for told in [&staff, &visitor] {
        assert_eq!(answers(&told[0].body), now);
        assert_eq!(amended(told), changes);
    }
    let listed = rows(&world.app, &ana).await.unwrap();
    let name = listed[0].visitor_name.as_ref().map(|name| name.as_str().to_owned());
    assert_eq!(name.as_deref(), Some("Robin XXXXXXX"), "the lists hold a copy of the name");
    assert_eq!(audited(&world).await, ["1 name", "1 question"]);
    world.ends().await;
}

#[tokio::test]
async fn an_answer_is_delivered_as_redacted_and_an_addendum_follows_what_was_delivered() {
    let world = World::new();
    let asked = robin_asks(&world).await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    redacts(&world, &ana, &asked, &fresh_client_id(), ("name", 6, 13)).await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    waits(&world, 2 * MINUTE).await;
    let folder = world.archive();
    let first = text(&folder, "part0.json");
    assert!(first.contains("Robin XXXXXXX") && !first.contains("Quillan"), "{first}");
    assert!(first.contains("bring Brimley?"), "{first}");
    assert!(first.contains("\"field\":\"name\",\"kind\":\"amended\",\"now\":null"), "{first}");

    redacts(&world, &ana, &asked, &fresh_client_id(), ("question", 12, 19)).await.unwrap();
    waits(&world, MINUTE).await;
    assert_eq!(names(&folder).len(), 6, "three more files");
    verifies(folder.clone()).await;
    let later = text(&folder, "part1.json");
    assert!(later.contains("\"field\":\"question\",\"kind\":\"amended\""), "{later}");
    assert!(later.contains("May I bring XXXXXXX?") && !later.contains("Brimley"), "{later}");
    let page = text(&folder, "part1.html");
    assert!(page.contains("Question") && page.contains("now reads"), "{page}");
    world.ends().await;
}

#[tokio::test]
async fn redacting_an_answer_that_is_not_there_or_not_ones_own_is_refused() {
    let world = World::new();
    let asked = robin_asks(&world).await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    let tries = async |who: &Agent, place| {
        redacts(&world, who, &asked, &fresh_client_id(), place).await.map(|_| ())
    };
    accept(&world.app, &ana, asked.id).await.unwrap();
    let said = says(&world, &ana, asked.id, "Hello").await.unwrap();
    assert!(matches!(tries(&ben, ("name", 6, 13)).await, Err(Error::NotFound)));
    for place in [("name", 6, 14), ("name", 6, 6), ("email", 0, 1), ("", 0, 1)] {
        let refused = tries(&ana, place).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{place:?}: {refused:?}");
    }
    // A message has no answers, and the form is more than one text.
    for (number, field) in [(said.seq, Some("name".to_owned())), (1, None)] {
        let stretch = Stretch { number, field, start: 0, end: 1 };
        let refused = redact(&world.app, &ana, asked.id, fresh_client_id(), stretch).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{number}: {refused:?}");
    }
    assert_eq!(answers(&world.thread(asked.id).await[0])[0].1, "Robin Quillan");
    assert!(audited(&world).await.is_empty());
    world.ends().await;
}

/// Ana's conversation with Robin, over and rated; the number of the rating.
async fn robin_rates(world: &World, ana: &Agent) -> (Started, u64) {
    let asked = robin_asks(world).await;
    accept(&world.app, ana, asked.id).await.unwrap();
    close(&world.app, ana, asked.id, Some("answered".to_owned())).await.unwrap();
    let comment = Some(Sensitive::new("Brimley says thanks".to_owned()));
    let (token, id) = (asked.token.hash(), fresh_client_id());
    rate(&world.app, token, asked.id, id, 5, comment).await.expect("it is rated");
    let number = events_after(&world.app, asked.id, 0).await.unwrap().last().unwrap().number;
    (asked, number)
}

async fn hides_brimley(world: &World, ana: &Agent, asked: &Started, number: u64) -> Posted {
    let stretch = Stretch { number, field: None, start: 0, end: 7 };
    redact(&world.app, ana, asked.id, fresh_client_id(), stretch).await.expect("it is redacted")
}

#[tokio::test]
async fn a_comment_that_was_redacted_is_delivered_as_redacted() {
    let world = World::new();
    let ana = world.agent("Ana");
    let (asked, number) = robin_rates(&world, &ana).await;
    hides_brimley(&world, &ana, &asked, number).await;
    let staff = events_after(&world.app, asked.id, 0).await.unwrap();
    assert_eq!(amended(&staff), [(number, None, "XXXXXXX says thanks".to_owned(), 0)]);
    let rated = staff.iter().find_map(|event| match &event.body {
        Body::Rated { score, comment: Some(comment), .. } => Some((*score, comment.as_str())),
        _ => None,
    });
    assert_eq!(rated, Some((5, "XXXXXXX says thanks")), "the score stays");
    assert_eq!(audited(&world).await, [number.to_string()]);
    waits(&world, 2 * MINUTE).await;
    let first = text(&world.archive(), "part0.json");
    assert!(first.contains("XXXXXXX says thanks") && !first.contains("Brimley says"), "{first}");
    world.ends().await;
}

#[tokio::test]
async fn an_addendum_follows_a_comment_that_was_delivered() {
    let world = World::new();
    let ana = world.agent("Ana");
    let (asked, number) = robin_rates(&world, &ana).await;
    waits(&world, 2 * MINUTE).await;
    let folder = world.archive();
    assert!(text(&folder, "part0.json").contains("Brimley says thanks"));
    hides_brimley(&world, &ana, &asked, number).await;
    waits(&world, MINUTE).await;
    assert_eq!(names(&folder).len(), 6, "three more files");
    verifies(folder.clone()).await;
    let later = text(&folder, "part1.json");
    assert!(later.contains("XXXXXXX says thanks") && !later.contains("Brimley"), "{later}");
    let page = text(&folder, "part1.html");
    assert!(page.contains("says thanks") && !page.contains("Brimley"), "{page}");
    assert!(page.contains("Comment on the rating of 24 November 2026"), "{page}");
    world.ends().await;
}

#[tokio::test]
async fn a_note_that_was_redacted_is_gone_for_staff_and_from_what_is_delivered() {
    let world = World::new();
    let ana = world.agent("Ana");
    let asked = robin_asks(&world).await;
    accept(&world.app, &ana, asked.id).await.unwrap();
    let noted = async |words: &str| {
        let words = Sensitive::new(words.to_owned());
        note(&world.app, &ana, asked.id, fresh_client_id(), words).await.unwrap().seq
    };
    let (first, later) = (noted("Brimley bites").await, noted("Brimley is kind").await);
    hides_brimley(&world, &ana, &asked, first).await;
    let staff = events_after(&world.app, asked.id, 0).await.unwrap();
    assert_eq!(amended(&staff), [(first, None, "XXXXXXX bites".to_owned(), 0)]);
    let shown = format!("{:?}", shown_after(&world.app, asked.id, 0).await.unwrap());
    assert!(!shown.contains("Note") && !shown.contains("Amended"), "notes are staff's: {shown}");
    assert_eq!(audited(&world).await, [first.to_string()]);
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    waits(&world, 2 * MINUTE).await;
    let folder = world.archive();
    let part = text(&folder, "part0.json");
    assert!(part.contains("XXXXXXX bites") && !part.contains("Brimley bites"), "{part}");
    assert!(part.contains("Brimley is kind"), "{part}");

    // Delivered as it read then: an addendum follows, and its page says that it is a note.
    hides_brimley(&world, &ana, &asked, later).await;
    waits(&world, MINUTE).await;
    verifies(folder.clone()).await;
    let part = text(&folder, "part1.json");
    assert!(part.contains("XXXXXXX is kind") && !part.contains("Brimley"), "{part}");
    let page = text(&folder, "part1.html");
    assert!(page.contains("Note of 24 November 2026") && !page.contains("Message"), "{page}");
    world.ends().await;
}
