//! Figures of a run: percentiles and the one line of JSON that ends it.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

/// Durations in microseconds, kept one by one, since a run has at most a few
/// million and a percentile of the real values needs no excuse.
#[derive(Debug, Default, Clone)]
pub(crate) struct Durations(Vec<u32>);

impl Durations {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest value that at least `percent` of all values do not exceed
    /// (nearest rank), in milliseconds; `None` without values.
    pub(crate) fn percentile_ms(&self, percent: f64) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        let micros = sorted.get(rank.saturating_sub(1))?;
        Some(f64::from(*micros) / 1000.0)
    }
}

/// The middle value; of an even number, the mean of the middle two.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.is_empty() {
        None
    } else if sorted.len() % 2 == 1 {
        Some(sorted[middle])
    } else {
        Some((sorted[middle - 1] + sorted[middle]) / 2.0)
    }
}

/// Three digits are more than a shared machine can tell apart.
pub(crate) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let scale = 10f64.powi(3 - 1 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

/// Writes the last line of a run.
pub(crate) fn print(figures: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(figures).context("writing the figures")?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").context("writing to standard output")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_millis(values: impl IntoIterator<Item = u64>) -> Durations {
        let mut all = Durations::default();
        values.into_iter().for_each(|ms| all.add(Duration::from_millis(ms)));
        all
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred = of_millis((1..=100).rev());
        assert_eq!(hundred.percentile_ms(50.0), Some(50.0));
        assert_eq!(hundred.percentile_ms(99.0), Some(99.0));
        assert_eq!(hundred.percentile_ms(100.0), Some(100.0));
        assert_eq!(of_millis([7]).percentile_ms(1.0), Some(7.0));
        assert_eq!(of_millis([]).percentile_ms(50.0), None);
    }

    #[test]
    fn one_slow_answer_among_fifty_is_the_ninety_ninth_percentile() {
        let mut waits = of_millis(vec![1; 49]);
        waits.add(Duration::from_secs(2));
        assert_eq!(waits.percentile_ms(98.0), Some(1.0));
        assert_eq!(waits.percentile_ms(99.0), Some(2000.0));
    }

    #[test]
    fn median_of_an_even_number_is_between() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn figures_keep_three_digits() {
        assert_eq!(rounded(12_345.6), 12_300.0);
        assert_eq!(rounded(0.012_345), 0.0123);
        assert_eq!(rounded(0.0), 0.0);
    }
}
