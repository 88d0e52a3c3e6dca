//! Measures datafog-core as `crates/masking/examples/bench.rs` measures our engine.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use datafog_core::scan;

const MESSAGES: &str = include_str!("../../../../crates/masking/examples/messages.txt");
const DOCUMENT_BYTES: usize = 10 << 20;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_millis(300);

/// Seconds that this thread has had a processor.
fn spent() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says");
    let nanoseconds = stat.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.expect("nanoseconds come first") / 1e9
}

fn seconds(work: &mut dyn FnMut()) -> f64 {
    let round = |_| {
        let (from, begun, mut times) = (spent(), Instant::now(), 0.0);
        while begun.elapsed() < ROUND {
            work();
            times += 1.0;
        }
        (spent() - from) / times
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn main() {
    let messages: Vec<&str> = MESSAGES.lines().collect();
    let rounds = 500;
    let short = seconds(&mut || {
        for message in messages.iter().cycle().take(rounds * messages.len()) {
            std::hint::black_box(scan(message));
        }
    });
    let document = MESSAGES.repeat(DOCUMENT_BYTES / MESSAGES.len());
    let long = seconds(&mut || {
        std::hint::black_box(scan(&document));
    });
    println!(
        "{{\"messages_per_second\":{:.0},\"document_mb_per_second\":{:.1}}}",
        (rounds * messages.len()) as f64 / short,
        document.len() as f64 / long / 1e6
    );
}
