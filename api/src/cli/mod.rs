//! The command line.

#[macro_use]
mod print;

mod backup;
mod client;
mod demo;
mod export;
mod gate;
mod import;
mod imports;
mod job_runner;
mod jobs;
mod limits;
mod live;
mod oidc;
mod operator;
mod organization;
mod parameters;
mod protocol;
mod rates;
mod report;
mod reports_out;
mod schedules;
mod schema;
mod serve;
mod settings;
mod sign_in;
mod token;
mod verify;
mod webhooks;

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand};

use settings::{Database, Log};

use crate::{base::error::with_causes, store::Settings, words::counted};

/// Feedback and value analytics: which features customers value, and which releases made things worse.
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

    /// Fill an embedded database with a simulated year, print the reports on it, and serve it.
    Demo(demo::Demo),

    /// Import feedback, incidents, exposure or releases from a file.
    Import(Box<import::Import>),

    /// List the imports of an organization, or undo one.
    Imports(imports::Imports),

    /// Delete responses of a source.
    Delete(imports::Delete),

    /// Export feedback, incidents, exposure or releases to a file.
    Export(export::Export),

    /// Print a report.
    Report(report::Report),

    /// Decide whether a release may proceed: whether it made anything worse for customers.
    ///
    /// The exit status is 0 for PASS, 1 for FAIL, and 2 for CANNOT_TELL (too few data, or a suspicion), for wrong arguments,
    /// and if nothing could be found out.
    Gate(gate::Gate),

    /// Compute and store the parameters that scores are computed with.
    Parameters(parameters::Parameters),

    /// List the server's jobs, and run one now.
    Jobs(jobs::Jobs),

    /// Schedules of reports.
    Schedules(schedules::Schedules),

    /// Create, list and revoke tokens.
    Token(token::Token),

    /// Print a link that signs a browser in to the dashboard, once.
    SignIn(sign_in::SignIn),

    /// Create and list organizations.
    #[command(subcommand)]
    Organization(organization::Organization),

    /// Create, list and revoke tokens of operators of the server.
    #[command(subcommand)]
    Operator(operator::Operator),

    /// Check the daily counts against the stored rows; print the differences and exit with status 1 if there are any.
    ///
    /// Without --organization, all organizations are checked.
    Verify(verify::Verify),

    /// Print the GraphQL schema in the schema definition language (SDL).
    Schema(schema::Schema),

    /// Copy the embedded database to a file, even while a server is writing to it.
    Backup(backup::Backup),

    /// Apply the pending migrations to the database.
    Migrate,
}

/// Stack size of a thread, in bytes; memory that is never touched costs nothing. Resolvers are nested as deep as
/// a document may be, and need several times as much in a debug build.
const THREAD_STACK: usize = 16 * 1024 * 1024;

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    if let Some(place) = misplaced_url(std::env::args_os().skip(1)) {
        eprintln!("ballroom: {place}: unexpected database URL; pass it with --database-url or DATABASE_URL");
        return ExitCode::from(2);
    }
    let arguments = Arguments::parse();
    if let Err(error) = arguments.log.start() {
        eprintln!("ballroom: {error:#}");
        return ExitCode::from(2);
    }
    if matches!(arguments.command, Command::Serve(_) | Command::Demo(_)) {
        widen_stacks();
    }
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = match threads.enable_all().thread_stack_size(THREAD_STACK).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ballroom: cannot start threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ballroom: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

/// The variable from which threads of libraries take the size of their stacks.
const STACK_VARIABLE: &str = "RUST_MIN_STACK";

/// Begins this program again with the variable from which the HTTP threads take the size of their stacks: light queries are
/// executed there. It is the same process. If that is not possible, it goes on as it is.
fn widen_stacks() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os(STACK_VARIABLE).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let mut again = std::process::Command::new(program);
        let error =
            again.args(std::env::args_os().skip(1)).env(STACK_VARIABLE, THREAD_STACK.to_string()).exec();
        tracing::debug!(%error, "the stacks of the HTTP threads have the usual size");
    }
}

/// The place of a database URL that was passed as another argument: the parser's message would quote it, and it
/// may hold a password.
fn misplaced_url(arguments: impl Iterator<Item = OsString>) -> Option<String> {
    const URL_OPTION: &str = "--database-url";
    let mut previous = String::new();
    for argument in arguments {
        let argument = argument.to_string_lossy().into_owned();
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, value),
            _ => (previous.as_str(), argument.as_str()),
        };
        let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if flag != URL_OPTION && matches!(scheme.as_deref(), Some("postgres" | "postgresql")) {
            let place = if flag.starts_with('-') {
                format!("wrong value of {flag}")
            } else {
                "wrong argument".to_owned()
            };
            return Some(place);
        }
        previous = argument;
    }
    None
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { database, command, .. } = arguments;
    match command {
        Command::Serve(serve) => serve.run(&database).await?,
        Command::Demo(demo) => return demo.run(&database).await,
        Command::Import(import) => return import.run(&database).await,
        Command::Imports(imports) => imports.run(&database).await?,
        Command::Delete(delete) => delete.run(&database).await?,
        Command::Export(export) => export.run(&database).await?,
        Command::Report(report) => report.run(&database).await?,
        Command::Gate(gate) => return Ok(gate.run(&database).await),
        Command::Parameters(parameters) => parameters.run(&database).await?,
        Command::Jobs(jobs) => return jobs.run(&database).await,
        Command::Schedules(schedules) => schedules.run(&database).await?,
        Command::Token(token) => token.run(&database).await?,
        Command::SignIn(sign_in) => sign_in.run(&database).await?,
        Command::Organization(organization) => organization.run(&database).await?,
        Command::Operator(operator) => operator.run(&database).await?,
        Command::Verify(verify) => return verify.run(&database).await,
        Command::Schema(schema) => schema.run(),
        Command::Backup(backup) => return backup.run(&database).await,
        Command::Migrate => {
            let applied = database.create(Settings::default()).await?.migrate().await?;
            println!("Applied {}; the database is up to date.", counted(applied as u64, "migration"));
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

    #[test]
    fn a_url_in_the_wrong_place_is_found_and_not_shown() {
        let found = |line: &str| super::misplaced_url(line.split(' ').map(Into::into));
        for right in [
            "serve --database-url postgres://me:secret@host/name",
            "--database-url=Postgres://me:secret@host/name report value",
            "import feedback a.csv --set comment=postgres",
            "serve --oidc-issuer https://issuer",
        ] {
            assert_eq!(found(right), None, "{right}");
        }
        for wrong in [
            "serve postgres://me:secret@host/name",
            "POSTGRESQL://me:secret@host/name serve",
            "--data-dir postgres://me:secret@host/name serve",
            "serve --data-dir=postgres://me:secret@host/name",
        ] {
            let place = found(wrong).unwrap_or_default();
            assert!(place.starts_with("wrong ") && !place.contains("secret"), "{wrong}: {place}");
        }
    }
}
