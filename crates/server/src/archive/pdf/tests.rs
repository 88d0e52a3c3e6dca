//! Read back by poppler's own tools, as a records office would.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::archive::transcript::{Event, What, sample};

fn pdftotext(file: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext is there: on Debian install poppler-utils");
    let mut stdin = child.stdin.take().expect("piped");
    let given = file.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&given));
    let told = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads all");
    String::from_utf8(told.stdout).expect("text")
}

fn saying(typed: &str) -> Transcript {
    let mut transcript = sample::conversation();
    let said = transcript.events.iter_mut().find_map(|event: &mut Event| match &mut event.what {
        What::Message { said, .. } => Some(said),
        _ => None,
    });
    *said.expect("the sample has a message") = sample::plain(typed);
    transcript
}

/// Without spaces: where lines are broken is not what is compared.
fn words(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

#[test]
fn its_words_are_those_of_the_text() {
    let transcript =
        saying("¿Abren el viernes? Añadí mi número, señor Muñoz: €5 — “sí”. Ελλάδα, Привет 😀");
    let read = words(&pdftotext(&file(&transcript)));
    for line in text::text(&transcript).lines() {
        assert!(read.contains(&words(line)), "{line:?} in {read}");
    }
}

#[test]
fn the_same_transcript_is_the_same_file() {
    let transcript = saying("hello");
    assert!(file(&transcript) == file(&transcript));
    assert!(file(&transcript) != file(&saying("hullo")));
}

#[test]
fn what_the_font_cannot_draw_stands_as_its_number() {
    let read = pdftotext(&file(&saying("中 שלום 🦷 fine")));
    let expected = "[U+4E2D] [U+05E9][U+05DC][U+05D5][U+05DD] [U+1F9B7] fine";
    assert!(words(&read).contains(&words(expected)), "{read}");
    assert!(read.contains("[U+]: 6"), "{read}");
}

#[test]
fn a_long_conversation_fills_pages_and_loses_no_line() {
    let long: Vec<_> =
        (0..400).map(|at| format!("line {at} {}", "word ".repeat(at % 40))).collect();
    let unbroken = "x".repeat(3_000);
    let read = pdftotext(&file(&saying(&format!("{}\n{unbroken}", long.join("\n")))));
    let pages = read.matches('\u{c}').count();
    assert!(pages > 10, "{pages} pages");
    assert!(read.contains(&format!("K7QX-4MPD · {pages} / {pages}")), "{read}");
    let whole = words(&read);
    for at in 0..400 {
        assert!(whole.contains(&format!("line{at}")), "{at}");
    }
    assert_eq!(
        whole.matches('x').count(),
        3_000 + words(&text::text(&saying(""))).matches('x').count()
    );
}
