//! One text in, the masked text and what was found out.

use sensitive::Sensitive;

use crate::find::{self, Cues, Hit, Lengths, Loaded};
use crate::lexicon::Lexicon;
use crate::policy::{Mode, Policy, Writer};
use crate::rules::{ALL, RULES, Rule, RuleId};
use crate::scan::Scan;
use crate::text::{MaskedText, Stroke, paint};
use crate::view::View;

/// Rows of one sender that a value may be split over.
const ROWS_JOINED_MAX: usize = 4;
/// The nearest rows among which the question that a text answers is looked for.
const ROWS_ASKED_MAX: usize = 3;
/// Rows before a text that are looked at; of what is further back nothing depends.
pub const ROWS_BEFORE_MAX: usize = ROWS_JOINED_MAX;
const _: () = assert!(ROWS_ASKED_MAX <= ROWS_BEFORE_MAX);
const JOINED_BYTES_MAX: usize = 240;
/// A text is read again after masking, until nothing more is found.
const PASSES_MAX: usize = 8;
/// A shorter value keeps no last digits.
pub(crate) const KEPT_DIGITS_MIN: usize = 9;
pub(crate) const KEPT_DIGITS: usize = 4;

/// Whether a rule counts.
pub(crate) type On<'a> = &'a dyn Fn(RuleId) -> bool;

/// A stored row before the text, as stored.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    pub number: u64,
    pub writer: Writer,
    pub text: &'a str,
}

/// Where a rule found a value, in code points; never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Such as `card`.
    pub rule: &'static str,
    /// Such as `CARD`.
    pub kind: &'static str,
    pub version: u32,
    pub start: u32,
    pub end: u32,
}

/// A found value in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    id: RuleId,
    intact: bool,
}

impl Span {
    /// Such as `card`.
    pub fn rule(&self) -> &'static str {
        self.id.rule().name
    }

    pub(crate) fn keep_last(&self) -> usize {
        if self.intact { self.id.rule().keep_last } else { 0 }
    }
}

/// An earlier row of the same sender that must be overwritten.
#[derive(Debug, Clone)]
pub struct Amendment {
    pub number: u64,
    pub text: MaskedText,
    pub findings: Vec<Finding>,
}

/// The text as it may be stored, and what that took.
#[derive(Debug, Clone)]
pub struct Masked {
    pub text: MaskedText,
    pub findings: Vec<Finding>,
    pub amendments: Vec<Amendment>,
}

/// What a policy does to a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// The sample, masked.
    pub text: String,
    /// In order.
    pub masks: Vec<Tried>,
}

/// Which rule masks what, in code points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// A rule's name, or that of a rule of the clinic's own.
    pub rule: String,
    pub start: u32,
    pub end: u32,
}

/// A choice of rules.
#[derive(Debug, Clone)]
pub struct Only([bool; RULES.len()]);

/// The rules and word lists, loaded once. Share one in an `Arc`.
pub struct Engine {
    pub(crate) loaded: Loaded,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    pub fn new() -> Self {
        let mut lexicon = Lexicon::load();
        let cues = Cues::load(&mut lexicon);
        lexicon.add_mistyped();
        Self { loaded: Loaded { lexicon, cues, lengths: Lengths::load() } }
    }

    /// Masks a text before it is stored or relayed.
    ///
    /// `before` holds the rows before, the oldest first. `asked` is the rule
    /// of the pre-chat field that the text answers: that rule is exempt.
    pub fn mask(
        &self,
        policy: &Policy,
        mode: Mode,
        before: &[Before<'_>],
        writer: Writer,
        asked: Option<&str>,
        text: &Sensitive<String>,
    ) -> Masked {
        let on = |rule: RuleId| policy.masks(rule, writer, mode) && asked != Some(rule.rule().name);
        let typed = text.expose().as_str();
        let (spans, earlier) = self.spans(before, writer, typed, &on);
        let (masked, found) = self.cover(policy, typed, spans, &on);
        let mut amendments = Vec::new();
        for (at, spans) in earlier {
            let (text, found) = self.cover(policy, before[at].text, spans, &on);
            if !found.is_empty() {
                amendments.push(Amendment {
                    number: before[at].number,
                    text: MaskedText::new(text),
                    findings: findings(found),
                });
            }
        }
        Masked { text: MaskedText::new(masked), findings: findings(found), amendments }
    }

    /// Masks rows as they were stored for the archive; each may use those after it.
    pub fn mask_stored(&self, policy: &Policy, rows: &[Before<'_>]) -> Vec<Masked> {
        let mut all: Vec<Vec<Span>> = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let (spans, earlier) =
                self.spans(&rows[at.saturating_sub(8)..at], row.writer, row.text, &|rule| {
                    policy.masks(rule, row.writer, Mode::Archive)
                });
            for (n, more) in earlier {
                all[at.saturating_sub(8) + n].extend(more);
            }
            all.push(spans);
        }
        rows.iter()
            .zip(all)
            .map(|(row, spans)| {
                let (text, found) = self.cover(policy, row.text, settle(spans), &|rule| {
                    policy.masks(rule, row.writer, Mode::Archive)
                });
                let findings = findings(found);
                Masked { text: MaskedText::new(text), findings, amendments: Vec::new() }
            })
            .collect()
    }

    /// What a policy would do to a text, before it counts: which rule masks what.
    pub fn dry_run(
        &self,
        policy: &Policy,
        mode: Mode,
        writer: Writer,
        sample: &Sensitive<String>,
    ) -> DryRun {
        let sample = sample.expose();
        let on = |rule: RuleId| policy.masks(rule, writer, mode);
        let spans = self.read(sample, None, &on);
        let (text, found) = self.cover(policy, sample, spans, &on);
        let masks = found
            .into_iter()
            .map(|(rule, f)| Tried { rule: rule.to_owned(), start: f.start, end: f.end })
            .collect();
        DryRun { text, masks }
    }

    /// Every value in a text by itself, in order and apart.
    pub fn find(&self, text: &str) -> Vec<Span> {
        self.read(text, None, &|_| true)
    }

    /// Some of the rules, by their names; unknown ones are passed over.
    pub fn only(&self, rules: &[&str]) -> Only {
        Only(std::array::from_fn(|at| rules.contains(&RULES[at].name)))
    }

    /// Every value that some of the rules find in a text by itself, in order and apart.
    pub fn find_only(&self, only: &Only, text: &str) -> Vec<Span> {
        self.read(text, None, &|rule| only.0[rule as usize])
    }

    /// Values of a text after the rows before it, and parts of values in those rows.
    pub(crate) fn spans(
        &self,
        before: &[Before<'_>],
        writer: Writer,
        text: &str,
        on: On<'_>,
    ) -> (Vec<Span>, Vec<(usize, Vec<Span>)>) {
        let question = before
            .iter()
            .rev()
            .take(ROWS_ASKED_MAX)
            .find(|row| row.writer != writer)
            .filter(|_| text.len() <= 120);
        let asked = question.and_then(|row| self.asked(row.text)).or_else(|| {
            let own = before.last().filter(|row| {
                row.writer == writer
                    && text.len() <= 60
                    && ["half", "starts"].iter().any(|told| row.text.contains(told))
            })?;
            self.asked(own.text).filter(|rule| matches!(rule, RuleId::Card | RuleId::Ssn))
        });
        let mut spans = self.read(text, asked, on);
        let earlier = self.split(before, writer, text, &mut spans, on);
        (settle(spans), earlier)
    }

    /// The rule whose value a text asks for.
    fn asked(&self, text: &str) -> Option<RuleId> {
        let view = View::new(text);
        let scan = Scan::new(&view, 0..view.bytes.len(), &self.loaded.lexicon);
        self.loaded.cues.asked(&scan)
    }

    fn read(&self, text: &str, asked: Option<RuleId>, on: On<'_>) -> Vec<Span> {
        let view = View::new(text);
        let span = |hit: Hit| {
            let read = &view.bytes[hit.start as usize..hit.end as usize];
            let (start, end) = view.origin(hit.start, hit.end);
            let intact = hit.rule.rule().keep_last > 0
                && text.as_bytes()[start..end] == *read
                && ends_in_digits(read);
            Span { start, end, id: hit.rule, intact }
        };
        find::values(&view, &self.loaded, asked, on).into_iter().map(span).collect()
    }

    /// Values that began in rows before of the same writer.
    fn split(
        &self,
        before: &[Before<'_>],
        writer: Writer,
        text: &str,
        spans: &mut Vec<Span>,
        on: On<'_>,
    ) -> Vec<(usize, Vec<Span>)> {
        if text.len() > JOINED_BYTES_MAX
            || !text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == b'.')
        {
            return Vec::new();
        }
        let mut rows: Vec<usize> = (0..before.len())
            .rev()
            .take_while(|&at| {
                before[at].writer == writer && before[at].text.len() <= JOINED_BYTES_MAX
            })
            .take(ROWS_JOINED_MAX)
            .collect();
        rows.reverse();
        for first in 0..rows.len() {
            let mut joined = String::new();
            let mut starts = Vec::new();
            for &row in &rows[first..] {
                starts.push(joined.len());
                joined.push_str(before[row].text);
                joined.push(if text.starts_with('@') || before[row].text.ends_with('@') {
                    '.'
                } else {
                    ' '
                });
                if joined.ends_with('.') {
                    joined.pop();
                }
            }
            let here = joined.len();
            joined.push_str(text);
            let crossing: Vec<Span> = self
                .read(&joined, None, on)
                .into_iter()
                .filter(|s| s.start < here && s.end > here && s.id != RuleId::Name)
                .collect();
            if crossing.is_empty() {
                continue;
            }
            let mut earlier = Vec::new();
            for span in crossing {
                spans.push(Span { start: 0, end: span.end - here, intact: false, ..span.clone() });
                for (n, &row) in rows[first..].iter().enumerate() {
                    let end = starts[n] + before[row].text.len();
                    if span.start < end && span.end > starts[n] {
                        let part = Span {
                            start: span.start.max(starts[n]) - starts[n],
                            end: span.end.min(end) - starts[n],
                            intact: false,
                            ..span.clone()
                        };
                        earlier.push((row, vec![part]));
                    }
                }
            }
            return earlier;
        }
        Vec::new()
    }

    /// The text with its values as X's, and what each was: the name that people know
    /// its rule by, and the finding. Masked again, nothing changes any more.
    pub(crate) fn cover<'p>(
        &self,
        policy: &'p Policy,
        text: &str,
        mut spans: Vec<Span>,
        on: On<'_>,
    ) -> (String, Vec<(&'p str, Finding)>) {
        let mut painted = text.to_owned();
        let mut found = Vec::new();
        for _ in 0..PASSES_MAX {
            spans.retain(|s| on(s.id) && !policy.is_allowed(&painted[s.start..s.end]));
            let strokes: Vec<Stroke> = spans
                .iter()
                .map(|s| Stroke { start: s.start, end: s.end, keep_last: s.keep_last() })
                .collect();
            let mut points = Points::of(&painted);
            found.extend(spans.iter().map(|s| (s.rule(), finding(&mut points, s))));
            let next = cover_own(policy, paint(&painted, &strokes), &mut found);
            if next == painted {
                break;
            }
            painted = next;
            spans = self.read(&painted, None, on);
        }
        (painted, apart(found))
    }
}

/// Masks by the clinic's own rules.
fn cover_own<'p>(
    policy: &'p Policy,
    mut painted: String,
    found: &mut Vec<(&'p str, Finding)>,
) -> String {
    for own in policy.own() {
        let mut strokes = own.strokes(&painted);
        strokes.retain(|s| !policy.is_allowed(&painted[s.start..s.end]));
        let mut points = Points::of(&painted);
        found.extend(strokes.iter().map(|s| (own.name(), own_finding(&mut points, s))));
        painted = paint(&painted, &strokes);
    }
    painted
}

/// In order and apart: what a later pass found beside a mask belongs to it.
fn apart(mut found: Vec<(&str, Finding)>) -> Vec<(&str, Finding)> {
    found.sort_by_key(|(_, finding)| finding.start);
    found.dedup_by(|(_, next), (_, kept)| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
    found
}

fn findings(found: Vec<(&str, Finding)>) -> Vec<Finding> {
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// Whether a value is long enough to keep its last digits, and has digits last.
fn ends_in_digits(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let mut last = value.iter().rev().filter(|b| b.is_ascii_alphanumeric()).take(KEPT_DIGITS);
    digits >= KEPT_DIGITS_MIN && last.all(u8::is_ascii_digit)
}

/// Counts code points up to places that only grow, so that many take no longer than the text.
struct Points<'t> {
    text: &'t str,
    counted: usize,
    points: u32,
}

impl<'t> Points<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, counted: 0, points: 0 }
    }

    fn up_to(&mut self, place: usize) -> u32 {
        self.points += self.text[self.counted..place].chars().count() as u32;
        self.counted = place;
        self.points
    }
}

fn own_finding(points: &mut Points<'_>, stroke: &Stroke) -> Finding {
    let (start, end) = (points.up_to(stroke.start), points.up_to(stroke.end));
    Finding { rule: "own", kind: "OWN", version: 1, start, end }
}

fn finding(points: &mut Points<'_>, span: &Span) -> Finding {
    let (start, end) = (points.up_to(span.start), points.up_to(span.end));
    let Rule { name, kind, version, .. } = *span.id.rule();
    Finding { rule: name, kind, version, start, end }
}

/// In order and apart: of two that overlap the longer stays.
pub(crate) fn settle(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
    let mut settled: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match settled.last_mut() {
            Some(last) if span.start < last.end => {
                if span.end > last.end {
                    last.end = span.end;
                    last.intact = false;
                }
            }
            _ => settled.push(span),
        }
    }
    settled
}

/// Whether there is a rule of this name.
pub(crate) fn is_rule(name: &str) -> bool {
    ALL.iter().any(|&id| RULES[id as usize].name == name)
}
