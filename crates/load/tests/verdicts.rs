//! The verdicts can fail: each is given against a stand-in that is broken on
//! purpose, and is clean against the same one when it is whole.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Cargo builds examples for tests, but does not say where.
fn rehearsal() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_sotto-load"));
    program.parent().expect("a target directory").join("examples/rehearsal")
}

/// Figures and exit code of a run against the stand-in with this fault.
fn run(fault: &str, arguments: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_sotto-load"))
        .args(arguments)
        .arg("--server")
        .arg(rehearsal())
        .env("REHEARSAL_FAULT", fault)
        .output()
        .expect("sotto-load starts");
    let out = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    let last = out.lines().last().unwrap_or_else(|| panic!("no figures; it said:\n{said}"));
    (serde_json::from_str(last).expect("figures are JSON"), output.status.code().unwrap_or(-1))
}

fn chaos(fault: &str) -> (Value, i32) {
    let arguments = "chaos --kills 3 --stops 1 --first-messages 1 --pairs 4 --wait-seconds 1";
    run(fault, &arguments.split(' ').collect::<Vec<_>>())
}

fn replay(fault: &str) -> (Value, i32) {
    let dialogues = concat!(env!("CARGO_MANIFEST_DIR"), "/dialogues");
    run(fault, &["replay", "--data", dialogues, "--at-once", "3", "--wait-seconds", "1"])
}

#[test]
fn chaos_is_clean_when_nothing_is_broken() {
    let (figures, code) = chaos("none");
    assert_eq!(code, 0, "{figures}");
    assert_eq!(figures["kills"], 3);
    for wrong in [
        "lost",
        "doubled",
        "reordered",
        "altered",
        "renumbered",
        "invented",
        "holes",
        "out_of_turn",
        "undelivered",
        "archived_wrong",
    ] {
        assert_eq!(figures[wrong], 0, "{figures}");
    }
    for right in ["acknowledged", "notes", "corrections", "transfers"] {
        assert!(figures[right].as_u64() > Some(0), "no {right}: {figures}");
    }
}

#[test]
fn a_visitor_whose_newest_token_was_replaced_comes_back_with_the_one_before() {
    let (figures, code) = chaos("replaced");
    assert_eq!((code, &figures["lost"]), (0, &0.into()), "{figures}");
}

#[test]
fn chaos_finds_messages_that_were_acknowledged_and_never_written() {
    let (figures, code) = chaos("forgetful");
    assert_eq!(code, 1, "{figures}");
    assert!(figures["lost"].as_u64() > Some(0), "{figures}");
}

#[test]
fn chaos_finds_messages_that_a_resend_doubled() {
    let (figures, code) = chaos("stutter");
    assert_eq!(code, 1, "{figures}");
    assert!(figures["doubled"].as_u64() > Some(0), "{figures}");
}

#[test]
fn chaos_finds_messages_that_changed_places() {
    let (figures, code) = chaos("shuffle");
    assert_eq!(code, 1, "{figures}");
    assert!(figures["reordered"].as_u64() > Some(0), "{figures}");
}

#[test]
fn chaos_finds_conversations_that_were_never_delivered() {
    let (figures, code) = chaos("lazy");
    assert_eq!((code, &figures["undelivered"]), (1, &2.into()), "{figures}");
}

#[test]
fn replay_is_equal_when_nothing_is_broken() {
    let (figures, code) = replay("none");
    assert_eq!(
        (code, &figures["missing"], &figures["different"]),
        (0, &0.into(), &0.into()),
        "{figures}"
    );
    assert!(figures["masked_turns"].as_u64() > Some(5), "{figures}");
}

#[test]
fn replay_finds_unmasked_words_and_missing_transcripts() {
    let (figures, code) = replay("careless");
    assert_eq!(code, 1, "{figures}");
    assert!(figures["different"].as_u64() > Some(0), "{figures}");
    let (figures, code) = replay("lazy");
    assert_eq!((code, &figures["missing"]), (1, &3.into()), "{figures}");
}

#[test]
fn strace_check_finds_a_sync_that_comes_too_late() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("strace is missing, so this shows nothing: apt install strace");
        return;
    }
    let check = ["strace-check", "--messages", "10", "--crowd", "2", "--seconds", "0.5"];
    let (figures, code) = run("none", &check);
    assert_eq!((code, &figures["synced_before_acknowledged"]), (0, &10.into()), "{figures}");
    let (figures, code) = run("late", &check);
    assert_eq!((code, &figures["synced_before_acknowledged"]), (1, &0.into()), "{figures}");
}
