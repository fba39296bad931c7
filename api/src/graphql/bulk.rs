//! Items of a bulk mutation, each of which is accepted or refused separately, including those that do not match their
//! type.
//!
//! Such items are found before execution (`document::bulk`) and replaced by notes that describe the error: the schema
//! shows the type of the item, and the other items are unchanged.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueResult, Name, Value, registry::Registry};

use super::fault::Fault;

/// The field of a note that contains the error. Clients cannot send it, because it is not a valid name.
pub(super) const REFUSED: &str = "\0refused";

/// An item, or the reason why it is invalid.
pub(super) struct Item<T>(Result<T, Fault>);

impl<T: InputType> InputType for Item<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        if let Some(Value::Object(fields)) = &value
            && let Some(Value::List(note)) = fields.get(&Name::new(REFUSED))
            && let [Value::String(field), Value::String(reason)] = note.as_slice()
        {
            return Ok(Self(Err(Fault::invalid(field, reason))));
        }
        // Literals in the document are not checked beforehand.
        let misfit = |error: async_graphql::InputValueError<T>| {
            Fault::invalid("item", &error.into_server_error(async_graphql::Pos::default()).message)
        };
        Ok(Self(T::parse(value).map_err(misfit)))
    }

    fn to_value(&self) -> Value {
        self.0.as_ref().map_or(Value::Null, InputType::to_value)
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

/// The positions of a batch that contain an item, and the errors of the others.
pub(super) struct Places(Vec<Result<(), Fault>>);

/// The valid items of a batch, and the positions of all.
pub(super) fn sorted<T>(items: Vec<Item<T>>) -> Result<(Vec<T>, Places), Fault> {
    super::batch("items", items.len())?;
    let mut some = Vec::with_capacity(items.len());
    let places = items.into_iter().map(|item| item.0.map(|item| some.push(item))).collect();
    Ok((some, Places(places)))
}

impl Places {
    /// The result of each item, in the order of the batch.
    pub(super) fn filled<R, E: Into<Fault>>(self, results: Vec<Result<R, E>>) -> Vec<Result<R, Fault>> {
        let mut results = results.into_iter();
        let lost = || Err(Fault::invalid("item", "has no result"));
        let place = |place: Result<(), Fault>| {
            place.and_then(|()| results.next().map_or_else(lost, |result| result.map_err(Into::into)))
        };
        self.0.into_iter().map(place).collect()
    }
}

/// Defines the payloads of bulk mutations, and the types of their items.
macro_rules! batches {
    ($($(#[$doc:meta])* $item:ident in $payload:ident { $($(#[$about:meta])* $field:ident: $type:ty,)+ })*) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(super) struct $item {
            /// Position of the item in the input, from 0.
            index: i32,
            $(
                $(#[$about])*
                ///
                /// Null if the item was refused.
                $field: Option<$type>,
            )+
            /// Why the item was refused; null if it was accepted.
            error: Option<crate::graphql::payload::UserError>,
        }

        impl $item {
            fn accepted(index: i32, $($field: $type),+) -> Self {
                Self { index, $($field: Some($field),)+ error: None }
            }

            fn refused(index: i32, fault: crate::graphql::fault::Fault) -> Self {
                Self { index, $($field: None,)+ error: Some(fault.of_item()) }
            }
        }

        impl crate::graphql::plain::Plain for $item {
            const TYPE: &'static str = stringify!($item);

            fn plain(
                &self,
                known: &crate::graphql::plain::Known<'_>,
                field: &async_graphql::parser::types::Field,
            ) -> Option<async_graphql::Value> {
                match field.name.node.as_str() {
                    "index" => Some(self.index.into()),
                    "error" => self.error.is_none().then_some(async_graphql::Value::Null),
                    $(stringify!($field) => match &self.$field {
                        Some(value) => crate::graphql::plain::AtOnce::at_once(value, known, field),
                        None => Some(async_graphql::Value::Null),
                    },)+
                    _ => None,
                }
            }
        }

        crate::graphql::payload::payloads! {
            /// Result of a bulk mutation.
            $payload {
                /// One item for each item of the input, in the same order.
                items: Vec<crate::graphql::plain::IfKnown<$item>>,
                /// Number of accepted items, including unchanged ones.
                accepted: i32,
                /// Number of refused items.
                refused: i32,
            }
        }

        impl $payload {
            fn of<R>(results: Vec<Result<R, crate::graphql::fault::Fault>>, item: impl Fn(i32, R) -> $item) -> Self {
                let item = |(index, result)| match result {
                    Ok(result) => item(index, result),
                    Err(fault) => $item::refused(index, fault),
                };
                let items: Vec<_> = (0..).zip(results).map(item).map(crate::graphql::plain::IfKnown).collect();
                let refused = items.iter().filter(|item| item.0.error.is_some()).count() as i32;
                let accepted = items.len() as i32 - refused;
                Self::done(items, accepted, refused)
            }
        }
    )*};
}

pub(super) use batches;
