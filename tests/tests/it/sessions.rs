//! Sessions of browsers: how one begins and ends, what it may do, and what no other page may do with it.

use ballroom_tests::{App, Backend, Database, ballroom, on_both};
use chrono::TimeDelta;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::live::{PROTOCOL, Socket};

on_both!(a_link_signs_a_browser_in_once, a_session_ends_with_what_it_stands_for);

const WHO: &str = "{ viewer { name role } }";

fn header(answer: &Response, name: &str) -> String {
    answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
}

/// Asks for a session as a page of the server does.
async fn open(app: &App, wanted: Value) -> Response {
    let asked = app.http().post(app.url("/session")).header("sec-fetch-site", "same-origin");
    asked.json(&wanted).send().await.unwrap()
}

/// The status, and the code and the message of the error.
async fn refusal(answer: Response) -> (u16, String, String) {
    let status = answer.status().as_u16();
    let error = answer.json::<Value>().await.unwrap()["errors"][0].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (status, text(&error["extensions"]["code"]), text(&error["message"]))
}

/// The cookie that a browser keeps of an answer, and its attributes.
fn kept(answer: &Response) -> (String, String) {
    let cookie = header(answer, "set-cookie");
    let (pair, attributes) = cookie.split_once("; ").unwrap_or_else(|| panic!("{answer:?}"));
    (pair.to_owned(), attributes.to_owned())
}

async fn signed_in(app: &App) -> String {
    let answer = open(app, json!({ "token": app.token })).await;
    assert_eq!(answer.status(), 200);
    kept(&answer).0
}

fn asks(app: &App, cookie: &str) -> RequestBuilder {
    app.http().post(app.url("/graphql")).header("cookie", cookie).json(&json!({ "query": WHO }))
}

/// Who a page of the server with this cookie is.
async fn who(app: &App, cookie: &str) -> (u16, Value) {
    let answer = asks(app, cookie).header("sec-fetch-site", "same-origin").send().await.unwrap();
    (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["data"]["viewer"].clone())
}

async fn link(app: &App, more: &[&str]) -> String {
    let printed = app.database.succeeds(&[&["sign-in", "--quiet"], more].concat()).await;
    printed.trim().split_once("/sign-in#").unwrap().1.to_owned()
}

async fn a_link_signs_a_browser_in_once(backend: Backend) {
    let app = App::start(backend).await;
    let code = link(&app, &[]).await;
    let opened = open(&app, json!({ "link": code })).await;
    assert_eq!(opened.status(), 200);
    let (cookie, attributes) = kept(&opened);
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(attributes.contains(part), "{attributes}");
    }
    assert!(!attributes.contains("Domain"), "{attributes}");
    assert_eq!(header(&opened, "cache-control"), "no-store");
    assert_eq!(who(&app, &cookie).await, (200, json!({ "name": "test", "role": "ADMINISTRATOR" })));

    // It is used, whoever comes again, and what is not quite it never was one.
    let mut other = code.clone().into_bytes();
    other[80] = if other[80] == b'A' { b'B' } else { b'A' };
    let other = String::from_utf8(other).unwrap();
    for code in [code.as_str(), &other, "nonsense", ""] {
        let (status, name, message) = refusal(open(&app, json!({ "link": code })).await).await;
        assert_eq!((status, name.as_str()), (401, "UNAUTHENTICATED"), "{code}");
        assert!(message.contains("used already, or has expired"), "{message}");
    }
    // Of many who come at once, one gets in.
    let code = link(&app, &[]).await;
    let all = futures::future::join_all((0..8).map(|_| open(&app, json!({ "link": code })))).await;
    assert_eq!(all.iter().filter(|answer| answer.status() == 200).count(), 1);
    // The secret of a link opens nothing by itself.
    let code = link(&app, &[]).await;
    assert_eq!(who(&app, &format!("ballroom_session={code}")).await.0, 401);

    // A link that nobody used in time.
    let store = app.database.store().await;
    let now = ballroom::clock::now();
    let (organization, _) = ballroom::domain::organization::first(&store, now).await.unwrap();
    let by = ballroom::domain::token::operator(organization.id).administers().unwrap();
    for (minutes, status) in [(14, 200), (16, 401)] {
        let at = now - TimeDelta::minutes(minutes);
        let code = ballroom::domain::session::link(&store, by, None, at).await.unwrap().unwrap();
        assert_eq!(open(&app, json!({ "link": code })).await.status(), status, "after {minutes} minutes");
    }

    // It stands for the token that is named, and may do no more.
    let token = ["token", "create", "--role", "support", "--scope", "read", "--name", "desk", "--quiet"];
    app.database.succeeds(&token).await;
    let opened = open(&app, json!({ "link": link(&app, &["--token", "desk"]).await })).await;
    let cookie = kept(&opened).0;
    assert_eq!(who(&app, &cookie).await.1, json!({ "name": "desk", "role": "SUPPORT" }));
    let writes = json!({ "query": "mutation { createProduct(input: { key: \"x\" }) { product { id } } }" });
    let refused =
        asks(&app, &cookie).header("sec-fetch-site", "same-origin").json(&writes).send().await.unwrap();
    assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let unknown = app.database.ballroom(&["sign-in", "--token", "nobody"]).await;
    assert!(!unknown.status.success() && unknown.err.contains("no token \"nobody\" works"), "{unknown:?}");
}

async fn a_session_ends_with_what_it_stands_for(backend: Backend) {
    let app = App::start(backend).await;
    let create = async |name: &str, more: &[&str]| {
        let arguments = ["token", "create", "--role", "product", "--name", name, "--quiet"];
        app.database.succeeds(&[&arguments[..], more].concat()).await.trim().to_owned()
    };
    // With the session itself: by signing out.
    let cookie = signed_in(&app).await;
    let told = async |cookie: &str| {
        let asked = app.http().get(app.url("/session")).header("cookie", cookie).send().await.unwrap();
        asked.json::<Value>().await.unwrap()
    };
    assert!(told(&cookie).await["expiresAt"].is_string());
    let ended = app
        .http()
        .delete(app.url("/session"))
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin");
    let ended = ended.send().await.unwrap();
    let (emptied, attributes) = kept(&ended);
    assert_eq!((ended.status().as_u16(), emptied.as_str()), (200, "ballroom_session="));
    assert!(attributes.contains("Max-Age=0"), "{attributes}");
    assert_eq!(who(&app, &cookie).await.0, 401);
    assert_eq!(told(&cookie).await, json!({ "expiresAt": null, "openIdConnect": false }));
    let (_, _, message) =
        refusal(asks(&app, &cookie).header("sec-fetch-site", "same-origin").send().await.unwrap()).await;
    assert!(message.contains("Sign in again"), "{message}");

    // With the token that is revoked.
    let token = create("short", &[]).await;
    let cookie = kept(&open(&app, json!({ "token": token })).await).0;
    assert_eq!(who(&app, &cookie).await.0, 200);
    let revoke =
        "mutation { revokeToken(input: { token: \"short\" }) { token { id } userErrors { message } } }";
    app.asks(revoke, json!({})).await;
    assert_eq!(who(&app, &cookie).await.0, 401);

    // With time: no later than the token.
    let end = ballroom::clock::now() + TimeDelta::seconds(3);
    let token = create("brief", &["--expires", &end.to_rfc3339()]).await;
    let opened = open(&app, json!({ "token": token })).await;
    let cookie = kept(&opened).0;
    let until = opened.json::<Value>().await.unwrap()["expiresAt"].as_str().unwrap().to_owned();
    assert!(
        (until.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - end).abs() < TimeDelta::milliseconds(1)
    );
    assert_eq!(who(&app, &cookie).await.0, 200);
    tokio::time::sleep((end - ballroom::clock::now()).to_std().unwrap_or_default()).await;
    assert_eq!(who(&app, &cookie).await.0, 401);

    // A secret that was made up, or cut off.
    let cookie = signed_in(&app).await;
    for wrong in ["ballroom_session=", "ballroom_session=x", &cookie[..cookie.len() - 2]] {
        assert_eq!(who(&app, wrong).await.0, 401, "{wrong}");
    }
    // Who only writes has nothing to look at.
    app.product("shop", &[]).await;
    let page = create("page", &["--scope", "publishable", "--product", "shop"]).await;
    for token in [page.as_str(), "ballroom_wrong", ""] {
        assert_eq!(refusal(open(&app, json!({ "token": token })).await).await.0, 401, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_page_uses_a_session() {
    let app =
        App::with(Database::create(Backend::Sqlite).await, &["--cors-origin", "https://shop.example"]).await;
    let cookie = signed_in(&app).await;
    let own = app.url("");
    for (headers, status) in [
        (vec![("sec-fetch-site", "same-origin")], 200),
        (vec![("sec-fetch-site", "same-origin"), ("origin", own.as_str())], 200),
        (vec![("origin", own.as_str())], 200),
        // Another site, a page on another port of the same machine, one that may ask with a token, and no page at all.
        (vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], 403),
        (vec![("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")], 403),
        (vec![("sec-fetch-site", "none")], 403),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "http://127.0.0.1:3000")], 403),
        (vec![("origin", "https://shop.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![], 403),
    ] {
        let asked =
            headers.iter().fold(asks(&app, &cookie), |asked, (name, value)| asked.header(*name, *value));
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), status, "{headers:?}");
        // A token says who asks, wherever the page is.
        let asked =
            headers.iter().fold(asks(&app, &cookie), |asked, (name, value)| asked.header(*name, *value));
        assert_eq!(asked.bearer_auth(&app.token).send().await.unwrap().status(), 200, "{headers:?}");
        // Nobody is signed in or out by another page.
        let expected = if status == 200 { 200 } else { 403 };
        let asked = app.http().post(app.url("/session")).json(&json!({ "token": app.token }));
        let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
        assert_eq!(asked.send().await.unwrap().status(), expected, "{headers:?}");
        if status == 403 {
            let asked = app.http().delete(app.url("/session")).header("cookie", &cookie);
            let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
            assert_eq!(asked.send().await.unwrap().status(), 403, "{headers:?}");
        }
    }
    // Queries and events by GET.
    let get = |accept: &str, site: &str| {
        let query = [(
            "query",
            if accept == "text/event-stream" { "subscription { feedbackReceived { id } }" } else { WHO },
        )];
        let asked = app.http().get(app.url("/graphql")).query(&query).header("cookie", &cookie);
        asked
            .header("graphql-require-preflight", "1")
            .header("accept", accept)
            .header("sec-fetch-site", site)
            .send()
    };
    for accept in ["application/json", "text/event-stream"] {
        for (site, status) in [("same-origin", 200), ("cross-site", 403), ("same-site", 403)] {
            assert_eq!(get(accept, site).await.unwrap().status(), status, "{accept} {site}");
        }
    }
    let form = app.http().post(app.url("/session")).header("sec-fetch-site", "same-origin");
    let form = form.header("content-type", "text/plain").body("{\"token\":\"x\"}").send().await.unwrap();
    assert_eq!(refusal(form).await.0, 415);
    assert_eq!(refusal(open(&app, json!({ "tokens": "x" })).await).await.0, 400);
    let put = app.http().put(app.url("/session")).send().await.unwrap();
    assert_eq!((put.status().as_u16(), header(&put, "allow").as_str()), (405, "GET, HEAD, POST, DELETE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_opened_by_the_session_of_its_own_page_only() {
    let settings = ["--cors-origin", "https://shop.example", "--token-recheck", "1"];
    let app = App::with(Database::create(Backend::Sqlite).await, &settings).await;
    let cookie = signed_in(&app).await;
    let own = app.url("");
    let init = json!({ "type": "connection_init" });
    let mut socket = Socket::connect(&app, &[PROTOCOL, ("cookie", &cookie), ("origin", &own)]).await.unwrap();
    socket.says(init.clone()).await;
    assert_eq!(socket.hears().await, json!({ "type": "connection_ack" }));
    // Another site gets no connection; a page that may have one with a token gets it, and nothing by the session.
    assert!(
        Socket::connect(&app, &[PROTOCOL, ("cookie", &cookie), ("origin", "https://evil.example")])
            .await
            .is_err()
    );
    for headers in [vec![("origin", "https://shop.example")], vec![]] {
        let mut headers = [vec![PROTOCOL, ("cookie", cookie.as_str())], headers].concat();
        let mut stranger = Socket::connect(&app, &headers).await.unwrap();
        stranger.says(init.clone()).await;
        assert_eq!(stranger.is_closed().await.0, 4403, "{headers:?}");
        headers.push(("sec-fetch-site", "cross-site"));
        let mut stranger = Socket::connect(&app, &headers).await.unwrap();
        stranger.says(init.clone()).await;
        assert_eq!(stranger.is_closed().await.0, 4403, "{headers:?}");
    }
    // Signing out ends what listens.
    let out = app.http().delete(app.url("/session")).header("cookie", &cookie).header("origin", &own);
    assert_eq!(out.send().await.unwrap().status(), 200);
    assert_eq!(socket.is_closed().await.0, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookie_is_bound_to_it() {
    let app =
        App::with(Database::create(Backend::Sqlite).await, &["--public-url", "https://ballroom.example"])
            .await;
    let answer = open(&app, json!({ "token": app.token })).await;
    let (cookie, attributes) = kept(&answer);
    assert!(
        cookie.starts_with("__Host-ballroom_session=") && attributes.contains("Secure"),
        "{cookie} {attributes}"
    );
    assert_eq!(who(&app, &cookie).await.0, 200);
    let wrong = app
        .database
        .ballroom(&["serve", "--listen", "127.0.0.1:0", "--public-url", "ballroom.example"])
        .await;
    assert!(!wrong.status.success() && wrong.err.contains("https://ballroom.example.com"), "{wrong:?}");
}
