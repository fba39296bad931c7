//! All lists are filtered and sorted in the same way, and all objects that can change have the time of their last
//! change.

use ballroom_tests::{Backend, ballroom, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    text_finds_names_in_any_case_of_any_script,
    what_was_renamed_is_found_by_its_new_name,
    releases_are_sorted_by_the_day_for_which_they_are_planned,
    iterations_are_found_by_day_and_period,
    tokens_are_listed_by_pages,
    every_list_is_filtered_and_sorted,
    what_changes_says_when_it_did,
);

const OPERATIONS: &str = include_str!("../stories/lists.graphql");

/// The values of a field of the nodes of a list.
async fn listed(story: &Story, list: &str, arguments: &str, field: &str) -> Vec<String> {
    let query = format!("{{ {list}({arguments}) {{ nodes {{ {field} }} }} }}");
    fields(&story.app.asks(&query, json!({})).await[list], field)
}

fn fields(connection: &Value, field: &str) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node[field].as_str().unwrap().to_owned()).collect()
}

async fn text_finds_names_in_any_case_of_any_script(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    story.gets("CreateProductAndCreateSegment", json!({ "a": { "key": "shop", "name": "Der Straßenladen" }, "b": { "key": "till" }, "c": { "key": "gold", "name": "Žlutá" }, "d": { "key": "100%" }, "e": { "key": "ACME-1", "name": "Ωmega" }, "f": { "key": "bolt" }, "g": { "product": "shop", "name": "Übung 1", "goal": "Schneller", "period": { "from": "2026-03-02", "until": "2026-03-16" } } })).await;
    // One who is named by a response for the first time is found too.
    story.submits(json!({ "product": "shop", "scale": "csat", "rating": 4, "customer": "Čapek" })).await;
    for (list, text, keys) in [
        ("products", "STRASSEN", &["shop"][..]),
        ("products", "IL", &["till"]),
        ("products", "nothing", &[]),
        ("segments", "žlut", &["gold"]),
        ("segments", "0%", &["100%"]),
        ("segments", "%", &["100%"]),
        ("customers", "acme", &["ACME-1"]),
        ("customers", "ωMEG", &["ACME-1"]),
        ("customers", "čAP", &["Čapek"]),
        ("customers", "_", &[]),
    ] {
        let found = listed(&story, list, &format!("filter: {{ text: \"{text}\" }}"), "key").await;
        assert_eq!(found, keys, "{list} {text}");
    }
    for (text, found) in [("übung", 1), ("SCHNELL", 1), ("Sprint", 0)] {
        let query = format!(
            "{{ product(key: \"shop\") {{ iterations(filter: {{ text: \"{text}\" }}) {{ totalCount }} }} }}"
        );
        assert_eq!(
            story.app.asks(&query, json!({})).await["product"]["iterations"]["totalCount"],
            found,
            "{text}"
        );
    }
}

async fn what_was_renamed_is_found_by_its_new_name(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    story.gets("CreateProductAndCreateSegmentWithProduct", json!({ "createProduct": { "key": "shop", "name": "before" }, "createSegment": { "key": "gold", "name": "before" }, "createCustomer": { "key": "acme", "name": "before" }, "updateProduct": { "product": "shop", "name": "after" }, "updateSegment": { "segment": "gold", "name": "after" }, "updateCustomer": { "customer": "acme", "name": "after" } })).await;
    for (list, key) in [("products", "shop"), ("segments", "gold"), ("customers", "acme")] {
        assert_eq!(listed(&story, list, "filter: { text: \"AFTER\" }", "key").await, [key]);
        assert!(listed(&story, list, "filter: { text: \"before\" }", "key").await.is_empty());
    }
    story.admin.creates_customer(json!({ "key": "acme", "name": "again" })).await;
    assert_eq!(listed(&story, "customers", "filter: { text: \"again\" }", "key").await, ["acme"]);
}

async fn releases_are_sorted_by_the_day_for_which_they_are_planned(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    for (version, day) in [
        ("1", None),
        ("2", Some("2026-12-24")),
        ("3", Some("2026-11-01")),
        ("4", None),
        ("5", Some("2027-01-31")),
    ] {
        let input = json!({ "product": "shop", "version": version, "plannedFor": day });
        story.admin.plans_release(input).await;
    }
    for (direction, order) in [("ASC", ["3", "2", "5", "1", "4"]), ("DESC", ["5", "2", "3", "4", "1"])] {
        let (mut after, mut seen) = (json!(null), Vec::new());
        loop {
            let asked = json!({ "direction": direction, "after": after });
            let rows = story.gets("ProductReleases", asked).await["product"]["releases"].clone();
            seen.extend(fields(&rows, "version"));
            after = rows["pageInfo"]["endCursor"].clone();
            if rows["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen, order, "{direction}: those without a day come last");
    }
}

async fn iterations_are_found_by_day_and_period(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    for (name, from, until) in [
        ("one", "2026-03-02", "2026-03-16"),
        ("two", "2026-03-16", "2026-03-30"),
        ("three", "2026-04-06", "2026-04-20"),
    ] {
        let input = json!({ "product": "shop", "name": name, "period": { "from": from, "until": until } });
        story.gets("CreateIteration", json!({ "input": input })).await;
    }
    for (filter, names) in [
        ("day: \"2026-03-15\"", &["one"][..]),
        ("day: \"2026-03-16\"", &["two"]),
        ("day: \"2026-04-01\"", &[]),
        ("period: { from: \"2026-03-15\", until: \"2026-03-17\" }", &["one", "two"]),
        ("period: { from: \"2026-03-30\", until: \"2026-04-06\" }", &[]),
        ("period: { from: \"2026-03-29\" }", &["two", "three"]),
        ("period: { until: \"2026-03-16\" }", &["one"]),
    ] {
        let query = format!(
            "{{ product(key: \"shop\") {{ iterations(filter: {{ {filter} }}, orderBy: {{ field: PERIOD, direction: ASC }}) {{
            nodes {{ name }} }} }} }}"
        );
        let found = story.app.asks(&query, json!({})).await;
        assert_eq!(fields(&found["product"]["iterations"], "name"), names, "{filter}");
    }
}

async fn tokens_are_listed_by_pages(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for name in ["b", "a"] {
        let create = format!(
            "mutation {{ createToken(input: {{ name: \"{name}\", role: SUPPORT }}) {{ token {{ id }} }} }}"
        );
        story.app.asks(&create, json!({})).await;
    }
    story.gets("RevokeToken", json!({ "input": { "token": "a" } })).await;
    assert_eq!(listed(&story, "tokens", "first: 3", "name").await, ["test", "b", "a"]);
    let by_name = "filter: { role: [SUPPORT] }, orderBy: { field: NAME, direction: ASC }";
    assert_eq!(listed(&story, "tokens", by_name, "name").await, ["a", "b"]);
    assert_eq!(listed(&story, "tokens", "filter: { active: true }", "name").await, ["test", "b"]);
    assert_eq!(listed(&story, "tokens", "filter: { active: false }", "name").await, ["a"]);
}

async fn every_list_is_filtered_and_sorted(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let schema = apollo_compiler::Schema::parse(ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let mut lists = 0;
    for ty in schema.types.values().filter_map(|ty| ty.as_object()) {
        for (name, field) in &ty.fields {
            if field.argument_by_name("first").is_none() {
                continue;
            }
            lists += 1;
            let place = format!("{}.{name}", ty.name);
            let order = field.argument_by_name("orderBy").unwrap_or_else(|| panic!("{place} has no order"));
            let order = schema.get_input_object(order.ty.inner_named_type()).unwrap();
            assert_eq!(
                order.fields.keys().map(|name| name.as_str()).collect::<Vec<_>>(),
                ["direction", "field"]
            );
            // Operators of a server see all organizations; there is nothing by which to choose.
            let filter = field.argument_by_name("filter");
            assert!(filter.is_some() || place == "Query.organizations", "{place} has no filter");
            // A time is a range, and a bound has no name of its own.
            let filter = filter.and_then(|filter| schema.get_input_object(filter.ty.inner_named_type()));
            for (condition, field) in filter.iter().flat_map(|filter| &filter.fields) {
                let ty = field.ty.inner_named_type().as_str();
                assert!(ty != "DateTime", "{place}: {condition}");
                assert!(!condition.ends_with("At") || ty == "TimeRangeInput", "{place}: {condition}");
            }
        }
    }
    assert!(lists > 20, "{lists}");
    for list in ["scales", "segments", "teams", "members", "products", "customers"] {
        let field = if list == "members" { "NAME" } else { "KEY" };
        for field in [field, "CREATED_AT"] {
            let query = |direction: &str| {
                format!(
                    "{{ {list}(orderBy: {{ field: {field}, direction: {direction} }}) {{ nodes {{ id }} }} }}"
                )
            };
            let up = fields(&story.app.asks(&query("ASC"), json!({})).await[list], "id");
            let mut down = fields(&story.app.asks(&query("DESC"), json!({})).await[list], "id");
            down.reverse();
            assert_eq!(up, down, "{list} {field}");
        }
    }
}

async fn what_changes_says_when_it_did(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let before = story.gets("OrganizationAndTokens", json!({})).await;
    assert_eq!(before["organization"]["createdAt"], before["organization"]["updatedAt"]);
    let token = &before["tokens"]["nodes"][0];
    assert_eq!(token["createdAt"], token["updatedAt"]);
    let created = story.gets("CreateToken", json!({ "input": { "name": "x", "role": "SUPPORT" } })).await["createToken"]["token"].clone();
    let changed = story
        .gets(
            "UpdateOrganizationAndRevokeToken",
            json!({ "updateOrganization": { "minResponses": 20 }, "revokeToken": { "token": "x" } }),
        )
        .await;
    let organization = &changed["updateOrganization"]["organization"];
    assert_eq!(organization["minResponses"], 20);
    assert!(organization["updatedAt"].as_str() > before["organization"]["updatedAt"].as_str());
    let revoked = &changed["revokeToken"]["token"];
    assert_eq!(revoked["revokedAt"], revoked["updatedAt"]);
    assert!(revoked["updatedAt"].as_str() > created["updatedAt"].as_str());
}
