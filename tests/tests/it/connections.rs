//! Ways from one noun to another: the releases of a feature, the incidents of a release, and exposure.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(
    a_feature_has_the_releases_that_touch_it,
    a_release_has_the_incidents_of_which_something_is_stated,
    exposure_is_paged_by_day,
    changed_exposure_is_found_by_its_time,
    a_customer_has_the_exposure_of_its_segment,
);

async fn shop(backend: Backend) -> App {
    let app = App::start(backend).await;
    app.product("shop", &["cart", "search"]).await;
    let plan = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    for (version, released_at, features) in [
        ("1.0", json!("2026-03-01T08:00:00Z"), vec!["cart", "search"]),
        ("1.1", json!("2026-03-10T08:00:00Z"), vec!["search"]),
        ("1.2", json!("2026-03-20T08:00:00Z"), vec!["cart"]),
        ("2.0", Value::Null, vec!["cart"]),
    ] {
        let features: Vec<_> =
            features.iter().map(|key| json!({ "feature": key, "change": "CHANGED" })).collect();
        let input =
            json!({ "product": "shop", "version": version, "releasedAt": released_at, "features": features });
        app.asks(plan, json!({ "input": input })).await;
    }
    app
}

async fn a_feature_has_the_releases_that_touch_it(backend: Backend) {
    let app = shop(backend).await;
    let query = "query($first: Int, $after: String, $filter: ReleaseFilter) {
        feature(product: \"shop\", feature: \"cart\") { releases(first: $first, after: $after, filter: $filter,
            orderBy: { field: VERSION, direction: ASC }) { totalCount nodes { version } pageInfo { hasNextPage endCursor } } } }";
    let page = async |variables: Value| app.asks(query, variables).await["feature"]["releases"].clone();
    let first = page(json!({ "first": 2 })).await;
    assert_eq!(first["nodes"], json!([{ "version": "1.0" }, { "version": "1.2" }]));
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let rest = page(json!({ "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(rest["nodes"], json!([{ "version": "2.0" }]));
    let released = page(json!({ "filter": { "lifecycle": ["RELEASED"] } })).await;
    assert_eq!(released["nodes"], json!([{ "version": "1.0" }, { "version": "1.2" }]));
    // Of each feature of a page, together.
    let query =
        "{ product(product: \"shop\") { features { nodes { key releases { nodes { version } } } } } }";
    let features = app.asks(query, json!({})).await["product"]["features"]["nodes"].clone();
    let expected = json!([
        { "key": "cart", "releases": { "nodes": [{ "version": "2.0" }, { "version": "1.2" }, { "version": "1.0" }] } },
        { "key": "search", "releases": { "nodes": [{ "version": "1.1" }, { "version": "1.0" }] } },
    ]);
    assert_eq!(features, expected);
}

async fn a_release_has_the_incidents_of_which_something_is_stated(backend: Backend) {
    let app = shop(backend).await;
    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
    for (title, release, severity) in
        [("slow", Some("1.0"), 3), ("down", Some("1.1"), 1), ("odd", Some("1.1"), 4), ("other", None, 2)]
    {
        let input = json!({ "product": "shop", "title": title, "release": release, "severity": severity,
            "openedAt": format!("2026-03-2{severity}T08:00:00Z") });
        app.asks(open, json!({ "input": input })).await;
    }
    let query = "query($version: Reference!, $filter: IncidentFilter) { release(product: \"shop\", release: $version) {
        incidents(filter: $filter) { totalCount nodes { title } } } }";
    let of = async |version: &str, filter: Value| {
        app.asks(query, json!({ "version": version, "filter": filter })).await["release"]["incidents"].clone()
    };
    let both = json!({ "totalCount": 2, "nodes": [{ "title": "odd" }, { "title": "down" }] });
    assert_eq!(of("1.1", Value::Null).await, both);
    let critical = json!({ "totalCount": 1, "nodes": [{ "title": "down" }] });
    assert_eq!(of("1.1", json!({ "severity": [1] })).await, critical);
    let none = json!({ "totalCount": 0, "nodes": [] });
    assert_eq!(of("1.1", json!({ "release": "1.0" })).await, none, "a filter narrows its place");
    assert_eq!(of("1.2", Value::Null).await, none);
}

async fn exposed(app: &App) {
    let make = "mutation { pro: createSegment(input: { key: \"pro\" }) { segment { id } }
        free: createSegment(input: { key: \"free\" }) { segment { id } }
        acme: createCustomer(input: { key: \"acme\", segment: \"pro\" }) { customer { id } }
        bolt: createCustomer(input: { key: \"bolt\" }) { customer { id } } }";
    app.asks(make, json!({})).await;
    let figure = |feature: Option<&str>, segment: Option<&str>, day: i32, n: i64, source: &str| {
        json!({ "product": "shop", "feature": feature, "segment": segment, "day": format!("2026-03-{day:02}"),
            "activeCustomers": n, "source": source })
    };
    let items = [
        figure(Some("cart"), Some("pro"), 1, 10, "web"),
        figure(Some("cart"), Some("pro"), 1, 5, "app"),
        figure(Some("cart"), Some("free"), 1, 90, "web"),
        figure(Some("cart"), Some("pro"), 2, 12, "web"),
        figure(Some("cart"), None, 3, 2, "web"),
        figure(Some("search"), Some("pro"), 2, 7, "web"),
        figure(None, Some("pro"), 2, 99, "web"),
    ];
    let record = "mutation($input: RecordExposureBatchInput!) { recordExposureBatch(input: $input) { items { error { message } } } }";
    app.asks(record, json!({ "input": { "items": items } })).await;
}

async fn exposure_is_paged_by_day(backend: Backend) {
    let app = shop(backend).await;
    exposed(&app).await;
    let query = "query($first: Int, $after: String, $filter: ExposureFilter, $order: ExposureOrder) {
        feature(product: \"shop\", feature: \"cart\") {
            exposure(first: $first, after: $after, filter: $filter, orderBy: $order) {
                totalCount nodes { day segment { key } activeCustomers feature { key } } pageInfo { hasNextPage endCursor } } } }";
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let page =
            app.asks(query, json!({ "first": 1, "after": after })).await["feature"]["exposure"].clone();
        assert_eq!(page["totalCount"], 4);
        let one = &page["nodes"][0];
        assert_eq!(one["feature"]["key"], "cart");
        seen.push((
            one["day"].as_str().unwrap().to_owned(),
            one["segment"]["key"].as_str().map(str::to_owned),
            one["activeCustomers"].as_i64().unwrap(),
        ));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let days: Vec<_> = seen.iter().map(|(day, ..)| day.as_str()).collect();
    assert_eq!(days, ["2026-03-03", "2026-03-02", "2026-03-01", "2026-03-01"]);
    assert!(
        seen.contains(&("2026-03-01".to_owned(), Some("pro".to_owned()), 15)),
        "sources add up: {seen:?}"
    );
    assert!(seen.contains(&("2026-03-01".to_owned(), Some("free".to_owned()), 90)), "{seen:?}");
    assert!(seen.contains(&("2026-03-03".to_owned(), None, 2)), "{seen:?}");
    let some = json!({ "filter": { "segment": "pro", "day": { "from": "2026-03-01", "until": "2026-03-03" } },
        "order": { "field": "DAY", "direction": "ASC" } });
    let some = app.asks(query, some).await["feature"]["exposure"]["nodes"].clone();
    let numbers: Vec<_> =
        some.as_array().unwrap().iter().map(|one| one["activeCustomers"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [15, 12]);
}

async fn a_customer_has_the_exposure_of_its_segment(backend: Backend) {
    let app = shop(backend).await;
    exposed(&app).await;
    let query = "query($customer: Reference!) { customer(customer: $customer) { exposure(
        orderBy: { field: DAY, direction: ASC }, filter: { day: { from: \"2026-03-02\" } }) {
        nodes { day feature { key } activeCustomers } } } }";
    let of = async |customer: &str| {
        app.asks(query, json!({ "customer": customer })).await["customer"]["exposure"]["nodes"].clone()
    };
    let acme = of("acme").await;
    let mut shown: Vec<_> = acme
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["feature"]["key"].as_str().unwrap(), one["activeCustomers"].as_i64().unwrap()))
        .collect();
    shown.sort_unstable();
    assert_eq!(shown, [("cart", 12), ("search", 7)], "figures of the product as a whole are of no feature");
    let bolt = json!([{ "day": "2026-03-03", "feature": { "key": "cart" }, "activeCustomers": 2 }]);
    assert_eq!(of("bolt").await, bolt, "customers without a segment are counted together");
}

async fn changed_exposure_is_found_by_its_time(backend: Backend) {
    let app = shop(backend).await;
    exposed(&app).await;
    let query = "query($filter: ExposureFilter) { feature(product: \"shop\", feature: \"cart\") {
        exposure(filter: $filter, orderBy: { field: DAY, direction: ASC }) { nodes { day activeCustomers updatedAt } } } }";
    let of = async |filter: Value| {
        app.asks(query, json!({ "filter": filter })).await["feature"]["exposure"]["nodes"].clone()
    };
    let since = |from: &Value| json!({ "segment": "pro", "updatedAt": { "from": from } });
    let all = of(json!({ "segment": "pro" })).await;
    let first = all[0]["updatedAt"].clone();
    assert!(
        first.is_string() && all.as_array().unwrap().iter().all(|one| one["updatedAt"] == first),
        "{all}"
    );
    assert_eq!(of(since(&first)).await, all);
    assert_eq!(of(json!({ "updatedAt": { "until": first } })).await, json!([]));
    // One source corrects its figure, another one sends the same again.
    let record = "mutation($input: RecordExposureBatchInput!) { recordExposureBatch(input: $input) {
        items { outcome exposure { activeCustomers updatedAt } error { message } } } }";
    let figure = |day: &str, source: &str, n: i64| {
        json!({ "product": "shop", "feature": "cart", "segment": "pro",
        "day": day, "source": source, "activeCustomers": n })
    };
    let items = [figure("2026-03-01", "app", 8), figure("2026-03-02", "web", 12)];
    let sent = app.asks(record, json!({ "input": { "items": items } })).await["recordExposureBatch"]["items"]
        .clone();
    let later = sent[0]["exposure"]["updatedAt"].clone();
    assert_eq!(sent[0]["outcome"], "UPDATED");
    assert!(later.as_str() > first.as_str(), "{later} is after {first}");
    assert_eq!((&sent[1]["outcome"], &sent[1]["exposure"]["updatedAt"]), (&json!("UNCHANGED"), &first));
    let changed = json!([{ "day": "2026-03-01", "activeCustomers": 18, "updatedAt": later }]);
    assert_eq!(of(since(&later)).await, changed, "the sum of both sources, as of the last change of either");
    let until = of(json!({ "segment": "pro", "updatedAt": { "until": later } })).await;
    let days: Vec<_> = until.as_array().unwrap().iter().map(|one| one["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-03-01", "2026-03-02"], "the figure of the other source was not changed since");
    let empty = json!({ "filter": { "updatedAt": { "from": later, "until": first } } });
    assert_eq!(app.is_refused(query, empty).await.1, "filter.updatedAt");
}
