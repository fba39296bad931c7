//! GraphQL over HTTP: requests and responses, byte by byte.

mod connections;
mod documents;
mod persisted;

use ballroom_tests::{App, Backend, Database};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

const ASK: &str = "{ organization { name } }";

const JSON: &str = "application/json";

const RESPONSE: &str = "application/graphql-response+json";

async fn with(arguments: &[&str]) -> App {
    App::with(Database::create(Backend::Sqlite).await, arguments).await
}

fn post(app: &App) -> RequestBuilder {
    app.http().post(app.url("/graphql")).bearer_auth(&app.token)
}

fn get(app: &App, parameters: &[(&str, &str)]) -> RequestBuilder {
    app.http().get(app.url("/graphql")).bearer_auth(&app.token).query(parameters)
}

fn header(answer: &Response, name: &str) -> String {
    answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
}

/// Status, media type, and the code of the first error.
async fn outcome(request: RequestBuilder) -> (u16, String, String) {
    let answer = request.send().await.unwrap();
    let (status, ty) = (answer.status().as_u16(), header(&answer, "content-type"));
    let ty = ty.strip_suffix("; charset=utf-8").unwrap_or(&ty).to_owned();
    let answer: Value = answer.json().await.unwrap();
    (status, ty, answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned())
}

fn is(status: u16, ty: &str, code: &str) -> (u16, String, String) {
    (status, ty.to_owned(), code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_whether_the_request_was_run() {
    let app = with(&[]).await;
    let coerced = "query($n: Int!) { product(product: \"a\") { features(first: $n) { totalCount } } }";
    for (body, json, response) in [
        (json!({ "query": ASK }), is(200, JSON, ""), is(200, RESPONSE, "")),
        (json!({ "query": "{" }), is(200, JSON, "PARSE_ERROR"), is(400, RESPONSE, "PARSE_ERROR")),
        (
            json!({ "query": "{ no }" }),
            is(200, JSON, "VALIDATION_ERROR"),
            is(422, RESPONSE, "VALIDATION_ERROR"),
        ),
        (
            json!({ "query": coerced, "variables": { "n": "many" } }),
            is(200, JSON, "INVALID_ARGUMENT"),
            is(422, RESPONSE, "INVALID_ARGUMENT"),
        ),
        (
            json!({ "query": "query A { __typename } query B { __typename }", "operationName": "C" }),
            is(200, JSON, "INVALID_ARGUMENT"),
            is(422, RESPONSE, "INVALID_ARGUMENT"),
        ),
        (json!({ "notquery": ASK }), is(400, JSON, "BAD_REQUEST"), is(400, RESPONSE, "BAD_REQUEST")),
        // It was run, and a field failed.
        (
            json!({ "query": "{ product(product: \"none\") { id } }" }),
            is(200, JSON, "NOT_FOUND"),
            is(200, RESPONSE, "NOT_FOUND"),
        ),
    ] {
        assert_eq!(outcome(post(&app).header("accept", JSON).json(&body)).await, json, "{body}");
        assert_eq!(outcome(post(&app).header("accept", RESPONSE).json(&body)).await, response, "{body}");
    }
    let refused =
        post(&app).header("accept", RESPONSE).json(&json!({ "query": "{\n  no }" })).send().await.unwrap();
    let refused: Value = refused.json().await.unwrap();
    assert!(refused.get("data").is_none(), "what was not run has no data, not even null");
    assert_eq!(refused["errors"][0]["locations"], json!([{ "line": 2, "column": 3 }]));
    let nobody =
        app.http().post(app.url("/graphql")).header("accept", RESPONSE).json(&json!({ "query": ASK }));
    assert_eq!(outcome(nobody).await, is(401, RESPONSE, "UNAUTHENTICATED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_and_sent_is_honoured() {
    let app = with(&[]).await;
    let body = json!({ "query": ASK });
    for (accept, ty) in
        [("*/*", JSON), ("application/*", JSON), (RESPONSE, RESPONSE), ("text/html, */*;q=0.1", JSON)]
    {
        assert_eq!(
            outcome(post(&app).header("accept", accept).json(&body)).await,
            is(200, ty, ""),
            "{accept}"
        );
    }
    for accept in ["text/html", "application/json;q=0", "application/json; charset=latin1"] {
        let refused = outcome(post(&app).header("accept", accept).json(&body)).await;
        assert_eq!(refused, is(406, JSON, "BAD_REQUEST"), "{accept}");
    }
    let sent = |ty: Option<&str>| {
        let request = post(&app).body(body.to_string());
        outcome(match ty {
            Some(ty) => request.header("content-type", ty),
            None => request,
        })
    };
    for ty in ["application/json", "Application/JSON; Charset=UTF-8", "application/json;charset=\"utf-8\""] {
        assert_eq!(sent(Some(ty)).await, is(200, JSON, ""), "{ty}");
    }
    let simple = ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"];
    for ty in simple.into_iter().chain(["application/graphql", "application/json; charset=latin1"]) {
        assert_eq!(sent(Some(ty)).await, is(415, JSON, "BAD_REQUEST"), "{ty}");
    }
    assert_eq!(sent(None).await, is(415, JSON, "BAD_REQUEST"));
    let packed = post(&app).header("content-encoding", "gzip").json(&body);
    assert_eq!(outcome(packed).await, is(415, JSON, "BAD_REQUEST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_checked_by_name_and_type() {
    let app = with(&[]).await;
    let two = "query A { organization { name } } query B { organization { id } }";
    for (body, good) in [
        (json!({ "query": ASK, "variables": null, "operationName": null, "extensions": null }), true),
        (json!({ "query": ASK, "somethingElse": 1, "operationName": "" }), true),
        (json!({ "query": two, "operationName": "B" }), true),
        (json!({ "query": 1 }), false),
        (json!({ "query": ASK, "operationName": 1 }), false),
        (json!({ "query": ASK, "variables": [] }), false),
        (json!({ "query": ASK, "variables": "{}" }), false),
        (json!({ "query": ASK, "extensions": 7 }), false),
        (json!({}), false),
        (json!([{ "query": ASK }]), false),
        (json!("text"), false),
    ] {
        let expected = if good { is(200, JSON, "") } else { is(400, JSON, "BAD_REQUEST") };
        assert_eq!(outcome(post(&app).json(&body)).await, expected, "{body}");
    }
    for operation in [json!(null), json!("C")] {
        let body = json!({ "query": two, "operationName": operation });
        assert_eq!(outcome(post(&app).json(&body)).await, is(200, JSON, "INVALID_ARGUMENT"), "{body}");
    }
    let twice = br#"{"query":"query($a: Int) { organization { name } }","variables":{"a":1,"a":2}}"#;
    let query_twice = br#"{"query":"{ organization { name } }","query":"{ organization { id } }"}"#;
    for raw in [&b""[..], b"{", b"{\"query\": \"\xff\"}", b"{} {}", twice, query_twice] {
        let request = post(&app).header("content-type", JSON).body(raw.to_vec());
        assert_eq!(outcome(request).await, is(400, JSON, "BAD_REQUEST"), "{raw:?}");
    }
    // Text in any script is returned unchanged.
    app.product("shop", &["search"]).await;
    let done = app.submits(json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4.0,
        "comment": "Größe 🏃 \u{202e}ok" }));
    assert_eq!(done.await["feedback"]["comment"], "Größe 🏃 \u{202e}ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn get_is_for_queries() {
    let app = with(&[]).await;
    app.product("shop", &["search"]).await;
    let named =
        "query A { organization { name } } query B($key: Reference!) { product(product: $key) { key } }";
    let asked = get(
        &app,
        &[("query", named), ("operationName", "B"), ("variables", "{\"key\":\"shop\"}"), ("_", "1")],
    );
    let answer: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "product": { "key": "shop" } } }));
    let write = "mutation { createProduct(input: { key: \"by-get\" }) { product { id } } }";
    let refused = get(&app, &[("query", write)]).header("accept", RESPONSE).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), header(&refused, "allow").as_str()), (405, "POST"));
    assert_eq!(app.is_refused("{ product(product: \"by-get\") { id } }", json!({})).await.0, "NOT_FOUND");
    for nothing in ["variables", "operationName", "extensions", "documentId"] {
        assert_eq!(
            outcome(get(&app, &[("query", ASK), (nothing, "")])).await,
            is(200, JSON, ""),
            "{nothing}"
        );
    }
    for wrong in [
        &[("query", ASK), ("variables", "{")][..],
        &[("query", ASK), ("variables", "[]")],
        &[("query", ASK), ("extensions", "1")],
        &[("query", ASK), ("query", ASK)],
        &[("query", ASK), ("variables", ""), ("variables", "{}")],
        &[("query", "")],
        &[],
    ] {
        assert_eq!(outcome(get(&app, wrong)).await, is(400, JSON, "BAD_REQUEST"), "{wrong:?}");
    }
    for method in ["OPTIONS", "PUT", "DELETE", "PATCH", "QUERY"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let refused = app.http().request(method.clone(), app.url("/graphql")).bearer_auth(&app.token);
        let refused = refused.send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), header(&refused, "allow").as_str()),
            (405, "GET, HEAD, POST"),
            "{method}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_asks_in_somebodys_name() {
    let app = with(&[]).await;
    let link = app.http().get(app.url("/graphql")).query(&[("query", ASK)]);
    assert_eq!(outcome(link).await, is(403, JSON, "PREFLIGHT_REQUIRED"));
    for name in ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Requested-With"] {
        let asked = app.http().get(app.url("/graphql")).query(&[("query", ASK)]).header(name, "1");
        assert_eq!(outcome(asked).await, is(401, JSON, "UNAUTHENTICATED"), "{name}");
    }
    // Closed: no page hears that it may.
    let asks = |app: &App, origin: &str| {
        let request = app.http().request(Method::OPTIONS, app.url("/graphql")).header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        request.header("access-control-request-headers", "authorization,content-type").send()
    };
    let origin = "access-control-allow-origin";
    let closed = asks(&app, "https://app.example.com").await.unwrap();
    assert_eq!((closed.status().as_u16(), header(&closed, origin).as_str()), (405, ""));
    let open =
        with(&["--cors-origin", "https://app.example.com", "--cors-origin", "http://localhost:3000"]).await;
    let allowed = asks(&open, "https://app.example.com").await.unwrap();
    assert_eq!(header(&allowed, origin), "https://app.example.com");
    assert_eq!(header(&allowed, "access-control-allow-credentials"), "", "a token is sent, never a cookie");
    assert!(header(&allowed, "access-control-allow-headers").contains("authorization"), "{allowed:?}");
    let other = asks(&open, "https://evil.example.com").await.unwrap();
    assert_eq!(header(&other, origin), "");
    let read =
        post(&open).header("origin", "http://localhost:3000").json(&json!({ "query": ASK })).send().await;
    let read = read.unwrap();
    assert_eq!((read.status().as_u16(), header(&read, origin).as_str()), (200, "http://localhost:3000"));
    assert!(header(&read, "vary").to_lowercase().contains("origin"), "{read:?}");
    let wrong =
        Database::create(Backend::Sqlite).await.ballroom(&["serve", "--cors-origin", "example.com/"]).await;
    assert!(!wrong.status.success() && wrong.err.contains("https://app.example.com"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_for_those_who_want_it() {
    let app = with(&[]).await;
    let body = json!({ "query": "{ __schema { types { name description fields { name description } } } }" });
    let plain = post(&app).header("accept-encoding", "identity").json(&body).send().await.unwrap();
    let plain = plain.bytes().await.unwrap();
    for encoding in ["gzip", "br"] {
        let answer = post(&app).header("accept-encoding", encoding).json(&body).send().await.unwrap();
        // The client removes the header when it decompresses.
        assert_eq!(header(&answer, "content-length"), "", "{encoding}");
        assert!(header(&answer, "vary").contains("accept-encoding"));
        assert_eq!(answer.bytes().await.unwrap(), plain);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_for_subscriptions_or_for_whoever_takes_nothing_else() {
    let app = with(&[]).await;
    let listen = "subscription { feedbackReceived { id } }";
    for (accept, query, ty) in [
        ("application/json, text/event-stream", ASK, JSON),
        ("text/event-stream, application/json", ASK, JSON),
        ("text/event-stream;q=0.1, application/json", ASK, JSON),
        (
            "application/graphql-response+json, application/graphql+json, application/json, text/event-stream",
            ASK,
            RESPONSE,
        ),
        ("text/event-stream", ASK, "text/event-stream"),
        ("text/event-stream, application/json;q=0", ASK, "text/event-stream"),
        ("application/json, text/event-stream", listen, "text/event-stream"),
        ("text/event-stream;q=0.1, application/json", listen, "text/event-stream"),
    ] {
        let by_post =
            post(&app).header("accept", accept).json(&json!({ "query": query })).send().await.unwrap();
        let by_get = get(&app, &[("query", query)]).header("accept", accept).send().await.unwrap();
        for answer in [by_post, by_get] {
            assert_eq!(answer.status(), 200, "{accept}");
            assert!(header(&answer, "content-type").starts_with(ty), "{accept}: {answer:?}");
        }
    }
    for accept in ["application/json", "*/*", "text/event-stream;q=0, application/json"] {
        let refused = outcome(post(&app).header("accept", accept).json(&json!({ "query": listen }))).await;
        assert_eq!(refused, is(400, JSON, "BAD_REQUEST"), "{accept}");
    }
    assert_eq!(
        outcome(post(&app).header("accept", "text/event-stream;q=0").json(&json!({ "query": ASK }))).await.0,
        406
    );
    // Requests refused before there is a stream get an HTTP error.
    let wrong = post(&app).header("accept", "text/event-stream").json(&json!({ "query": "{ no }" }));
    assert_eq!(outcome(wrong).await, is(422, JSON, "VALIDATION_ERROR"));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_answered_as_get_without_a_body() {
    let app = with(&[]).await;
    let query = format!("/graphql?query={}", ASK.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D"));
    for path in ["/healthz", "/readyz", "/", "/docs/graphql.md", "/schema.graphql", &query] {
        for accept in ["*/*", "text/html"] {
            let ask = |method: Method| {
                let asked = app.http().request(method, app.url(path)).bearer_auth(&app.token);
                asked.header("accept", accept).header("accept-encoding", "identity").send()
            };
            let (get, head) = (ask(Method::GET).await.unwrap(), ask(Method::HEAD).await.unwrap());
            assert_eq!((get.status(), head.status()), (get.status(), get.status()), "{path}");
            assert_eq!(get.status(), 200, "{path}");
            for name in ["content-type", "etag", "cache-control", "vary", "content-length"] {
                assert_eq!(header(&head, name), header(&get, name), "{path} {name}");
            }
            assert!(head.bytes().await.unwrap().is_empty(), "{path}");
            assert!(!get.bytes().await.unwrap().is_empty(), "{path}");
        }
    }
    for path in ["/healthz", "/readyz", "/", "/docs/graphql.md"] {
        let refused = app.http().post(app.url(path)).send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), header(&refused, "allow").as_str()),
            (405, "GET, HEAD"),
            "{path}"
        );
    }
    // It writes nothing, and opens no stream.
    let write = "mutation { createProduct(input: { key: \"by-head\" }) { product { id } } }";
    let head = |query: &str| {
        let asked = app.http().head(app.url("/graphql")).bearer_auth(&app.token).query(&[("query", query)]);
        asked.header("accept", "application/json, text/event-stream").send()
    };
    assert_eq!(head(write).await.unwrap().status(), 405);
    assert_eq!(head("subscription { feedbackReceived { id } }").await.unwrap().status(), 400);
    assert_eq!(app.is_refused("{ product(product: \"by-head\") { id } }", json!({})).await.0, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_answered_as_ever_where_browsers_get_pages() {
    let app = with(&["--introspection", "administrators"]).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    let plain = app.http().get(app.url("/")).send().await.unwrap();
    assert_eq!(header(&plain, "content-type"), JSON);
    let plain: Value = plain.json().await.unwrap();
    assert_eq!(plain["graphql"], "/graphql");
    assert_eq!(outcome(get(&app, &[("query", ASK)])).await, is(200, JSON, ""));
    assert_eq!(
        outcome(post(&app).header("accept", browser).json(&json!({ "query": ASK }))).await,
        is(200, JSON, "")
    );
    // The schema is shown to callers who may use introspection.
    let schema = |token: String| app.http().get(app.url("/schema.graphql")).bearer_auth(token).send();
    let printed = app.database.succeeds(&["schema"]).await;
    assert_eq!(schema(app.token.clone()).await.unwrap().text().await.unwrap().trim(), printed.trim());
    let token = ["token", "create", "--role", "product", "--name", "p", "--quiet"];
    let manager = app.database.succeeds(&token).await;
    assert_eq!(schema(manager.trim().to_owned()).await.unwrap().status(), 403);
    assert_eq!(schema("nonsense".to_owned()).await.unwrap().status(), 401);
}
