//! Words behind the numbers: what comments say that others do not.

use ballroom::{
    domain::{organization, token},
    simulate::{DEFAULT_SEED, World, plant::plant},
};
use ballroom_tests::{Backend, Database, on_both, story::Story};
use serde_json::{Value, json};

on_both!(the_complaint_of_the_planted_year_is_found, words_are_shown_to_those_who_may_see_them);

/// The words of a feature, a product or a release.
fn words(of: &Value) -> Vec<&str> {
    of["words"].as_array().unwrap().iter().map(|word| word["text"].as_str().unwrap()).collect()
}

async fn the_complaint_of_the_planted_year_is_found(backend: Backend) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let world = World::year(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let now = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    plant(&store, &token::operator(organization.id), &world, now, |_| ()).await.unwrap();
    store.close().await.unwrap();
    let story = Story::with(database, &[], OPERATIONS).await;
    let shipped = |version: &str| world.releases.iter().find(|release| release.version == version).unwrap();
    let query = "query($period: PeriodInput!, $release: Reference!) {
        product(product: \"atelier\") { features { nodes { key
            commentWords(period: $period) { ...Comments }
            incidentWords(period: $period) { incidents words { text } } } }
            commentWords(period: $period) { ...Comments } }
        release(product: \"atelier\", release: $release) {
            commentWords(feature: \"export\") { ...Comments }
            others: commentWords(feature: \"export\", comparedWith: OTHERS) { ...Comments }
            canvas: commentWords(feature: \"canvas\", comparedWith: OTHERS) { ...Comments } } }
        fragment Comments on CommentWords { period { from until } comments baselineComments complete
            words { text count voices baselineCount z } }";
    let since = |version: &str| {
        let from = shipped(version).released_at.date_naive().to_string();
        let until = (world.last_day + chrono::Days::new(1)).to_string();
        json!({ "period": { "from": from, "until": until }, "release": version })
    };
    let began = std::time::Instant::now();
    let data = story.app.asks(query, since("5.3")).await;
    println!("{backend:?}: all words of the product in {:?}", began.elapsed());
    for feature in data["product"]["features"]["nodes"].as_array().unwrap() {
        let key = feature["key"].as_str().unwrap();
        println!(
            "{key}: {} of {} comments",
            feature["commentWords"]["words"], feature["commentWords"]["comments"]
        );
        let found = words(&feature["commentWords"]);
        match key {
            "export" => {
                let top = found.iter().take(3).copied().collect::<Vec<_>>().join(", ");
                assert!(top.contains("since the update") && top.contains("hangs"), "{top}");
                assert!(found.iter().take(3).any(|word| word.contains("pdf")), "{found:?}");
            }
            // They were changed by a release of the year, and their comments with them.
            "search" | "plugins" | "whiteboard" => (),
            unchanged => assert_eq!(found, [""; 0], "{unchanged}"),
        }
        assert_eq!(words(&feature["incidentWords"]), [""; 0], "{key}: its incidents have the same titles");
    }
    let release = &data["release"];
    println!("5.3: {:#}", release["others"]);
    let top = words(&release["commentWords"]).into_iter().take(3).collect::<Vec<_>>().join(", ");
    assert!(top.contains("since the update") && top.contains("hangs"), "{top}");
    assert_eq!(words(&release["canvas"]), [""; 0]);
    let all = words(&data["product"]["commentWords"]);
    assert!(all.iter().take(3).any(|word| word.contains("hangs")), "{all:?}");
    let anew = story.app.asks(query, since("5.0")).await;
    let search = anew["product"]["features"]["nodes"].as_array().unwrap();
    let search = search.iter().find(|feature| feature["key"] == "search").unwrap();
    println!("search since 5.0: {:?}", words(&search["commentWords"]));
    assert!(words(&search["commentWords"]).iter().any(|word| word.contains("search")));
}

const OPERATIONS: &str = include_str!("../stories/words.graphql");

async fn words_are_shown_to_those_who_may_see_them(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart", "search"]).await;
    let sue = story.member("Sue", "SUPPORT").await;
    let bea = story.member("Bea", "BUSINESS").await;
    let ann = story.customer("ann", None).await;
    let mut items = Vec::new();
    let mut says = |feature: &str, customer: Option<String>, day: u32, comment: &str| {
        let at = format!("2026-0{}-{:02}T12:00:00Z", 3 + day / 28, 1 + day % 28);
        items.push(json!({ "product": "shop", "feature": feature, "customer": customer, "scale": "stars",
            "rating": 2, "comment": comment, "occurredAt": at, "externalId": items.len().to_string() }));
    };
    for n in 0..300_u32 {
        says(
            "cart",
            None,
            n % 28,
            ["It is slow.", "Too many steps", "Der Warenkorb ist zu klein"][n as usize % 3],
        );
    }
    for n in 0..60_u32 {
        says("cart", Some(format!("c{n}")), 28 + n % 28, "The cart loses items since the update!");
        says("cart", None, 28 + n % 28, "Der Warenkorb ist leer");
    }
    // Three say the same; one of them says it every day.
    for day in 28..56 {
        says("cart", Some("noisy".to_owned()), day, "Refund, refund!");
    }
    for n in 0..30 {
        says("cart", Some(format!("v{}", n % 4)), 28 + n % 28, "vouchers vanish");
    }
    let sent = story.gets("SubmitFeedbackBatch", json!({ "input": { "items": items } })).await;
    assert_eq!(sent["submitFeedbackBatch"]["refused"], 0);
    for n in 0..40 {
        let (month, title) = if n < 20 { (3, "Cart is slow") } else { (4, "Payment times out in the cart") };
        let at = format!("2026-0{month}-{:02}T12:00:00Z", 1 + n % 20);
        let incident =
            json!({ "product": "shop", "features": ["cart"], "title": title, "severity": 3, "openedAt": at });
        story.admin.opens_incident(incident).await;
    }
    let april = json!({ "from": "2026-04-01", "until": "2026-05-01" });
    story.asks(&sue, "Words", json!({ "period": april })).await;
    story.asks(&bea, "Words", json!({ "period": april })).await;
    story.asks(&sue, "Examples", json!({ "period": april })).await;
    story.asks(&bea, "Examples", json!({ "period": april })).await;
    story.asks(&ann, "Words", json!({ "period": april })).await;
    story.asks(&sue, "Words", json!({ "period": april, "most": 0 })).await;
    story.asks(&sue, "Words", json!({ "period": april, "release": "9.9" })).await;
    story.asks(&sue, "Words", json!({ "period": { "from": "2026-01-01", "until": "2026-02-01" } })).await;
    insta::assert_snapshot!("words_are_shown", story.transcript());
}
