//! Ids, references and periods as the schema has them.

use async_graphql::{
    ID, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::{Datelike, NaiveDate, Utc};

use super::fault::Fault;
use crate::{base::reference::PublicId, domain::check, score::Period, words};

/// The id of an object.
pub(super) fn id(id: impl PublicId) -> ID {
    ID(id.public())
}

/// The id that a client gave.
pub(super) fn parse<I: PublicId>(field: &str, id: &str) -> Result<I, Fault> {
    I::parse(id).ok_or_else(|| {
        Fault::invalid(
            field,
            &format!("\"{id}\" is not the id of {}, which is {noun}_…", words::a(I::NOUN), noun = I::NOUN),
        )
    })
}

/// Names an object: its id, or the key (of a release: the version) by which people know it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(pub String);

/// Names an object: its id, or the key (of a release: the version) by which people know it.
#[Scalar(name = "Reference", specified_by_url = "urn:ballroom:scalar:reference")]
impl ScalarType for Reference {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            // Whether it names anything is for the domain to say: an item of a batch is refused by itself.
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The day that a text names.
fn day(text: &str) -> Result<NaiveDate, &'static str> {
    let day =
        text.parse().ok().filter(|day: &NaiveDate| text.len() == 10 && (1..=9999).contains(&day.year()));
    day.ok_or("must be a day like 2026-03-31")
}

/// The moment that a text names. There are no leap seconds here, nor years that one database could not compare.
fn moment(text: &str) -> Result<chrono::DateTime<Utc>, &'static str> {
    let read = text.starts_with(|first: char| first.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let at: chrono::DateTime<Utc> = read.ok_or("must be a moment like 2026-03-31T09:30:00Z")?;
    match at {
        _ if check::is_leap(at) => Err("is a leap second, which is not kept; give second 59"),
        _ if !(1..=9999).contains(&at.year()) => Err("must lie between the years 1 and 9999"),
        at => Ok(at),
    }
}

/// Whether a scalar takes texts only.
pub(super) fn is_text(scalar: &str) -> bool {
    matches!(scalar, "String" | "Reference" | "Date" | "DateTime")
}

/// What is wrong with a text as a value of a scalar of ours, if anything is.
pub(super) fn misfit(scalar: &str, text: &str) -> Option<&'static str> {
    match scalar {
        "Date" => day(text).err(),
        "DateTime" => moment(text).err(),
        _ => None,
    }
}

/// A type of the wire for a type of the domain: its name, its format, and how it is read.
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
    /// A day of the calendar without a time, such as `2026-03-31`: the full-date of RFC 3339.
    Date(NaiveDate), "https://scalars.graphql.org/andimarek/local-date", day, |day: NaiveDate| day.to_string();

    /// A moment with its offset, such as `2026-03-31T09:30:00Z`: the date-time of RFC 3339. What comes out is UTC. Leap
    /// seconds (`:60`) are refused.
    DateTime(chrono::DateTime<Utc>), "https://scalars.graphql.org/andimarek/date-time", moment,
        |at: chrono::DateTime<Utc>| at.to_rfc3339();
}

/// Days from `from` on, up to but not including `until`.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct PeriodInput {
    /// The first day.
    from: Date,
    /// The day after the last.
    until: Date,
}

impl From<PeriodInput> for Period {
    fn from(given: PeriodInput) -> Self {
        Self { from: given.from.into(), until: given.until.into() }
    }
}

/// Days from `from` on, up to but not including `until`.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(name = "Period")]
pub struct PeriodShown {
    /// The first day.
    from: Date,
    /// The day after the last.
    until: Date,
}

impl From<Period> for PeriodShown {
    fn from(period: Period) -> Self {
        Self { from: period.from.into(), until: period.until.into() }
    }
}

/// The period asked for, which has begun, and the last day that may be known.
pub(super) fn begun_period(
    given: Option<PeriodInput>,
    as_of: Option<Date>,
    today: NaiveDate,
) -> Result<(Period, NaiveDate), Fault> {
    Ok(Period::begun(given.map(Into::into), as_of.map(Into::into), today)?)
}

/// The period asked for, and the last day that may be known.
pub(super) fn period(
    given: Option<PeriodInput>,
    as_of: Option<Date>,
    today: NaiveDate,
) -> Result<(Period, NaiveDate), Fault> {
    Ok(Period::resolve(given.map(Into::into), as_of.map(Into::into), today)?)
}
