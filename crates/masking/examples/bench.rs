//! Measures the engine on one thread and prints one line of JSON: load time and
//! memory, speed on short messages and on a document, with all rules and with
//! those of structured values alone, and the worst inputs against plain chat.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use masking::Engine;

const MESSAGES: &str = include_str!("messages.txt");
const DOCUMENT_BYTES: usize = 10 << 20;
/// What is no format but words.
const UNSTRUCTURED: [&str; 3] = ["name", "address", "birth_date"];

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

/// Resident memory in KiB; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

struct Speed {
    messages_per_second: f64,
    message_mb_per_second: f64,
    document_mb_per_second: f64,
}

fn speed(document: &str, find: &dyn Fn(&str) -> usize) -> Speed {
    let messages: Vec<&str> = MESSAGES.lines().collect();
    let (rounds, bytes) = (5_000, messages.iter().map(|m| m.len()).sum::<usize>());
    let spent = seconds(&mut || {
        for message in messages.iter().cycle().take(rounds * messages.len()) {
            std::hint::black_box(find(message));
        }
    });
    let whole = seconds(&mut || {
        std::hint::black_box(find(document));
    });
    Speed {
        messages_per_second: (rounds * messages.len()) as f64 / spent,
        message_mb_per_second: (rounds * bytes) as f64 / spent / 1e6,
        document_mb_per_second: document.len() as f64 / whole / 1e6,
    }
}

fn shown(speed: &Speed) -> String {
    let Speed { messages_per_second: a, message_mb_per_second: b, document_mb_per_second: c } =
        speed;
    format!(
        "{{\"messages_per_second\":{a:.0},\"message_mb_per_second\":{b:.1},\"document_mb_per_second\":{c:.1}}}"
    )
}

fn main() {
    let (from, before) = (Instant::now(), resident_kib());
    let engine = Engine::new();
    let load_ms = from.elapsed().as_secs_f64() * 1e3;
    let engine_kib = resident_kib().saturating_sub(before);
    let document = MESSAGES.repeat(DOCUMENT_BYTES / MESSAGES.len());
    let structured: Vec<&str> = masking::rules()
        .into_iter()
        .map(|(rule, _, _)| rule)
        .filter(|rule| !UNSTRUCTURED.contains(rule))
        .collect();
    let all = speed(&document, &|text| engine.find(text).len());
    let few = engine.only(&structured);
    let fewer = speed(&document, &|text| engine.find_only(&few, text).len());
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
    let base = document.len() as f64 / all.document_mb_per_second / 1e6;
    let ratios: Vec<String> = worst
        .iter()
        .map(|(name, part)| {
            let text = part.repeat(document.len() / part.len());
            let spent = seconds(&mut || {
                std::hint::black_box(engine.find(&text));
            });
            format!("\"{name}\":{:.2}", spent / base)
        })
        .collect();
    println!(
        "{{\"load_ms\":{load_ms:.1},\"engine_kib\":{engine_kib},\"all_rules\":{},\"structured_rules\":{},\"worst_against_chat\":{{{}}}}}",
        shown(&all),
        shown(&fewer),
        ratios.join(",")
    );
}
