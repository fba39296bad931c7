//! Ids, references and periods as the schema has them.

use async_graphql::{
    ID, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::NaiveDate;

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
            // Whether it names anything is for the domain to say: an item of a batch is refused by itself.
            Value::String(text) => Ok(Self(text)),
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

/// The period asked for, and the last day that may be known.
pub(super) fn period(
    given: Option<PeriodInput>,
    as_of: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(Period, NaiveDate), Fault> {
    let given = given.map(|period| Period { from: period.from, until: period.until });
    Ok(Period::resolve(given, as_of, today)?)
}
