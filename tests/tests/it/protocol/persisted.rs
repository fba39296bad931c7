//! Hashes instead of documents, trusted documents, and responses that may be kept.

use ballroom_tests::{App, Backend, Database};
use serde_json::{Value, json};

use super::{ASK, JSON, RESPONSE, get, header, is, outcome, post, with};

/// What Apollo's clients send with a hash.
fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

/// The SHA-256 of [`ASK`].
const HASH: &str = "7bc63c1229ea66b347c7841a0d9b4528c9e76c7b18a6a99d505500d670b5008c";

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sent_once_and_asked_by_its_hash() {
    let app = with(&[]).await;
    let extensions = persisted(HASH);
    let unknown: Value =
        post(&app).json(&json!({ "extensions": extensions })).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        unknown,
        json!({ "errors": [{ "message": "PersistedQueryNotFound", "extensions": { "code": "PERSISTED_QUERY_NOT_FOUND" } }] })
    );
    let wrong = json!({ "query": "{ __typename }", "extensions": extensions });
    assert_eq!(outcome(post(&app).json(&wrong)).await, is(200, JSON, "INVALID_ARGUMENT"));
    let bad = "{ nothing }";
    let bad = json!({ "query": bad, "extensions": persisted("919c0b7aa452b0b2fb42688461501bb8b0c3ef3b9d05ce7b9afd4f28bbe96ceb") });
    assert_eq!(outcome(post(&app).json(&bad)).await, is(200, JSON, "VALIDATION_ERROR"));
    let sent = json!({ "query": ASK, "extensions": extensions });
    assert_eq!(outcome(post(&app).json(&sent)).await, is(200, JSON, ""));
    let text = extensions.to_string();
    for named in [
        post(&app).json(&json!({ "extensions": extensions })),
        post(&app).json(&json!({ "documentId": format!("sha256:{HASH}") })),
        get(&app, &[("extensions", &text)]),
        get(&app, &[("documentId", &format!("sha256:{HASH}"))]),
    ] {
        assert_eq!(outcome(named).await, is(200, JSON, ""));
    }
    for (wrong, code) in [
        (json!({ "documentId": "nobody-knows" }), "PERSISTED_QUERY_NOT_FOUND"),
        (json!({ "documentId": "x", "query": ASK }), "INVALID_ARGUMENT"),
        (
            json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": HASH } } }),
            "INVALID_ARGUMENT",
        ),
        (json!({ "extensions": persisted("abc") }), "INVALID_ARGUMENT"),
        (json!({ "extensions": { "persistedQuery": true } }), "INVALID_ARGUMENT"),
    ] {
        assert_eq!(outcome(post(&app).json(&wrong)).await, is(200, JSON, code), "{wrong}");
    }
    let without = with(&["--persisted-queries", "0"]).await;
    let refused: Value = post(&without).json(&sent).send().await.unwrap().json().await.unwrap();
    assert_eq!(refused["errors"][0]["message"], "PersistedQueryNotSupported");
    assert_eq!(refused["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_SUPPORTED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_query_by_get_may_be_kept_and_asked_for_again() {
    let app = with(&[]).await;
    let text = persisted(HASH).to_string();
    assert_eq!(outcome(get(&app, &[("query", ASK), ("extensions", &text)])).await.0, 200);
    let ask = || get(&app, &[("extensions", &text)]);
    let first = ask().send().await.unwrap();
    let tag = header(&first, "etag");
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(header(&first, "cache-control"), "private, no-cache");
    let vary = header(&first, "vary").to_lowercase();
    assert!(["authorization", "accept", "accept-encoding"].iter().all(|name| vary.contains(name)), "{vary}");
    for given in [tag.clone(), format!("\"other\", {tag}"), "*".to_owned()] {
        let same = ask().header("if-none-match", &given).send().await.unwrap();
        assert_eq!((same.status().as_u16(), header(&same, "etag")), (304, tag.clone()), "{given}");
        assert!(same.bytes().await.unwrap().is_empty());
    }
    assert_eq!(ask().header("if-none-match", "\"other\"").send().await.unwrap().status(), 200);
    let other = get(&app, &[("query", "{ organization { id } }")]).send().await.unwrap();
    assert_ne!(header(&other, "etag"), tag);
    // Errors and responses by POST must not be cached.
    let failed = get(&app, &[("query", "{ product(product: \"none\") { id } }")]).send().await.unwrap();
    let posted = post(&app).json(&json!({ "query": ASK })).send().await.unwrap();
    for answer in [failed, posted] {
        assert_eq!(
            (header(&answer, "etag").as_str(), header(&answer, "cache-control").as_str()),
            ("", "no-store")
        );
    }
    let kept = with(&["--max-age", "60"]).await;
    let answer = get(&kept, &[("query", ASK)]).send().await.unwrap();
    assert_eq!(header(&answer, "cache-control"), "private, max-age=60, must-revalidate");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trusted_documents_are_run_where_there_are_any() {
    let database = Database::create(Backend::Sqlite).await;
    let file = database.file("trusted.json", &json!({ "name": ASK }).to_string());
    let app = App::with(database, &["--trusted-documents", &file]).await;
    for body in [
        json!({ "query": ASK }),
        json!({ "documentId": "name" }),
        json!({ "documentId": format!("sha256:{HASH}") }),
        json!({ "extensions": persisted(HASH) }),
        json!({ "query": ASK, "extensions": persisted(HASH) }),
    ] {
        assert_eq!(outcome(post(&app).json(&body)).await, is(200, JSON, ""), "{body}");
    }
    for query in ["{ organization { id } }", "{ __schema { types { name } } }", "{organization{name}}"] {
        let refused = outcome(post(&app).header("accept", RESPONSE).json(&json!({ "query": query }))).await;
        assert_eq!(refused, is(403, RESPONSE, "DOCUMENT_NOT_TRUSTED"), "{query}");
    }
    assert_eq!(
        outcome(post(&app).json(&json!({ "documentId": "other" }))).await.2,
        "PERSISTED_QUERY_NOT_FOUND"
    );
    for (content, says) in
        [("[]", "JSON object"), ("{}", "no document"), ("{\"a\": \"{ nothing }\"}", "document a is invalid")]
    {
        let file = app.database.file("wrong.json", content);
        let ran =
            app.database.ballroom(&["serve", "--listen", "127.0.0.1:0", "--trusted-documents", &file]).await;
        assert!(!ran.status.success() && ran.err.contains(says), "{content}: {ran:?}");
        assert!(!ran.out.contains("token"), "a token that is made and not served helps nobody: {}", ran.out);
    }
}
