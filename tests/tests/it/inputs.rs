//! Inputs of callers in all their forms, and the results.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(
    a_filter_narrows_its_place_and_never_replaces_it,
    an_item_of_a_wrong_form_is_refused_by_itself,
    an_item_of_a_wrong_form_is_refused_in_every_bulk_mutation,
    a_request_that_cannot_be_coerced_does_nothing,
    an_argument_whose_variable_has_no_value_has_its_default,
    a_range_that_holds_nothing_is_refused,
    half_of_a_surrogate_pair_is_refused_where_it_stands,
    null_removes_what_can_be_empty_and_is_refused_by_field_elsewhere,
    nul_is_refused_by_field_or_finds_nothing,
    names_that_look_alike_are_one,
    search_ignores_the_case_of_letters_in_every_script,
    a_leap_second_is_refused_at_every_door,
    what_changed_can_be_asked_for,
    days_of_filters_are_those_of_the_product,
    whom_an_incident_hurts_can_be_read_and_changed,
    what_may_have_been_meant_is_named_to_those_who_may_see_it,
);

async fn ships(app: &App, product: &str, version: &str) -> Value {
    let plan = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let input = json!({ "product": product, "version": version, "releasedAt": "2026-03-01T00:00:00Z" });
    app.asks(plan, json!({ "input": input })).await["planRelease"]["release"]["id"].clone()
}

async fn opens(app: &App, input: Value) -> String {
    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
    let mut whole = json!({ "product": "shop", "severity": 2, "title": "broken" });
    whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    let opened = app.asks(open, json!({ "input": whole })).await;
    opened["openIncident"]["incident"]["id"].as_str().unwrap().to_owned()
}

async fn a_filter_narrows_its_place_and_never_replaces_it(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "checkout"]).await;
    for version in ["1.0", "2.0"] {
        ships(&app, "shop", version).await;
    }
    let mut customers = std::collections::HashMap::new();
    for (feature, release, customer) in [("search", "1.0", "acme"), ("checkout", "2.0", "bolt")] {
        let answer = json!({ "product": "shop", "feature": feature, "release": release, "customer": customer,
            "scale": "csat", "rating": 4 });
        app.submits(answer).await;
        let id = app.asks(&format!("{{ customer(customer: \"{customer}\") {{ id }} }}"), json!({})).await;
        customers.insert(customer, id["customer"]["id"].as_str().unwrap().to_owned());
        opens(&app, json!({ "features": [feature], "title": feature, "customers": [customer] })).await;
    }
    opens(&app, json!({ "features": ["search", "checkout"], "title": "both" })).await;
    let count = async |place: &str, connection: &str, filter: &str| {
        let query = format!(
            "{{ {place} {{ {connection}(filter: {{ {filter} }}) {{ totalCount nodes {{ id }} }} }} }}"
        );
        let answer = app.asks(&query, json!({})).await;
        let connection = &answer.as_object().unwrap().values().next().unwrap()[connection];
        assert_eq!(connection["totalCount"], connection["nodes"].as_array().unwrap().len(), "{query}");
        connection["totalCount"].as_i64().unwrap()
    };
    let (acme, bolt) = (&customers["acme"], &customers["bolt"]);
    let search = "feature(product: \"shop\", feature: \"search\")";
    let first = "release(product: \"shop\", release: \"1.0\")";
    let acme_of = "customer(customer: \"acme\")";
    let features = app.asks("{ features { nodes { id key } } }", json!({})).await;
    let id = |key: &str| {
        let nodes = features["features"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["key"] == key).unwrap()["id"].clone()
    };
    for (place, connection, same, other) in [
        (search, "feedback", "feature: \"search\"".to_owned(), "feature: \"checkout\"".to_owned()),
        (search, "feedback", "release: \"1.0\"".to_owned(), "release: \"2.0\"".to_owned()),
        (search, "feedback", format!("customer: \"{acme}\""), format!("customer: \"{bolt}\"")),
        (first, "feedback", "release: \"1.0\"".to_owned(), "release: \"2.0\"".to_owned()),
        (first, "feedback", "feature: \"search\"".to_owned(), "feature: \"checkout\"".to_owned()),
        (acme_of, "feedback", format!("customer: \"{acme}\""), format!("customer: \"{bolt}\"")),
        (acme_of, "feedback", format!("feature: {}", id("search")), format!("feature: {}", id("checkout"))),
        (acme_of, "incidents", format!("feature: {}", id("search")), format!("feature: {}", id("checkout"))),
    ] {
        assert_eq!(count(place, connection, &same).await, 1, "{place} {same}");
        assert_eq!(count(place, connection, &other).await, 0, "{place} {other}");
    }
    // An incident affects several: those that affect both.
    assert_eq!(count(search, "incidents", "feature: \"search\"").await, 2);
    assert_eq!(count(search, "incidents", "feature: \"checkout\"").await, 1);
}

const BATCH: &str =
    "mutation($input: SubmitFeedbackBatchInput!) { submitFeedbackBatch(input: $input) { accepted refused
    items { index feedback { comment } error { code field message } } } }";

fn answer(more: Value) -> Value {
    let mut answer = json!({ "product": "shop", "scale": "csat", "rating": 4 });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

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

async fn a_range_that_holds_nothing_is_refused(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for (of, range, kind) in [
        ("feedback", "day", "Date"),
        ("feedback", "occurredAt", "DateTime"),
        ("feedback", "receivedAt", "DateTime"),
        ("feedback", "updatedAt", "DateTime"),
        ("incidents", "day", "Date"),
        ("incidents", "openedAt", "DateTime"),
        ("incidents", "createdAt", "DateTime"),
        ("incidents", "updatedAt", "DateTime"),
        ("releases", "releasedOn", "Date"),
        ("releases", "updatedAt", "DateTime"),
        ("features", "updatedAt", "DateTime"),
        ("iterations", "period", "Date"),
        ("iterations", "updatedAt", "DateTime"),
    ] {
        let query = format!(
            "query($from: {kind}, $until: {kind}) {{ product(product: \"shop\") {{
                {of}(filter: {{ {range}: {{ from: $from, until: $until }} }}) {{ totalCount }} }} }}"
        );
        let day = |day: &str| json!(if kind == "Date" { day.to_owned() } else { format!("{day}T00:00:00Z") });
        let asked = |from, until| json!({ "from": day(from), "until": day(until) });
        for until in ["2026-03-01", "2026-03-02"] {
            let (code, argument, message) = app.is_refused(&query, asked("2026-03-02", until)).await;
            let expected = ("INVALID_ARGUMENT".to_owned(), format!("filter.{range}"));
            assert_eq!((code, argument), expected, "{query}: {message}");
        }
        app.asks(&query, asked("2026-03-02", "2026-03-03")).await;
        // Either end may be omitted.
        app.asks(&query, json!({ "from": day("2026-03-02") })).await;
        app.asks(&query, json!({})).await;
    }
    for (list, range) in [
        ("deployments", "deployedAt"),
        ("deployments", "createdAt"),
        ("products", "updatedAt"),
        ("customers", "updatedAt"),
        ("segments", "updatedAt"),
        ("teams", "updatedAt"),
        ("members", "updatedAt"),
        ("tokens", "updatedAt"),
    ] {
        let query = format!(
            "{{ {list}(filter: {{ {range}: {{ from: \"2026-03-02T00:00:00Z\", until: \"2026-03-02T00:00:00Z\" }} }}) {{
            totalCount }} }}"
        );
        assert_eq!(app.is_refused(&query, json!({})).await.1, format!("filter.{range}"), "{list}");
    }
    let rated = "{ product(product: \"shop\") { feedback(filter: { scale: \"csat\", minRating: 4,
        maxRating: 2 }) { totalCount } } }";
    assert_eq!(app.is_refused(rated, json!({})).await.1, "filter.maxRating");
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

async fn null_removes_what_can_be_empty_and_is_refused_by_field_elsewhere(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let release = ships(&app, "shop", "1.0").await;
    let iteration = "mutation { createIteration(input: { product: \"shop\", name: \"1\", period: { from: \"2026-03-01\", until: \"2026-03-08\" } }) { iteration { id } } }";
    let iteration = app.asks(iteration, json!({})).await["createIteration"]["iteration"]["id"].clone();
    let feature = app.asks("{ feature(product: \"shop\", feature: \"search\") { id } }", json!({})).await["feature"]["id"].clone();
    let member = "mutation { createMember(input: { email: \"ann@example.com\" }) { member { id } } }";
    let member = app.asks(member, json!({})).await["createMember"]["member"]["id"].clone();
    let said =
        json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4, "customer": "acme" });
    let feedback = app.submits(said).await["feedback"]["id"].clone();
    let incident = opens(&app, json!({ "features": ["search"], "customers": ["acme"] })).await;
    let schema =
        apollo_compiler::Schema::parse(ballroom_tests::ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let mut tried = 0;
    for (mutation, identity, removable) in [
        ("updateProduct", json!({ "product": "shop" }), &["description"][..]),
        ("updateFeature", json!({ "feature": feature }), &["description", "team"]),
        (
            "updateRelease",
            json!({ "release": release }),
            &["title", "notes", "previous", "plannedFor", "features"],
        ),
        ("updateIteration", json!({ "iteration": iteration }), &["goal"]),
        ("updateMember", json!({ "member": member }), &["email", "roles", "teams", "language", "identities"]),
        ("updateCustomer", json!({ "customer": "acme" }), &["name", "segment"]),
        (
            "updateIncident",
            json!({ "incident": incident }),
            &["description", "affectedCustomers", "features", "customers"],
        ),
        ("correctFeedback", json!({ "feedback": feedback }), &["feature", "release", "segment", "comment"]),
    ] {
        let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let fields = &schema.get_input_object(&input).unwrap().fields;
        for (name, field) in fields {
            // The product is a part of the name; null is another way to leave it out.
            let names = name == "product";
            if name == "clientMutationId" || names || field.ty.is_non_null() {
                continue;
            }
            tried += 1;
            let mut given = identity.clone();
            given[name.as_str()] = json!(null);
            let query =
                format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ clientMutationId }} }}");
            let answer = app.answer(&query, json!({ "input": given })).await;
            if removable.contains(&name.as_str()) {
                assert!(answer.get("errors").is_none(), "{mutation} {name}: {answer:#}");
            } else {
                let extensions = &answer["errors"][0]["extensions"];
                assert_eq!(extensions["code"], "INVALID_ARGUMENT", "{mutation} {name}: {answer:#}");
                assert_eq!(extensions["argument"], name.as_str(), "{mutation} {name}: {answer:#}");
            }
        }
    }
    assert!(tried > 20, "{tried}");
    let hurt = format!(
        "{{ incident(id: \"{incident}\") {{ title features {{ key }} customers {{ totalCount }} }} }}"
    );
    let hurt = app.asks(&hurt, json!({})).await;
    assert_eq!(
        hurt["incident"],
        json!({ "title": "broken", "features": [], "customers": { "totalCount": 0 } })
    );
    app.verify().await;
}

/// Mutations for which a token of an organization is not enough, whatever their input.
const OPERATORS: [&str; 3] = ["createOrganization", "renameOrganization", "createAdministratorToken"];

async fn nul_is_refused_by_field_or_finds_nothing(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let said = json!({ "product": "shop", "scale": "csat", "rating": 4, "customer": "acme" });
    let feedback = app.submits(said).await["feedback"]["id"].clone();
    let incident = opens(&app, json!({})).await;
    let schema =
        apollo_compiler::Schema::parse(ballroom_tests::ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let none = |noun: &str| format!("{noun}_00000000000000000000000000000000");
    // Every text of every input of every mutation.
    let mut tried = 0;
    for (mutation, field) in &schema.get_object("Mutation").unwrap().fields {
        if OPERATORS.contains(&mutation.as_str()) {
            continue;
        }
        let input = field.argument_by_name("input").unwrap().ty.inner_named_type().clone();
        let fields = &schema.get_input_object(&input).unwrap().fields;
        let sample = |name: &str, ty: &str| match (name, ty) {
            ("feedback", _) => feedback.clone(),
            ("incident", _) => json!(incident),
            (name, "ID") => json!(none(name.trim_end_matches("Id"))),
            ("product", _) => json!("shop"),
            ("feature", _) => json!("search"),
            ("customer", _) => json!("acme"),
            ("scale", _) => json!("csat"),
            (_, "Int") => json!(2),
            (_, "Float") => json!(3),
            (_, "Date") => json!("2026-03-01"),
            (_, "DateTime") => json!("2026-03-01T00:00:00Z"),
            (_, "Role") => json!("SUPPORT"),
            (_, "DeploymentStatus") => json!("SUCCEEDED"),
            (_, "AttributionBasis") => json!("NOT_CAUSED_BY_CHANGE"),
            _ => json!("x"),
        };
        for (bad, field) in fields {
            let ty = field.ty.inner_named_type().as_str();
            if !["String", "Reference", "ID"].contains(&ty) || bad == "clientMutationId" {
                continue;
            }
            let mut given = json!({});
            for (name, field) in fields.iter().filter(|(_, field)| field.is_required()) {
                let one = sample(name, field.ty.inner_named_type());
                given[name.as_str()] = if field.ty.is_list() { json!([one]) } else { one };
            }
            given[bad.as_str()] = if field.ty.is_list() { json!(["a\u{0}b"]) } else { json!("a\u{0}b") };
            let query =
                format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ clientMutationId }} }}");
            let answer = app.answer(&query, json!({ "input": given })).await;
            let code = answer["errors"][0]["extensions"]["code"]
                .as_str()
                .unwrap_or_else(|| panic!("{mutation} {bad}: {answer:#}"));
            assert!(["INVALID_ARGUMENT", "NOT_FOUND"].contains(&code), "{mutation} {bad}: {answer:#}");
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
    // Every way to look for something.
    for query in [
        "{ product(product: $t) { id } }",
        "{ feature(product: \"shop\", feature: $t) { id } }",
        "{ release(product: \"shop\", release: $t) { id } }",
        "{ customer(customer: $t) { id } }",
        "{ features(filter: { text: $s }) { nodes { id } totalCount } }",
        "{ features(filter: { team: $t }) { nodes { id } totalCount } }",
        "{ member(member: $t) { id } }",
        "{ members(filter: { text: $s }) { nodes { id } totalCount } }",
        "{ members(filter: { team: $t }) { nodes { id } totalCount } }",
        "{ members(after: $s) { nodes { id } } }",
        "{ team(team: $t) { id } }",
        "{ teams(filter: { text: $s }) { nodes { id } totalCount } }",
        "{ product(product: \"shop\") { feedback(filter: { channel: $s }) { nodes { id } totalCount } } }",
        "{ features(after: $s) { nodes { id } } }",
        "{ product(product: \"shop\") { releases(filter: { text: $s }) { nodes { id } } } }",
        "{ product(product: \"shop\") { feedback(filter: { channel: $s }) { nodes { id } } } }",
        "{ product(product: \"shop\") { feedback(filter: { segment: $t }) { nodes { id } } } }",
        "{ product(product: \"shop\") { feedback(filter: { scale: $t }) { nodes { id } } } }",
        "{ product(product: \"shop\") { value(segment: $t) { score } } }",
        "{ incidents(filter: { feature: $t }) { nodes { id } } }",
        "{ customers(before: $s) { nodes { id } } }",
    ] {
        let by_variable = match query.contains("$t") {
            true => format!("query($t: Reference!) {query}"),
            false => format!("query($s: String!) {query}"),
        };
        // A cursor of this server in form, with the character in its value.
        let cursor = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            "00000000000000000000000000000001 a\u{0}b",
        );
        for text in ["a\u{0}b", cursor.as_str()] {
            let answer = app.answer(&by_variable, json!({ "t": text, "s": text })).await;
            assert!(!answer.to_string().contains("INTERNAL"), "{query}: {answer:#}");
            let literal =
                query.replace("$t", &json!(text).to_string()).replace("$s", &json!(text).to_string());
            let answer = app.answer(&literal, json!({})).await;
            assert!(!answer.to_string().contains("INTERNAL"), "{query}: {answer:#}");
        }
    }
    let revoke = app.database.ballroom(&["token", "revoke", "a\u{7}b"]).await;
    assert!(!revoke.status.success() && revoke.err.contains("token"), "{revoke:?}");
    app.verify().await;
}

async fn names_that_look_alike_are_one(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let create =
        "mutation($input: CreateFeatureInput!) { createFeature(input: $input) { feature { id key name } } }";
    let mut first = None;
    let forms = [
        "Überblick",
        "U\u{308}berblick",
        " Überblick ",
        "Über\u{200B}blick",
        "\u{FEFF}Überblick",
        "Überblick\u{A0}",
        "\u{202B}Überblick\u{202C}",
        "Über\u{2060}\u{AD}blick",
    ];
    for form in forms {
        let made = app.asks(create, json!({ "input": { "product": "shop", "key": form } })).await["createFeature"]["feature"].clone();
        assert_eq!((&made["key"], &made["name"]), (&json!("Überblick"), &json!("Überblick")), "{form:?}");
        assert_eq!(first.get_or_insert(made.clone()), &made, "{form:?}");
        let found = "query($f: Reference!) { feature(product: \"shop\", feature: $f) { id } }";
        assert_eq!(app.asks(found, json!({ "f": form })).await["feature"]["id"], made["id"], "{form:?}");
        let said = answer(json!({ "feature": form, "customer": form, "occurredAt": "2026-03-01T00:00:00Z" }));
        app.submits(said).await;
    }
    let customers = app.asks("{ customers { nodes { key } } }", json!({})).await;
    assert_eq!(customers["customers"]["nodes"], json!([{ "key": "Überblick" }]));
    let found =
        app.asks("query($c: Reference!) { customer(customer: $c) { key } }", json!({ "c": forms[1] })).await;
    assert_eq!(found["customer"]["key"], "Überblick");
    opens(&app, json!({ "customers": [forms[1]], "features": [forms[3]], "externalId": forms[3] })).await;
    let again = "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\", externalId: \"U\u{308}berblick\" })
        { outcome } }";
    assert_ne!(
        app.asks(again, json!({})).await["openIncident"]["outcome"],
        "CREATED",
        "it is known by its id"
    );
    // By file, and by the command line.
    let rows = "product,feature,scale,rating,customer,occurred_at\nshop,U\u{308}berblick,csat,3,Über\u{200B}blick,2026-03-01\n\
        shop,Čtečka,csat,3,nové,2026-03-01\nshop,C\u{30C}tec\u{30C}ka\u{200B},csat,3,nove\u{301},2026-03-01\n";
    let file = app.database.file("answers.csv", rows);
    app.database.succeeds(&["import", "feedback", &file, "--create", "features,customers"]).await;
    let customers = app.asks("{ customers { totalCount } features { totalCount } }", json!({})).await;
    assert_eq!(customers, json!({ "customers": { "totalCount": 2 }, "features": { "totalCount": 2 } }));
    // What joins letters stays in a name.
    let family = "👨\u{200D}👩\u{200D}👧";
    let made =
        app.asks(create, json!({ "input": { "product": "shop", "key": "family", "name": family } })).await;
    assert_eq!(made["createFeature"]["feature"]["name"], family);
    for bad in ["\u{200B}", " \u{FEFF} ", "a\tb", "a\u{2028}b", "a\u{7F}b"] {
        assert_eq!(
            app.is_refused(create, json!({ "input": { "product": "shop", "key": bad } })).await.1,
            "key",
            "{bad:?}"
        );
    }
    app.verify().await;
}

async fn search_ignores_the_case_of_letters_in_every_script(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["overview"]).await;
    let create = "mutation($input: CreateFeatureInput!) { createFeature(input: $input) { feature { id } } }";
    for (key, name) in
        [("a", "Übersicht"), ("b", "Straße"), ("c", "ΟΔΟΣ"), ("d", "100 % Rabatt_1"), ("e", "Ёлка")]
    {
        app.asks(create, json!({ "input": { "product": "shop", "key": key, "name": name } })).await;
    }
    let found = async |text: &str| {
        let query = "query($t: String!) { product(product: \"shop\") { features(filter: { text: $t }) { totalCount nodes { key } } } }";
        let found = app.asks(query, json!({ "t": text })).await["product"]["features"].clone();
        let keys: Vec<_> = found["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["key"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(found["totalCount"], keys.len());
        keys.join(" ")
    };
    for (text, keys) in [
        ("übers", "a"),
        ("ÜBERS", "a"),
        ("u\u{308}bers", "a"),
        ("STRASSE", "b"),
        ("straße", "b"),
        ("οδος", "c"),
        ("ёл", "e"),
        ("%", "d"),
        ("t_1", "d"),
        ("t%1", ""),
        ("\\", ""),
        ("OVER", "overview"),
        ("", "a b c d e overview"),
    ] {
        assert_eq!(found(text).await, keys, "{text}");
    }
    assert_eq!(found(&"x".repeat(60_000)).await, "");
    let rename = "mutation($f: Reference!) { updateFeature(input: { feature: $f, name: \"Čtečka\" }) { feature { id } } }";
    let id =
        app.asks("{ feature(product: \"shop\", feature: \"a\") { id } }", json!({})).await["feature"]["id"]
            .clone();
    app.asks(rename, json!({ "f": id })).await;
    assert_eq!((found("ČTEČKA").await.as_str(), found("übers").await.as_str()), ("a", ""));
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\", title: \"Frühling\" }) { release { id } } }";
    app.asks(plan, json!({})).await;
    let query =
        "{ product(product: \"shop\") { releases(filter: { text: \"FRÜH\" }) { nodes { version } } } }";
    assert_eq!(
        app.asks(query, json!({})).await["product"]["releases"]["nodes"],
        json!([{ "version": "1.0" }])
    );
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

async fn what_changed_can_be_asked_for(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "cart"]).await;
    let release = ships(&app, "shop", "1.0").await;
    ships(&app, "shop", "2.0").await;
    let said = |customer: &str, rating: i32| {
        answer(json!({ "customer": customer, "rating": rating, "comment": customer,
        "occurredAt": format!("2026-03-01T0{rating}:00:00Z") }))
    };
    let acme = app.submits(said("acme", 1)).await["feedback"]["id"].clone();
    app.submits(said("bolt", 1)).await;
    let incident = opens(&app, json!({ "title": "first" })).await;
    opens(&app, json!({ "title": "second" })).await;
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let changes = "query($at: DateTime!) {
        product(product: \"shop\") {
            feedback(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: ASC }) { nodes { comment counted updatedAt } }
            new: feedback(filter: { receivedAt: { from: $at } }) { nodes { comment } }
            releases(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { version } }
            features(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { key } }
            incidents(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { title updatedAt } }
            newer: incidents(filter: { createdAt: { from: $at } }) { nodes { title } }
        }
        customers(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: ASC }) { nodes { key } } }";
    let now = ballroom_tests::ballroom::clock::now().to_rfc3339();
    let ask = async || app.asks(changes, json!({ "at": now })).await;
    let nothing = json!({ "nodes": [] });
    let before = ask().await;
    for connection in ["feedback", "new", "releases", "features", "incidents", "newer"] {
        assert_eq!(before["product"][connection], nothing, "{connection}");
    }
    assert_eq!(before["customers"], nothing);
    // acme submits a second response: the first one no longer counts.
    app.submits(said("acme", 2)).await;
    let title = format!("mutation {{ updateRelease(input: {{ release: {release}, title: \"Spring\" }}) {{ release {{ id }} }}
        updateCustomer(input: {{ customer: \"bolt\", name: \"Bolt\" }}) {{ customer {{ id }} }}
        attributeIncident(input: {{ incident: \"{incident}\", release: {release}, basis: CONFIRMED }}) {{ incident {{ id }} }} }}");
    app.asks(&title, json!({})).await;
    let after = ask().await;
    let comments = |connection: &str| {
        after["product"][connection]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| (node["comment"].clone(), node["counted"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(comments("feedback"), [(json!("acme"), json!(false)), (json!("acme"), json!(true))]);
    assert_eq!(comments("new").len(), 1);
    assert_eq!(after["product"]["releases"]["nodes"], json!([{ "version": "1.0" }]));
    assert_eq!(after["product"]["features"], nothing);
    assert_eq!(after["product"]["incidents"]["nodes"][0]["title"], "first");
    assert_eq!(after["product"]["newer"], nothing);
    assert_eq!(after["customers"]["nodes"], json!([{ "key": "bolt" }]));
    let deploy = format!("mutation {{ recordDeployment(input: {{ release: {release}, environment: \"production\", status: SUCCEEDED }})
        {{ deployment {{ id }} }} updateProduct(input: {{ product: \"shop\", name: \"Shop\" }}) {{ product {{ id }} }} }}");
    app.asks(&deploy, json!({})).await;
    let others = "query($at: DateTime!) { deployments(filter: { product: \"shop\", createdAt: { from: $at } }) { nodes { release { version } } }
        products(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { name } }
        segments(filter: { updatedAt: { from: $at } }) { totalCount } product(product: \"shop\") {
        iterations(filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: ASC }) { totalCount } } }";
    let others = app.asks(others, json!({ "at": now })).await;
    assert_eq!(
        others,
        json!({ "deployments": { "nodes": [{ "release": { "version": "1.0" } }] }, "products": { "nodes": [{ "name": "Shop" }] },
        "segments": { "totalCount": 0 }, "product": { "iterations": { "totalCount": 0 } } })
    );
    let correct = format!(
        "mutation {{ correctFeedback(input: {{ feedback: {acme}, comment: \"corrected\" }}) {{ feedback {{ id }} }} }}"
    );
    app.asks(&correct, json!({})).await;
    // By pages, each change once, whatever the order.
    for direction in ["ASC", "DESC"] {
        let page = "query($at: DateTime!, $after: String) { product(product: \"shop\") {
            feedback(first: 1, after: $after, filter: { updatedAt: { from: $at } }, orderBy: { field: UPDATED_AT, direction: DIR }) {
                nodes { comment } pageInfo { endCursor hasNextPage } } } }".replace("DIR", direction);
        let (mut after, mut seen) = (json!(null), Vec::new());
        loop {
            let rows = app.asks(&page, json!({ "at": "2020-01-01T00:00:00Z", "after": after })).await["product"]["feedback"].clone();
            seen.push(rows["nodes"][0]["comment"].as_str().unwrap().to_owned());
            after = rows["pageInfo"]["endCursor"].clone();
            if rows["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let mut expected = vec!["bolt", "acme", "corrected"];
        if direction == "DESC" {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{direction}");
    }
    app.verify().await;
}

async fn days_of_filters_are_those_of_the_product(backend: Backend) {
    let app = App::start(backend).await;
    let create =
        "mutation { createProduct(input: { key: \"shop\", timeZone: \"Europe/Berlin\" }) { product { id } }
        other: createProduct(input: { key: \"far\", timeZone: \"Pacific/Auckland\" }) { product { id } } }";
    app.asks(create, json!({})).await;
    for at in ["2026-03-31T21:30:00Z", "2026-03-31T22:30:00Z", "2026-04-01T22:30:00Z"] {
        app.submits(answer(json!({ "occurredAt": at }))).await;
        opens(&app, json!({ "openedAt": at, "title": at })).await;
    }
    opens(&app, json!({ "product": "far", "openedAt": "2026-03-31T11:30:00Z", "title": "far" })).await;
    let of = async |filter: &str| {
        let query = format!("{{ product(product: \"shop\") {{ feedback(filter: {{ {filter} }}) {{ nodes {{ occurredAt }} }}
            incidents(filter: {{ {filter} }}) {{ nodes {{ title }} }} }} incidents(filter: {{ {filter} }}) {{ totalCount }} }}");
        let answer = app.asks(&query, json!({})).await;
        let product = &answer["product"];
        assert_eq!(
            product["feedback"]["nodes"].as_array().unwrap().len(),
            product["incidents"]["nodes"].as_array().unwrap().len()
        );
        (
            product["feedback"]["nodes"].as_array().unwrap().len(),
            answer["incidents"]["totalCount"].as_i64().unwrap(),
        )
    };
    assert_eq!(of("day: { from: \"2026-04-01\", until: \"2026-04-02\" }").await, (1, 2));
    assert_eq!(of("day: { until: \"2026-04-01\" }").await, (1, 1));
    assert_eq!(of("day: { from: \"2026-04-01\" }").await, (2, 3));
}

async fn whom_an_incident_hurts_can_be_read_and_changed(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for customer in ["acme", "bolt", "globex"] {
        app.submits(answer(json!({ "customer": customer }))).await;
    }
    let incident = opens(&app, json!({ "customers": ["acme"] })).await;
    let hurt = async || {
        let query = format!(
            "{{ incident(id: \"{incident}\") {{ affectedCustomers customers {{ totalCount nodes {{ key }} }} }} }}"
        );
        let answer = app.asks(&query, json!({})).await["incident"].clone();
        assert_eq!(
            answer["affectedCustomers"].as_i64().unwrap_or(0),
            answer["customers"]["totalCount"].as_i64().unwrap()
        );
        let keys = answer["customers"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["key"].as_str().unwrap().to_owned());
        keys.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(hurt().await, "acme");
    let add = "mutation($i: Reference!, $c: [Reference!]!) { addIncidentCustomers(input: { incident: $i, customers: $c }) {
        addedCustomers { key } } }";
    let added = app.asks(add, json!({ "i": incident, "c": ["acme", "bolt"] })).await;
    assert_eq!(added["addIncidentCustomers"]["addedCustomers"], json!([{ "key": "bolt" }]));
    assert_eq!(hurt().await, "acme bolt");
    let (code, argument, _) = app.is_refused(add, json!({ "i": incident, "c": ["acme", "nobody"] })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("NOT_FOUND", "customers.1"));
    let remove = add.replace("addInc", "removeInc").replace("addedC", "removedC");
    let removed = app.asks(&remove, json!({ "i": incident, "c": ["acme", "globex"] })).await;
    assert_eq!(removed["removeIncidentCustomers"]["removedCustomers"], json!([{ "key": "acme" }]));
    assert_eq!(hurt().await, "bolt");
    // Each field of a mutation sees what the one before it did.
    let both = "mutation($i: Reference!) {
        add: addIncidentCustomers(input: { incident: $i, customers: [\"acme\"] }) { incident { customers { nodes { key } } } }
        remove: removeIncidentCustomers(input: { incident: $i, customers: [\"acme\"] }) {
            incident { customers { nodes { key } } } } }";
    let both = app.asks(both, json!({ "i": incident })).await;
    assert_eq!(both["add"]["incident"]["customers"]["nodes"], json!([{ "key": "acme" }, { "key": "bolt" }]));
    assert_eq!(both["remove"]["incident"]["customers"]["nodes"], json!([{ "key": "bolt" }]));
    let update =
        "mutation($i: Reference!, $c: [Reference!]!) { updateIncident(input: { incident: $i, customers: $c }) {
        removedCustomers { key } } }";
    let updated = app.asks(update, json!({ "i": incident, "c": ["globex", "acme"] })).await;
    assert_eq!(updated["updateIncident"]["removedCustomers"], json!([{ "key": "bolt" }]));
    assert_eq!(hurt().await, "acme globex");
    let of = app.asks("{ customer(customer: \"globex\") { incidents { nodes { title } } } other: customer(customer: \"bolt\") {
        incidents { totalCount } } }", json!({})).await;
    assert_eq!(
        of,
        json!({ "customer": { "incidents": { "nodes": [{ "title": "broken" }] } }, "other": { "incidents": { "totalCount": 0 } } })
    );
    // A customer sees its own incidents, but no other affected customers.
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    let (_, own) = app
        .answer_to(&acme, "{ customer(customer: \"acme\") { incidents { totalCount } } }", json!({}))
        .await;
    assert_eq!(own["data"]["customer"]["incidents"]["totalCount"], 1, "{own:#}");
    let (_, others) =
        app.answer_to(&acme, "{ incidents { nodes { customers { nodes { key } } } } }", json!({})).await;
    assert_eq!(others["errors"][0]["extensions"]["code"], "FORBIDDEN", "{others:#}");
    app.verify().await;
}

async fn what_may_have_been_meant_is_named_to_those_who_may_see_it(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "checkout"]).await;
    ships(&app, "shop", "2.0.0").await;
    app.submits(answer(json!({ "customer": "Acme-Inc" }))).await;
    for (query, meant) in [
        ("{ product(product: \"Shop\") { id } }", "shop"),
        ("{ feature(product: \"shop\", feature: \"Search\") { id } }", "search"),
        ("{ feature(product: \"shop\", feature: \"chekout\") { id } }", "checkout"),
        ("{ release(product: \"shop\", release: \"v2.0.0\") { id } }", "2.0.0"),
        ("{ release(product: \"shop\", release: \"2.0\") { id } }", "2.0.0"),
        ("{ customer(customer: \"acme inc\") { id } }", "Acme-Inc"),
        (
            "mutation { submitFeedback(input: { product: \"shop\", scale: \"CSAT\", rating: 3 }) { outcome } }",
            "csat",
        ),
    ] {
        let (code, _, message) = app.is_refused(query, json!({})).await;
        assert_eq!(code, "NOT_FOUND", "{query}");
        assert!(message.ends_with(&format!("did you mean \"{meant}\"?")), "{query}: {message}");
    }
    let (_, _, message) = app.is_refused("{ product(product: \"office\") { id } }", json!({})).await;
    assert!(!message.contains("mean"), "{message}");
    let items = json!({ "input": { "items": [answer(json!({ "feature": "serach" }))] } });
    let refused = app.asks(BATCH, items).await["submitFeedbackBatch"]["items"][0]["error"]["message"].clone();
    assert!(refused.as_str().unwrap().contains("did you mean \"search\"?"), "{refused}");
    // A write-only caller learns nothing about existing objects.
    for (name, more) in
        [("page", &["--scope", "publishable", "--product", "shop"][..]), ("pipe", &["--scope", "ingest"])]
    {
        let create = [&["token", "create", "--name", name, "--quiet", "--role", "product"], more].concat();
        let token = app.database.succeeds(&create).await.trim().to_owned();
        let submit = "mutation { submitFeedback(input: { product: \"shop\", feature: \"Search\", scale: \"csat\", rating: 3 }) {
            outcome userErrors { message } } }";
        let (_, answer) = app.plain_answer_to(&token, submit, json!({})).await;
        let message = answer["data"]["submitFeedback"]["userErrors"][0]["message"].as_str().unwrap();
        assert_eq!(message, "feature: there is no feature \"Search\"", "{name}");
    }
}
