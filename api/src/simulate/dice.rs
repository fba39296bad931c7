//! Chance that is the same on every machine.
//!
//! Only additions, multiplications and divisions: they are exact to the bit everywhere, while `exp` and `ln` are
//! not, and one bit decides a rating.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of chance. Each part of the world rolls a stream of its own, so that one more roll in one
/// part leaves the others as they were.
#[derive(Clone, Debug)]
pub(super) struct Dice(ChaCha8Rng);

/// The parts of the world that roll.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    Customers = 1,
    Answers,
    Comments,
    Incidents,
    Exposure,
}

impl Dice {
    pub(super) fn new(seed: u64, stream: Stream) -> Dice {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream as u64);
        Dice(rng)
    }

    /// From 0 up to but not 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From `low` up to but not `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// From 0 up to but not `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Bell-shaped around 0, with this standard deviation and no tail beyond three of them.
    pub(super) fn bell(&mut self, deviation: f64) -> f64 {
        (self.unit() + self.unit() + self.unit() - 1.5) * 2.0 * deviation
    }

    /// The number of successes in `n` trials.
    pub(super) fn successes(&mut self, n: u32, probability: f64) -> u32 {
        (0..n).map(|_| u32::from(self.chance(probability))).sum()
    }

    /// One of some things.
    pub(super) fn one<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// A random index, distributed by weight.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut rest = self.unit() * weights.clone().sum::<f64>();
        let places = weights.clone().take_while(|weight| {
            rest -= weight;
            rest >= 0.0
        });
        places.count().min(weights.count().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_apart_and_seeds_repeat() {
        let rolls = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.unit(), dice.unit(), dice.unit()]
        };
        assert_eq!(rolls(1, Stream::Answers), rolls(1, Stream::Answers));
        assert_ne!(rolls(1, Stream::Answers), rolls(2, Stream::Answers));
        assert_ne!(rolls(1, Stream::Answers), rolls(1, Stream::Comments));
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(7, Stream::Answers);
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[dice.weighted([0.1, 0.0, 0.3].into_iter())] += 1);
        assert!(counts[1] == 0 && (2_300..2_700).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn a_bell_has_its_deviation() {
        let mut dice = Dice::new(7, Stream::Answers);
        let rolls: Vec<f64> = (0..20_000).map(|_| dice.bell(0.2)).collect();
        let mean = rolls.iter().sum::<f64>() / 20_000.0;
        let deviation = (rolls.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0).sqrt();
        assert!(mean.abs() < 0.005 && (deviation - 0.2).abs() < 0.005, "{mean} {deviation}");
    }
}
