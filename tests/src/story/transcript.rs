//! The transcript of a story, the same on both databases: IDs are numbered in the order in which they occur, and times of the test
//! itself are `now`.

use std::{collections::HashMap, fmt::Write};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

pub(super) struct Transcript {
    text: String,
    began: DateTime<Utc>,
    /// The IDs that occurred, each with its number among those of its noun.
    ids: HashMap<String, String>,
    nouns: HashMap<String, usize>,
}

impl Transcript {
    pub(super) fn begin() -> Self {
        // A second earlier: databases store microseconds.
        let began = ballroom::clock::now() - TimeDelta::seconds(1);
        Self { text: String::new(), began, ids: HashMap::new(), nouns: HashMap::new() }
    }

    /// What happened so far.
    pub(super) fn text(&self) -> &str {
        self.text.trim_end()
    }

    /// Writes down who sent what, and the answer.
    pub(super) fn add(&mut self, who: &str, operation: &str, variables: Value, answer: Value) {
        let variables = self.readable(variables);
        let shown = self.readable(answer);
        let _ = writeln!(self.text, "## {who} · {operation}\n\n{variables}\n");
        let _ = match (shown.get("errors"), shown.get("data")) {
            (None, Some(data)) => writeln!(self.text, "{}\n", pretty(data)),
            (Some(errors), data) => {
                let errors = errors.as_array().into_iter().flatten().map(|error| {
                    let code = error["extensions"]["code"].as_str().unwrap_or_default();
                    format!("{code}: {}", error["message"].as_str().unwrap_or_default())
                });
                let errors = errors.collect::<Vec<_>>().join("\n");
                let data = data.filter(|data| !data.is_null()).map(pretty).unwrap_or_default();
                writeln!(self.text, "{errors}\n{data}\n")
            }
            (None, None) => writeln!(self.text, "{}\n", pretty(&shown)),
        };
    }

    fn readable(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.named(text)),
            Value::Array(items) => items.into_iter().map(|item| self.readable(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, self.readable(value))).collect()
            }
            other => other,
        }
    }

    fn named(&mut self, text: String) -> String {
        if let Ok(at) = text.parse::<DateTime<Utc>>() {
            return if at >= self.began && at <= ballroom::clock::now() { "now".to_owned() } else { text };
        }
        // IDs stand in messages too.
        let mut named = String::with_capacity(text.len());
        for part in text.split_inclusive(|one: char| !one.is_ascii_alphanumeric() && one != '_') {
            let word = part.trim_end_matches(|one: char| !one.is_ascii_alphanumeric() && one != '_');
            named.push_str(&self.name_of(word).unwrap_or_else(|| word.to_owned()));
            named.push_str(&part[word.len()..]);
        }
        named
    }

    /// The name of an ID: its noun, and its number among those of this noun.
    fn name_of(&mut self, word: &str) -> Option<String> {
        let is_id = |hex: &str| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (noun, _) = word.rsplit_once('_').filter(|(_, hex)| is_id(hex))?;
        if let Some(known) = self.ids.get(word) {
            return Some(known.clone());
        }
        let number = self.nouns.entry(noun.to_owned()).or_default();
        *number += 1;
        let name = format!("{noun} {number}");
        self.ids.insert(word.to_owned(), name.clone());
        Some(name)
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
