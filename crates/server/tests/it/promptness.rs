//! How soon a receipt follows a close, and where a node connects to meanwhile.

use std::collections::HashSet;
use std::fs;
use std::time::{Duration, Instant};

use server::config::sections::{Sections, Timing};
use server::conversation::access::Agent;
use server::conversation::{accept, close};
use server::ids::{AccountId, ConversationId};

use crate::served::Served;

const CONVERSATIONS: usize = 20;

async fn is_delivered(world: &Served, id: ConversationId) -> bool {
    let count = "select count(*) from conversation where id = $1 and delivered_parts > 0";
    let read = world.app.db.read(move |tx| tx.count(count, server::values![&id]));
    read.await.expect("reads") > 0
}

async fn closes(world: &Served) -> Duration {
    let (_, reference) = world.starts("Can I pay by card?").await;
    let find = "select id from conversation where reference = $1";
    let read = world
        .app
        .db
        .read(move |tx| tx.row(find, server::values![&reference], |row| row.conversation(0)));
    let id = read.await.expect("reads").expect("it began");
    let ana = Agent {
        id: AccountId::fresh(),
        name: "Ana".to_owned(),
        is_supervisor: false,
        departments: vec!["front-desk".to_owned()],
    };
    accept(&world.app, &ana, id).await.expect("accepts");
    close(&world.app, &ana, id, Some("answered".to_owned())).await.expect("closes");
    let begun = Instant::now();
    while !is_delivered(world, id).await {
        tokio::task::yield_now().await;
    }
    begun.elapsed()
}

/// The other ends of this process' own sockets, as the kernel's tables write them.
fn other_ends() -> Vec<String> {
    let files = fs::read_dir("/proc/self/fd").expect("Linux").flatten();
    let sockets: HashSet<String> = files
        .filter_map(|file| fs::read_link(file.path()).ok())
        .filter_map(|it| Some(it.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut ends = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let text = fs::read_to_string(format!("/proc/self/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let columns: Vec<_> = line.split_whitespace().collect();
            if columns.get(9).is_some_and(|inode| sockets.contains(*inode)) {
                ends.push(columns[2].split(':').next().unwrap_or_default().to_owned());
            }
        }
    }
    ends
}

/// 127.0.0.0/8, the same mapped, ::1, and no other end at all; in little-endian words.
fn is_here(address: &str) -> bool {
    (address.len() == 8 && address.ends_with("7F"))
        || address.ends_with("FFFF00000100007F")
        || address == "00000000000000000000000001000000"
        || address.bytes().all(|byte| byte == b'0')
}

#[tokio::test]
async fn a_receipt_follows_its_close_and_nothing_else_is_connected_to() {
    let world = Served::with(|config| config.limits.starts_per_minute = 1_000).await;
    let timing = Timing { survey_seconds: 0, ..Timing::default() };
    let sections = Sections { timing, ..(*world.app.sections()).clone() };
    world.app.set_sections(sections).expect("settings");
    assert!(!is_here("010200C0"), "192.0.2.1 would be found");
    let mut took = Vec::new();
    for _ in 0..CONVERSATIONS {
        took.push(closes(&world).await);
        for end in other_ends() {
            assert!(is_here(&end), "connected to {end}");
        }
    }
    let _console = std::net::TcpStream::connect(world.address).expect("it listens");
    assert!(other_ends().iter().any(|end| end == "0100007F"), "a connection of ours is seen");
    took.sort();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_millis();
    println!(
        "{{\"closes\":{CONVERSATIONS},\"receipt_p50_ms\":{},\"receipt_p99_ms\":{}}}",
        at(50),
        at(99)
    );
    world.ends().await;
}
