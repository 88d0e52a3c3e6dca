//! Dialogue files: one JSON object a line, `{source,id,turns:[{role,text}]}`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// DESIGN's limit of a message, in bytes of UTF-8.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Agent,
    Visitor,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Turn {
    pub(crate) role: Role,
    pub(crate) text: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Dialogue {
    source: String,
    id: serde_json::Value,
    /// `en` where the file does not say.
    pub(crate) language: Option<String>,
    pub(crate) turns: Vec<Turn>,
    /// Its place among all that were read; names it to the masking engine.
    #[serde(skip)]
    pub(crate) place: usize,
}

impl Dialogue {
    /// For people.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.source, self.id)
    }
}

/// All dialogues of a directory, and how many turns were left out because
/// nobody could send them. At most `first` of each file.
pub(crate) fn read_all(dir: &Path, first: Option<usize>) -> Result<(Vec<Dialogue>, usize)> {
    let listed = fs::read_dir(dir).with_context(|| format!("listing {}", dir.display()))?;
    let mut files = listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("dialogues_") && name.ends_with(".jsonl")
    });
    files.sort();
    ensure!(!files.is_empty(), "no dialogues_*.jsonl in {}", dir.display());
    let (mut all, mut skipped) = (Vec::new(), 0);
    for file in files {
        let text =
            fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        for (number, line) in lines.enumerate().take(first.unwrap_or(usize::MAX)) {
            let read = serde_json::from_str(line);
            let mut dialogue: Dialogue =
                read.with_context(|| format!("{} line {}", file.display(), number + 1))?;
            let before = dialogue.turns.len();
            dialogue.turns.retain(|turn| can_be_sent(&turn.text));
            skipped += before - dialogue.turns.len();
            dialogue.place = all.len();
            all.push(dialogue);
        }
    }
    all.retain(|dialogue| !dialogue.turns.is_empty());
    all.iter_mut().enumerate().for_each(|(place, dialogue)| dialogue.place = place);
    Ok((all, skipped))
}

fn can_be_sent(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MESSAGE_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_dialogues_are_read_whole() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues");
        let (dialogues, skipped) = read_all(&dir, None).unwrap();
        assert!(dialogues.len() >= 6, "{}", dialogues.len());
        assert_eq!(skipped, 0);
        let has =
            |language: &str| dialogues.iter().any(|d| d.language.as_deref() == Some(language));
        assert!(has("en") && has("es"));
    }

    #[test]
    fn empty_and_endless_turns_cannot_be_sent() {
        assert!(can_be_sent("Hi."));
        assert!(can_be_sent(&"a".repeat(MESSAGE_BYTES_MAX)));
        assert!(!can_be_sent(" \n"));
        assert!(!can_be_sent(&"a".repeat(MESSAGE_BYTES_MAX + 1)));
    }
}
