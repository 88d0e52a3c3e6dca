//! What the console lists, what the visitor's view says, and how much one may hold.

use std::time::Duration;

use protocol::agent::{Availability, Delivery, Row};
use protocol::event::{Sender, State};
use sensitive::Sensitive;
use server::bus::{Mailbox, Topic};
use server::conversation::access::Agent;
use server::conversation::{
    Who, accept, agent_saw, assign, came, close, colleagues, rate, reopen, rows, start, transfer,
    view,
};
use server::error::Error;
use server::ids::{ConnectionId, ConversationId};
use server::{values, workers};

use crate::world::{World, form, fresh_client_id, says};

async fn account(world: &World, agent: &Agent, availability: &'static str, capacity: u32) {
    let agent = agent.clone();
    let insert = world.app.db.write(move |tx| {
        tx.run(
            "insert into account (id, name, display_name, role, departments, password, availability, \
             capacity, is_disabled, created_at) \
             values ($1, $2, $3, 'agent', $4, '', $5, $6, 0, 0)",
            values![
                &agent.id,
                &agent.name,
                &agent.name,
                &serde_json::to_string(&agent.departments).unwrap(),
                availability,
                capacity
            ],
        )
    });
    insert.await.unwrap();
}

async fn listed(world: &World, agent: &Agent) -> Vec<Row> {
    rows(&world.app, agent).await.unwrap()
}

fn of(rows: &[Row], id: ConversationId) -> Option<&Row> {
    rows.iter().find(|row| row.conversation == id.to_string())
}

async fn named_visitor(world: &World) -> ConversationId {
    let answers = [("name", "Robin"), ("question", "Hello")];
    let started = start(&world.app, form("front-desk", &fresh_client_id(), &answers));
    started.await.unwrap().id
}

/// How many topics rang; a ring that never comes fails the story.
async fn rung(mailbox: &Mailbox) -> usize {
    tokio::time::timeout(Duration::from_secs(5), mailbox.next()).await.expect("it rings").len()
}

#[tokio::test]
async fn an_agent_lists_who_waits_and_reads_words_of_the_own_ones_only() {
    let world = World::new();
    let named = named_visitor(&world).await;
    world.app.clock.advance(Duration::from_secs(1));
    let asked = world.visitor("Hello").await;
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    let (mut chief, mut elsewhere) = (world.agent("Chief"), world.agent("Eve"));
    chief.is_supervisor = true;
    elsewhere.departments = vec!["night".to_owned()];
    came(&world.app, ConnectionId::fresh(), Who::Visitor(named)).await.unwrap();
    asked.says(&world, "One").await.unwrap();
    let waiting = listed(&world, &ana).await;
    let order: Vec<_> = waiting.iter().map(|row| row.conversation.clone()).collect();
    assert_eq!(order, [named.to_string(), asked.id.to_string()]);
    assert_eq!(waiting[0].visitor_name.as_ref().map(|name| name.as_str()), Some("Robin"));
    assert_eq!(waiting.iter().map(|row| row.visitor_present).collect::<Vec<_>>(), [true, false]);
    assert!(waiting.iter().all(|row| row.last.is_none()), "nobody has opened them");
    accept(&world.app, &ana, asked.id).await.unwrap();
    asked.says(&world, "Two").await.unwrap();
    let own = listed(&world, &ana).await;
    let row = of(&own, asked.id).unwrap();
    let last = row.last.as_ref().unwrap();
    assert_eq!((&last.from, last.text.as_str()), (&Sender::Visitor, "Two"));
    assert_eq!((row.state, row.unread, row.last_number), (State::Active, 2, 4));
    agent_saw(&world.app, &ana, asked.id, 2).await.unwrap();
    assert_eq!(of(&listed(&world, &ana).await, asked.id).unwrap().unread, 1);
    assert!(of(&listed(&world, &ben).await, asked.id).is_none());
    let steered = listed(&world, &chief).await;
    assert!(of(&steered, asked.id).unwrap().last.is_none(), "reading it would be a look");
    assert!(listed(&world, &elsewhere).await.is_empty());
    world.ends().await;
}

#[tokio::test]
async fn a_closed_row_tells_how_far_its_delivery_is() {
    let world = World::new();
    let (asked, ana) = (world.visitor("Hello").await, world.agent("Ana"));
    accept(&world.app, &ana, asked.id).await.unwrap();
    let delivery = || async { of(&listed(&world, &ana).await, asked.id).unwrap().delivery };
    let waits = |seconds| {
        world.app.clock.advance(Duration::from_secs(seconds));
        workers::run_all_due(&world.app)
    };
    assert_eq!(delivery().await, None);
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    assert_eq!(delivery().await, Some(Delivery::Pending));
    let away = world.archive().with_extension("away");
    std::fs::rename(world.archive(), &away).unwrap();
    waits(120).await.unwrap();
    assert_eq!(delivery().await, Some(Delivery::Retrying));
    std::fs::rename(&away, world.archive()).unwrap();
    let mut mailbox = world.app.bus.mailbox();
    mailbox.listen(Topic::Account(ana.id));
    waits(600).await.unwrap();
    assert_eq!(rung(&mailbox).await, 1, "the list is told");
    assert_eq!(delivery().await, Some(Delivery::Delivered));
    waits(3600).await.unwrap();
    assert_eq!(rung(&mailbox).await, 1, "and told that it is gone");
    assert!(listed(&world, &ana).await.is_empty());
    world.ends().await;
}

#[tokio::test]
async fn what_comes_after_delivery_goes_out_before_the_key_does() {
    let world = World::new();
    let (asked, ana) = (world.visitor("Hello").await, world.agent("Ana"));
    accept(&world.app, &ana, asked.id).await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    let waits = |seconds| {
        world.app.clock.advance(Duration::from_secs(seconds));
        workers::run_all_due(&world.app)
    };
    waits(120).await.unwrap();
    assert!(view(&world.app, asked.id).await.unwrap().may_rate);
    let comment = Some(Sensitive::new("Very kind".to_owned()));
    let rated = rate(&world.app, asked.token.hash(), asked.id, "rating-1".to_owned(), 5, comment);
    rated.await.unwrap();
    let now = view(&world.app, asked.id).await.unwrap();
    assert_eq!((now.may_rate, now.rated), (false, true));
    let away = world.archive().with_extension("away");
    std::fs::rename(world.archive(), &away).unwrap();
    waits(3600).await.unwrap();
    assert!(view(&world.app, asked.id).await.is_ok(), "the key waits for the addendum's receipt");
    std::fs::rename(&away, world.archive()).unwrap();
    waits(600).await.unwrap();
    let folder = world.archive().join("2026/11").join(&asked.reference);
    let addendum = std::fs::read_to_string(folder.join(format!("{}-part1.json", asked.reference)));
    assert!(addendum.unwrap().contains("Very kind"));
    waits(3600).await.unwrap();
    assert!(matches!(view(&world.app, asked.id).await, Err(Error::NotFound)));
    world.ends().await;
}

#[tokio::test]
async fn the_view_says_ones_place_and_how_long_others_waited() {
    let world = World::new();
    let ana = world.agent("Ana");
    let mut asked = Vec::new();
    for _ in 0..5 {
        asked.push(world.visitor("Hello").await);
    }
    let position = |n: usize| {
        let (app, id) = (&world.app, asked[n].id);
        async move { view(app, id).await.unwrap().position }
    };
    assert_eq!((position(0).await, position(4).await), (Some(1), Some(5)));
    assert_eq!(view(&world.app, asked[4].id).await.unwrap().expected_wait_seconds, None);
    world.app.clock.advance(Duration::from_secs(90));
    for first in &asked[..3] {
        accept(&world.app, &ana, first.id).await.unwrap();
    }
    assert_eq!((position(0).await, position(4).await), (None, Some(2)));
    let late = world.visitor("I came late").await;
    let seen = view(&world.app, late.id).await.unwrap();
    assert_eq!((seen.position, seen.expected_wait_seconds), (Some(3), Some(120)));
    let waited = view(&world.app, asked[4].id).await.unwrap();
    assert_eq!(waited.expected_wait_seconds, None, "it is longer than that already");
    let posted = says(&world, &ana, asked[0].id, "Hello").await.unwrap();
    asked[0].says(&world, "Thank you").await.unwrap();
    agent_saw(&world.app, &ana, asked[0].id, posted.seq).await.unwrap();
    let held = view(&world.app, asked[0].id).await.unwrap();
    assert_eq!((held.state, held.agent_seen), (State::Active, posted.shown));
    assert_eq!(held.agent.unwrap().name, "Ana");
    world.ends().await;
}

#[tokio::test]
async fn who_has_as_many_as_they_may_gets_no_more() {
    let world = World::new();
    let (ana, ben) = (world.agent("Ana"), world.agent("Ben"));
    account(&world, &ana, "available", 1).await;
    let (first, second) = (world.visitor("One").await, world.visitor("Two").await);
    accept(&world.app, &ana, first.id).await.unwrap();
    assert!(matches!(accept(&world.app, &ana, second.id).await, Err(Error::AtCapacity)));
    let offered = assign(&world.app, &ben, second.id, &ana).await;
    assert!(matches!(offered, Err(Error::AtCapacity)));
    accept(&world.app, &ben, second.id).await.unwrap();
    let handed = transfer(&world.app, &ben, second.id, "front-desk", Some(&ana)).await;
    assert!(matches!(handed, Err(Error::AtCapacity)));
    close(&world.app, &ana, first.id, None).await.unwrap();
    transfer(&world.app, &ben, second.id, "front-desk", Some(&ana)).await.unwrap();
    accept(&world.app, &ana, second.id).await.unwrap();
    assert!(matches!(reopen(&world.app, &ana, first.id).await, Err(Error::AtCapacity)));
    for _ in 0..5 {
        let more = world.visitor("More").await;
        accept(&world.app, &ben, more.id).await.unwrap();
    }
    let sixth = world.visitor("One too many").await;
    assert!(matches!(accept(&world.app, &ben, sixth.id).await, Err(Error::AtCapacity)));
    world.ends().await;
}

#[tokio::test]
async fn a_transfer_rings_where_it_leaves_and_where_it_goes() {
    let world = World::new();
    let (asked, ana) = (world.visitor("Hello").await, world.agent("Ana"));
    accept(&world.app, &ana, asked.id).await.unwrap();
    let mut mailbox = world.app.bus.mailbox();
    for department in ["front-desk", "night"] {
        mailbox.listen(Topic::Queue(department.to_owned()));
    }
    mailbox.listen(Topic::Account(ana.id));
    mailbox.listen(Topic::View(asked.id));
    transfer(&world.app, &ana, asked.id, "night", None).await.unwrap();
    assert_eq!(rung(&mailbox).await, 4);
    world.ends().await;
}

#[tokio::test]
async fn a_colleague_without_a_connection_is_away() {
    let world = World::new();
    let (ana, ben, mut eve) = (world.agent("Ana"), world.agent("Ben"), world.agent("Eve"));
    eve.departments = vec!["night".to_owned()];
    for agent in [&ana, &ben, &eve] {
        account(&world, agent, "busy", 3).await;
    }
    let asked = world.visitor("Hello").await;
    accept(&world.app, &ben, asked.id).await.unwrap();
    let seen = colleagues(&world.app, &ana).await.unwrap();
    assert_eq!(seen.len(), 1);
    let (name, active) = (seen[0].person.name.as_str(), seen[0].active);
    assert_eq!((name, seen[0].availability, active), ("Ben", Availability::Away, 1));
    came(&world.app, ConnectionId::fresh(), Who::Agent(ben.id)).await.unwrap();
    let seen = colleagues(&world.app, &ana).await.unwrap();
    assert_eq!((seen[0].availability, seen[0].capacity), (Availability::Busy, 3));
    world.ends().await;
}
