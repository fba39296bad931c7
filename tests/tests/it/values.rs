//! Values that do not fit: refused once, by the name of the argument or field, with the value as it was written.

use ballroom_tests::{App, Backend};
use serde_json::{Value, json};

async fn shop() -> App {
    let app = App::start(Backend::Sqlite).await;
    app.product("shop", &["search"]).await;
    let segment = "mutation { createSegment(input: { key: \"smb\", name: \"Small\" }) { segment { id } } }";
    app.asks(segment, json!({})).await;
    app
}

/// The code, the argument and the message of each error.
async fn wrong(app: &App, query: &str, variables: Value) -> Vec<(String, String, String)> {
    told(&app.plain_answer_to(&app.token, query, variables).await.1)
}

fn told(answer: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |error: &Value| {
        let extensions = &error["extensions"];
        (text(&extensions["code"]), text(&extensions["argument"]), text(&error["message"]))
    };
    answer["errors"].as_array().into_iter().flatten().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn null_of_a_variable_with_a_default_is_refused_where_no_null_may_stand() {
    let app = shop().await;
    for (query, argument) in [
        ("query($v: [ID!] = []) { nodes(ids: $v) { id } }", "ids"),
        ("query($v: ID = \"x\") { nodes(ids: [$v]) { id } }", "ids.0"),
        (
            "query($v: Date = \"2026-01-01\") { product(product: \"shop\") {
                value(period: { from: $v, until: \"2026-02-01\" }) { responses } } }",
            "period.from",
        ),
        ("query($v: Boolean = true) { products { nodes { key @include(if: $v) } } }", "if"),
        ("query($v: Int = 28) { product(product: \"shop\") { trend(valueDays: $v) { asOf } } }", "valueDays"),
        (
            "query($v: Int) { product(product: \"shop\") { ...T } } fragment T on Product { trend(valueDays: $v) { asOf } }",
            "valueDays",
        ),
        (
            "mutation($v: Reference = \"shop\") { submitFeedback(input: { product: $v, comment: \"a\" }) { outcome } }",
            "input.product",
        ),
        (
            "mutation($v: Reference = \"shop\") { submitFeedbackBatch(input: { items: [{ product: $v, comment: \"a\" }] }) {
                refused } }",
            "input.items.0.product",
        ),
    ] {
        let wrong = wrong(&app, query, json!({ "v": null })).await;
        let message = format!(
            "{argument}: must not be null, but the variable $v is null; omit it to use its default"
        );
        assert_eq!(wrong, [("INVALID_ARGUMENT".to_owned(), argument.to_owned(), message)], "{query}");
    }
    // Where null is allowed it is null, and omitted variables have their defaults.
    app.asks("query($v: Int = 5) { products(first: $v) { nodes { key } } }", json!({ "v": null })).await;
    let found = app.asks("query($v: Reference = \"shop\") { product(product: $v) { key } }", json!({})).await;
    assert_eq!(found["product"]["key"], "shop");
    let feedback = "{ product(product: \"shop\") { feedback { totalCount } } }";
    assert_eq!(app.asks(feedback, json!({})).await["product"]["feedback"]["totalCount"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_type_is_named_with_its_place() {
    let app = shop().await;
    let declared =
        |wants: &str, has: &str| format!("must be {wants}, but the variable $v is declared as {has}");
    for (query, argument, reason) in [
        ("query($v: String) { products(first: $v) { nodes { key } } }", "first", declared("Int", "String")),
        ("query($v: [Int]) { products(first: $v) { nodes { key } } }", "first", declared("Int", "[Int]")),
        ("query($v: Int) { products { nodes { key @skip(if: $v) } } }", "if", declared("Boolean!", "Int")),
        (
            "mutation($v: String) { submitFeedback(input: { product: \"shop\", rating: $v }) { outcome } }",
            "input.rating",
            declared("Float", "String"),
        ),
        ("query($v: Int = \"a\") { products(first: $v) { nodes { key } } }", "v", "must be an integer, not \"a\"".into()),
        ("{ products(first: [1]) { nodes { key } } }", "first", "must be an integer, not a list".into()),
        ("{ products(first: 3000000000) { nodes { key } } }", "first",
            "must be an integer of at most 32 bits, not 3000000000".into()),
        ("{ product(product: \"shop\") { feedback(filter: { rated: 1 }) { totalCount } } }", "filter.rated",
            "must be true or false, not 1".into()),
        ("{ product(product: \"shop\") { feedback(filter: 3) { totalCount } } }", "filter", "must be an object, not 3".into()),
        ("{ product(product: 3) { key } }", "product", "must be a text, not 3".into()),
        ("{ node(id: 1.5) { id } }", "id", "must be a text, or an integer of at most 64 bits, not 1.5".into()),
        (
            "mutation { planRelease(input: { product: \"shop\", version: \"1\", features: [{ feature: \"search\", change: \"ADDED\" }] }) {
                release { id } } }",
            "input.features.0.change",
            "must be one of ADDED, CHANGED, FIXED, REMOVED, not \"ADDED\"".into(),
        ),
        ("{ ...F } fragment F on Query { products(first: \"a\") { nodes { key } } }", "first",
            "must be an integer, not \"a\"".into()),
    ] {
        let wrong = wrong(&app, query, json!({})).await;
        let message = format!("{argument}: {reason}");
        assert_eq!(wrong, [("VALIDATION_ERROR".to_owned(), argument.to_owned(), message)], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn null_where_a_value_is_needed_is_one_error() {
    let app = shop().await;
    for (query, argument) in [
        ("mutation { updateSegment(input: { segment: \"smb\", name: null }) { segment { id } } }", "input.name"),
        ("mutation { updateSegment(input: null) { segment { id } } }", "input"),
        ("mutation { updateTeam(input: { team: null, name: \"x\" }) { team { id } } }", "input.team"),
        ("mutation { updateCustomer(input: { customer: null }) { customer { id } } }", "input.customer"),
        ("mutation { updateProduct(input: { product: null }) { product { id } } }", "input.product"),
        ("mutation { updateMember(input: { member: null }) { member { id } } }", "input.member"),
        (
            "mutation { planRelease(input: { product: \"shop\", version: \"1\", features: [{ feature: null, change: ADDED }] }) {
                release { id } } }",
            "input.features.0.feature",
        ),
        ("mutation { planRelease(input: { product: \"shop\", version: \"1\", features: [null] }) { release { id } } }",
            "input.features.0"),
        ("{ product(product: \"shop\") { value(period: { from: null, until: \"2026-02-01\" }) { responses } } }",
            "period.from"),
        ("{ products { nodes { key @include(if: null) } } }", "if"),
    ] {
        let wrong = wrong(&app, query, json!({})).await;
        let message = format!("{argument}: must not be null");
        assert_eq!(wrong, [("VALIDATION_ERROR".to_owned(), argument.to_owned(), message)], "{query}");
    }
    // One that is null and one that is not there are two.
    let two = "mutation { updateSegment(input: { name: null }) { segment { id } } }";
    let wrong = wrong(&app, two, json!({})).await;
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong.iter().any(|(.., message)| message.contains("`UpdateSegmentInput.segment`")), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_item_that_is_a_variable_is_taken_or_refused_by_itself() {
    let app = shop().await;
    let good = json!({ "product": "shop", "scale": "csat", "rating": 4 });
    let bad = json!({ "product": "shop", "scale": "csat", "rating": "x" });
    let batch = |variables: &str, items: &str| {
        format!(
            "mutation({variables}) {{ submitFeedbackBatch(input: {{ items: {items} }}) {{
                refused items {{ error {{ field message }} }} }} }}"
        )
    };
    let literal = "{ product: \"shop\", scale: \"csat\", rating: 3 }";
    let item = "SubmitFeedbackInput!";
    let (a, b) = (format!("$a: {item}"), format!("$a: {item}, $b: {item}"));
    let list = "$a: [SubmitFeedbackInput!]!".to_owned();
    for (declared, items, variables, refused) in [
        (&a, format!("[$a, {literal}]"), json!({ "a": bad }), 0),
        (&b, "[$a, $b]".to_owned(), json!({ "a": good, "b": bad }), 1),
        (&b, format!("[$a, {literal}, $b]"), json!({ "a": good, "b": bad }), 2),
        (&list, "$a".to_owned(), json!({ "a": [good, good, bad] }), 2),
        (&list, "$a".to_owned(), json!({ "a": bad }), 0),
    ] {
        let query = batch(declared, &items);
        let done = app.asks(&query, variables).await["submitFeedbackBatch"].clone();
        assert_eq!(done["refused"], 1, "{query}: {done:#}");
        for (index, item) in done["items"].as_array().unwrap().iter().enumerate() {
            let error = match index == refused {
                true => json!({ "field": "rating", "message": "rating: must be a number, not \"x\"" }),
                false => Value::Null,
            };
            assert_eq!(item["error"], error, "{query}: {done:#}");
        }
    }
    let null = app.asks(&batch(&a, &format!("[{literal}, $a]")), json!({ "a": null })).await;
    let error = &null["submitFeedbackBatch"]["items"][1]["error"]["message"];
    assert_eq!(*error, "item: must not be null", "{null:#}");
    // As an argument of its own it fails that one, and what needs it.
    let both = format!(
        "mutation({a}) {{ submitFeedback(input: $a) {{ outcome }} submitFeedbackBatch(input: {{ items: [$a] }}) {{ refused }} }}"
    );
    let refused = (
        "INVALID_ARGUMENT".to_owned(),
        "a.rating".to_owned(),
        "a.rating: must be a number, not \"x\"".to_owned(),
    );
    assert_eq!(wrong(&app, &both, json!({ "a": bad })).await, [refused]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_beyond_all_bounds_is_shown_as_it_was_written() {
    let app = shop().await;
    let bounds = "must be a number between -1.8e308 and 1.8e308";
    let exact = "must be a number between -2^53 + 2 and 2^53 - 2";
    for (number, float) in [
        ("1e999", bounds),
        ("-1E+999", bounds),
        ("12345678901234567890", exact),
        ("-123456789012345678901234567890", exact),
        ("9007199254740991", exact),
    ] {
        let whole = match number.contains(['e', 'E']) {
            true => "must be an integer",
            false => "must be an integer of at most 32 bits",
        };
        let id = "must be a text, or an integer of at most 64 bits";
        let text = "must be a text";
        let submit = |value: &str| {
            format!(
                "submitFeedback(input: {{ product: \"shop\", scale: \"csat\", rating: {value} }}) {{ outcome }}"
            )
        };
        let node = |value: &str| format!("node(id: {value}) {{ id }}");
        for (operation, ty, place, field, reason) in [
            ("mutation", "Float", "input.rating", submit("V"), float),
            ("query", "Int", "first", "products(first: V) { nodes { key } }".to_owned(), whole),
            ("query", "ID!", "id", node("V"), id),
            ("query", "Reference!", "product", "product(product: V) { key }".to_owned(), text),
        ] {
            if ty == "ID!" && number == "9007199254740991" {
                continue;
            }
            let message = |place: &str| format!("{place}: {reason}, not {number}");
            let literal = format!("{operation} {{ {} }}", field.replace('V', number));
            let found = wrong(&app, &literal, json!({})).await;
            assert_eq!(
                found,
                [("VALIDATION_ERROR".to_owned(), place.to_owned(), message(place))],
                "{literal}"
            );
            let query = format!("{operation}($v: {ty}) {{ {} }}", field.replace('V', "$v"));
            let body = format!("{{ \"query\": {}, \"variables\": {{ \"v\": {number} }} }}", json!(query));
            let found = told(&sent(&app, body).await);
            assert_eq!(found, [("INVALID_ARGUMENT".to_owned(), "v".to_owned(), message("v"))], "{query}");
        }
    }
    // Similar values that are valid.
    for number in ["1e3", "9007199254740990", "-9007199254740990", "-0.0", "4.000000000000000000000001"] {
        let query = "query($v: Float) { product(product: \"shop\") { feedback(filter: { scale: \"csat\", minRating: $v }) {
            totalCount } } }";
        let body = format!("{{ \"query\": {}, \"variables\": {{ \"v\": {number} }} }}", json!(query));
        let found = told(&sent(&app, body).await);
        assert!(found.iter().all(|(_, argument, _)| argument == "rating"), "{number}: {found:?}");
    }
}

async fn sent(app: &App, body: String) -> Value {
    let request = app.http().post(app.url("/graphql")).bearer_auth(&app.token);
    request.header("Content-Type", "application/json").body(body).send().await.unwrap().json().await.unwrap()
}
