//! Repeated submissions: for every noun newer versions are applied, the same version changes nothing, and the counts
//! follow.

mod deployments;
mod feedback;
mod incidents;

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    a_release_sent_again_converges,
    nouns_without_an_external_id_converge_by_their_key,
    a_release_is_named_by_its_version_in_every_input,
    a_file_imported_again_with_other_states_is_taken,
    null_empties_what_can_be_empty_of_every_noun,
    an_empty_cell_of_a_newer_state_is_null,
    a_state_that_has_not_come_is_refused,
);

const OPERATIONS: &str = include_str!("../stories/states.graphql");

const SUBMIT: &str = "SubmitFeedback";

const OPEN: &str = "OpenIncidentWithTitle";

const PLAN: &str = "PlanRelease";

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

async fn a_release_sent_again_converges(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let job = json!({ "product": "shop", "version": "1", "title": "One" });
    let plan = async |more: Value| {
        story.gets(PLAN, json!({ "input": with(job.clone(), more) })).await["planRelease"].clone()
    };
    assert_eq!(plan(json!({})).await["outcome"], "CREATED");
    assert_eq!(plan(json!({})).await["outcome"], "UNCHANGED");
    let renamed = plan(json!({ "title": "The first" })).await;
    assert_eq!((&renamed["outcome"], &renamed["release"]["title"]), (&json!("UPDATED"), &json!("The first")));
    let shipped = plan(json!({ "title": "The first", "releasedAt": "2026-03-01T10:00:00Z" })).await;
    assert_eq!(
        (&shipped["outcome"], &shipped["release"]["lifecycle"]),
        (&json!("UPDATED"), &json!("RELEASED"))
    );
    let noted = plan(json!({ "title": "The first", "notes": "fast" })).await["release"].clone();
    assert_eq!((&noted["notes"], &noted["lifecycle"]), (&json!("fast"), &json!("RELEASED")));
}

async fn nouns_without_an_external_id_converge_by_their_key(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    for (noun, base, other, field, value) in [
        ("Product", json!({ "key": "shop" }), json!({ "name": "The shop" }), "name", "The shop"),
        (
            "Feature",
            json!({ "product": "shop", "key": "search" }),
            json!({ "description": "finds" }),
            "description",
            "finds",
        ),
        ("Segment", json!({ "key": "gold" }), json!({ "name": "Gold" }), "name", "Gold"),
        ("Customer", json!({ "key": "acme" }), json!({ "name": "ACME" }), "name", "ACME"),
        (
            "Iteration",
            json!({ "product": "shop", "name": "S1", "period": { "from": "2026-03-01", "until": "2026-03-15" } }),
            json!({ "goal": "search" }),
            "goal",
            "search",
        ),
    ] {
        let query = format!(
            "mutation($input: Create{noun}Input!) {{ create{noun}(input: $input) {{ outcome {0} {{ {field} }} }} }}",
            noun.to_lowercase()
        );
        let make = async |input: Value| {
            story.app.asks(&query, json!({ "input": input })).await[format!("create{noun}")].clone()
        };
        if noun != "Product" {
            assert_eq!(make(base.clone()).await["outcome"], "CREATED", "{noun}");
        }
        assert_eq!(make(base.clone()).await["outcome"], "UNCHANGED", "{noun}");
        let made = make(with(base.clone(), other)).await;
        assert_eq!((&made["outcome"], &made[noun.to_lowercase()][field]), (&json!("UPDATED"), &json!(value)));
        assert_eq!(make(base).await["outcome"], "UNCHANGED", "{noun}: what is left out stays");
    }
}

async fn a_release_is_named_by_its_version_in_every_input(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for product in ["shop", "till"] {
        story.product(product, &[]).await;
        story.gets(PLAN, json!({ "input": { "product": product, "version": "1" } })).await;
    }
    story.gets(PLAN, json!({ "input": { "product": "shop", "version": "2" } })).await;
    story
        .gets("UpdateRelease", json!({ "input": { "product": "shop", "release": "1", "title": "One" } }))
        .await;
    story.admin.ships_release(json!({ "release": "2" })).await;
    story.gets("WithdrawRelease", json!({ "input": { "release": "2" } })).await;
    let (code, argument, message) =
        story.is_refused("ShipRelease", json!({ "input": { "release": "1" } })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "release"));
    assert!(message.contains("several products"), "{message}");
    let unknown = story.is_refused("ShipRelease", json!({ "input": { "release": "3" } })).await;
    assert_eq!((unknown.0.as_str(), unknown.1.as_str()), ("NOT_FOUND", "release"));
    let incident =
        story.gets(OPEN, json!({ "input": { "product": "shop", "severity": 2, "title": "x" } })).await;
    let input = json!({ "incident": incident["openIncident"]["incident"]["id"], "basis": "CONFIRMED", "release": "1" });
    let said = story.gets("AttributeIncident", json!({ "input": input })).await;
    let expected = json!({ "version": "1", "product": { "key": "shop" } });
    assert_eq!(said["attributeIncident"]["attribution"]["release"], expected);
}

async fn a_file_imported_again_with_other_states_is_taken(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let import = async |what: &str, rows: &str| {
        let file = story.database.file("rows.csv", rows);
        story.database.succeeds(&["import", what, &file]).await
    };
    let updated = |said: &str, rows: usize| said.contains(&format!("{rows} updated"));
    let header = "external_id,product,severity,opened_at,resolved_at,updated_at\n";
    import("incidents", &format!("{header}1,shop,2,2026-02-01,,2026-02-01\n")).await;
    let said = import("incidents", &format!("{header}1,shop,2,2026-02-01,2026-02-02,2026-02-02\n")).await;
    assert!(updated(&said, 1), "{said}");
    let said = import("incidents", &format!("{header}1,shop,2,2026-02-01,,2026-02-09\n")).await;
    assert!(updated(&said, 1), "{said}");
    let incident =
        story.gets("ProductIncidents", json!({})).await["product"]["incidents"]["nodes"][0].clone();
    assert_eq!((&incident["state"], incident["intervals"].as_array().unwrap().len()), (&json!("OPEN"), 2));
    let header = "product,version,previous,released_at\n";
    import("releases", &format!("{header}shop,1,,\nshop,2,1,\n")).await;
    let said = import("releases", &format!("{header}shop,1,,2026-02-01\nshop,2,1,\n")).await;
    assert!(updated(&said, 1), "{said}");
    let header = "external_id,product,scale,rating,occurred_at\n";
    import("feedback", &format!("{header}1,shop,csat,2,2026-02-01\n")).await;
    let other = format!("{header}1,shop,csat,5,2026-02-01\n");
    let said = import("feedback", &other).await;
    assert!(
        said.contains("1 kept as stored"),
        "without a time of update, it is not known which is newer: {said}"
    );
    let file = story.database.file("rows.csv", &other);
    let said = story.database.succeeds(&["import", "feedback", &file, "--on-conflict", "update"]).await;
    assert!(updated(&said, 1), "{said}");
    story.verify().await;
}

async fn null_empties_what_can_be_empty_of_every_noun(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    story
        .gets(
            "CreateSegmentAndCreateTeam",
            json!({ "createSegment": { "key": "gold" }, "createTeam": { "key": "t" } }),
        )
        .await;
    // A full version, the same with null, and with null again; and the result for a reader.
    let cases = [
        (
            "createProduct: CreateProductInput product { name description shipsTo }",
            json!({ "key": "office", "name": "Office", "description": "d", "shipsTo": ["eu"] }),
            json!({ "key": "office", "name": null, "description": null, "shipsTo": null }),
            json!({ "name": "office", "description": null, "shipsTo": ["production"] }),
        ),
        (
            "createFeature: CreateFeatureInput feature { name description lifecycle team { key } }",
            json!({ "product": "shop", "key": "cart", "name": "Cart", "description": "d", "lifecycle": "RETIRED", "team": "t" }),
            json!({ "product": "shop", "key": "cart", "name": null, "description": null, "lifecycle": null, "team": null }),
            json!({ "name": "cart", "description": null, "lifecycle": "LIVE", "team": null }),
        ),
        (
            "createTeam: CreateTeamInput team { name }",
            json!({ "key": "finders", "name": "Finders" }),
            json!({ "key": "finders", "name": null }),
            json!({ "name": "finders" }),
        ),
        (
            "createMember: CreateMemberInput member { name roles teams { key } language vocabulary identities { subject } }",
            json!({ "email": "ann@example.com", "name": "Ann", "roles": ["SUPPORT"], "teams": ["t"], "language": "de",
                "vocabulary": "ITIL", "identities": [{ "issuer": "https://a.example", "subject": "1" }] }),
            json!({ "email": "ann@example.com", "name": null, "roles": null, "teams": null, "language": null,
                "vocabulary": null, "identities": null }),
            json!({ "name": "ann@example.com", "roles": [], "teams": [], "language": null, "vocabulary": "PLAIN",
                "identities": [] }),
        ),
        (
            "createSegment: CreateSegmentInput segment { name }",
            json!({ "key": "silver", "name": "Silver" }),
            json!({ "key": "silver", "name": null }),
            json!({ "name": "silver" }),
        ),
        (
            "createCustomer: CreateCustomerInput customer { name segment { key } }",
            json!({ "key": "acme", "name": "Acme", "segment": "gold" }),
            json!({ "key": "acme", "name": null, "segment": null }),
            json!({ "name": null, "segment": null }),
        ),
        (
            "createIteration: CreateIterationInput iteration { goal }",
            json!({ "product": "shop", "name": "1", "goal": "g", "period": { "from": "2026-03-01", "until": "2026-03-15" } }),
            json!({ "product": "shop", "name": "1", "goal": null, "period": { "from": "2026-03-01", "until": "2026-03-15" } }),
            json!({ "goal": null }),
        ),
        (
            "planRelease: PlanReleaseInput release { title notes plannedFor previous { version } features { change } }",
            json!({ "product": "shop", "version": "9", "title": "T", "notes": "N", "plannedFor": "2026-03-01",
                "previous": "8", "features": [{ "feature": "search", "change": "ADDED" }] }),
            json!({ "product": "shop", "version": "9", "title": null, "notes": null, "plannedFor": null,
                "previous": null, "features": null }),
            json!({ "title": null, "notes": null, "plannedFor": null, "previous": null, "features": [] }),
        ),
        (
            "openIncident: OpenIncidentInput incident { description affectedCustomers features { key } customers { nodes { key } } }",
            json!({ "product": "shop", "severity": 2, "title": "x", "externalId": "i", "description": "d",
                "affectedCustomers": 3, "features": ["search"], "customers": ["acme"] }),
            json!({ "product": "shop", "severity": 2, "title": "x", "externalId": "i", "description": null,
                "affectedCustomers": null, "features": null, "customers": [] }),
            json!({ "description": null, "affectedCustomers": null, "features": [], "customers": { "nodes": [] } }),
        ),
        (
            "submitFeedback: SubmitFeedbackInput feedback { comment channel feature { key } customer { key } segment { key } }",
            json!({ "product": "shop", "scale": "csat", "rating": 2, "externalId": "a", "comment": "c", "channel": "mail",
                "feature": "search", "customer": "acme", "segment": "gold" }),
            json!({ "product": "shop", "scale": "csat", "rating": 2, "externalId": "a", "comment": null, "channel": null,
                "feature": null, "customer": null, "segment": null }),
            json!({ "comment": null, "channel": null, "feature": null, "customer": null, "segment": null }),
        ),
    ];
    story.gets(PLAN, json!({ "input": { "product": "shop", "version": "8" } })).await;
    for (what, full, null, expected) in cases {
        let (verb, rest) = what.split_once(": ").unwrap();
        let (input, selection) = rest.split_once(' ').unwrap();
        let noun = selection.split(' ').next().unwrap();
        let document = format!(
            "mutation($input: {input}!) {{ {verb}(input: $input) {{ outcome {selection} userErrors {{ message }} }} }}"
        );
        let send =
            async |input: &Value| story.app.asks(&document, json!({ "input": input })).await[verb].clone();
        let made = send(&full).await;
        assert_ne!(made[noun], expected, "{made}");
        let before = made[noun].clone();
        // Omitted fields are kept.
        let mut short = full.clone();
        for (field, value) in null.as_object().unwrap() {
            if value.is_null() || value == &json!([]) {
                short.as_object_mut().unwrap().remove(field);
            }
        }
        assert_eq!(send(&short).await[noun], before, "{verb}");
        let emptied = send(&null).await;
        assert_eq!(
            (&emptied["outcome"], &emptied[noun]),
            (&json!("UPDATED"), &expected),
            "{verb}: {emptied}"
        );
        assert_eq!(send(&null).await["outcome"], "UNCHANGED", "{verb}");
        // It converges: a full version after it is applied as well.
        let full_again = send(&full).await;
        assert_eq!((&full_again["outcome"], &full_again[noun]), (&json!("UPDATED"), &before), "{verb}");
    }
    story.verify().await;
}

async fn an_empty_cell_of_a_newer_state_is_null(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let import = async |what: &str, rows: &str| {
        let file = story.database.file("rows.csv", rows);
        story.database.succeeds(&["import", what, &file, "--create", "customers"]).await
    };
    let answers = "external_id,product,scale,rating,occurred_at,comment,customer,feature,updated_at\n";
    let row = |rest: &str| format!("{answers}1,shop,csat,2,2026-02-01,{rest}\n");
    import("feedback", &row("slow,acme,search,2026-02-01")).await;
    let there = async |what: &str| {
        story.gets("ProductFeedback", json!({})).await["product"][what]["nodes"][0].clone()
    };
    let whole = json!({ "comment": "slow", "customer": { "key": "acme" }, "feature": { "key": "search" } });
    assert_eq!(there("feedback").await, whole);
    // In a file without times of update, empty cells have no meaning.
    import("feedback", &row(",,,")).await;
    assert_eq!(there("feedback").await, whole);
    import("feedback", &row(",,,2026-01-31")).await;
    assert_eq!(there("feedback").await, whole, "an earlier state");
    let said = import("feedback", &row("NA,,search,2026-02-03")).await;
    assert!(said.contains("1 updated"), "{said}");
    let emptied = json!({ "comment": null, "customer": null, "feature": { "key": "search" } });
    assert_eq!(there("feedback").await, emptied);
    let incidents =
        "external_id,product,severity,opened_at,resolved_at,affected_customers,feature,updated_at\n";
    let row = |rest: &str| format!("{incidents}1,shop,2,2026-02-01,{rest}\n");
    let said = import("incidents", &row("2026-02-02,7,search,")).await;
    assert!(!said.contains("not read"), "`feature` is `features`: {said}");
    assert!(said.contains("1 is read as the most severe"), "the direction of numbers is said: {said}");
    import("incidents", &row(",,,")).await;
    let resolved = json!({ "state": "RESOLVED", "affectedCustomers": 7, "features": [{ "key": "search" }] });
    assert_eq!(there("incidents").await, resolved);
    import("incidents", &row(",,,2026-02-09")).await;
    let open = json!({ "state": "OPEN", "affectedCustomers": null, "features": [] });
    assert_eq!(there("incidents").await, open);
    story.verify().await;
}

async fn a_state_that_has_not_come_is_refused(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let never = "2999-01-01T00:00:00Z";
    for (operation, input) in [
        (SUBMIT, json!({ "product": "shop", "scale": "csat", "rating": 2, "externalId": "a" })),
        (OPEN, json!({ "product": "shop", "severity": 2, "title": "x", "externalId": "i" })),
        (PLAN, json!({ "product": "shop", "version": "1" })),
    ] {
        for _ in 0..2 {
            let input = with(input.clone(), json!({ "updatedAt": never }));
            let (code, argument, _) = story.is_refused(operation, json!({ "input": input })).await;
            assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "updatedAt"));
            // Known or not.
            story
                .gets(
                    operation,
                    json!({ "input": with(input, json!({ "updatedAt": "2026-02-01T00:00:00Z" })) }),
                )
                .await;
        }
    }
    let input = json!({ "product": "shop", "release": "1", "environment": "e", "status": "FAILED", "updatedAt": never });
    assert_eq!(story.is_refused("RecordDeployment", json!({ "input": input })).await.1, "updatedAt");
}
