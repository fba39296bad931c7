//! Ids, references and periods as the schema has them.

use async_graphql::{
    ID, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::{DateTime, Days, NaiveDate, Utc};

use super::fault::Fault;
use crate::domain::{reference::PublicId, score::Period};

/// The id of an object.
pub(super) fn id(id: impl PublicId) -> ID {
    ID(id.public())
}

/// The id that a client gave.
pub(super) fn parse<I: PublicId>(field: &str, id: &ID) -> Result<I, Fault> {
    I::parse(id).ok_or_else(|| {
        Fault::invalid(
            field,
            &format!("\"{}\" is not the id of a {noun}, which is {noun}_…", id.0, noun = I::NOUN),
        )
    })
}

/// Names an object: its id, or the key (of a release: the version) by which people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(pub String);

#[Scalar(name = "Reference")]
impl ScalarType for Reference {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if !text.is_empty() => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom("must not be empty")),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Days from `from` on, up to but not including `until`.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct PeriodInput {
    /// The first day.
    from: NaiveDate,
    /// The day after the last.
    until: NaiveDate,
}

/// Days from `from` on, up to but not including `until`.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(name = "Period")]
pub struct PeriodShown {
    /// The first day.
    from: NaiveDate,
    /// The day after the last.
    until: NaiveDate,
}

impl From<Period> for PeriodShown {
    fn from(period: Period) -> Self {
        Self { from: period.from, until: period.until }
    }
}

/// The days that a value covers if the caller names none: a quarter, about what a customer remembers.
const USUAL_DAYS: u64 = 90;

/// The longest period: the daily counts of a century.
const MOST_DAYS: i64 = 36_525;

/// The period asked for (the last 90 days if none is named), and the last day that may be known: by default the
/// period's last, or today if that is earlier.
pub(super) fn period(
    given: Option<PeriodInput>,
    as_of: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(Period, NaiveDate), Fault> {
    let last = as_of.unwrap_or(today);
    let period = match given {
        Some(period) => Period { from: period.from, until: period.until },
        None => Period { from: last - Days::new(USUAL_DAYS - 1), until: last + Days::new(1) },
    };
    if period.until <= period.from {
        return Err(Fault::invalid(
            "period.until",
            "must lie after period.from: a period ends before its `until`",
        ));
    }
    if (period.until - period.from).num_days() > MOST_DAYS {
        return Err(Fault::invalid("period", "must not be longer than a century"));
    }
    if period.from < DateTime::UNIX_EPOCH.date_naive() || period.until > today + Days::new(36_525) {
        return Err(Fault::invalid("period", "must lie between 1970 and a century from now"));
    }
    let as_of = as_of.unwrap_or_else(|| today.min(period.until - Days::new(1)));
    Ok((period, as_of))
}

/// Today, in a product's time zone.
pub(super) fn today(now: DateTime<Utc>, time_zone: &str) -> NaiveDate {
    let zone: chrono_tz::Tz = time_zone.parse().unwrap_or(chrono_tz::UTC);
    now.with_timezone(&zone).date_naive()
}
