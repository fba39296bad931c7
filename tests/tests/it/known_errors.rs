//! Known errors and articles: what support knows, while it is asked.

use ballroom_tests::{
    Backend, on_both,
    story::{Actor, Story},
};
use serde_json::{Value, json};

on_both!(
    support_finds_the_workaround_while_it_writes,
    a_fix_that_was_ported_back_counts_on_its_line,
    customers_see_public_known_errors_and_published_articles,
    incidents_without_an_article_are_gaps,
    known_errors_are_found_by_what_they_are_about,
    known_errors_and_articles_are_refused_what_they_cannot_be,
);

const OPERATIONS: &str = include_str!("../stories/known_error.graphql");

/// A shop with two features, some releases on two lines, and its people.
async fn shop(backend: Backend) -> (Story, Actor, Actor) {
    let story = Story::in_shop(backend, OPERATIONS, &["export", "print"]).await;
    for (version, previous, day) in [
        ("1.0", None, Some("2026-01-01")),
        ("2.0", Some("1.0"), Some("2026-02-01")),
        ("2.0.1", Some("2.0"), Some("2026-02-15")),
        ("3.0", Some("2.0"), Some("2026-03-01")),
        ("2.0.2", Some("2.0.1"), Some("2026-03-15")),
        ("3.1", Some("3.0"), None),
        ("0.9-lab", None, Some("2025-12-01")),
        ("9.9-lab", None, Some("2026-04-01")),
    ] {
        let released = day.map(|day| format!("{day}T08:00:00Z"));
        let input =
            json!({ "product": "shop", "version": version, "previous": previous, "releasedAt": released });
        story.admin.plans_release(input).await;
    }
    let (dora, sue) = (story.member("Dora", "DEVELOPMENT").await, story.member("Sue", "SUPPORT").await);
    (story, dora, sue)
}

/// Creates a known error, and returns its ID.
async fn known_error(story: &Story, by: &Actor, fields: Value) -> Value {
    let mut input = json!({ "product": "shop" });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = story.asks(by, "CreateKnownError", json!({ "input": input })).await;
    made["createKnownError"]["knownError"]["id"].clone()
}

async fn article(story: &Story, by: &Actor, fields: Value) -> Value {
    let mut input = json!({ "product": "shop" });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = story.asks(by, "CreateArticle", json!({ "input": input })).await;
    made["createArticle"]["article"]["id"].clone()
}

/// Opens an incident, and returns its ID.
async fn incident(story: &Story, title: &str, features: &[&str]) -> Value {
    let opened = (ballroom::clock::now() - chrono::TimeDelta::days(2)).to_rfc3339();
    let input =
        json!({ "product": "shop", "title": title, "severity": 3, "features": features, "openedAt": opened });
    story.gets("OpenIncident", json!({ "input": input })).await["openIncident"]["incident"]["id"].clone()
}

/// Submits a response with a comment, and returns its ID.
async fn response(story: &Story, customer: &str, comment: &str) -> Value {
    let input = json!({ "product": "shop", "feature": "export", "customer": customer, "comment": comment });
    story.gets("SubmitFeedback", json!({ "input": input })).await["submitFeedback"]["feedback"]["id"].clone()
}

async fn support_finds_the_workaround_while_it_writes(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    known_error(
        &story,
        &dora,
        json!({ "title": "Export hangs for large files", "symptom": "The progress bar stops at 90 %.",
            "workaround": "Export in two parts.", "features": ["export"], "introducedIn": "3.0", "fixedIn": ["3.1"] }),
    )
    .await;
    known_error(
        &story,
        &dora,
        json!({ "title": "Druckvorschau bleibt leer", "symptom": "Beim Drucken der Rechnungen erscheint nur eine weiße Seite.",
            "workaround": "PDF speichern und drucken.", "features": ["print"] }),
    )
    .await;
    let text = "Comment exporter une facture au format PDF et l'envoyer à vos clients depuis la page des paramètres.";
    let id = article(
        &story,
        &sue,
        json!({ "title": "Exporter une facture", "body": text, "features": ["export"] }),
    )
    .await;
    let ask = async |text: &str, rest: Value| {
        let mut variables = json!({ "text": text });
        variables.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        story.asks(&sue, "Suggest", variables).await;
    };
    ask("A customer called: exporting hung at ninety percent", json!({})).await;
    ask("Die Rechnung wird nicht gedruckt", json!({})).await;
    ask("les factures", json!({})).await;
    story.asks(&sue, "Publish", json!({ "article": id })).await;
    ask("les factures", json!({})).await;
    ask("Export", json!({ "product": "shop", "feature": "print" })).await;
    ask("Export hangs", json!({ "product": "shop", "release": "2.0" })).await;
    ask("Export hangs", json!({ "product": "shop", "release": "3.0" })).await;
    ask("and the of it", json!({})).await;
    ask("\"export\" OR words : (x) NEAR(' | !& tenant", json!({})).await;
    ask("Export", json!({ "product": "shoes" })).await;
    story.asks(&sue, "Retire", json!({ "article": id })).await;
    ask("les factures", json!({})).await;
    insta::assert_snapshot!("support_finds_the_workaround", story.transcript());
}

async fn a_fix_that_was_ported_back_counts_on_its_line(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let id = known_error(
        &story,
        &dora,
        json!({ "title": "Totals are wrong", "introducedIn": "2.0", "fixedIn": ["2.0.1", "3.1"] }),
    )
    .await;
    let unknown = known_error(&story, &dora, json!({ "title": "Logo is missing", "fixedIn": ["3.0"] })).await;
    for release in ["1.0", "2.0", "2.0.1", "2.0.2", "3.0", "3.1", "0.9-lab", "9.9-lab", "7.7"] {
        story.asks(&sue, "Affects", json!({ "id": id, "release": release })).await;
    }
    for release in ["2.0", "3.1", "9.9-lab"] {
        story.asks(&sue, "Affects", json!({ "id": unknown, "release": release })).await;
    }
    story.asks(&sue, "OfRelease", json!({ "release": "3.0" })).await;
    insta::assert_snapshot!("a_fix_that_was_ported_back", story.transcript());
}

async fn customers_see_public_known_errors_and_published_articles(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let ann = story.customer("ann", None).await;
    let bob = story.customer("bob", None).await;
    let public = known_error(
        &story,
        &dora,
        json!({ "title": "Export hangs", "symptom": "Nothing happens.", "cause": "A lock in the queue.", "workaround": "Wait.",
            "features": ["export"], "isPublic": true, "fixedIn": ["3.1"] }),
    )
    .await;
    let private =
        known_error(&story, &dora, json!({ "title": "Secrets leak", "features": ["export"] })).await;
    let draft = article(
        &story,
        &sue,
        json!({ "title": "How to export", "body": "Press the button.", "knownErrors": [public, private] }),
    )
    .await;
    let (of_ann, of_bob) = (
        response(&story, "ann", "Export hangs since Monday").await,
        response(&story, "bob", "It hangs").await,
    );
    for id in [&public, &private] {
        story
            .asks(&sue, "Link", json!({ "input": { "knownError": id, "feedback": [of_ann, of_bob] } }))
            .await;
    }
    story.asks(&ann, "Articles", json!({})).await;
    story.asks(&sue, "Publish", json!({ "article": draft })).await;
    story.asks(&ann, "Articles", json!({})).await;
    story.asks(&ann, "List", json!({})).await;
    story.asks(&ann, "Whole", json!({ "id": public })).await;
    story.asks(&ann, "Whole", json!({ "id": private })).await;
    story.asks(&ann, "Inside", json!({ "id": public })).await;
    story.asks(&ann, "MyFeedback", json!({})).await;
    story.asks(&bob, "Suggest", json!({ "text": "export leaks secrets" })).await;
    story.asks(&bob, "Affects", json!({ "id": public, "release": "3.1" })).await;
    story.asks(&bob, "CreateKnownError", json!({ "input": { "product": "shop", "title": "Mine" } })).await;
    insta::assert_snapshot!("customers_see_public_known_errors", story.transcript());
}

async fn incidents_without_an_article_are_gaps(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let slow = incident(&story, "Export is slow", &["export"]).await;
    let down = incident(&story, "Export is down", &["export"]).await;
    incident(&story, "Everything is down", &[]).await;
    let id = known_error(&story, &dora, json!({ "title": "Export hangs", "features": ["export"] })).await;
    story.asks(&sue, "Link", json!({ "input": { "knownError": id, "incidents": [slow, down, slow] } })).await;
    story.asks(&sue, "Places", json!({})).await;
    let help = article(
        &story,
        &sue,
        json!({ "title": "How to export", "url": "https://help.example/export", "knownErrors": [id] }),
    )
    .await;
    story.asks(&sue, "Publish", json!({ "article": help })).await;
    story.asks(&sue, "Unlink", json!({ "input": { "knownError": id, "incidents": [down] } })).await;
    story.asks(&sue, "Places", json!({})).await;
    insta::assert_snapshot!("incidents_without_an_article", story.transcript());
}

async fn known_errors_are_found_by_what_they_are_about(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let sent = json!({ "title": "Export hangs", "symptom": "Nothing happens.", "features": ["export"], "externalId": "bug-1" });
    known_error(&story, &dora, sent.clone()).await;
    known_error(&story, &dora, sent.clone()).await;
    let id = known_error(
        &story,
        &dora,
        json!({ "title": "Export stops", "externalId": "bug-1", "fixedIn": ["3.1"] }),
    )
    .await;
    let other = known_error(
        &story,
        &dora,
        json!({ "title": "Print is blank", "features": ["print"], "isPublic": true }),
    )
    .await;
    for filter in [
        json!({}),
        json!({ "text": "STOPS" }),
        json!({ "product": "shop", "feature": "print" }),
        json!({ "fixedIn": "3.1" }),
        json!({ "state": ["FIX_PLANNED"] }),
        json!({ "state": ["OPEN", "WONT_FIX"] }),
        json!({ "isPublic": true }),
        json!({ "updatedAt": { "from": "2031-01-01T00:00:00Z" } }),
    ] {
        story.asks(&sue, "List", json!({ "filter": filter })).await;
    }
    story.admin.ships_release(json!({ "release": "3.1", "product": "shop" })).await;
    story
        .asks(
            &dora,
            "UpdateKnownError",
            json!({ "input": { "knownError": other, "wontFixReason": "Nobody prints." } }),
        )
        .await;
    story.asks(&sue, "List", json!({ "filter": { "state": ["FIXED"] } })).await;
    story.asks(&sue, "List", json!({ "filter": { "state": ["WONT_FIX"] } })).await;
    story.asks(&sue, "Whole", json!({ "id": id })).await;
    insta::assert_snapshot!("what_known_errors_are_about", story.transcript());
}

async fn known_errors_and_articles_are_refused_what_they_cannot_be(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    story.app.product("desk", &["drawer"]).await;
    for fields in [
        json!({ "title": " " }),
        json!({ "title": "x", "features": ["export", "drawer"] }),
        json!({ "title": "x", "introducedIn": "7.7" }),
        json!({ "title": "x", "fixedIn": ["7.7"] }),
        json!({ "title": "x", "introducedIn": "3.0", "fixedIn": ["3.0"] }),
        json!({ "title": "x", "introducedIn": "3.0", "fixedIn": ["3.1", "2.0"] }),
        json!({ "title": "x", "introducedIn": "9.9-lab", "fixedIn": ["0.9-lab"] }),
        json!({ "title": "x", "fixedIn": ["3.0"], "wontFixReason": "No." }),
    ] {
        known_error(&story, &dora, fields).await;
    }
    let id = known_error(&story, &dora, json!({ "title": "Export hangs", "externalId": "bug-1" })).await;
    let elsewhere = json!({ "input": { "product": "desk", "title": "x", "externalId": "bug-1" } });
    story.asks(&dora, "CreateKnownError", elsewhere).await;
    story.asks(&dora, "Link", json!({ "input": { "knownError": id } })).await;
    let nobody = json!(["incident_00000000000070008000000000000000"]);
    story.asks(&dora, "Link", json!({ "input": { "knownError": id, "incidents": nobody } })).await;
    let gone = "known_error_00000000000070008000000000000000";
    story.asks(&dora, "UpdateKnownError", json!({ "input": { "knownError": gone, "title": "x" } })).await;
    story.asks(&dora, "UpdateKnownError", json!({ "input": { "knownError": "bug-1", "title": "x" } })).await;
    let empty = article(&story, &sue, json!({ "title": "Empty" })).await;
    story.asks(&sue, "Publish", json!({ "article": empty })).await;
    story.asks(&sue, "Retire", json!({ "article": empty })).await;
    story
        .asks(&sue, "UpdateArticle", json!({ "input": { "article": empty, "url": "ftp://help.example" } }))
        .await;
    story.asks(&sue, "UpdateArticle", json!({ "input": { "article": empty, "knownErrors": [gone] } })).await;
    let bea = story.member("Bea", "BUSINESS").await;
    story.asks(&bea, "CreateArticle", json!({ "input": { "product": "shop", "title": "x" } })).await;
    insta::assert_snapshot!("refusals_of_knowledge", story.transcript());
}
