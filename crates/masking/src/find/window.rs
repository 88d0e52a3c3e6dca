//! A long text is read in windows that overlap, so that what is looked at fits
//! into the processor's cache and memory does not grow with the text.

use super::{Cues, Hit, Lengths};
use crate::engine::{KEPT_DIGITS, KEPT_DIGITS_MIN};
use crate::lexicon::Lexicon;
use crate::rules::RuleId;
use crate::scan::Scan;
use crate::view::View;

const WINDOW_BYTES: usize = 48 << 10;
/// Longer than any value; what begins in a window's last bytes is left to the next.
const OVERLAP_BYTES: usize = 4 << 10;
/// What a value may depend on before it.
const CONTEXT_BYTES: usize = 1 << 10;
/// How far a space is looked for to part a text at.
const SPACE_BYTES_MAX: usize = 256;

/// What the engine has loaded.
pub(crate) struct Loaded {
    pub(crate) lexicon: Lexicon,
    pub(crate) cues: Cues,
    pub(crate) lengths: Lengths,
}

/// Values in order and apart: of two that overlap the heavier stays.
pub(crate) fn values(
    view: &View<'_>,
    loaded: &Loaded,
    asked: Option<RuleId>,
    on: &dyn Fn(RuleId) -> bool,
) -> Vec<Hit> {
    let len = view.bytes.len();
    if len <= WINDOW_BYTES {
        let scan = Scan::new(view, 0..len, &loaded.lexicon);
        return apart(super::all(&scan, loaded, asked, on), on, scan.bytes);
    }
    let mut values: Vec<Hit> = Vec::new();
    let (mut start, mut done) = (0, 0);
    let mut scan = Scan::new(view, 0..0, &loaded.lexicon);
    while done < len {
        let end = space_before(&view.bytes, (start + WINDOW_BYTES).min(len));
        let keep = if end == len { len } else { space_before(&view.bytes, end - OVERLAP_BYTES) };
        scan = scan.next(start..end);
        let hits = apart(super::all(&scan, loaded, None, on), on, scan.bytes);
        for hit in hits {
            let from = hit.start + start as u32;
            let to = hit.end + start as u32;
            let free = values.last().is_none_or(|last| last.end <= from);
            if (done as u32..keep as u32).contains(&from) && free {
                values.push(Hit { start: from, end: to, ..hit });
            }
        }
        done = keep;
        start = space_before(&view.bytes, keep - CONTEXT_BYTES);
    }
    values
}

/// The place of a space shortly before, or the place itself.
fn space_before(bytes: &[u8], at: usize) -> usize {
    if at == bytes.len() {
        return at;
    }
    let near = &bytes[at - SPACE_BYTES_MAX..at];
    near.iter().rposition(u8::is_ascii_whitespace).map_or(at, |n| at - SPACE_BYTES_MAX + n)
}

fn apart(mut hits: Vec<Hit>, on: &dyn Fn(RuleId) -> bool, bytes: &[u8]) -> Vec<Hit> {
    // A rule that is off must not hide the value of one that is on.
    hits.retain(|hit| {
        hit.end > hit.start
            && on(hit.rule)
            && !was_masked(&bytes[hit.start as usize..hit.end as usize])
    });
    if hits.len() < 2 {
        return hits;
    }
    hits.sort_by_key(|hit| (std::cmp::Reverse(hit.weight), hit.start));
    let mut taken = vec![false; bytes.len()];
    hits.retain(|hit| {
        let range = &mut taken[hit.start as usize..hit.end as usize];
        let free = !range.contains(&true);
        if free {
            range.fill(true);
        }
        free
    });
    hits.sort_by_key(|hit| hit.start);
    hits
}

/// X's, and at most the last digits that a mask leaves after so many of them.
fn was_masked(value: &[u8]) -> bool {
    let mut left = value.iter().filter(|b| b.is_ascii_alphanumeric()).peekable();
    let mut hidden = 0;
    while left.next_if(|b| **b == b'X').is_some() {
        hidden += 1;
    }
    if hidden == 0 {
        return left.next().is_none();
    }
    let kept: Vec<&u8> = left.take(KEPT_DIGITS + 1).collect();
    kept.is_empty()
        || hidden >= KEPT_DIGITS_MIN - KEPT_DIGITS
            && kept.len() == KEPT_DIGITS
            && kept.iter().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;

    #[test]
    fn a_value_is_found_wherever_the_windows_part() {
        let engine = Engine::new();
        for fill in ["well now ", "w", "\n", "1 2 "] {
            let before = fill.repeat(45_000 / fill.len());
            for more in 0..9 {
                let text =
                    format!("{before}{} ssn 123-45-6789 {before}", "say ".repeat(more * 400));
                let found = engine.find(&text);
                assert!(
                    found.iter().any(|span| &text[span.start..span.end] == "123-45-6789"),
                    "{fill:?} {more}"
                );
                assert!(found.windows(2).all(|two| two[0].end <= two[1].start));
            }
        }
    }
}
