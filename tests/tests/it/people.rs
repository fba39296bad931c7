//! Members and teams: creation, lookup, ownership, and recorded actions.

use ballroom_tests::{Backend, Database, on_both, story::Story};
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

const OPERATIONS: &str = include_str!("../stories/people.graphql");

async fn member(story: &Story, email: &str, more: Value) -> Value {
    let mut input = json!({ "email": email });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    story.gets("CreateMember", json!({ "input": input })).await["createMember"].clone()
}

async fn team(story: &Story, key: &str) {
    story.gets("CreateTeam", json!({ "key": key })).await;
}

/// A token of a member, created by an administrator.
async fn token_of(story: &Story, email: &str, role: &str) -> String {
    let input = json!({ "name": format!("token of {email}"), "role": role, "member": email });
    story.gets("CreateToken", json!({ "input": input })).await["createToken"]["secret"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn a_member_is_known_by_id_and_email_address(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    team(&story, "desk").await;
    let more = json!({ "name": "Ann Ånger", "roles": ["SUPPORT", "PRODUCT"], "teams": ["desk"], "language": "sv",
        "vocabulary": "ITIL" });
    let made = member(&story, " Ann@Example.com", more.clone()).await;
    let id = made["member"]["id"].clone();
    assert!(id.as_str().unwrap().starts_with("member_"));
    assert_eq!(
        made,
        json!({ "outcome": "CREATED", "member": { "id": id, "email": "ann@example.com", "name": "Ann Ånger",
            "roles": ["PRODUCT", "SUPPORT"], "language": "sv", "vocabulary": "ITIL", "teams": [{ "key": "desk" }],
            "removedAt": null } })
    );
    assert_eq!(member(&story, "ann@example.com", more).await["outcome"], "UNCHANGED");
    assert_eq!(member(&story, "ann@example.com", json!({ "language": "en" })).await["outcome"], "UPDATED");
    assert_eq!(member(&story, "bob@example.com", json!({})).await["member"]["name"], "bob@example.com");
    for who in [id.clone(), json!("ANN@example.com")] {
        let found = story.gets("Member", json!({ "who": who })).await;
        assert_eq!(found["member"], json!({ "name": "Ann Ånger", "language": "en" }));
    }
    let listed = async |filter: &str| {
        let query = format!("{{ members(filter: {{ {filter} }}) {{ totalCount nodes {{ name }} }} }}");
        let page = story.app.asks(&query, json!({})).await["members"].clone();
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
        let (code, field, message) = story.is_refused("CreateMember", json!({ "input": input })).await;
        assert_eq!((code.as_str(), field.as_str()), ("INVALID_ARGUMENT", argument), "{message}");
    }
    let input = json!({ "email": "c@example.com", "teams": ["disk"] });
    let (code, field, message) = story.is_refused("CreateMember", json!({ "input": input })).await;
    assert_eq!((code.as_str(), field.as_str()), ("NOT_FOUND", "teams.0"));
    assert!(message.contains("desk"), "it says what may have been meant: {message}");
    let taken = json!({ "input": { "member": id, "email": "bob@example.com" } });
    assert_eq!(story.is_refused("UpdateMember", taken).await.0, "CONFLICT");
}

async fn a_team_owns_features_and_has_members(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart", "search"]).await;
    for email in ["ann@example.com", "bob@example.com"] {
        member(&story, email, json!({})).await;
    }
    let create = async |input: Value| {
        story.gets("CreateTeamWithOutcome", json!({ "input": input })).await["createTeam"].clone()
    };
    let made = create(json!({ "key": "finders", "name": "Finders" })).await;
    assert_eq!(made["outcome"], "CREATED");
    assert_eq!(create(json!({ "key": "finders" })).await["outcome"], "UNCHANGED");
    let other = create(json!({ "key": "Finders" })).await;
    assert_eq!(other["alike"], json!([{ "key": "finders" }]));

    let both = json!({ "input": { "team": "finders", "members": ["ann@example.com", "bob@example.com"] } });
    let added = story.gets("AddTeamMembers", both.clone()).await["addTeamMembers"].clone();
    assert_eq!(added["addedMembers"].as_array().unwrap().len(), 2);
    let again = story.gets("AddTeamMembers", both).await["addTeamMembers"].clone();
    assert_eq!(again, json!({ "addedMembers": [], "team": { "members": { "totalCount": 2 } } }));
    let removed = story
        .gets("RemoveTeamMembers", json!({ "input": { "team": "finders", "members": ["bob@example.com"] } }))
        .await["removeTeamMembers"]
        .clone();
    assert_eq!(removed["removedMembers"], json!([{ "email": "bob@example.com" }]));

    let owned = story
        .gets("CreateFeature", json!({ "input": { "product": "shop", "key": "search", "team": "finders" } }))
        .await["createFeature"]
        .clone();
    assert_eq!(
        (&owned["outcome"], &owned["feature"]["team"]["name"]),
        (&json!("UPDATED"), &json!("Finders"))
    );
    let shown = story.gets("TeamAndFeatures", json!({})).await;
    assert_eq!(
        shown["team"],
        json!({ "features": { "totalCount": 1, "nodes": [{ "key": "search" }] },
            "members": { "nodes": [{ "email": "ann@example.com" }] } })
    );
    assert_eq!(shown["features"]["nodes"], json!([{ "key": "search" }]));
    assert_eq!(shown["teams"]["totalCount"], 2);
    let (code, argument, _) =
        story.is_refused("UpdateFeature", json!({ "id": owned["feature"]["id"] })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("NOT_FOUND", "team"));

    let removed = story.gets("RemoveTeam", json!({ "input": { "team": "finders" } })).await;
    assert_eq!(removed["removeTeam"]["removedId"], made["team"]["id"]);
    assert_eq!(
        story.gets("FeatureAndMember", json!({})).await,
        json!({ "feature": { "team": null }, "member": { "teams": [] }, "teams": { "nodes": [{ "key": "Finders" }] } })
    );
}

async fn a_removed_member_is_kept_for_what_was_done(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    team(&story, "desk").await;
    let ann = member(&story, "ann@example.com", json!({ "name": "Ann", "teams": ["desk"] })).await;
    let token = token_of(&story, "ann@example.com", "SUPPORT").await;
    let (_, opened) = story
        .answer_to(
            &token,
            "OpenIncident",
            json!({ "input": { "product": "shop", "severity": 2, "title": "x" } }),
        )
        .await;
    let incident = opened["data"]["openIncident"]["incident"]["id"].clone();

    let removed = story.gets("RemoveMember", json!({})).await["removeMember"]["member"]["removedAt"].clone();
    assert!(removed.is_string());
    assert_eq!(story.gets("RemoveMember", json!({})).await["removeMember"]["member"]["removedAt"], removed);
    assert_eq!(story.answer_to(&token, "Viewer", json!({})).await.0, 401, "the token is revoked");
    let shown = story.gets("IncidentAndMembers", json!({ "id": incident })).await;
    assert_eq!(
        shown,
        json!({ "incident": { "openedBy": { "name": "Ann", "member": { "id": ann["member"]["id"] } } },
            "members": { "totalCount": 0 }, "team": { "members": { "totalCount": 0 } },
            "gone": { "nodes": [{ "name": "Ann" }] } })
    );
    assert_eq!(
        story
            .is_refused(
                "AddTeamMembersWithTeam",
                json!({ "input": { "team": "desk", "members": ["ann@example.com"] } })
            )
            .await
            .1,
        "members.0"
    );
    let back = member(&story, "ann@example.com", json!({})).await;
    assert_eq!(
        (&back["outcome"], &back["member"]["id"], &back["member"]["removedAt"]),
        (&json!("UPDATED"), &ann["member"]["id"], &Value::Null)
    );
}

async fn a_token_belongs_to_a_member(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    member(&story, "ann@example.com", json!({ "name": "Ann" })).await;
    let create = ["token", "create", "--role", "support", "--name", "phone", "--quiet", "--member"];
    let token =
        story.database.succeeds(&[&create[..], &["ann@example.com"]].concat()).await.trim().to_owned();
    let (_, seen) = story.answer_to(&token, "ViewerMember", json!({})).await;
    assert_eq!(
        seen["data"]["viewer"],
        json!({ "name": "phone", "role": "SUPPORT", "scope": "FULL", "member": { "name": "Ann" },
            "customer": null, "operatesServer": false })
    );
    assert_eq!(story.gets("ViewerMember", json!({})).await["viewer"]["member"], Value::Null, "a machine");
    let tokens = story.gets("Tokens", json!({})).await["tokens"]["nodes"].clone();
    let phone = tokens.as_array().unwrap().iter().find(|token| token["name"] == "phone").unwrap();
    assert_eq!(phone["member"], json!({ "name": "Ann" }));
    let list = story.database.succeeds(&["token", "list"]).await;
    assert!(list.lines().any(|line| line.contains("phone") && line.contains("Ann")), "{list}");
    let missing = story.database.ballroom(&[&create[..], &["bob@example.com"]].concat()).await;
    assert!(!missing.status.success() && missing.err.contains("bob@example.com"), "{missing:?}");
    story.product("shop", &[]).await;
    let input = json!({ "name": "page", "role": "PRODUCT", "scope": "PUBLISHABLE", "product": "shop",
        "member": "ann@example.com" });
    assert_eq!(story.is_refused("CreateToken", json!({ "input": input })).await.1, "member");
}

async fn members_change_their_own_preferences(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    member(&story, "ann@example.com", json!({ "name": "Ann" })).await;
    member(&story, "bob@example.com", json!({ "name": "Bob" })).await;
    let token = token_of(&story, "ann@example.com", "BUSINESS").await;
    let (_, changed) = story.answer_to(&token, "UpdateProfile", json!({})).await;
    assert_eq!(
        changed["data"]["updateProfile"]["member"],
        json!({ "name": "Ann", "language": "de", "vocabulary": "AGILE" })
    );
    let (_, refused) = story
        .answer_to(
            &token,
            "UpdateMemberWithMember",
            json!({ "input": { "member": "bob@example.com", "language": "de" } }),
        )
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
    let (code, argument, message) = story.is_refused("UpdateProfile", json!({})).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "token"), "{message}");
}

async fn who_acts_is_recorded(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    for name in ["Ann", "Bob"] {
        member(&story, &format!("{name}@example.com"), json!({ "name": name })).await;
    }
    let ann = token_of(&story, "ann@example.com", "OPERATIONS").await;
    let bob = token_of(&story, "bob@example.com", "OPERATIONS").await;
    let does = async |token: &str, verb: &str| {
        let document = format!("mutation {{ did: {verb} }}");
        let (_, answer) = story.app.answer_to(token, &document, json!({})).await;
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
    let shown = story.app.asks(&show, json!({})).await["incident"].clone();
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
    let shown = story.app.asks(&show, json!({})).await["incident"].clone();
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
    assert_eq!(
        story.gets("ReleasePlannedBy", json!({})).await["release"],
        json!({ "plannedBy": { "name": "Ann" }, "shippedBy": { "name": "Bob" }, "withdrawnBy": { "name": "Ann" },
            "deployments": [] })
    );
    let deploy = "recordDeployment(input: { product: \"shop\", release: \"1\", environment: \"production\",
        status: SUCCEEDED, deployedAt: \"2026-03-05T00:00:00Z\" }) { outcome }";
    does(&bob, deploy).await;
    // The deployment has shipped it again: shipping it once more changes nothing.
    does(&ann, "shipRelease(input: { product: \"shop\", release: \"1\" }) { outcome }").await;
    assert_eq!(
        story.gets("ReleasePlannedBy", json!({})).await["release"],
        json!({ "plannedBy": { "name": "Ann" }, "shippedBy": { "name": "Bob" }, "withdrawnBy": null,
            "deployments": [{ "recordedBy": { "name": "Bob" } }] })
    );
    story.verify().await;
}

async fn machines_act_by_their_tokens(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    assert_eq!(
        story.gets("PlanRelease", json!({ "input": { "product": "shop", "version": "1", "releasedAt": "2026-03-01T00:00:00Z" } })).await["planRelease"]["release"]["shippedBy"],
        json!({ "name": "test", "member": null, "authentication": "TOKEN", "token": "test" })
    );
    let file =
        story.database.file("incidents.csv", "title,severity,opened_at\nslow,3,2026-03-02T00:00:00Z\n");
    story.database.succeeds(&["import", "incidents", &file, "--set", "product=shop"]).await;
    let imported = story.gets("Incidents", json!({}));
    assert_eq!(
        imported.await["incidents"]["nodes"],
        json!([{ "openedBy": { "name": "command line", "authentication": "COMMAND_LINE", "token": null } }])
    );
}

async fn what_was_done_before_it_was_recorded_has_no_actor(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    story.gets("OpenIncident", json!({ "input": { "product": "shop", "severity": 2, "title": "x" } })).await;
    let db = sea_orm::Database::connect(story.database.url()).await.unwrap();
    db.execute_unprepared("UPDATE incident SET opened_by = NULL").await.unwrap();
    let shown = story.gets("IncidentsWithOpenedBy", json!({})).await;
    assert_eq!(shown["incidents"]["nodes"], json!([{ "openedBy": null }]));
}

/// Before there were teams, a feature had the name of one as a text.
async fn texts_of_teams_become_teams(backend: Backend) {
    use sea_orm_migration::MigratorTrait;

    let database = Database::create(backend).await;
    let mut story = Story::with(database.clone(), &[], OPERATIONS).await;
    story.product("shop", &["cart", "search", "help"]).await;
    story.kill().await;
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
    let story = Story::with(database, &[], OPERATIONS).await;
    let shown = story.gets("TeamsAndFeature", json!({})).await;
    assert_eq!(
        shown,
        json!({ "teams": { "nodes": [{ "key": "Finders", "name": "Finders",
                "features": { "nodes": [{ "key": "cart" }, { "key": "search" }] } }] },
            "feature": { "team": { "key": "Desk" } } })
    );
}
