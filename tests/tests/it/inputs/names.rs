//! Names in all their forms, searched and suggested.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

use super::{answer, coercion::BATCH, opens, ships};

on_both!(
    names_that_look_alike_are_one,
    search_ignores_the_case_of_letters_in_every_script,
    what_may_have_been_meant_is_named_to_those_who_may_see_it,
);

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
