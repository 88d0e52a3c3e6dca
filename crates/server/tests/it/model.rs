//! Every order in which delivering, proving, failing, pausing, talking on, dying and
//! shredding can follow each other, over the real judges of `archive::fate`.
//!
//! What must never be: a key that is gone while a required destination of the time
//! when the part was done lacks a receipt for it, or while something was said that
//! no delivered part holds.

use std::collections::{HashSet, VecDeque};

use server::archive::fate::{Fate, Kept, Shredding, Stand, of, shredding};
use server::clock::Millis;

/// Two destinations: the first is always required, the second may be optional.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    is_second_required: bool,
    paused: [bool; 2],
    /// Events said, and events in delivered parts.
    said: u8,
    delivered: u8,
    parts: u8,
    /// The last event of the part under way.
    under_way: Option<u8>,
    /// Receipts for the part under way.
    held: [bool; 2],
    /// Parts for which there is any receipt.
    parts_held: u8,
    is_delivered: bool,
    is_on_hold: bool,
    is_optional_over: bool,
    /// A required destination lacked a receipt when its part was called delivered.
    was_done_without: bool,
    is_key_gone: bool,
}

type Judge = fn(&[Stand], Millis, Millis, Millis) -> Fate;
type Shredder = fn(&Kept) -> Shredding;

fn first(is_second_required: bool) -> State {
    State {
        is_second_required,
        paused: [false; 2],
        said: 1,
        delivered: 0,
        parts: 0,
        under_way: None,
        held: [false; 2],
        parts_held: 0,
        is_delivered: false,
        is_on_hold: false,
        is_optional_over: false,
        was_done_without: false,
        is_key_gone: false,
    }
}

impl State {
    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next
    }

    fn stands(&self) -> [Stand; 2] {
        [0, 1].map(|it| Stand {
            is_required: it == 0 || self.is_second_required,
            is_paused: self.paused[it],
            is_held: self.held[it],
            is_worth_retrying: true,
        })
    }

    fn kept(&self) -> Kept {
        Kept {
            is_delivered: self.is_delivered,
            parts: self.parts.into(),
            parts_held: self.parts_held.into(),
            is_newer: self.said > self.delivered || self.under_way.is_some(),
            is_on_hold: self.is_on_hold,
        }
    }

    fn is_bad(&self) -> bool {
        self.is_key_gone && (self.was_done_without || self.said > self.delivered)
    }

    /// Everything that can happen next. A crash is any of these not happening.
    fn next(&self, judge: Judge, shredder: Shredder) -> Vec<Self> {
        if self.is_key_gone {
            return Vec::new();
        }
        let mut next = vec![
            self.with(|it| it.is_on_hold = !it.is_on_hold),
            self.with(|it| it.is_optional_over = true),
            self.with(|it| it.is_second_required = !it.is_second_required),
        ];
        for at in 0..2 {
            next.push(self.with(|it| it.paused[at] = !it.paused[at]));
        }
        if self.said < 3 {
            // Reopened, or rated: a delivered one may be closed again at any time.
            next.push(self.with(|it| it.said += 1));
        }
        match self.under_way {
            None if self.said > self.delivered => next.push(self.with(|it| {
                it.under_way = Some(it.said);
                it.held = [false; 2];
                it.is_optional_over = false;
            })),
            None => {}
            Some(seq) => {
                for at in (0..2).filter(|at| !self.held[*at] && !self.paused[*at]) {
                    next.push(self.with(|it| {
                        it.held[at] = true;
                        it.parts_held = it.parts + 1;
                    }));
                }
                // Its place changed: the receipt is of the old one.
                for at in (0..2).filter(|at| self.held[*at]) {
                    next.push(self.with(|it| it.held[at] = false));
                }
                let now = Millis(0);
                let until = now.plus_seconds(u32::from(!self.is_optional_over));
                if judge(&self.stands(), now, until, now) == Fate::Complete {
                    let lacks = |it: &Stand| it.is_required && !it.is_held;
                    let is_without = self.stands().iter().any(lacks);
                    next.push(self.with(|it| {
                        it.was_done_without |= is_without;
                        it.delivered = seq;
                        it.parts += 1;
                        it.under_way = None;
                        it.is_delivered = it.said == seq;
                    }));
                }
            }
        }
        if shredder(&self.kept()) == Shredding::Go {
            next.push(self.with(|it| it.is_key_gone = true));
        }
        next
    }
}

/// How many states there are, how many of them are bad, and in how many the key is gone.
fn walk(judge: Judge, shredder: Shredder) -> (usize, usize, usize) {
    let mut seen: HashSet<State> = [true, false].map(first).into();
    let mut waiting: VecDeque<State> = seen.iter().cloned().collect();
    while let Some(state) = waiting.pop_front() {
        for next in state.next(judge, shredder) {
            if seen.insert(next.clone()) {
                waiting.push_back(next);
            }
        }
    }
    let count = |is: fn(&State) -> bool| seen.iter().filter(|state| is(state)).count();
    (seen.len(), count(State::is_bad), count(|state| state.is_key_gone))
}

#[test]
fn no_key_is_ever_gone_without_its_receipts() {
    let (all, bad, gone) = walk(of, shredding);
    println!("{all} states, the key is gone in {gone}");
    assert!(all > 1_000 && gone > 0, "{all} states, {gone} shreds: the walk is not idle");
    assert_eq!(bad, 0);
}

#[test]
fn a_judge_who_asks_one_destination_only_is_found_out() {
    let one_is_enough: Judge = |stands, _, _, _| match stands.iter().any(|it| it.is_held) {
        true => Fate::Complete,
        false => Fate::Again,
    };
    assert!(walk(one_is_enough, shredding).1 > 0);
}

#[test]
fn a_shredder_who_forgets_what_was_said_since_is_found_out() {
    let forgetful: Shredder = |kept| shredding(&Kept { is_newer: false, ..*kept });
    assert!(walk(of, forgetful).1 > 0);
}
