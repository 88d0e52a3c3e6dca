//! Prints the page of all rules as Markdown.
#![allow(clippy::print_stdout)]

use masking::{Engine, page};

fn main() {
    print!("{}", page::page(&Engine::new()));
}
