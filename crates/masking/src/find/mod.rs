//! How values are found: readers that many rules share, each over the triggers
//! of the one scan. What a value must be is said by the rules alone.

mod codes;
pub(crate) mod cued;
pub(crate) mod digits;
pub(crate) mod hex;
#[cfg(test)]
mod linear;
mod run;
mod spelled;
mod window;

use crate::rules::{FINDS, FOLLOWS, RuleId};
use crate::scan::{Scan, why};

pub(crate) use codes::Code;
pub(crate) use cued::{Cues, Value};
pub(crate) use digits::{Lengths, Number};
pub(crate) use window::{Loaded, values};

/// A value that a rule has found, as a range of the view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) rule: RuleId,
    /// Of two hits that overlap the heavier stays.
    pub(crate) weight: u8,
}

/// Everything that any rule finds; hits may overlap.
///
/// A rule that is off is not asked where it would look by itself, but a date beside a
/// name is a birth date whether names count or not.
fn all(
    scan: &Scan<'_>,
    loaded: &Loaded,
    asked: Option<RuleId>,
    on: &dyn Fn(RuleId) -> bool,
) -> Vec<Hit> {
    let is_asked = |rule| on(rule) || rule == RuleId::Name && on(RuleId::Dob);
    let mut hits: Vec<Hit> = Vec::new();
    digits::find(scan, &loaded.lengths, &mut hits);
    codes::find(scan, &mut hits);
    spelled::find(scan, &mut hits);
    cued::find(scan, &loaded.cues, asked, &mut hits);
    for &(rule, find) in FINDS.iter() {
        if is_asked(rule) {
            find(scan, asked == Some(rule), &mut hits);
        }
    }
    let masked = hits.len();
    if scan.has_x {
        hits.extend(masked_numbers(scan));
    }
    let before = hits.len();
    followers(scan, &mut hits);
    hits.drain(masked..before);
    hits
}

/// Social security numbers that were masked before: what follows them still follows.
fn masked_numbers<'a>(scan: &'a Scan<'_>) -> impl Iterator<Item = Hit> + 'a {
    scan.triggers(why::BESIDE_WORD).filter_map(|at| {
        let [area, group, serial] = scan.tokens.get(at.checked_sub(2)?..=at)? else { return None };
        let masked = serial.len() == 4
            && (area.len(), group.len()) == (3, 2)
            && scan.is_masked(at - 2)
            && scan.is_masked(at - 1)
            && scan.gap(at - 1).len() == 1;
        masked.then_some(Hit { start: area.start, end: serial.end, rule: RuleId::Ssn, weight: 0 })
    })
}

/// What stands right after another value.
fn followers(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut next = 0;
    for at in 0..hits.len() {
        let hit = hits[at];
        if !matches!(hit.rule, RuleId::Name | RuleId::Ssn | RuleId::Card | RuleId::Mrn) {
            continue;
        }
        if next > 0 && scan.tokens[next - 1].start >= hit.end {
            next = scan.tokens.partition_point(|t| t.start < hit.end);
        }
        while scan.tokens.get(next).is_some_and(|t| t.start < hit.end) {
            next += 1;
        }
        if next < scan.tokens.len() {
            hits.extend(FOLLOWS.iter().find_map(|(_, follows)| follows(scan, &hit, next)));
        }
    }
}
