//! The command line: its output, what it never prints, and what it does not create.

use std::process::Stdio;

use ballroom_tests::{App, Backend, Database};
use serde_json::json;

#[tokio::test]
async fn a_password_in_the_url_of_the_database_is_never_printed() {
    let database = Database::create(Backend::Sqlite).await;
    // No server listens on port 1, so valid URLs fail with the reason why it is unreachable.
    let urls = [
        ("postgres://me:pass#hunter2@127.0.0.1:1/name", true),
        ("postgres://me:pass/hunter2@127.0.0.1:1/name", true),
        ("postgres://me:12/hunter2@127.0.0.1:1/name", true),
        ("postgres://me:12?hunter2@127.0.0.1:1/name", true),
        ("postgres://me:hunter2:@127.0.0.1:x/name", true),
        ("postgres://127.0.0.1:1/name?pass=hunter2", true),
        ("postgres:me:hunter2@127.0.0.1/name", false),
        ("mysql://me:hunter2@127.0.0.1/name", false),
        ("hunter2", false),
    ];
    for (url, must_be_encoded) in urls {
        for arguments in [&["migrate", "--log", "trace"][..], &["report", "value", "--product", "x"]] {
            let mut command = database.command();
            let ran = command.env("DATABASE_URL", url).args(arguments).output().await.unwrap();
            let said =
                format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
            assert!(
                !ran.status.success() && !said.contains("hunter2") && !said.contains("panicked"),
                "{url}: {said}"
            );
            assert!(!must_be_encoded || said.contains("percent-encoded"), "{url}: {said}");
        }
    }
}

#[tokio::test]
async fn a_password_is_not_logged_at_any_level() {
    let server = std::env::var("BALLROOM_TEST_POSTGRES").unwrap();
    let host = server.rsplit_once('@').unwrap().1;
    let database = Database::at(format!("postgres://ballroom:hunter%232@{host}/no_such_database"));
    for level in ["trace", "debug,sqlx=trace,sea_orm=trace", "info"] {
        let ran = database.ballroom(&["--log", level, "migrate"]).await;
        assert!(!ran.status.success() && ran.err.contains("no_such_database"), "{ran:?}");
        assert!(!ran.err.contains("hunter"), "{level}: {}", ran.err);
    }
}

#[tokio::test]
async fn whatever_prints_ends_quietly_when_nobody_reads_any_more() {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["search"]).await;
    let commands: [&[&str]; 7] = [
        &["schema"],
        &["schema", "--federation"],
        &["--help"],
        &["token", "list"],
        &["verify"],
        &["report", "value", "--product", "shop"],
        &["report", "release", "--product", "shop", "--format", "json"],
    ];
    for arguments in commands {
        let mut command = app.database.command();
        let mut running =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // As `head -0` does.
        drop(running.stdout.take());
        let ended = running.wait_with_output().await.unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(said.is_empty(), "{arguments:?}: {said}");
        let code = ended.status.code();
        assert!(code == Some(141) || (code == Some(0) && arguments == ["--help"]), "{arguments:?}: {code:?}");
    }
    // One who hears no complaints either.
    let mut command = app.database.command();
    let mut running =
        command.args(["report", "value", "--product", "none"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(running.stderr.take());
    assert_eq!(running.wait().await.unwrap().code(), Some(1));
}

#[tokio::test]
async fn a_mistyped_data_directory_is_named_and_not_made() {
    let database = Database::create(Backend::Sqlite).await;
    let file = database.file("answers.csv", "rating\n5\n");
    let typo = database.path("balroom-data");
    let commands: [&[&str]; 7] = [
        &["report", "value", "--product", "x"],
        &["verify"],
        &["token", "list"],
        &["token", "create", "--role", "support", "--name", "x"],
        &["parameters"],
        &["import", "feedback", &file],
        &["backup", "copy.sqlite"],
    ];
    for arguments in commands {
        let directory = typo.to_str().unwrap();
        let ran = database.ballroom(&[&["--data-dir", directory], arguments].concat()).await;
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}");
        assert!(ran.err.contains(directory) && ran.err.contains("there is no database"), "{}", ran.err);
        assert!(!typo.exists(), "{arguments:?} made it");
        let url = format!("sqlite://{directory}/other.sqlite");
        let mut command = database.command();
        let ran = command.env("DATABASE_URL", &url).args(arguments).output().await.unwrap();
        assert!(!ran.status.success() && !typo.exists(), "{arguments:?}");
    }
    let ran = database.ballroom(&["--data-dir", typo.to_str().unwrap(), "schema"]).await;
    assert!(ran.status.success() && !typo.exists(), "the schema needs no database");
    database.succeeds(&["--data-dir", typo.to_str().unwrap(), "migrate"]).await;
    assert!(typo.join("ballroom.sqlite").exists(), "whoever begins makes it");
}

#[tokio::test]
async fn what_is_printed_agrees_in_number_and_fits_a_terminal() {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["search-by-picture-and-by-voice", "checkout"]).await;
    let rows: Vec<String> = (0..60)
        .map(|n| {
            format!("{},2026-03-{:02},search-by-picture-and-by-voice,1.{}", 1 + n % 5, 1 + n % 28, n / 30)
        })
        .collect();
    let file =
        app.database.file("a.csv", &format!("rating,occurred_at,feature,release\n{}\n", rows.join("\n")));
    let import = ["import", "feedback", &file, "--set", "product=shop,scale=csat", "--create", "releases"];
    let said = app.database.succeeds(&import).await;
    assert!(said.contains("60 rows read") && said.contains("Created: 2 releases."), "{said}");
    let one = app.database.file("one.csv", "title,severity,opened_at,release\nslow,3,2026-03-05,2.0\n");
    let import = ["import", "incidents", &one, "--set", "product=shop", "--create", "releases"];
    let said = app.database.succeeds(&import).await;
    assert!(said.contains("1 row read") && said.contains("Created: 1 release."), "{said}");
    assert!(!said.contains("superseded"), "only answers are: {said}");
    let said = app.database.succeeds(&["verify"]).await;
    assert!(said.contains("60 responses, 1 incident, 0 exposure figures"), "{said}");
    let (_, _, told) = app
        .is_refused(
            "query($id: ID!) { node(id: $id) { id } iteration(id: $id) { id } }",
            json!({ "id": "x" }),
        )
        .await;
    assert!(!told.contains("a iteration"), "{told}");

    app.asks("mutation { createCustomer(input: { key: \"acme-sons\" }) { outcome } }", json!({})).await;
    let token = ["--role", "customer", "--customer", "acme-sons", "--name", "the portal of our customers"];
    app.database.succeeds(&[&["token", "create"], &token[..]].concat()).await;
    for arguments in [
        &["report", "value", "--product", "shop", "--from", "2026-03-01", "--until", "2026-04-01"][..],
        &["report", "release", "--product", "shop"],
        &["token", "list"],
    ] {
        let mut command = app.database.command();
        let ran = command.env("COLUMNS", "80").args(arguments).output().await.unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        let table: Vec<&str> = said.lines().collect();
        let widest = table.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(ran.status.success() && table.len() >= 3 && widest <= 80, "{widest} columns:\n{said}");
        if arguments == ["token", "list"] {
            let ids: Vec<&str> = said.split_whitespace().filter(|word| word.starts_with("token_")).collect();
            assert!(ids.len() >= 2 && ids.iter().all(|id| id.len() == 38), "ids are in one piece:\n{said}");
            assert!(said.contains("acme-sons"), "for whom it speaks:\n{said}");
        }
    }
    // Today is not over, but a number of days up to today never is.
    let today = ballroom::clock::now().date_naive();
    let title = async |more: &[&str]| {
        let said = app.database.succeeds(&[&["report", "value", "--product", "shop"], more].concat()).await;
        said.lines().next().unwrap().to_owned()
    };
    let tomorrow = today.succ_opt().unwrap().to_string();
    let named = title(&["--from", "2026-03-01", "--until", &tomorrow]).await;
    assert!(named.ends_with(&format!("so far (to {today})")), "{named}");
    assert!(!title(&[]).await.contains("so far"));
    assert_eq!(title(&["--days", "90"]).await, title(&[]).await);
    for wrong in [
        &["--from", "2026-03-01"][..],
        &["--until", "2026-03-01"],
        &["--days", "0"],
        &["--from", "2026-03-01", "--until", "2026-04-01", "--days", "7"],
        &["--from", "2026-03-01", "--until", "2026-03-01"],
    ] {
        let refused =
            app.database.ballroom(&[&["report", "value", "--product", "shop"], wrong].concat()).await;
        assert!(!refused.status.success(), "{wrong:?}: {refused:?}");
    }
    app.product("new", &[]).await;
    let said = app.database.succeeds(&["report", "release", "--product", "new"]).await;
    assert!(said.ends_with("There are no releases yet.\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_made_while_the_server_writes_is_whole() {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["search"]).await;
    let writing = async {
        for number in 0..120 {
            app.submits(
                json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 1 + number % 5,
                "customer": format!("c-{number}") }),
            )
            .await;
        }
    };
    let copies = async {
        for number in 0..3 {
            let copy = app.database.path(&format!("copy-{number}/ballroom.sqlite"));
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            app.database.succeeds(&["backup", copy.to_str().unwrap()]).await;
        }
    };
    tokio::join!(writing, copies);
    for number in 0..3 {
        let copy = app.database.path(&format!("copy-{number}"));
        let said = app.database.succeeds(&["--data-dir", copy.to_str().unwrap(), "verify"]).await;
        assert!(said.contains("the daily counts agree with the rows"), "{said}");
        assert!(!copy.join("ballroom.sqlite.part").exists());
    }
    let again = app.database.path("copy-0/ballroom.sqlite");
    let ran = app.database.ballroom(&["backup", again.to_str().unwrap()]).await;
    assert!(
        !ran.status.success() && ran.err.contains("already exists"),
        "nothing is overwritten: {}",
        ran.err
    );
}

#[tokio::test]
async fn a_backup_of_postgres_says_what_to_use() {
    let database = Database::create(Backend::Postgres).await;
    database.succeeds(&["migrate"]).await;
    let ran = database.ballroom(&["backup", "copy"]).await;
    assert!(!ran.status.success() && ran.err.contains("pg_dump"), "{}", ran.err);
}
