//! House rules as an ordinary test: what a reviewer would otherwise have to say twice.
//!
//! A check takes text and gives back findings; it reads no disk, so its own
//! tests can plant a bad sample. `tests/house.rs` runs every check over this
//! repository. Rules of taste stay with people: only what can be decided by
//! looking at tokens belongs here.

pub mod documents;
pub mod doors;
pub mod floors;
pub mod imports;
pub mod lengths;
pub mod licences;
pub mod marks;
pub mod names;
pub mod packages;
pub mod source;
pub mod tokens;
pub mod web;

use std::fmt;

/// One place that breaks a rule, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// From the repository's root, with `/`.
    pub path: String,
    /// Counts from 1; 0 means the file as a whole.
    pub line: usize,
    pub mend: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, mend: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.mend),
            line => write!(f, "{}:{line}: {}", self.path, self.mend),
        }
    }
}

/// Fails the running test with every finding on a line of its own.
pub fn assert_clean(findings: &[Finding]) {
    let lines: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}
