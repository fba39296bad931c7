//! The schema as a contract: committed, described, and consistent.

use std::{collections::HashSet, path::Path};

use serde_json::Value;

/// The committed schema. `BALLROOM_UPDATE_SCHEMA=1 tests/run -E 'test(committed)'` updates it.
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql");

const INTROSPECTION: &str = "{ __schema { types { kind name description specifiedByURL
    fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...T }
        args { name description type { ...T } } }
    inputFields { name description type { ...T } }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    interfaces { name } possibleTypes { name } } directives { name description } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

async fn types() -> Vec<Value> {
    let schema = ballroom::graphql::builder().finish();
    let answer = schema.execute(INTROSPECTION).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let data = answer.data.into_json().unwrap();
    let ours = |one: &Value| !one["name"].as_str().unwrap().starts_with("__");
    data["__schema"]["types"].as_array().unwrap().iter().filter(|one| ours(one)).cloned().collect()
}

fn list<'a>(of: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    of[field].as_array().into_iter().flatten()
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap()
}

#[test]
fn the_committed_schema_is_this_one() {
    let (file, sdl) = (Path::new(COMMITTED), ballroom::graphql::sdl());
    if std::env::var_os("BALLROOM_UPDATE_SCHEMA").is_some() {
        std::fs::write(file, &sdl).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    let differs = committed.lines().zip(sdl.lines()).find(|(committed, now)| committed != now);
    assert!(
        committed == sdl,
        "api/schema.graphql is stale, first here: {differs:?}\n\
        BALLROOM_UPDATE_SCHEMA=1 tests/run -E 'test(committed)' writes it anew"
    );
}

#[tokio::test]
async fn everything_is_described() {
    let mut bare = Vec::new();
    let mut check = |what: String, of: &Value| {
        let text = of["description"].as_str().unwrap_or_default().trim();
        // A sentence, not a repetition of the name.
        if text.len() < 6 {
            bare.push(format!("{what}: {text:?}"));
        }
    };
    for one in types().await {
        if ["Int", "Float", "String", "Boolean", "ID"].contains(&name(&one)) {
            continue;
        }
        check(name(&one).to_owned(), &one);
        for field in list(&one, "fields").chain(list(&one, "inputFields")).chain(list(&one, "enumValues")) {
            let what = format!("{}.{}", name(&one), name(field));
            check(what.clone(), field);
            list(field, "args").for_each(|argument| check(format!("{what}({})", name(argument)), argument));
        }
    }
    assert!(bare.is_empty(), "{} without a description:\n{}", bare.len(), bare.join("\n"));
}

/// All descriptions, with what they describe.
async fn descriptions() -> (Vec<(String, String)>, HashSet<String>) {
    let (mut texts, mut names) = (Vec::new(), HashSet::new());
    let mut add = |what: String, of: &Value| {
        names.insert(name(of).to_owned());
        texts.push((what, of["description"].as_str().unwrap_or_default().to_owned()));
    };
    for one in types().await {
        add(name(&one).to_owned(), &one);
        for field in list(&one, "fields").chain(list(&one, "inputFields")).chain(list(&one, "enumValues")) {
            let what = format!("{}.{}", name(&one), name(field));
            list(field, "args").for_each(|argument| add(format!("{what}({})", name(argument)), argument));
            add(what, field);
        }
    }
    (texts, names)
}

#[tokio::test]
async fn a_description_names_only_what_there_is() {
    let (texts, names) = descriptions().await;
    // Parts of responses outside `data`.
    let others = ["retryAfter"];
    let mut wrong = Vec::new();
    for (what, text) in &texts {
        for quoted in text.split('`').skip(1).step_by(2) {
            let words = quoted.split(|one: char| !one.is_ascii_alphanumeric() && one != '_');
            // Words of one case may be anything: a value, a header, a file.
            let ours = words.filter(|word| {
                word.starts_with(|one: char| one.is_ascii_lowercase())
                    && word.contains(|one: char| one.is_ascii_uppercase())
            });
            wrong.extend(
                ours.filter(|word| !names.contains(*word) && !others.contains(word))
                    .map(|word| format!("{what}: there is no `{word}`")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_description_is_understood_without_its_neighbors() {
    let openings = [
        "Number of those ",
        "Number of them",
        "Number of these ",
        "Share of those ",
        "Share of them",
        "The same",
        "Those ",
    ];
    let (texts, _) = descriptions().await;
    let unclear: Vec<_> = texts
        .iter()
        .filter(|(_, text)| openings.iter().any(|opening| text.starts_with(opening)))
        .map(|(what, text)| format!("{what}: {text}"))
        .collect();
    assert!(unclear.is_empty(), "{}", unclear.join("\n"));
}

#[tokio::test]
async fn mutations_take_one_input_and_answer_alike() {
    let types = types().await;
    let of = |wanted: &str| types.iter().find(|one| name(one) == wanted).unwrap();
    let leaf = |of: &Value| of["name"].as_str().or(of["ofType"]["name"].as_str()).unwrap().to_owned();
    for mutation in list(of("Mutation"), "fields") {
        let arguments: Vec<_> = list(mutation, "args").collect();
        assert_eq!(arguments.len(), 1, "{mutation:#}");
        assert_eq!(name(arguments[0]), "input");
        let input = of(&leaf(&arguments[0]["type"]));
        assert!(list(input, "inputFields").any(|field| name(field) == "clientMutationId"), "{input:#}");
        let payload = of(&leaf(&mutation["type"]));
        assert!(name(payload).ends_with("Payload"));
        for field in list(payload, "fields") {
            let required = field["type"]["kind"] == "NON_NULL";
            assert_eq!(required, name(field) == "userErrors", "{} of {}", name(field), name(payload));
        }
    }
}

#[tokio::test]
async fn whatever_has_an_id_is_a_node_and_every_scalar_has_a_specification() {
    for one in types().await {
        if one["kind"] == "OBJECT" && list(&one, "fields").any(|field| name(field) == "id") {
            assert!(list(&one, "interfaces").any(|other| name(other) == "Node"), "{} is no node", name(&one));
        }
        let builtin = ["Int", "Float", "String", "Boolean", "ID"].contains(&name(&one));
        if one["kind"] == "SCALAR" && !builtin {
            assert!(one["specifiedByURL"].is_string(), "{one:#}");
        }
        for deprecated in list(&one, "fields").filter(|field| field["isDeprecated"] == true) {
            assert!(deprecated["deprecationReason"].as_str().is_some_and(|reason| reason.len() > 10));
        }
    }
}

#[tokio::test]
async fn what_stands_at_the_root_may_be_null() {
    for root in types().await.iter().filter(|one| ["Query", "Mutation"].contains(&name(one))) {
        for field in list(root, "fields") {
            assert_ne!(field["type"]["kind"], "NON_NULL", "{}.{}", name(root), name(field));
        }
    }
}
