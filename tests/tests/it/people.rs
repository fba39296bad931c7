//! Members and teams: creation, lookup, ownership, and recorded actions.

use ballroom_tests::{App, Backend, Database, on_both};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

on_both!(
    a_member_is_known_by_id_and_email_address,
    a_team_owns_features_and_has_members,
    a_removed_member_is_kept_for_what_was_done,
    a_token_belongs_to_a_member,
    members_change_their_own_preferences,
    who_acts_is_recorded,
    machines_act_by_their_tokens,
    what_was_done_before_it_was_recorded_has_no_actor,
    texts_of_teams_become_teams,
);

const CREATE: &str = "mutation($input: CreateMemberInput!) { createMember(input: $input) { outcome member {
    id email name roles language vocabulary teams { key } removedAt } } }";

async fn member(app: &App, email: &str, more: Value) -> Value {
    let mut input = json!({ "email": email });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.asks(CREATE, json!({ "input": input })).await["createMember"].clone()
}

async fn team(app: &App, key: &str) {
    let create = "mutation($key: String!) { createTeam(input: { key: $key }) { team { id } } }";
    app.asks(create, json!({ "key": key })).await;
}

/// A token of a member, created by an administrator.
async fn token_of(app: &App, email: &str, role: &str) -> String {
    let create = "mutation($input: CreateTokenInput!) { createToken(input: $input) { secret } }";
    let input = json!({ "name": format!("token of {email}"), "role": role, "member": email });
    app.asks(create, json!({ "input": input })).await["createToken"]["secret"].as_str().unwrap().to_owned()
}

async fn a_member_is_known_by_id_and_email_address(backend: Backend) {
    let app = App::start(backend).await;
    team(&app, "desk").await;
    let more = json!({ "name": "Ann Ånger", "roles": ["SUPPORT", "PRODUCT"], "teams": ["desk"], "language": "sv",
        "vocabulary": "ITIL" });
    let made = member(&app, " Ann@Example.com", more.clone()).await;
    let id = made["member"]["id"].clone();
    assert!(id.as_str().unwrap().starts_with("member_"));
    assert_eq!(
        made,
        json!({ "outcome": "CREATED", "member": { "id": id, "email": "ann@example.com", "name": "Ann Ånger",
            "roles": ["PRODUCT", "SUPPORT"], "language": "sv", "vocabulary": "ITIL", "teams": [{ "key": "desk" }],
            "removedAt": null } })
    );
    assert_eq!(member(&app, "ann@example.com", more).await["outcome"], "UNCHANGED");
    assert_eq!(member(&app, "ann@example.com", json!({ "language": "en" })).await["outcome"], "UPDATED");
    assert_eq!(member(&app, "bob@example.com", json!({})).await["member"]["name"], "bob@example.com");
    let find = "query($who: Reference!) { member(member: $who) { name language } }";
    for who in [id.clone(), json!("ANN@example.com")] {
        let found = app.asks(find, json!({ "who": who })).await;
        assert_eq!(found["member"], json!({ "name": "Ann Ånger", "language": "en" }));
    }
    let listed = async |filter: &str| {
        let query = format!("{{ members(filter: {{ {filter} }}) {{ totalCount nodes {{ name }} }} }}");
        let page = app.asks(&query, json!({})).await["members"].clone();
        let names = page["nodes"].as_array().unwrap().iter().map(|node| node["name"].clone());
        let names: Vec<_> = names.collect();
        assert_eq!(page["totalCount"], names.len());
        names
    };
    assert_eq!(listed("").await, ["Ann Ånger", "bob@example.com"]);
    assert_eq!(listed("text: \"ÅNGER\"").await, ["Ann Ånger"]);
    assert_eq!(listed("text: \"BOB@\"").await, ["bob@example.com"]);
    assert_eq!(listed("team: \"desk\"").await, ["Ann Ånger"]);
    assert!(listed("removed: true").await.is_empty());

    for (email, more, argument) in [
        ("ann", json!({}), "email"),
        ("c@example.com", json!({ "roles": ["CUSTOMER"] }), "roles"),
        ("c@example.com", json!({ "language": "Swedish language" }), "language"),
    ] {
        let mut input = json!({ "email": email });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (code, field, message) = app.is_refused(CREATE, json!({ "input": input })).await;
        assert_eq!((code.as_str(), field.as_str()), ("INVALID_ARGUMENT", argument), "{message}");
    }
    let input = json!({ "email": "c@example.com", "teams": ["disk"] });
    let (code, field, message) = app.is_refused(CREATE, json!({ "input": input })).await;
    assert_eq!((code.as_str(), field.as_str()), ("NOT_FOUND", "teams.0"));
    assert!(message.contains("desk"), "it says what may have been meant: {message}");
    let update = "mutation($input: UpdateMemberInput!) { updateMember(input: $input) { member { email } } }";
    let taken = json!({ "input": { "member": id, "email": "bob@example.com" } });
    assert_eq!(app.is_refused(update, taken).await.0, "CONFLICT");
}

async fn a_team_owns_features_and_has_members(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["cart", "search"]).await;
    for email in ["ann@example.com", "bob@example.com"] {
        member(&app, email, json!({})).await;
    }
    let create =
        "mutation($input: CreateTeamInput!) { createTeam(input: $input) { outcome team { id key name }
        alike { key } } }";
    let create = async |input: Value| app.asks(create, json!({ "input": input })).await["createTeam"].clone();
    let made = create(json!({ "key": "finders", "name": "Finders" })).await;
    assert_eq!(made["outcome"], "CREATED");
    assert_eq!(create(json!({ "key": "finders" })).await["outcome"], "UNCHANGED");
    let other = create(json!({ "key": "Finders" })).await;
    assert_eq!(other["alike"], json!([{ "key": "finders" }]));

    let add = "mutation($input: TeamMembersInput!) { addTeamMembers(input: $input) { addedMembers { email }
        team { members { totalCount } } } }";
    let both = json!({ "input": { "team": "finders", "members": ["ann@example.com", "bob@example.com"] } });
    let added = app.asks(add, both.clone()).await["addTeamMembers"].clone();
    assert_eq!(added["addedMembers"].as_array().unwrap().len(), 2);
    let again = app.asks(add, both).await["addTeamMembers"].clone();
    assert_eq!(again, json!({ "addedMembers": [], "team": { "members": { "totalCount": 2 } } }));
    let remove =
        "mutation { removeTeamMembers(input: { team: \"finders\", members: [\"bob@example.com\"] }) {
        removedMembers { email } } }";
    let removed = app.asks(remove, json!({})).await["removeTeamMembers"].clone();
    assert_eq!(removed["removedMembers"], json!([{ "email": "bob@example.com" }]));

    let own = "mutation { createFeature(input: { product: \"shop\", key: \"search\", team: \"finders\" }) {
        outcome feature { id team { name } } } }";
    let owned = app.asks(own, json!({})).await["createFeature"].clone();
    assert_eq!(
        (&owned["outcome"], &owned["feature"]["team"]["name"]),
        (&json!("UPDATED"), &json!("Finders"))
    );
    let shown =
        "{ team(team: \"finders\") { features { totalCount nodes { key } } members { nodes { email } } }
        features(filter: { team: \"finders\" }) { nodes { key } }
        teams(filter: { text: \"FIND\" }) { totalCount } }";
    let shown = app.asks(shown, json!({})).await;
    assert_eq!(
        shown["team"],
        json!({ "features": { "totalCount": 1, "nodes": [{ "key": "search" }] },
            "members": { "nodes": [{ "email": "ann@example.com" }] } })
    );
    assert_eq!(shown["features"]["nodes"], json!([{ "key": "search" }]));
    assert_eq!(shown["teams"]["totalCount"], 2);
    let none = "mutation($id: Reference!) { updateFeature(input: { feature: $id, team: \"seekers\" }) { feature { id } } }";
    let (code, argument, _) = app.is_refused(none, json!({ "id": owned["feature"]["id"] })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("NOT_FOUND", "team"));

    let remove = "mutation { removeTeam(input: { team: \"finders\" }) { removedId } }";
    let removed = app.asks(remove, json!({})).await;
    assert_eq!(removed["removeTeam"]["removedId"], made["team"]["id"]);
    let left = "{ feature(product: \"shop\", feature: \"search\") { team { key } }
        member(member: \"ann@example.com\") { teams { key } } teams { nodes { key } } }";
    assert_eq!(
        app.asks(left, json!({})).await,
        json!({ "feature": { "team": null }, "member": { "teams": [] }, "teams": { "nodes": [{ "key": "Finders" }] } })
    );
}

async fn a_removed_member_is_kept_for_what_was_done(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    team(&app, "desk").await;
    let ann = member(&app, "ann@example.com", json!({ "name": "Ann", "teams": ["desk"] })).await;
    let token = token_of(&app, "ann@example.com", "SUPPORT").await;
    let open = "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\" }) { incident { id } } }";
    let (_, opened) = app.answer_to(&token, open, json!({})).await;
    let incident = opened["data"]["openIncident"]["incident"]["id"].clone();

    let remove = "mutation { removeMember(input: { member: \"ann@example.com\" }) { member { removedAt } } }";
    let removed = app.asks(remove, json!({})).await["removeMember"]["member"]["removedAt"].clone();
    assert!(removed.is_string());
    assert_eq!(app.asks(remove, json!({})).await["removeMember"]["member"]["removedAt"], removed);
    assert_eq!(app.answer_to(&token, "{ viewer { name } }", json!({})).await.0, 401, "the token is revoked");
    let shown = app
        .asks(
            "query($id: ID!) { incident(id: $id) { openedBy { name member { id } } } members { totalCount }
            team(team: \"desk\") { members { totalCount } }
            gone: members(filter: { removed: true }) { nodes { name } } }",
            json!({ "id": incident }),
        )
        .await;
    assert_eq!(
        shown,
        json!({ "incident": { "openedBy": { "name": "Ann", "member": { "id": ann["member"]["id"] } } },
            "members": { "totalCount": 0 }, "team": { "members": { "totalCount": 0 } },
            "gone": { "nodes": [{ "name": "Ann" }] } })
    );
    let add = "mutation { addTeamMembers(input: { team: \"desk\", members: [\"ann@example.com\"] }) { team { id } } }";
    assert_eq!(app.is_refused(add, json!({})).await.1, "members.0");
    let back = member(&app, "ann@example.com", json!({})).await;
    assert_eq!(
        (&back["outcome"], &back["member"]["id"], &back["member"]["removedAt"]),
        (&json!("UPDATED"), &ann["member"]["id"], &Value::Null)
    );
}

async fn a_token_belongs_to_a_member(backend: Backend) {
    let app = App::start(backend).await;
    member(&app, "ann@example.com", json!({ "name": "Ann" })).await;
    let create = ["token", "create", "--role", "support", "--name", "phone", "--quiet", "--member"];
    let token = app.database.succeeds(&[&create[..], &["ann@example.com"]].concat()).await.trim().to_owned();
    let ask = "{ viewer { name role scope member { name } customer { id } operatesServer } }";
    let (_, seen) = app.answer_to(&token, ask, json!({})).await;
    assert_eq!(
        seen["data"]["viewer"],
        json!({ "name": "phone", "role": "SUPPORT", "scope": "FULL", "member": { "name": "Ann" },
            "customer": null, "operatesServer": false })
    );
    assert_eq!(app.asks(ask, json!({})).await["viewer"]["member"], Value::Null, "a machine");
    let tokens =
        app.asks("{ tokens { nodes { name member { name } } } }", json!({})).await["tokens"]["nodes"].clone();
    let phone = tokens.as_array().unwrap().iter().find(|token| token["name"] == "phone").unwrap();
    assert_eq!(phone["member"], json!({ "name": "Ann" }));
    let list = app.database.succeeds(&["token", "list"]).await;
    assert!(list.lines().any(|line| line.contains("phone") && line.contains("Ann")), "{list}");
    let missing = app.database.ballroom(&[&create[..], &["bob@example.com"]].concat()).await;
    assert!(!missing.status.success() && missing.err.contains("bob@example.com"), "{missing:?}");
    app.product("shop", &[]).await;
    let create = "mutation($input: CreateTokenInput!) { createToken(input: $input) { secret } }";
    let input = json!({ "name": "page", "role": "PRODUCT", "scope": "PUBLISHABLE", "product": "shop",
        "member": "ann@example.com" });
    assert_eq!(app.is_refused(create, json!({ "input": input })).await.1, "member");
}

async fn members_change_their_own_preferences(backend: Backend) {
    let app = App::start(backend).await;
    member(&app, "ann@example.com", json!({ "name": "Ann" })).await;
    member(&app, "bob@example.com", json!({ "name": "Bob" })).await;
    let token = token_of(&app, "ann@example.com", "BUSINESS").await;
    let change = "mutation { updateProfile(input: { language: \"de\", vocabulary: AGILE }) {
        member { name language vocabulary } } }";
    let (_, changed) = app.answer_to(&token, change, json!({})).await;
    assert_eq!(
        changed["data"]["updateProfile"]["member"],
        json!({ "name": "Ann", "language": "de", "vocabulary": "AGILE" })
    );
    let other = "mutation { updateMember(input: { member: \"bob@example.com\", language: \"de\" }) { member { id } } }";
    let (_, refused) = app.answer_to(&token, other, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
    let (code, argument, message) = app.is_refused(change, json!({})).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "token"), "{message}");
}

async fn who_acts_is_recorded(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for name in ["Ann", "Bob"] {
        member(&app, &format!("{name}@example.com"), json!({ "name": name })).await;
    }
    let ann = token_of(&app, "ann@example.com", "OPERATIONS").await;
    let bob = token_of(&app, "bob@example.com", "OPERATIONS").await;
    let does = async |token: &str, verb: &str| {
        let document = format!("mutation {{ did: {verb} }}");
        let (_, answer) = app.answer_to(token, &document, json!({})).await;
        assert!(answer.get("errors").is_none(), "{document}: {answer:#}");
        answer["data"]["did"].clone()
    };
    let opened = does(
        &ann,
        "openIncident(input: { product: \"shop\", severity: 2, title: \"x\", openedAt: \"2026-03-01T00:00:00Z\" }) {
            incident { id } }",
    )
    .await;
    let incident = opened["incident"]["id"].as_str().unwrap();
    let id = format!("incident: \"{incident}\"");
    does(
        &bob,
        &format!(
            "resolveIncident(input: {{ {id}, resolvedAt: \"2026-03-02T00:00:00Z\" }}) {{ incident {{ id }} }}"
        ),
    )
    .await;
    // Submitted again by another member: the author is still Bob.
    does(&ann, &format!("resolveIncident(input: {{ {id} }}) {{ incident {{ id }} }}")).await;
    let show = format!(
        "{{ incident(id: \"{incident}\") {{ openedBy {{ name }} reopenedBy {{ name }} resolvedBy {{ name token }}
            intervals {{ openedBy {{ name }} resolvedBy {{ name }} }} attributions {{ statedBy {{ name }} }} }} }}"
    );
    let shown = app.asks(&show, json!({})).await["incident"].clone();
    assert_eq!(
        shown,
        json!({ "openedBy": { "name": "Ann" }, "reopenedBy": null,
            "resolvedBy": { "name": "Bob", "token": "token of bob@example.com" },
            "intervals": [{ "openedBy": { "name": "Ann" }, "resolvedBy": { "name": "Bob" } }], "attributions": [] })
    );
    does(
        &bob,
        &format!(
            "reopenIncident(input: {{ {id}, reopenedAt: \"2026-03-03T00:00:00Z\" }}) {{ incident {{ id }} }}"
        ),
    )
    .await;
    does(
        &ann,
        &format!("attributeIncident(input: {{ {id}, basis: NOT_CAUSED_BY_CHANGE }}) {{ incident {{ id }} }}"),
    )
    .await;
    let shown = app.asks(&show, json!({})).await["incident"].clone();
    assert_eq!(
        shown,
        json!({ "openedBy": { "name": "Ann" }, "reopenedBy": { "name": "Bob" }, "resolvedBy": null,
            "intervals": [{ "openedBy": { "name": "Ann" }, "resolvedBy": { "name": "Bob" } },
                { "openedBy": { "name": "Bob" }, "resolvedBy": null }],
            "attributions": [{ "statedBy": { "name": "Ann" } }] })
    );

    does(&ann, "planRelease(input: { product: \"shop\", version: \"1\" }) { outcome }").await;
    does(
        &bob,
        "shipRelease(input: { product: \"shop\", release: \"1\", releasedAt: \"2026-03-01T00:00:00Z\" }) { outcome }",
    )
    .await;
    does(
        &ann,
        "withdrawRelease(input: { product: \"shop\", release: \"1\", withdrawnAt: \"2026-03-02T00:00:00Z\" }) { outcome }",
    )
    .await;
    let show = "{ release(product: \"shop\", release: \"1\") { plannedBy { name } shippedBy { name } withdrawnBy { name }
        deployments { recordedBy { name } } } }";
    assert_eq!(
        app.asks(show, json!({})).await["release"],
        json!({ "plannedBy": { "name": "Ann" }, "shippedBy": { "name": "Bob" }, "withdrawnBy": { "name": "Ann" },
            "deployments": [] })
    );
    let deploy = "recordDeployment(input: { product: \"shop\", release: \"1\", environment: \"production\",
        status: SUCCEEDED, deployedAt: \"2026-03-05T00:00:00Z\" }) { outcome }";
    does(&bob, deploy).await;
    // The deployment has shipped it again: shipping it once more changes nothing.
    does(&ann, "shipRelease(input: { product: \"shop\", release: \"1\" }) { outcome }").await;
    assert_eq!(
        app.asks(show, json!({})).await["release"],
        json!({ "plannedBy": { "name": "Ann" }, "shippedBy": { "name": "Bob" }, "withdrawnBy": null,
            "deployments": [{ "recordedBy": { "name": "Bob" } }] })
    );
    app.verify().await;
}

async fn machines_act_by_their_tokens(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1\", releasedAt: \"2026-03-01T00:00:00Z\" }) {
        release { shippedBy { name member { id } authentication token } } } }";
    assert_eq!(
        app.asks(plan, json!({})).await["planRelease"]["release"]["shippedBy"],
        json!({ "name": "test", "member": null, "authentication": "TOKEN", "token": "test" })
    );
    let file = app.database.file("incidents.csv", "title,severity,opened_at\nslow,3,2026-03-02T00:00:00Z\n");
    app.database.succeeds(&["import", "incidents", &file, "--set", "product=shop"]).await;
    let imported = app.asks("{ incidents { nodes { openedBy { name authentication token } } } }", json!({}));
    assert_eq!(
        imported.await["incidents"]["nodes"],
        json!([{ "openedBy": { "name": "command line", "authentication": "COMMAND_LINE", "token": null } }])
    );
}

async fn what_was_done_before_it_was_recorded_has_no_actor(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let open = "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\" }) { incident { id } } }";
    app.asks(open, json!({})).await;
    let db = sea_orm::Database::connect(app.database.url()).await.unwrap();
    db.execute_unprepared("UPDATE incident SET opened_by = NULL").await.unwrap();
    let shown = app.asks("{ incidents { nodes { openedBy { name } } } }", json!({})).await;
    assert_eq!(shown["incidents"]["nodes"], json!([{ "openedBy": null }]));
}

/// Before there were teams, a feature had the name of one as a text.
async fn texts_of_teams_become_teams(backend: Backend) {
    use sea_orm_migration::MigratorTrait;

    let database = Database::create(backend).await;
    let mut app = App::on(database.clone()).await;
    app.product("shop", &["cart", "search", "help"]).await;
    app.kill().await;
    let db = sea_orm::Database::connect(database.url()).await.unwrap();
    let people = "m0018_people";
    let steps = ballroom_migration::Migrator::migrations();
    let after = steps.iter().rev().take_while(|step| step.name() != people).count() as u32;
    ballroom_migration::Migrator::down(&db, Some(after + 1)).await.unwrap();
    let backend = db.get_database_backend();
    for sql in [
        "UPDATE feature SET team = 'Finders' WHERE key IN ('cart', 'search')",
        "UPDATE feature SET team = 'Desk' WHERE key = 'help'",
    ] {
        db.execute_raw(Statement::from_string(backend, sql)).await.unwrap();
    }
    db.close().await.unwrap();
    let app = App::on(database).await;
    let shown = app
        .asks(
            "{ teams(filter: { text: \"finders\" }) { nodes { key name features { nodes { key } } } }
            feature(product: \"shop\", feature: \"help\") { team { key } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        shown,
        json!({ "teams": { "nodes": [{ "key": "Finders", "name": "Finders",
                "features": { "nodes": [{ "key": "cart" }, { "key": "search" }] } }] },
            "feature": { "team": { "key": "Desk" } } })
    );
}
