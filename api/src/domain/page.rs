//! Lists of rows, read in pages that are stable while rows are added.
//!
//! A noun describes its list by a [`List`]: which rows, in which order. A page is read by key, not by offset: its cursors
//! contain the sort value and the ID of a row, and the next page starts after them. Pages that a query selects in many
//! places (the latest responses of each of 50 features) are read together, in one statement.

mod alike;

use std::hash::Hash;

use ballroom_entity::id::OrganizationId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ColumnType, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult,
    Iterable, ModelTrait, Order as SqlOrder, PrimaryKeyToColumn, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait, Select, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::access::Viewer;
use crate::{base::error::Error, store::Store};

/// Default number of rows of a page.
pub(crate) const DEFAULT_ROWS: usize = 25;

/// Maximum number of rows of a page.
pub(crate) const MAX_ROWS: usize = 200;

/// Pages per statement: SQLite accepts 500 parts of a compound select.
const PAGES_PER_STATEMENT: usize = 100;

/// Rows of one noun that are read in pages: those of a place (the iterations of a product) that match a filter, in an
/// order. Equal lists are read once per request.
pub trait List: Clone + Eq + Hash + Send + Sync + 'static {
    /// The table.
    type Entity: EntityTrait<Model: Send + Sync>;

    /// Checks that the caller may see the rows.
    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reports().map(drop)
    }

    /// Validates the filter: a range must end after it begins.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The rows, in any order.
    fn rows(&self, organization: OrganizationId) -> Select<Self::Entity>;

    /// The sort column, and the direction.
    fn order(&self) -> (Column<Self>, Direction);

    /// The sort expression, if it is not a column.
    fn sort_value(&self) -> Expr {
        Expr::col((Self::Entity::default(), self.order().0))
    }

    /// The sort value of a row.
    fn sort_value_of(&self, row: &Row<Self>) -> Value {
        row.get(self.order().0)
    }

    /// Reads a row; its columns come first, in the order of the table.
    fn read(row: &QueryResult) -> Result<Row<Self>, DbErr> {
        Row::<Self>::from_query_result(row, "")
    }

    /// The column that orders rows with equal sort values: a unique ID, the last column of the primary key.
    fn tie(&self) -> Column<Self> {
        let last = <Self::Entity as EntityTrait>::PrimaryKey::iter().last();
        last.map_or_else(|| self.order().0, PrimaryKeyToColumn::into_column)
    }

    /// The cursor of a row.
    fn cursor(&self, row: &Row<Self>) -> String {
        let id = match row.get(self.tie()) {
            Value::Uuid(Some(id)) => id,
            _ => Uuid::nil(),
        };
        let value = match self.sort_value_of(row) {
            Value::String(Some(text)) => text,
            Value::ChronoDateTimeUtc(Some(at)) => at.to_rfc3339(),
            Value::ChronoDate(Some(day)) => day.to_string(),
            _ => String::new(),
        };
        URL_SAFE_NO_PAD.encode(format!("{} {value}", id.simple()))
    }
}

/// A row of a list.
pub type Row<L> = <<L as List>::Entity as EntityTrait>::Model;

/// A column of a list.
pub type Column<L> = <<L as List>::Entity as EntityTrait>::Column;

/// The order of a list: by one of its sort fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order<F> {
    /// The sort field.
    pub field: F,
    /// The direction.
    pub direction: Direction,
}

/// Sort direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest or earliest first.
    Ascending,
    /// The greatest or latest first.
    Descending,
}

/// Defines the sort fields of a list, each with its column, and its default order. The column determines how cursors
/// are read: an ID, a time, a day or a text.
macro_rules! sorts {
    ($(#[$doc:meta])* $name:ident: $usual:ident $direction:ident { $($field:ident = $column:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, clippy::enum_variant_names, reason = "sort fields have the names of the fields")]
        pub enum $name {
            $($field,)+
        }

        impl Default for $crate::domain::page::Order<$name> {
            fn default() -> Self {
                Self { field: $name::$usual, direction: $crate::domain::page::Direction::$direction }
            }
        }

        impl $crate::domain::page::Order<$name> {
            fn column(self) -> (Column, $crate::domain::page::Direction) {
                let column = match self.field {
                    $($name::$field => Column::$column,)+
                };
                (column, self.direction)
            }
        }
    };
}

pub(crate) use sorts;

/// The validated arguments of a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    after: Option<Mark>,
    before: Option<Mark>,
    rows: usize,
    from_end: bool,
}

/// The position of a row in the order of its list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Mark {
    value: String,
    id: Uuid,
}

/// A page of a list: the key by which pages are loaded together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page<L>(pub L, pub Window);

/// The rows of a page.
#[derive(Clone, Debug)]
pub struct Slice<M> {
    /// The rows, in the order of the list.
    pub rows: Vec<M>,
    /// Whether there are rows before them.
    pub has_previous: bool,
    /// Whether there are rows after them.
    pub has_next: bool,
}

impl Window {
    /// Validates the four standard arguments: a number of rows from the start or from the end, and cursors.
    pub fn new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, Error> {
        let rows = |field: &str, n: i32| match usize::try_from(n) {
            Ok(n) if n <= MAX_ROWS => Ok(n),
            _ => Err(Error::invalid(field, format!("is {n}; send a number from 0 to {MAX_ROWS}"))),
        };
        let (rows, from_end) = match (first, last) {
            (Some(_), Some(_)) => return Err(Error::invalid("last", "must be omitted with first")),
            (Some(first), None) => (rows("first", first)?, false),
            (None, Some(last)) => (rows("last", last)?, true),
            (None, None) => (DEFAULT_ROWS, false),
        };
        let (after, before) = (Mark::read("after", after)?, Mark::read("before", before)?);
        Ok(Self { after, before, rows, from_end })
    }
}

impl Mark {
    /// The position of a cursor. `field` is the name of the caller's argument.
    fn read(field: &str, cursor: Option<String>) -> Result<Option<Self>, Error> {
        let Some(cursor) = cursor else { return Ok(None) };
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&cursor).ok()?).ok()?;
            let (id, value) = text.split_once(' ').filter(|_| !text.contains('\0'))?;
            Some(Self { value: value.to_owned(), id: Uuid::try_parse(id).ok()? })
        };
        match read() {
            Some(mark) => Ok(Some(mark)),
            None => Err(Error::invalid(
                field,
                "is not a cursor of this connection; use one from an edge or pageInfo",
            )),
        }
    }

    /// The sort value, as one of the column.
    fn value(&self, column: impl ColumnTrait) -> Option<Value> {
        Some(match column.def().get_column_type() {
            ColumnType::Uuid => Value::Uuid(Some(self.id)),
            ColumnType::TimestampWithTimeZone => {
                Value::ChronoDateTimeUtc(Some(self.value.parse::<DateTime<Utc>>().ok()?))
            }
            ColumnType::Date => Value::ChronoDate(Some(self.value.parse::<NaiveDate>().ok()?)),
            _ => Value::String(Some(self.value.clone())),
        })
    }
}

impl<L: List> Page<L> {
    /// The rows strictly after (or before) a position, in the order of the list.
    fn beyond(&self, mark: &Mark, after: bool) -> Condition {
        let Self(list, _) = self;
        let (column, direction) = list.order();
        let greater = after == (direction == Direction::Ascending);
        // A position of another list compares to nothing: it returns no rows, rather than wrong ones.
        let Some(value) = mark.value(column) else { return Condition::all().add(Expr::val(false)) };
        let tie = list.tie();
        let id = if greater { tie.gt(mark.id) } else { tie.lt(mark.id) };
        if matches!(value, Value::Uuid(_)) {
            return Condition::all().add(id);
        }
        let sorted = list.sort_value();
        let past = if greater { sorted.clone().gt(value.clone()) } else { sorted.clone().lt(value.clone()) };
        Condition::any().add(past).add(Condition::all().add(sorted.eq(value)).add(id))
    }

    /// The statement of the page. It reads one row more than the page has, which shows whether there are more.
    fn select(&self, organization: OrganizationId) -> Select<L::Entity> {
        let Self(list, window) = self;
        let after = window.after.as_ref().map(|mark| self.beyond(mark, true));
        let before = window.before.as_ref().map(|mark| self.beyond(mark, false));
        let forwards = (list.order().1 == Direction::Ascending) != window.from_end;
        let order = if forwards { SqlOrder::Asc } else { SqlOrder::Desc };
        let bounds = [after, before].into_iter().flatten();
        bounds
            .fold(list.rows(organization), QueryFilter::filter)
            .order_by(list.sort_value(), order.clone())
            .order_by(list.tie(), order)
            .limit(window.rows as u64 + 1)
    }
}

/// Reads pages in one statement per hundred; on PostgreSQL those that differ in one ID only, in one statement whatever their
/// number.
pub async fn read<L: List>(
    store: &Store,
    organization: OrganizationId,
    pages: &[Page<L>],
) -> Result<Vec<Slice<Row<L>>>, Error> {
    let mut rows: Vec<Vec<Row<L>>> = pages.iter().map(|_| Vec::new()).collect();
    let selects: Vec<_> = pages.iter().map(|page| page.select(organization).into_query()).collect();
    let backend = store.backend();
    let alike = if backend == DbBackend::Postgres { alike::statement(&selects) } else { None };
    let statements = alike.map_or_else(|| parts(backend, selects), |statement| vec![statement]);
    for statement in statements {
        for row in store.reader().query_all_raw(statement).await? {
            let number: i32 = row.try_get("", "arm")?;
            rows[number as usize].push(L::read(&row)?);
        }
    }
    Ok(pages.iter().zip(rows).map(|(Page(_, window), rows)| Slice::of(window, rows)).collect())
}

/// Statements with a part for each page.
fn parts(backend: DbBackend, selects: Vec<SelectStatement>) -> Vec<Statement> {
    let part = |(number, select): (i32, SelectStatement)| {
        Query::select()
            .expr(Expr::cust("*"))
            .expr_as(Expr::val(number), Alias::new("arm"))
            .from_subquery(select, Alias::new("page"))
            .to_owned()
    };
    let parts: Vec<_> = (0..).zip(selects).map(part).collect();
    let statement = |parts: &[SelectStatement]| {
        let (first, others) = parts.split_first()?;
        let mut query = first.clone();
        for part in others {
            query.union(UnionType::All, part.clone());
        }
        Some(backend.build(&query))
    };
    parts.chunks(PAGES_PER_STATEMENT).filter_map(statement).collect()
}

/// Counts the rows of a list.
pub async fn count<L: List>(store: &Store, organization: OrganizationId, list: &L) -> Result<i64, Error> {
    let count = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("total"))
        .from_subquery(list.rows(organization).into_query(), Alias::new("page"))
        .to_owned();
    let row = store.reader().query_one(&count).await?;
    let total: Result<Option<i64>, DbErr> = row.map(|row| row.try_get("", "total")).transpose();
    Ok(total?.unwrap_or(0))
}

impl<M> Slice<M> {
    /// No rows.
    pub fn empty() -> Self {
        Self { rows: Vec::new(), has_previous: false, has_next: false }
    }

    fn of(window: &Window, mut rows: Vec<M>) -> Self {
        let more = rows.len() > window.rows;
        rows.truncate(window.rows);
        if window.from_end {
            rows.reverse();
            Self { rows, has_previous: more, has_next: window.before.is_some() }
        } else {
            Self { rows, has_previous: window.after.is_some(), has_next: more }
        }
    }
}
