//! Addresses at which calendar programs read the calendar.

use async_graphql::{Context, Description, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{calendar_feed::Model, id::CalendarFeedId};

use crate::{
    domain::calendar::feed::{self as domain, NewCalendarFeed},
    graphql::{
        self, ContextExt,
        actor::{self, Actor},
        fault::Fault,
        order::orders,
        page::{PageArgs, Total, connection, or_default},
        payload::{payload, payloads},
        product::{self, Product},
        range::TimeRangeInput,
        scalar::{DateTime, Reference, id, parse},
    },
};

/// A secret address at which calendar programs read the calendar, in the format iCalendar (RFC 5545). It shows what its author may
/// see, and works as long as the author's token or membership.
#[derive(Description)]
pub struct CalendarFeed(pub Model);

#[Object(use_type_description)]
impl CalendarFeed {
    /// Global ID.
    pub(in crate::graphql) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Purpose.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Product whose changes it shows; null: all.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>, Fault> {
        match self.0.product_id {
            Some(id) => Ok(Some(product::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Author; null if not recorded.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.created_by)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on calendar feeds; all that are given must hold.
#[derive(InputObject)]
pub(in crate::graphql) struct CalendarFeedFilter {
    /// ID or key of the product whose changes it shows.
    product: Option<Reference>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of calendar feeds.
    CalendarFeedOrderField for domain::CalendarFeedSort,
    /// Sort order of calendar feeds.
    CalendarFeedOrder {
        /// Purpose.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// Input of `createCalendarFeed`.
#[derive(InputObject)]
struct CreateCalendarFeedInput {
    /// Purpose.
    name: String,
    /// ID or key of a product: only its changes; all by default.
    product: Option<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `deleteCalendarFeed`.
#[derive(InputObject)]
struct DeleteCalendarFeedInput {
    /// ID of the calendar feed.
    calendar_feed: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createCalendarFeed`.
    CreateCalendarFeedPayload {
        /// The calendar feed.
        calendar_feed: CalendarFeed,
        /// Path of its address, below the address of this server. Whoever has the address can read the calendar; it is not shown
        /// again.
        path: String,
    }

    /// Result of `deleteCalendarFeed`.
    DeleteCalendarFeedPayload {
        /// ID of the deleted calendar feed.
        deleted_id: ID,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CalendarFeedQuery;

#[Object]
impl CalendarFeedQuery {
    /// Addresses at which calendar programs read the calendar, by name: those of the caller; for administrators those of all.
    async fn calendar_feeds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<CalendarFeedFilter>,
        #[graphql(desc = "Sort order; by name by default.")] order_by: Option<CalendarFeedOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, CalendarFeed, Total>, Fault> {
        ctx.reports()?;
        let filter = match filter {
            None => domain::CalendarFeedFilter::default(),
            Some(filter) => domain::CalendarFeedFilter {
                product: match filter.product {
                    Some(product) => {
                        let dimensions = graphql::dimensions(ctx).await?;
                        Some(dimensions.product("filter.product", &product.0)?.id)
                    }
                    None => None,
                },
                updated_at: filter.updated_at.map(Into::into),
            },
        };
        let feeds = domain::CalendarFeeds {
            author: domain::author(ctx.viewer()),
            filter,
            order: or_default(order_by),
        };
        let arguments: PageArgs = (first, after, last, before);
        connection(ctx, feeds, arguments, CalendarFeed).await
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CalendarFeedMutation;

#[Object]
impl CalendarFeedMutation {
    /// Creates a secret address at which calendar programs read releases, deployments, maintenance and freezes, from 90 days ago to
    /// 275 days ahead.
    async fn create_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateCalendarFeedInput,
    ) -> Result<CreateCalendarFeedPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.reports()?;
            let new = NewCalendarFeed { name: input.name, product: input.product.map(|product| product.0) };
            let (row, path) = domain::create(ctx.store(), (ctx.viewer(), by), new, ctx.now()).await?;
            Ok(CreateCalendarFeedPayload::done(CalendarFeed(row), path))
        })
        .await
    }

    /// Deletes a calendar feed: its address no longer works. Authors delete their own, administrators any.
    async fn delete_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: DeleteCalendarFeedInput,
    ) -> Result<DeleteCalendarFeedPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.reports()?;
            let id: CalendarFeedId = parse("calendarFeed", &input.calendar_feed.0)?;
            domain::remove(ctx.store(), (ctx.viewer(), by), id, ctx.now()).await?;
            Ok(DeleteCalendarFeedPayload::done(ID(input.calendar_feed.0)))
        })
        .await
    }
}
