//! The README, literally: its shell blocks run, in their order, against a server on an empty database; and after them,
//! in the same terminal and on the same server, the section before the recipes of docs/graphql.md.

use ballroom_tests::{App, Backend, binary};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_works_as_it_is_written() {
    let app = App::start(Backend::Sqlite).await;
    let readme = include_str!("../../../README.md");
    let (_, own_data) = readme.split_once("## Your own data").unwrap();
    let blocks: Vec<&str> =
        own_data.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 5, "serve, make, submit, ask, import");
    let recipes = include_str!("../../../docs/graphql.md");
    let (_, before) = recipes.split_once("## Before the recipes").unwrap();
    let (before, _) = before.split_once("\n## ").unwrap();
    let before: Vec<&str> =
        before.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(before.len(), 3, "ask, the product, the answers");
    let script = [&blocks[1..], &before]
        .concat()
        .join("\n")
        .replace("export BALLROOM_TOKEN=ballroom_...", &format!("export BALLROOM_TOKEN={}", app.token))
        .replace("http://127.0.0.1:8080/", &app.url("/"))
        .replace("cargo run --", &binary().display().to_string());
    let mut shell = Command::new("bash");
    shell.args(["-eu", "-c", &script]).current_dir(app.database.path(""));
    shell.env("BALLROOM_DATA_DIR", app.database.path("")).env_remove("DATABASE_URL");
    let ran = shell.output().await.unwrap();
    let said = format!("{}\n{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}");
    assert!(!said.contains("\"errors\""), "{said}");
    for part in [
        "\"outcome\":\"CREATED\"",
        "\"score\":",
        "2 rows read",
        "2 accepted",
        "Perceived value of kiosk",
        "\n[]\n",
        "\"accepted\":720,\"refused\":0",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    app.verify().await;
}
