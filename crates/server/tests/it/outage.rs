//! The only destination is away for a day, on the moved clock, while people talk on.

use std::fs;
use std::time::{Duration, Instant};

use server::archive::backlog;
use server::conversation::{accept, close};
use server::workers;

use crate::delivery::{MINUTE, names, pending, times};
use crate::world::{World, says};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Bytes that this process holds.
fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).and_then(|it| it.parse::<u64>().ok()).unwrap() * 4096
}

async fn talks(world: &World) -> Duration {
    let asked = world.visitor("Can I pay by card?").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    let begun = Instant::now();
    says(world, &ana, asked.id, "You can").await.unwrap();
    let took = begun.elapsed();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    took
}

fn p99(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() * 99 / 100]
}

async fn day_without_destination(conversations: usize, before_it: usize, steps: usize) -> String {
    let world = World::new();
    let mut before = Vec::new();
    for _ in 0..before_it {
        before.push(talks(&world).await);
    }
    world.app.clock.advance(3 * MINUTE);
    workers::run_all_due(&world.app).await.unwrap();
    assert_eq!(times(&world, "transcript.delivered").await as usize, before_it);
    let away = world.archive().with_extension("away");
    fs::rename(world.archive(), &away).unwrap();
    let (mut during, mut held) = (Vec::new(), Vec::new());
    for step in 0..steps {
        for _ in 0..(conversations * (step + 1) / steps - conversations * step / steps) {
            during.push(talks(&world).await);
        }
        world.app.clock.advance(DAY / u32::try_from(steps).unwrap());
        workers::run_all_due(&world.app).await.unwrap();
        held.push(resident());
    }
    assert_eq!(times(&world, "transcript.delivered").await as usize, before_it);
    let [waiting] = &backlog::backlogs(&world.app).await.unwrap()[..] else { panic!("one") };
    assert_eq!((waiting.waiting as usize, waiting.stuck), (conversations, 0));
    fs::rename(&away, world.archive()).unwrap();
    let begun = Instant::now();
    for _ in 0..8 {
        world.app.clock.advance(15 * MINUTE);
        workers::run_all_due(&world.app).await.unwrap();
    }
    let (took, after) = (begun.elapsed(), resident());
    assert!(pending(&world).await.is_empty(), "all are delivered");
    assert_eq!(times(&world, "transcript.delivered").await as usize, conversations + before_it);
    assert_eq!(names(&world.archive()).len(), (conversations + before_it) * 3);
    let figures = format!(
        "{{\"conversations\":{conversations},\"lost\":0,\"message_p99_before_us\":{},\"message_p99_during_us\":{},\
         \"rss_mib_every_two_hours\":{:?},\"rss_after_mib\":{},\"delivered_in_seconds\":{}}}",
        p99(before).as_micros(),
        p99(during).as_micros(),
        held.chunks(steps / 12).map(|hours| hours[hours.len() - 1] >> 20).collect::<Vec<_>>(),
        after >> 20,
        took.as_secs(),
    );
    world.ends().await;
    figures
}

#[tokio::test]
async fn a_day_without_the_only_destination_loses_nothing() {
    println!("{}", day_without_destination(30, 10, 48).await);
}

#[tokio::test]
#[ignore = "started by `make outage`: it takes some minutes"]
async fn ten_thousand_wait_a_day() {
    println!("{}", day_without_destination(10_000, 200, 24 * 12).await);
}
