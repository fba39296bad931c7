//! Items of a bulk mutation, each of which is taken or refused by itself, also where it does not fit its type.
//!
//! What does not fit is found before the operation runs (`document::bulk`), and stands in its place as a note of what is
//! wrong with it: the schema shows the item's type, and its neighbors are as they were sent.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueResult, Name, Value, registry::Registry};

use super::fault::Fault;

/// The field under which a note says what is wrong. No client can send it: it is no name.
pub(super) const REFUSED: &str = "\0refused";

/// An item, or why it is none.
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
        // What stands in the document itself is not looked at beforehand.
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

/// Which places of a batch hold an item, and what is wrong with the others.
pub(super) struct Places(Vec<Result<(), Fault>>);

/// The items of a batch that are some, and the places of all.
pub(super) fn sorted<T>(items: Vec<Item<T>>) -> Result<(Vec<T>, Places), Fault> {
    super::batch("items", items.len())?;
    let mut some = Vec::with_capacity(items.len());
    let places = items.into_iter().map(|item| item.0.map(|item| some.push(item))).collect();
    Ok((some, Places(places)))
}

impl Places {
    /// What became of each item, in the order of the batch.
    pub(super) fn filled<R, E: Into<Fault>>(self, results: Vec<Result<R, E>>) -> Vec<Result<R, Fault>> {
        let mut results = results.into_iter();
        let lost = || Err(Fault::invalid("item", "got no answer"));
        let place = |place: Result<(), Fault>| {
            place.and_then(|()| results.next().map_or_else(lost, |result| result.map_err(Into::into)))
        };
        self.0.into_iter().map(place).collect()
    }
}

/// Makes the payloads of bulk mutations, and the types of their items.
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

        crate::graphql::payload::payloads! {
            /// Result of a bulk mutation.
            $payload {
                /// One item for each item of the input, in the same order.
                items: Vec<$item>,
                /// Number of items that were accepted, also those that changed nothing.
                accepted: i32,
                /// Number of items that were refused.
                refused: i32,
            }
        }

        impl $payload {
            fn of<R>(results: Vec<Result<R, crate::graphql::fault::Fault>>, item: impl Fn(i32, R) -> $item) -> Self {
                let item = |(index, result)| match result {
                    Ok(result) => item(index, result),
                    Err(fault) => $item::refused(index, fault),
                };
                let items: Vec<_> = (0..).zip(results).map(item).collect();
                let refused = items.iter().filter(|item| item.error.is_some()).count() as i32;
                let accepted = items.len() as i32 - refused;
                Self::done(items, accepted, refused)
            }
        }
    )*};
}

pub(super) use batches;
