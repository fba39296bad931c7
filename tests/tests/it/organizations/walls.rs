//! The whole schema, asked and changed by a second organization.

use std::collections::BTreeSet;

use ballroom_tests::{
    Backend, on_both,
    walk::{fields_of, schema, selection},
};
use serde_json::{Value, json};

use super::{MARK, Two, asks, leaks};

on_both!(
    nothing_of_an_organization_is_seen_by_another,
    nothing_of_an_organization_is_changed_by_another,
    an_organization_hears_only_itself,
);

fn without_messages(mut data: Value) -> Value {
    match &mut data {
        Value::Object(fields) => {
            fields.remove("userErrors");
            fields.remove("error");
            fields.values_mut().for_each(|value| *value = without_messages(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_messages(item.take())),
        _ => (),
    }
    data
}

async fn nothing_of_an_organization_is_seen_by_another(backend: Backend) {
    let two = Two::start(backend).await;
    let schema = schema();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    let (_, seen) = two.app.plain_answer_to(&two.first, nodes, json!({ "ids": two.ids })).await;
    let seen = &seen["data"]["nodes"];
    let seen: BTreeSet<&str> =
        seen.as_array().unwrap().iter().filter_map(|node| node["__typename"].as_str()).collect();
    let objects = schema.types.values().filter_map(|one| one.as_object());
    let nouns = objects.filter(|object| object.implements_interfaces.iter().any(|one| one.name == "Node"));
    let nouns: BTreeSet<&str> = nouns.map(|object| object.name.as_str()).collect();
    assert_eq!(seen, nouns, "the first organization has an object of every noun with an ID");
    let asks = async |token: &str, query: &str, variables: Value| {
        let (status, answer) = two.app.plain_answer_to(token, query, variables).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(status == 200, "{query}: {answer:#}");
        let wrong = ["VALIDATION_ERROR", "PARSE_ERROR", "TOO_COMPLEX", "TOO_LARGE", "INTERNAL"];
        assert!(!wrong.iter().any(|one| code == one), "{query}: {answer:#}");
        answer
    };
    // Every ID, alone and with others.
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let seen = asks(&two.first, nodes, json!({ "ids": two.ids })).await["data"]["nodes"].clone();
    assert_eq!(seen.as_array().unwrap().iter().filter(|node| node.is_object()).count(), two.ids.len());
    let seen = asks(&two.second, nodes, json!({ "ids": two.ids })).await["data"]["nodes"].clone();
    assert!(seen.as_array().unwrap().iter().all(Value::is_null), "{seen:#}");
    for id in &two.ids {
        let seen = asks(&two.second, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(seen["data"]["node"], Value::Null, "{id}");
    }
    // A stored report as a file, and the pages of what an organization shows to everybody, which it has not switched on.
    for (path, status) in
        [(format!("/reports/{}.json", two.id("report")), 404), ("/public/walled/walled-shop".into(), 404)]
    {
        let file = two.app.http().get(two.app.url(&path)).bearer_auth(&two.second).send().await.unwrap();
        assert_eq!(file.status(), status, "{path}");
        assert!(!file.text().await.unwrap().contains("walled product"), "{path}");
    }
    // Every field of the root, with whatever its arguments can name, and everything below it.
    let (mut seen_by_first, mut named) = (0, 0);
    for field in fields_of(&schema, "Query") {
        for by_id in [true, false] {
            let (document, variables, names) = two.document(&schema, "query", field, by_id);
            named += usize::from(names);
            let own = asks(&two.first, &document, variables.clone()).await;
            seen_by_first += usize::from(leaks(&two, &own["data"]));
            let answer = asks(&two.second, &document, variables).await;
            assert!(!leaks(&two, &answer["data"]), "{document}: {answer:#}");
        }
    }
    assert!(
        named > 20 && seen_by_first > 20,
        "{named} documents named something, {seen_by_first} showed something"
    );
    // Cursors of one organization lead to rows of the other's own: of each list of the root, of a product, of the caller.
    let lists = |ty: &str, around: &str| {
        let pages = fields_of(&schema, ty).into_iter().filter(|field| {
            let is_page = field.ty.inner_named_type().ends_with("Connection");
            is_page && field.name != "organizations" && !field.arguments.iter().any(|one| one.is_required())
        });
        pages.map(|field| (around.to_owned(), field.name.to_string())).collect::<Vec<_>>()
    };
    let all = [
        lists("Query", "LIST"),
        lists("Product", "product(product: \"SHOP\") { LIST }"),
        lists("Viewer", "viewer { LIST }"),
    ];
    let (mut followed, mut empty) = (0, Vec::new());
    for (around, list) in all.concat() {
        let ask = |shop: &str, list: &str| {
            format!("query {{ {} }}", around.replace("SHOP", shop).replace("LIST", list))
        };
        let page = asks(
            &two.first,
            &ask("walled-shop", &format!("{list} {{ pageInfo {{ endCursor }} }}")),
            json!({}),
        )
        .await;
        let Some(cursor) = find(&page["data"], "endCursor").filter(|cursor| cursor.is_string()) else {
            empty.push(list);
            continue;
        };
        followed += 1;
        for argument in ["after", "before"] {
            let own = format!(
                "{list} {{ totalCount }} rest: {list}({argument}: {cursor}) {{ totalCount nodes {{ __typename }} }}"
            );
            let answer = asks(&two.second, &ask("own-shop", &own), json!({})).await;
            assert!(!leaks(&two, &answer["data"]), "{own}: {answer:#}");
            let count = |name: &str| find(&answer["data"], name).map(|list| list["totalCount"].clone());
            assert_eq!(count("rest"), count(&list), "{own}: {answer:#}");
        }
    }
    // Notices are for customers, and callers of the first organization are members.
    assert_eq!(empty, ["notices"], "{followed} lists have cursors");
}

/// The value of the first field with this name.
fn find(value: &Value, name: &str) -> Option<Value> {
    let fields = value.as_object()?;
    fields.get(name).cloned().or_else(|| fields.values().find_map(|value| find(value, name)))
}

async fn nothing_of_an_organization_is_changed_by_another(backend: Backend) {
    let two = Two::start(backend).await;
    let schema = schema();
    let dump = async || {
        let mut all = Vec::new();
        for field in fields_of(&schema, "Query") {
            // When the token was last used is noted whenever it is used; cursors of the feed are times.
            if ["node", "nodes", "viewer"].contains(&field.name.as_str()) {
                continue;
            }
            let (document, variables, _) = two.document(&schema, "query", field, true);
            let (_, answer) = two.app.plain_answer_to(&two.first, &document, variables).await;
            all.push((
                field.name.to_string(),
                without(
                    answer["data"].clone(),
                    &["lastUsedAt", "cause", "attributionCandidates", "suspectedIncidents", "delivery"],
                ),
            ));
        }
        all
    };
    let before = dump().await;
    let mut named = 0;
    for field in fields_of(&schema, "Mutation") {
        for by_id in [true, false] {
            let (document, variables, names) = two.document(&schema, "mutation", field, by_id);
            named += usize::from(names);
            let (status, answer) = two.app.plain_answer_to(&two.second, &document, variables).await;
            assert_eq!(status, 200, "{document}: {answer:#}");
            assert!(!leaks(&two, &without_messages(answer["data"].clone())), "{document}: {answer:#}");
            let text = answer.to_string();
            assert!(!text.contains("did you mean \\\"walled"), "{document}: {answer:#}");
        }
    }
    assert!(named > 50, "{named} documents named something");
    assert_eq!(dump().await, before);
    let verified = two.app.database.succeeds(&["verify", "--organization", MARK]).await;
    assert!(verified.contains("the daily counts agree with the rows"), "{verified}");
}

fn without(mut data: Value, names: &[&str]) -> Value {
    match &mut data {
        Value::Object(fields) => {
            names.iter().for_each(|name| {
                fields.remove(*name);
            });
            fields.values_mut().for_each(|value| *value = without(value.take(), names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without(item.take(), names)),
        _ => (),
    }
    data
}

async fn an_organization_hears_only_itself(backend: Backend) {
    let two = Two::start(backend).await;
    let schema = schema();
    let cursor = async |token: &str| {
        let answer = asks(&two.app, token, "{ organization { feedCursor } }").await;
        answer["organization"]["feedCursor"].as_str().unwrap().to_owned()
    };
    let theirs = cursor(&two.first).await;
    let mut listening = Vec::new();
    for field in fields_of(&schema, "Subscription") {
        let shown = selection(&schema, field.ty.inner_named_type(), 2);
        let has_cursor = field.arguments.iter().any(|argument| argument.name == "after");
        let mut given = vec![String::new()];
        if has_cursor {
            given.push(format!("(after: \"{theirs}\")"));
        }
        for given in given {
            let document = format!("subscription {{ {}{given} {shown} }}", field.name);
            let asked = two.app.http().post(two.app.url("/graphql")).bearer_auth(&two.second);
            let asked = asked.header("accept", "text/event-stream").json(&json!({ "query": document }));
            listening.push((document, asked.send().await.unwrap()));
        }
        // References to objects of another organization are not found.
        if field.arguments.iter().any(|argument| argument.name == "product") {
            for product in [two.id("product"), "walled-shop"] {
                let document =
                    format!("subscription {{ {}(product: \"{product}\") {{ __typename }} }}", field.name);
                let asked = two.app.http().post(two.app.url("/graphql")).bearer_auth(&two.second);
                let asked = asked.header("accept", "text/event-stream").json(&json!({ "query": document }));
                let text = asked.send().await.unwrap().text().await.unwrap();
                assert!(text.contains("NOT_FOUND"), "{document}: {text}");
            }
        }
    }
    for (token, product) in [(&two.first, "walled-shop"), (&two.second, "own-shop")] {
        let happens = format!(
            "mutation {{
                submitFeedback(input: {{ product: \"{product}\", scale: \"csat\", rating: 1 }}) {{ feedback {{ id }} }}
                openIncident(input: {{ product: \"{product}\", severity: 1, title: \"{product}\" }}) {{ outcome }}
                planRelease(input: {{ product: \"{product}\", version: \"{product}\" }}) {{ outcome }}
                createAnnouncement(input: {{ product: \"{product}\", kind: DEPLOYMENT, title: \"{product}\",
                    planned: {{ from: \"2031-01-01T00:00:00Z\" }} }}) {{ outcome }} }}"
        );
        let response = asks(&two.app, token, &happens).await["submitFeedback"]["feedback"]["id"].clone();
        let delete =
            format!("mutation {{ deleteFeedback(input: {{ feedback: {response} }}) {{ deletedId }} }}");
        asks(&two.app, token, &delete).await;
    }
    let mut heard = 0;
    for (document, mut answer) in listening {
        let mut text = String::new();
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(3);
        while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(until, answer.chunk()).await {
            text.push_str(&String::from_utf8_lossy(&chunk));
            if text.contains("own-shop") {
                break;
            }
        }
        assert!(!text.contains(MARK), "{document}: {text}");
        assert!(!two.ids.iter().any(|id| text.contains(id.as_str())), "{document}: {text}");
        match document.contains("after:") {
            true => {
                assert!(text.contains("INVALID_ARGUMENT"), "a cursor of another's feed: {document}: {text}")
            }
            false => heard += usize::from(text.contains("own-shop")),
        }
    }
    assert_eq!(
        heard, 5,
        "of its own feedback, deletions, incidents, releases and announcements an organization hears"
    );
}
