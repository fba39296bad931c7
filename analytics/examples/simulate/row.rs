//! A row of the table: measured beside bar.

use std::fmt;

/// What was measured and what must hold.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) number: u32,
    what: String,
    measured: f64,
    bar: Bar,
    /// Standard error of the measurement.
    noise: f64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Bar {
    AtMost(f64),
    AtLeast(f64),
    Within(f64, f64),
    /// Shown for comparison.
    None,
}

impl Row {
    pub(crate) fn share(
        number: u32,
        what: impl Into<String>,
        Share { hits, trials }: Share,
        bar: Bar,
    ) -> Self {
        let share = hits / trials.max(1.0);
        let noise = ((share * (1.0 - share)).max(0.01) / trials.max(1.0)).sqrt();
        Self { number, what: what.into(), measured: share, bar, noise }
    }

    pub(crate) fn figure(number: u32, what: impl Into<String>, measured: f64, noise: f64, bar: Bar) -> Self {
        Self { number, what: what.into(), measured, bar, noise }
    }

    /// Whether the bar is kept, give or take so many standard errors.
    pub(crate) fn holds(&self, errors: f64) -> bool {
        let slack = errors * self.noise;
        match self.bar {
            Bar::AtMost(most) => self.measured <= most + slack,
            Bar::AtLeast(least) => self.measured >= least - slack,
            Bar::Within(least, most) => (least - slack..=most + slack).contains(&self.measured),
            Bar::None => true,
        }
    }

    #[allow(dead_code)]
    pub(crate) fn is_barred(&self) -> bool {
        !matches!(self.bar, Bar::None)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, what, measured, .. } = self;
        let number = if *number > 90 { "-".to_owned() } else { number.to_string() };
        write!(f, "{number:>4}  {what:<74} {measured:>9.4}  ")?;
        match self.bar {
            Bar::AtMost(most) => write!(f, "<= {most}")?,
            Bar::AtLeast(least) => write!(f, ">= {least}")?,
            Bar::Within(least, most) => write!(f, "{least} to {most}")?,
            Bar::None => write!(f, "(for comparison)")?,
        }
        write!(f, "{}", if self.holds(0.0) { "" } else { "  MISSED" })
    }
}

/// How often something happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) hits: f64,
    pub(crate) trials: f64,
}

impl Share {
    pub(crate) fn add(&mut self, hit: bool) {
        self.hits += f64::from(u8::from(hit));
        self.trials += 1.0;
    }

    pub(crate) fn value(&self) -> f64 {
        self.hits / self.trials.max(1.0)
    }

    pub(crate) fn all(shares: &[Self]) -> Self {
        let sum = |of: fn(&Self) -> f64| shares.iter().map(of).sum();
        Self { hits: sum(|s| s.hits), trials: sum(|s| s.trials) }
    }

    pub(crate) fn highest(shares: &[Self]) -> Self {
        shares.iter().copied().max_by(|a, b| a.value().total_cmp(&b.value())).unwrap_or_default()
    }

    pub(crate) fn lowest(shares: &[Self]) -> Self {
        shares.iter().copied().min_by(|a, b| a.value().total_cmp(&b.value())).unwrap_or_default()
    }
}
