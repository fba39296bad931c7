//! Measures the verdicts on real reviews: how often nothing looks like a regression, and whether what is known to
//! have happened is found. `cargo run --release -p analytics --example truth -- [DIR [SEEDS]]`; exits with 1 if a
//! bar is missed.
//!
//! DIR holds the public review sets, which are no part of the repository; `../shared/data` beside the repository
//! if not given. SEEDS (40) is how often labels and ratings are shuffled.

#[path = "burst.rs"]
mod burst;
#[path = "chance.rs"]
mod chance;
#[path = "judged.rs"]
mod judged;
#[path = "known.rs"]
mod known;
#[path = "review.rs"]
mod review;
#[path = "../simulate/row.rs"]
#[allow(dead_code)]
mod row;
#[path = "trial.rs"]
mod trial;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Error = Box<dyn std::error::Error + Send + Sync>;

const SEEDS: u64 = 40;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let directory = arguments.next().map_or(beside, PathBuf::from);
    let Ok(seeds) = arguments.next().map_or(Ok(SEEDS), |seeds| seeds.parse()) else {
        eprintln!("usage: truth [DIR [SEEDS]]");
        return ExitCode::from(2);
    };
    if !directory.is_dir() {
        eprintln!("{} does not exist: give the directory of the review sets", directory.display());
        return ExitCode::from(2);
    }
    match measure(&directory, seeds) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the table; the number of bars missed.
fn measure(directory: &Path, seeds: u64) -> Result<usize, Error> {
    let sets = review::sets(directory)?;
    for set in &sets {
        println!("{set}");
    }
    let trial = trial::run(&sets, seeds)?;
    let known = known::releases(&sets)?;
    let (bursts, alerts) = burst::measure(directory)?;
    let known_rows = known.iter().map(known::Known::row);
    let rows: Vec<_> = trial.rows.into_iter().chain(known_rows).chain(bursts).collect();
    println!("\n{:>4}  {:<74} {:>9}  bar", "#", "quantity", "measured");
    for row in &rows {
        println!("{row}");
    }
    println!("\n{}", known::HEADER);
    for known in &known {
        println!("{known}");
    }
    println!("\nBursts of incidents of the bank, by component:");
    for alert in &alerts {
        println!("{alert}");
    }
    println!("\nReleases with 100 responses that are flagged although nothing happened to them, by seeds:");
    for called in &trial.called {
        println!("{called}");
    }
    println!(
        "\nReleases made worse that the evidence alone would call, by what is said on the day of the most evidence:"
    );
    for said in &trial.said {
        println!("{said}");
    }
    let missed = rows.iter().filter(|row| !row.holds(0.0)).count();
    println!("{missed} of {} bars missed", rows.iter().filter(|row| row.is_barred()).count());
    Ok(missed)
}
