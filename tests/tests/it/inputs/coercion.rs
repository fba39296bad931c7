//! Items, variables and values of a wrong form.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

use super::answer;

on_both!(
    an_item_of_a_wrong_form_is_refused_by_itself,
    an_item_of_a_wrong_form_is_refused_in_every_bulk_mutation,
    a_request_that_cannot_be_coerced_does_nothing,
    an_argument_whose_variable_has_no_value_has_its_default,
    half_of_a_surrogate_pair_is_refused_where_it_stands,
    a_leap_second_is_refused_at_every_door,
);

pub(super) const BATCH: &str =
    "mutation($input: SubmitFeedbackBatchInput!) { submitFeedbackBatch(input: $input) { accepted refused
    items { index feedback { comment } error { code field message } } } }";

async fn an_item_of_a_wrong_form_is_refused_by_itself(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for (wrong, field) in [
        (answer(json!({ "customer": 4711 })), "customer"),
        (answer(json!({ "rating": "4" })), "rating"),
        (answer(json!({ "rating": null })), "rating"),
        (answer(json!({ "occurredAt": "yesterday" })), "occurredAt"),
        (answer(json!({ "occurredAt": "2026-02-30T00:00:00Z" })), "occurredAt"),
        (answer(json!({ "occurredAt": "2026-03-31T24:00:00Z" })), "occurredAt"),
        (answer(json!({ "occurredAt": "2026-03-31T23:59:60Z" })), "occurredAt"),
        (answer(json!({ "occurredAt": "+12026-03-31T23:59:00Z" })), "occurredAt"),
        (answer(json!({ "occurredAt": "2026-03-31T10:00:00+25:00" })), "occurredAt"),
        (answer(json!({ "occurredAt": 1_774_000_000 })), "occurredAt"),
        (answer(json!({ "comment": ["a"] })), "comment"),
        (answer(json!({ "comment": { "text": "a" } })), "comment"),
        (answer(json!({ "colour": "red" })), "colour"),
        (json!({ "scale": "csat", "rating": 4 }), "product"),
        (json!("an answer"), "item"),
        (json!(null), "item"),
        (json!([]), "item"),
        (json!(7), "item"),
        (json!({}), "product"),
    ] {
        let items =
            [answer(json!({ "comment": "before" })), wrong.clone(), answer(json!({ "comment": "after" }))];
        // As one variable, and as a variable in an input that stands in the document.
        let inline = BATCH.replace("$input: SubmitFeedbackBatchInput!", "$items: [SubmitFeedbackInput!]!");
        let inline = inline.replace("(input: $input)", "(input: { items: $items })");
        for (query, variables) in
            [(BATCH, json!({ "input": { "items": items } })), (inline.as_str(), json!({ "items": items }))]
        {
            let taken = app.asks(query, variables).await["submitFeedbackBatch"].clone();
            assert_eq!((&taken["accepted"], &taken["refused"]), (&json!(2), &json!(1)), "{wrong}: {taken:#}");
            let error = &taken["items"][1]["error"];
            assert_eq!(taken["items"][1]["index"], 1, "{wrong}: {taken:#}");
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("INVALID_ARGUMENT"), &json!(field)),
                "{wrong}: {taken:#}"
            );
            assert!(error["message"].as_str().unwrap().starts_with(&format!("{field}: ")), "{error}");
            for (place, comment) in [(0, "before"), (2, "after")] {
                assert_eq!(taken["items"][place]["feedback"]["comment"], comment, "{wrong}: {taken:#}");
            }
        }
    }
    // All wrong, many wrong, and none at all.
    let items = json!({ "input": { "items": [1, 2, answer(json!({})), 3] } });
    let taken = app.asks(BATCH, items).await["submitFeedbackBatch"].clone();
    for (index, item) in taken["items"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&item["index"], item["error"].is_null()), (&json!(index), index == 2), "{taken:#}");
    }
    let taken = app.asks(BATCH, json!({ "input": { "items": [1, 2] } })).await["submitFeedbackBatch"].clone();
    assert_eq!(taken["refused"], 2);
    assert_eq!(app.is_refused(BATCH, json!({ "input": { "items": [] } })).await.1, "items");
    // Errors of the batch itself are still errors of the batch.
    let whole = app.answer(BATCH, json!({ "input": { "itmes": [] } })).await;
    assert_eq!(whole["errors"][0]["extensions"]["code"], "INVALID_ARGUMENT", "{whole:#}");
    app.verify().await;
}

async fn a_request_that_cannot_be_coerced_does_nothing(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let good = "good: submitFeedback(input: { product: \"shop\", scale: \"csat\", rating: 4 }) { outcome }";
    let bad = |fields: &str| {
        format!(
            "bad: submitFeedback(input: {{ product: \"shop\", scale: \"csat\", {fields} }}) {{ outcome }}"
        )
    };
    let incident = |fields: &str| {
        format!("bad: openIncident(input: {{ product: \"shop\", title: \"slow\", {fields} }}) {{ outcome }}")
    };
    for (declared, fields, variables, at) in [
        ("", "rating: 4, occurredAt: \"yesterday\"", json!({}), "input.occurredAt"),
        ("", "rating: 4, occurredAt: 7", json!({}), "input.occurredAt"),
        ("", "rating: 4, customer: 4711", json!({}), "input.customer"),
        ("($s: Int)", "severity: $s", json!({}), "input.severity"),
        ("($s: Int)", "severity: $s", json!({ "s": 4 }), "input.severity"),
        ("($at: DateTime)", "rating: 4, occurredAt: $at", json!({ "at": "2026-02-30T00:00:00Z" }), "at"),
        ("($r: Float!)", "rating: $r", json!({ "r": "4" }), "r"),
        ("($r: Float!)", "rating: $r", json!({}), "r"),
        ("($c: Reference)", "rating: 4, customer: $c", json!({ "c": 4711 }), "c"),
    ] {
        let bad = if fields.starts_with("severity") { incident(fields) } else { bad(fields) };
        let query = format!("mutation{declared} {{ {good} {bad} }}");
        let request = app.http().post(app.url("/graphql")).bearer_auth(&app.token);
        let request = request.header("accept", "application/graphql-response+json");
        let sent = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        let (status, answer) = (sent.status().as_u16(), sent.json::<Value>().await.unwrap());
        let error = &answer["errors"][0];
        assert_eq!((status, answer.get("data")), (422, None), "{query} {variables}: {answer:#}");
        assert_eq!(error["extensions"]["argument"], at, "{query} {variables}: {answer:#}");
        assert!(error["message"].as_str().unwrap().starts_with(&format!("{at}: ")), "{answer:#}");
    }
    // All errors are reported at once.
    let query =
        "mutation($a: SubmitFeedbackInput!, $b: DateTime!, $c: Date) { submitFeedback(input: $a) { outcome }
        updateIncident(input: { incident: \"x\", openedAt: $b }) { clientMutationId }
        updateRelease(input: { release: \"x\", plannedFor: $c }) { clientMutationId } }";
    let variables = json!({ "a": { "product": "shop", "rating": 1, "scal": "csat" }, "c": "soon" });
    let answer = app.answer(query, variables).await;
    let said: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|error| &error["message"]).collect();
    let expected = [
        "a.scal: is not a field of SubmitFeedbackInput. Did you mean `scale`?",
        "b: is required",
        "c: must be a day such as 2026-03-31, not \"soon\"",
    ];
    assert_eq!(said, expected, "{answer:#}");
    assert_eq!(
        app.asks("{ product(product: \"shop\") { feedback { totalCount } } }", json!({})).await["product"]["feedback"]
            ["totalCount"],
        0
    );
}

async fn an_argument_whose_variable_has_no_value_has_its_default(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let query = "query($days: Int, $step: TrendStep, $all: Boolean) {
        product(product: \"shop\") { trend(valueDays: $days, step: $step) { asOf } ...More }
        __type(name: \"Role\") { enumValues(includeDeprecated: $all) { name } } }
        fragment More on Product { ... { more: trend(valueDays: $days) { asOf } } }";
    let left_out = app.asks(query, json!({})).await;
    let given = app.asks(query, json!({ "days": 90, "step": "WEEK", "all": false })).await;
    assert_eq!(left_out, given);
}

async fn an_item_of_a_wrong_form_is_refused_in_every_bulk_mutation(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let incidents =
        "mutation($items: [OpenIncidentInput!]!) { openIncidentBatch(input: { items: $items }) { items {
        index incident { title } error { field } } } }";
    let good = json!({ "product": "shop", "severity": 2, "title": "good" });
    let mut items = vec![good.clone()];
    let mut fields = Vec::new();
    for (field, value, at) in [
        ("severity", json!("2"), "severity"),
        ("severity", json!(3_000_000_000_i64), "severity"),
        ("severity", json!(2.5), "severity"),
        ("features", json!(["search", 7]), "features.1"),
        ("features", json!({}), "features"),
        ("customers", json!([null]), "customers.0"),
        ("resolvedAt", json!("soon"), "resolvedAt"),
        ("title", json!(null), "title"),
        ("externalId", json!("a\u{0}b"), "externalId"),
        ("title", json!("a\u{0}b"), "title"),
        ("product", json!("a\u{0}b"), "product"),
        ("customers", json!(["a\u{0}b"]), "customers.0"),
        ("source", json!("a\u{0}b"), "source"),
    ] {
        let mut item = good.clone();
        item[field] = value;
        items.push(item);
        fields.push(at);
    }
    items.push(good.clone());
    let answer = app.asks(incidents, json!({ "items": items })).await;
    let answer = answer["openIncidentBatch"]["items"].as_array().unwrap();
    for (index, field) in fields.iter().enumerate() {
        let expected = json!({ "index": index + 1, "incident": null, "error": { "field": field } });
        assert_eq!(answer[index + 1], expected, "{}", items[index + 1]);
    }
    for good in [&answer[0], answer.last().unwrap()] {
        assert_eq!(good["incident"]["title"], "good", "{answer:#?}");
    }
    let exposure =
        "mutation($items: [RecordExposureInput!]!) { recordExposureBatch(input: { items: $items }) { items {
        exposure { activeCustomers } error { field } } } }";
    let good = json!({ "product": "shop", "day": "2026-03-01", "activeCustomers": 5 });
    let mut items = Vec::new();
    for (field, value) in [
        ("day", json!("2026-3-1")),
        ("day", json!("2026-02-29")),
        ("activeCustomers", json!("5")),
        ("activeCustomers", json!(true)),
        ("day", json!("2026-03-01T00:00:00Z")),
    ] {
        let mut item = good.clone();
        item[field] = value;
        items.push(item);
    }
    items.push(good);
    let answer = app.asks(exposure, json!({ "items": items })).await["recordExposureBatch"]["items"].clone();
    let fields: Vec<_> = (0..6).map(|i| answer[i]["error"]["field"].clone()).collect();
    assert_eq!(
        json!(fields),
        json!(["day", "day", "activeCustomers", "activeCustomers", "day", null]),
        "{answer:#}"
    );
    assert_eq!(answer[5]["exposure"]["activeCustomers"], 5);
    app.verify().await;
}

async fn half_of_a_surrogate_pair_is_refused_where_it_stands(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let post = async |body: String| -> Value {
        let asked = app
            .http()
            .post(app.url("/graphql"))
            .bearer_auth(&app.token)
            .header("content-type", "application/json");
        asked.body(body).send().await.unwrap().json().await.unwrap()
    };
    let batch = json!({ "query": BATCH, "variables": { "input": { "items": [
        answer(json!({ "comment": "HALF" })), answer(json!({ "comment": "WHOLE" })), answer(json!({ "customer": "HALF" })) ] } } });
    let body = batch.to_string().replace("HALF", "a\\ud83d b").replace("WHOLE", "\\ud83d\\ude00");
    let taken = post(body).await["data"]["submitFeedbackBatch"].clone();
    assert_eq!(taken["items"][0]["error"]["field"], "comment", "{taken:#}");
    assert!(taken["items"][0]["error"]["message"].as_str().unwrap().contains("surrogate"), "{taken:#}");
    assert_eq!(taken["items"][1]["feedback"]["comment"], "😀", "{taken:#}");
    assert_eq!(taken["items"][2]["error"]["field"], "customer", "{taken:#}");
    let huge = json!({ "query": BATCH, "variables": { "input": { "items": [answer(json!({})), answer(json!({ "rating": 99.5 }))] } } });
    let taken = post(huge.to_string().replace("99.5", "1e999")).await["data"]["submitFeedbackBatch"].clone();
    assert_eq!(
        (&taken["accepted"], &taken["items"][1]["error"]["field"]),
        (&json!(1), &json!("rating")),
        "{taken:#}"
    );
    let one = json!({ "query": "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { outcome } }",
        "variables": { "input": answer(json!({ "comment": "HALF" })) } });
    let refused = post(one.to_string().replace("HALF", "\\udc00")).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "INVALID_ARGUMENT", "{refused:#}");
    let document = json!({ "query": "{ product(product: \"HALF\") { id } }" });
    let refused = post(document.to_string().replace("HALF", "\\ud83d")).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "PARSE_ERROR", "{refused:#}");
    app.verify().await;
}

async fn a_leap_second_is_refused_at_every_door(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let submit = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { feedback { occurredAt day } } }";
    for wrong in [
        "2026-03-31T23:59:60Z",
        "2026-03-31T23:59:60.5+00:00",
        "2026-04-01T01:59:60+02:00",
        "0000-01-01T00:00:00Z",
        "+12026-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "2026-03-31T24:00:00Z",
        "2026-03-31T23:60:00Z",
        "2026-03-31T10:00:00+99:00",
    ] {
        let refused = app.answer(submit, json!({ "input": answer(json!({ "occurredAt": wrong })) })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "INVALID_ARGUMENT", "{wrong}: {refused:#}");
        let filter = format!(
            "{{ product(product: \"shop\") {{ feedback(filter: {{ occurredAt: {{ from: \"{wrong}\" }} }}) {{ totalCount }} }} }}"
        );
        let refused = app.answer(&filter, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{wrong}: {refused:#}");
    }
    let last = app
        .asks(submit, json!({ "input": answer(json!({ "occurredAt": "2026-03-31T23:59:59.999Z" })) }))
        .await;
    let last = &last["submitFeedback"]["feedback"];
    assert_eq!(
        (&last["day"], &last["occurredAt"]),
        (&json!("2026-03-31"), &json!("2026-03-31T23:59:59.999+00:00"))
    );
    let rows = "product,scale,rating,occurred_at\nshop,csat,3,2026-03-31T23:59:60Z\nshop,csat,3,2026-03-31 23:59:60\nshop,csat,3,2026-03-31\n";
    let file = app.database.file("answers.csv", rows);
    let ran = app.database.ballroom(&["import", "feedback", &file]).await;
    assert!(ran.out.contains("2 rejected"), "{ran:?}");
    let rejects = std::fs::read_to_string(format!("{file}.rejects.csv")).unwrap();
    assert_eq!(rejects.matches("leap second").count(), 2, "{rejects}");
    let count = app.asks("{ product(product: \"shop\") { feedback { totalCount } } }", json!({})).await;
    assert_eq!(count["product"]["feedback"]["totalCount"], 2);
    let create = ["token", "create", "--name", "x", "--role", "support", "--expires", "2030-12-31T23:59:60Z"];
    let made = app.database.ballroom(&create).await;
    assert!(!made.status.success() && made.err.contains("leap second"), "{made:?}");
    app.verify().await;
}
