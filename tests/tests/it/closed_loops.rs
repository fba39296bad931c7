//! Closing the loop: customers learn what became of what they said, and members what became of their releases.

use std::sync::{Arc, Mutex};

use ballroom::{
    clock,
    domain::{organization, token},
    job::{Jobs, Kind, Settings},
    score::Scores,
    simulate::{DEFAULT_SEED, World, plant::plant},
};
use ballroom_tests::{
    Backend, Database, on_both,
    story::{Actor, Story},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

on_both!(
    a_customer_sees_what_became_of_a_response,
    reporters_are_told_of_a_fix_and_asked_once_whether_it_helped,
    a_watch_ends_with_a_summary,
    the_public_view_shows_what_was_done_and_nothing_private,
    forecasts_are_kept_beside_what_came,
);

const OPERATIONS: &str = include_str!("../stories/loop.graphql");

/// The jobs of a story's database, at times of the test's choice.
struct Clockwork {
    jobs: Jobs,
    now: Arc<Mutex<DateTime<Utc>>>,
    by: ballroom::domain::access::Administer,
}

impl Clockwork {
    async fn of(database: &Database) -> Self {
        let store = database.store().await;
        let now = Arc::new(Mutex::new(clock::now()));
        let shown = now.clone();
        let settings = Settings { clock: Arc::new(move || *shown.lock().unwrap()), ..Settings::default() };
        let (first, _) = organization::first(&store, clock::now()).await.unwrap();
        let by = token::operator(first.id).administers().unwrap();
        Self { jobs: Jobs::new(store.clone(), Scores::new(store), settings), now, by }
    }

    /// Follows up some days from now, once no other process does.
    async fn follows_up(&self, days: i64) {
        *self.now.lock().unwrap() = clock::now() + TimeDelta::days(days);
        for _ in 0..60 {
            if let Ok(ended) = self.jobs.run_now(self.by, Kind::FollowUp).await {
                assert_eq!(
                    ended.outcome,
                    ballroom_entity::job_run::JobOutcome::Succeeded,
                    "{}",
                    ended.message
                );
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        panic!("the job does not end");
    }
}

async fn shop(backend: Backend) -> (Story, Actor, Actor) {
    let story = Story::in_shop(backend, OPERATIONS, &["export", "print"]).await;
    for (version, previous, released) in
        [("1.0", None, Some("2026-01-01T08:00:00Z")), ("1.1", Some("1.0"), None)]
    {
        let input =
            json!({ "product": "shop", "version": version, "previous": previous, "releasedAt": released });
        story.admin.plans_release(input).await;
    }
    let (dora, sue) = (story.member("Dora", "DEVELOPMENT").await, story.member("Sue", "SUPPORT").await);
    story.gets("CreateTeamAndUpdateFeature", json!({ "createTeam": { "key": "exporters" }, "updateFeature": { "product": "shop", "feature": "export", "team": "exporters" }, "addTeamMembers": { "team": "exporters", "members": ["dora@example.com"] } })).await;
    (story, dora, sue)
}

async fn response(story: &Story, fields: Value) -> Value {
    let mut input = json!({ "product": "shop", "feature": "export" });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    story.gets("SubmitFeedback", json!({ "input": input })).await["submitFeedback"]["feedback"]["id"].clone()
}

/// A known error that some responses report.
async fn known_error(story: &Story, fields: Value, feedback: &[&Value]) -> Value {
    let mut input = json!({ "product": "shop", "features": ["export"] });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = story.gets("CreateKnownError", json!({ "input": input })).await;
    let id = made["createKnownError"]["knownError"]["id"].clone();
    story.gets("LinkKnownError", json!({ "input": { "knownError": id, "feedback": feedback } })).await;
    id
}

async fn a_customer_sees_what_became_of_a_response(backend: Backend) {
    let (story, _, sue) = shop(backend).await;
    let (ann, bob) = (story.customer("ann", None).await, story.customer("bob", None).await);
    let hangs = response(&story, json!({ "customer": "ann", "comment": "Export hangs" })).await;
    story.asks(&ann, "MyFeedback", json!({})).await;
    story.asks(&sue, "Seen", json!({ "feedback": [hangs] })).await;
    story.asks(&sue, "Seen", json!({ "feedback": [hangs] })).await;
    story
        .asks(
            &sue,
            "Reply",
            json!({ "input": { "feedback": hangs, "text": "Thank you, we are looking into it." } }),
        )
        .await;
    story.asks(&sue, "Reply", json!({ "input": { "feedback": hangs, "text": " " } })).await;
    known_error(&story, json!({ "title": "Export hangs", "isPublic": true, "fixedIn": ["1.1"] }), &[&hangs])
        .await;
    known_error(&story, json!({ "title": "Secrets leak", "wontFixReason": "A secret." }), &[&hangs]).await;
    story.asks(&ann, "MyFeedback", json!({})).await;
    story.admin.ships_release(json!({ "release": "1.1", "product": "shop" })).await;
    story.asks(&ann, "MyFeedback", json!({})).await;
    story.asks(&ann, "MyNotices", json!({ "unread": true })).await;
    story.asks(&ann, "Read", json!({})).await;
    story.asks(&ann, "MyNotices", json!({ "unread": true })).await;
    story.asks(&bob, "MyNotices", json!({})).await;
    story.asks(&bob, "Notices", json!({ "customer": "ann" })).await;
    story.asks(&bob, "Reply", json!({ "input": { "feedback": hangs, "text": "Mine" } })).await;
    story.asks(&sue, "MyNotices", json!({})).await;
    story.asks(&sue, "Read", json!({})).await;
    insta::assert_snapshot!("what_became_of_a_response", story.transcript());
}

async fn reporters_are_told_of_a_fix_and_asked_once_whether_it_helped(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let clockwork = Clockwork::of(&story.app.database).await;
    let (ann, bob, eve) = (
        story.customer("ann", None).await,
        story.customer("bob", None).await,
        story.customer("eve", None).await,
    );
    let mut said = Vec::new();
    for customer in ["ann", "bob"] {
        said.push(
            response(&story, json!({ "customer": customer, "release": "1.0", "comment": "Export hangs" }))
                .await,
        );
    }
    let fields =
        json!({ "title": "Export hangs", "isPublic": true, "introducedIn": "1.0", "fixedIn": ["1.1"] });
    known_error(&story, fields, &[&said[0], &said[1]]).await;
    clockwork.follows_up(0).await;
    story.asks(&ann, "MyNotices", json!({})).await;
    story.admin.ships_release(json!({ "release": "1.1", "product": "shop" })).await;
    story.gets("RecordDeployment", json!({ "input": { "product": "shop", "release": "1.1", "environment": "ann", "status": "SUCCEEDED" } })).await;
    clockwork.follows_up(0).await;
    clockwork.follows_up(1).await;
    story.asks(&ann, "MyNotices", json!({})).await;
    story.asks(&bob, "MyNotices", json!({})).await;
    story.asks(&eve, "MyNotices", json!({})).await;
    response(&story, json!({ "customer": "bob", "release": "1.1", "comment": "Now it works" })).await;
    clockwork.follows_up(8).await;
    clockwork.follows_up(9).await;
    story.asks(&ann, "MyNotices", json!({})).await;
    story.asks(&bob, "MyNotices", json!({})).await;
    let found = story.asks_silently(&ann, "Notices", json!({ "customer": "ann" })).await;
    let notices = found["customer"]["notices"]["nodes"].as_array().unwrap().clone();
    let of_kind = |kind: &str| notices.iter().find(|one| one["kind"] == kind).unwrap()["id"].clone();
    let question = of_kind("FIX_QUESTION");
    let answer = |notice: &Value, helped: bool| json!({ "input": { "notice": notice, "helped": helped, "comment": "Quicker, too." } });
    story.asks(&bob, "Answer", answer(&question, true)).await;
    story.asks(&sue, "Answer", answer(&question, true)).await;
    story.asks(&ann, "Answer", answer(&of_kind("FIX_INSTALLED"), true)).await;
    story.asks(&ann, "Answer", answer(&question, true)).await;
    story.asks(&ann, "Answer", answer(&question, true)).await;
    story.asks(&dora, "Inbox", json!({})).await;
    insta::assert_snapshot!("reporters_are_told", story.transcript());
}

async fn a_watch_ends_with_a_summary(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let clockwork = Clockwork::of(&story.app.database).await;
    let watch = |fields: Value| {
        let mut input = json!({ "release": "1.1", "product": "shop", "watcher": "dora@example.com" });
        input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "input": input })
    };
    story.asks(&dora, "Watch", watch(json!({ "days": 0 }))).await;
    story.asks(&dora, "Watch", watch(json!({ "watcher": "nobody@example.com" }))).await;
    story.asks(&sue, "Watch", watch(json!({}))).await;
    story.asks(&dora, "Watch", watch(json!({}))).await;
    story.asks(&dora, "Watch", watch(json!({ "days": 7 }))).await;
    story.admin.ships_release(json!({ "release": "1.1", "product": "shop" })).await;
    for (title, release) in [("Export fails", json!("1.1")), ("Print fails", Value::Null)] {
        let input = json!({ "product": "shop", "title": title, "severity": 2, "features": ["print"], "release": release,
            "openedAt": clock::now().to_rfc3339() });
        story.admin.opens_incident(input).await;
    }
    clockwork.follows_up(0).await;
    clockwork.follows_up(1).await;
    story.asks(&dora, "Inbox", json!({})).await;
    story.asks(&sue, "Watched", json!({ "release": "1.1" })).await;
    clockwork.follows_up(8).await;
    clockwork.follows_up(9).await;
    story.asks(&dora, "Inbox", json!({})).await;
    story.asks(&sue, "Watched", json!({ "release": "1.1" })).await;
    story.asks(&dora, "Watch", watch(json!({ "days": 30 }))).await;
    insta::assert_snapshot!("a_watch_ends", story.transcript());
}

async fn the_public_view_shows_what_was_done_and_nothing_private(backend: Backend) {
    let (story, dora, _) = shop(backend).await;
    let boss = story.member("Pat", "PRODUCT").await;
    let mut said = Vec::new();
    for number in 0..5 {
        let comment = format!("private words {number}");
        said.push(
            response(&story, json!({ "customer": format!("customer-{number}"), "comment": comment })).await,
        );
    }
    let said: Vec<&Value> = said.iter().collect();
    let fields = json!({ "title": "<Export> hangs", "cause": "private cause", "workaround": "Wait & see.", "isPublic": true,
        "fixedIn": ["1.0"] });
    known_error(&story, fields, &said).await;
    known_error(&story, json!({ "title": "Few noticed", "isPublic": true, "fixedIn": ["1.1"] }), &said[..2])
        .await;
    known_error(&story, json!({ "title": "private error" }), &said).await;
    story
        .gets(
            "CreateArticle",
            json!({ "input": { "product": "shop", "title": "private draft", "body": "x" } }),
        )
        .await;
    let organization = story.gets("Organization", json!({})).await;
    let url =
        story.app.url(&format!("/public/{}/shop", organization["organization"]["key"].as_str().unwrap()));
    let get = async |accept: &str| {
        let sent = story.app.http().get(&url).header("accept", accept).send().await.unwrap();
        (sent.status().as_u16(), sent.text().await.unwrap())
    };
    assert_eq!(get("text/html").await.0, 404, "it is off at first");
    story.asks(&dora, "Public", json!({ "product": "shop", "on": true })).await;
    assert_eq!(get("text/html").await.0, 404);
    story.asks(&boss, "Public", json!({ "product": "shop", "on": true })).await;
    let (status, shown) = get("application/json").await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(status, 200);
    let known = shown["knownErrors"].as_array().unwrap();
    assert_eq!(
        (&known[0]["title"], &known[0]["reporters"], &known[0]["state"]),
        (&json!("Few noticed"), &Value::Null, &json!("FIX_PLANNED"))
    );
    assert_eq!(
        (&known[1]["title"], &known[1]["reporters"], &known[1]["fixedIn"]),
        (&json!("<Export> hangs"), &json!(5), &json!(["1.0"]))
    );
    assert_eq!(known.len(), 2);
    let releases = shown["releases"].as_array().unwrap();
    assert_eq!(
        (releases.len(), &releases[0]["version"]),
        (1, &json!("1.0")),
        "the planned release is not there"
    );
    let (status, page) = get("text/html,*/*").await;
    assert!(
        status == 200 && page.contains("&lt;Export&gt; hangs") && page.contains("Wait &amp; see."),
        "{page}"
    );
    let (_, page) = page.split_once("</style>").unwrap();
    for text in [shown.to_string(), page.to_owned()] {
        assert!(!text.contains("private") && !text.contains("customer-") && !text.contains("1.1"), "{text}");
    }
    story.asks(&boss, "Public", json!({ "product": "shop", "on": false })).await;
    assert_eq!(get("text/html").await.0, 404);
    insta::assert_snapshot!("the_public_view", story.transcript());
}

/// A year of incidents: each release has a forecast as of the day before it, and most of them hold.
async fn forecasts_are_kept_beside_what_came(backend: Backend) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let now = clock::now();
    let mut world = World::year(DEFAULT_SEED, now.date_naive() - chrono::Days::new(366));
    world.answers.clear();
    let (first, _) = organization::first(&store, now).await.unwrap();
    let viewer = token::operator(first.id);
    plant(&store, &viewer, &world, now, |_| ()).await.unwrap();
    let clockwork = Clockwork::of(&database).await;
    clockwork.follows_up(0).await;
    clockwork.follows_up(0).await;
    let dimensions = store.dimensions(first.id).await.unwrap();
    let product = dimensions.product("product", "atelier").unwrap().id;
    let by = viewer.reports().unwrap();
    let today = now.date_naive();
    let found = ballroom::domain::kept_forecast::calibration(&store, by, product, today).await.unwrap();
    println!("{backend:?}: {found:?}");
    assert!(found.forecasts >= 6, "{found:?}");
    assert!(found.within as f64 / found.forecasts as f64 > 0.6, "{found:?}");
    assert!(found.shares.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{found:?}");
}
