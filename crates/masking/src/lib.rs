//! Finds sensitive values in chat text and turns them to X's.
//!
//! Pure: no I/O, no async, no clock. [`Engine::mask`] is the only way from
//! typed text to [`MaskedText`]. Images and files are not looked into, and
//! masked text is not de-identified text.

mod engine;
mod find;
pub mod jsonl;
mod lexicon;
mod own;
pub mod page;
pub mod patterns;
mod policy;
mod redact;
mod rules;
mod scan;
mod text;
#[cfg(test)]
mod twice;
mod view;
mod words;

pub use engine::{
    Amendment, Before, DryRun, Engine, Finding, Masked, Only, ROWS_BEFORE_MAX, Span, Tried,
};
pub use own::{OwnRule, OwnRuleError};
pub use policy::{Action, Mode, Policy, Writer};
pub use redact::redact;
pub use rules::rules;
pub use text::MaskedText;

/// Names of the checks that a rule of the clinic's own may ask for.
pub fn checks() -> Vec<&'static str> {
    rules::checks().map(|(name, _)| name).collect()
}
