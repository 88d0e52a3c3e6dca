//! Chance that can be repeated: SplitMix64 (Steele, Lea, Flood, 2014).

/// A sequence that its seed decides. Good for kills and pauses, not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another sequence, decided by this one.
    pub(crate) fn branch(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A value from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a mut [T]) -> &'a mut T {
        let last = of.len() as u64 - 1;
        &mut of[self.between(0, last) as usize]
    }

    /// All of them in some order.
    pub(crate) fn shuffled<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let mut left = all.to_vec();
        (0..all.len())
            .map(|_| left.swap_remove(self.between(0, left.len() as u64 - 1) as usize))
            .collect()
    }

    /// True once in `of` times.
    pub(crate) fn once_in(&mut self, of: u64) -> bool {
        self.next().is_multiple_of(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_run() {
        let (mut one, mut other) = (Chance::new(7), Chance::new(7));
        let draw =
            |chance: &mut Chance| (0..20).map(|_| chance.between(50, 1500)).collect::<Vec<_>>();
        let drawn = draw(&mut one);
        assert_eq!(drawn, draw(&mut other));
        assert!(drawn.iter().all(|ms| (50..=1500).contains(ms)));
        assert!(drawn.windows(2).any(|two| two[0] != two[1]));
    }
}
