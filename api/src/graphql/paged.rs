//! Connections: pages of rows by cursor, stable while rows are added.
//!
//! A page is read by key, not by offset: the cursor contains the sort value and the ID of a row, and the next page
//! starts after them. Pages that a query selects in many places (the latest responses of each of 50 features) are read
//! together, in one statement with a subselect for each.

use std::hash::Hash;

use async_graphql::{
    Context, OutputType,
    connection::{Connection, Edge},
};
use ballroom_entity::id::OrganizationId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Order, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Value,
    sea_query::{Alias, Expr, ExprTrait, Query, UnionType},
};
use uuid::Uuid;

pub(super) use super::page::{OrderDirection as Direction, PageArgs, Total};

use super::{
    ContextExt,
    fault::Fault,
    page::{DEFAULT_ROWS, MAX_ROWS},
};
use crate::{base::error::Error, domain::access::Viewer};

/// Pages per statement: SQLite accepts 500 parts of a compound select.
const PAGES_PER_STATEMENT: usize = 100;

/// The validated arguments of a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    after: Option<Mark>,
    before: Option<Mark>,
    rows: usize,
    from_end: bool,
}

/// The position of a row in the order of its connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Mark {
    value: String,
    id: Uuid,
}

/// The sort column of a connection; ties are ordered by ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A text.
    Text,
    /// A time.
    Moment,
    /// A day.
    Day,
    /// The ID alone: the order of creation.
    Id,
}

/// Some rows of a connection.
#[derive(Clone, Debug)]
pub struct Slice<M> {
    /// The rows, in the connection's order.
    pub rows: Vec<M>,
    /// Whether there are rows before them.
    pub has_previous: bool,
    /// Whether there are rows after them.
    pub has_next: bool,
}

/// A condition of the connection itself, and one of the filter: both must hold. A filter narrows the connection and
/// never replaces its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Both<T> {
    place: Option<T>,
    filter: Option<T>,
}

impl<T> Default for Both<T> {
    fn default() -> Self {
        Self { place: None, filter: None }
    }
}

impl<T: Copy> Both<T> {
    /// The condition of the connection.
    pub fn at(place: T) -> Self {
        Self { place: Some(place), filter: None }
    }

    /// The same, narrowed.
    pub fn and(self, filter: Option<T>) -> Self {
        Self { filter, ..self }
    }

    /// The value, if one is set.
    pub fn place(self) -> Option<T> {
        self.place
    }

    /// All conditions.
    pub fn all(self) -> impl Iterator<Item = T> {
        self.place.into_iter().chain(self.filter)
    }
}

/// A page to read.
pub struct Arm<E: EntityTrait> {
    /// The rows.
    pub select: Select<E>,
    /// The sort column.
    pub sort: (Expr, Sort, Direction),
    /// The ID column.
    pub id: E::Column,
    /// The requested page.
    pub window: Window,
}

impl Window {
    /// Validates the four standard arguments.
    pub fn new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, Fault> {
        let rows = |field: &str, n: i32| match usize::try_from(n) {
            Ok(n) if n <= MAX_ROWS => Ok(n),
            Ok(_) => Err(Fault::invalid(field, &format!("must be at most {MAX_ROWS}"))),
            Err(_) => Err(Fault::invalid(field, "must not be negative")),
        };
        let (rows, from_end) = match (first, last) {
            (Some(_), Some(_)) => return Err(Fault::invalid("last", "must be omitted with first")),
            (Some(first), None) => (rows("first", first)?, false),
            (None, Some(last)) => (rows("last", last)?, true),
            (None, None) => (DEFAULT_ROWS, false),
        };
        Ok(Self { after: mark("after", after)?, before: mark("before", before)?, rows, from_end })
    }
}

/// The cursor of a row.
fn cursor(value: &str, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {value}", id.simple()))
}

fn mark(field: &str, cursor: Option<String>) -> Result<Option<Mark>, Fault> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&cursor).ok()?).ok()?;
        let (id, value) = text.split_once(' ').filter(|_| !text.contains('\0'))?;
        Some(Mark { value: value.to_owned(), id: Uuid::try_parse(id).ok()? })
    };
    match read() {
        Some(mark) => Ok(Some(mark)),
        None => {
            Err(Fault::invalid(field, "is not a cursor of this connection; use one from an edge or pageInfo"))
        }
    }
}

impl Mark {
    fn value(&self, sort: Sort) -> Option<Value> {
        Some(match sort {
            Sort::Text => Value::String(Some(self.value.clone())),
            Sort::Moment => Value::ChronoDateTimeUtc(Some(self.value.parse::<DateTime<Utc>>().ok()?)),
            Sort::Day => Value::ChronoDate(Some(self.value.parse::<NaiveDate>().ok()?)),
            Sort::Id => Value::Uuid(Some(self.id)),
        })
    }
}

impl<E: EntityTrait> Arm<E> {
    /// The rows strictly after (or before) a position, in the order of the connection.
    fn beyond(&self, mark: &Mark, after: bool) -> Condition {
        let (column, sort, direction) = &self.sort;
        let (sort, direction) = (*sort, *direction);
        let greater = after == (direction == Direction::Ascending);
        // A position of another connection compares to nothing: it returns no rows, rather than wrong ones.
        let Some(value) = mark.value(sort) else { return Condition::all().add(Expr::val(false)) };
        let id = |than: Uuid| if greater { self.id.gt(than) } else { self.id.lt(than) };
        if sort == Sort::Id {
            return Condition::all().add(id(mark.id));
        }
        let past = if greater { column.clone().gt(value.clone()) } else { column.clone().lt(value.clone()) };
        Condition::any().add(past).add(Condition::all().add(column.clone().eq(value)).add(id(mark.id)))
    }

    fn into_select(self) -> Select<E> {
        let window = self.window.clone();
        let after = window.after.as_ref().map(|mark| self.beyond(mark, true));
        let before = window.before.as_ref().map(|mark| self.beyond(mark, false));
        let (column, _, direction) = self.sort.clone();
        let forwards = (direction == Direction::Ascending) != window.from_end;
        let order = if forwards { Order::Asc } else { Order::Desc };
        // One more row than requested shows whether there are more.
        let mut select = self.select;
        for beyond in [after, before].into_iter().flatten() {
            select = select.filter(beyond);
        }
        select.order_by(column, order.clone()).order_by(self.id, order).limit(window.rows as u64 + 1)
    }
}

/// Reads pages in one statement per hundred.
pub async fn read<E: EntityTrait>(
    db: &impl ConnectionTrait,
    arms: Vec<Arm<E>>,
) -> Result<Vec<Slice<E::Model>>, DbErr> {
    let windows: Vec<Window> = arms.iter().map(|arm| arm.window.clone()).collect();
    let mut rows: Vec<Vec<E::Model>> = windows.iter().map(|_| Vec::new()).collect();
    let mut numbered = arms.into_iter().enumerate();
    loop {
        let mut parts = numbered.by_ref().take(PAGES_PER_STATEMENT).map(|(number, arm)| {
            Query::select()
                .expr(Expr::cust("*"))
                .expr_as(Expr::val(number as i32), Alias::new("arm"))
                .from_subquery(arm.into_select().into_query(), Alias::new("page"))
                .to_owned()
        });
        let Some(mut query) = parts.next() else { break };
        for part in parts {
            query.union(UnionType::All, part);
        }
        for row in db.query_all(&query).await? {
            let number: i32 = row.try_get("", "arm")?;
            rows[number as usize].push(E::Model::from_query_result(&row, "")?);
        }
    }
    Ok(windows.iter().zip(rows).map(|(window, rows)| slice(window, rows)).collect())
}

fn slice<M>(window: &Window, mut rows: Vec<M>) -> Slice<M> {
    let more = rows.len() > window.rows;
    rows.truncate(window.rows);
    if window.from_end {
        rows.reverse();
        Slice { rows, has_previous: more, has_next: window.before.is_some() }
    } else {
        Slice { rows, has_previous: window.after.is_some(), has_next: more }
    }
}

/// Rows that are read in pages.
pub trait Paged: Clone + Eq + Hash + Send + Sync + 'static {
    /// The table.
    type Entity: EntityTrait<Model: Clone + Send + Sync>;

    /// Checks that the caller may see them.
    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reports().map(drop)
    }

    /// Validates the filter: a range must end after it begins.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// The rows.
    fn select(&self, organization: OrganizationId) -> Select<Self::Entity>;

    /// The sort column.
    fn sort(&self) -> (<Self::Entity as EntityTrait>::Column, Sort, Direction);

    /// The sort expression, if it is not a column.
    fn sort_value(&self) -> Expr {
        let column = self.sort().0;
        Expr::col((Self::Entity::default(), column))
    }

    /// The ID column.
    fn id() -> <Self::Entity as EntityTrait>::Column;

    /// The column that orders rows with equal sort values: a unique ID.
    fn tie(&self) -> <Self::Entity as EntityTrait>::Column {
        Self::id()
    }

    /// The position of a row: the text of its sort value, and its [`tie`](Self::tie).
    fn mark(&self, row: &<Self::Entity as EntityTrait>::Model) -> (String, Uuid);
}

/// A page of rows: the key by which pages are loaded together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page<P>(pub P, pub Window);

impl<P: Paged> Page<P> {
    /// The statement of the page.
    pub fn arm(&self, organization: OrganizationId) -> Arm<P::Entity> {
        let Self(rows, window) = self;
        let (_, sort, direction) = rows.sort();
        let sort = (rows.sort_value(), sort, direction);
        Arm { select: rows.select(organization), sort, id: rows.tie(), window: window.clone() }
    }
}

/// The rows of a page.
pub type Rows<P> = Slice<<<P as Paged>::Entity as EntityTrait>::Model>;

/// Loads a page, together with all others of its kind in the query, and builds a connection from it.
pub async fn connection<P: Paged, N: OutputType>(
    ctx: &Context<'_>,
    rows: P,
    (first, after, last, before): PageArgs,
    node: fn(<P::Entity as EntityTrait>::Model) -> N,
) -> Result<Connection<String, N, Total>, Fault>
where
    <P::Entity as EntityTrait>::Model: FromQueryResult,
{
    rows.may(ctx.viewer())?;
    let window = Window::new(first, after, last, before)?;
    rows.check()?;
    let organization = ctx.viewer().organization();
    let page = Page(rows.clone(), window);
    let slice: Rows<P> = ctx.load().load_one(page).await?.unwrap_or_else(Slice::empty);
    let store = ctx.store().clone();
    let counted = rows.clone();
    let total = Total::new(move || {
        let (store, select) = (store.clone(), counted.select(organization));
        Box::pin(async move {
            let count = Query::select()
                .expr_as(Expr::cust("COUNT(*)"), Alias::new("total"))
                .from_subquery(select.into_query(), Alias::new("page"))
                .to_owned();
            let row = store.reader().query_one(&count).await.map_err(Error::from)?;
            Ok(row.map(|row| row.try_get("", "total")).transpose().map_err(Error::from)?.unwrap_or(0))
        })
    });
    let mut connection = Connection::with_additional_fields(slice.has_previous, slice.has_next, total);
    connection.edges = slice
        .rows
        .into_iter()
        .map(|row| {
            let (value, id) = rows.mark(&row);
            Edge::new(cursor(&value, id), node(row))
        })
        .collect();
    Ok(connection)
}

impl<M> Slice<M> {
    fn empty() -> Self {
        Self { rows: Vec::new(), has_previous: false, has_next: false }
    }
}
