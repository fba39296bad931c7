//! Builds the dashboard (`web/`) for the server to embed, unless the feature `dashboard` is off.
//!
//! Nothing is written outside of the build directory: the sources are copied there and their packages installed there, by
//! the lock file and only when that has changed. Cargo runs this again only if a file of `web/` has changed.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// What of `web/` the bundle is made from.
const SOURCES: [&str; 10] = [
    "index.html",
    "package-lock.json",
    "package.json",
    "public",
    "src",
    "tools",
    "tsconfig.json",
    "vite.config.ts",
    "vite.widget.config.ts",
    "widget",
];

/// The oldest Node that the tools run on.
const NODE: (u32, u32) = (20, 19);

/// Lines of what a failed command has said that are shown.
const SHOWN: usize = 40;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_DASHBOARD").is_none() {
        return ExitCode::SUCCESS;
    }
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let web = directory("CARGO_MANIFEST_DIR")?.join("../web");
    let out = directory("OUT_DIR")?;
    let (copy, bundle) = (out.join("web"), out.join("dashboard"));
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    node_is_there()?;
    for source in SOURCES {
        let (from, to) = (web.join(source), copy.join(source));
        replace(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    install(&copy)?;
    run(&copy, "npm", &["run", "--silent", "bundle"], &bundle)
}

fn directory(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("{variable} is not set: cargo sets it"))
}

fn node_is_there() -> Result<(), String> {
    let (major, minor) = NODE;
    let advice = format!(
        "The dashboard (web/) is built by Node {major}.{minor} or newer with npm, and embedded in the server.\n\
         Install it (https://nodejs.org, or on Debian: apt-get install nodejs npm), or build the server without the \
         dashboard: add --no-default-features."
    );
    let version = said("node").ok_or_else(|| format!("`node` cannot be run.\n{advice}"))?;
    said("npm").ok_or_else(|| format!("`npm` cannot be run.\n{advice}"))?;
    let mut numbers = version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    if (numbers.next(), numbers.next()) < (Some(major), Some(minor)) {
        return Err(format!("`node` is {}, which is too old.\n{advice}", version.trim()));
    }
    Ok(())
}

/// What a program says its version is.
fn said(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Makes `to` the same as `from`.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        fs::copy(from, to)?;
        return Ok(());
    }
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        replace(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Installs the packages of the bundle, without those of tests and checks, unless these very ones are there.
fn install(copy: &Path) -> Result<(), String> {
    let (lock, mark) = (copy.join("package-lock.json"), copy.join("node_modules/.installed"));
    let wanted = fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(copy, "npm", &["ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"], copy)?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))
}

fn run(copy: &Path, program: &str, arguments: &[&str], bundle: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(copy).env("BALLROOM_WEB_OUT", bundle).env("NODE_ENV", "production");
    let said = command.output().map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if said.status.success() {
        return Ok(());
    }
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut why = format!("The dashboard could not be built: `{program} {}` failed.\n", arguments.join(" "));
    for line in &lines[lines.len().saturating_sub(SHOWN)..] {
        let _ = writeln!(why, "{line}");
    }
    why.push_str("Without the dashboard the server is built by --no-default-features.");
    Err(why)
}
