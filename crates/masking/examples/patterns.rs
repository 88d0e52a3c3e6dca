//! Prints the rules as JSON: patterns, checks, context words and test texts.
#![allow(clippy::print_stdout)]

use masking::{Engine, patterns};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let patterns = patterns::export(&Engine::new());
    println!("{}", serde_json::to_string_pretty(&patterns)?);
    Ok(())
}
