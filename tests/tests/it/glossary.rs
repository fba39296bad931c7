//! The glossary: one graph, in the words of its readers.

use ballroom_tests::{
    Backend, on_both,
    story::{Actor, Story},
};
use serde_json::{Value, json};

on_both!(every_reader_finds_its_own_words);

const OPERATIONS: &str = "
    query Mine { glossary { vocabulary terms { concept term plural definition } } }
    query Of($vocabulary: Vocabulary!) { glossary(vocabulary: $vocabulary) { vocabulary
        terms { concept term translations { vocabulary term definition } } } }
    mutation Prefer($vocabulary: Vocabulary!) { updateProfile(input: { vocabulary: $vocabulary }) { member { vocabulary } } }";

/// The vocabulary of a glossary, and its word for a noun.
fn word<'a>(data: &'a Value, concept: &str) -> (&'a str, &'a str) {
    let terms = data["glossary"]["terms"].as_array().unwrap();
    let term = terms.iter().find(|term| term["concept"] == concept).unwrap();
    (data["glossary"]["vocabulary"].as_str().unwrap(), term["term"].as_str().unwrap())
}

async fn mine(story: &Story, actor: &Actor) -> Value {
    story.asks_silently(actor, "Mine", json!({})).await
}

async fn every_reader_finds_its_own_words(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let builds = story.machine("builds", "DEVELOPMENT", "FULL").await;
    let desk = story.machine("desk", "SUPPORT", "READ").await;
    let board = story.machine("board", "BUSINESS", "REPORTS").await;
    let ann = story.customer("ann", None).await;
    assert_eq!(word(&mine(&story, &builds).await, "ITERATION"), ("AGILE", "sprint"));
    assert_eq!(word(&mine(&story, &desk).await, "KNOWN_ERROR"), ("ITIL", "known error"));
    assert_eq!(word(&mine(&story, &board).await, "DEPLOYMENT"), ("PLAIN", "update"));
    assert_eq!(word(&mine(&story, &ann).await, "INCIDENT"), ("PLAIN", "problem"));
    // A member's preference beats the role, and an argument beats both.
    let sue = story.member("Sue", "SUPPORT").await;
    story.asks_silently(&sue, "Prefer", json!({ "vocabulary": "AGILE" })).await;
    assert_eq!(word(&mine(&story, &sue).await, "KNOWN_ERROR"), ("AGILE", "known bug"));
    let given = story.asks_silently(&sue, "Of", json!({ "vocabulary": "ITIL" })).await;
    assert_eq!(word(&given, "DEPLOYMENT"), ("ITIL", "change"));
    for term in given["glossary"]["terms"].as_array().unwrap() {
        let translations = term["translations"].as_array().unwrap();
        let vocabularies: Vec<_> =
            translations.iter().map(|one| one["vocabulary"].as_str().unwrap()).collect();
        assert_eq!(vocabularies, ["AGILE", "ITIL", "PLAIN"]);
        assert_eq!(translations[1]["term"], term["term"]);
    }
}
