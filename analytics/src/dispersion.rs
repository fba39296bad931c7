//! Responses that move together, incidents that come in bursts (METHOD 4).
//!
//! Both are a chi-square over its degrees of freedom, shrunk to 1 by 20 of them, and at least 1. Every count is
//! divided by it where evidence is weighed.

/// Weight of "no over-dispersion" in degrees of freedom.
const K_PHI: f64 = 20.0;

/// Gathers how far daily means lie from the mean of their group, in units of what independent responses would.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dispersion {
    chi2: f64,
    df: f64,
}

impl Dispersion {
    /// Adds a feature's stratum: responses and mean of each day with responses, and the variance of one response.
    pub fn add(&mut self, days: impl Iterator<Item = (f64, f64)> + Clone, variance: f64) {
        let (mut n, mut sum) = (0.0, 0.0);
        for (answers, mean) in days.clone() {
            n += answers;
            sum += answers * mean;
        }
        if n <= 0.0 {
            return;
        }
        let mu = sum / n;
        let mut with_answers = 0.0_f64;
        for (answers, mean) in days {
            self.chi2 += answers * (mean - mu).powi(2) / variance;
            with_answers += f64::from(u8::from(answers > 0.0));
        }
        self.df += (with_answers - 1.0).max(0.0);
    }

    /// `phi = max(1, (chi2 + 20) / (df + 20))`.
    pub fn phi(&self) -> f64 {
        ((self.chi2 + K_PHI) / (self.df + K_PHI)).max(1.0)
    }
}

/// Gathers how far weekly incident counts lie from a steady rate.
#[derive(Clone, Copy, Debug, Default)]
pub struct IncidentDispersion {
    squares: f64,
    expected: f64,
}

impl IncidentDispersion {
    /// Adds a feature: incidents and exposure of each week.
    pub fn add(&mut self, weeks: &[(f64, f64)]) {
        let incidents: f64 = weeks.iter().map(|(n, _)| n).sum();
        let exposure: f64 = weeks.iter().map(|(_, x)| x).sum();
        let exposed = weeks.iter().filter(|(_, x)| *x > 0.0).count() as f64;
        if exposed < 2.0 {
            return;
        }
        let rate = incidents / exposure;
        let squares: f64 = weeks.iter().map(|(n, x)| (n - rate * x).powi(2)).sum();
        self.squares += exposed / (exposed - 1.0) * squares;
        self.expected += rate * exposure;
    }

    /// Whether there were any incidents.
    pub(crate) fn is_known(&self) -> bool {
        self.expected > 0.0
    }

    /// `phi_i = max(1, (sum W/(W-1) (N - lambda X)^2 + 20) / (sum lambda X + 20))`.
    pub fn phi(&self) -> f64 {
        self.phi_towards(1.0)
    }

    /// The same, shrunk to what is known of others instead of to 1.
    pub fn phi_towards(&self, others: f64) -> f64 {
        ((self.squares + K_PHI * others) / (self.expected + K_PHI)).max(1.0)
    }
}
