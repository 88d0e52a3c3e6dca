//! Sums that more than one rule checks its digits with.

use super::Check;

pub(super) const LUHN: Check = Check {
    holds: |value| value.len() > 1 && value.iter().all(u8::is_ascii_digit) && luhn(value, 0),
    good: &["79927398713", "18"],
    bad: &["79927398710", "7992739871X", "0"],
};

/// Luhn's sum (ISO/IEC 7812-1, annex B) with `carried` added ends in 0.
pub(super) fn luhn(digits: &[u8], carried: u32) -> bool {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let (mut sum, mut double) = (carried, false);
    for digit in digits.iter().rev() {
        let digit = usize::from(digit - b'0');
        sum += if double { DOUBLED[digit] } else { digit as u32 };
        double = !double;
    }
    sum.is_multiple_of(10)
}

/// The number that digits stand for; for at most nine of them.
pub(super) fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, d| sum * 10 + u32::from(d - b'0'))
}

/// Whether not all digits are the same.
pub(super) fn is_varied(digits: &[u8]) -> bool {
    digits.iter().any(|d| *d != digits[0])
}
