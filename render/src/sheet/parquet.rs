//! A table as Parquet.

use std::sync::Arc;

use chrono::Datelike;
use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{Type, TypePtr},
};

use super::{Kind, Sheet, Value};
use crate::format::{Format, RenderError};

/// Days from the first day of the common era to 1970.
const EPOCH: i32 = 719_163;

/// The table as Parquet, compressed with Snappy. Texts are UTF-8, days are of the logical type DATE.
pub(crate) fn parquet(sheet: &Sheet) -> Result<Vec<u8>, RenderError> {
    written(sheet).map_err(|error| RenderError::Library(Format::Parquet, error.to_string()))
}

fn written(sheet: &Sheet) -> Result<Vec<u8>, ParquetError> {
    let fields = sheet.columns.iter().map(|column| field(column.name, column.kind));
    let fields = fields.collect::<Result<Vec<TypePtr>, _>>()?;
    let schema = Arc::new(Type::group_type_builder(sheet.name).with_fields(fields).build()?);
    let properties = WriterProperties::builder()
        .set_created_by("ballroom".to_owned())
        .set_compression(Compression::SNAPPY)
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (at, column) in sheet.columns.iter().enumerate() {
        let values = || sheet.rows.iter().map(|row| &row[at]);
        match column.kind {
            Kind::Text => write::<ByteArrayType>(
                &mut group,
                values().map(|value| match value {
                    Value::Text(text) => Some(ByteArray::from(text.as_str())),
                    _ => None,
                }),
            )?,
            Kind::Integer => write::<Int64Type>(
                &mut group,
                values().map(|value| match value {
                    Value::Integer(integer) => Some(*integer),
                    _ => None,
                }),
            )?,
            Kind::Number => write::<DoubleType>(
                &mut group,
                values().map(|value| match value {
                    Value::Number(number) => Some(*number),
                    _ => None,
                }),
            )?,
            Kind::Day => write::<Int32Type>(
                &mut group,
                values().map(|value| match value {
                    Value::Day(day) => Some(day.num_days_from_ce() - EPOCH),
                    _ => None,
                }),
            )?,
            Kind::Flag => write::<BoolType>(
                &mut group,
                values().map(|value| match value {
                    Value::Flag(flag) => Some(*flag),
                    _ => None,
                }),
            )?,
        }
    }
    group.close()?;
    file.into_inner()
}

fn field(name: &str, kind: Kind) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Flag => (Physical::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()?;
    Ok(Arc::new(field))
}

/// Writes the next column: a missing value has the definition level 0.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let values: Vec<Option<T::T>> = values.collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let present: Vec<T::T> = values.into_iter().flatten().collect();
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    column.typed::<T>().write_batch(&present, Some(&levels), None)?;
    column.close()
}
