//! `ballroom gate`: a release is stopped, let through, or left undecided, and each CI system can read why.

use std::process::Stdio;

use ballroom_tests::{Backend, Database, on_both, story::Story};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};

on_both!(
    a_gate_says_the_same_of_a_database_and_of_a_server,
    an_organization_decides_what_its_gates_tolerate,
    a_gate_waits_until_it_can_tell,
);

const OPERATIONS: &str = include_str!("../stories/gate.graphql");

/// A shop whose release 2.0 made the search worse and left the cart as it was; 3.0 is planned.
async fn shop(story: &Story) {
    story.product("shop", &["search", "cart"]).await;
    let touched =
        json!([{ "feature": "search", "change": "CHANGED" }, { "feature": "cart", "change": "CHANGED" }]);
    for (version, at) in
        [("1.0", Some("2026-01-01T08:00:00Z")), ("2.0", Some("2026-02-01T08:00:00Z")), ("3.0", None)]
    {
        let input = json!({ "product": "shop", "version": version, "releasedAt": at, "features": touched });
        story.admin.plans_release(input).await;
    }
    responses(story, "search", "2026-01-10", &[5, 4, 5, 5, 4]).await;
    responses(story, "search", "2026-02-02", &[2, 1, 2, 3, 2]).await;
    responses(story, "cart", "2026-01-10", &[5, 4, 5, 5, 4]).await;
    responses(story, "cart", "2026-02-02", &[5, 4, 5, 4, 5]).await;
}

/// Ten responses with each of these ratings.
async fn responses(story: &Story, feature: &str, day: &str, ratings: &[i32]) {
    let one = |rating: &i32| {
        let response = json!({ "product": "shop", "feature": feature, "scale": "stars", "rating": rating,
            "occurredAt": format!("{day}T10:00:00Z") });
        vec![response; 10]
    };
    let items: Vec<Value> = ratings.iter().flat_map(one).collect();
    let taken = story.gets("SubmitFeedbackBatch", json!({ "items": items })).await;
    assert_eq!(taken["submitFeedbackBatch"]["accepted"], items.len());
}

async fn a_gate_says_the_same_of_a_database_and_of_a_server(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shop(&story).await;
    let server = story.url("/graphql");
    let nowhere = Database::create(Backend::Sqlite).await;
    let both = async |arguments: &[&str]| {
        let here = story.database.ballroom(&[&["gate"], arguments].concat()).await;
        let remote = ["gate", "--server", &server, "--token", &story.token];
        let there = nowhere.ballroom(&[&remote[..], arguments].concat()).await;
        assert_eq!((here.status.code(), &here.out), (there.status.code(), &there.out), "{here:?} {there:?}");
        (here.status.code().unwrap(), here.out, here.err)
    };
    let (code, text, _) = both(&["--release", "2.0"]).await;
    assert_eq!(code, 1, "{text}");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "shop 2.0: FAIL: worse since this release: search");
    assert!(text.contains("PASS         cart    no evidence that it got worse: ratings "), "{text}");
    assert!(text.contains("FAIL         search  worse: ratings -"), "{text}");
    assert!(text.contains("50 responses before, 50 since"), "{text}");
    // The first release has nothing before it, the third is not out.
    let (code, text, _) = both(&["--release", "1.0", "--product", "shop"]).await;
    assert!(code == 2 && text.starts_with("shop 1.0: CANNOT_TELL: too few responses for "), "{text}");
    let (code, text, _) = both(&["--release", "3.0"]).await;
    assert_eq!((code, &*text), (2, "shop 3.0: CANNOT_TELL: it has not been released\n"));
    assert_eq!(both(&["--release", "3.0", "--allow-cannot-tell"]).await.0, 0);
    let (code, _, said) = both(&["--release", "9.9"]).await;
    assert!(code == 2 && said.contains("there is no release \"9.9\""), "{said}");
    let (code, _, said) = both(&["--release", "2.0", "--max-decline", "101"]).await;
    assert!(code == 2 && said.contains("thresholds.maxDecline: is 101"), "{said}");

    // Each format says the same decision.
    let (code, json, _) = both(&["--release", "2.0", "--format", "json"]).await;
    let read: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, &read["gate"]["outcome"], &read["gate"]["regression"]["verdict"]),
        (1, &json!("FAIL"), &json!("REGRESSED"))
    );
    let (_, markdown, _) = both(&["--release", "2.0", "--format", "markdown"]).await;
    assert!(
        markdown.starts_with("### ❌ Release gate: shop 2.0\n\n**FAIL**: worse since this release: search\n"),
        "{markdown}"
    );
    assert!(markdown.contains("| ❌ | search | regressed | worse: ratings "), "{markdown}");
    let junit = story.database.file("gate.xml", "");
    let summary = story.database.file("summary.md", "# Mine\n");
    let (code, ..) = both(&["--release", "2.0", "--junit", &junit, "--summary", &summary]).await;
    assert_eq!(code, 1);
    let junit = std::fs::read_to_string(&junit).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    let suite = &report.test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.errors), (3, 2, 0), "{junit}");
    let summary = std::fs::read_to_string(&summary).unwrap();
    assert!(
        summary.starts_with("# Mine\n### ❌") && summary.matches("###").count() == 2,
        "both append: {summary}"
    );
    let undecided = story.database.file("undecided.xml", "");
    both(&["--release", "3.0", "--junit", &undecided]).await;
    let report =
        quick_junit::Report::deserialize_from_str(&std::fs::read_to_string(&undecided).unwrap()).unwrap();
    assert_eq!((report.test_suites[0].tests, report.test_suites[0].errors), (1, 1), "undecided is not green");

    // What is wrong with the server is said, and the token is not.
    for (server, token, why) in [
        (&*story.url("/"), "ballroom_wrong", "token"),
        ("http://127.0.0.1:1", "secret", "cannot reach http://127.0.0.1:1/"),
        (&*story.url("/nothing/"), &*story.token, "is not a Ballroom server"),
    ] {
        let ran = nowhere.ballroom(&["gate", "--release", "2.0", "--server", server, "--token", token]).await;
        assert!(
            ran.status.code() == Some(2) && ran.err.contains(why) && !ran.err.contains("secret"),
            "{ran:?}"
        );
    }
    let ran = nowhere.ballroom(&["gate", "--release", "2.0", "--server", &server]).await;
    assert!(ran.status.code() == Some(2) && ran.err.contains("BALLROOM_TOKEN"), "{ran:?}");
}

async fn an_organization_decides_what_its_gates_tolerate(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shop(&story).await;
    let gate = async |thresholds: Value| {
        story.gets("ReleaseGateThresholds", json!({ "release": "2.0", "thresholds": thresholds })).await["releaseGate"].clone()
    };
    let strict = gate(json!(null)).await;
    assert_eq!(strict["outcome"], "FAIL");
    assert_eq!(
        strict["thresholds"],
        json!({ "failOnWatch": false, "maxDecline": 0.0, "minResponses": null })
    );
    // 4.6 stars became 2.0: 65 points of 100.
    let tolerant = gate(json!({ "maxDecline": 80 })).await;
    assert_eq!(tolerant["outcome"], "PASS", "{tolerant:#}");
    assert_eq!(tolerant["reason"], "worse, but by no more than the tolerated 80 points: search");
    assert_eq!(gate(json!({ "maxDecline": 40 })).await["outcome"], "FAIL");
    let demanding = gate(json!({ "maxDecline": 80, "minResponses": 51 })).await;
    assert_eq!(
        (&demanding["outcome"], &demanding["reason"]),
        (&json!("CANNOT_TELL"), &json!("too few responses for cart: the gate needs 51 since the release"))
    );
    // The organization's own apply to each call that does not say otherwise.
    let data =
        story.gets("UpdateOrganization", json!({ "gate": { "maxDecline": 80, "minResponses": 20 } })).await;
    let own = json!({ "failOnWatch": false, "maxDecline": 80.0, "minResponses": 20 });
    assert_eq!(data["updateOrganization"]["organization"]["gate"], own);
    assert_eq!(gate(json!(null)).await["outcome"], "PASS");
    assert_eq!(gate(json!({ "maxDecline": 0 })).await["outcome"], "FAIL");
    let ran = story.database.ballroom(&["gate", "--release", "2.0"]).await;
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert_eq!(
        story.database.ballroom(&["gate", "--release", "2.0", "--max-decline", "1"]).await.status.code(),
        Some(1)
    );
    for (wrong, argument) in [
        (json!({ "maxDecline": -1 }), "gate.maxDecline"),
        (json!({ "minResponses": 0 }), "gate.minResponses"),
    ] {
        let refused = story.is_refused("UpdateOrganization", json!({ "gate": wrong })).await;
        assert_eq!((&*refused.0, &*refused.1), ("INVALID_ARGUMENT", argument));
    }
}

async fn a_gate_waits_until_it_can_tell(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    for (version, at) in [("1.0", "2026-01-01T08:00:00Z"), ("2.0", "2026-02-01T08:00:00Z")] {
        let touched = json!([{ "feature": "search", "change": "CHANGED" }]);
        let input = json!({ "product": "shop", "version": version, "releasedAt": at, "features": touched });
        story.admin.plans_release(input).await;
    }
    responses(&story, "search", "2026-01-10", &[5, 4, 5]).await;
    // Nothing comes: it ends undecided.
    let ran = story.database.ballroom(&["gate", "--release", "2.0", "--wait", "2s", "--every", "1s"]).await;
    assert!(ran.status.code() == Some(2) && ran.err.matches("cannot tell yet").count() == 1, "{ran:?}");
    let mut command = story.database.command();
    let url = story.url("/");
    let remote = [
        "gate",
        "--release",
        "2.0",
        "--wait",
        "5m",
        "--every",
        "1s",
        "--server",
        &url,
        "--token",
        &story.token,
    ];
    let waiting = command.args(remote).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_secs(3)).await;
    responses(&story, "search", "2026-02-02", &[5, 4, 5]).await;
    let ended = waiting.wait_with_output().await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(0), "{out}{err}");
    assert!(
        out.starts_with("shop 2.0: PASS: ") && err.contains("cannot tell yet: too few responses for search"),
        "{out}{err}"
    );
}
