//! The worlds: each gives rows of what was measured and what must hold.

#[path = "alarm.rs"]
mod alarm;
#[path = "alert.rs"]
mod alert;
#[path = "alone.rs"]
mod alone;
#[path = "change.rs"]
mod change;
#[path = "control.rs"]
mod control;
#[path = "family.rs"]
mod family;
#[path = "forecast.rs"]
mod forecast;
#[path = "incident.rs"]
mod incident;
#[path = "profile.rs"]
mod profile;
#[path = "row.rs"]
mod row;
#[path = "stress.rs"]
mod stress;
#[path = "value.rs"]
mod value;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) use row::Row;

/// All worlds, side by side, in the order of their bars.
pub(crate) fn all(size: f64) -> Vec<Row> {
    let worlds: [fn(f64) -> Vec<Row>; 12] = [
        value::coverage,
        value::ranking,
        alarm::feedback,
        alarm::change_interval,
        incident::rates,
        family::release,
        change::points,
        forecast::incidents,
        stress::feedback,
        alert::incidents,
        control::controlled,
        alone::feature,
    ];
    let mut rows: Vec<Row> = std::thread::scope(|scope| {
        let running: Vec<_> = worlds.map(|world| scope.spawn(move || world(size))).into();
        running.into_iter().flat_map(|world| world.join().unwrap_or_default()).collect()
    });
    rows.sort_by_key(|row| row.number);
    rows
}

/// Runs of a simulation at this size.
fn runs(full: u32, size: f64) -> u32 {
    ((f64::from(full) * size).round() as u32).max(1)
}

fn chance(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}
