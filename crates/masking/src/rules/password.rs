//! Passwords and PINs, after their words.

use super::{ByCue, Joins, Rule};
use crate::lexicon::{FILLER, PLAIN, STOP};
use crate::policy::Action::Mask;
use crate::scan::Scan;

const BYTES_MIN: usize = 4;
const BYTES_MAX: usize = 40;

pub(super) const RULE: Rule = Rule {
    name: "password",
    kind: "PASSWORD",
    version: 3,
    action: Mask,
    doc: "A password or a PIN.",
    source: "no common form: at least four characters with a digit",
    example: "password is [hunter22!x] ok",
    pattern: r"\S*\d\S*",
    cues: &[
        "password", "passcode", "passphrase", "pin", "pwd", "pw", "passwd", "pass", "contrasena", "clave", "otp",
        "verification code", "access code", "one time code", "code you texted me", "code you sent me", "code you texted", "code you sent",
    ],
    by_cue: Some(ByCue { joins: Joins::Nothing, read: Some(read), ..ByCue::of(|_| false) }),
    ..Rule::NEW
};

/// Up to the next space: a password holds any mark. Right after a colon it may be any
/// word that is no plain one: "password: correcthorse".
fn read(scan: &Scan<'_>, from: usize, at: usize) -> Option<(u32, u32)> {
    let start = scan.tokens[at].start;
    let rest = &scan.bytes[start as usize..];
    let ends = |b: &&u8| !b.is_ascii_whitespace() && !b"\"',;".contains(b);
    let len = rest.iter().take(BYTES_MAX).take_while(ends).count();
    let told = at == from && at > 0 && matches!(scan.gap(at - 1), b":" | b": " | b"=" | b" = " | b" : ");
    let mixed = rest[..len].iter().any(u8::is_ascii_digit)
        || told && !scan.tokens[at].is(PLAIN | STOP | FILLER);
    (len >= BYTES_MIN && mixed).then_some((start, start + len as u32))
}
