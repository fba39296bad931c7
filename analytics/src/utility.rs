//! Ratings to utilities: 0 is the worst response of a scale, 1 the best, evenly spaced between (METHOD 1).

use crate::error::{Error, Result};
use crate::facts::Scale;

/// More levels than any questionnaire has; a bound on what one cell can cost.
const MAX_LEVELS: f64 = 1001.0;

impl Scale {
    /// How many levels the scale has.
    pub fn levels(&self) -> u32 {
        ((self.max - self.min) / self.step + 0.5).ceil() as u32
    }

    /// The utility of every level, from the lowest rating up.
    ///
    /// `u = (x - min) / (max - min)`, and `1 - u` where low is good.
    pub fn utilities(&self) -> Vec<f64> {
        let ruler = Ruler::of(self);
        (0..self.levels()).map(|level| ruler.utility(f64::from(level))).collect()
    }

    pub(crate) fn check(&self) -> Result<()> {
        let invalid = |reason| Err(Error::Invalid { column: "scale", reason });
        if ![self.min, self.max, self.step].iter().all(|x| x.is_finite()) {
            return invalid("must have a finite minimum, maximum and step");
        }
        if self.min >= self.max || self.step <= 0.0 {
            return invalid("must have a minimum below its maximum and a step above zero");
        }
        let levels = (self.max - self.min) / self.step + 0.5;
        if levels > MAX_LEVELS || levels <= 1.0 {
            return invalid("must have between 2 and 1001 levels");
        }
        Ok(())
    }
}

/// Number, mean and sum of squares within (`SSW`) of utilities: all that scores need of a cell's responses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// Responses; a weighted number when old responses are discounted.
    pub n: f64,
    /// Their mean utility, 0 when there are none.
    pub mean: f64,
    /// `sum c u^2 - n mean^2`, never below 0.
    pub ssw: f64,
}

impl Moments {
    /// The moments of counts per level.
    pub fn of(counts: &[f64], utilities: &[f64]) -> Self {
        let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (count, u) in counts.iter().zip(utilities) {
            n += count;
            sum += count * u;
            squares += count * u * u;
        }
        if n <= 0.0 {
            return Self::default();
        }
        Self { n, mean: sum / n, ssw: (squares - sum * sum / n).max(0.0) }
    }
}

/// How the levels of a scale map to utilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ruler {
    /// Utility between neighbouring levels.
    unit: f64,
    reversed: bool,
    /// A two-level scale knows its variance from its mean.
    pub(crate) two_level: bool,
}

impl Ruler {
    pub(crate) fn of(scale: &Scale) -> Self {
        let unit = scale.step / (scale.max - scale.min);
        Self { unit, reversed: !scale.higher_is_better, two_level: scale.levels() == 2 }
    }

    fn utility(&self, level: f64) -> f64 {
        let u = level * self.unit;
        if self.reversed { 1.0 - u } else { u }
    }

    /// How many responses, and their mean.
    pub(crate) fn mean(&self, n: i64, levels: i64) -> (f64, f64) {
        (n as f64, if n > 0 { self.utility(levels as f64 / n as f64) } else { 0.0 })
    }

    /// The moments of whole responses. Sums of levels are integers, so equal ratings have an `SSW` of exactly 0
    /// and no order or partition of the rows can change a digit.
    pub(crate) fn moments(&self, Sums([n, levels, squares]): Sums<i64>) -> Moments {
        if n <= 0 {
            return Moments::default();
        }
        let spread = i128::from(n) * i128::from(squares) - i128::from(levels) * i128::from(levels);
        self.scaled(n as f64, levels as f64, spread as f64 / n as f64)
    }

    /// The moments of responses that are weighted by their age.
    pub(crate) fn discounted_moments(&self, Sums([n, levels, squares]): Sums<f64>) -> Moments {
        if n <= 0.0 {
            return Moments::default();
        }
        self.scaled(n, levels, (squares - levels * levels / n).max(0.0))
    }

    fn scaled(&self, n: f64, levels: f64, spread: f64) -> Moments {
        Moments { n, mean: self.utility(levels / n), ssw: spread * self.unit * self.unit }
    }
}

/// Responses, sum of their levels, sum of the squared levels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sums<T>(pub(crate) [T; 3]);

impl Sums<i64> {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - other.0[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ScaleKind;

    fn scale(min: f64, max: f64, step: f64, higher_is_better: bool) -> Scale {
        Scale { min, max, step, higher_is_better, kind: ScaleKind::Custom }
    }

    #[test]
    fn levels_are_evenly_spaced_from_worst_to_best() {
        assert_eq!(scale(1.0, 5.0, 1.0, true).utilities(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(scale(0.0, 1.0, 1.0, true).utilities(), [0.0, 1.0]);
        assert_eq!(scale(1.0, 5.0, 2.0, false).utilities(), [1.0, 0.5, 0.0]);
        assert_eq!(scale(0.5, 5.0, 0.5, true).levels(), 10);
        assert_eq!(scale(0.0, 10.0, 3.0, true).levels(), 4, "a step that does not divide ends below the top");
    }

    #[test]
    fn a_scale_that_cannot_be_rated_on_is_refused() {
        for (min, max, step) in [
            (1.0, 1.0, 1.0),
            (5.0, 1.0, 1.0),
            (1.0, 5.0, 0.0),
            (0.0, f64::NAN, 1.0),
            (0.0, 1.0, 1e-9),
            (0.0, 1.0, 5.0),
        ] {
            assert!(scale(min, max, step, true).check().is_err(), "{min} {max} {step}");
        }
    }

    #[test]
    fn sums_of_levels_give_the_moments_of_the_counts() {
        let counts = [3.0, 0.0, 2.0, 5.0, 9.0];
        for higher in [true, false] {
            let scale = scale(1.0, 5.0, 1.0, higher);
            let direct = Moments::of(&counts, &scale.utilities());
            let mut sums = [0; 3];
            for (level, count) in counts.iter().enumerate() {
                let (level, count) = (level as i64, *count as i64);
                sums = [sums[0] + count, sums[1] + count * level, sums[2] + count * level * level];
            }
            let summed = Ruler::of(&scale).moments(Sums(sums));
            assert_eq!(summed.n, direct.n);
            assert!((summed.mean - direct.mean).abs() < 1e-15 && (summed.ssw - direct.ssw).abs() < 1e-12);
        }
    }
}
