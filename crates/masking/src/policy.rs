//! What is done with a finding, by rule and by who wrote it.

use crate::own::{OWN_RULES_MAX, OwnRule};
use crate::rules::{RULES, RuleId};

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    Visitor,
    Agent,
    Automatic,
}

/// Whether a text goes to the other side or to the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Live,
    Archive,
}

/// What is done with a finding of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// X's before it is stored, and so in the archive too.
    Mask,
    /// X's in the transcript only.
    ArchiveOnly,
    /// Stays live, the writer is warned; X's in the transcript.
    WarnBeforeSending,
    /// Stays everywhere.
    Off,
}

/// The whole table. Share one in an `Arc`.
#[derive(Debug, Clone)]
pub struct Policy {
    actions: [[Action; 3]; RULES.len()],
    allowed: Vec<String>,
    own: Vec<OwnRule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            actions: std::array::from_fn(|at| [RULES[at].action; 3]),
            allowed: Vec::new(),
            own: Vec::new(),
        }
    }
}

impl Policy {
    /// What is done with a rule's finding; nothing for a rule that is not known.
    pub fn action(&self, rule: &str, writer: Writer) -> Option<Action> {
        let at = RULES.iter().position(|known| known.name == rule)?;
        Some(self.actions[at][writer as usize])
    }

    /// Sets what is done; answers whether there is such a rule.
    pub fn set(&mut self, rule: &str, writer: Writer, action: Action) -> bool {
        let Some(at) = RULES.iter().position(|known| known.name == rule) else { return false };
        self.actions[at][writer as usize] = action;
        true
    }

    /// Values that are the clinic's own, such as its phone numbers: never masked.
    /// They are compared by their letters and digits alone, in lower case.
    pub fn allow(&mut self, value: &str) {
        let value = bare(value);
        if !value.is_empty() {
            self.allowed.push(value);
        }
    }

    /// Adds a rule of the clinic's own; it masks live and in the archive.
    /// Answers whether there was room: a policy holds 64.
    pub fn add_own(&mut self, rule: OwnRule) -> bool {
        let room = self.own.len() < OWN_RULES_MAX;
        if room {
            self.own.push(rule);
        }
        room
    }

    pub(crate) fn own(&self) -> &[OwnRule] {
        &self.own
    }

    pub(crate) fn masks(&self, rule: RuleId, writer: Writer, mode: Mode) -> bool {
        match self.actions[rule as usize][writer as usize] {
            Action::Mask => true,
            Action::ArchiveOnly | Action::WarnBeforeSending => mode == Mode::Archive,
            Action::Off => false,
        }
    }

    pub(crate) fn is_allowed(&self, value: &str) -> bool {
        !self.allowed.is_empty() && self.allowed.contains(&bare(value))
    }
}

fn bare(value: &str) -> String {
    value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
