//! Measures the engine on one thread and prints one line of JSON: load time,
//! speed on short messages, and the worst inputs against plain chat.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use masking::Engine;

const MESSAGES: [&str; 10] = [
    "hello, i would like to make an appointment for next week please",
    "ok thanks so much for your help with this",
    "my knee has been hurting since tuesday and ibuprofen does not help at all",
    "can i come in at 14:00 instead of 18:15?",
    "what are your opening hours on saturday, and is there parking close by?",
    "my card number is 4111 1111 1111 1111 and my name is Maria Lopez",
    "the pharmacy says they never got the prescription from the clinic",
    "bp was 154/80 this morning and 123/100 last night",
    "is it normal to feel dizzy after the second dose?",
    "please send the results to the portal, i will look at them tonight",
];
const DOCUMENT_BYTES: usize = 1 << 20;

const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_millis(300);

/// Seconds that this thread has had a processor; the wall clock where the system does not say.
fn spent(since: Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| since.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The best of some rounds, in seconds of processor.
fn seconds(work: &mut dyn FnMut()) -> f64 {
    let since = Instant::now();
    // The system counts in ticks of milliseconds, so a round has many of them.
    let round = |_| {
        let (from, begun) = (spent(since), Instant::now());
        let mut times = 0.0;
        while begun.elapsed() < ROUND {
            work();
            times += 1.0;
        }
        (spent(since) - from) / times
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn find(engine: &Engine, text: &str) -> f64 {
    seconds(&mut || {
        std::hint::black_box(engine.find(text));
    })
}

fn main() {
    let from = Instant::now();
    let engine = Engine::new();
    let load_ms = from.elapsed().as_secs_f64() * 1e3;
    let rounds = 5_000;
    let bytes: usize = MESSAGES.iter().map(|m| m.len()).sum::<usize>() * rounds;
    let spent = seconds(&mut || {
        for message in MESSAGES.iter().cycle().take(rounds * MESSAGES.len()) {
            std::hint::black_box(engine.find(message));
        }
    });
    let chat = MESSAGES.join("\n").repeat(DOCUMENT_BYTES / 500);
    let fill = |part: &str| part.repeat(chat.len() / part.len());
    let base = find(&engine, &chat);
    let worst = [
        ("digits", "1"),
        ("spaced digits", "4 "),
        ("at signs", "@"),
        ("dots", "a."),
        ("digit words", "one "),
        ("colons", "a:"),
        ("names", "Mary "),
        ("cues", "ssn "),
    ];
    let ratios: Vec<String> = worst
        .iter()
        .map(|(name, part)| format!("\"{name}\":{:.2}", find(&engine, &fill(part)) / base))
        .collect();
    println!(
        "{{\"load_ms\":{load_ms:.1},\"messages_per_second\":{:.0},\"message_mb_per_second\":{:.1},\"document_mb_per_second\":{:.1},\"worst_against_chat\":{{{}}}}}",
        (rounds * MESSAGES.len()) as f64 / spent,
        bytes as f64 / spent / 1e6,
        chat.len() as f64 / base / 1e6,
        ratios.join(",")
    );
}
