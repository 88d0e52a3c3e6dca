//! Measures the engine on one thread and prints one line of JSON: load time and
//! memory, speed on short messages and on a document, with all rules and with
//! those of structured values alone, and the worst inputs against plain chat.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use masking::{Engine, Mode, OwnRule, Policy, Writer};
use sensitive::Sensitive;

const MESSAGES: &str = include_str!("messages.txt");
const DOCUMENT_BYTES: usize = 10 << 20;
/// What is no format but words.
const UNSTRUCTURED: [&str; 3] = ["name", "address", "birth_date"];

/// What makes the engine look the most, byte for byte.
const WORST: [(&str, &str); 37] = [
    ("digits", "1"),
    ("full-width digits", "４"),
    ("Arabic digits", "٤"),
    ("spaced digits", "4 "),
    ("spaced digits, all", "1 2 3 4 5 6 7 8 9 0 "),
    ("spaced full-width digits", "４ １ "),
    ("digits on lines", "4\n1\n"),
    ("dashed digits", "4-1-"),
    ("pairs of digits", "41 11 "),
    ("cards", "4111 1111 1111 1111 "),
    ("digit words", "one "),
    ("digit words, Spanish", "uno dos tres cuatro "),
    ("spoken numbers", "twenty nine "),
    ("digits and words", "4 one 1 two "),
    ("digits and letters", "4a1b"),
    ("letters for digits", "4O1l "),
    ("at signs", "@"),
    ("letters at", "a@"),
    ("the word at", "a at b dot com "),
    ("dots", "a."),
    ("colons", "a:"),
    ("hexadecimal groups", "1a:"),
    ("references", "&#52;"),
    ("ampersands", "&a"),
    ("percent codes", "%34"),
    ("tags", "<b>"),
    ("zero-width", "4\u{200b}"),
    ("other letters", "中"),
    ("Cyrillic", "на "),
    ("pictures", "😀"),
    ("names", "Mary "),
    ("titles", "Dr. Lee "),
    ("cues", "ssn "),
    ("cues and digits", "ssn 4 "),
    ("cues without a value", "my name is card born "),
    ("streets", "12 Main Street "),
    ("months", "may 4 "),
];

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

/// The same through the whole of masking, with rules of the clinic's own.
fn masked(engine: &Engine, document: &str) -> Vec<String> {
    let mut policy = Policy::default();
    for pattern in ["[A-Z]{2}[0-9]{4}", "P-?[0-9]{5,8}"] {
        policy.add_own(OwnRule::new(pattern, &["file", "patient"]).expect("a good pattern"));
    }
    let spent = |text: &str| {
        let text = Sensitive::new(text.to_owned());
        let mask = || engine.mask(&policy, Mode::Archive, &[], Writer::Visitor, None, &text);
        seconds(&mut || {
            std::hint::black_box(mask());
        })
    };
    let base = spent(document);
    let parts = [
        ("spaced digits", "4 "),
        ("own values", "AB1234 "),
        ("cards", "4111 1111 1111 1111 "),
        ("social security numbers", "ssn 219-09-9999 "),
        ("X's", "XXX-XX-9999 "),
    ];
    let ratio = |(name, part): (&str, &str)| {
        let text = part.repeat(document.len() / part.len());
        format!("\"masked {name}\":{:.2}", spent(&text) / base)
    };
    parts.into_iter().map(ratio).collect()
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
    let base = document.len() as f64 / all.document_mb_per_second / 1e6;
    let mut ratios: Vec<String> = WORST
        .iter()
        .map(|(name, part)| {
            let text = part.repeat(document.len() / part.len());
            let spent = seconds(&mut || {
                std::hint::black_box(engine.find(&text));
            });
            format!("\"{name}\":{:.2}", spent / base)
        })
        .collect();
    ratios.extend(masked(&engine, &document));
    println!(
        "{{\"load_ms\":{load_ms:.1},\"engine_kib\":{engine_kib},\"all_rules\":{},\"structured_rules\":{},\"worst_against_chat\":{{{}}}}}",
        shown(&all),
        shown(&fewer),
        ratios.join(",")
    );
}
