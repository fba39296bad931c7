//! Whether a value matches its type, and where it does not: values of variables and in documents.

use std::borrow::Cow;

use apollo_compiler::{
    Name, Schema,
    ast::Type,
    response::{JsonMap, JsonValue},
    schema::{ExtendedType, InputObjectType},
    validation::Valid,
};

use super::{bulk, meant};
use crate::{base::text, graphql::scalar};

/// Maximum length of a quoted value, in characters.
const MAX_QUOTED_LENGTH: usize = 60;

/// Integers below this are `Float` without loss: the bound at which the coercion of apollo-compiler refuses them.
const MAX_EXACT_INTEGER: f64 = ((1_i64 << 53) - 1) as f64;

/// The error of null where a value is required.
pub(super) const NOT_NULL: &str = "must not be null";

/// A mismatch.
pub(super) struct Misfit {
    /// Its position: fields and indexes from the outermost on, separated by dots.
    pub(super) path: String,
    /// The error, without the position.
    pub(super) reason: String,
}

impl Misfit {
    /// The same seen from the value at a position, which may be the outermost one.
    fn within(self, path: &str) -> Self {
        match (path.is_empty(), self.path.is_empty()) {
            (true, _) => self,
            (false, true) => Self { path: path.to_owned(), ..self },
            (false, false) => Self { path: below(path, &self.path), ..self },
        }
    }
}

/// The types and the permission to suggest names.
#[derive(Clone, Copy)]
pub(super) struct Fit<'a> {
    /// The types.
    pub(super) schema: &'a Valid<Schema>,
    /// Whether the caller may know what exists besides what was given.
    pub(super) hints: bool,
    /// Whether the items of batches were examined before.
    pub(super) examined: bool,
}

/// A value as written in a document or in JSON. Lists and objects are opaque.
pub(super) enum Leaf<'a> {
    Null,
    Boolean(bool),
    /// Its digits.
    Number(Cow<'a, str>),
    Text(&'a str),
    /// An enum value: a name in a document, a text in JSON.
    Member(&'a str),
    List,
    Object,
}

impl<'a> Leaf<'a> {
    /// A JSON value of the type.
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

    /// The quoted form in a message.
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
    /// The first mismatch of a value with its type. `path` is the position of the value itself, if any.
    pub(super) fn misfit(&self, ty: &Type, value: &JsonValue, path: &str) -> Option<Misfit> {
        let found = self.found(ty, value)?.within(path);
        Some(if found.path.is_empty() { found.within("item") } else { found })
    }

    /// The same with the position within the value: positions are composed only where there is a mismatch.
    fn found(&self, ty: &Type, value: &JsonValue) -> Option<Misfit> {
        let wrong = |reason: String| Misfit { path: String::new(), reason };
        let named = self.schema.types.get(ty.inner_named_type());
        match (value, named) {
            (JsonValue::Null, _) => ty.is_non_null().then(|| wrong(NOT_NULL.to_owned())),
            (JsonValue::Array(_), _) if self.examined && bulk::is_batch(ty) => None,
            (JsonValue::Array(items), _) if ty.is_list() => {
                let mut numbered = items.iter().enumerate();
                numbered.find_map(|(i, item)| Some(self.found(ty.item_type(), item)?.within(&i.to_string())))
            }
            // A single value stands for a list of one.
            (value, _) if ty.is_list() => self.found(ty.item_type(), value),
            (JsonValue::Object(fields), Some(ExtendedType::InputObject(input))) => {
                self.misfit_of_fields(input, fields)
            }
            (value, _) => self.refuses(ty, &Leaf::in_json(value, named)).map(wrong),
        }
    }

    /// The error of a value that is known not to be a list or an object of the type.
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
                    "contains half of a surrogate pair (such as \\ud83d alone); send complete characters"
                        .to_owned(),
                ),
                ("Int", Leaf::Number(digits)) => must_be(not_int(digits)?),
                ("Int", _) => must_be("an integer"),
                ("Float", Leaf::Number(digits)) => must_be(not_float(digits)?),
                ("Float", _) => must_be("a number"),
                ("Boolean", Leaf::Boolean(_)) => None,
                ("Boolean", _) => must_be("true or false"),
                ("ID", Leaf::Text(_)) => None,
                ("ID", Leaf::Number(digits)) if digits.parse::<i64>().is_ok() => None,
                ("ID", _) => must_be("a text, or an integer of at most 64 bits"),
                (_, Leaf::Text(text)) => {
                    scalar::misfit(name, text).map(|reason| format!("{reason}, not {}", value.quoted()))
                }
                _ if scalar::is_text(name) => must_be("a text"),
                _ => None,
            },
        }
    }

    fn misfit_of_fields(&self, input: &InputObjectType, fields: &JsonMap) -> Option<Misfit> {
        if let Some(name) = fields.keys().find(|name| !input.fields.contains_key(name.as_str())) {
            let mut reason = format!("is not a field of {}", input.name);
            if self.hints {
                let near = meant::meant(name.as_str(), &mut input.fields.keys().map(Name::as_str));
                reason.extend(near);
            }
            return Some(Misfit { path: excerpt(name.as_str()), reason });
        }
        input.fields.iter().find_map(|(name, field)| match fields.get(name.as_str()) {
            Some(value) => Some(self.found(&field.ty, value)?.within(name)),
            None if field.is_required() && self.hints => {
                Some(Misfit { path: name.to_string(), reason: "is required".to_owned() })
            }
            None if field.is_required() => {
                let reason = format!("lacks a required field of {}", input.name);
                Some(Misfit { path: String::new(), reason })
            }
            None => None,
        })
    }
}

/// The position of an element within a position.
pub(super) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The requirement for an `Int`; none if it is met.
fn not_int(digits: &str) -> Option<&'static str> {
    match is_whole(digits) {
        true if digits.parse::<i32>().is_ok() => None,
        true => Some("an integer of at most 32 bits"),
        false => Some("an integer"),
    }
}

/// The requirement for a `Float`; none if it is met. Integers must be convertible without loss.
fn not_float(digits: &str) -> Option<&'static str> {
    match digits.parse::<f64>() {
        Ok(number) if is_whole(digits) && number.abs() >= MAX_EXACT_INTEGER => {
            Some("a number between -2^53 + 2 and 2^53 - 2")
        }
        Ok(number) if number.is_finite() => None,
        _ => Some("a number between -1.8e308 and 1.8e308"),
    }
}

fn is_whole(digits: &str) -> bool {
    !digits.contains(['.', 'e', 'E'])
}

/// The beginning of a long text.
pub(super) fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(MAX_QUOTED_LENGTH).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}
