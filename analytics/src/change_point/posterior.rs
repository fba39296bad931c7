//! The probability of a change on each day of a series, from sums alone.

use libm::lgamma;

use crate::evidence::{Rate, SD_CHANGE, log_sum_exp};

/// Probability of the span of days.
const LEVEL: f64 = 0.90;
/// Shape of the gamma prior of the incident rate on each side.
const SHAPE: f64 = 0.5;

/// A stratum day by day.
#[derive(Clone, Debug)]
pub struct Series {
    /// Variance of one response.
    pub variance: f64,
    /// Responses and their mean utility on each day.
    pub days: Vec<(f64, f64)>,
}

/// The probability of a change on each day of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The most likely day, counted from 0; "day t" is a change between day t - 1 and day t.
    pub day: usize,
    /// Evidence of any change.
    pub log_bf: f64,
    /// First and last of the most probable days that together have 90 %.
    pub span: (usize, usize),
    /// Probability from each release's day to the next release's.
    pub suspects: Vec<f64>,
    /// Probability of each day.
    pub posterior: Vec<f64>,
}

/// A single change point (Smith 1975) in responses and incidents together. All series have as many days as
/// `incidents`, at least two; `release_days` are distinct and ascending.
///
/// ```text
/// responses:   -1/2 ln(1 + g I) + 1/2 S^2 g / (1 + g I),  g = 0.10^2
///            I_s = (n_l n_r / (n_l + n_r)) / (phi r m (1 - m)),  S = sum_s I_s (y_r - y_l)
/// incidents: gamma-Poisson likelihood, two rates against one
/// prior:     half even over days, half on release days
/// ```
pub fn posterior(
    strata: &[Series],
    incidents: &[Rate],
    phi: f64,
    phi_incidents: f64,
    release_days: &[usize],
) -> Posterior {
    let days = incidents.len();
    let mut log_bf = log_bf_feedback(strata, days, phi);
    for (total, incidents) in log_bf.iter_mut().zip(log_bf_incidents(incidents, phi_incidents)) {
        *total += incidents;
    }

    let releases: Vec<_> = release_days.iter().copied().filter(|day| (1..days).contains(day)).collect();
    let even = 1.0 / (days as f64 - 1.0);
    let mut prior = vec![if releases.is_empty() { even } else { 0.5 * even }; days];
    for day in &releases {
        prior[*day] += 0.5 / releases.len() as f64;
    }
    let joint: Vec<_> = log_bf.iter().zip(&prior).skip(1).map(|(bf, prior)| bf + prior.ln()).collect();
    let log_bf = log_sum_exp(&joint);
    let posterior: Vec<_> =
        std::iter::once(0.0).chain(joint.iter().map(|joint| (joint - log_bf).exp())).collect();

    let mut likeliest: Vec<_> = (0..days).collect();
    likeliest.sort_by(|a, b| posterior[*b].total_cmp(&posterior[*a]));
    let (mut held, mut span) = (0.0, (likeliest[0], likeliest[0]));
    for day in &likeliest {
        span = (span.0.min(*day), span.1.max(*day));
        held += posterior[*day];
        if held >= LEVEL {
            break;
        }
    }
    let ends = releases.iter().skip(1).copied().chain([days]);
    let suspects =
        releases.iter().zip(ends).map(|(from, until)| posterior[*from..until].iter().sum()).collect();
    Posterior { day: likeliest[0], log_bf, span, suspects, posterior }
}

fn log_bf_feedback(strata: &[Series], days: usize, phi: f64) -> Vec<f64> {
    let (mut information, mut surprise) = (vec![0.0; days], vec![0.0; days]);
    for series in strata {
        let all =
            series.days.iter().fold((0.0, 0.0), |(n, sum), (answers, y)| (n + answers, sum + answers * y));
        let (mut n, mut sum) = (0.0, 0.0);
        for day in 1..days {
            let (answers, y) = series.days[day - 1];
            (n, sum) = (n + answers, sum + answers * y);
            let after = all.0 - n;
            if n > 0.0 && after > 0.0 {
                let i = n * after / (n + after) / (phi * series.variance);
                information[day] += i;
                surprise[day] += i * ((all.1 - sum) / after - sum / n);
            }
        }
    }
    let g = SD_CHANGE * SD_CHANGE;
    let log_bf = |(i, s): (&f64, &f64)| -0.5 * (g * i).ln_1p() + 0.5 * s * s * g / (1.0 + g * i);
    information.iter().zip(&surprise).map(log_bf).collect()
}

fn log_bf_incidents(days: &[Rate], phi: f64) -> Vec<f64> {
    let all = days.iter().fold((0.0, 0.0), |(n, x), day| (n + day.incidents / phi, x + day.exposure / phi));
    if all.1 <= 0.0 {
        return vec![0.0; days.len()];
    }
    let scale = SHAPE * all.1 / all.0.max(0.5);
    let likelihood = |n: f64, x: f64| {
        SHAPE * scale.ln() - lgamma(SHAPE) + lgamma(SHAPE + n) - (SHAPE + n) * (scale + x).ln()
    };
    let together = likelihood(all.0, all.1);
    let (mut n, mut x) = (0.0, 0.0);
    let mut log_bf = vec![0.0];
    for day in &days[..days.len() - 1] {
        (n, x) = (n + day.incidents / phi, x + day.exposure / phi);
        log_bf.push(likelihood(n, x) + likelihood(all.0 - n, all.1 - x) - together);
    }
    log_bf
}
