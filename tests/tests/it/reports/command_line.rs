//! Reports on the command line: from the database, and from a server.

use ballroom::simulate::{DEFAULT_SEED, World};
use ballroom_tests::{App, Backend, on_both};
use serde_json::Value;

use super::{kinds, planted};

on_both!(every_kind_of_report_is_written_in_every_format, a_report_of_a_server_is_that_of_its_database,);

async fn every_kind_of_report_is_written_in_every_format(backend: Backend) {
    let world = World::small(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let (database, day) = planted(backend, world).await;
    let formats: [(&str, &[u8]); 7] = [
        ("json", b"{\n  \"schema\": 1,"),
        ("md", b"# "),
        ("html", b"<!doctype html>"),
        ("pdf", b"%PDF-1.7"),
        ("csv", "\u{feff}".as_bytes()),
        ("xlsx", b"PK\x03\x04"),
        ("parquet", b"PAR1"),
    ];
    for (kind, arguments) in kinds(&day) {
        let write = async |extension: &str, name: &str| {
            let path = database.path(&format!("{name}.{extension}"));
            let out = ["--out", path.to_str().unwrap()];
            database.succeeds(&[&["report", kind], &arguments[..], &out].concat()).await;
            std::fs::read(path).unwrap()
        };
        // All formats are made of one model, which has the same figures whenever and by whichever process it is filled.
        let (first, second) = (write("json", "first").await, write("json", "second").await);
        assert!(first == second, "the same data give the same bytes: {kind}");
        let report: Value = serde_json::from_slice(&first).unwrap();
        assert_eq!(report["kind"], kind.to_uppercase());
        assert!(report[kind].is_object(), "the content has the name of the kind");
        for (extension, magic) in formats {
            if kind == "iteration" || extension == "pdf" {
                let written = write(extension, kind).await;
                assert!(written.starts_with(magic), "{kind} as {extension}");
                assert!(
                    kind != "iteration" || written == write(extension, "again").await,
                    "{kind} as {extension}"
                );
            }
        }
    }
    // To standard output, without a word about it.
    let arguments = [
        "report",
        "value",
        "--product",
        "atelier",
        "--as-of",
        &day,
        "--format",
        "csv",
        "--table",
        "segments",
    ];
    let said = database.succeeds(&arguments).await;
    assert!(said.starts_with("\u{feff}feature,name,segment,value,lower,upper,responses\r\n"), "{said}");
    for (wrong, message) in [
        (
            vec!["--format", "csv", "--table", "sales"],
            "\"sales\" is no table of this report; it has features, comparison",
        ),
        (vec!["--format", "html", "--table", "features"], "html contains all"),
        (vec!["--out", "report.docx"], "\"docx\" is no format of a report"),
        (vec!["--format", "table", "--out", "report.txt"], "for a file use md, html or pdf"),
        (vec!["--out", "/nowhere/report.md"], "cannot write /nowhere/report.md"),
        (vec!["--format", "md", "--against-release", "9.9"], "9.9"),
    ] {
        let ran =
            database.ballroom(&[&["report", "value", "--product", "atelier"], &wrong[..]].concat()).await;
        assert!(!ran.status.success() && ran.err.contains(message), "{wrong:?}: {ran:?}");
    }
}

/// A report without the number of transactions: a running server writes.
fn without_revision(report: &str) -> String {
    let mut parts = report.split("evision");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |report, part| {
        let rest =
            part.trim_start_matches([' ', '"', ':']).trim_start_matches(|digit: char| digit.is_ascii_digit());
        report + "evision" + rest
    })
}

async fn a_report_of_a_server_is_that_of_its_database(backend: Backend) {
    let world = World::small(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let (database, day) = planted(backend, world).await;
    let app = App::with(database, &["--job-workers", "0"]).await;
    let (server, token) = (app.url("/"), app.token.clone());
    let mut asked: Vec<Vec<&str>> = Vec::new();
    for (kind, arguments) in kinds(&day) {
        for format in ["md", "json", "csv"] {
            asked.push([&["report", kind], &arguments[..], &["--format", format]].concat());
        }
    }
    // The tables for terminals, which are not of the model.
    let value = ["report", "value", "--product", "atelier"];
    asked.push([&value[..], &["--as-of", &day]].concat());
    asked.push([&value[..], &["--from", "2025-01-06", "--until", "2025-02-06", "--release", "5.2"]].concat());
    asked.push([&value[..], &["--days", "400"]].concat());
    asked.push([&value[..], &["--days", "400", "--format", "md", "--against-segment", "team"]].concat());
    let release = ["report", "release", "--product", "atelier", "--as-of", &day];
    asked.push(release.to_vec());
    asked.push([&release[..], &["--format", "json"]].concat());
    asked.push([&release[..], &["--release", "5.3"]].concat());
    asked.push(vec![
        "report",
        "iteration",
        "--product",
        "atelier",
        "--iteration",
        "last",
        "--audience",
        "support",
    ]);
    for arguments in &asked {
        let here = app.database.succeeds(arguments).await;
        let there = [&arguments[..], &["--server", &server, "--token", &token]].concat();
        let there = app.database.succeeds(&there).await;
        assert_eq!(without_revision(&there), without_revision(&here), "{arguments:?}");
    }
    // A document, to the last byte but the revision.
    let files = ["here.html", "there.html"].map(|name| app.database.path(name));
    let write = async |file: &std::path::Path, more: &[&str]| {
        let arguments = ["report", "security", "--as-of", &day, "--out", file.to_str().unwrap()];
        app.database.succeeds(&[&arguments[..], more].concat()).await;
        without_revision(&std::fs::read_to_string(file).unwrap())
    };
    let here = write(&files[0], &[]).await;
    assert!(here == write(&files[1], &["--server", &server, "--token", &token]).await);
    // A token that may not read single responses gets no more than its role may see.
    let made = ["token", "create", "--role", "business", "--name", "board", "--quiet"];
    let board = app.database.succeeds(&made).await;
    let asked =
        [&value[..], &["--as-of", &day, "--format", "json", "--server", &server, "--token", board.trim()]];
    let report: Value = serde_json::from_str(&app.database.succeeds(&asked.concat()).await).unwrap();
    assert_eq!(report["minGroup"], 5);
    for (wrong, message) in [
        (vec!["report", "overview", "--server", &server], "--server needs a token"),
        (vec!["report", "overview", "--server", &server, "--token", "ballroom_none"], ""),
        (vec!["report", "overview", "--server", "http://127.0.0.1:1", "--token", &token], "cannot reach"),
        (vec!["report", "value", "--product", "shoes", "--server", &server, "--token", &token], "shoes"),
    ] {
        let ran = app.database.ballroom(&wrong).await;
        assert!(
            ran.status.code() == Some(1) && ran.err.contains(message) && ran.out.is_empty(),
            "{wrong:?}: {ran:?}"
        );
    }
}
