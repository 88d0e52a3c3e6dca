//! The plain list of rules. A rule is one file, with its data, its check and an
//! example, and one line here.

mod checks;

use std::sync::LazyLock;

use crate::find::{Code, Hit, Number, Value};
use crate::policy::Action;
use crate::scan::Scan;

/// Where a value begins and ends.
pub(crate) type Place = (u32, u32);
type Find = fn(&Scan<'_>, bool, &mut Vec<Hit>);
type Follows = fn(&Scan<'_>, &Hit, usize) -> Option<Hit>;
type Widen = fn(&Scan<'_>, usize, Place) -> (usize, Place);
type Read = fn(&Scan<'_>, usize, usize) -> Option<Place>;
type ByCode = fn(&Code) -> bool;
type Before = fn(&Scan<'_>, usize) -> Option<Place>;

/// One rule's data.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// Such as `card`.
    pub(crate) name: &'static str,
    /// Such as `CARD`.
    pub(crate) kind: &'static str,
    /// Counted up when the rule finds other values than before.
    pub(crate) version: u32,
    /// Default for live and archive.
    pub(crate) action: Action,
    /// Last digits that stay readable, of a value of 9 digits or more.
    pub(crate) keep_last: usize,
    /// What the value is, in one sentence.
    pub(crate) doc: &'static str,
    /// Where its form is laid down.
    pub(crate) source: &'static str,
    /// A text with the value in brackets.
    pub(crate) example: &'static str,
    /// A regular expression, without look-around, of how the value is mostly typed:
    /// for readers that cannot run the rule itself.
    pub(crate) pattern: &'static str,
    /// The check of its digits and letters, if it has one.
    pub(crate) check: Option<Check>,
    /// Phrases that announce a value.
    pub(crate) cues: &'static [&'static str],
    /// A number that proves itself.
    pub(crate) by_digits: Option<ByDigits>,
    /// A code of letters and digits that proves itself.
    pub(crate) by_code: Option<ByCode>,
    /// The shape after a cue.
    pub(crate) by_cue: Option<ByCue>,
    /// Values that are found in a way of their own; told whether it was asked for.
    pub(crate) find: Option<Find>,
    /// A value right after another one; told the token after that.
    pub(crate) follows: Option<Follows>,
}

/// A check by itself, on ASCII digits and letters in upper case.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    pub(crate) holds: fn(&[u8]) -> bool,
    pub(crate) good: &'static [&'static str],
    pub(crate) bad: &'static [&'static str],
}

/// How a number proves itself.
#[derive(Clone, Copy)]
pub(crate) struct ByDigits {
    /// Whether a number may begin with this digit (or stand after a plus) and
    /// have so many digits.
    pub(crate) begins: fn(u8, usize) -> bool,
    pub(crate) holds: fn(&Number<'_>) -> bool,
    /// Whether Luhn's sum over it must end in 0, which is known before it is asked whether it holds.
    pub(crate) luhn: bool,
    /// Whether it counts glued to letters and in a list of numbers too.
    pub(crate) anywhere: bool,
    /// Takes in what belongs to it: a sign before, an extension after.
    pub(crate) widen: Option<Widen>,
}

/// How a value is read after its cue.
#[derive(Clone, Copy)]
pub(crate) struct ByCue {
    pub(crate) shape: fn(&Value<'_>) -> bool,
    /// What may follow after a space and still belong to it.
    pub(crate) joins: Joins,
    /// Whether round brackets may stand inside.
    pub(crate) brackets: bool,
    /// Whether letters that look like digits are read as digits.
    pub(crate) lookalikes: bool,
    /// Whether a part counts: "starts with 4111".
    pub(crate) parts: bool,
    /// Reads the value at a token in a way of its own.
    pub(crate) read: Option<Read>,
    /// Whether any words may stand between cue and value.
    pub(crate) over_words: bool,
    /// Looks for a value before the cue, if none is after it.
    pub(crate) before: Option<Before>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joins {
    Nothing,
    Numbers,
    /// Numbers, and digits as words.
    Digits,
    /// Those, and short words with a digit glued to them.
    Codes,
}

impl Rule {
    /// What a rule has unless it says otherwise.
    const NEW: Self = Self {
        name: "",
        kind: "",
        version: 1,
        action: Action::ArchiveOnly,
        keep_last: 0,
        doc: "",
        source: "",
        example: "",
        pattern: "",
        check: None,
        cues: &[],
        by_digits: None,
        by_code: None,
        by_cue: None,
        find: None,
        follows: None,
    };
}

impl ByCue {
    const fn of(shape: fn(&Value<'_>) -> bool) -> Self {
        Self {
            shape,
            joins: Joins::Digits,
            brackets: false,
            lookalikes: false,
            parts: false,
            read: None,
            over_words: false,
            before: None,
        }
    }
}

macro_rules! rules {
    ($($id:ident: $file:ident,)*) => {
        $(mod $file;)*

        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(crate) enum RuleId { $($id),* }
        pub(crate) const ALL: &[RuleId] = &[$(RuleId::$id),*];
        pub(crate) const RULES: [Rule; ALL.len()] = [$($file::RULE),*];
    };
}

rules! {
    Card: card,
    Cvv: cvv,
    Ssn: ssn,
    Itin: itin,
    Email: email,
    Phone: phone,
    Dob: birth_date,
    Age: age,
    Mrn: mrn,
    HealthPlan: health_plan,
    GroupNo: group_number,
    Mbi: mbi,
    Npi: npi,
    Dea: dea,
    Routing: routing,
    BankAccount: bank_account,
    Account: account,
    Iban: iban,
    Passport: passport,
    DriverLicense: driver_license,
    License: license,
    Plate: plate,
    Device: device,
    Vin: vin,
    Password: password,
    Address: address,
    Ip: ip,
    Mac: mac,
    Url: url,
    Name: name,
}

impl RuleId {
    pub(crate) fn rule(self) -> &'static Rule {
        const LIST: &[Rule] = &RULES;
        &LIST[self as usize]
    }
}

/// The few rules that have one of the ways to find a value, each with it.
type Having<T> = LazyLock<Vec<(RuleId, T)>>;
pub(crate) static FINDS: Having<Find> = LazyLock::new(|| having(|rule| rule.find));
pub(crate) static FOLLOWS: Having<Follows> = LazyLock::new(|| having(|rule| rule.follows));
pub(crate) static BY_CODE: Having<ByCode> = LazyLock::new(|| having(|rule| rule.by_code));

fn having<T>(way: fn(&Rule) -> Option<T>) -> Vec<(RuleId, T)> {
    ALL.iter().filter_map(|&rule| Some((rule, way(rule.rule())?))).collect()
}

/// The check of this name: `luhn`, or a rule's own.
pub(crate) fn check(name: &str) -> Option<Check> {
    checks().find(|(known, _)| *known == name).map(|(_, check)| check)
}

/// Every check by its name.
pub(crate) fn checks() -> impl Iterator<Item = (&'static str, Check)> {
    let own = RULES.into_iter().filter_map(|rule| Some((rule.name, rule.check?)));
    std::iter::once(("luhn", checks::LUHN)).chain(own)
}

/// Rule, type and version of every rule, for a manifest.
pub fn rules() -> Vec<(&'static str, &'static str, u32)> {
    RULES.iter().map(|rule| (rule.name, rule.kind, rule.version)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;

    #[test]
    fn every_rule_finds_its_example_and_nothing_else_there() {
        let engine = Engine::new();
        for rule in RULES {
            let (before, rest) = rule.example.split_once('[').expect("a value in brackets");
            let (value, after) = rest.split_once(']').expect("a value in brackets");
            let text = format!("{before}{value}{after}");
            let found: Vec<(&str, &str)> = engine
                .find(&text)
                .iter()
                .map(|span| (span.rule(), &text[span.start..span.end]))
                .filter(|(name, _)| *name == rule.name)
                .collect();
            assert_eq!(found, [(rule.name, value)], "{text}");
        }
    }

    #[test]
    fn every_check_holds_for_its_good_values_alone() {
        for (name, check) in checks() {
            assert!(!check.good.is_empty() && !check.bad.is_empty(), "{name}");
            for good in check.good {
                assert!((check.holds)(good.as_bytes()), "{name} {good}");
            }
            for bad in check.bad {
                assert!(!(check.holds)(bad.as_bytes()), "{name} {bad}");
            }
        }
    }

    #[test]
    fn every_rule_says_what_it_is_and_where_its_form_comes_from() {
        for rule in RULES {
            assert!(rule.doc.ends_with('.') && !rule.source.is_empty(), "{}", rule.name);
            let finds = rule.by_digits.is_some()
                || rule.by_code.is_some()
                || rule.by_cue.is_some()
                || rule.find.is_some();
            assert!(finds, "{}", rule.name);
        }
    }
}
