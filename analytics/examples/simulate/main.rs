//! Measures the error rates of the method on worlds whose truth is known, beside the bars that it must keep:
//! `cargo run --release -p analytics --example simulate [SIZE]`. Exits with 1 if a bar is missed.
//!
//! SIZE scales the number of runs; 1 takes a few minutes on two cores.

#[path = "worlds.rs"]
mod worlds;

use std::process::ExitCode;

fn main() -> ExitCode {
    let size = std::env::args().nth(1).map_or(Ok(1.0), |size| size.parse::<f64>());
    let Ok(size) = size else {
        eprintln!("usage: simulate [SIZE]");
        return ExitCode::from(2);
    };
    let rows = worlds::all(size);
    println!("{:>4}  {:<74} {:>9}  bar", "#", "quantity", "measured");
    for row in &rows {
        println!("{row}");
    }
    let missed = rows.iter().filter(|row| !row.holds(0.0)).count();
    println!("{missed} of {} bars missed", rows.iter().filter(|row| row.is_barred()).count());
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
