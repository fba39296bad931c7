//! Conditions on several values.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, Value,
    sea_query::{Expr, ExprTrait, extension::postgres::PgFunc},
};

/// The condition that a column has one of some values. PostgreSQL gets them as one array: a list has another text for each number
/// of values, which is planned each time, for as long as it then takes to find the rows.
pub(crate) fn is_any<C: ColumnTrait, V: Into<Value>>(
    db: &impl ConnectionTrait,
    column: C,
    values: impl IntoIterator<Item = V>,
) -> Expr {
    let values: Vec<Value> = values.into_iter().map(Into::into).collect();
    match (db.get_database_backend(), values.first().map(Value::array_type)) {
        (DbBackend::Postgres, Some(array)) => {
            let array = Value::Array(array, Some(Box::new(values)));
            Expr::col(column.as_column_ref()).eq(PgFunc::any(Expr::val(array)))
        }
        _ => column.is_in(values),
    }
}
