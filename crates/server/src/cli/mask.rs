//! `sotto mask`: standard input to standard output, masked.

use std::io::{Read, Write};

use anyhow::Context;
use clap::{Args, ValueEnum};
use masking::{Engine, Mode, jsonl};

/// Masks text from standard input.
#[derive(Args)]
pub struct Mask {
    /// Rows of `{"id","text"}` in, rows of `{"id","masked","spans"}` out.
    #[arg(long)]
    jsonl: bool,
    /// `live` may use the rows before of a conversation; `archive` also those after.
    #[arg(long, value_enum, default_value = "live")]
    mode: Which,
    /// Only these rules, separated by commas; all if left out.
    #[arg(long, value_delimiter = ',')]
    rules: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Live,
    Archive,
}

/// Reads everything, then writes everything.
///
/// # Errors
/// Input that is not UTF-8 or not a row, named by its line; a rule that is not known.
pub fn run(mask: &Mask, input: &mut dyn Read, output: &mut dyn Write) -> anyhow::Result<()> {
    let mut text = String::new();
    input.read_to_string(&mut text).context("standard input is not UTF-8 text")?;
    let engine = Engine::new();
    let masked = if mask.jsonl || !mask.rules.is_empty() {
        let rules: Vec<&str> = mask.rules.iter().map(String::as_str).collect();
        let mode = match mask.mode {
            Which::Live => Mode::Live,
            Which::Archive => Mode::Archive,
        };
        anyhow::ensure!(mask.jsonl, "--rules goes with --jsonl");
        jsonl::mask_lines(&engine, mode, &rules, &text).map_err(|e| anyhow::anyhow!("{e}"))?
    } else {
        jsonl::mask_plain(&engine, &text)
    };
    output.write_all(masked.as_bytes()).context("standard output is closed")
}
