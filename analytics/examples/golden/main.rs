//! Runs every golden case of a folder: `cargo run -p analytics --example golden -- DIR`.
//!
//! A case is a JSON file with a function of the method, its input, what it must give and how closely. One line
//! is printed for each; the exit code is 1 if any differs.

mod case;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: golden DIR");
        return ExitCode::from(2);
    };
    let cases = match case::in_folder(&folder) {
        Ok(cases) if cases.is_empty() => {
            eprintln!("{}: no cases (*.json)", folder.display());
            return ExitCode::from(2);
        }
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::from(2);
        }
    };
    let mut failed = 0;
    for path in &cases {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match case::run(path) {
            Ok(()) => println!("ok      {name}"),
            Err(difference) => {
                failed += 1;
                println!("DIFFERS {name}: {difference}");
            }
        }
    }
    println!("{} of {} cases agree", cases.len() - failed, cases.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
