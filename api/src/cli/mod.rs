//! The command line.

#[macro_use]
mod print;

mod backup;
mod demo;
mod import;
mod limits;
mod live;
mod oidc;
mod parameters;
mod protocol;
mod rates;
mod report;
mod schema;
mod serve;
mod settings;
mod token;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use settings::{Database, Log};

use crate::{store::Settings, words::counted};

/// Feedback and value analytics: which features customers value, and which release hurt them.
#[derive(Parser)]
#[command(name = "ballroom", version, max_term_width = 100, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    database: Database,

    #[command(flatten)]
    log: Log,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve GraphQL at /graphql.
    Serve(serve::Serve),

    /// Fill an embedded database with a simulated year, show what is found in it, and serve it.
    Demo(demo::Demo),

    /// Import answers, incidents, exposure or releases from a file.
    Import(import::Import),

    /// Print a report.
    #[command(subcommand)]
    Report(report::Report),

    /// Compute the parameters that scores rest on, and keep them.
    Parameters(parameters::Parameters),

    /// Make, list and revoke tokens.
    #[command(subcommand)]
    Token(token::Token),

    /// Recount the daily counts from the rows; exits with 1 if they differ, and says where.
    Verify(verify::Verify),

    /// Print the GraphQL schema, in the schema definition language.
    Schema(schema::Schema),

    /// Copy the embedded database into a file, also while a server writes to it.
    Backup(backup::Backup),

    /// Bring the database up to date.
    Migrate,
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.log.start();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ballroom: no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ballroom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { database, command, .. } = arguments;
    match command {
        Command::Serve(serve) => serve.run(&database).await?,
        Command::Demo(demo) => return demo.run(&database).await,
        Command::Import(import) => return import.run(&database).await,
        Command::Report(report) => report.run(&database).await?,
        Command::Parameters(parameters) => parameters.run(&database).await?,
        Command::Token(token) => token.run(&database).await?,
        Command::Verify(verify) => return verify.run(&database).await,
        Command::Schema(schema) => schema.run(),
        Command::Backup(backup) => return backup.run(&database).await,
        Command::Migrate => {
            let applied = database.make(Settings::default()).await?.migrate().await?;
            println!("{} applied; the database is up to date.", counted(applied as u64, "migration"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_clash() {
        super::Arguments::command().debug_assert();
    }
}
