//! What the command line refuses: in one line that names the option, with what to do, and without a word on standard output.

use ballroom_tests::{Backend, Database, on_both};

on_both!(
    a_command_that_cannot_be_carried_out_says_why,
    a_backup_is_a_copy_of_an_embedded_database_to_a_new_file,
    a_refused_import_stores_nothing,
);

async fn a_command_that_cannot_be_carried_out_says_why(backend: Backend) {
    let database = Database::create(backend).await;
    database.succeeds(&["migrate"]).await;
    let rows = "product,feature,scale,rating,occurred_at\nshop,search,csat,4,2026-03-01\n";
    let file = database.file("rows.csv", rows);
    database.succeeds(&["import", "feedback", &file, "--create", "products,features"]).await;
    database.succeeds(&["operator", "create", "--name", "ann"]).await;
    database.succeeds(&["token", "create", "--role", "support", "--name", "desk"]).await;
    let refused: [(&[&str], &str); 31] = [
        (&["export", "feedback", "--format", "parquet"], "--format parquet needs a file; give it with --out"),
        (&["export", "releases", "--feature", "x"], "--feature: releases cannot be filtered by it; omit it"),
        (&["export", "articles", "--release", "1"], "--release: articles cannot be filtered by it; omit it"),
        (
            &["export", "incidents", "--segment", "x"],
            "--segment: incidents cannot be filtered by it; omit it",
        ),
        (
            &["export", "known-errors", "--from", "2026-03-01"],
            "--from and --until: known-errors cannot be filtered",
        ),
        (
            &["export", "exposure", "--updated-after", "2026-03-01T00:00:00Z"],
            "--updated-after: exposure cannot",
        ),
        (&["export", "exposure", "--feature", "none"], "--feature: there is no feature \"none\""),
        (&["export", "feedback", "--product", "none"], "product: there is no product \"none\""),
        (&["imports", "undo", "none"], "import: there is no import \"none\""),
        (
            &["report", "overview", "--format", "table"],
            "only the value and the release report have one; use md",
        ),
        (
            &["report", "value", "--product", "shop", "--format", "html", "--table", "features"],
            "--table: only csv and parquet contain one table; html contains all",
        ),
        (
            &["report", "value", "--product", "shop", "--format", "csv", "--table", "x"],
            "\"x\" is no table of this",
        ),
        (&["report", "value", "--product", "none"], "there is no product \"none\""),
        (
            &["report", "value", "--product", "shop", "--from", "2026-03-02", "--until", "2026-03-01"],
            "period.until: is 2026-03-01, and period.from is 2026-03-02",
        ),
        (
            &["report", "iteration", "--product", "shop", "--iteration", "S1"],
            "iteration: there is no iteration \"S1\"",
        ),
        (
            &["report", "iteration", "--product", "shop"],
            "no iteration of shop is over yet; give one by its name",
        ),
        (&["report", "release", "--product", "shop", "--release", "9.9", "--format", "md"], "\"9.9\""),
        (&["gate", "--product", "shop", "--release", "9.9"], "release: there is no release \"9.9\""),
        (
            &["token", "create", "--name", "a", "--role", "customer"],
            "customer: is required with the role CUSTOMER",
        ),
        (
            &["token", "create", "--name", "a", "--role", "support", "--customer", "x"],
            "is allowed with the role CUSTOMER",
        ),
        (
            &["token", "create", "--name", "a", "--role", "business", "--scope", "ingest"],
            "gives a token with the role BUSINESS no rights; choose one of FULL, READ, REPORTS",
        ),
        (&["token", "create", "--name", "desk", "--role", "support"], "there is already a token \"desk\""),
        (&["token", "revoke", "none"], "token: there is no token \"none\""),
        (&["operator", "create", "--name", "ann"], "there is already a token \"ann\""),
        (&["operator", "revoke", "none"], "there is no operator token \"none\""),
        (&["organization", "create", ""], "key: must not be empty"),
        (&["verify", "--organization", "none"], "--organization: there is no organization \"none\""),
        (
            &["schedules", "list", "--organization", "none"],
            "--organization: there is no organization \"none\"",
        ),
        (&["jobs", "run", "none"], "name: there is no job \"none\""),
        (&["report", "overview", "--out", "/nowhere/report.md"], "cannot write /nowhere/report.md"),
        (&["export", "feedback", "--out", "/nowhere/rows.csv"], "/nowhere/rows.csv"),
    ];
    for (arguments, reason) in refused {
        let ran = database.ballroom(arguments).await;
        // 1 of a gate means that the release must not proceed.
        let code = if arguments[0] == "gate" { 2 } else { 1 };
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {ran:?}");
        assert!(ran.out.is_empty(), "{arguments:?}: {ran:?}");
        let said: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("ballroom: ")).collect();
        assert!(said.len() == 1 && said[0].contains(reason), "{arguments:?}: {ran:?}");
        assert!(!ran.err.contains("panicked"), "{arguments:?}: {ran:?}");
    }
    // What the parser of the command line refuses is of another kind, and says where the help is.
    let misused: [(&[&str], &str); 6] = [
        (
            &["import", "feedback", &file, "--create", "ghosts"],
            "products, features, releases, segments, customers",
        ),
        (&["import", "feedback", &file, "--severity-range", "4"], "for example 1..4 or 5..1"),
        (&["import", "feedback", &file, "--set", "product"], "`product` has no `=`"),
        (&["import", "feedback", &file, "--values", "rating=5"], "write FIELD:TEXT=VALUE"),
        (&["report", "value"], "--product <PRODUCT>"),
        (&["export", "dreams"], "dreams"),
    ];
    for (arguments, reason) in misused {
        let ran = database.ballroom(arguments).await;
        assert!(ran.status.code() == Some(2) && ran.out.is_empty(), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(reason) && ran.err.contains("--help"), "{arguments:?}: {ran:?}");
    }
}

async fn a_backup_is_a_copy_of_an_embedded_database_to_a_new_file(backend: Backend) {
    let database = Database::create(backend).await;
    database.succeeds(&["migrate"]).await;
    database.succeeds(&["token", "create", "--role", "support", "--name", "desk"]).await;
    let copy = database.path("copy.db");
    let backup = ["backup", copy.to_str().unwrap()];
    if let Backend::Postgres = backend {
        let ran = database.ballroom(&backup).await;
        assert!(ran.status.code() == Some(1) && ran.out.is_empty() && !copy.exists(), "{ran:?}");
        assert!(ran.err.contains("for PostgreSQL, use pg_dump or continuous archiving"), "{ran:?}");
        return;
    }
    let said = database.succeeds(&backup).await;
    assert_eq!(said, format!("Copied the database to {}.\n", copy.display()));
    let bytes = std::fs::read(&copy).unwrap();
    assert!(bytes.starts_with(b"SQLite format 3\0"));
    // A copy is never overwritten.
    let ran = database.ballroom(&backup).await;
    assert!(
        ran.status.code() == Some(1) && ran.err.contains("already exists; choose another name"),
        "{ran:?}"
    );
    assert!(std::fs::read(&copy).unwrap() == bytes);
    let ran = database.ballroom(&["backup", "/nowhere/copy.db"]).await;
    assert!(
        ran.status.code() == Some(1) && ran.err.contains("cannot create the backup /nowhere/copy.db"),
        "{ran:?}"
    );
}

async fn a_refused_import_stores_nothing(backend: Backend) {
    let database = Database::create(backend).await;
    database.succeeds(&["migrate"]).await;
    let rows = "product,scale,rating,occurred_at\nshop,csat,4,2026-03-01\n";
    let (one, two) = (database.file("one.csv", rows), database.file("two.csv", rows));
    let rejects = database.path("rejects.csv").display().to_string();
    let nowhere = database.path("none*.csv").display().to_string();
    let create = ["--create", "products"];
    let refused: [(&[&str], &str); 6] = [
        (&[&one, &two, "--rejects", &rejects], "--rejects names one file for the rejected rows of 2 files"),
        (&[&one, "--rejects", &one], "choose another file"),
        (&[&one, "--scale", "csat, stars"], "`csat` has no days, but there are several scales"),
        (&[&nowhere], "no file matches"),
        (&[&one, "--map", "mood=rating"], "mood"),
        (&[&one, "--map", "rating=points"], "points"),
    ];
    for (arguments, reason) in refused {
        let ran = database.ballroom(&[&["import", "feedback"], arguments, &create].concat()).await;
        assert!(!ran.status.success() && ran.err.contains(reason), "{arguments:?}: {ran:?}");
    }
    // The files are as they were, and nothing knows them.
    assert_eq!(std::fs::read_to_string(&one).unwrap(), rows);
    assert!(!database.path("rejects.csv").exists());
    let said = database.succeeds(&["import", "feedback", &one, "--create", "products"]).await;
    assert!(said.contains("1 accepted"), "{said}");
    database.verify().await;
}
