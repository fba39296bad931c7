//! What a customer's own token sees.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

on_both!(a_customer_sees_only_what_is_the_customers,);

async fn a_customer_sees_only_what_is_the_customers(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let mut ids = Vec::new();
    for customer in ["acme", "bolt"] {
        for rating in [2, 4] {
            let answer = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": rating,
                "customer": customer, "comment": format!("{customer} says {rating}"),
                "occurredAt": format!("2026-03-0{rating}T00:00:00Z") });
            ids.push(app.submits(answer).await["feedback"]["id"].clone());
        }
        let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
        let input = json!({ "product": "shop", "severity": 2, "title": format!("{customer} is stuck"),
            "customers": [customer] });
        let opened = app.asks(open, json!({ "input": input })).await;
        ids.push(opened["openIncident"]["incident"]["id"].clone());
    }
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    let asks = async |query: &str| app.answer_to(&acme, query, json!({})).await.1;

    let query = format!(
        "{{ nodes(ids: {}) {{ ... on Feedback {{ comment }} ... on Incident {{ title }} }} incidents {{ nodes {{ title }} }}
        mine: feedback(id: {}) {{ customer {{ key feedback {{ totalCount }} }}
            product {{ name feedback {{ totalCount nodes {{ comment }} }} }}
            feature {{ name feedback {{ totalCount }} incidents {{ totalCount }} }} }} }}",
        serde_json::to_string(&ids).unwrap(),
        ids[0]
    );
    let seen = asks(&query).await;
    assert!(seen.get("errors").is_none(), "{seen:#}");
    let expected = json!([{ "comment": "acme says 2" }, { "comment": "acme says 4" }, { "title": "acme is stuck" },
        null, null, null]);
    assert_eq!(seen["data"]["nodes"], expected);
    assert_eq!(seen["data"]["incidents"]["nodes"], json!([{ "title": "acme is stuck" }]));
    let mine = &seen["data"]["mine"];
    assert_eq!(mine["product"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert_eq!(mine["feature"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert_eq!(mine["customer"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert!(!seen.to_string().contains("bolt"), "{seen:#}");
    let others = asks(&format!("{{ feedback(id: {}) {{ comment }} }}", ids[3])).await;
    assert_eq!(others["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let filtered = "{ customer(customer: \"bolt\") { feedback { totalCount } } }";
    assert_eq!(asks(filtered).await["errors"][0]["extensions"]["code"], "NOT_FOUND");

    // A filter must not reveal what the rows do not show: planned releases, and the segment of the customer.
    app.asks(
        "mutation { planRelease(input: { product: \"shop\", version: \"9-codename\" }) { release { id } }
            createSegment(input: { key: \"churn-risk\" }) { segment { id } } }",
        json!({}),
    )
    .await;
    for filter in ["{ release: \"9-codename\" }", "{ release: \"10\" }"] {
        for of in ["feedback", "incidents"] {
            let query = format!(
                "{{ feedback(id: {}) {{ product {{ {of}(filter: {filter}) {{ totalCount }} }} }} }}",
                ids[0]
            );
            assert_eq!(asks(&query).await["errors"][0]["extensions"]["code"], "NOT_FOUND", "{query}");
        }
    }
    let segment =
        "{ customer(customer: \"acme\") { feedback(filter: { segment: \"churn-risk\" }) { totalCount } } }";
    assert_eq!(asks(segment).await["errors"][0]["extensions"]["code"], "FORBIDDEN");

    // A submission of the customer is always the customer's own.
    let submit = |rest: &str| {
        format!(
            "mutation {{ submitFeedback(input: {{ product: \"shop\", scale: \"csat\", rating: 1{rest} }}) {{
            outcome feedback {{ source customer {{ key }} }} }} }}"
        )
    };
    let submitted = asks(&submit(", externalId: \"1\", source: \"test\"")).await;
    let feedback = &submitted["data"]["submitFeedback"]["feedback"];
    assert_eq!(feedback["customer"]["key"], "acme", "{submitted:#}");
    assert!(feedback["source"].as_str().unwrap().starts_with("customer "), "{submitted:#}");
    let as_bolt = asks(&submit(", customer: \"bolt\"")).await;
    assert_eq!(as_bolt["errors"][0]["extensions"]["argument"], "customer", "{as_bolt:#}");
    app.verify().await;
}
