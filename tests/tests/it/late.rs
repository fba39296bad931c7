//! Clients that begin a request and do not continue: they get an error, and their connections are closed in time.

use std::time::{Duration, Instant};

use ballroom_tests::{App, Backend, Database};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The response on a connection on which only this is sent, and how long it stays open.
async fn left_alone(app: &App, sent: &str) -> (String, Duration) {
    let address = app.url("").trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_string(&mut answer)).await;
    read.unwrap_or_else(|_| panic!("it is not closed: {sent}\n{answer}")).unwrap();
    (answer, begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_go_on_is_closed_in_time() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--read-timeout", "2"]).await;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
        app.token
    );
    for (rest, says) in [
        // Of the head of a first request 408 has no body.
        ("", "408 Request Timeout"),
        ("Content-Length: 50\r\n\r\n", "The body did not arrive within 2 s; send it again."),
        ("Content-Length: 50\r\n\r\n{\"query\"", "The body did not arrive within 2 s; send it again."),
        ("Transfer-Encoding: chunked\r\n\r\n", "The body did not arrive within 2 s; send it again."),
        (
            "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"query\r\n",
            "The body did not arrive within 2 s; send it again.",
        ),
    ] {
        let (answer, open) = left_alone(&app, &format!("{head}{rest}")).await;
        assert!(answer.contains(" 408 ") && answer.contains(says), "{rest:?}: {answer}");
        assert!(open > Duration::from_millis(1_500) && open < Duration::from_secs(6), "{rest:?}: {open:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_is_not_read_to_its_end() {
    let settings = ["--read-timeout", "2", "--limit-body", "1024"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    let body = "x".repeat(2_000);
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
        app.token
    );
    for rest in [
        format!("Content-Length: 3000\r\n\r\n{body}"),
        format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len()),
    ] {
        let (answer, open) = left_alone(&app, &format!("{head}{rest}")).await;
        assert!(answer.contains(" 413 ") && answer.contains("longer than 1024 bytes"), "{answer}");
        assert!(open < Duration::from_secs(6), "{open:?}");
    }
}
