//! What no request may do to the server, and the error for it.

use std::time::{Duration, Instant};

use ballroom_tests::{App, Backend, Database};
use futures::future::join_all;
use serde_json::{Value, json};

const ASK: &str = "{ organization { name } }";

async fn with(arguments: &[&str]) -> App {
    App::with(Database::create(Backend::Sqlite).await, arguments).await
}

/// The code of the first error, and its message.
fn code(answer: &Value) -> (String, String) {
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["extensions"]["code"]), text(&error["message"]))
}

fn fan(fragments: usize, spreads: usize) -> String {
    let mut document = "{ ...f0 }".to_owned();
    for n in 0..fragments {
        let spread = format!("...f{} ", n + 1).repeat(spreads);
        document += &format!(" fragment f{n} on Query {{ {spread} }}");
    }
    document + &format!(" fragment f{fragments} on Query {{ organization {{ name }} }}")
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

/// Documents that are known to kill or stall GraphQL servers, and the responses here.
fn hostile() -> Vec<(String, &'static str)> {
    let product = |value: &str| format!("{{ product(product: {value}) {{ id }} }}");
    let many = |item: &str, times: usize| item.repeat(times);
    vec![
        (product(&nested("[", "1", "]", 5_000)), "TOO_COMPLEX"),
        (product(&nested("{a:", "1", "}", 5_000)), "TOO_COMPLEX"),
        (product(&"[".repeat(40_000)), "TOO_COMPLEX"),
        (format!("query($a: Int = {}) {}", nested("[", "1", "]", 5_000), ASK), "TOO_COMPLEX"),
        (format!("query($a: {}) {}", nested("[", "Int", "]", 5_000), ASK), "TOO_COMPLEX"),
        (nested("{ product ", "", "}", 5_000), "TOO_COMPLEX"),
        (nested("{ ... ", "", "}", 60), "PARSE_ERROR"),
        (fan(28, 2), "TOO_COMPLEX"),
        (fan(8, 20), "TOO_COMPLEX"),
        (fan(500, 1), "TOO_COMPLEX"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(), "VALIDATION_ERROR"),
        (
            format!("{{ {} }}", (0..3_000).map(|n| format!("a{n}: __typename ")).collect::<String>()),
            "TOO_COMPLEX",
        ),
        (format!("{{ {} }}", many("__typename ", 9_000)), "TOO_COMPLEX"),
        (format!("{{ organization {{ {} }} }}", many("name ", 9_000)), "TOO_COMPLEX"),
        (format!("{{ organization {{ name {} }} }}", many("@skip(if: false) ", 1_000)), "TOO_COMPLEX"),
        ((0..1_000).map(|n| format!("query q{n} {ASK} ")).collect(), "TOO_COMPLEX"),
        (format!("{ASK} {}", many("#", 200_000)), "TOO_LARGE"),
        (format!("{{ organization {{ name {} }} }}", many("a,", 12_000)), "TOO_LARGE"),
        (product(&format!("\"{}\"", many("x", 200_000))), "TOO_LARGE"),
        (product(&format!("[{}]", many("1 ", 5_000))), "TOO_COMPLEX"),
        (many("{", 60), "PARSE_ERROR"),
        ("{ product(product: \"\"\"".to_owned(), "PARSE_ERROR"),
        ("{ product(product: \"\\".to_owned(), "PARSE_ERROR"),
        ("\u{0}\u{feff}\u{202e}".to_owned(), "PARSE_ERROR"),
        (
            "{ __type(name: \"Query\") { fields { type { ofType { nothing } } } } }".to_owned(),
            "VALIDATION_ERROR",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_document_kills_the_server_or_keeps_it_busy() {
    let app = with(&[]).await;
    for (document, expected) in hostile() {
        let begun = Instant::now();
        let answer = app.answer(&document, json!({})).await;
        let shown: String = document.chars().take(80).collect();
        assert_eq!(code(&answer).0, expected, "{shown}: {answer}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{shown}: {:?}", begun.elapsed());
    }
    // The worst documents within the limits.
    let wide = format!("{{ {} }}", "organization { name id ...F } ".repeat(49))
        + "fragment F on Organization { id id id id ...G ...G ...G } fragment G on Organization { name name name name }";
    let deep = format!("{{ {} }}", nested("... on Query { ", "organization { name }", " }", 60));
    for document in [wide, deep, fan(5, 2)] {
        let begun = Instant::now();
        let answer = app.answer(&document, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    assert_eq!(
        app.asks(ASK, json!({})).await["organization"]["name"].as_str().map(str::is_empty),
        Some(false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_variables_kill_the_server_or_keep_it_busy() {
    let app = with(&[]).await;
    let query = "query($a: [Reference!]) { organization { name } product(product: \"a\") { id } }";
    let used = "query($a: Reference!) { product(product: $a) { id } }";
    for (query, variables, expected) in [
        (used, json!({ "a": "x".repeat(300_000) }), "TOO_LARGE"),
        (used, json!({ "a": "b", "unused": vec!["x".repeat(1_000); 500] }), "TOO_LARGE"),
        (used, json!({ "a": vec![1; 2_000] }), "TOO_LARGE"),
        (used, json!({}), "INVALID_ARGUMENT"),
        (used, json!({ "a": null }), "INVALID_ARGUMENT"),
        (query, json!({ "a": [] }), "VALIDATION_ERROR"),
    ] {
        let answer = app.answer(query, variables).await;
        assert_eq!(code(&answer).0, expected, "{query}: {answer}");
    }
    // Nesting that is valid JSON, and nesting that is not.
    for (times, expected) in [(100, "INVALID_ARGUMENT"), (100_000, "BAD_REQUEST")] {
        let body =
            format!("{{\"query\": \"{used}\", \"variables\": {{\"a\": {}}}}}", nested("[", "1", "]", times));
        let request = app.http().post(app.url("/graphql")).bearer_auth(&app.token);
        let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(code(&answer).0, expected, "{times}: {answer}");
    }
    app.asks(ASK, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_is_refused_in_the_form_of_an_answer() {
    let app = with(&["--limit-body", "5000"]).await;
    let answer = app.answer_to(&app.token, &format!("{ASK} # {}", "x".repeat(6_000)), json!({})).await;
    assert_eq!((answer.0, code(&answer.1).0.as_str()), (413, "TOO_LARGE"));
    assert!(code(&answer.1).1.contains("5000 bytes"), "{answer:?}");
    app.asks(ASK, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_is_a_setting() {
    let queries = [
        ("--limit-document", "60", "TOO_LARGE"),
        ("--limit-tokens", "20", "TOO_LARGE"),
        ("--limit-nesting", "3", "TOO_COMPLEX"),
        ("--limit-operations", "1", "TOO_COMPLEX"),
        ("--limit-depth", "3", "TOO_COMPLEX"),
        ("--limit-root-fields", "1", "TOO_COMPLEX"),
        ("--limit-aliases", "0", "TOO_COMPLEX"),
        ("--limit-directives", "0", "TOO_COMPLEX"),
        ("--limit-fields", "5", "TOO_COMPLEX"),
        ("--limit-list", "1", "TOO_LARGE"),
        ("--limit-variables", "20", "TOO_LARGE"),
        ("--limit-cost", "50", "TOO_COMPLEX"),
    ];
    let document = "query A($of: [ID!], $yes: Boolean!) {
            organization { name } __typename
            shop: product(product: \"shop\") @include(if: $yes) { features { nodes { id name key } } } }
        query B { organization { name } }";
    let body = json!({ "query": document.replace("$of: [ID!], ", ""), "operationName": "A",
        "variables": { "yes": true, "other": ["a", "b", "c", "d", "e", "f"] } });
    let ask = async |app: &App| -> Value {
        let request = app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    };
    let app = with(&[]).await;
    app.product("shop", &["search"]).await;
    let answer = ask(&app).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    for (flag, value, expected) in queries {
        let app = App::with(app.database.clone(), &[flag, value]).await;
        let answer = ask(&app).await;
        assert_eq!(code(&answer).0, expected, "{flag}: {answer:#}");
        assert!(code(&answer).1.ends_with('.'), "{answer:#}");
    }
    let app = App::with(app.database.clone(), &["--limit-batch", "2"]).await;
    let batch = "mutation($items: [SubmitFeedbackInput!]!) {
        submitFeedbackBatch(input: { items: $items }) { accepted } }";
    let items =
        |n: usize| json!({ "items": vec![json!({ "product": "shop", "scale": "csat", "rating": 4.0 }); n] });
    assert_eq!(app.asks(batch, items(2)).await["submitFeedbackBatch"]["accepted"], 2);
    assert_eq!(app.is_refused(batch, items(3)).await.0, "TOO_LARGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cost_is_shown_on_request() {
    let app = with(&["--limit-cost", "1000"]).await;
    app.product("shop", &["search"]).await;
    let ask = async |extensions: Value, first: u32| -> Value {
        let query =
            "query($n: Int) { product(product: \"shop\") { features(first: $n) { nodes { id name } } } }";
        let body = json!({ "query": query, "variables": { "n": first }, "extensions": extensions });
        let request = app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    };
    let answer = ask(json!({ "cost": true }), 10).await;
    assert_eq!(answer["extensions"]["cost"], json!({ "requested": 23, "most": 1_000, "remaining": 977 }));
    assert!(ask(json!({}), 10).await.get("extensions").is_none());
    assert!(ask(json!({ "cost": "yes" }), 10).await.get("extensions").is_none());
    assert_eq!(ask(json!({ "cost": true }), 200).await["extensions"]["cost"]["remaining"], 597);
    let refused = app.is_refused(
        "{ product(product: \"shop\") { features { nodes { value { score } standardFigures { scale { key } } } } } }",
        json!({}),
    );
    let (code, _, message) = refused.await;
    assert_eq!(code, "TOO_COMPLEX");
    assert!(message.contains("costs") && message.contains("at most 1000"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn heavy_operations_wait_for_their_turn_and_not_all_of_them() {
    let app = with(&["--heavy-operations", "1", "--heavy-queue", "0"]).await;
    app.product("shop", &["search"]).await;
    let heavy = "{ product(product: \"shop\") { valueReport { entries { value { score } } } } }";
    let ask = || async {
        let body = json!({ "query": heavy });
        let sent =
            app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&body).send().await.unwrap();
        let later = sent.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        (sent.status().as_u16(), later, sent.json::<Value>().await.unwrap())
    };
    let answers = join_all((0..32).map(|_| ask())).await;
    let good =
        answers.iter().filter(|(status, _, answer)| *status == 200 && answer.get("errors").is_none()).count();
    let away: Vec<_> = answers.iter().filter(|(status, ..)| *status == 503).collect();
    assert!(good >= 1 && !away.is_empty(), "{answers:?}");
    assert_eq!(good + away.len(), 32, "{answers:?}");
    for (_, later, answer) in away {
        assert_eq!((later.as_deref(), code(answer).0.as_str()), (Some("2"), "OVERLOADED"), "{answer}");
    }
    // Light ones do not wait, and afterwards there is room again.
    assert!(
        join_all((0..32).map(|_| app.answer(ASK, json!({}))))
            .await
            .iter()
            .all(|it| it.get("errors").is_none())
    );
    assert_eq!(ask().await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_ended_or_goes_on_by_itself() {
    let patient = with(&[]).await;
    patient.product("shop", &["search"]).await;
    let hasty = App::with(patient.database.clone(), &["--limit-time", "0.02"]).await;
    let batch = "mutation($items: [SubmitFeedbackInput!]!) {
        submitFeedbackBatch(input: { items: $items }) { accepted } }";
    let items =
        vec![json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4.0 }); 3_000];
    let answer = hasty.answer(batch, json!({ "items": items })).await;
    assert_eq!(code(&answer).0, "TIMEOUT", "{answer}");
    assert!(code(&answer).1.contains("continues"), "{answer}");
    let count = "{ product(product: \"shop\") { feedback { totalCount } } }";
    let begun = Instant::now();
    while patient.asks(count, json!({})).await["product"]["feedback"]["totalCount"] != 3_000 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the mutation did not go on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    patient.verify().await;

    let page = |n| {
        format!(
            "a{n}: product(product: \"shop\") {{ feedback(first: 200) {{ nodes {{ id rating day }} }} }} "
        )
    };
    let much = format!("{{ {} }}", (0..40).map(page).collect::<String>());
    let (status, answer) = hasty.answer_to(&hasty.token, &much, json!({})).await;
    assert_eq!((status, code(&answer).0.as_str()), (504, "TIMEOUT"), "{answer}");
    patient.asks(&much, json!({})).await;
}

/// The flags of the command line that a page of the manual must explain, each with its environment variable.
#[tokio::test]
async fn every_setting_is_in_the_manual() {
    let limits = include_str!("../../../docs/limits.md");
    let manual = [
        limits,
        include_str!("../../../docs/subscriptions.md"),
        include_str!("../../../docs/access.md"),
        include_str!("../../../docs/operation.md"),
        include_str!("../../../docs/schedules.md"),
        include_str!("../../../docs/webhooks.md"),
        include_str!("../../../docs/requests.md"),
        include_str!("../../../README.md"),
    ]
    .concat();
    let help = Database::create(Backend::Sqlite).await.succeeds(&["serve", "--help"]).await;
    let (_, ours) = help.split_once("Protocol:").expect("the settings of the protocol");
    let flags: Vec<&str> = ours.split_whitespace().filter(|word| word.starts_with("--")).collect();
    let ours: Vec<&&str> = flags.iter().filter(|flag| !["--help", "--version"].contains(flag)).collect();
    assert!(ours.len() > 25, "{ours:?}");
    for flag in ours {
        let explained = [format!("`{flag}`"), format!("`{flag} ")].iter().any(|named| manual.contains(named));
        assert!(explained, "no page of the manual explains {flag}");
        let variable = match *flag {
            // The name that other programs use, too.
            "--database-url" => "[env: DATABASE_URL".to_owned(),
            _ => format!("BALLROOM_{}", flag.trim_start_matches("--").replace('-', "_").to_uppercase()),
        };
        assert!(help.contains(&variable), "{variable}");
    }
}
