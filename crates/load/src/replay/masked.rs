//! What the archive must hold: the words as the archive's policy masks them.
//!
//! `sotto mask` is asked once for all dialogues; it is the same engine by
//! another door, so a transcript that skipped it cannot pass.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::dialogue::{Dialogue, Role};

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    conv: String,
    turn: usize,
    role: Role,
    text: &'a str,
}

#[derive(Deserialize)]
struct Masked {
    id: String,
    masked: String,
}

/// For each dialogue, in their order, its turns' words.
pub(crate) type Expected = Vec<Vec<String>>;

/// Asks `program mask --jsonl --mode archive`.
pub(crate) fn for_archive(program: &Path, dialogues: &[Dialogue]) -> Result<Expected> {
    let dir = tempfile::tempdir()?;
    let rows = dir.path().join("rows.jsonl");
    write(dialogues, File::create(&rows)?).context("writing rows to mask")?;
    let output = Command::new(program)
        .args(["mask", "--jsonl", "--mode", "archive"])
        .stdin(File::open(&rows)?)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {} mask", program.display()))?;
    ensure!(output.status.success(), "`sotto mask` ended with {}", output.status);
    read(&output.stdout, dialogues)
}

/// How many turns the policy changes: a run without any would prove little.
pub(crate) fn changed(dialogues: &[Dialogue], expected: &Expected) -> usize {
    let sent = dialogues.iter().flat_map(|dialogue| &dialogue.turns);
    sent.zip(expected.iter().flatten()).filter(|(turn, masked)| turn.text != **masked).count()
}

fn write(dialogues: &[Dialogue], file: File) -> Result<()> {
    let mut out = BufWriter::new(file);
    for dialogue in dialogues {
        for (turn, said) in dialogue.turns.iter().enumerate() {
            let conv = dialogue.place.to_string();
            let row =
                Row { id: id(dialogue.place, turn), conv, turn, role: said.role, text: &said.text };
            serde_json::to_writer(&mut out, &row)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(out.flush()?)
}

fn read(output: &[u8], dialogues: &[Dialogue]) -> Result<Expected> {
    let mut rows = serde_json::Deserializer::from_slice(output).into_iter::<Masked>();
    let mut expected = Expected::new();
    for dialogue in dialogues {
        let mut turns = Vec::new();
        for turn in 0..dialogue.turns.len() {
            let masked = rows.next().context("`sotto mask` gave fewer rows than it got")??;
            ensure!(masked.id == id(dialogue.place, turn), "`sotto mask` changed the rows' order");
            turns.push(masked.masked);
        }
        expected.push(turns);
    }
    Ok(expected)
}

fn id(dialogue: usize, turn: usize) -> String {
    format!("{dialogue}:{turn}")
}
