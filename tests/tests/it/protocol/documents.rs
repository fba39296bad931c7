//! Documents: how they may be written, what is wrong with them, and the schema.

use ballroom_tests::App;
use serde_json::json;

use super::with;

#[tokio::test(flavor = "multi_thread")]
async fn who_may_ask_what_the_schema_is() {
    let app = with(&["--introspection", "administrators"]).await;
    let made =
        app.database.succeeds(&["token", "create", "--role", "product", "--name", "app", "--quiet"]).await;
    let manager = made.trim();
    let ask = "{ __schema { queryType { name } } }";
    let hidden = "query { ...F } fragment F on Query { ... { a: __type(name: \"Query\") { name } } }";
    let code = async |app: &App, token: &str, query: &str| {
        let answer = app.answer_to(token, query, json!({})).await.1;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned()
    };
    assert_eq!(code(&app, &app.token, ask).await, "");
    for query in [ask, hidden] {
        assert_eq!(code(&app, manager, query).await, "FORBIDDEN");
    }
    assert_eq!(code(&app, manager, "{ __typename organization { __typename } }").await, "");
    // By default the server shows its schema to all callers with a token.
    let on = App::with(app.database.clone(), &[]).await;
    assert_eq!(code(&on, manager, ask).await, "");
    let one_of =
        on.answer_to(manager, "{ __type(name: \"SubmitFeedbackInput\") { isOneOf } }", json!({})).await.1;
    assert_eq!(one_of["data"]["__type"]["isOneOf"], false, "{one_of:#}");
    let helps = on.answer_to(manager, "{ organization { nmae } }", json!({})).await.1;
    assert!(helps["errors"][0]["message"].as_str().unwrap().ends_with("Did you mean `name`?"), "{helps:#}");
    assert_eq!(helps["errors"].as_array().unwrap().len(), 1, "{helps:#}");
    let off = App::with(app.database.clone(), &["--introspection", "off"]).await;
    assert_eq!(code(&off, &off.token, ask).await, "FORBIDDEN");
    // Nor do suggestions for typing errors reveal it.
    for query in [
        "{ organisation { name } }",
        "{ organization { nam } }",
        "{ organization }",
        "{ product(produkt: \"a\") { id } }",
        "mutation { createProduct(input: { kye: \"a\" }) { product { id } } }",
        "mutation { openIncident(input: { product: \"a\", severity: 2, title: \"b\", state: OPN }) { outcome } }",
        "{ organization { name @inlcude(if: true) } }",
        "{ ... on Organisation { name } }",
    ] {
        let answer = app.answer_to(manager, query, json!({})).await.1.to_string();
        assert!(answer.contains("VALIDATION_ERROR"), "{query}: {answer}");
        assert!(!answer.to_lowercase().contains("did you mean"), "{query}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_schema_can_be_asked_for() {
    let app = with(&[]).await;
    let of_type = "ofType { kind name ".repeat(7) + &"} ".repeat(7);
    let query = format!(
        "{{ __schema {{ queryType {{ name }} mutationType {{ name }} directives {{ name args {{ ...V }} }} types {{
            kind name description fields(includeDeprecated: true) {{ name args {{ ...V }} type {{ ...T }} }}
            inputFields {{ ...V }} interfaces {{ ...T }} enumValues {{ name }} possibleTypes {{ ...T }} }} }} }}
        fragment V on __InputValue {{ name type {{ ...T }} defaultValue }}
        fragment T on __Type {{ kind name {of_type} }}"
    );
    let answer = app.asks(&query, json!({})).await;
    assert!(answer["__schema"]["types"].as_array().unwrap().len() > 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_read_as_they_may_be_written() {
    let app = with(&[]).await;
    app.product("shop", &["search"]).await;
    let key = json!({ "product": { "key": "shop" } });
    for document in [
        "\u{feff}{ product(product: \"shop\") { key } }",
        "{\rproduct(product:\"shop\")\r\n#a comment\r{\n\rkey}\r}\r",
        ",,{,product,(,product,:,\"shop\",,),{,key,},},",
        "{product(product:\"\"\"shop\"\"\"){key}}",
        "{product(product:\"\"\"\r\n  shop\r  \"\"\"){key}}",
        "{product(product:\"\\u0073\\u{68}\\u{00006F}p\"){key}}",
        "query($p: Reference ! = \"shop\") { product(product: $p) { key } }",
        "query Q ( $p : Reference = \"sh\\u{6F}p\" $of : [ Int ! ] ! = [ 1 ] ) { product(product: $p) { key @skip(if:false) ...F @include(if:true) } }
            fragment F on Product { features(first: -0) { nodes { key } } ... { key } }",
        "\"Of the shop.\" query Q(\"Which.\" $p: Reference!, \"\"\"\nHow many.\n\"\"\" $n: Int = 0) {
            product(product: $p) { ...F features(first: $n) { nodes { key } } } } \"Its key.\" fragment F on Product { key }",
    ] {
        // Two of them list features, of which there are none to be shown, and have a variable that is not used.
        let answer = app.answer(document, json!({ "p": "shop" })).await;
        if document.contains("$of") {
            assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{document}\n{answer:#}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("`$of`"), "{answer:#}");
            let used = document.replace(" $of : [ Int ! ] ! = [ 1 ]", "");
            let answer = app.answer(&used, json!({})).await;
            assert_eq!(answer["data"]["product"], json!({ "key": "shop", "features": { "nodes": [] } }), "{answer:#}");
            continue;
        }
        assert!(answer.get("errors").is_none(), "{document}\n{answer:#}");
        assert_eq!(answer["data"]["product"]["key"], key["product"]["key"], "{document}\n{answer:#}");
    }
    // A type with space in it, used.
    let batch = "query($ids: [ ID\n! ,] !) { nodes(ids: $ids) { id } }";
    assert_eq!(app.asks(batch, json!({ "ids": [] })).await, json!({ "nodes": [] }));
    // Signs beyond the basic plane, written in each way: in a literal, in a default, and by a variable.
    for written in ["\\uD83D\\uDE00", "\\u{1F600}", "\\u{0001f600}", "😀"] {
        let submit = |comment: &str| {
            format!("mutation($comment: String = \"{written}\") {{ submitFeedback(input: {{ product: \"shop\", scale: \"csat\",
                rating: 4, comment: {comment} }}) {{ feedback {{ comment }} }} }}")
        };
        for (comment, variables) in [
            (format!("\"{written}\""), json!({ "comment": "" })),
            ("$comment".to_owned(), json!({})),
            ("$comment".to_owned(), json!({ "comment": "😀" })),
            (format!("\"\"\"{written}\"\"\""), json!({})),
        ] {
            let query = match comment.as_str() {
                "$comment" => submit("$comment"),
                literal => submit(literal).replacen(&format!("($comment: String = \"{written}\")"), "", 1),
            };
            let said = app.asks(&query, variables).await["submitFeedback"]["feedback"]["comment"].clone();
            // A block string knows no escapes but that of its end.
            let expected =
                if comment.starts_with("\"\"\"") { written.replace("\\\\", "\\") } else { "😀".to_owned() };
            assert_eq!(said, expected, "{query}");
        }
    }
    for broken in [
        "\\uD83D",
        "\\uDE00",
        "\\uD83D\\u0041",
        "\\uDE00\\uD83D",
        "\\u{D83D}",
        "\\u{110000}",
        "\\u{}",
        "\\u{12",
        "\\u12G4",
        "\\x",
    ] {
        let query = format!("{{ product(product: \"{broken}\") {{ key }} }}");
        let (code, _, message) = app.is_refused(&query, json!({})).await;
        assert!(code == "PARSE_ERROR" && message.to_lowercase().contains("escape"), "{broken}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_document_is_told_by_its_causes() {
    let app = with(&[]).await;
    let errors = async |query: &str| {
        let answer = app.answer(query, json!({})).await;
        answer["errors"].as_array().unwrap_or_else(|| panic!("{query}\n{answer:#}")).clone()
    };
    let one = errors("{ product(product: \"a\") { nmae } }").await;
    assert_eq!(one.len(), 1, "{one:#?}");
    assert_eq!(one[0]["message"], "Type `Product` does not have a field `nmae`. Did you mean `name`?");
    assert_eq!(one[0]["locations"], json!([{ "line": 1, "column": 27 }]));
    let wrong = |many: usize| -> String { (0..many).map(|n| format!("wrong{n} ")).collect() };
    assert_eq!(errors(&format!("{{ {} }}", wrong(40))).await.len(), 40, "each mistake is told");
    assert_eq!(errors(&format!("{{ organization {{ {} }} }}", wrong(140))).await.len(), 100);
    let twice = "mutation { createProduct(input: { key: \"a\", key: \"b\" }) { product { id } } }";
    let twice = errors(twice).await;
    assert!(twice.len() == 1 && twice[0]["message"].as_str().unwrap().contains("occurs twice"), "{twice:#?}");
    assert_eq!(twice[0]["extensions"]["code"], "VALIDATION_ERROR");
    assert_eq!(app.is_refused("{ product(product: \"b\") { id } }", json!({})).await.0, "NOT_FOUND");
    // In a variable too.
    let query = "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
    let (code, argument, message) = app.is_refused(query, json!({ "input": { "kye": "a" } })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "input.kye"));
    let (code, argument, _) = app.is_refused(query, json!({})).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "input"));
    assert_eq!(message, "input.kye: is not a field of CreateProductInput. Did you mean `key`?");
}
