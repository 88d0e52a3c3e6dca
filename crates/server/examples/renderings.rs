//! Measures what a transcript of 200 messages costs in each format, on a quiet machine
//! and on one whose every core is busy, and prints one line of JSON.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use protocol::Text;
use protocol::event::{Ending, Person, Sender};
use serde_json::{Value, json};
use server::archive::transcript::{
    At, Event, Masking, Named, Participant, Said, Transcript, VERSION, What,
};
use server::archive::{canonical, html, pdf, text};

const MESSAGES: u64 = 200;
const ROUNDS: usize = 50;
const START: i64 = 1_795_512_600_000;

fn message(number: u64) -> Event {
    let words = format!(
        "This is message {number} of a made-up conversation: it asks when the front desk is open, \
         and gets an answer of about two lines, as most do."
    );
    let from = match number % 2 {
        0 => Sender::Visitor,
        _ => {
            Sender::Agent { person: Person { id: "a1".to_owned(), name: "Ana Sample".to_owned() } }
        }
    };
    // As a client reads it from a frame.
    let text: Text = serde_json::from_value(Value::String(words)).expect("text is a string");
    let said = Said { text: text.into(), masks: Vec::new() };
    let what = What::Message { from, said, revision: 0, corrected: false };
    Event { number, at: At(START + number as i64 * 9_000), staff_only: false, what }
}

fn conversation() -> Transcript {
    let named = |name: &str| Named { id: name.to_lowercase(), name: name.to_owned() };
    Transcript {
        version: VERSION,
        reference: "K7QX-4MPD".to_owned(),
        part: 0,
        follows: None,
        site: named("Sample"),
        department: named("Desk"),
        language: "en".to_owned(),
        practice: true,
        started_at: At(START),
        ended_at: At(START + MESSAGES as i64 * 9_000),
        ending: Ending::ByAgent,
        disposition: None,
        participants: vec![Participant::Visitor { name: None }],
        masking: Masking {
            policy: "default".to_owned(),
            policy_version: 1,
            rules: Default::default(),
        },
        events: (1..=MESSAGES).map(message).collect(),
    }
}

/// Milliseconds that this thread has had a processor; 0 where the system does not say.
fn processor_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}

/// Processor time of one, median and longest wait of some rounds, and the bytes that come out.
fn timed(render: impl Fn(&Transcript) -> Vec<u8>, of: &Transcript) -> Value {
    let bytes = black_box(render(of)).len();
    let round = |_| {
        let begun = Instant::now();
        black_box(render(of));
        begun.elapsed().as_secs_f64() * 1000.0
    };
    let processor = processor_ms();
    let mut spent: Vec<f64> = (0..ROUNDS).map(round).collect();
    let processor = (processor_ms() - processor) / ROUNDS as f64;
    spent.sort_by(f64::total_cmp);
    let shown = |ms: f64| (ms * 100.0).round() / 100.0;
    json!({"processor_ms": shown(processor), "median_ms": shown(spent[ROUNDS / 2]), "longest_ms": shown(spent[ROUNDS - 1]), "bytes": bytes})
}

fn json_of(transcript: &Transcript) -> Vec<u8> {
    let value = serde_json::to_value(transcript).expect("a transcript is JSON");
    canonical::encode(&value).expect("its numbers are whole")
}

fn all(of: &Transcript) -> Value {
    json!({
        "json": timed(json_of, of),
        "html": timed(|it| html::page(it).into_bytes(), of),
        "text": timed(|it| text::text(it).into_bytes(), of),
        "pdf": timed(pdf::file, of),
    })
}

/// The most memory that was resident so far, in KiB; 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

fn main() {
    let conversation = conversation();
    let before = peak_kib();
    black_box(pdf::file(&conversation));
    let pdf_kib = peak_kib() - before;
    let quiet = all(&conversation);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let is_done = AtomicBool::new(false);
    let busy = std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let busy = all(&conversation);
        is_done.store(true, Ordering::Relaxed);
        busy
    });
    let figures = json!({"messages": MESSAGES, "cores": cores, "quiet": quiet, "busy": busy, "pdf_kib": pdf_kib});
    println!("{figures}");
}
