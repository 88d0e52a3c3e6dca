//! Masks standard input: `mask [--jsonl] [live|archive]`.
#![allow(clippy::print_stdout)]

use std::io::Read;

use masking::{Engine, Mode, jsonl};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|a| a == word);
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let engine = Engine::new();
    let mode = if has("live") { Mode::Live } else { Mode::Archive };
    let output = if has("--jsonl") {
        jsonl::mask_lines(&engine, mode, &[], &input)?
    } else {
        jsonl::mask_plain(&engine, &input)
    };
    print!("{output}");
    Ok(())
}
