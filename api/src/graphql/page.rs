//! Connections: pages of the domain's lists by cursor.

use async_graphql::{
    Context, Description, Enum, Object, OutputType,
    connection::{Connection, Edge},
};
use futures::future::BoxFuture;

use super::{ContextExt, fault::Fault};
use crate::domain::page::{self, List, Page, Row, Slice, Window};

pub(super) use crate::domain::page::{DEFAULT_ROWS, MAX_ROWS};

/// Sort direction.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "page::Direction")]
pub(super) enum OrderDirection {
    /// The smallest or earliest first.
    #[graphql(name = "ASC")]
    Ascending,
    /// The greatest or latest first.
    #[graphql(name = "DESC")]
    Descending,
}

/// The fields of a connection besides its edges.
#[derive(Description)]
pub struct Total {
    count: Box<dyn Fn() -> BoxFuture<'static, Result<i64, Fault>> + Send + Sync>,
}

impl Total {
    /// Counts the rows when selected.
    pub(super) fn new(
        count: impl Fn() -> BoxFuture<'static, Result<i64, Fault>> + Send + Sync + 'static,
    ) -> Self {
        Self { count: Box::new(count) }
    }
}

/// The fields of a connection besides its edges.
#[Object(use_type_description)]
impl Total {
    /// Total number of items. It requires a separate query: select it only if needed.
    async fn total_count(&self) -> Result<i64, Fault> {
        (self.count)().await
    }
}

/// The four standard arguments of a connection.
pub(super) type PageArgs = (Option<i32>, Option<String>, Option<i32>, Option<String>);

/// A filter or an order for the domain; the default if the client sent none.
pub(super) fn or_default<T: Default>(given: Option<impl Into<T>>) -> T {
    given.map(Into::into).unwrap_or_default()
}

/// Loads a page, together with all others of its kind in the query, and builds a connection from it.
pub(super) async fn connection<L: List, N: OutputType>(
    ctx: &Context<'_>,
    list: L,
    (first, after, last, before): PageArgs,
    node: impl Fn(Row<L>) -> N,
) -> Result<Connection<String, N, Total>, Fault> {
    list.may(ctx.viewer())?;
    let window = Window::new(first, after, last, before)?;
    list.check()?;
    let page = Page(list.clone(), window);
    let slice = ctx.load().load_one(page).await?.unwrap_or_else(Slice::empty);
    let (store, organization) = (ctx.store().clone(), ctx.viewer().organization());
    let counted = list.clone();
    let total = Total::new(move || {
        let (store, list) = (store.clone(), counted.clone());
        Box::pin(async move { Ok(page::count(&store, organization, &list).await?) })
    });
    let mut connection = Connection::with_additional_fields(slice.has_previous, slice.has_next, total);
    let asked = ctx.look_ahead();
    let shows_cursors = ["edges", "pageInfo"].into_iter().any(|field| asked.field(field).exists());
    let edges = slice.rows.into_iter().map(|row| {
        let cursor = if shows_cursors { list.cursor(&row) } else { String::new() };
        Edge::new(cursor, node(row))
    });
    connection.edges = edges.collect();
    Ok(connection)
}
