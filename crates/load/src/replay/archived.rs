//! Transcripts as the folder destination holds them. The only file of the
//! generator that knows their format.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::dialogue::Role;

const POLL: Duration = Duration::from_millis(250);

/// Messages of one transcript, in its order.
pub(crate) type Messages = Vec<(Role, String)>;

/// By reference, every transcript that was waited for.
pub(crate) type Archived = HashMap<String, Messages>;

/// Reads what arrives until all is there, or nothing has come for `patience`.
pub(crate) async fn wait_for(
    folder: &Path,
    wanted: &HashSet<&str>,
    patience: Duration,
) -> Result<Archived> {
    let (mut archived, mut looked_at) = (Archived::new(), HashSet::new());
    let mut newest = Instant::now();
    while archived.len() < wanted.len() && newest.elapsed() < patience {
        let mut files = Vec::new();
        files_below(folder, &mut files)?;
        for file in files {
            if !looked_at.insert(file.clone()) {
                continue;
            }
            let Some((reference, messages)) = read(&file)? else {
                continue;
            };
            if wanted.contains(reference.as_str()) {
                archived.insert(reference, messages);
                newest = Instant::now();
            }
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(archived)
}

/// Transcripts that are there whole: their manifest is written last.
fn files_below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).context("listing transcripts")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            files_below(&path, found)?;
        } else if name.ends_with(".json") && path.with_extension("manifest.json").exists() {
            found.push(path);
        }
    }
    Ok(())
}

/// `None` for a document that is no transcript.
fn read(file: &Path) -> Result<Option<(String, Messages)>> {
    let text = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let document: Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is no JSON", file.display()))?;
    Ok(transcript(&document))
}

fn transcript(document: &Value) -> Option<(String, Messages)> {
    let reference = document["reference"].as_str()?.to_owned();
    let events = document["events"].as_array()?;
    let messages = events.iter().filter(|event| event["kind"] == "message");
    let messages = messages.filter_map(|message| {
        let role = match message["from"]["kind"].as_str()? {
            "visitor" => Role::Visitor,
            "agent" => Role::Agent,
            _ => return None,
        };
        Some((role, message["text"].as_str()?.to_owned()))
    });
    Some((reference, messages.collect()))
}
