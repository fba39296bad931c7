//! Scalars of the schema: IDs, references and periods.

use async_graphql::{
    ID, InputObject, InputValueError, InputValueResult, MaybeUndefined, Scalar, ScalarType, SimpleObject,
    Value,
};
use chrono::{Datelike, NaiveDate, Utc};

use super::{fault::Fault, given};
use crate::{base::reference::PublicId, domain::check, score::Period, words};

/// The ID of an object.
pub(super) fn id(id: impl PublicId) -> ID {
    ID(id.public())
}

/// The ID that a client sent.
pub(super) fn parse<I: PublicId>(field: &str, id: &str) -> Result<I, Fault> {
    I::parse(id).ok_or_else(|| {
        Fault::invalid(
            field,
            &format!(
                "\"{id}\" is not an ID of {}; send one such as {noun}_…",
                words::a(&I::NOUN.replace('_', " ")),
                noun = I::NOUN
            ),
        )
    })
}

/// Identifies an object: by its ID, or by its key (of a release: the version).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(pub String);

/// Identifies an object: by its ID, or by its key (of a release: the version).
#[Scalar(name = "Reference", specified_by_url = "urn:ballroom:scalar:reference")]
impl ScalarType for Reference {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            // The domain checks that the object exists: an item of a batch is refused separately.
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The text of a reference that may be omitted.
pub(super) fn text(reference: &Option<Reference>) -> Option<&str> {
    reference.as_ref().map(|reference| &*reference.0)
}

/// The texts of a list of references.
pub(super) fn texts(references: Vec<Reference>) -> Vec<String> {
    references.into_iter().map(|reference| reference.0).collect()
}

/// The texts of a list of references that may be omitted; null: none.
pub(super) fn sent_texts(list: MaybeUndefined<Vec<Reference>>) -> Option<Vec<String>> {
    given(list).map(|list| texts(list.unwrap_or_default()))
}

/// The IDs of a list of references.
pub(super) fn ids<I: PublicId>(field: &str, list: &[Reference]) -> Result<Vec<I>, Fault> {
    list.iter().enumerate().map(|(index, one)| parse(&format!("{field}.{index}"), &one.0)).collect()
}

/// The day of a text.
fn day(text: &str) -> Result<NaiveDate, &'static str> {
    let day =
        text.parse().ok().filter(|day: &NaiveDate| text.len() == 10 && (1..=9999).contains(&day.year()));
    day.ok_or("must be a day such as 2026-03-31")
}

/// The time of a text. Leap seconds are not supported, nor years that one of the databases could not compare.
fn moment(text: &str) -> Result<chrono::DateTime<Utc>, &'static str> {
    let read = text.starts_with(|first: char| first.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let at: chrono::DateTime<Utc> = read.ok_or("must be a time such as 2026-03-31T09:30:00Z")?;
    match at {
        _ if check::is_leap(at) => Err("is a leap second, which cannot be stored; send second 59"),
        _ if !(1..=9999).contains(&at.year()) => Err("must be between the years 1 and 9999"),
        at => Ok(at),
    }
}

/// Whether a scalar accepts texts only.
pub(super) fn is_text(scalar: &str) -> bool {
    matches!(scalar, "String" | "Reference" | "Date" | "DateTime")
}

/// The error of a text as a value of one of the custom scalars, if any.
pub(super) fn misfit(scalar: &str, text: &str) -> Option<&'static str> {
    match scalar {
        "Date" => day(text).err(),
        "DateTime" => moment(text).err(),
        _ => None,
    }
}

/// A GraphQL scalar for a type of the domain: its name, its format, and its parser.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($inner:ty), $url:literal, $read:ident, $write:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        $(#[$doc])*
        #[Scalar(specified_by_url = $url)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
                $read(text).map(Self).map_err(InputValueError::custom)
            }

            fn to_value(&self) -> Value {
                let write: fn($inner) -> String = $write;
                Value::String(write(self.0))
            }
        }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$name> for $inner {
            fn from(shown: $name) -> Self {
                shown.0
            }
        }
    )*};
}

texts! {
    /// A calendar day without a time, such as `2026-03-31`: full-date of RFC 3339.
    Date(NaiveDate), "https://scalars.graphql.org/andimarek/local-date", day, |day: NaiveDate| day.to_string();

    /// A time with its offset, such as `2026-03-31T09:30:00Z`: date-time of RFC 3339. Results are in UTC. Leap seconds
    /// (`:60`) are refused.
    DateTime(chrono::DateTime<Utc>), "https://scalars.graphql.org/andimarek/date-time", moment,
        |at: chrono::DateTime<Utc>| DateTime::text(at);
}

impl DateTime {
    /// A time as results contain it.
    pub(super) fn text(at: chrono::DateTime<Utc>) -> String {
        at.to_rfc3339()
    }
}

/// Days from `from` (inclusive) to `until` (exclusive).
#[derive(InputObject, Clone, Copy, Debug)]
pub struct PeriodInput {
    /// First day, inclusive.
    from: Date,
    /// Day after the last one.
    until: Date,
}

impl From<PeriodInput> for Period {
    fn from(given: PeriodInput) -> Self {
        Self { from: given.from.into(), until: given.until.into() }
    }
}

/// Days from `from` (inclusive) to `until` (exclusive).
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(name = "Period")]
pub struct PeriodShown {
    /// First day, inclusive.
    from: Date,
    /// Day after the last one.
    until: Date,
}

impl From<Period> for PeriodShown {
    fn from(period: Period) -> Self {
        Self { from: period.from.into(), until: period.until.into() }
    }
}

/// The requested period, and the last day whose data are used.
pub(super) fn period(
    given: Option<PeriodInput>,
    as_of: Option<Date>,
    today: NaiveDate,
) -> Result<(Period, NaiveDate), Fault> {
    Ok(Period::resolve(given.map(Into::into), as_of.map(Into::into), today)?)
}
