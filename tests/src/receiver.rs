//! A receiver of webhooks: an HTTP server that writes down what it gets, and replies as it is told.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

/// A request that was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Received {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether it was signed with a secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        webhook.verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}

/// How a request is replied to.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With a status.
    Status(u16),
    /// With a redirect.
    Redirect(u16, String),
    /// With status 204, after a while.
    After(Duration),
}

/// A receiver. It replies with status 204 unless it is told otherwise.
pub struct Receiver {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
    /// The next replies, the last of which stays.
    replies: Arc<Mutex<Vec<Reply>>>,
}

impl Receiver {
    /// Starts one on a free port of this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (received, replies) = (Arc::default(), Arc::new(Mutex::new(vec![Reply::Status(204)])));
        let this = Self { address, received, replies };
        let (received, replies) = (this.received.clone(), this.replies.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, received.clone(), replies.clone()));
            }
        });
        this
    }

    /// Its address.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Replies in this way from now on: one after another, and then always as the last.
    pub fn replies(&self, replies: &[Reply]) {
        *self.replies.lock().unwrap() = replies.to_vec();
    }

    /// What it got so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What it got, once it is at least as much.
    pub async fn receives(&self, count: usize) -> Vec<Received> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(Instant::now() < end, "received {} of {count}", received.len());
            sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, all: Arc<Mutex<Vec<Received>>>, replies: Arc<Mutex<Vec<Reply>>>) {
    let mut text = Vec::new();
    loop {
        let Some((received, rest)) = read(&mut stream, text).await else { return };
        text = rest;
        let reply = {
            let mut replies = replies.lock().unwrap();
            if replies.len() > 1 { replies.remove(0) } else { replies[0].clone() }
        };
        all.lock().unwrap().push(received);
        let response = match reply {
            Reply::Status(status) => format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n"),
            Reply::Redirect(status, to) => {
                format!("HTTP/1.1 {status} There\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
            }
            Reply::After(pause) => {
                sleep(pause).await;
                "HTTP/1.1 204 Late\r\ncontent-length: 0\r\n\r\n".to_owned()
            }
        };
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next request of a connection, and what was read beyond it.
async fn read(stream: &mut TcpStream, mut text: Vec<u8>) -> Option<(Received, Vec<u8>)> {
    let mut some = [0; 8192];
    loop {
        if let Some(end) = text.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(text[..end].to_vec()).unwrap();
            let mut lines = head.lines();
            let path = lines.next()?.split(' ').nth(1)?.to_owned();
            let headers: HeaderMap = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| {
                    (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
                })
                .collect();
            let length =
                headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
            if text.len() >= end + 4 + length {
                let rest = text.split_off(end + 4 + length);
                let body = String::from_utf8(text.split_off(end + 4)).unwrap();
                return Some((Received { path, headers, body }, rest));
            }
        }
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => text.extend(&some[..length]),
        }
    }
}
