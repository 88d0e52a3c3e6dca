//! What `sotto mask` does, as pure functions: lines in, lines out.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::engine::{Before, Engine, Finding, On, Span, is_rule, settle};
use crate::policy::{Mode, Policy, Writer};
use crate::rules::RULES;

/// Why the input cannot be masked.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    /// A line, from 1, that is no row.
    Line(usize),
    /// A rule in the list that is not known.
    Rule(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line} is no row with id and text"),
            Self::Rule(rule) => write!(f, "there is no rule {rule:?}"),
        }
    }
}

impl std::error::Error for Error {}

#[derive(Deserialize)]
struct Row {
    id: serde_json::Value,
    text: String,
    conv: Option<String>,
    turn: Option<u64>,
    role: Option<String>,
}

#[derive(Serialize)]
struct Out<'a> {
    id: &'a serde_json::Value,
    masked: String,
    spans: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    start: u32,
    end: u32,
    r#type: &'static str,
}

/// Masks every value in a text by itself, all rules on.
pub fn mask_plain(engine: &Engine, text: &str) -> String {
    engine.cover(&Policy::default(), text, engine.find(text), &|_| true).0
}

/// Masks rows; `rules` names the only ones that count, all if empty.
pub fn mask_lines(
    engine: &Engine,
    mode: Mode,
    rules: &[&str],
    input: &str,
) -> Result<String, Error> {
    if let Some(unknown) = rules.iter().find(|rule| !is_rule(rule)) {
        return Err(Error::Rule((*unknown).to_owned()));
    }
    let mut rows: Vec<Row> = Vec::new();
    for (at, line) in input.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        rows.push(serde_json::from_str(line).map_err(|_| Error::Line(at + 1))?);
    }
    let on: On<'_> = &|rule| rules.is_empty() || rules.contains(&RULES[rule as usize].name);
    let mut conversations: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut found: Vec<Vec<Span>> = rows.iter().map(|_| Vec::new()).collect();
    for (at, row) in rows.iter().enumerate() {
        match &row.conv {
            Some(conversation) => conversations.entry(conversation).or_default().push(at),
            None => found[at] = engine.spans(&[], Writer::Visitor, &row.text, on).0,
        }
    }
    for mut turns in conversations.into_values() {
        turns.sort_by_key(|&at| rows[at].turn);
        let before: Vec<Before<'_>> = turns
            .iter()
            .map(|&at| Before {
                number: at as u64,
                writer: writer(&rows[at]),
                text: &rows[at].text,
            })
            .collect();
        for n in 0..turns.len() {
            let window = n.saturating_sub(8);
            let (spans, earlier) =
                engine.spans(&before[window..n], before[n].writer, before[n].text, on);
            found[turns[n]].extend(spans);
            for (row, more) in earlier.into_iter().filter(|_| mode == Mode::Archive) {
                found[turns[window + row]].extend(more);
            }
        }
    }
    let mut output = String::new();
    let policy = Policy::default();
    for (row, spans) in rows.iter().zip(found) {
        let (masked, found) = engine.cover(&policy, &row.text, settle(spans), on);
        let place = |(_, f): (&str, Finding)| Place { start: f.start, end: f.end, r#type: f.kind };
        let out = Out { id: &row.id, masked, spans: found.into_iter().map(place).collect() };
        output.push_str(
            &serde_json::to_string(&out).expect("a row of strings and numbers serialises"),
        );
        output.push('\n');
    }
    Ok(output)
}

/// Who wrote a row. Where the role is not told, a question is an agent's.
fn writer(row: &Row) -> Writer {
    match row.role.as_deref() {
        Some("agent") => Writer::Agent,
        Some("automatic") => Writer::Automatic,
        Some(_) => Writer::Visitor,
        None if row.text.trim_end().ends_with('?') || row.text.starts_with("Please") => {
            Writer::Agent
        }
        None => Writer::Visitor,
    }
}
