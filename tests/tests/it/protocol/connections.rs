//! Connections: slow, idle, encrypted.

use std::time::{Duration, Instant};

use ballroom_tests::{App, Backend, Database};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{ASK, with};

pub(super) async fn raw(app: &App) -> TcpStream {
    TcpStream::connect(app.url("").trim_start_matches("http://")).await.unwrap()
}

/// The data received until the server closes the connection, and the time until then.
async fn until_closed(stream: &mut TcpStream) -> (String, Duration) {
    let (begun, mut all) = (Instant::now(), Vec::new());
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    let _ = read.expect("the server closes the connection");
    (String::from_utf8_lossy(&all).into_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_for_ever() {
    let app = with(&["--read-timeout", "1", "--keep-alive", "1", "--write-timeout", "2"]).await;
    let mut silent = raw(&app).await;
    silent.write_all(b"POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: ").await.unwrap();
    let (said, _) = until_closed(&mut silent).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");

    let mut trickling = raw(&app).await;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n",
        app.token
    );
    trickling.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = trickling.into_split();
    let drip = tokio::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await
        }
    });
    let mut said = [0_u8; 12];
    let read = tokio::time::timeout(Duration::from_secs(10), reading.read_exact(&mut said)).await;
    read.expect("an answer before the body").unwrap();
    assert_eq!(&said, b"HTTP/1.1 408");
    drip.abort();

    let mut idle = raw(&app).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (said, _) = until_closed(&mut idle).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

/// A client that requests much and reads nothing.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_nothing_is_let_go() {
    let app = with(&["--write-timeout", "1"]).await;
    let mut stream = raw(&app).await;
    let body = json!({ "query": "{ __schema { types { name description fields { name description args { name } } } } }" });
    let body = body.to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        app.token,
        body.len()
    );
    // More responses than the buffers of both ends hold.
    let asked = 600;
    let asks = request.repeat(asked);
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(asks.as_bytes())).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (said, _) = until_closed(&mut stream).await;
    assert!(said.matches("HTTP/1.1 200").count() < asked, "the rest was not waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_it_speaks_tls_and_http_2() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let database = Database::create(Backend::Sqlite).await;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let certificate = database.file("certificate.pem", &made.cert.pem());
    let key = database.file("key.pem", &made.signing_key.serialize_pem());
    let mut app = App::with(database, &["--tls-certificate", &certificate, "--tls-key", &key]).await;
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([trusted]).build().unwrap();
    assert!(app.url("").starts_with("https://"));
    let body = json!({ "query": ASK });
    let answer = client.post(app.url("/graphql")).bearer_auth(&app.token).json(&body).send().await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    let body = json!({ "query": "{ __schema { types { name description fields { name description } } } }" });
    let many = (0..50).map(|_| client.post(app.url("/graphql")).bearer_auth(&app.token).json(&body).send());
    for answer in futures::future::join_all(many).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert!(app.stop().await.success(), "it stops as it does without");
    let ran = app.database.ballroom(&["serve", "--tls-certificate", &key, "--tls-key", &key]).await;
    assert!(!ran.status.success() && ran.err.contains("certificate"), "{ran:?}");
}
