//! Digests: what is unread arrives by mail as often as a member wants, once, and not after the member has ended it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use ballroom::{
    deliver::report::{Sender, Settings as Out},
    job::{Jobs, Settings},
    score::Scores,
};
use ballroom_tests::{Backend, Database, on_both, story::Story};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};

on_both!(
    what_is_unread_arrives_by_mail_once,
    a_digest_is_ended_by_its_link,
    a_mail_server_that_is_away_gets_it_later,
);

const OPERATIONS: &str = include_str!("../stories/digests.graphql");

/// A mail server: all that it accepts, as it came.
#[derive(Clone, Default)]
struct Post(Arc<Mutex<Vec<String>>>);

impl Post {
    async fn open(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = self.clone().receive(stream).await;
        }
    }

    async fn receive(self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 post\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let answer: &[u8] = match line.get(..4).unwrap_or_default() {
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut mail = String::new();
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        mail += &format!("{line}\n");
                    }
                    self.0.lock().unwrap().push(mail);
                    b"250 kept\r\n"
                }
                "QUIT" => return write.write_all(b"221 bye\r\n").await,
                _ => b"250 well\r\n",
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }

    /// The mails since the last time.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A server whose jobs run when the test says so, at the time of the test, and send mail to a port.
struct Morning {
    time: Arc<AtomicI64>,
    jobs: Jobs,
}

impl Morning {
    async fn of(story: &Story, port: u16) -> Self {
        let time = Arc::new(AtomicI64::new(ballroom::clock::now().timestamp_millis()));
        let out = Out {
            smtp_url: Some(format!("smtp://127.0.0.1:{port}")),
            mail_from: Some("Ballroom <reports@example.com>".to_owned()),
            public_url: story.url("/"),
            ..Out::default()
        };
        let clock = {
            let time = time.clone();
            move || DateTime::from_timestamp_millis(time.load(Ordering::SeqCst)).unwrap()
        };
        let sender = Some(Arc::new(Sender::new(out).unwrap()));
        let settings = Settings { clock: Arc::new(clock), sender, ..Settings::default() };
        let store = story.database.store().await;
        Self { time, jobs: Jobs::new(store.clone(), Scores::new(store), settings) }
    }

    /// Lets time pass until the next day that is (not) a Monday, at seven, and does what is due.
    async fn next(&self, monday: bool) {
        let now = DateTime::<Utc>::from_timestamp_millis(self.time.load(Ordering::SeqCst)).unwrap();
        let mut day = now.date_naive();
        loop {
            day = day.succ_opt().unwrap();
            if (chrono::Datelike::weekday(&day) == chrono::Weekday::Mon) == monday {
                break;
            }
        }
        let at = day.and_hms_opt(7, 0, 0).unwrap().and_utc();
        self.time.store(at.timestamp_millis(), Ordering::SeqCst);
        self.work().await;
    }

    async fn pass(&self, time: TimeDelta) {
        self.time.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
        self.work().await;
    }

    async fn work(&self) {
        let (_go_on, never) = watch::channel(false);
        while self.jobs.run_due(never.clone()).await.unwrap() {}
    }
}

/// A shop with two members of support; announcements are for both.
async fn shop(backend: Backend) -> (Story, String, String) {
    let story = Story::with(Database::create(backend).await, &["--job-workers", "0"], OPERATIONS).await;
    story.product("shop", &["search"]).await;
    let mut tokens = Vec::new();
    for name in ["sue", "tom"] {
        let email = format!("{name}@example.com");
        story
            .gets("CreateMember", json!({ "input": { "email": email, "name": name, "roles": ["SUPPORT"] } }))
            .await;
        let made = story
            .gets("CreateToken", json!({ "input": { "role": "SUPPORT", "member": email, "name": name } }))
            .await;
        tokens.push(made["createToken"]["secret"].as_str().unwrap().to_owned());
    }
    let tom = tokens.pop().unwrap();
    (story, tokens.pop().unwrap(), tom)
}

async fn announced(story: &Story, title: &str) {
    let input = json!({ "product": "shop", "kind": "MAINTENANCE", "title": title, "features": ["search"], "changes": "New disks.",
        "planned": { "from": "2031-05-01T08:00:00Z", "until": "2031-05-01T10:00:00Z" } });
    let made = story.gets("CreateAnnouncement", json!({ "input": input })).await;
    let id = made["createAnnouncement"]["announcement"]["id"].clone();
    let made = story.gets("PublishAnnouncement", json!({ "id": id })).await;
    assert!(made["publishAnnouncement"]["announcement"]["id"].is_string(), "{made}");
}

/// How often a member wants a digest.
async fn wants(story: &Story, token: &str, frequency: &str) -> Value {
    let change = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { member { name digest } userErrors { field message } } }";
    story.plain_answer_to(token, change, json!({ "input": { "digest": frequency } })).await.1["data"]["updateProfile"]
        .clone()
}

async fn mail_server() -> (Post, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (post, port) = (Post::default(), listener.local_addr().unwrap().port());
    tokio::spawn(post.clone().open(listener));
    (post, port)
}

async fn what_is_unread_arrives_by_mail_once(backend: Backend) {
    let (story, sue, tom) = shop(backend).await;
    let (post, port) = mail_server().await;
    announced(&story, "Before anybody asked").await;
    assert_eq!(wants(&story, &sue, "DAILY").await["member"]["digest"], "DAILY");
    assert_eq!(wants(&story, &tom, "WEEKLY").await["member"]["digest"], "WEEKLY");
    announced(&story, "New <disks>").await;
    let morning = Morning::of(&story, port).await;
    morning.next(false).await;
    let mails = post.take();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    for wanted in [
        "To: sue@example.com",
        "Subject: 1 unread notification",
        "Announced: New <disks>",
        "List-Unsubscribe-Post:",
    ] {
        assert!(mail.contains(wanted), "{wanted}: {mail}");
    }
    assert!(mail.contains("New &lt;disks&gt;"), "what people write is no markup: {mail}");
    assert!(!mail.contains("Before anybody asked"), "a digest tells what happens since it is wanted: {mail}");
    // Once: neither again the next day, nor by another server.
    morning.next(false).await;
    assert_eq!(post.take(), [""; 0]);
    // The weekly one comes on Monday, with all of the week.
    announced(&story, "And new fans").await;
    morning.next(true).await;
    let mails = post.take();
    assert_eq!(mails.len(), 1, "{mails:?}");
    for wanted in ["To: tom@example.com", "Subject: 2 unread notifications", "New <disks>", "And new fans"] {
        assert!(mails[0].contains(wanted), "{wanted}: {mails:?}");
    }
    // A member without an address can have none.
    story.gets("UpdateMember", json!({ "input": { "member": "sue@example.com", "email": null } })).await;
    let refused = wants(&story, &sue, "WEEKLY").await;
    assert_eq!(refused["userErrors"][0]["field"], "digest", "{refused}");
}

async fn a_digest_is_ended_by_its_link(backend: Backend) {
    let (story, sue, _) = shop(backend).await;
    let (post, port) = mail_server().await;
    wants(&story, &sue, "DAILY").await;
    // What is read is not told.
    announced(&story, "Read at once").await;
    story.answer_to(&sue, "MarkNotificationsRead", json!({ "input": {} })).await;
    announced(&story, "New disks").await;
    let morning = Morning::of(&story, port).await;
    morning.next(false).await;
    let mail = post.take().remove(0);
    assert!(mail.contains("New disks") && !mail.contains("Read at once"), "{mail}");
    let link = mail
        .split("List-Unsubscribe: <")
        .nth(1)
        .or_else(|| mail.split("Stop receiving these mails: ").nth(1));
    let link = link.unwrap().split(['>', '\n']).next().unwrap().replace(['\r', ' '], "");
    let digest = async || {
        let seen = story.answer_to(&sue, "ViewerMember", json!({})).await.1;
        seen["data"]["viewer"]["member"]["digest"].clone()
    };
    // A program that follows links ends nothing.
    let page = story.http().get(&link).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("sue@example.com"));
    assert_eq!(digest().await, "DAILY");
    let wrong = format!("{}{}", &link[..link.len() - 1], if link.ends_with('0') { '1' } else { '0' });
    assert_eq!(story.http().post(&wrong).send().await.unwrap().status(), 404);
    assert_eq!(story.http().post(&link).send().await.unwrap().status(), 200);
    assert_eq!(digest().await, "NEVER");
    assert_eq!(story.http().post(&link).send().await.unwrap().status(), 404, "it has been used");
    announced(&story, "Unheard").await;
    morning.next(false).await;
    assert_eq!(post.take(), [""; 0]);
    story.database.verify().await;
}

async fn a_mail_server_that_is_away_gets_it_later(backend: Backend) {
    let (story, sue, _) = shop(backend).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    wants(&story, &sue, "DAILY").await;
    announced(&story, "New disks").await;
    let morning = Morning::of(&story, port).await;
    morning.next(false).await;
    let seen = story.gets("JobsRuns", json!({})).await;
    let digests =
        seen["jobs"].as_array().unwrap().iter().find(|job| job["name"] == "SEND_DIGESTS").unwrap().clone();
    assert_eq!(digests["runs"]["nodes"][0]["outcome"], "RETRIED", "{digests}");
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let post = Post::default();
    tokio::spawn(post.clone().open(listener));
    morning.pass(TimeDelta::minutes(10)).await;
    morning.pass(TimeDelta::minutes(10)).await;
    assert_eq!(post.take().len(), 1, "it is attempted again, and arrives once");
}
