//! What administrators change about masking: exceptions to the default table,
//! values that are the clinic's own, and rules of their own.

use std::collections::HashMap;

use masking::{Action, OwnRule, Policy, Writer};
use serde::{Deserialize, Serialize};

use super::sections::Sections;
use crate::error::{Error, Result};

const LINES_MAX: usize = 1_000;
const ALLOWED_MAX: usize = 500;
const ALLOWED_BYTES_MAX: usize = 200;

/// The section `masking`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaskingRules {
    /// Later lines win.
    pub lines: Vec<Line>,
    /// Never masked: the clinic's own numbers, addresses and approved texts.
    pub allowed: Vec<String>,
    pub own: Vec<Own>,
}

/// One exception to the default table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// A rule's name, such as `phone`.
    pub rule: String,
    /// All departments if left out.
    pub department: Option<String>,
    /// Everybody if left out.
    pub writer: Option<Wrote>,
    pub action: Does,
}

/// Who wrote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrote {
    Visitor,
    Agent,
    Automatic,
}

/// What is done with what a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    Mask,
    ArchiveOnly,
    WarnBeforeSending,
    Off,
}

/// A rule of the clinic's own; it masks live and in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    pub name: String,
    /// A regular expression in ASCII, matched in linear time.
    pub pattern: String,
    /// A check that the match must pass, such as `luhn`.
    #[serde(default)]
    pub check: Option<String>,
    /// Words of which one must stand near.
    #[serde(default)]
    pub context: Vec<String>,
}

/// The policies that follow from it.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    every: Policy,
    by_department: HashMap<String, Policy>,
}

impl Policies {
    /// The default table with the clinic's exceptions.
    ///
    /// # Errors
    /// `Invalid`, naming the part that does not fit.
    pub fn of(rules: &MaskingRules, sections: &Sections) -> Result<Self> {
        let invalid = |field, why| Err(Error::Invalid { field, why });
        if rules.lines.len() > LINES_MAX || rules.allowed.len() > ALLOWED_MAX {
            return invalid("masking", "has at most 1,000 lines and 500 allowed values");
        }
        let mut every = Policy::default();
        for value in rules.allowed.iter().chain(&sections.staff) {
            if value.len() > ALLOWED_BYTES_MAX {
                return invalid("allowed", "has values of at most 200 bytes");
            }
            every.allow(value);
        }
        for own in &rules.own {
            if !every.add_own(built(own)?) {
                return invalid("own", "has at most 64 rules");
            }
        }
        apply(&mut every, rules, None)?;
        let mut by_department = HashMap::new();
        for department in &sections.departments {
            let mut policy = every.clone();
            apply(&mut policy, rules, Some(&department.id))?;
            by_department.insert(department.id.clone(), policy);
        }
        Ok(Self { every, by_department })
    }

    /// The policy of a department.
    pub fn of_department(&self, department: &str) -> &Policy {
        self.by_department.get(department).unwrap_or(&self.every)
    }
}

fn apply(policy: &mut Policy, rules: &MaskingRules, department: Option<&String>) -> Result<()> {
    for line in rules.lines.iter().filter(|line| line.department.as_ref() == department) {
        let action = match line.action {
            Does::Mask => Action::Mask,
            Does::ArchiveOnly => Action::ArchiveOnly,
            Does::WarnBeforeSending => Action::WarnBeforeSending,
            Does::Off => Action::Off,
        };
        let writers = match line.writer {
            Some(Wrote::Visitor) => [Writer::Visitor].as_slice(),
            Some(Wrote::Agent) => &[Writer::Agent],
            Some(Wrote::Automatic) => &[Writer::Automatic],
            None => &[Writer::Visitor, Writer::Agent, Writer::Automatic],
        };
        if !writers.iter().all(|writer| policy.set(&line.rule, *writer, action)) {
            return Err(Error::Invalid { field: "rule", why: "is not the name of a rule" });
        }
    }
    Ok(())
}

fn built(own: &Own) -> Result<OwnRule> {
    use masking::OwnRuleError as Why;
    let context: Vec<&str> = own.context.iter().map(String::as_str).collect();
    let rule = OwnRule::new(&own.pattern, &context).and_then(|rule| rule.named(&own.name));
    let rule = match &own.check {
        Some(check) => rule.and_then(|rule| rule.checked(check)),
        None => rule,
    };
    rule.map_err(|why| match why {
        Why::Name => Error::Invalid { field: "name", why: "is 1 to 40 of [A-Za-z0-9_-]" },
        Why::Pattern => Error::Invalid { field: "pattern", why: "cannot be read, or is too large" },
        Why::TooLong => Error::Invalid { field: "pattern", why: "has at most 512 bytes" },
        Why::MatchesNothing => Error::Invalid { field: "pattern", why: "matches the empty text" },
        Why::Context => {
            Error::Invalid { field: "context", why: "has at most 32 words of 40 bytes" }
        }
        Why::Check => Error::Invalid { field: "check", why: "is not the name of a check" },
    })
}
