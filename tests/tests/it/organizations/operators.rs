//! Operators, and commands that name an organization.

use ballroom_tests::{
    Backend, on_both,
    walk::{fields_of, schema},
};
use serde_json::{Value, json};

use super::{MARK, Two, asks};

on_both!(
    an_operator_creates_organizations_and_sees_nothing_of_them,
    commands_work_for_the_organization_that_is_named,
);

async fn an_operator_creates_organizations_and_sees_nothing_of_them(backend: Backend) {
    let two = Two::start(backend).await;
    let app = &two.app;
    let create = ["operator", "create", "--name", "hosting", "--quiet"];
    let operator = app.database.succeeds(&create).await.trim().to_owned();
    assert!(operator.starts_with("ballroom_operator_"));
    let again = app.database.ballroom(&create).await;
    assert!(!again.status.success() && again.err.contains("already a token"), "{again:?}");

    let keys =
        "{ organizations { totalCount nodes { key name createdAt } } viewer { name role operatesServer } }";
    let listed = asks(app, &operator, keys).await;
    let nodes = listed["organizations"]["nodes"].as_array().unwrap();
    let found: Vec<_> = nodes.iter().map(|node| node["key"].as_str().unwrap()).collect();
    assert_eq!(found, ["main", "other", MARK]);
    assert_eq!(listed["viewer"], json!({ "name": "hosting", "role": null, "operatesServer": true }));
    let create = "mutation { createOrganization(input: { key: \"acme\", name: \"Acme\" }) { outcome secret
        organization { id key name } } }";
    let made = asks(app, &operator, create).await["createOrganization"].clone();
    assert_eq!((&made["outcome"], &made["organization"]["name"]), (&json!("CREATED"), &json!("Acme")));
    let again = asks(app, &operator, create).await["createOrganization"].clone();
    assert_eq!((&again["outcome"], &again["secret"]), (&json!("UNCHANGED"), &Value::Null));
    // The first administrator works with it, and has the usual scales.
    let administrator = made["secret"].as_str().unwrap();
    let seen =
        asks(app, administrator, "{ organization { key } scales { totalCount } tokens { nodes { name } } }")
            .await;
    assert_eq!(seen["organization"]["key"], "acme");
    assert!(seen["scales"]["totalCount"].as_i64().unwrap() > 3);
    let rename = "mutation { renameOrganization(input: { organization: \"acme\", name: \"ACME\" }) {
        organization { name } } }";
    assert_eq!(
        asks(app, &operator, rename).await["renameOrganization"]["organization"]["name"],
        json!("ACME")
    );
    let another = "mutation { createAdministratorToken(input: { organization: \"acme\", name: \"second\" }) { secret } }";
    let another = asks(app, &operator, another).await["createAdministratorToken"]["secret"].clone();
    assert_eq!(
        asks(app, another.as_str().unwrap(), "{ viewer { name role } }").await["viewer"]["role"],
        "ADMINISTRATOR"
    );

    // Nothing else is open to it: every other field of the roots, with and without things of an organization.
    let schema = schema();
    let open =
        ["organizations", "viewer", "createOrganization", "renameOrganization", "createAdministratorToken"];
    for (root, operation) in [("Query", "query"), ("Mutation", "mutation")] {
        for field in fields_of(&schema, root) {
            let (document, variables, _) = two.document(&schema, operation, field, true);
            if open.contains(&field.name.as_str()) {
                for token in [&two.first, &two.second, &app.token] {
                    let (_, answer) = app.plain_answer_to(token, &document, variables.clone()).await;
                    let forbidden = answer["errors"][0]["extensions"]["code"] == "FORBIDDEN";
                    assert_eq!(forbidden, field.name != "viewer", "{document}: {answer:#}");
                }
                continue;
            }
            let (_, answer) = app.plain_answer_to(&operator, &document, variables).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{document}: {answer:#}");
        }
    }
    let body = json!({ "query": "subscription { releaseChanged { id } }" });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(&operator).json(&body);
    let text = asked.header("accept", "text/event-stream").send().await.unwrap().text().await.unwrap();
    assert!(text.contains("FORBIDDEN"), "{text}");
    app.database.succeeds(&["operator", "revoke", "hosting"]).await;
    assert_eq!(app.answer_to(&operator, keys, json!({})).await.0, 401);
    let list = app.database.succeeds(&["operator", "list"]).await;
    assert!(list.contains("hosting") && list.contains("revoked"), "{list}");
    for wrong in ["ballroom_operator_AAAA", &operator.replace("operator_", ""), &format!("{operator}x")] {
        assert_eq!(app.answer_to(wrong, keys, json!({})).await.0, 401, "{wrong}");
    }
}

async fn commands_work_for_the_organization_that_is_named(backend: Backend) {
    let two = Two::start(backend).await;
    let database = &two.app.database;
    let list = database.succeeds(&["organization", "list"]).await;
    for key in ["main", "other", MARK] {
        assert!(list.lines().any(|line| line.trim_start().starts_with(key)), "{key}: {list}");
    }
    let again = database.succeeds(&["organization", "create", "other"]).await;
    assert!(again.contains("already exists"), "{again}");
    let renamed = database.succeeds(&["organization", "create", "other", "--name", "Other Ltd."]).await;
    assert!(renamed.contains("Other Ltd."), "{renamed}");
    let missing = database.ballroom(&["token", "list", "--organization", "othr"]).await;
    assert!(!missing.status.success() && missing.err.contains("did you mean \"other\""), "{missing:?}");

    let file = database.file("feedback.csv", "rating,occurred_at\n3,2026-03-02T00:00:00Z\n");
    let import =
        ["import", "feedback", &file, "--set", "product=own-shop,scale=csat", "--create", "products"];
    database.succeeds(&[&import[..], &["--organization", "other"]].concat()).await;
    let count = "{ product(product: \"own-shop\") { feedback { totalCount } } }";
    assert_eq!(asks(&two.app, &two.second, count).await["product"]["feedback"]["totalCount"], 1);
    let elsewhere = two.app.answer(count, json!({})).await;
    assert_eq!(elsewhere["errors"][0]["extensions"]["code"], "NOT_FOUND", "{elsewhere:#}");

    let report = ["report", "--organization", MARK, "value", "--product", "walled-shop"];
    database.succeeds(&report).await;
    let report = ["report", "value", "--product", "walled-shop", "--organization", "other"];
    assert!(!database.ballroom(&report).await.status.success());
    database.succeeds(&["parameters", "--organization", "other"]).await;
    let tokens = database.succeeds(&["token", "--organization", MARK, "list"]).await;
    assert!(tokens.contains("walled token") && !tokens.contains("other token"), "{tokens}");
    let verified = database.succeeds(&["verify", "--organization", "other"]).await;
    assert!(verified.contains("other:") && !verified.contains("main:"), "{verified}");
}
