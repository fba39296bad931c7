//! How customers respond: the probability of each level.

use ballroom_analytics::utility::Moments;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};

#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) shares: Vec<f64>,
}

/// Six profiles: three of satisfaction, one of recommendation, two of thumbs.
pub(crate) fn profiles() -> Vec<Profile> {
    let profile = |name, shares: &[f64]| Profile { name, shares: shares.to_vec() };
    vec![
        profile("CSAT typical", &[0.04, 0.06, 0.12, 0.33, 0.45]),
        profile("CSAT near ceiling", &[0.01, 0.01, 0.03, 0.15, 0.80]),
        profile("CSAT polarized", &[0.22, 0.06, 0.07, 0.15, 0.50]),
        profile("NPS typical", &[0.03, 0.01, 0.02, 0.03, 0.03, 0.08, 0.07, 0.13, 0.21, 0.16, 0.23]),
        profile("thumbs 80%", &[0.20, 0.80]),
        profile("thumbs 97%", &[0.03, 0.97]),
    ]
}

impl Profile {
    pub(crate) fn utility(&self, level: usize) -> f64 {
        level as f64 / (self.shares.len() - 1) as f64
    }

    pub(crate) fn mean(&self) -> f64 {
        self.shares.iter().enumerate().map(|(level, share)| share * self.utility(level)).sum()
    }

    /// The variance of a response as a share of `mean (1 - mean)`.
    pub(crate) fn ratio(&self) -> f64 {
        if self.shares.len() == 2 {
            return 1.0;
        }
        let mean = self.mean();
        let squares =
            self.shares.iter().enumerate().map(|(level, share)| share * self.utility(level).powi(2));
        (squares.sum::<f64>() - mean * mean) / (mean * (1.0 - mean))
    }

    /// The same customers after the mean moved by `shift`: a part of each level moves by one, or as many as it
    /// takes.
    pub(crate) fn shifted(&self, shift: f64) -> Self {
        let mut shifted = self.clone();
        let target = (self.mean() + shift).clamp(0.0, 1.0);
        let top = self.shares.len() - 1;
        for _ in 0..200 {
            let missing = target - shifted.mean();
            if missing.abs() < 1e-9 {
                break;
            }
            let movable: f64 = if missing < 0.0 {
                shifted.shares[1..].iter().sum()
            } else {
                shifted.shares[..top].iter().sum()
            };
            let part = (missing.abs() * top as f64 / movable.max(1e-12)).min(0.5);
            let before = shifted.shares.clone();
            for (level, share) in before.iter().enumerate() {
                let to = if missing < 0.0 {
                    level.checked_sub(1)
                } else {
                    Some(level + 1).filter(|to| *to <= top)
                };
                if let Some(to) = to {
                    shifted.shares[level] -= part * share;
                    shifted.shares[to] += part * share;
                }
            }
        }
        shifted
    }

    /// Adds `n` responses.
    pub(crate) fn answer(&self, n: u32, sums: &mut Sums, rng: &mut ChaCha8Rng) {
        for _ in 0..n {
            let mut left: f64 = rng.random();
            let level = self.shares.iter().position(|share| {
                left -= share;
                left < 0.0
            });
            let u = self.utility(level.unwrap_or(self.shares.len() - 1));
            sums.n += 1.0;
            sums.sum += u;
            sums.squares += u * u;
        }
    }
}

/// Responses as they come in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) n: f64,
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

impl Sums {
    pub(crate) fn moments(&self) -> Moments {
        if self.n <= 0.0 {
            return Moments::default();
        }
        Moments {
            n: self.n,
            mean: self.sum / self.n,
            ssw: (self.squares - self.sum * self.sum / self.n).max(0.0),
        }
    }
}

/// A Poisson number; 0 for a mean of 0.
pub(crate) fn poisson(mean: f64, rng: &mut ChaCha8Rng) -> u32 {
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng) as u32)
}
