//! Whether a value fits its type, and where it does not: that of a variable as that in the document.

use std::borrow::Cow;

use apollo_compiler::{
    Name, Schema,
    ast::Type,
    response::{JsonMap, JsonValue},
    schema::{ExtendedType, InputObjectType},
    validation::Valid,
};

use super::meant;
use crate::{base::text, graphql::scalar};

/// The longest value that is quoted, in characters.
const QUOTED: usize = 60;

/// Below this a whole number is a `Float` without loss: the bound at which the coercion of apollo-compiler refuses it.
const EXACT: f64 = ((1_i64 << 53) - 1) as f64;

/// What is wrong with null where a value is needed.
pub(super) const NOT_NULL: &str = "must not be null";

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

/// A value as it was written, in a document or in JSON. Of a list and an object nothing is said but that it is one.
pub(super) enum Leaf<'a> {
    Null,
    Boolean(bool),
    /// Its digits.
    Number(Cow<'a, str>),
    Text(&'a str),
    /// A member of an enum: a name in a document, and in JSON a text that is to be one.
    Member(&'a str),
    List,
    Object,
}

impl<'a> Leaf<'a> {
    /// A value of JSON that is to fit a type.
    fn in_json(value: &'a JsonValue, ty: Option<&ExtendedType>) -> Self {
        match value {
            JsonValue::Null => Self::Null,
            JsonValue::Bool(yes) => Self::Boolean(*yes),
            JsonValue::Number(number) => Self::Number(number.to_string().into()),
            JsonValue::String(text) => match text::beyond(text.as_str()) {
                Some(digits) => Self::Number(digits.into()),
                None if matches!(ty, Some(ExtendedType::Enum(_))) => Self::Member(text.as_str()),
                None => Self::Text(text.as_str()),
            },
            JsonValue::Array(_) => Self::List,
            JsonValue::Object(_) => Self::Object,
        }
    }

    /// As a message quotes it.
    fn quoted(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(yes) => yes.to_string(),
            Self::Number(digits) => excerpt(digits),
            Self::Text(text) => excerpt(&JsonValue::from(*text).to_string()),
            Self::Member(name) => excerpt(name),
            Self::List => "a list".to_owned(),
            Self::Object => "an object".to_owned(),
        }
    }
}

impl Fit<'_> {
    /// The first place at which a value does not fit its type. `path` is the place of the value itself, if it has one.
    pub(super) fn misfit(&self, ty: &Type, value: &JsonValue, path: &str) -> Option<Misfit> {
        let here = if path.is_empty() { "item" } else { path };
        let wrong = |reason: String| Misfit { path: here.to_owned(), reason };
        let named = self.schema.types.get(ty.inner_named_type());
        match (value, named) {
            (JsonValue::Null, _) => ty.is_non_null().then(|| wrong(NOT_NULL.to_owned())),
            (JsonValue::Array(items), _) if ty.is_list() => {
                let mut numbered = items.iter().enumerate();
                numbered.find_map(|(i, item)| self.misfit(ty.item_type(), item, &below(path, &i.to_string())))
            }
            // One value stands for a list of one.
            (value, _) if ty.is_list() => self.misfit(ty.item_type(), value, path),
            (JsonValue::Object(fields), Some(ExtendedType::InputObject(input))) => {
                self.misfit_of_fields(input, fields, path)
            }
            (value, _) => self.refuses(ty, &Leaf::in_json(value, named)).map(wrong),
        }
    }

    /// Why a value is none of a type, if what could be a list or an object of that type is known to be none.
    pub(super) fn refuses(&self, ty: &Type, value: &Leaf<'_>) -> Option<String> {
        let name = ty.inner_named_type().as_str();
        let must_be = |what: &str| Some(format!("must be {what}, not {}", value.quoted()));
        match (self.schema.types.get(name), value) {
            (Some(ExtendedType::InputObject(_)), _) => must_be("an object"),
            (Some(ExtendedType::Enum(all)), Leaf::Member(member)) if all.values.contains_key(*member) => None,
            (Some(ExtendedType::Enum(all)), _) if self.hints => {
                let names: Vec<_> = all.values.keys().map(Name::as_str).collect();
                must_be(&format!("one of {}", names.join(", ")))
            }
            (Some(ExtendedType::Enum(_)), _) => must_be(&format!("a value of {name}")),
            (_, value) => match (name, value) {
                (_, Leaf::Text(text)) if text.contains(text::BROKEN) => Some(
                    "has half of a surrogate pair (such as \\ud83d alone), which is no character".to_owned(),
                ),
                ("Int", Leaf::Number(digits)) => must_be(not_int(digits)?),
                ("Int", _) => must_be("a whole number"),
                ("Float", Leaf::Number(digits)) => must_be(not_float(digits)?),
                ("Float", _) => must_be("a number"),
                ("Boolean", Leaf::Boolean(_)) => None,
                ("Boolean", _) => must_be("true or false"),
                ("ID", Leaf::Text(_)) => None,
                ("ID", Leaf::Number(digits)) if digits.parse::<i64>().is_ok() => None,
                ("ID", _) => must_be("a text, or a whole number of at most 64 bits"),
                (_, Leaf::Text(text)) => {
                    scalar::misfit(name, text).map(|reason| format!("{reason}, not {}", value.quoted()))
                }
                _ if scalar::is_text(name) => must_be("a text"),
                _ => None,
            },
        }
    }

    fn misfit_of_fields(&self, input: &InputObjectType, fields: &JsonMap, path: &str) -> Option<Misfit> {
        if let Some(name) = fields.keys().find(|name| !input.fields.contains_key(name.as_str())) {
            let mut reason = format!("is no field of {}", input.name);
            if self.hints {
                let near = meant::meant(name.as_str(), &mut input.fields.keys().map(Name::as_str));
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

/// What a number must be to be an `Int`; nothing where it is one.
fn not_int(digits: &str) -> Option<&'static str> {
    match is_whole(digits) {
        true if digits.parse::<i32>().is_ok() => None,
        true => Some("a whole number of at most 32 bits"),
        false => Some("a whole number"),
    }
}

/// What a number must be to be a `Float`; nothing where it is one. A whole one must be one without loss.
fn not_float(digits: &str) -> Option<&'static str> {
    match digits.parse::<f64>() {
        Ok(number) if is_whole(digits) && number.abs() >= EXACT => {
            Some("a number between -2^53 + 2 and 2^53 - 2")
        }
        Ok(number) if number.is_finite() => None,
        _ => Some("a number between -1.8e308 and 1.8e308"),
    }
}

fn is_whole(digits: &str) -> bool {
    !digits.contains(['.', 'e', 'E'])
}

/// The beginning of a text that may be long.
pub(super) fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(QUOTED).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}
