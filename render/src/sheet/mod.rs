//! A report as typed tables, for spreadsheets and data frames.

mod csv;
mod parquet;
mod tables;
mod xlsx;

use chrono::NaiveDate;

pub(crate) use csv::csv;
pub(crate) use parquet::parquet;
pub(crate) use tables::sheets;
pub(crate) use xlsx::xlsx;

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sheet {
    /// Name.
    pub name: &'static str,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, with a value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// Name, in snake case.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
}

/// Type of the values of a column; every value may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Number,
    Day,
    Flag,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Missing,
    Text(String),
    Integer(i64),
    Number(f64),
    Day(NaiveDate),
    Flag(bool),
}

impl Value {
    /// The value as text, as it is; none: it is missing.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Day(day) => Some(day.to_string()),
            Self::Flag(flag) => Some(flag.to_string()),
        }
    }
}

macro_rules! values {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                value.map_or(Self::Missing, Self::from)
            }
        }
    )*};
}

values! {
    String => Text,
    &str => Text,
    &String => Text,
    i64 => Integer,
    u32 => Integer,
    f64 => Number,
    NaiveDate => Day,
    bool => Flag,
}
