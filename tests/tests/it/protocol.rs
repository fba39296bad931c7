//! GraphQL over HTTP: requests and responses, byte by byte.

use std::time::{Duration, Instant};

use ballroom_tests::{App, Backend, Database};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

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

#[tokio::test(flavor = "multi_thread")]
async fn who_may_ask_what_the_schema_is() {
    let app = with(&["--introspection", "administrators"]).await;
    let made =
        app.database.succeeds(&["token", "create", "--role", "product", "--name", "app", "--quiet"]).await;
    let manager = made.trim();
    let ask = "{ __schema { queryType { name } } }";
    let hidden = "query { ...F } fragment F on Query { ... { a: __type(name: \"Query\") { name } } }";
    let code = async |app: &App, token: &str, query: &str| {
        let answer = app.answer_to(token, query, json!({})).await.1;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned()
    };
    assert_eq!(code(&app, &app.token, ask).await, "");
    for query in [ask, hidden] {
        assert_eq!(code(&app, manager, query).await, "FORBIDDEN");
    }
    assert_eq!(code(&app, manager, "{ __typename organization { __typename } }").await, "");
    // By default the server shows its schema to all callers with a token.
    let on = App::with(app.database.clone(), &[]).await;
    assert_eq!(code(&on, manager, ask).await, "");
    let one_of =
        on.answer_to(manager, "{ __type(name: \"SubmitFeedbackInput\") { isOneOf } }", json!({})).await.1;
    assert_eq!(one_of["data"]["__type"]["isOneOf"], false, "{one_of:#}");
    let helps = on.answer_to(manager, "{ organization { nmae } }", json!({})).await.1;
    assert!(helps["errors"][0]["message"].as_str().unwrap().ends_with("Did you mean `name`?"), "{helps:#}");
    assert_eq!(helps["errors"].as_array().unwrap().len(), 1, "{helps:#}");
    let off = App::with(app.database.clone(), &["--introspection", "off"]).await;
    assert_eq!(code(&off, &off.token, ask).await, "FORBIDDEN");
    // Nor do suggestions for typing errors reveal it.
    for query in [
        "{ organisation { name } }",
        "{ organization { nam } }",
        "{ organization }",
        "{ product(produkt: \"a\") { id } }",
        "mutation { createProduct(input: { kye: \"a\" }) { product { id } } }",
        "mutation { openIncident(input: { product: \"a\", severity: 2, title: \"b\", state: OPN }) { outcome } }",
        "{ organization { name @inlcude(if: true) } }",
        "{ ... on Organisation { name } }",
    ] {
        let answer = app.answer_to(manager, query, json!({})).await.1.to_string();
        assert!(answer.contains("VALIDATION_ERROR"), "{query}: {answer}");
        assert!(!answer.to_lowercase().contains("did you mean"), "{query}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_schema_can_be_asked_for() {
    let app = with(&[]).await;
    let of_type = "ofType { kind name ".repeat(7) + &"} ".repeat(7);
    let query = format!(
        "{{ __schema {{ queryType {{ name }} mutationType {{ name }} directives {{ name args {{ ...V }} }} types {{
            kind name description fields(includeDeprecated: true) {{ name args {{ ...V }} type {{ ...T }} }}
            inputFields {{ ...V }} interfaces {{ ...T }} enumValues {{ name }} possibleTypes {{ ...T }} }} }} }}
        fragment V on __InputValue {{ name type {{ ...T }} defaultValue }}
        fragment T on __Type {{ kind name {of_type} }}"
    );
    let answer = app.asks(&query, json!({})).await;
    assert!(answer["__schema"]["types"].as_array().unwrap().len() > 50);
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

async fn raw(app: &App) -> TcpStream {
    TcpStream::connect(app.url("").trim_start_matches("http://")).await.unwrap()
}

/// The data received until the server closes the connection, and the time until then.
async fn until_closed(stream: &mut TcpStream) -> (String, Duration) {
    let (begun, mut all) = (Instant::now(), Vec::new());
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    let _ = read.expect("the server closes the connection");
    (String::from_utf8_lossy(&all).into_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_for_ever() {
    let app = with(&["--read-timeout", "1", "--keep-alive", "1", "--write-timeout", "2"]).await;
    let mut silent = raw(&app).await;
    silent.write_all(b"POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: ").await.unwrap();
    let (said, _) = until_closed(&mut silent).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");

    let mut trickling = raw(&app).await;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n",
        app.token
    );
    trickling.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = trickling.into_split();
    let drip = tokio::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await
        }
    });
    let mut said = [0_u8; 12];
    let read = tokio::time::timeout(Duration::from_secs(10), reading.read_exact(&mut said)).await;
    read.expect("an answer before the body").unwrap();
    assert_eq!(&said, b"HTTP/1.1 408");
    drip.abort();

    let mut idle = raw(&app).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (said, _) = until_closed(&mut idle).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

/// A client that requests much and reads nothing.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_nothing_is_let_go() {
    let app = with(&["--write-timeout", "1"]).await;
    let mut stream = raw(&app).await;
    let body = json!({ "query": "{ __schema { types { name description fields { name description args { name } } } } }" });
    let body = body.to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        app.token,
        body.len()
    );
    // More responses than the buffers of both ends hold.
    let asked = 600;
    let asks = request.repeat(asked);
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(asks.as_bytes())).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (said, _) = until_closed(&mut stream).await;
    assert!(said.matches("HTTP/1.1 200").count() < asked, "the rest was not waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_it_speaks_tls_and_http_2() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let database = Database::create(Backend::Sqlite).await;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let certificate = database.file("certificate.pem", &made.cert.pem());
    let key = database.file("key.pem", &made.signing_key.serialize_pem());
    let mut app = App::with(database, &["--tls-certificate", &certificate, "--tls-key", &key]).await;
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([trusted]).build().unwrap();
    assert!(app.url("").starts_with("https://"));
    let body = json!({ "query": ASK });
    let answer = client.post(app.url("/graphql")).bearer_auth(&app.token).json(&body).send().await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    let body = json!({ "query": "{ __schema { types { name description fields { name description } } } }" });
    let many = (0..50).map(|_| client.post(app.url("/graphql")).bearer_auth(&app.token).json(&body).send());
    for answer in futures::future::join_all(many).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert!(app.stop().await.success(), "it stops as it does without");
    let ran = app.database.ballroom(&["serve", "--tls-certificate", &key, "--tls-key", &key]).await;
    assert!(!ran.status.success() && ran.err.contains("certificate"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_read_as_they_may_be_written() {
    let app = with(&[]).await;
    app.product("shop", &["search"]).await;
    let key = json!({ "product": { "key": "shop" } });
    for document in [
        "\u{feff}{ product(product: \"shop\") { key } }",
        "{\rproduct(product:\"shop\")\r\n#a comment\r{\n\rkey}\r}\r",
        ",,{,product,(,product,:,\"shop\",,),{,key,},},",
        "{product(product:\"\"\"shop\"\"\"){key}}",
        "{product(product:\"\"\"\r\n  shop\r  \"\"\"){key}}",
        "{product(product:\"\\u0073\\u{68}\\u{00006F}p\"){key}}",
        "query($p: Reference ! = \"shop\") { product(product: $p) { key } }",
        "query Q ( $p : Reference = \"sh\\u{6F}p\" $of : [ Int ! ] ! = [ 1 ] ) { product(product: $p) { key @skip(if:false) ...F @include(if:true) } }
            fragment F on Product { features(first: -0) { nodes { key } } ... { key } }",
        "\"Of the shop.\" query Q(\"Which.\" $p: Reference!, \"\"\"\nHow many.\n\"\"\" $n: Int = 0) {
            product(product: $p) { ...F features(first: $n) { nodes { key } } } } \"Its key.\" fragment F on Product { key }",
    ] {
        // Two of them list features, of which there are none to be shown, and have a variable that is not used.
        let answer = app.answer(document, json!({ "p": "shop" })).await;
        if document.contains("$of") {
            assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{document}\n{answer:#}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("`$of`"), "{answer:#}");
            let used = document.replace(" $of : [ Int ! ] ! = [ 1 ]", "");
            let answer = app.answer(&used, json!({})).await;
            assert_eq!(answer["data"]["product"], json!({ "key": "shop", "features": { "nodes": [] } }), "{answer:#}");
            continue;
        }
        assert!(answer.get("errors").is_none(), "{document}\n{answer:#}");
        assert_eq!(answer["data"]["product"]["key"], key["product"]["key"], "{document}\n{answer:#}");
    }
    // A type with space in it, used.
    let batch = "query($ids: [ ID\n! ,] !) { nodes(ids: $ids) { id } }";
    assert_eq!(app.asks(batch, json!({ "ids": [] })).await, json!({ "nodes": [] }));
    // Signs beyond the basic plane, written in each way: in a literal, in a default, and by a variable.
    for written in ["\\uD83D\\uDE00", "\\u{1F600}", "\\u{0001f600}", "😀"] {
        let submit = |comment: &str| {
            format!("mutation($comment: String = \"{written}\") {{ submitFeedback(input: {{ product: \"shop\", scale: \"csat\",
                rating: 4, comment: {comment} }}) {{ feedback {{ comment }} }} }}")
        };
        for (comment, variables) in [
            (format!("\"{written}\""), json!({ "comment": "" })),
            ("$comment".to_owned(), json!({})),
            ("$comment".to_owned(), json!({ "comment": "😀" })),
            (format!("\"\"\"{written}\"\"\""), json!({})),
        ] {
            let query = match comment.as_str() {
                "$comment" => submit("$comment"),
                literal => submit(literal).replacen(&format!("($comment: String = \"{written}\")"), "", 1),
            };
            let said = app.asks(&query, variables).await["submitFeedback"]["feedback"]["comment"].clone();
            // A block string knows no escapes but that of its end.
            let expected =
                if comment.starts_with("\"\"\"") { written.replace("\\\\", "\\") } else { "😀".to_owned() };
            assert_eq!(said, expected, "{query}");
        }
    }
    for broken in [
        "\\uD83D",
        "\\uDE00",
        "\\uD83D\\u0041",
        "\\uDE00\\uD83D",
        "\\u{D83D}",
        "\\u{110000}",
        "\\u{}",
        "\\u{12",
        "\\u12G4",
        "\\x",
    ] {
        let query = format!("{{ product(product: \"{broken}\") {{ key }} }}");
        let (code, _, message) = app.is_refused(&query, json!({})).await;
        assert!(code == "PARSE_ERROR" && message.to_lowercase().contains("escape"), "{broken}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_document_is_told_by_its_causes() {
    let app = with(&[]).await;
    let errors = async |query: &str| {
        let answer = app.answer(query, json!({})).await;
        answer["errors"].as_array().unwrap_or_else(|| panic!("{query}\n{answer:#}")).clone()
    };
    let one = errors("{ product(product: \"a\") { nmae } }").await;
    assert_eq!(one.len(), 1, "{one:#?}");
    assert_eq!(one[0]["message"], "Type `Product` does not have a field `nmae`. Did you mean `name`?");
    assert_eq!(one[0]["locations"], json!([{ "line": 1, "column": 27 }]));
    let wrong = |many: usize| -> String { (0..many).map(|n| format!("wrong{n} ")).collect() };
    assert_eq!(errors(&format!("{{ {} }}", wrong(40))).await.len(), 40, "each mistake is told");
    assert_eq!(errors(&format!("{{ organization {{ {} }} }}", wrong(140))).await.len(), 100);
    let twice = "mutation { createProduct(input: { key: \"a\", key: \"b\" }) { product { id } } }";
    let twice = errors(twice).await;
    assert!(twice.len() == 1 && twice[0]["message"].as_str().unwrap().contains("occurs twice"), "{twice:#?}");
    assert_eq!(twice[0]["extensions"]["code"], "VALIDATION_ERROR");
    assert_eq!(app.is_refused("{ product(product: \"b\") { id } }", json!({})).await.0, "NOT_FOUND");
    // In a variable too.
    let query = "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
    let (code, argument, message) = app.is_refused(query, json!({ "input": { "kye": "a" } })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "input.kye"));
    let (code, argument, _) = app.is_refused(query, json!({})).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "input"));
    assert_eq!(message, "input.kye: is not a field of CreateProductInput. Did you mean `key`?");
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
