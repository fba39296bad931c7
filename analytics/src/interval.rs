//! The interval of a value: quantiles of the Beta distribution with its mean and variance, so that it never
//! leaves 0 to 1 (METHOD 3).

use statrs::function::beta::checked_beta_reg;

/// The 95 % point of the normal distribution.
const Z: f64 = 1.644_853_626_951_472_7;

/// Above this many pseudo-responses the four-moment expansion is exact to 1e-7 points, and the continued
/// fraction of the distribution function runs out of terms.
const MANY: f64 = 20_000.0;

/// The 5 % and 95 % quantiles of the Beta distribution with this mean and variance. Pressed against an end of the
/// scale, both can lie beyond the mean: then the mean is the interval's end.
pub(crate) fn beta_interval(mean: f64, variance: f64) -> (f64, f64) {
    let nu = mean * (1.0 - mean) / variance - 1.0;
    let beta = Beta { a: mean * nu, b: (1.0 - mean) * nu };
    (beta.quantile(0.05, -Z).min(mean), beta.quantile(0.95, Z).max(mean))
}

struct Beta {
    a: f64,
    b: f64,
}

impl Beta {
    /// The quantile of probability `p`, whose normal quantile is `z`: Halley's steps on the distribution
    /// function, kept inside a bracket.
    fn quantile(&self, p: f64, z: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let guess = self.expansion(z);
        if a + b > MANY {
            return guess.clamp(0.0, 1.0);
        }
        let sd = (a * b / (a + b + 1.0)).sqrt() / (a + b);
        let ln_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
        let (mut low, mut high) = (0.0, 1.0);
        let mut x = if guess > 0.0 && guess < 1.0 { guess } else { a / (a + b) };
        for _ in 0..200 {
            let excess = checked_beta_reg(a, b, x).unwrap_or(p) - p;
            if excess > 0.0 {
                high = x
            } else {
                low = x
            }
            let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta).exp();
            let newton = excess / density;
            let bend = 0.5 * newton * ((a - 1.0) / x - (b - 1.0) / (1.0 - x));
            let step = newton / (1.0 - bend.clamp(-0.5, 0.5));
            let next = x - step;
            let inside = next > low && next < high;
            x = if inside { next } else { 0.5 * (low + high) };
            // Each step cubes the error, so after a small one nothing is left. Against an end of the scale a
            // small one is small beside the way to that end.
            let near = sd.min(x).min(1.0 - x);
            if (inside && step.abs() < 3e-4 * near) || high - low < 1e-12 {
                break;
            }
        }
        x
    }

    /// Cornish and Fisher's expansion of the quantile in skewness and kurtosis.
    fn expansion(&self, z: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let n = a + b;
        let sd = (a * b / (n + 1.0)).sqrt() / n;
        let skew = 2.0 * (b - a) * (n + 1.0).sqrt() / ((n + 2.0) * (a * b).sqrt());
        let kurtosis =
            6.0 * ((a - b).powi(2) * (n + 1.0) - a * b * (n + 2.0)) / (a * b * (n + 2.0) * (n + 3.0));
        let w = z + skew / 6.0 * (z * z - 1.0) + kurtosis / 24.0 * (z.powi(3) - 3.0 * z)
            - skew * skew / 36.0 * (2.0 * z.powi(3) - 5.0 * z);
        a / n + sd * w
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_the_distribution_function() {
        for mean in [0.001, 0.02, 0.3, 0.5, 0.8, 0.97, 0.999] {
            for nu in [3.0_f64, 10.0, 100.0, 1000.0, 15_000.0] {
                let variance = mean * (1.0 - mean) / (nu + 1.0);
                let (a, b) = (mean * nu, (1.0 - mean) * nu);
                let (low, high) = beta_interval(mean, variance);
                assert!(
                    (0.0..=1.0).contains(&low) && low <= high && high <= 1.0,
                    "{mean} {nu}: {low} {high}"
                );
                let beyond = |x: f64| (x - mean).abs() < 1e-12;
                for (x, p) in [(low, 0.05), (high, 0.95)].into_iter().filter(|(x, _)| !beyond(*x)) {
                    // A quantile within 1e-9 of the truth: the probability there has p in between.
                    let cdf = |x: f64| checked_beta_reg(a, b, x.clamp(0.0, 1.0)).unwrap();
                    assert!(cdf(x - 1e-9) <= p + 1e-12 && cdf(x + 1e-9) >= p - 1e-12, "{mean} {nu} {p}: {x}");
                }
            }
        }
    }

    /// Where the two ways meet they agree (5 % quantiles by scipy 1.17).
    #[test]
    fn many_answers_need_no_inversion() {
        let nu: f64 = 30_000.0;
        for (mean, expected) in [(0.5, 0.495251784066), (0.1, 0.097166311459), (0.9, 0.897135990530)] {
            let (low, _) = beta_interval(mean, mean * (1.0 - mean) / (nu + 1.0));
            assert!((low - expected).abs() < 1e-7, "{mean}: {low}");
        }
    }
}
