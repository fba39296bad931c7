//! Callers whom an OpenID Connect issuer has let in: a real issuer, in a process of its own.

use std::{process::Stdio, time::Duration};

use ballroom_tests::{App, Backend, Database, http};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

struct Issuer {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
    token_endpoint: String,
}

impl Issuer {
    /// Starts the issuer that `tests/ecosystem/run install` has installed.
    async fn start(settings: Value) -> Self {
        let command = concat!(env!("CARGO_MANIFEST_DIR"), "/ecosystem/issuer");
        let mut process = Command::new(command)
            .arg(settings.to_string())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("tests/run makes the issuer ready");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = said(&mut lines).await;
        assert_eq!(ready["event"], "ready", "{ready}");
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self { process, lines, url: text("issuer"), token_endpoint: text("token_endpoint") }
    }

    async fn token(&self, client: &str, scope: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let form: Vec<_> = form.iter().filter(|(_, value)| !value.is_empty()).collect();
        let body = form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let asked = http().post(&self.token_endpoint).basic_auth(client, Some("secret"));
        let asked = asked.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// New keys: the first call publishes another one beside the old one, the second removes the old one.
    async fn rotate(&mut self) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", "USR2", &id]).status().await.unwrap().success());
        assert_eq!(said(&mut self.lines).await["event"], "rotated");
    }
}

async fn said(lines: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await;
    serde_json::from_str(&line.expect("the issuer says something").unwrap().expect("it runs")).unwrap()
}

fn client(id: &str, claims: Value) -> Value {
    json!({ "id": id, "secret": "secret", "claims": claims })
}

const WHO: &str = "{ organization { key } }";

#[tokio::test(flavor = "multi_thread")]
async fn callers_of_an_issuer_are_let_in_as_their_claims_say() {
    let mut short = client("hasty", json!({ "roles": ["SUPPORT"] }));
    short["lifetime"] = json!(1);
    let mut elsewhere = client("elsewhere", json!({ "roles": ["SUPPORT"] }));
    elsewhere["audience"] = json!("another-server");
    let clients = [
        client("desk", json!({ "roles": ["SUPPORT", "BUSINESS"] })),
        client("boss", json!({ "roles": ["staff-admins"] })),
        client("lost", json!({ "roles": ["KING"] })),
        client("nobody", json!({})),
        client(
            "ann",
            json!({ "roles": ["SUPPORT"], "name": "Ann", "email": "ann@example.com", "email_verified": true }),
        ),
        client("page", json!({ "roles": ["CUSTOMER"], "customer": "acme" })),
        client("stray", json!({ "roles": ["CUSTOMER"], "customer": "unknown" })),
        client("abroad", json!({ "roles": ["ADMINISTRATOR"], "tenant": "no-such-tenant" })),
        elsewhere,
        short,
    ];
    let scopes = "ballroom:read ballroom:publishable";
    let mut issuer =
        Issuer::start(json!({ "clients": clients, "scopes": scopes, "algorithm": "ES256" })).await;
    let arguments = [
        "--oidc-issuer",
        &issuer.url,
        "--oidc-audience",
        "ballroom",
        "--oidc-role",
        "staff-admins=ADMINISTRATOR",
        "--oidc-customer-claim",
        "customer",
        "--oidc-organization-claim",
        "tenant",
    ];
    let app = App::with(Database::create(Backend::Sqlite).await, &arguments).await;
    app.product("shop", &[]).await;
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme" })).await;
    let code = async |token: &str, query: &str| {
        let (status, answer) = app.plain_answer_to(token, query, json!({})).await;
        let error = &answer["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (status, text(&error["extensions"]["code"]), text(&error["message"]))
    };
    let ok = (200, String::new(), String::new());
    let desk = issuer.token("desk", "").await;
    assert_eq!(code(&desk, WHO).await, ok);
    let manages = "mutation { createProduct(input: { key: \"x\" }) { product { id } } }";
    assert_eq!(code(&desk, manages).await.1, "FORBIDDEN", "support does not manage");
    let boss = issuer.token("boss", "").await;
    assert_eq!(code(&boss, "{ tokens { nodes { id } } }").await, ok, "a role by another name");
    let confined = issuer.token("boss", "ballroom:read").await;
    assert_eq!(code(&confined, WHO).await, ok);
    assert_eq!(code(&confined, manages).await.1, "FORBIDDEN", "the scope confines");
    // A person becomes a member on first sight; a program does not.
    let who = "{ viewer { name member { name email } } }";
    let (_, seen) = app.plain_answer_to(&issuer.token("ann", "").await, who, json!({})).await;
    assert_eq!(
        seen["data"]["viewer"]["member"],
        json!({ "name": "Ann", "email": "ann@example.com" }),
        "{seen:#}"
    );
    let (_, seen) = app.plain_answer_to(&desk, who, json!({})).await;
    assert_eq!(seen["data"]["viewer"]["member"], Value::Null, "{seen:#}");
    let page = issuer.token("page", "").await;
    assert_eq!(code(&page, "{ customer(customer: \"acme\") { key feedback { totalCount } } }").await, ok);
    assert_eq!(code(&page, WHO).await.1, "FORBIDDEN");
    for (client, says) in [
        ("lost", "no known role"),
        ("nobody", "no known role"),
        ("stray", "no known customer"),
        ("abroad", "no known organization"),
        ("elsewhere", "another audience"),
    ] {
        let (status, code, message) = code(&issuer.token(client, "").await, WHO).await;
        assert_eq!((status, code.as_str()), (401, "UNAUTHENTICATED"), "{client}: {message}");
        assert!(message.contains(says), "{client}: {message}");
    }
    // A forged signature, a token that claims to need none, and one signed with a publicly known secret.
    let (signed, _) = desk.rsplit_once('.').unwrap();
    let (_, body) = signed.split_once('.').unwrap();
    for (forged, says) in [
        (format!("{signed}.AAAA"), "signature"),
        (format!("eyJhbGciOiJub25lIn0.{body}."), "JWT"),
        (format!("eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ.{body}.AAAA"), "published key"),
        ("a.b.c".to_owned(), "JWT"),
    ] {
        let (status, _, message) = code(&forged, WHO).await;
        assert_eq!(status, 401);
        assert!(message.contains(says), "{message}");
    }
    // Tokens of this server work beside those of the issuer.
    assert_eq!(code(&app.token, WHO).await, ok);

    // A new key is found without waiting, the old one works as long as it is published.
    issuer.rotate().await;
    let new = issuer.token("desk", "").await;
    // Unknown keys cannot make the server query its issuer more than every two seconds.
    let mut answer = code(&new, WHO).await;
    for _ in 0..40 {
        if answer == ok {
            break;
        }
        assert_eq!(answer.0, 401);
        tokio::time::sleep(Duration::from_millis(100)).await;
        answer = code(&new, WHO).await;
    }
    assert_eq!(answer, ok, "the new key is known");
    assert_eq!(code(&desk, WHO).await, ok, "the old key is still published");
    issuer.rotate().await;
    // The issuer has removed the old key. The server notices when it next reads the keys: here, because of a request
    // with an unknown key.
    let strange = format!("eyJhbGciOiJFUzI1NiIsImtpZCI6InN0cmFuZ2UifQ.{body}.AAAA");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let (_, _, message) = code(&strange, WHO).await;
    assert!(message.contains("does not publish"), "{message}");
    let (status, _, message) = code(&desk, WHO).await;
    assert_eq!(status, 401, "a key that was taken away lets nobody in");
    assert!(message.contains("does not publish"), "{message}");
    assert_eq!(code(&new, WHO).await, ok);

    let (hasty, since) = (issuer.token("hasty", "").await, std::time::Instant::now());
    assert_eq!(code(&hasty, WHO).await, ok);

    // An unreachable issuer does not end existing access at once, but allows no new access.
    issuer.process.kill().await.unwrap();
    assert_eq!(code(&new, WHO).await, ok);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(code(&strange, WHO).await.0, 500);

    // A token of one second has run out when the 30 seconds are over that clocks may differ.
    tokio::time::sleep(Duration::from_secs(33).saturating_sub(since.elapsed())).await;
    let (status, _, message) = code(&hasty, WHO).await;
    assert_eq!(status, 401);
    assert!(message.contains("expired"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_setting_is_explained_at_the_start() {
    let database = Database::create(Backend::Sqlite).await;
    let serve = ["serve", "--listen", "127.0.0.1:0", "--oidc-issuer", "http://127.0.0.1:9"];
    for (arguments, says) in [
        (vec![], "--oidc-audience"),
        (vec!["--oidc-audience", "x", "--oidc-role", "staff"], "VALUE=ROLE"),
        (vec!["--oidc-audience", "x", "--oidc-role", "staff=KING"], "KING"),
    ] {
        let ran = database.ballroom(&[&serve[..], &arguments].concat()).await;
        assert!(!ran.status.success() && ran.err.contains(says), "{ran:?}");
    }
}
