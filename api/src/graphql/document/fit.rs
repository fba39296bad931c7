//! Whether a value fits its type, and where it does not.

use apollo_compiler::{
    Name, Schema,
    ast::Type,
    response::{JsonMap, JsonValue},
    schema::{ExtendedType, InputObjectType},
    validation::Valid,
};

use super::causes;
use crate::{base::text, graphql::scalar};

/// The longest value that is quoted, in characters.
const QUOTED: usize = 60;

/// Up to where a whole number is a `Float` without loss.
const EXACT: f64 = (1_i64 << 53) as f64;

/// A place at which a value does not fit.
pub(super) struct Misfit {
    /// The place: fields and indexes from the outermost on, with dots between them.
    pub(super) path: String,
    /// What is wrong with it, without the place.
    pub(super) reason: String,
}

/// What a value has to fit.
#[derive(Clone, Copy)]
pub(super) struct Fit<'a> {
    /// The types.
    pub(super) schema: &'a Valid<Schema>,
    /// Whether the caller may know what else there is than what was given.
    pub(super) hints: bool,
}

impl Fit<'_> {
    /// The first place at which a value does not fit its type. `path` is the place of the value itself, if it has one.
    pub(super) fn misfit(&self, ty: &Type, value: &JsonValue, path: &str) -> Option<Misfit> {
        let here = if path.is_empty() { "item" } else { path };
        let wrong = |reason: String| Some(Misfit { path: here.to_owned(), reason });
        match value {
            JsonValue::Null if ty.is_non_null() => return wrong("must not be null".to_owned()),
            JsonValue::Null => return None,
            JsonValue::Array(items) if ty.is_list() => {
                let mut numbered = items.iter().enumerate();
                return numbered
                    .find_map(|(i, item)| self.misfit(ty.item_type(), item, &below(path, &i.to_string())));
            }
            // One value stands for a list of one.
            value if ty.is_list() => return self.misfit(ty.item_type(), value, path),
            _ => (),
        }
        let must_be = |what: &str| wrong(format!("must be {what}, not {}", quoted(value)));
        let name = ty.inner_named_type().as_str();
        match self.schema.types.get(name) {
            Some(ExtendedType::InputObject(input)) => match value {
                JsonValue::Object(fields) => self.misfit_of_fields(input, fields, path),
                _ => must_be("an object"),
            },
            Some(ExtendedType::Enum(all)) => {
                let known = value.as_str().is_some_and(|value| all.values.contains_key(value));
                let names: Vec<_> = all.values.keys().map(|name| name.as_str()).collect();
                let hint = match self.hints {
                    true => format!("one of {}", names.join(", ")),
                    false => format!("a value of {name}"),
                };
                if known { None } else { must_be(&hint) }
            }
            _ => match (name, value) {
                (_, JsonValue::String(text)) if text.as_str().contains(text::BROKEN) => wrong(
                    "has half of a surrogate pair (such as \\ud83d alone), which is no character".to_owned(),
                ),
                ("Int", JsonValue::Number(number)) => match number.as_i64() {
                    Some(n) if i32::try_from(n).is_ok() => None,
                    Some(_) => must_be("a whole number of at most 32 bits"),
                    None => must_be("a whole number"),
                },
                ("Int", _) => must_be("a whole number"),
                ("Float", JsonValue::Number(number)) => {
                    let fits = |n: f64| number.is_f64() || n.abs() < EXACT;
                    if number.as_f64().is_some_and(fits) { None } else { must_be("a number below 2^53") }
                }
                ("Boolean", JsonValue::Bool(_)) => None,
                ("ID", JsonValue::Number(number)) if number.is_i64() => None,
                ("ID", JsonValue::String(_)) => None,
                ("ID", _) => must_be("a text or a whole number"),
                ("Float", _) => must_be("a number"),
                ("Boolean", _) => must_be("true or false"),
                (_, JsonValue::String(text)) => scalar::misfit(name, text.as_str())
                    .and_then(|reason| wrong(format!("{reason}, not {}", quoted(value)))),
                _ if scalar::is_text(name) => must_be("a text"),
                _ => None,
            },
        }
    }

    fn misfit_of_fields(&self, input: &InputObjectType, fields: &JsonMap, path: &str) -> Option<Misfit> {
        if let Some(name) = fields.keys().find(|name| !input.fields.contains_key(name.as_str())) {
            let mut reason = format!("is no field of {}", input.name);
            if self.hints {
                let near = causes::meant(name.as_str(), &mut input.fields.keys().map(Name::as_str));
                reason.extend(near);
            }
            return Some(Misfit { path: below(path, &excerpt(name.as_str())), reason });
        }
        input.fields.iter().find_map(|(name, field)| match fields.get(name.as_str()) {
            Some(value) => self.misfit(&field.ty, value, &below(path, name)),
            None if field.is_required() && self.hints => {
                Some(Misfit { path: below(path, name), reason: "is needed".to_owned() })
            }
            None if field.is_required() => {
                let here = if path.is_empty() { "item" } else { path };
                let reason = format!("lacks a field that {} needs", input.name);
                Some(Misfit { path: here.to_owned(), reason })
            }
            None => None,
        })
    }
}

/// The place of something in a place.
pub(super) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn quoted(value: &JsonValue) -> String {
    match value {
        JsonValue::Array(_) => "a list".to_owned(),
        JsonValue::Object(_) => "an object".to_owned(),
        value => excerpt(&value.to_string()),
    }
}

/// The beginning of a text that may be long.
pub(super) fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(QUOTED).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}
