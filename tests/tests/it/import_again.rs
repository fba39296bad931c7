//! The same file again, mended rows, and a look before: nothing is doubled, and what is told is what happens.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    the_same_file_is_the_same_whatever_the_options,
    mended_rejects_come_in_as_they_were,
    a_preview_tells_what_the_import_then_does,
    the_command_of_a_preview_does_what_was_shown,
    several_measures_are_proposed,
);

const OPERATIONS: &str = include_str!("../stories/import_again.graphql");

async fn feedback(story: &Story) -> Value {
    story.gets("ProductFeedback", json!({})).await["product"]["feedback"].clone()
}

async fn count(story: &Story) -> Value {
    feedback(story).await["totalCount"].clone()
}

async fn import(story: &Story, file: &str, more: &[&str]) -> String {
    let base = ["import", "feedback", file, "--set", "product=shop", "--scale", "csat"];
    story.database.succeeds(&[&base[..], more].concat()).await
}

const ROWS: &str = "rating,occurred_at,note,user,points\n5,2026-03-01,fine,acme,3\n5,2026-03-01,fine,acme,3\n\
    4,2026-03-02,,bolt,2\n4,2026-03-02,well,,1\n";

async fn the_same_file_is_the_same_whatever_the_options(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story.database.file("rows.csv", ROWS);
    assert!(import(&story, &file, &[]).await.contains("4 accepted"));
    for options in [
        &["--set", "channel=web"][..],
        &["--set", "feature=search"],
        &["--map", "comment=note"],
        &["--map", "comment=note,customer=user", "--create", "customers"],
        &["--time-zone", "Asia/Tokyo"],
        &["--date-format", "%Y-%m-%d"],
        &["--missing", "4"],
    ] {
        let ran = story
            .database
            .ballroom(
                &[&["import", "feedback", &file, "--set", "product=shop", "--scale", "csat"], options]
                    .concat(),
            )
            .await;
        assert!(ran.out.contains("0 accepted"), "{options:?}: {}", ran.out);
        assert_eq!(count(&story).await, 4, "{options:?}");
    }
    // What differs is told, and applied where that is wanted.
    let said = import(&story, &file, &["--map", "comment=note"]).await;
    assert!(said.contains("3 kept as stored") && said.contains("1 unchanged"), "{said}");
    let said = import(&story, &file, &["--map", "comment=note", "--on-conflict", "update"]).await;
    assert!(said.contains("3 updated"), "{said}");
    let comments: Vec<Value> = feedback(&story).await["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["comment"].clone())
        .collect();
    assert_eq!(comments, [json!("fine"), json!("fine"), json!(null), json!("well")]);
    // Packed, with other line ends, under another name: the same rows.
    let same = story.database.file("copy.csv", &ROWS.replace('\n', "\r\n"));
    assert!(import(&story, &same, &["--map", "rating=points"]).await.contains("4 kept as stored"));
    assert_eq!(count(&story).await, 4);
    // From another system, or with another row before it, it is another file: anonymous rows of two files all count.
    let other =
        story.database.file("other.csv", &ROWS.replace("5,2026-03-01,fine,acme,3\n5", "1,2026-02-01,,,\n5"));
    assert!(import(&story, &other, &[]).await.contains("4 accepted"));
    assert!(import(&story, &file, &["--source", "crm"]).await.contains("4 accepted"));
    assert_eq!(count(&story).await, 12);
    // Incidents without IDs, too.
    let rows = "severity,opened_at,what,where\n2,2026-03-01T10:00:00Z,Slow,search\n2,2026-03-01T10:00:00Z,Slow,search\n";
    let file = story.database.file("incidents.csv", rows);
    let base = ["import", "incidents", &file, "--set", "product=shop"];
    assert!(story.database.succeeds(&base).await.contains("2 accepted"));
    let mapped = ["--map", "title=what,features=where"];
    let said = story.database.succeeds(&[&base[..], &mapped].concat()).await;
    assert!(said.contains("0 accepted") && said.contains("2 updated"), "{said}");
    story.verify().await;
}

async fn mended_rejects_come_in_as_they_were(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "rating,occurred_at,comment\nfive,2026-03-01,=1+1\n4,2026-03-02,plain\nnine,2026-03-03,\"-5 %, 'quoted'\"\n\
        x,2026-03-04,'=kept\n";
    let file = story.database.file("rows.csv", rows);
    let base = ["import", "feedback", &file, "--set", "product=shop", "--scale", "csat"];
    let ran = story.database.ballroom(&base).await;
    assert_eq!(ran.status.code(), Some(2));
    let rejects = format!("{file}.rejects.csv");
    let text = std::fs::read_to_string(&rejects).unwrap();
    assert!(text.contains("'=1+1") && text.contains("''=kept"), "spreadsheets execute nothing: {text}");
    let mended = text.replace(",five,", ",5,").replace(",nine,", ",1,").replace(",x,", ",2,");
    std::fs::write(&rejects, mended).unwrap();
    let said = import(&story, &rejects, &[]).await;
    assert!(said.contains("3 accepted") && said.contains("rejects of an import"), "{said}");
    assert!(!said.contains("not read"), "the columns of the rejects are no columns of the file: {said}");
    let there = feedback(&story).await;
    let comments: Vec<&str> =
        there["nodes"].as_array().unwrap().iter().map(|row| row["comment"].as_str().unwrap()).collect();
    assert_eq!(comments, ["=1+1", "plain", "-5 %, 'quoted'", "'=kept"]);
    // A pattern finds neither the rejects nor the differences.
    story
        .database
        .file("rows.csv.differs.csv", "line,field,reason,rating,occurred_at,comment\n2,,,5,2026-04-01,x\n");
    let said = import(&story, &file.replace("rows.csv", "*.csv"), &["--missing", "five,nine,x"]).await;
    assert!(said.contains("rows.csv: 4 rows read") && !said.contains("differs"), "{said}");
    story.verify().await;
}

const CRM: &str = "id,rating,occurred_at,release,feature,customer\n1,5,2026-03-01,2.1,search,acme\n2,9,2026-03-02,2.1,search,bolt\n\
    3,4,2026-03-03,2.2,cart,crux\n4,4,2999-03-03,2.3,search,\n5,3,2026-03-03,,search,acme\n6,good,2026-03-03,,search,\n";

async fn a_preview_tells_what_the_import_then_does(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story.database.file("rows.csv", CRM);
    let base = [
        "import",
        "feedback",
        &file,
        "--set",
        "product=shop",
        "--scale",
        "csat",
        "--map",
        "external_id=id",
        "--create",
        "releases,customers",
    ];
    let look = async || story.database.ballroom(&[&base[..], &["--preview"]].concat()).await;
    let ran = look().await;
    assert_eq!(ran.status.code(), Some(2));
    for part in [
        "Of 6 rows: 2 would be stored, 4 would be rejected.",
        "1 rating: is 9.0; on the scale",
        "1 for 1 other reason",
        "1 release would be created: `2.1`.",
        "1 customer would be created: `acme`.",
        "1 feature: `cart` does not exist; --create features creates them.",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert_eq!(count(&story).await, 0);
    let nothing = story.gets("CustomersAndImports", json!({})).await;
    assert_eq!(nothing, json!({ "customers": { "totalCount": 0 }, "imports": { "totalCount": 0 } }));
    let ran = story.database.ballroom(&base).await;
    assert!(ran.out.contains("2 accepted") && ran.out.contains("4 rejected"), "{}", ran.out);
    assert!(ran.out.contains("Created: 1 release, 1 customer."), "{}", ran.out);
    let again = look().await.out;
    assert!(again.contains("Of 6 rows: 2 unchanged, 4 would be rejected."), "{again}");
    assert!(!again.contains("would be created"), "{again}");
    story.verify().await;
}

/// The words of a command as a shell splits them.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for one in command.chars() {
        match one {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            one => word.push(one),
        }
    }
    words.push(word);
    words
}

async fn the_command_of_a_preview_does_what_was_shown(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "Überschrift;;;\nDatum;Wie zufrieden?;Ihr Text, kurz;Was\n04.05.2026;Sehr, ja;gut und schnell so weit;search|cart\n\
        05.05.2026;nein;leider zu langsam für mich;?\n06.05.2026;;;\n";
    let file = story.database.file("umfrage mai.csv", rows);
    let given = [
        "import",
        &file,
        "--set",
        "product=shop",
        "--scale",
        "csat",
        "--values",
        "rating:\"Sehr, ja\"=5,nein=1",
        "--missing",
        "?,-",
        "--skip-empty",
        "--list-separator",
        "|",
        "--map",
        "feature=Was,rating=Wie zufrieden?",
        "--date-order",
        "dmy",
        "--time-zone",
        "Europe/Berlin",
        "--source",
        "survey",
        "--create",
        "features",
        "--delimiter",
        ";",
        "--skip-rows",
        "1",
        "--preview",
    ];
    let ran = story.database.ballroom(&given).await;
    assert_eq!(ran.status.code(), Some(0), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("3 would be stored, 1 skipped, 0 would be rejected"), "{}", ran.out);
    let command = ran.out.lines().find_map(|line| line.strip_prefix("To import it: ballroom ")).unwrap();
    for option in [
        "--values",
        "--missing",
        "--skip-empty",
        "--list-separator",
        "--date-order",
        "--time-zone",
        "--source",
    ] {
        assert!(command.contains(option), "{option}: {command}");
    }
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = story.database.succeeds(&words).await;
    assert!(said.contains("3 accepted") && said.contains("1 skipped"), "{said}");
    let there = feedback(&story).await;
    let told: Vec<String> = there["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["rating"], row["feature"]["key"], row["comment"]))
        .collect();
    assert_eq!(
        told,
        [
            "5.0 \"search\" \"gut und schnell so weit\"",
            "5.0 \"cart\" null",
            "1.0 null \"leider zu langsam für mich\""
        ]
    );
    story.verify().await;
}

async fn several_measures_are_proposed(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "response_id,date,NPS,CSAT,comment\na,2026-03-01,9,4,works very well for us\nb,2026-03-02,0,1,does not work at all here\n\
        c,2026-03-03,,5,\n";
    let file = story.database.file("rows.csv", rows);
    let base = ["import", &file, "--set", "product=shop"];
    let ran = story.database.ballroom(&[&base[..], &["--preview"]].concat()).await;
    assert!(
        ran.out.contains("rating:nps = column `NPS`") && ran.out.contains("rating:csat = column `CSAT`"),
        "{}",
        ran.out
    );
    let said = story.database.succeeds(&[&base[..], &["--guess"]].concat()).await;
    assert!(said.contains("3 rows read") && said.contains("5 accepted"), "{said}");
    let told: Vec<String> = feedback(&story).await["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["scale"]["key"].as_str().unwrap(), row["rating"]))
        .collect();
    let mut sorted = told.clone();
    sorted.sort();
    assert_eq!(sorted, ["csat 1.0", "csat 4.0", "csat 5.0", "nps 0.0", "nps 9.0"]);
    story.verify().await;
}
