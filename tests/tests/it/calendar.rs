//! The calendar at the secret addresses that calendar programs read.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::json;

on_both!(calendar_programs_read_the_calendar_at_a_secret_address,);

const OPERATIONS: &str = include_str!("../stories/calendar.graphql");

async fn calendar_programs_read_the_calendar_at_a_secret_address(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart", "search"]).await;
    let (dora, sue) = (story.member("Dora", "DEVELOPMENT").await, story.member("Sue", "SUPPORT").await);
    let soon = (ballroom::clock::now() + chrono::TimeDelta::days(10)).date_naive();
    let touched = json!([{ "feature": "cart", "change": "FIXED" }]);
    let release = json!({ "product": "shop", "version": "3.0", "title": "Quicker cart; or not", "plannedFor": soon, "features": touched });
    story.admin.plans_release(release).await;
    let work = json!({ "product": "shop", "kind": "MAINTENANCE", "title": "Move of the database", "changes": "Nothing.", "features": ["cart"],
        "planned": { "from": format!("{soon}T08:00:00Z"), "until": format!("{soon}T10:00:00Z") } });
    let work = story.asks_silently(&dora, "Announce", json!({ "input": work })).await;
    let work = work["createAnnouncement"]["announcement"]["id"].clone();
    story.asks_silently(&dora, "Publish", json!({ "announcement": work })).await;
    let feed = json!({ "input": { "name": "Support", "product": "shop" } });
    let made = story.asks_silently(&sue, "CreateFeed", feed.clone()).await["createCalendarFeed"].clone();
    let (path, id) = (made["path"].as_str().unwrap().to_owned(), made["calendarFeed"]["id"].clone());
    let app = &story.app;
    let read = |path: String| async move {
        let answer = app.http().get(app.url(&path)).send().await.unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            kind.unwrap_or_default(),
            answer.text().await.unwrap().replace("\r\n ", ""),
        )
    };
    let (status, kind, text) = read(path.clone()).await;
    assert_eq!((status, kind.as_str()), (200, "text/calendar; charset=utf-8"));
    let day = soon.format("%Y%m%d");
    for line in [
        "SUMMARY:Release: Quicker cart\\; or not (shop)".to_owned(),
        format!("DTSTART;VALUE=DATE:{day}"),
        "SUMMARY:Maintenance: Move of the database (shop)".to_owned(),
        format!("DTSTART:{day}T080000Z"),
        format!("DTEND:{day}T100000Z"),
        "STATUS:TENTATIVE".to_owned(),
        "DESCRIPTION:Affects: cart.\\nOverlaps with: Quicker cart\\; or not.".to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "{text}");
    assert_eq!(read(path.clone()).await.2, text, "the same changes are the same bytes");
    // Rescheduled, it is the same entry.
    let uid = |text: &str| {
        let of_work = text.split("BEGIN:VEVENT").find(|event| event.contains("Move of the database"));
        of_work.and_then(|event| event.lines().find(|line| line.starts_with("UID:"))).unwrap().to_owned()
    };
    let moved = json!({ "input": { "announcement": work,
        "planned": { "from": format!("{soon}T12:00:00Z"), "until": format!("{soon}T13:00:00Z") } } });
    story.asks_silently(&dora, "Reschedule", moved).await;
    let later = read(path.clone()).await.2;
    assert!(later.contains(&format!("DTSTART:{day}T120000Z")), "{later}");
    assert_eq!(uid(&later), uid(&text));
    // Only the whole secret opens it, and it opens nothing else.
    let secret = path.trim_start_matches("/calendar/").trim_end_matches(".ics").to_owned();
    let guessed = format!("/calendar/{}AAAA.ics", &secret[..secret.len() - 4]);
    for wrong in [guessed.as_str(), "/calendar/x.ics", "/calendar/.ics", &path[..path.len() - 4]] {
        assert_eq!(read(wrong.to_owned()).await.0, 404, "{wrong}");
    }
    assert_eq!(story.answer_to(&secret, "Organization", json!({})).await.0, 401);
    let posted = story.app.http().post(story.app.url(&path)).send().await.unwrap();
    assert_eq!(posted.status(), 405);
    // Each member sees their own; nobody deletes another's but an administrator.
    let theirs = json!({ "input": { "calendarFeed": id } });
    story.asks(&sue, "Feeds", json!({})).await;
    story.asks(&dora, "Feeds", json!({})).await;
    story.asks(&dora, "DeleteFeed", theirs.clone()).await;
    let ada = story.member("Ada", "ADMINISTRATOR").await;
    story.asks(&ada, "Feeds", json!({})).await;
    story.customer("ann", None).await;
    let ann = story.machine("importer", "DEVELOPMENT", "INGEST").await;
    story.asks(&ann, "CreateFeed", feed.clone()).await;
    story.asks(&sue, "CreateFeed", json!({ "input": { "name": "", "product": "shop" } })).await;
    story.asks(&sue, "CreateFeed", json!({ "input": { "name": "x", "product": "shpo" } })).await;
    story.asks_silently(&ada, "DeleteFeed", theirs).await;
    assert_eq!(read(path).await.0, 404, "deleted");
    // It ends with its author's token.
    let made = story.asks_silently(&sue, "CreateFeed", feed).await["createCalendarFeed"].clone();
    let path = made["path"].as_str().unwrap().to_owned();
    assert_eq!(read(path.clone()).await.0, 200);
    story.app.database.succeeds(&["token", "revoke", "token of Sue"]).await;
    let mut status = 200;
    for _ in 0..50 {
        status = read(path.clone()).await.0;
        if status == 404 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(status, 404, "its author may see nothing any more");
    insta::assert_snapshot!("calendar_feeds", story.transcript());
}
