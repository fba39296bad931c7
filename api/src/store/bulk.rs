//! Many rows in one statement, as fast as each database allows.
//!
//! PostgreSQL accepts one array per column (`UNNEST`): one prepared statement for any number of rows, and an eighth of
//! the client's time of a multi-row `VALUES` built by the ORM. SQLite has no arrays and no round trips: there, `VALUES`
//! lists of few fixed lengths are prepared once each and reused.

use std::borrow::Cow;

use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, DbErr, EntityTrait, ModelTrait, Statement, Value,
    sea_query::ArrayType,
};

/// The values of a row in these columns.
pub fn values<M: ModelTrait>(row: &M, columns: &[<M::Entity as EntityTrait>::Column]) -> Vec<Value> {
    columns.iter().map(|column| row.get(*column)).collect()
}

/// A column of a [`Bulk`].
struct BulkColumn {
    name: &'static str,
    array: ArrayType,
    sql_type: &'static str,
    /// The placeholder for null in an array, which cannot contain nulls here. The domain never stores this value.
    null: Option<(Value, &'static str)>,
}

/// An `INSERT` of many rows into one table.
pub struct Bulk {
    table: &'static str,
    columns: Vec<BulkColumn>,
    suffix: Cow<'static, str>,
}

/// Rows per SQLite statement: more than a few dozen gain nothing, and parameters are limited.
const SQLITE_ROWS: usize = 64;

/// Rows per PostgreSQL statement: the arrays stay below a few hundred kilobytes.
const POSTGRES_ROWS: usize = 5_000;

impl Bulk {
    /// Into the table of an entity, with these of its columns; `suffix` follows the rows: an `ON CONFLICT` clause or nothing.
    pub fn into<E: EntityTrait>(
        suffix: impl Into<Cow<'static, str>>,
        columns: impl IntoIterator<Item = E::Column>,
    ) -> Self {
        let columns = columns.into_iter().map(BulkColumn::of).collect();
        Self { table: E::default().as_str(), columns, suffix: suffix.into() }
    }

    /// Inserts the rows, each with a value for every column, in their order.
    pub async fn insert(&self, db: &impl ConnectionTrait, rows: Vec<Vec<Value>>) -> Result<(), DbErr> {
        match db.get_database_backend() {
            DbBackend::Postgres => self.insert_arrays(db, rows).await,
            _ => self.insert_values(db, rows).await,
        }
    }

    /// Whether PostgreSQL gets these rows in one statement.
    pub(super) fn is_one_statement(rows: &[Vec<Value>]) -> bool {
        rows.len() <= POSTGRES_ROWS
    }

    /// The statement of PostgreSQL for these rows.
    pub(super) fn arrays(&self, rows: Vec<Vec<Value>>) -> (String, Vec<Value>) {
        let mut arrays: Vec<_> = self.columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for ((array, column), value) in arrays.iter_mut().zip(&self.columns).zip(row) {
                array.push(column.without_null(value));
            }
        }
        let array = |(array, column): (Vec<Value>, &BulkColumn)| {
            Value::Array(column.array.clone(), Some(Box::new(array)))
        };
        (self.postgres_sql(), arrays.into_iter().zip(&self.columns).map(array).collect())
    }

    async fn insert_arrays(&self, db: &impl ConnectionTrait, rows: Vec<Vec<Value>>) -> Result<(), DbErr> {
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            let (sql, values) = self.arrays(rows.by_ref().take(POSTGRES_ROWS).collect());
            db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        }
        Ok(())
    }

    async fn insert_values(&self, db: &impl ConnectionTrait, rows: Vec<Vec<Value>>) -> Result<(), DbErr> {
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            // Full statements, then single rows: two shapes, both prepared once.
            let size = if rows.len() >= SQLITE_ROWS { SQLITE_ROWS } else { 1 };
            let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
            db.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, self.sqlite_sql(size), values))
                .await?;
        }
        Ok(())
    }

    fn postgres_sql(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
        let picked: Vec<_> = self.columns.iter().map(BulkColumn::picked).collect();
        let arrays: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("${}::{}[]", at + 1, column.sql_type))
            .collect();
        format!(
            "INSERT INTO {} ({names}) SELECT {} FROM UNNEST({}) AS given ({names}) {}",
            self.table,
            picked.join(", "),
            arrays.join(", "),
            self.suffix,
            names = names.join(", "),
        )
    }

    fn sqlite_sql(&self, rows: usize) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
        let row = format!("({})", vec!["?"; self.columns.len()].join(", "));
        // `WHERE true` parts an upsert from a select; after VALUES there is nothing to part.
        let rows = vec![row; rows].join(", ");
        format!("INSERT INTO {} ({}) VALUES {rows} {}", self.table, names.join(", "), self.suffix)
    }
}

impl BulkColumn {
    /// A column of an entity.
    fn of(column: impl ColumnTrait) -> Self {
        let def = column.def();
        let (array, sql_type) = match def.get_column_type() {
            ColumnType::Uuid => (ArrayType::Uuid, "uuid"),
            ColumnType::Date => (ArrayType::ChronoDate, "date"),
            ColumnType::TimestampWithTimeZone => (ArrayType::ChronoDateTimeUtc, "timestamptz"),
            ColumnType::SmallInteger => (ArrayType::SmallInt, "smallint"),
            ColumnType::Integer => (ArrayType::Int, "integer"),
            ColumnType::BigInteger => (ArrayType::BigInt, "bigint"),
            ColumnType::Boolean => (ArrayType::Bool, "boolean"),
            ColumnType::Json | ColumnType::JsonBinary => (ArrayType::Json, "jsonb"),
            _ => (ArrayType::String, "text"),
        };
        let one = Self { name: column.as_str(), array, sql_type, null: None };
        if def.is_null() { one.nullable() } else { one }
    }

    /// The same column, nullable. The nil UUID, the empty text, the 64-bit number 0, the 32-bit number -1 and a time
    /// before 1970 represent null in the arrays, so a column in which one of them is a value cannot be nullable here.
    fn nullable(mut self) -> Self {
        self.null = match self.array {
            ArrayType::Uuid => {
                Some((Value::Uuid(Some(uuid::Uuid::nil())), "'00000000-0000-0000-0000-000000000000'::uuid"))
            }
            ArrayType::BigInt => Some((Value::BigInt(Some(0)), "0")),
            ArrayType::Int => Some((Value::Int(Some(-1)), "-1")),
            ArrayType::ChronoDateTimeUtc => Some((
                Value::ChronoDateTimeUtc(Some(chrono::DateTime::UNIX_EPOCH - chrono::TimeDelta::days(1))),
                "'1969-12-31 00:00:00+00'::timestamptz",
            )),
            _ => Some((Value::String(Some(String::new())), "''")),
        };
        self
    }

    fn without_null(&self, value: Value) -> Value {
        match (&self.null, &value) {
            (
                Some((stand_in, _)),
                Value::Uuid(None)
                | Value::BigInt(None)
                | Value::Int(None)
                | Value::String(None)
                | Value::ChronoDateTimeUtc(None),
            ) => stand_in.clone(),
            _ => value,
        }
    }

    fn picked(&self) -> String {
        match &self.null {
            Some((_, literal)) => format!("NULLIF({}, {literal})", self.name),
            None => self.name.to_owned(),
        }
    }
}
