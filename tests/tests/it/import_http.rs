//! Files that are sent over HTTP are imported as on the command line.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(
    a_sent_file_is_looked_at_and_imported,
    the_counts_are_those_of_the_command_line,
    what_cannot_be_imported_is_refused,
    only_managers_send_files,
);

async fn start(backend: Backend) -> App {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    app
}

async fn post(app: &App, token: &str, query: &[(&str, &str)], body: &str) -> (u16, Value) {
    let answer = app
        .http()
        .post(app.url("/imports"))
        .bearer_auth(token)
        .query(query)
        .body(body.to_owned())
        .send()
        .await
        .unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

const ROWS: &str = "ID,Datum,Bewertung,Kommentar,Version\n1,2026-03-01,5,works well for all of us here,2.1\n\
    2,2026-03-02,9,far too slow since the last update,2.1\n3,2026-03-03,4,nice and easy to use every day,2.2\n\
    4,soon,4,=1+1 is what it says on every page,2.2\n5,2026-03-05,3,it does what it should most days,2.2\n\
    6,2026-03-06,2,could remember where I was before,2.2\n";

const OPTIONS: [(&str, &str); 5] = [
    ("file", "reviews.csv"),
    ("guess", "true"),
    ("set", "product=shop"),
    ("scale", "csat"),
    ("create", "releases"),
];

async fn a_sent_file_is_looked_at_and_imported(backend: Backend) {
    let app = start(backend).await;
    let token = app.token.clone();
    let (status, seen) = post(&app, &token, &[&OPTIONS[..], &[("preview", "true")]].concat(), ROWS).await;
    assert_eq!(status, 200, "{seen}");
    assert_eq!(
        (&seen["kind"], &seen["format"], &seen["encoding"]),
        (&json!("feedback"), &json!("csv"), &json!("utf-8"))
    );
    let rating = seen["fields"].as_array().unwrap().iter().find(|one| one["field"] == "rating").unwrap();
    assert_eq!(rating, &json!({ "field": "rating", "column": "Bewertung", "reason": "by its name" }));
    assert_eq!(
        (&seen["rows"]["accepted"], &seen["rows"]["rejected"], &seen["missing"]),
        (&json!(4), &json!(2), &json!([]))
    );
    assert_eq!(seen["created"], json!([{ "kind": "releases", "number": 2, "names": ["2.1", "2.2"] }]));
    assert_eq!(seen["firstRows"][0]["comment"], "works well for all of us here");
    assert_eq!(seen["rejects"][0]["line"], 3);
    let nothing = app
        .asks("{ imports { totalCount } product(product: \"shop\") { feedback { totalCount } } }", json!({}));
    assert_eq!(
        nothing.await,
        json!({ "imports": { "totalCount": 0 }, "product": { "feedback": { "totalCount": 0 } } })
    );
    // In the background, followed by its ID.
    let (status, begun) = post(&app, &token, &OPTIONS, ROWS).await;
    assert_eq!(status, 202, "{begun}");
    let query = "query($id: ID!) { node(id: $id) { ... on Import { state fileName bytes bytesRead rowsRead rowsAccepted rowsRejected
        rejects { field line } } } }";
    let mut found = Value::Null;
    for _ in 0..200 {
        found = app.asks(query, json!({ "id": begun["import"] })).await["node"].clone();
        if found["state"] != "RUNNING" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        (
            &found["state"],
            &found["fileName"],
            &found["rowsRead"],
            &found["rowsAccepted"],
            &found["rowsRejected"]
        ),
        (&json!("FINISHED"), &json!("reviews.csv"), &json!(6), &json!(4), &json!(2))
    );
    assert_eq!((&found["bytes"], &found["bytesRead"]), (&json!(ROWS.len()), &json!(ROWS.len())));
    // The file of rejects appears just after the end.
    let address = app.url(&format!("/imports/{}/rejects.csv", begun["import"].as_str().unwrap()));
    let mut rejects = String::new();
    for _ in 0..100 {
        let answer = app.http().get(&address).bearer_auth(&token).send().await.unwrap();
        if answer.status() == 200 {
            assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
            rejects = answer.text().await.unwrap();
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(rejects.starts_with("line,field,reason,ID,Datum") && rejects.lines().count() == 3, "{rejects}");
    // They are sent again, mended.
    let mended = rejects.replace(",9,", ",1,").replace(",soon,", ",2026-03-04,");
    let (status, done) = post(&app, &token, &[&OPTIONS[..], &[("wait", "true")]].concat(), &mended).await;
    assert_eq!((status, &done["rows"]["accepted"]), (200, &json!(2)), "{done}");
    let undo = "mutation($id: Reference!) { undoImport(input: { import: $id }) { import { rowsRemoved } } }";
    let gone = app.asks(undo, json!({ "id": done["import"] })).await;
    assert_eq!(gone["undoImport"]["import"]["rowsRemoved"], 2);
    app.verify().await;
}

async fn the_counts_are_those_of_the_command_line(backend: Backend) {
    let app = start(backend).await;
    let file = app.database.file("reviews.csv", ROWS);
    let ran = app
        .database
        .ballroom(&[
            "import",
            &file,
            "--guess",
            "--set",
            "product=shop",
            "--scale",
            "csat",
            "--create",
            "releases",
        ])
        .await;
    assert!(ran.out.contains("4 accepted") && ran.out.contains("2 rejected"), "{}", ran.out);
    // The same file again is the same, through whichever door; packed, too.
    let (status, done) = post(&app, &app.token, &[&OPTIONS[..], &[("wait", "true")]].concat(), ROWS).await;
    assert_eq!(status, 200, "{done}");
    let rows = &done["rows"];
    assert_eq!(
        (&rows["read"], &rows["accepted"], &rows["unchanged"], &rows["rejected"]),
        (&json!(6), &json!(0), &json!(4), &json!(2))
    );
    app.verify().await;
}

async fn what_cannot_be_imported_is_refused(backend: Backend) {
    let app = start(backend).await;
    for (query, body, status, part) in [
        (&[("mapp", "a=b")][..], ROWS, 400, "unknown option `mapp`"),
        (&[("kind", "feedbak")], ROWS, 400, "kind: `feedbak`"),
        (&[("kind", "feedback"), ("map", "rating=Sterne")], ROWS, 422, "no column `Sterne`"),
        (
            &[
                ("kind", "feedback"),
                ("set", "product=shpo"),
                ("map", "rating=Bewertung,occurred_at=Datum"),
                ("scale", "csat"),
            ],
            ROWS,
            422,
            "shpo",
        ),
        (&[("kind", "feedback")], "", 422, "empty"),
        (&[("set", "product=shop")], "a,b\n1,2\n", 422, "cannot tell what the rows"),
    ] {
        let (given, answer) = post(&app, &app.token, query, body).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(given == status && message.contains(part), "{given} {answer}");
        assert!(!message.contains("/tmp"), "where the server keeps it is nobody's business: {message}");
    }
    let imports = app.asks("{ imports { totalCount } }", json!({})).await;
    assert_eq!(imports["imports"]["totalCount"], 0, "what never began is no import");
    let none = app
        .http()
        .get(app.url("/imports/import_x/rejects.csv"))
        .bearer_auth(&app.token)
        .send()
        .await
        .unwrap();
    assert_eq!(none.status(), 404);
    let wrong = app.http().get(app.url("/imports")).bearer_auth(&app.token).send().await.unwrap();
    assert_eq!(wrong.status(), 405);
}

async fn only_managers_send_files(backend: Backend) {
    let app = start(backend).await;
    let create =
        ["token", "create", "--role", "administrator", "--scope", "read", "--name", "reader", "--quiet"];
    let reader = app.database.succeeds(&create).await.trim().to_owned();
    let (status, answer) = post(&app, &reader, &OPTIONS, ROWS).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (403, &json!("FORBIDDEN")), "{answer}");
    let (status, _) = post(&app, "nonsense", &OPTIONS, ROWS).await;
    assert_eq!(status, 401);
    let (_, done) = post(&app, &app.token, &[&OPTIONS[..], &[("wait", "true")]].concat(), ROWS).await;
    let address = app.url(&format!("/imports/{}/rejects.csv", done["import"].as_str().unwrap()));
    let mine = app.http().get(&address).bearer_auth(&app.token).send().await.unwrap();
    assert_eq!(mine.status(), 200);
    let theirs = app.http().get(&address).bearer_auth(&reader).send().await.unwrap();
    assert_eq!(theirs.status(), 403);
}
