//! Feedback requests: one question, by a link that works once.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    customers_of_a_release_answer_one_question_by_a_link,
    nobody_is_asked_more_often_than_allowed,
    a_link_that_is_not_valid_says_so,
    requests_are_made_by_those_who_manage_the_product,
);

const OPERATIONS: &str = include_str!("../stories/request.graphql");

/// A shop whose release 2.0 changed the search, which customers of two segments have rated, and one the cart only.
async fn shop(backend: Backend) -> Story {
    let story = Story::in_shop(backend, OPERATIONS, &["cart", "search"]).await;
    let touched = json!([{ "feature": "search", "change": "CHANGED" }]);
    let shipped = (ballroom::clock::now() - chrono::TimeDelta::days(3)).to_rfc3339();
    let release = json!({ "product": "shop", "version": "2.0", "features": touched, "releasedAt": shipped });
    story.admin.plans_release(release).await;
    let planned = json!({ "product": "shop", "version": "3.0" });
    story.admin.plans_release(planned).await;
    for (segment, customers) in [("gold", 6), ("silver", 3)] {
        story.gets("CreateSegment", json!({ "key": segment })).await;
        for n in 0..customers {
            let key = format!("{segment}-{n}");
            story.customer(&key, Some(segment)).await;
            responds(&story, &key, "search").await;
        }
    }
    story.customer("other", None).await;
    responds(&story, "other", "cart").await;
    story
}

async fn responds(story: &Story, customer: &str, feature: &str) {
    let input =
        json!({ "product": "shop", "feature": feature, "customer": customer, "scale": "stars", "rating": 4 });
    story.app.submits(input).await;
}

fn request() -> Value {
    json!({ "product": "shop", "release": "2.0", "feature": "search", "scale": "csat",
        "question": "Did the new search give you <value>?" })
}

/// Makes a request and returns its ID, and the links of its customers by key.
async fn asked(story: &Story, input: Value) -> (String, Vec<(String, String)>) {
    let made =
        story.gets("CreateFeedbackRequest", json!({ "input": input })).await["createFeedbackRequest"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let links = made["invitations"].as_array().unwrap().iter();
    let mut links: Vec<_> = links.map(|one| (text(&one["customer"]["key"]), text(&one["path"]))).collect();
    links.sort();
    (text(&made["request"]["id"]), links)
}

async fn get(story: &Story, path: &str) -> (u16, String) {
    let response = story.app.http().get(story.app.url(path)).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn post(story: &Story, path: &str, form: &str) -> (u16, String) {
    let request = story.app.http().post(story.app.url(path)).body(form.to_owned());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn customers_of_a_release_answer_one_question_by_a_link(backend: Backend) {
    let story = shop(backend).await;
    let (id, links) = asked(&story, request()).await;
    let keys: Vec<_> = links.iter().map(|(key, _)| key.as_str()).collect();
    let everyone =
        ["gold-0", "gold-1", "gold-2", "gold-3", "gold-4", "gold-5", "silver-0", "silver-1", "silver-2"];
    assert_eq!(keys, everyone, "whoever rated the search, and nobody else");

    // Programs that look at links use nothing up.
    for _ in 0..2 {
        let (status, page) = get(&story, &links[0].1).await;
        assert_eq!(status, 200);
        assert!(page.contains("<legend>Did the new search give you &lt;value&gt;?</legend>"), "{page}");
        assert!(page.contains("<html lang=\"en\">") && page.contains("<title>Did the new search"), "{page}");
        assert_eq!(page.matches("type=\"radio\"").count(), 5);
        assert!(
            page.contains("<label class=\"comment\" for=\"comment\">") && page.contains("id=\"comment\"")
        );
        assert!(!page.contains("<script") && !page.contains("http") && page.len() < 5_000, "{}", page.len());
    }
    let response = story.app.http().get(story.app.url(&links[0].1)).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(
        (header("referrer-policy"), header("cache-control")),
        ("no-referrer".into(), "no-store".into())
    );

    // A response that is none leaves the link as it was.
    let (status, page) = post(&story, &links[0].1, "rating=9&comment=x").await;
    assert_eq!(status, 422);
    assert!(page.contains("role=\"alert\"") && page.contains("between 1 and 5"), "{page}");
    assert_eq!(post(&story, &links[0].1, "comment=only").await.0, 422);
    let (status, page) = post(&story, &links[0].1, "rating=5&comment=It+finds+%3Ceverything%3E.").await;
    assert_eq!((status, page.contains("Thank you")), (200, true), "{page}");
    // It works once.
    assert_eq!(post(&story, &links[0].1, "rating=1").await.0, 410);
    assert_eq!(get(&story, &links[0].1).await.0, 410);
    // Two at the same time are one.
    let both = tokio::join!(post(&story, &links[6].1, "rating=2"), post(&story, &links[6].1, "rating=4"));
    let mut both = [both.0.0, both.1.0];
    both.sort_unstable();
    assert_eq!(both, [200, 410]);
    post(&story, &links[1].1, "rating=4&comment=").await;

    let sue = story.member("Sue", "SUPPORT").await;
    let bea = story.member("Bea", "BUSINESS").await;
    story.asks(&sue, "Request", json!({ "id": id })).await;
    story.asks(&bea, "Request", json!({ "id": id })).await;
    story.asks(&sue, "Answers", json!({})).await;
    story.app.verify().await;
    insta::assert_snapshot!("one_question_by_a_link", story.transcript());
}

async fn nobody_is_asked_more_often_than_allowed(backend: Backend) {
    let story = shop(backend).await;
    let with = |more: Value| {
        let mut input = request();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let (_, some) = asked(&story, with(json!({ "customers": 4 }))).await;
    let (_, gold) = asked(&story, with(json!({ "customers": 2, "segment": "gold" }))).await;
    let (_, rest) = asked(&story, with(json!({ "customers": 100 }))).await;
    assert_eq!((some.len(), gold.len(), rest.len()), (4, 2, 3));
    assert!(gold.iter().all(|(key, _)| key.starts_with("gold")));
    let mut everyone: Vec<_> = [some, gold, rest].concat().into_iter().map(|(key, _)| key).collect();
    everyone.sort();
    everyone.dedup();
    assert_eq!(everyone.len(), 9, "each is asked once");
    let (code, field, message) =
        story.is_refused("CreateFeedbackRequestWithRequest", json!({ "input": request() })).await;
    assert_eq!((code.as_str(), field.as_str()), ("INVALID_ARGUMENT", "release"));
    assert!(message.contains("30 days"), "{message}");
}

async fn a_link_that_is_not_valid_says_so(backend: Backend) {
    let story = shop(backend).await;
    let (id, links) = asked(&story, request()).await;
    let path = &links[0].1;
    // One that was guessed, in its secret part, looks like one that never was.
    let (start, last) = path.split_at(path.len() - 6);
    let guessed = format!("{start}{}", if last == "AAAAAA" { "BBBBBA" } else { "AAAAAA" });
    for wrong in [guessed.as_str(), "/ask/x", "/ask/AAAA", &path[..path.len() - 4]] {
        let (status, page) = get(&story, wrong).await;
        assert_eq!(status, 404, "{wrong}");
        assert!(page.contains("not valid"));
        assert_eq!(post(&story, wrong, "rating=1").await.0, 404);
    }
    story.gets("CloseFeedbackRequest", json!({ "input": { "request": id } })).await;
    let (status, page) = get(&story, path).await;
    assert_eq!((status, page.contains("expired")), (410, true));
    assert_eq!(post(&story, path, "rating=1").await.0, 410);
    let count = story.gets("FeatureFeedback", json!({})).await;
    assert_eq!(count["feature"]["feedback"]["totalCount"], 9, "nothing came by a link");
    assert_eq!(story.app.http().put(story.app.url(path)).send().await.unwrap().status(), 405);
    // Time passes: the clock of the row is set back.
    let other = json!({ "product": "shop", "release": "2.0", "scale": "csat", "question": "Still?", "pauseDays": 1, "openDays": 1 });
    assert_eq!(
        story.is_refused("CreateFeedbackRequestWithRequest", json!({ "input": other })).await.1,
        "release",
        "all were asked today"
    );
}

async fn requests_are_made_by_those_who_manage_the_product(backend: Backend) {
    let story = shop(backend).await;
    let pam = story.member("Pam", "PRODUCT").await;
    let sue = story.member("Sue", "SUPPORT").await;
    let ann = story.customer("ann", None).await;
    let create = json!({ "input": request() });
    story.asks(&sue, "Create", create.clone()).await;
    story.asks(&ann, "Create", create.clone()).await;
    for wrong in [
        json!({ "question": " " }),
        json!({ "question": "x".repeat(301) }),
        json!({ "release": "3.0" }),
        json!({ "release": "9.9" }),
        json!({ "feature": "basket" }),
        json!({ "scale": "hearts" }),
        json!({ "customers": 0 }),
        json!({ "customers": 1001 }),
        json!({ "pauseDays": 0 }),
        json!({ "openDays": 400 }),
        json!({ "segment": "lead" }),
    ] {
        let mut input = request();
        input.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        story.asks(&pam, "Create", json!({ "input": input })).await;
    }
    story.asks(&pam, "Create", create).await;
    story.asks(&ann, "List", json!({})).await;
    story.asks(&sue, "List", json!({})).await;
    insta::assert_snapshot!("requests_are_made", story.transcript());
}
