//! Files that are sent over HTTP are imported as on the command line.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    a_sent_file_is_looked_at_and_imported,
    the_counts_are_those_of_the_command_line,
    what_cannot_be_imported_is_refused,
    a_failed_import_has_its_reason,
    only_managers_send_files,
);

const OPERATIONS: &str = include_str!("../stories/import_http.graphql");

async fn post(story: &Story, token: &str, query: &[(&str, &str)], body: impl Into<Vec<u8>>) -> (u16, Value) {
    let body: Vec<u8> = body.into();
    let answer = story
        .http()
        .post(story.url("/imports"))
        .bearer_auth(token)
        .query(query)
        .body(body)
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
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let token = story.token.clone();
    let (status, seen) = post(&story, &token, &[&OPTIONS[..], &[("preview", "true")]].concat(), ROWS).await;
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
    let nothing = story.gets("ImportsAndProduct", json!({}));
    assert_eq!(
        nothing.await,
        json!({ "imports": { "totalCount": 0 }, "product": { "feedback": { "totalCount": 0 } } })
    );
    // In the background, followed by its ID.
    let (status, begun) = post(&story, &token, &OPTIONS, ROWS).await;
    assert_eq!(status, 202, "{begun}");
    let mut found = Value::Null;
    for _ in 0..200 {
        found = story.gets("Node", json!({ "id": begun["import"] })).await["node"].clone();
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
    let address = story.url(&format!("/imports/{}/rejects.csv", begun["import"].as_str().unwrap()));
    let mut rejects = String::new();
    for _ in 0..100 {
        let answer = story.http().get(&address).bearer_auth(&token).send().await.unwrap();
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
    let (status, done) = post(&story, &token, &[&OPTIONS[..], &[("wait", "true")]].concat(), mended).await;
    assert_eq!((status, &done["rows"]["accepted"]), (200, &json!(2)), "{done}");
    let gone = story.gets("UndoImport", json!({ "id": done["import"] })).await;
    assert_eq!(gone["undoImport"]["import"]["rowsRemoved"], 2);
    story.verify().await;
}

async fn the_counts_are_those_of_the_command_line(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story.database.file("reviews.csv", ROWS);
    let ran = story
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
    let (status, done) =
        post(&story, &story.token, &[&OPTIONS[..], &[("wait", "true")]].concat(), ROWS).await;
    assert_eq!(status, 200, "{done}");
    let rows = &done["rows"];
    assert_eq!(
        (&rows["read"], &rows["accepted"], &rows["unchanged"], &rows["rejected"]),
        (&json!(6), &json!(0), &json!(4), &json!(2))
    );
    story.verify().await;
}

async fn what_cannot_be_imported_is_refused(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
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
        let (given, answer) = post(&story, &story.token, query, body).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(given == status && message.contains(part), "{given} {answer}");
        assert!(!message.contains("/tmp"), "where the server keeps it is nobody's business: {message}");
    }
    let imports = story.gets("Imports", json!({})).await;
    assert_eq!(imports["imports"]["totalCount"], 0, "what never began is no import");
    let none = story
        .http()
        .get(story.url("/imports/import_x/rejects.csv"))
        .bearer_auth(&story.token)
        .send()
        .await
        .unwrap();
    assert_eq!(none.status(), 404);
    let wrong = story.http().get(story.url("/imports")).bearer_auth(&story.token).send().await.unwrap();
    assert_eq!(wrong.status(), 405);
}

async fn a_failed_import_has_its_reason(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let row = |n: u64| format!("{n},2026-03-01,{},number {}\n", 1 + n % 5, n * 7919 % 9973);
    let text: String = (0..20_000).map(row).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(
        &mut packed,
        format!("external_id,occurred_at,rating,comment\n{text}").as_bytes(),
    )
    .unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() / 2);
    let options = [
        ("file", "cut.csv.gz"),
        ("kind", "feedback"),
        ("set", "product=shop"),
        ("scale", "csat"),
        ("wait", "true"),
    ];
    let (status, answer) = post(&story, &story.token, &options, packed).await;
    assert_eq!(status, 422, "{answer}");
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("rows were imported before the error"), "{message}");
    let found = story.gets("Node", json!({ "id": answer["import"] })).await["node"].clone();
    let reason = found["failure"].as_str().unwrap_or_default();
    assert!(reason.starts_with("cannot read the file at line "), "{found}");
    assert!(
        reason.ends_with("the gzip file is truncated; copy it again") && message.contains(reason),
        "{reason}: {message}"
    );
    let [read, accepted] = ["rowsRead", "rowsAccepted"].map(|count| found[count].as_u64().unwrap());
    assert!(found["state"] == "FAILED" && read == accepted && (2_000..20_000).contains(&read), "{found}");
    let list = story.database.succeeds(&["imports", "list"]).await;
    assert!(list.contains(&format!(" failed: {reason}")), "{list}");
    // What came before the error is there, and the whole file continues.
    let all = format!("external_id,occurred_at,rating,comment\n{text}");
    let (status, done) = post(&story, &story.token, &options, all).await;
    assert_eq!((status, &done["rows"]["unchanged"]), (200, &json!(read)), "{done}");
    let whole = story.gets("Node", json!({ "id": done["import"] })).await["node"].clone();
    assert_eq!((&whole["state"], &whole["failure"]), (&json!("FINISHED"), &Value::Null));
    story.verify().await;
}

async fn only_managers_send_files(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let create =
        ["token", "create", "--role", "administrator", "--scope", "read", "--name", "reader", "--quiet"];
    let reader = story.database.succeeds(&create).await.trim().to_owned();
    let (status, answer) = post(&story, &reader, &OPTIONS, ROWS).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (403, &json!("FORBIDDEN")), "{answer}");
    let (status, _) = post(&story, "nonsense", &OPTIONS, ROWS).await;
    assert_eq!(status, 401);
    let (_, done) = post(&story, &story.token, &[&OPTIONS[..], &[("wait", "true")]].concat(), ROWS).await;
    let address = story.url(&format!("/imports/{}/rejects.csv", done["import"].as_str().unwrap()));
    let mine = story.http().get(&address).bearer_auth(&story.token).send().await.unwrap();
    assert_eq!(mine.status(), 200);
    let theirs = story.http().get(&address).bearer_auth(&reader).send().await.unwrap();
    assert_eq!(theirs.status(), 403);
}
