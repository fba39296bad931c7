//! The WebSocket protocol, clients that break it, and clients that are too slow.

use std::time::Duration;

use ballroom::clock;
use ballroom_tests::{App, Backend, Database, on_both};
use chrono::TimeDelta;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::{
    MaybeTlsStream, client_async,
    tungstenite::{
        self, Message,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

use super::{
    PATIENCE, PROTOCOL, Socket, a_moment, answer, request, shop,
    streams::{events, rest},
    told::ANSWERS,
};

on_both!(a_token_that_ends_ends_its_connections,);

async fn a_token_that_ends_ends_its_connections(backend: Backend) {
    let app = App::with(Database::create(backend).await, &["--token-recheck", "1"]).await;
    shop(&app).await;
    let create = "mutation($name: String!, $at: DateTime) {
        createToken(input: { name: $name, role: SUPPORT, scope: READ, expiresAt: $at }) { secret } }";
    let soon = clock::now() + TimeDelta::seconds(3);
    let short = app.asks(create, json!({ "name": "short", "at": soon })).await;
    let long = app.asks(create, json!({ "name": "long" })).await;
    let text = |made: &Value| made["createToken"]["secret"].as_str().unwrap().to_owned();
    let (short, long) = (text(&short), text(&long));

    let mut expires = Socket::open(&app, &short).await;
    let mut revoked = Socket::open(&app, &long).await;
    for socket in [&mut expires, &mut revoked] {
        socket.subscribes("1", ANSWERS, json!({})).await;
    }
    let (expiring, revoking) = (events(&app, &short, ANSWERS).await, events(&app, &long, ANSWERS).await);
    let (code, reason) = expires.is_closed().await;
    assert_eq!((code, reason.contains("expired")), (4403, true), "{reason}");
    assert!(clock::now() >= soon);
    assert_eq!(rest(expiring).await, "", "it ends without a complete");
    app.submits(answer("search", None)).await;
    assert_eq!(revoked.hears_of("1").await["feedbackReceived"]["rating"], 4.0);
    app.database.succeeds(&["token", "revoke", "long"]).await;
    let (code, reason) = revoked.is_closed().await;
    assert_eq!((code, reason.contains("revoked")), (4403, true), "{reason}");
    let heard = rest(revoking).await;
    assert!(heard.starts_with("event: next\n") && !heard.contains("complete"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_breaks_the_protocol_is_told_how() {
    let settings = ["--socket-init-timeout", "1"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    let ack = json!({ "type": "connection_init",
        "payload": { "authorization": format!("bearer {}", app.token) } });
    let subscribe = json!({ "id": "1", "type": "subscribe",
        "payload": { "query": "subscription { feedbackReceived { id } }" } });
    for (messages, code, reason) in [
        (vec![json!("text")], 4400, "not an object"),
        (vec![json!({ "id": "1" })], 4400, "`type`"),
        (vec![json!({ "type": "hello" })], 4400, "`type`"),
        (vec![json!({ "type": "next", "id": "1", "payload": {} })], 4400, "of the server"),
        (vec![json!({ "type": "connection_init", "payload": 3 })], 4400, "`payload`"),
        (vec![json!({ "type": "ping", "payload": [] })], 4400, "`payload`"),
        (vec![json!({ "type": "complete" })], 4400, "`id`"),
        (vec![json!({ "id": "", "type": "subscribe", "payload": { "query": "{ x }" } })], 4400, "`id`"),
        (vec![json!({ "id": "1", "type": "subscribe" })], 4400, "`payload`"),
        (vec![json!({ "id": "1", "type": "subscribe", "payload": {} })], 4400, "`payload.query`"),
        (
            vec![json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ x }", "variables": [] } })],
            4400,
            "`payload.variables`",
        ),
        (vec![subscribe.clone()], 4401, "Unauthorized"),
        (vec![json!({ "type": "connection_init" })], 4403, "Forbidden"),
        (
            vec![json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nonsense" } })],
            4403,
            "Forbidden",
        ),
        (vec![], 4408, "timeout"),
        (vec![json!({ "type": "ping" })], 4408, "timeout"),
        (vec![ack.clone(), ack.clone()], 4429, "Too many initialisation"),
    ] {
        let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
        for message in messages.iter().cloned() {
            socket.says(message).await;
        }
        let closed = socket.is_closed().await;
        assert!(closed.0 == code && closed.1.contains(reason), "{messages:?}: {closed:?}");
    }
    let mut socket = Socket::open(&app, &app.token).await;
    socket.says(subscribe.clone()).await;
    socket.says(subscribe).await;
    assert_eq!(socket.is_closed().await, (4409, "Subscriber for 1 already exists".to_owned()));
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    socket.0.send(Message::text("{ not json")).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 4400);
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    socket.0.send(Message::binary(b"{}".to_vec())).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 4400);
    // No subprotocol at all.
    let mut socket = Socket::connect(&app, &[]).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 4406);
}

/// The status and the message with which a handshake is refused.
async fn is_not_let_in(app: &App, headers: &[(&str, &str)]) -> (u16, String) {
    let Err(tungstenite::Error::Http(answer)) = Socket::connect(app, headers).await else {
        panic!("it was let in: {headers:?}")
    };
    let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap();
    (answer.status().as_u16(), body["errors"][0]["message"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_is_refused_with_the_reason() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--listeners", "2"]).await;
    let host = app.url("").replacen("http://", "", 1);
    let old = ("Sec-WebSocket-Protocol", "graphql-ws");
    let (status, message) = is_not_let_in(&app, &[old]).await;
    assert!(status == 400 && message.contains("graphql-transport-ws"), "{message}");
    for origin in ["https://evil.example", "null", &format!("http://evil.{host}")] {
        let (status, _) = is_not_let_in(&app, &[PROTOCOL, ("Origin", origin)]).await;
        assert_eq!(status, 403, "{origin}");
    }
    let (status, _) = is_not_let_in(&app, &[PROTOCOL, ("Authorization", "Bearer nonsense")]).await;
    assert_eq!(status, 401);
    // A token with the handshake needs none later; a page of the server itself may connect.
    let bearer = format!("Bearer {}", app.token);
    let origin = format!("http://{host}");
    let headers = [PROTOCOL, ("Authorization", bearer.as_str()), ("Origin", origin.as_str())];
    let mut one = Socket::connect(&app, &headers).await.unwrap();
    one.says(json!({ "type": "connection_init" })).await;
    assert_eq!(one.hears().await["type"], "connection_ack");
    let mut other = Socket::open(&app, &app.token).await;
    let (status, message) = is_not_let_in(&app, &[PROTOCOL]).await;
    assert!(status == 503 && message.contains("later"), "{message}");
    assert_eq!(events(&app, &app.token, "{ organization { name } }").await.status(), 503);
    other.0.close(None).await.unwrap();
    a_moment().await;
    Socket::open(&app, &app.token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_every_kind_run_on_a_socket() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--socket-operations", "2"]).await;
    shop(&app).await;
    let mut socket = Socket::open(&app, &app.token).await;
    socket.says(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(socket.hears().await, json!({ "type": "pong", "payload": { "n": 1 } }));
    socket.says(json!({ "type": "pong" })).await;

    socket.subscribes("q", "{ product(product: \"shop\") { key } }", json!({})).await;
    assert_eq!(socket.hears_of("q").await, json!({ "product": { "key": "shop" } }));
    assert_eq!(socket.hears().await, json!({ "id": "q", "type": "complete" }));
    let create = "mutation { createProduct(input: { key: \"new\" }) { product { key } } }";
    socket.subscribes("q", create, json!({})).await;
    assert_eq!(socket.hears_of("q").await["createProduct"]["product"]["key"], "new");
    assert_eq!(socket.hears().await["type"], "complete");
    // A resolver's error is a result; what cannot be executed is one error message, and the ID is free again.
    socket.subscribes("q", "{ product(product: \"none\") { key } }", json!({})).await;
    assert_eq!(socket.hears().await["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(socket.hears().await["type"], "complete");
    for (query, errors) in [
        ("{ product(", 1),
        ("{ nothing }", 1),
        ("{ nothing again }", 2),
        ("subscription { feedbackReceived { id } incidentChanged { id } }", 1),
        (
            "subscription { ...F } fragment F on Subscription { feedbackReceived { id } incidentChanged { id } }",
            1,
        ),
        ("subscription { feedbackReceived { nothing } }", 1),
    ] {
        socket.subscribes("q", query, json!({})).await;
        let message = socket.hears().await;
        assert_eq!(
            (&message["id"], &message["type"]),
            (&json!("q"), &json!("error")),
            "{query}: {message:#}"
        );
        let found = message["payload"].as_array().unwrap();
        assert!(found.len() >= errors && found[0]["extensions"]["code"].is_string(), "{query}: {message:#}");
    }
    for id in ["1", "2"] {
        socket.subscribes(id, "subscription { feedbackReceived { id } }", json!({})).await;
    }
    socket.subscribes("3", "{ organization { name } }", json!({})).await;
    let message = socket.hears().await;
    assert_eq!((&message["id"], &message["type"]), (&json!("3"), &json!("error")), "{message:#}");
    assert_eq!(message["payload"][0]["extensions"]["code"], "OVERLOADED");
    // Over plain HTTP a subscription is refused.
    let (_, answer) = app.answer_to(&app.token, "subscription { feedbackReceived { id } }", json!({})).await;
    assert!(answer["errors"][0]["message"].is_string(), "{answer:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_bounded_in_however_many_pieces_it_comes() {
    let app = App::with(Database::create(Backend::Sqlite).await, &["--socket-message", "10000"]).await;
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    socket.0.send(Message::text("x".repeat(20_000))).await.unwrap();
    assert_eq!(socket.is_closed().await.0, 1009);
    let mut socket = Socket::connect(&app, &[PROTOCOL]).await.unwrap();
    let piece = |code| Message::Frame(Frame::message(vec![b'x'; 500], OpCode::Data(code), false));
    socket.0.send(piece(Data::Text)).await.unwrap();
    for _ in 0..40 {
        if socket.0.send(piece(Data::Continue)).await.is_err() {
            break;
        }
    }
    assert_eq!(socket.is_closed().await.0, 1009);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_cut_off() {
    let settings = ["--listener-timeout", "1", "--listeners", "1"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    shop(&app).await;
    // A client that reads little at once, so that the system buffers little for it.
    let host = app.url("").replacen("http://", "", 1);
    let tcp = tokio::net::TcpSocket::new_v4().unwrap();
    tcp.set_recv_buffer_size(8 * 1024).unwrap();
    let tcp = tcp.connect(host.parse().unwrap()).await.unwrap();
    let bearer = format!("Bearer {}", app.token);
    let request = request(&app, &[PROTOCOL, ("Authorization", bearer.as_str())]);
    let (stream, _) = client_async(request, MaybeTlsStream::Plain(tcp)).await.unwrap();
    let mut socket = Socket(stream);
    socket.says(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hears().await["type"], "connection_ack");
    socket.subscribes("1", "subscription { feedbackReceived { comment } }", json!({})).await;
    a_moment().await;
    let submit = "mutation($items: [SubmitFeedbackInput!]!) {
        submitFeedbackBatch(input: { items: $items }) { refused } }";
    let comment = "x".repeat(90_000);
    let item = json!({ "product": "shop", "scale": "csat", "rating": 3, "comment": comment });
    for _ in 0..3 {
        let done = app.asks(submit, json!({ "items": vec![&item; 60] })).await;
        assert_eq!(done["submitFeedbackBatch"]["refused"], 0);
    }
    // Its place is available to another one although it has neither read nor disconnected.
    let mut other = None;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if let Ok(socket) = Socket::connect(&app, &[PROTOCOL]).await {
            other = Some(socket);
            break;
        }
    }
    let mut other = other.expect("the slow reader is cut off");
    other.init(&app.token).await;
    other.subscribes("1", "subscription { feedbackReceived { rating } }", json!({})).await;
    a_moment().await;
    app.submits(answer("search", None)).await;
    assert_eq!(other.hears_of("1").await["feedbackReceived"]["rating"], 4.0);
    // The slow one finds the end when it reads at last, long before all that it has missed.
    let mut read = 0;
    while let Ok(Some(Ok(Message::Text(_)))) = timeout(PATIENCE, socket.0.next()).await {
        read += 1;
    }
    assert!(read < 180, "it was sent everything");
}
