//! Several servers, writers, organizations and sockets; and servers that die.

use std::time::{Duration, Instant};

use ballroom::{
    base::reference::PublicId,
    clock,
    domain::token::{self, NewToken},
};
use ballroom_entity::{api_token::Role, id::OrganizationId, organization};
use ballroom_tests::{App, Backend, Database, on_both};
use futures::StreamExt;
use sea_orm::{ActiveModelTrait, Set};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    PATIENCE, Socket, a_moment, answer, plans, shop,
    streams::{events, rest},
    told::ANSWERS,
};

on_both!(
    two_servers_on_one_database_both_tell,
    another_organizations_events_never_arrive,
    many_writers_on_two_servers_lose_nothing_and_double_nothing,
    two_hundred_sockets_hear_the_same,
    a_killed_server_is_found_again,
);

async fn two_servers_on_one_database_both_tell(backend: Backend) {
    let one = App::start(backend).await;
    shop(&one).await;
    let other = App::on(one.database.clone()).await;
    let mut here = Socket::open(&one, &one.token).await;
    let mut there = Socket::open(&other, &one.token).await;
    for socket in [&mut here, &mut there] {
        socket.subscribes("1", ANSWERS, json!({})).await;
    }
    a_moment().await;
    for app in [&one, &other] {
        let submitted = app.submits(answer("search", None)).await;
        for socket in [&mut here, &mut there] {
            assert_eq!(socket.hears_of("1").await["feedbackReceived"]["id"], submitted["feedback"]["id"]);
        }
    }
}

async fn many_writers_on_two_servers_lose_nothing_and_double_nothing(backend: Backend) {
    let one = App::start(backend).await;
    shop(&one).await;
    let other = App::on(one.database.clone()).await;
    let mut socket = Socket::open(&one, &one.token).await;
    socket.subscribes("1", "subscription { feedbackReceived { id } }", json!({})).await;
    a_moment().await;
    let clients = (0..8).map(|client| {
        let app = if client % 2 == 0 { &one } else { &other };
        async move {
            let mut ids = Vec::new();
            for _ in 0..25 {
                ids.push(app.submits(answer("search", None)).await["feedback"]["id"].clone());
            }
            ids
        }
    });
    let mut submitted = futures::future::join_all(clients).await.concat();
    let mut told = Vec::new();
    for _ in 0..submitted.len() {
        told.push(socket.hears_of("1").await["feedbackReceived"]["id"].clone());
    }
    socket.hears_nothing(Duration::from_millis(700)).await;
    submitted.sort_by_key(Value::to_string);
    told.sort_by_key(Value::to_string);
    assert_eq!(submitted, told);
}

/// Another organization in the same database, and an administrator's token of it.
async fn another_organization(database: &Database) -> String {
    let store = database.store().await;
    let id = OrganizationId::new();
    let row = organization::ActiveModel {
        id: Set(id),
        key: Set("rival".to_owned()),
        name: Set("Rival".to_owned()),
        revision: Set(0),
        dimension_revision: Set(0),
        created_at: Set(clock::now()),
        updated_at: Set(clock::now()),
        ..Default::default()
    };
    row.insert(store.reader()).await.unwrap();
    let by = token::operator(id).administers().unwrap();
    let made =
        token::create(&store, by, NewToken::of(Role::Administrator, "rival"), clock::now()).await.unwrap();
    store.close().await.unwrap();
    made.1
}

async fn another_organizations_events_never_arrive(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    let rival = another_organization(&app.database).await;
    let mut ours = Socket::open(&app, &app.token).await;
    let mut theirs = Socket::open(&app, &rival).await;
    for socket in [&mut ours, &mut theirs] {
        socket.subscribes("1", "subscription { feedbackReceived { id product { key } } }", json!({})).await;
        socket.subscribes("2", "subscription { incidentChanged { title } }", json!({})).await;
        socket.subscribes("3", "subscription { releaseChanged { version } }", json!({})).await;
        socket.subscribes("4", "subscription { verdictChanged { after } }", json!({})).await;
    }
    a_moment().await;
    app.submits(answer("search", None)).await;
    let told = ours.hears_of("1").await;
    plans(&app, "1.0").await;
    ours.hears_of("3").await;
    theirs.hears_nothing(Duration::from_secs(1)).await;
    // Not even by its ID.
    let id = told["feedbackReceived"]["id"].clone();
    let query = "query($id: ID!) { feedback(id: $id) { id } }";
    theirs.subscribes("5", query, json!({ "id": id })).await;
    let answer = theirs.hears().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
    theirs.subscribes("6", ANSWERS, json!({ "product": "shop" })).await;
    let mut said = [theirs.hears().await, theirs.hears().await];
    said.sort_by_key(|message| message["type"].to_string());
    assert_eq!(said[1]["payload"][0]["extensions"]["code"], "NOT_FOUND", "{said:#?}");
}

async fn two_hundred_sockets_hear_the_same(backend: Backend) {
    let app = App::start(backend).await;
    shop(&app).await;
    let open = (0..200).map(|_| async {
        let mut socket = Socket::open(&app, &app.token).await;
        socket.subscribes("1", "subscription { feedbackReceived { id product { key } } }", json!({})).await;
        // It was subscribed before: the response proves that this socket is served.
        socket.subscribes("2", "{ organization { name } }", json!({})).await;
        socket.hears_of("2").await;
        assert_eq!(socket.hears().await["type"], "complete");
        socket
    });
    let mut sockets = futures::future::join_all(open).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let submitted = app.submits(answer("search", None)).await;
    for socket in &mut sockets {
        assert_eq!(socket.hears_of("1").await["feedbackReceived"]["id"], submitted["feedback"]["id"]);
    }
}

async fn a_killed_server_is_found_again(backend: Backend) {
    let mut app = App::start(backend).await;
    shop(&app).await;
    let token = app.token.clone();
    let mut socket = Socket::open(&app, &token).await;
    socket.subscribes("1", ANSWERS, json!({})).await;
    a_moment().await;
    app.kill().await;
    assert!(!matches!(timeout(PATIENCE, socket.0.next()).await.unwrap(), Some(Ok(_))));
    app.restart().await;
    let mut socket = Socket::open(&app, &token).await;
    let stream = events(&app, &token, ANSWERS).await;
    socket.subscribes("1", ANSWERS, json!({})).await;
    a_moment().await;
    app.submits(answer("search", None)).await;
    socket.hears_of("1").await;
    // When stopped, the server closes its connections and does not wait for subscribers.
    let begun = Instant::now();
    let (status, (code, _)) = tokio::join!(app.stop(), socket.is_closed());
    assert!(status.success() && code == 1001, "{status} {code}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let heard = rest(stream).await;
    assert!(heard.starts_with("event: next\n") && !heard.contains("complete"), "{heard}");
}
