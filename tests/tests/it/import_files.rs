//! Files as people have them: looked at before, imported without a script, and mended when they came in wrong.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    a_file_is_looked_at_before_it_is_imported,
    a_known_export_comes_in_by_guess_alone,
    an_import_is_listed_undone_and_done_again,
    responses_of_a_source_are_deleted_with_a_look_before,
    rows_that_differ_from_what_is_stored_are_reported,
    a_row_is_known_by_what_it_says,
    several_files_and_the_reasons_of_rejects_are_told,
    releases_follow_each_other_by_version,
);

const OPERATIONS: &str = include_str!("../stories/import_files.graphql");

async fn feedback(story: &Story) -> Value {
    story.gets("ProductFeedback", json!({})).await["product"]["feedback"].clone()
}

const GERMAN: &[u8] = b"Datum;Bewertung;Kommentar;Version\r\n24.04.2023 10:15;4,0;sch\xf6n schnell und sehr angenehm;2.1\r\n25.04.2023 11:00;2;st\xfcrzt \xf6fter ab, sehr l\xe4stig f\xfcr mich;2.1\r\n26.04.2023 11:00;gut;na ja, es geht so einigerma\xdfen;2.2\r\n";

async fn a_file_is_looked_at_before_it_is_imported(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story.database.file("bewertungen.csv", "");
    std::fs::write(&file, GERMAN).unwrap();
    let ran = story.database.ballroom(&["import", &file, "--preview"]).await;
    for part in [
        "csv, windows-1252 (guessed), fields separated by `;`",
        "rating = column `Bewertung` (by its name)",
        "occurred_at = column `Datum` (by its name)",
        "scale = stars in all rows",
        "Required and not found: product",
        "--set scale=stars,product=...",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert_eq!(ran.status.code(), Some(2), "it cannot be imported like this");
    let ran =
        story.database.ballroom(&["import", "feedback", &file, "--set", "product=shop", "--preview"]).await;
    for part in [
        "2023-04-24T10:15:00Z",
        "schön schnell",
        "Of 3 rows: 3 would be rejected",
        "there is no release \"2.1\"; create missing ones with --create releases",
        "1 rating: `gut` is not a number",
        "1 release: `2.1` does not exist; --create releases",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert_eq!(feedback(&story).await["totalCount"], 0, "nothing was imported");
    let arguments = [
        "import",
        "feedback",
        &file,
        "--guess",
        "--set",
        "product=shop",
        "--values",
        "rating:gut=4",
        "--create",
        "releases",
    ];
    let said = story.database.succeeds(&arguments).await;
    assert!(said.contains("3 accepted"), "{said}");
    let there = feedback(&story).await;
    assert_eq!(there["nodes"][1]["comment"], "stürzt öfter ab, sehr lästig für mich");
    assert_eq!(
        (&there["nodes"][2]["rating"], &there["nodes"][2]["scale"]["key"]),
        (&json!(4.0), &json!("stars"))
    );
    story.verify().await;
}

async fn a_known_export_comes_in_by_guess_alone(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let reviews = "Package Name,App Version Code,App Version Name,Reviewer Language,Star Rating,Review Submit Date and Time,Review Text,Review Link\n\
        shop,41,2.1.0,en,5,2024-05-03T10:15:30Z,Great,http://x/1\nshop,41,2.1.0,en,2,2024-05-04T10:15:30Z,,\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(reviews.encode_utf16().flat_map(u16::to_le_bytes));
    let file = story.database.file("reviews.csv", "");
    std::fs::write(&file, bytes).unwrap();
    let create = ["--create", "products,releases,segments"];
    let said = story.database.succeeds(&[&["import", &file, "--guess"], &create[..]].concat()).await;
    assert!(said.contains("2 accepted") && said.contains("1 product, 1 release, 1 segment"), "{said}");
    let said =
        story.database.succeeds(&[&["import", &file, "--preset", "google-play"], &create[..]].concat()).await;
    assert!(said.contains("2 unchanged"), "{said}");
    assert_eq!(feedback(&story).await["nodes"][0]["externalId"], "http://x/1");
    let wrong = story.database.ballroom(&["import", "incidents", &file, "--preset", "google-play"]).await;
    assert!(wrong.err.contains("the preset google-play is for feedback, not for incidents"), "{}", wrong.err);
    story.verify().await;
}

async fn an_import_is_listed_undone_and_done_again(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    // A response of the same customer and day, which counts until the import brings a later one.
    let before = json!({ "product": "shop", "scale": "csat", "rating": 1, "customer": "acme", "occurredAt": "2026-03-01T08:00:00Z" });
    story.admin.responds(before).await;
    let rows = "customer,occurred_at,points,csat\nacme,2026-03-01T10:00:00Z,5,3\nbolt,2026-03-01,4,2\n,2026-03-02,4,2\n,2026-03-02,4,2\n";
    let file = story.database.file("rows.csv", rows);
    let import = |column: &str| {
        let map = format!("rating={column}");
        [
            "import",
            "feedback",
            &file,
            "--map",
            &map,
            "--set",
            "product=shop",
            "--scale",
            "csat",
            "--create",
            "customers",
        ]
        .map(str::to_owned)
    };
    let run = async |arguments: &[String]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        story.database.succeeds(&arguments).await
    };
    let said = run(&import("points")).await;
    assert!(said.contains("3 accepted") && said.contains("1 superseded"), "{said}");
    story.verify().await;
    let counts = async || {
        story.gets("ProductRatingDistribution", json!({})).await["product"]["ratingDistribution"].to_string()
    };
    let with = counts().await;
    let list = story.database.succeeds(&["imports", "list"]).await;
    assert!(list.contains("rows.csv") && list.contains("finished"), "{list}");
    let said = story.database.succeeds(&["imports", "undo", "last"]).await;
    assert!(said.contains("The import of rows.csv was undone: 4 responses removed."), "{said}");
    story.verify().await;
    assert_ne!(counts().await, with, "the counts were subtracted");
    let there = feedback(&story).await;
    assert_eq!((&there["totalCount"], &there["nodes"][0]["rating"]), (&json!(1), &json!(1.0)), "{there}");
    assert!(story.database.succeeds(&["imports", "list"]).await.contains("undone"));
    // Systems that keep a copy hear of it.
    let gone = story.gets("DeletedFeedbackAndImports", json!({})).await;
    assert_eq!(gone["deletedFeedback"]["totalCount"], 4);
    assert_eq!(
        gone["imports"]["nodes"],
        json!([{ "state": "UNDONE", "rowsRemoved": 4, "fileName": "rows.csv" }])
    );
    // With another mapping it is another import.
    let said = run(&import("csat")).await;
    assert!(said.contains("3 accepted") && said.contains("1 superseded"), "{said}");
    story.verify().await;
    let again = feedback(&story).await;
    let mut ratings: Vec<i64> = again["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["rating"].as_f64().unwrap() as i64)
        .collect();
    ratings.sort_unstable();
    assert_eq!(ratings, [1, 2, 2, 2, 3]);
    let wrong = story.database.ballroom(&["imports", "undo", "import_x"]).await;
    assert!(!wrong.status.success() && wrong.err.contains("import"), "{}", wrong.err);
}

async fn responses_of_a_source_are_deleted_with_a_look_before(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "external_id,rating,occurred_at,release\n1,5,2026-03-01,1.0\n2,4,2026-03-02,1.0\n3,3,2026-03-03,1.1\n";
    let file = story.database.file("rows.csv", rows);
    let import = [
        "import",
        "feedback",
        &file,
        "--set",
        "product=shop",
        "--scale",
        "csat",
        "--create",
        "releases",
        "--source",
        "crm",
    ];
    story.database.succeeds(&import).await;
    let delete = |more: &[&'static str]| {
        let mut arguments =
            vec!["delete", "feedback", "--source", "crm", "--where", "product=shop,release=1.0"];
        arguments.extend(more);
        arguments
    };
    let said = story.database.succeeds(&delete(&["--preview"])).await;
    assert!(said.contains("2 responses would be deleted."), "{said}");
    let unasked = story.database.ballroom(&delete(&[])).await;
    assert!(!unasked.status.success() && unasked.err.contains("--yes"), "{}", unasked.err);
    assert_eq!(feedback(&story).await["totalCount"], 3);
    let said = story.database.succeeds(&delete(&["--yes", "--until", "2026-03-02"])).await;
    assert!(said.contains("1 response deleted."), "{said}");
    let said = story.database.succeeds(&delete(&["--yes", "--forget"])).await;
    assert!(said.contains("1 response deleted."), "{said}");
    story.verify().await;
    // What was deleted stays deleted, unless it was to be forgotten.
    let said = story.database.succeeds(&import).await;
    assert!(
        said.contains("1 accepted")
            && said.contains("1 unchanged")
            && said.contains("1 skipped (deleted earlier)"),
        "{said}"
    );
    story.verify().await;
    for (condition, part) in
        [("release=1.0", "needs its product"), ("mood=x", "unknown field `mood`"), ("product=shpo", "shop")]
    {
        let ran = story
            .database
            .ballroom(&["delete", "feedback", "--source", "crm", "--where", condition, "--preview"])
            .await;
        assert!(!ran.status.success() && ran.err.contains(part), "{condition}: {}", ran.err);
    }
}

async fn rows_that_differ_from_what_is_stored_are_reported(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let run = async |rating: &str, more: &[&str]| {
        let file = story.database.file(
            "rows.csv",
            &format!("external_id,rating,occurred_at\n1,{rating},2026-03-01\n2,4,2026-03-01\n"),
        );
        let base = ["import", "feedback", &file, "--set", "product=shop", "--scale", "csat"];
        (story.database.succeeds(&[&base[..], more].concat()).await, file)
    };
    run("2", &[]).await;
    let stored = async || feedback(&story).await["nodes"].to_string();
    let (said, file) = run("5", &[]).await;
    assert!(said.contains("1 kept as stored") && said.contains("1 unchanged"), "{said}");
    let differing = std::fs::read_to_string(format!("{file}.differs.csv")).unwrap();
    assert!(
        differing.contains("2,,the stored version with this ID is different")
            && differing.ends_with(",1,5,2026-03-01\n"),
        "{differing}"
    );
    assert!(stored().await.contains("2.0"));
    let (said, file) = run("5", &["--on-conflict", "keep"]).await;
    assert!(
        said.contains("1 kept as stored") && !std::path::Path::new(&format!("{file}.differs.csv")).exists(),
        "{said}"
    );
    let (said, _) = run("5", &["--on-conflict", "update"]).await;
    assert!(said.contains("1 updated"), "{said}");
    assert!(stored().await.contains("5.0") && !stored().await.contains("2.0"));
    story.verify().await;
}

async fn a_row_is_known_by_what_it_says(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let import = async |rows: &str| {
        let file = story.database.file("rows.csv", rows);
        let base = [
            "import",
            "feedback",
            &file,
            "--set",
            "product=shop",
            "--scale",
            "csat",
            "--create",
            "customers",
        ];
        story.database.succeeds(&base).await
    };
    assert!(
        import("rating,occurred_at,customer\n5,2026-03-01,acme\n4,2026-03-02,\n")
            .await
            .contains("2 accepted")
    );
    // One more column, dates and ratings written otherwise, another order.
    for same in [
        "rating,occurred_at,customer,device\n5,2026-03-01,acme,x\n4,2026-03-02,,y\n",
        "occurred_at,customer,rating\n2026-03-01T00:00Z,acme,★★★★★\n02.03.2026,,4/5\n",
    ] {
        let said = import(same).await;
        assert!(said.contains("2 unchanged"), "{said}");
    }
    assert_eq!(feedback(&story).await["totalCount"], 2);
    story.verify().await;
}

async fn several_files_and_the_reasons_of_rejects_are_told(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let mut rows = "rating,occurred_at,mood\n".to_owned();
    rows.push_str("good,2026-03-01,x\nbad,2026-03-01,x\n9,2026-03-01,x\n5,soon,x\n5,2026-03-01,x\n");
    let one = story.database.file("part_1.csv", &rows);
    story.database.file("part_2.csv", "rating,occurred_at\n4,2026-03-02\n");
    let pattern = one.replace("part_1.csv", "part_?.csv");
    let ran = story
        .database
        .ballroom(&["import", "feedback", &pattern, "--set", "product=shop", "--scale", "csat"])
        .await;
    assert_eq!(ran.status.code(), Some(2));
    for part in [
        "Warning: column `mood` is not read.",
        "4 rejected",
        "2 rating: `good` is not a number",
        "(line 2)",
        "1 occurred_at: unsupported date format `soon`",
        "part_2.csv: 1 row read",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert_eq!(feedback(&story).await["totalCount"], 2);
    let none = story.database.ballroom(&["import", "feedback", &one.replace("part_1", "none_*")]).await;
    assert!(none.err.contains("no file matches"), "{}", none.err);
    let wrong = story.database.ballroom(&["import", "feedbak", &one]).await;
    assert!(wrong.err.contains("possible values are feedback, incidents"), "{}", wrong.err);
    story.verify().await;
}

async fn releases_follow_each_other_by_version(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    // The latest first, as most systems list them; two lines, and what the file says goes first.
    let rows = "tag_name,published_at,previous\nv2.1,2026-03-05T00:00:00Z,\nv1.10,2026-03-04T00:00:00Z,\n\
        v2.0,2026-03-03T00:00:00Z,v1.9\nv1.9,2026-03-02T00:00:00Z,\nv1.1,2026-03-01T00:00:00Z,\n";
    let file = story.database.file("releases.csv", rows);
    let import = [
        "import",
        "releases",
        &file,
        "--preset",
        "github-releases",
        "--set",
        "product=shop",
        "--previous",
        "by-version",
    ];
    let said = story.database.succeeds(&import).await;
    assert!(said.contains("5 accepted"), "{said}");
    let releases = story.gets("ProductReleases", json!({})).await["product"]["releases"]["nodes"].clone();
    let told: Vec<String> = releases
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} after {}",
                one["version"].as_str().unwrap(),
                one["previous"]["version"].as_str().unwrap_or("none")
            )
        })
        .collect();
    assert_eq!(told, ["1.1 after none", "1.9 after 1.1", "1.10 after 1.9", "2.0 after 1.9", "2.1 after 2.0"]);
}
