//! Writes a CSV file of synthetic answers, for `tests/bench/import`: `synthetic_answers ROWS FILE`.

use std::process::ExitCode;

use ballroom::simulate::{DEFAULT_SEED, write_csv};
use chrono::NaiveDate;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments.next().and_then(|rows| rows.parse().ok());
    let (Some(rows), Some(file), Some(first_day)) =
        (rows, arguments.next(), NaiveDate::from_ymd_opt(2025, 1, 6))
    else {
        eprintln!("synthetic_answers ROWS FILE");
        return ExitCode::FAILURE;
    };
    match write_csv(rows, DEFAULT_SEED, first_day, &file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::FAILURE
        }
    }
}
