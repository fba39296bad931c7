//! Subscriptions: which events are delivered to whom, and the protocols.

mod servers;
mod sockets;
mod streams;
mod told;

use std::time::Duration;

use ballroom_tests::App;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A client that speaks graphql-transport-ws.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and is acknowledged.
    async fn open(app: &App, token: &str) -> Self {
        let mut socket = Self::connect(app, &[PROTOCOL]).await.unwrap();
        socket.init(token).await;
        socket
    }

    pub async fn connect(app: &App, headers: &[(&str, &str)]) -> Result<Self, tungstenite::Error> {
        Ok(Self(connect_async(request(app, headers)).await?.0))
    }

    async fn init(&mut self, token: &str) {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.says(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.hears().await, json!({ "type": "connection_ack" }));
    }

    pub async fn says(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Subscribes. A pong that arrives afterwards does not prove that the subscription has started; the response to a
    /// query with the same work nearly does, so events are triggered a moment later.
    pub async fn subscribes(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.says(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// The next message.
    pub async fn hears(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("something is said") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => (),
                other => panic!("instead of a message came {other:?}"),
            }
        }
    }

    /// The data of the next event of a subscription.
    async fn hears_of(&mut self, id: &str) -> Value {
        let message = self.hears().await;
        assert_eq!((&message["id"], &message["type"]), (&json!(id), &json!("next")), "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].clone()
    }

    async fn hears_nothing(&mut self, time: Duration) {
        if let Ok(heard) = timeout(time, self.hears()).await {
            panic!("heard {heard:#}");
        }
    }

    /// The code and the reason with which the server closes.
    pub async fn is_closed(&mut self) -> (u16, String) {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("it is closed") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => (),
                other => panic!("instead of a close came {other:?}"),
            }
        }
    }
}

pub const PROTOCOL: (&str, &str) = ("Sec-WebSocket-Protocol", "graphql-transport-ws");

fn request(app: &App, headers: &[(&str, &str)]) -> tungstenite::handshake::client::Request {
    let mut request = app.url("/graphql").replacen("http", "ws", 1).into_client_request().unwrap();
    for (name, value) in headers {
        let name: tungstenite::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// Time for subscriptions to start; the protocol does not report it.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

async fn shop(app: &App) {
    app.product("shop", &["search", "cart"]).await;
}

async fn plans(app: &App, version: &str) -> String {
    let query = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let input = json!({ "product": "shop", "version": version });
    let made = app.asks(query, json!({ "input": input })).await;
    made["planRelease"]["release"]["id"].as_str().unwrap().to_owned()
}

fn answer(feature: &str, release: Option<&str>) -> Value {
    json!({ "product": "shop", "feature": feature, "release": release, "scale": "csat", "rating": 4 })
}
