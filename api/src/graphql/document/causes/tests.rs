use crate::graphql::document::validate::Validator;

const SDL: &str = "
        enum Order { NEWEST OLDEST }
        input Filter { text: String!, order: Order }
        type Product { name: String, features(first: Int, filter: Filter): Product, value(days: Int!): Int }
        type Rows { nodes: [Product] }
        type Query { product(product: ID!): Product, node: Product, rows: Rows }";

fn told(document: &str) -> Vec<String> {
    let validator = Validator::new(SDL).unwrap();
    let document = Validator::parse(document).unwrap();
    let refusal = validator.validate(&document, true).err();
    refusal.into_iter().flat_map(|refusal| refusal.into_errors()).map(|error| error.message).collect()
}

#[test]
fn one_mistake_is_one_error_that_says_what_was_meant() {
    for (document, says) in [
        ("{ node { nmae } }", "does not have a field `nmae`. Did you mean `name`?"),
        ("{ node { nmae { a } } }", "Did you mean `name`?"),
        ("{ node { name { first } } }", "must not have subselections"),
        ("{ noed { name } }", "Did you mean `node`?"),
        ("query($d: Int!) { node { valeu(days: $d) } }", "Did you mean `value`?"),
        ("{ node { nmae { ...A } } } fragment A on Product { name }", "Did you mean `name`?"),
        ("{ node { ...A } } fragment B on Product { name }", "cannot find fragment `A`"),
        ("{ node { ...Parst } } fragment Parts on Product { name }", "Did you mean `Parts`?"),
        ("{ node { ...Parts } } fragment Parts on Produkt { name }", "Did you mean `Product`?"),
        ("{ node { ... on Produkt { name } } }", "Did you mean `Product`?"),
        ("{ product(produkt: 1) { name } }", "Did you mean `product`?"),
        ("query($p: IDD!) { product(product: $p) { name } }", "Did you mean `ID`"),
        ("query($key: ID!) { product(product: $kye) { name } }", "Did you mean `$key`?"),
        ("{ node { features(filter: { txet: \"a\" }) { name } } }", "Did you mean `text`?"),
        ("{ node { features(filter: { text: \"a\", order: NEWST }) { name } } }", "Did you mean `NEWEST`?"),
        ("{ node { name @skp(if: true) } }", "Did you mean `@skip`?"),
        ("{ node { quite_another } }", "does not have a field `quite_another`."),
        ("{ rows { name } }", "Did you mean `nodes { name }`?"),
    ] {
        let told = told(document);
        let lowercase: Vec<_> = told.iter().map(|message| message.to_lowercase()).collect();
        assert!(lowercase.iter().any(|told| told.contains(&says.to_lowercase())), "{document}: {told:?}");
        let expected = if document.contains("fragment B") { 2 } else { 1 };
        assert_eq!(told.len(), expected, "{document}: {told:?}");
    }
}

#[test]
fn each_of_several_mistakes_is_told_in_the_order_of_the_document() {
    let told = told("query($unused: Int) { node product { b } node { c } }");
    let says: Vec<_> = ["unused", "subselection", "argument", "`b`", "`c`"].into_iter().collect();
    assert_eq!(told.len(), says.len(), "{told:?}");
    for (told, says) in told.iter().zip(says) {
        assert!(told.contains(says), "{says}: {told}");
    }
}

#[test]
fn who_may_not_know_the_schema_is_told_no_names_of_it() {
    let validator = Validator::new(SDL).unwrap();
    let document = Validator::parse("{ node { nmae } }").unwrap();
    let errors = validator.validate(&document, false).unwrap_err().into_errors();
    assert!(errors.len() == 1 && !errors[0].message.contains("name"), "{errors:?}");
}

#[test]
fn at_most_a_hundred_errors() {
    let wrong: String = (0..130).map(|n| format!("wrong{n} ")).collect();
    assert_eq!(told(&format!("{{ node {{ {wrong} }} }}")).len(), 100);
}
