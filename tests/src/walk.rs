//! A walk over the schema: documents that select everything below a field, with references wherever they are possible.

use apollo_compiler::{
    Schema,
    ast::Type,
    schema::{ExtendedType, FieldDefinition},
};
use serde_json::{Map, Value, json};

/// Maximum depth of inputs and of responses.
const DEPTH: usize = 3;

/// The reference of an object, for a field of an input or an argument.
pub type Named<'a> = &'a dyn Fn(&str) -> Option<String>;

macro_rules! nodes {
    ($($id:ident $noun:literal [$($table:ident)?] [$($module:ident::$object:ident, $plural:literal, $($how:ident)+)?];)*) => {
        /// The objects with an ID, and the nouns of their IDs.
        pub const NODES: &[(&str, &str)] = &[$($((stringify!($object), $noun),)?)*];
    };
}

ballroom_entity::nouns!(nodes);

/// The noun in the IDs of an object.
pub fn noun_of(object: &str) -> Option<&'static str> {
    NODES.iter().find(|(known, _)| *known == object).map(|(_, noun)| *noun)
}

/// The schema as it is.
pub fn schema() -> Schema {
    Schema::parse(ballroom::graphql::sdl(), "schema.graphql").unwrap()
}

/// The fields of a type.
pub fn fields_of<'a>(schema: &'a Schema, ty: &str) -> Vec<&'a FieldDefinition> {
    schema.get_object(ty).unwrap().fields.values().map(|field| &***field).collect()
}

/// A document for a root field, and its variables: everything below the field is selected, and all arguments that can
/// have references do.
pub fn document(schema: &Schema, root: &str, field: &FieldDefinition, named: Named<'_>) -> (String, Value) {
    let (mut declared, mut passed, mut variables) = (Vec::new(), Vec::new(), json!({}));
    for argument in &field.arguments {
        let inner = argument.ty.inner_named_type();
        let is_filter = argument.name == "filter" && schema.get_input_object(inner).is_some();
        // A lookup takes one argument: the reference, if it has one.
        let is_other_name = argument.name == "id" && field.argument_by_name(&field.name).is_some();
        if !argument.is_required() && !names(inner) && !is_filter || is_other_name {
            continue;
        }
        let Some(value) = value(schema, &argument.name, &argument.ty, named, DEPTH) else { continue };
        declared.push(format!("${}: {}", argument.name, argument.ty));
        passed.push(format!("{0}: ${0}", argument.name));
        variables[argument.name.as_str()] = value;
    }
    let list = |all: Vec<String>| match all.is_empty() {
        true => String::new(),
        false => format!("({})", all.join(", ")),
    };
    let shown = selection(schema, field.ty.inner_named_type(), DEPTH);
    (format!("{root}{} {{ {}{} {shown} }}", list(declared), field.name, list(passed)), variables)
}

/// A query for the ID of every object that a caller reaches by a list of the root, but those named, or by a list of an object in one.
pub fn everything(schema: &Schema, except: &[&str]) -> String {
    let mut asked = Vec::new();
    let lists = fields_of(schema, "Query").into_iter().filter(|field| is_list(schema, field));
    for field in lists.filter(|field| !except.contains(&field.name.as_str())) {
        let mut below = vec!["id".to_owned()];
        let object = node_of(schema, field);
        for field in fields_of(schema, &object) {
            let required = field.arguments.iter().any(|argument| argument.is_required());
            if noun_of(field.ty.inner_named_type()).is_some() && field.ty.is_list() && !required {
                below.push(format!("{} {{ id }}", field.name));
            } else if is_list(schema, field) {
                below.push(format!("{} {{ nodes {{ id }} }}", field.name));
            }
        }
        asked.push(format!("{} {{ nodes {{ {} }} }}", field.name, below.join(" ")));
    }
    format!("{{ {} }}", asked.join(" "))
}

/// Whether a field is a connection of objects with an ID that needs no arguments.
fn is_list(schema: &Schema, field: &FieldDefinition) -> bool {
    field.ty.inner_named_type().ends_with("Connection")
        && noun_of(&node_of(schema, field)).is_some()
        && !field.arguments.iter().any(|argument| argument.is_required())
}

/// The type of the nodes of a connection.
pub fn node_of(schema: &Schema, field: &FieldDefinition) -> String {
    let nodes = schema.get_object(field.ty.inner_named_type()).and_then(|page| page.fields.get("nodes"));
    nodes.map(|nodes| nodes.ty.inner_named_type().to_string()).unwrap_or_default()
}

/// Whether a value of this type names a thing.
fn names(ty: &str) -> bool {
    ["ID", "Reference"].contains(&ty)
}

/// A value of an input type. Of the optional fields it has only references: others might be refused first.
fn value(schema: &Schema, field: &str, ty: &Type, named: Named<'_>, depth: usize) -> Option<Value> {
    let name = ty.inner_named_type().as_str();
    let one = match (name, field) {
        ("ID" | "Reference", _) => json!(named(field)?),
        ("Int" | "Float" | "Int64", _) => json!(3),
        ("Boolean", _) => json!(true),
        ("Date", "until") => json!("2026-03-20"),
        ("Date", _) => json!("2026-03-02"),
        ("DateTime", _) => json!("2026-03-02T00:00:00Z"),
        ("String", "email") => json!("stray@example.com"),
        ("String", _) => json!("stray"),
        _ => match &schema.types[name] {
            ExtendedType::Enum(all) => json!(all.values.keys().next().unwrap().as_str()),
            ExtendedType::InputObject(_) if depth == 0 => return None,
            ExtendedType::InputObject(input) => {
                let mut object = Map::new();
                for (name, inner) in &input.fields {
                    if inner.is_required() || names(inner.ty.inner_named_type()) {
                        match value(schema, name, &inner.ty, named, depth - 1) {
                            Some(value) => drop(object.insert(name.to_string(), value)),
                            None if inner.is_required() => return None,
                            None => (),
                        }
                    }
                }
                Value::Object(object)
            }
            _ => return None,
        },
    };
    Some(if ty.is_list() { json!([one]) } else { one })
}

/// Every field of a type that needs no arguments, to a depth.
pub fn selection(schema: &Schema, ty: &str, depth: usize) -> String {
    let fields = match &schema.types[ty] {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(_) => return of_each_implementor(schema, ty),
        _ => return String::new(),
    };
    let mut shown = vec!["__typename".to_owned()];
    for (name, field) in fields {
        if field.arguments.iter().any(|argument| argument.is_required()) {
            continue;
        }
        let below = field.ty.inner_named_type();
        match is_object(schema, below) {
            false => shown.push(name.to_string()),
            true if depth > 1 => shown.push(format!("{name} {}", selection(schema, below, depth - 1))),
            true => (),
        }
    }
    format!("{{ {} }}", shown.join(" "))
}

/// The values of each type that implements an interface, by names of their own: fields of one name may differ in type.
fn of_each_implementor(schema: &Schema, interface: &str) -> String {
    let objects = schema.types.values().filter_map(|one| one.as_object());
    let nouns = objects.filter(|object| object.implements_interfaces.iter().any(|one| one.name == interface));
    let shown = nouns.map(|object| {
        let values = object.fields.values().filter(|field| {
            !is_object(schema, field.ty.inner_named_type())
                && !field.arguments.iter().any(|argument| argument.is_required())
        });
        let prefix = object.name.to_lowercase();
        let values: Vec<_> = values.map(|field| format!("{prefix}_{0}: {0}", field.name)).collect();
        format!("... on {} {{ {} }}", object.name, values.join(" "))
    });
    format!("{{ __typename id {} }}", shown.collect::<Vec<_>>().join(" "))
}

fn is_object(schema: &Schema, ty: &str) -> bool {
    matches!(schema.types[ty], ExtendedType::Object(_) | ExtendedType::Interface(_))
}
