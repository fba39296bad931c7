//! Readers sign in by an OpenID Connect issuer: a real one, in a process of its own, and a browser as small as it gets.

use std::collections::HashMap;

use ballroom_tests::{App, Backend, Database};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, Response, Url, redirect::Policy};
use serde_json::{Value, json};

use crate::oidc::Issuer;

/// Where browsers find the server, as far as the issuer knows; the small browser knows where that is.
const PUBLIC: &str = "http://ballroom.test";

/// What a browser keeps, and where it goes.
struct Browser<'a> {
    app: &'a App,
    http: Client,
    /// By host and name.
    cookies: HashMap<(String, String), String>,
}

impl<'a> Browser<'a> {
    fn new(app: &'a App) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { app, http, cookies: HashMap::new() }
    }

    /// Asks for one address, and keeps the cookies of the answer.
    async fn get(&mut self, url: &Url) -> Response {
        let host = url.host_str().unwrap().to_owned();
        let there = match url.as_str().strip_prefix(PUBLIC) {
            Some(path) => self.app.url(path),
            None => url.to_string(),
        };
        let own = self.cookies.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let answer = self.http.get(there).header("cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let key = (host.clone(), name.to_owned());
            if value.is_empty() {
                self.cookies.remove(&key)
            } else {
                self.cookies.insert(key, value.to_owned())
            };
        }
        answer
    }

    /// Goes from one address to the next until one of the server's pages starts so; gives its address.
    async fn goes(&mut self, path: &str, until: &str) -> Url {
        let mut url = Url::parse(PUBLIC).unwrap().join(path).unwrap();
        for _ in 0..12 {
            let answer = self.get(&url).await;
            let next = answer.headers().get("location").map(|next| url.join(next.to_str().unwrap()).unwrap());
            let Some(next) = next else {
                panic!("{url}: {} {}", answer.status(), answer.text().await.unwrap())
            };
            if next.as_str().starts_with(PUBLIC) && next.path().starts_with(until) {
                return next;
            }
            url = next;
        }
        panic!("it goes on and on, to {url}");
    }

    /// Signs in, until the issuer has sent the reader back; gives the address to which.
    async fn comes_back(&mut self) -> Url {
        self.goes("/sign-in/oidc", "/sign-in/oidc/callback").await
    }

    fn cookie(&self, name: &str) -> Option<&String> {
        self.cookies.get(&("ballroom.test".to_owned(), name.to_owned()))
    }

    /// What the sign-in has begun with, changed.
    fn tampers(&mut self, name: &str, value: &str) {
        let kept =
            self.cookies.get_mut(&("ballroom.test".to_owned(), "ballroom_sign_in".to_owned())).unwrap();
        let mut begun: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&*kept).unwrap()).unwrap();
        assert!(begun[name].is_string(), "{begun}");
        begun[name] = json!(value);
        *kept = URL_SAFE_NO_PAD.encode(begun.to_string());
    }

    /// Finishes at this address; gives where the reader is then, as a path, and whether there is a session.
    async fn finishes(&mut self, url: &Url) -> (String, bool) {
        let answer = self.get(url).await;
        assert_eq!(answer.status(), 303);
        let there = answer.headers()["location"].to_str().unwrap().to_owned();
        (there, self.cookie("ballroom_session").is_some())
    }

    async fn asks(&self, query: &str) -> (u16, Value) {
        let cookie = self.cookie("ballroom_session").map_or("", String::as_str);
        let asked =
            self.http.post(self.app.url("/graphql")).header("cookie", format!("ballroom_session={cookie}"));
        let asked = asked.header("sec-fetch-site", "same-origin").json(&json!({ "query": query }));
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn problem(name: &str) -> (String, bool) {
    (format!("/sign-in?problem={name}"), false)
}

/// An issuer, and a server whose readers it lets in by these clients: the first that a server is told of.
async fn started(client: &str) -> (Issuer, App) {
    let reader = |id: &str, reader: Value| json!({ "id": id, "secret": "secret", "redirect": format!("{PUBLIC}/sign-in/oidc/callback"), "reader": reader, "claims": {} });
    let ann = json!({ "sub": "ann", "roles": ["PRODUCT"], "name": "Ann", "email": "ann@example.com", "email_verified": true });
    let clients = [
        reader("desk", ann),
        reader("closed", Value::Null),
        reader("lost", json!({ "sub": "bob", "roles": ["KING"], "name": "Bob" })),
    ];
    let issuer = Issuer::start(json!({ "clients": clients, "algorithm": "ES256" })).await;
    let arguments = [
        "--public-url",
        PUBLIC,
        "--oidc-issuer",
        &issuer.url,
        "--oidc-audience",
        "ballroom",
        "--oidc-client-id",
        client,
        "--oidc-client-secret",
        "secret",
    ];
    let app = App::with(Database::create(Backend::Sqlite).await, &arguments).await;
    (issuer, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_signs_in_by_the_issuer_and_goes_where_they_wanted() {
    let (_issuer, app) = started("desk").await;
    let told: Value = app.http().get(app.url("/session")).send().await.unwrap().json().await.unwrap();
    assert_eq!(told, json!({ "expiresAt": null, "openIdConnect": true }));

    let mut browser = Browser::new(&app);
    let wanted = "/sign-in/oidc?then=%2Fp%2Fshop%2Fvalue%3Fdays%3D30";
    let begun = browser.get(&Url::parse(&format!("{PUBLIC}{wanted}")).unwrap()).await;
    let there = Url::parse(begun.headers()["location"].to_str().unwrap()).unwrap();
    let asked: HashMap<_, _> = there.query_pairs().into_owned().collect();
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!(asked["scope"], "openid profile email");
    for name in ["state", "nonce", "code_challenge"] {
        assert!(asked[name].len() > 20, "{name}: {}", asked[name]);
    }
    let cookie = begun.headers()["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/sign-in/oidc"] {
        assert!(cookie.contains(part), "{cookie}");
    }

    let back = browser.goes(wanted, "/sign-in/oidc/callback").await;
    assert_eq!(browser.finishes(&back).await, ("/p/shop/value?days=30".to_owned(), true));
    assert!(browser.cookie("ballroom_sign_in").is_none(), "what it had begun with is gone");
    let (_, answer) = browser.asks("{ viewer { role scope member { name email } } }").await;
    let ann = json!({ "role": "PRODUCT", "scope": "FULL", "member": { "name": "Ann", "email": "ann@example.com" } });
    assert_eq!(answer["data"]["viewer"], ann);
    // What is done by the session is done by the member.
    let (_, answer) = browser
        .asks(
            "mutation { createProduct(input: { key: \"shop\" }) { product { key } userErrors { message } } }",
        )
        .await;
    assert_eq!(answer["data"]["createProduct"]["product"]["key"], "shop", "{answer}");

    // A code is good once, also with all that belongs to it.
    let mut again = Browser::new(&app);
    let back = again.comes_back().await;
    let kept = again.cookies.clone();
    assert!(again.finishes(&back).await.1);
    again.cookies = kept;
    assert_eq!(again.finishes(&back).await, problem("refused"));

    // The member is removed, and with that the session is over.
    let remove = "mutation { removeMember(input: { member: \"ann@example.com\" }) { member { id } userErrors { message } } }";
    app.asks(remove, json!({})).await;
    assert_eq!(browser.asks("{ viewer { name } }").await.0, 401);
    let mut removed = Browser::new(&app);
    let back = removed.comes_back().await;
    assert_eq!(removed.finishes(&back).await, problem("refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_of_this_sign_in_signs_nobody_in() {
    let (_issuer, app) = started("desk").await;
    for (what, value, result) in [
        ("state", "another", problem("not-started")),
        ("nonce", "another", problem("refused")),
        ("verifier", "anotheranotheranotheranotheranotheranotheranother", problem("refused")),
        // Nobody is sent elsewhere, whatever is in the cookie.
        ("then", "https://evil.example", problem("not-started")),
        ("then", "//evil.example", problem("not-started")),
    ] {
        let mut browser = Browser::new(&app);
        let back = browser.comes_back().await;
        browser.tampers(what, value);
        assert_eq!(browser.finishes(&back).await, result, "{what}");
    }
    // The address alone, in another browser: somebody would be signed in as the one who sent it.
    let back = Browser::new(&app).comes_back().await;
    assert_eq!(Browser::new(&app).finishes(&back).await, problem("not-started"));
    let mut other = Browser::new(&app);
    let own = other.comes_back().await;
    assert_eq!(other.finishes(&back).await, problem("not-started"), "the state of another sign-in");
    assert!(own != back);
    // An address that is no page of this server is not gone to.
    for then in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let mut browser = Browser::new(&app);
        let back = browser.goes(&format!("/sign-in/oidc?then={then}"), "/sign-in/oidc/callback").await;
        assert_eq!(browser.finishes(&back).await, ("/".to_owned(), true), "{then}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_issuer_or_the_server_refuses_is_told_why() {
    for (client, result) in [("closed", problem("denied")), ("lost", problem("refused"))] {
        let (_issuer, app) = started(client).await;
        let mut browser = Browser::new(&app);
        let back = browser.comes_back().await;
        assert_eq!(browser.finishes(&back).await, result, "{client}");
    }
    // There is no issuer, or it does not answer.
    let app = App::with(Database::create(Backend::Sqlite).await, &[]).await;
    let mut browser = Browser::new(&app);
    let there = Url::parse(&format!("{PUBLIC}/sign-in/oidc")).unwrap();
    assert_eq!(browser.finishes(&there).await, problem("not-configured"));
    let gone = ["--oidc-issuer", "http://127.0.0.1:9", "--oidc-audience", "x", "--oidc-client-id", "desk"];
    let app = App::with(Database::create(Backend::Sqlite).await, &gone).await;
    let mut browser = Browser::new(&app);
    assert_eq!(browser.finishes(&there).await, problem("unavailable"));
}
