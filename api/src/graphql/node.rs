//! Lookup of any object by its ID. Objects are found as the register of nouns says (`entity/src/noun.rs`).

use async_graphql::{Context, ID, Interface, Object, SchemaBuilder};
use ballroom_entity::id::*;
use futures::future::join_all;

use super::{
    ContextExt, Rows,
    announcement::Announcement,
    article::Article,
    calendar::CalendarFeed,
    customer::Customer,
    fault::Fault,
    feedback::Feedback,
    follow_up::Notice,
    incident::Incident,
    known_error::KnownError,
    notification::Notification,
    organization::Organization,
    report::{self, StoredReport},
    token::ApiToken,
};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::Read, announcement as announcements, article as articles, calendar::feed, customer, feedback,
        incident, known_error as known_errors, notice as notices, notification, organization, stored_report,
        token,
    },
};

/// Maximum number of IDs per lookup.
const MAX_IDS: usize = 200;

macro_rules! nodes {
    ($($id:ident $noun:literal [$($table:ident)?] [$($module:ident::$object:ident, $plural:literal, $how:ident $($by:ident)?)?];)*) => {
        /// An object with a global ID.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "Global ID: the noun and 32 hexadecimal digits."))]
        pub(super) enum Node {
            $($($object(super::$module::$object),)?)*
        }

        /// The object with an ID, for callers who are no customers; none if it does not exist, or if the caller may not see it.
        async fn of_organization(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Fault> {
            $($(
                if let Some(id) = $id::parse(id) {
                    return found!($how $($by)?, ctx, id, super::$module::$object).map(|found| found.map(Node::$object));
                }
            )?)*
            Ok(None)
        }

        /// Describes the pages of all objects.
        pub(super) fn described<Q, M, S>(schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
            schema$($(
                .override_output_type_description::<Rows<super::$module::$object>>(
                    concat!("A page of ", $plural, "."),
                )
            )?)*
        }
    };
}

/// How an object is found by its ID: the ways of the register.
macro_rules! found {
    (known $kind:ident, $ctx:ident, $id:ident, $object:path) => {{
        $ctx.reports()?;
        Ok(super::dimensions($ctx).await?.$kind.get(&$id).cloned().map($object))
    }};
    (loaded $right:ident, $ctx:ident, $id:ident, $object:path) => {{
        $ctx.$right()?;
        Ok($ctx.load().load_one($id).await?.map($object))
    }};
    (special, $ctx:ident, $id:ident, $object:path) => {
        <$object>::by_id($ctx, $id).await
    };
}

ballroom_entity::nouns!(nodes);

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// An object of any type by its global ID. Null if it does not exist, or if the caller may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: ID,
    ) -> Result<Option<Node>, Fault> {
        find(ctx, &id).await
    }

    /// Objects of any type by their global IDs, in the order of the IDs; null in place of an object that does not exist
    /// or that the caller may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global IDs, at most 200.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node, Fault>>>, Fault> {
        if ids.len() > MAX_IDS {
            return Err(Fault::invalid(
                "ids",
                &format!("has {} IDs; send at most {MAX_IDS} per request", ids.len()),
            ));
        }
        // Each one separately: one that the caller may not see is null in its own place.
        let found = join_all(ids.iter().map(|id| find(ctx, id))).await;
        Ok(found.into_iter().map(Result::transpose).collect())
    }
}

/// The object with an ID; none if it does not exist, or if the caller may not see it.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Fault> {
    match ctx.viewer().reads().ok().and_then(Read::only) {
        Some(only) => own(ctx, id, only).await,
        None => of_organization(ctx, id).await,
    }
}

/// Objects that are found in their own way: what only their member, their author, or their organization may see.
trait ById: Sized {
    /// The type of its ID.
    type Id;

    /// The object, if it exists and the caller may see it.
    async fn by_id(ctx: &Context<'_>, id: Self::Id) -> Result<Option<Self>, Fault>;
}

impl ById for Organization {
    type Id = OrganizationId;

    async fn by_id(ctx: &Context<'_>, id: OrganizationId) -> Result<Option<Self>, Fault> {
        if id != ctx.viewer().organization() {
            return Ok(None);
        }
        let own = organization::find(ctx.store(), ctx.reports()?.organization()).await?;
        Ok(Some(Self(own)))
    }
}

impl ById for Notification {
    type Id = NotificationId;

    async fn by_id(ctx: &Context<'_>, id: NotificationId) -> Result<Option<Self>, Fault> {
        let Ok(by) = ctx.viewer().edits_profile() else { return Ok(None) };
        Ok(notification::find(ctx.store(), by, id).await?.map(Self))
    }
}

impl ById for CalendarFeed {
    type Id = CalendarFeedId;

    async fn by_id(ctx: &Context<'_>, id: CalendarFeedId) -> Result<Option<Self>, Fault> {
        ctx.reports()?;
        let row = ctx.load().load_one(id).await?;
        Ok(row.filter(|row| feed::may_see(ctx.viewer(), row)).map(Self))
    }
}

impl ById for StoredReport {
    type Id = ReportId;

    async fn by_id(ctx: &Context<'_>, id: ReportId) -> Result<Option<Self>, Fault> {
        let sees = report::sees_responses(ctx);
        let found = stored_report::find(ctx.store(), ctx.reports()?, sees, ("id", &id.public())).await;
        or_none(found.map(Self))
    }
}

impl ById for ApiToken {
    type Id = ApiTokenId;

    async fn by_id(ctx: &Context<'_>, id: ApiTokenId) -> Result<Option<Self>, Fault> {
        let Ok(by) = ctx.administers() else { return Ok(None) };
        let all = token::all(ctx.store(), by).await?;
        Ok(all.into_iter().find(|token| token.id == id).map(Self))
    }
}

fn or_none<T>(found: Result<T, Error>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a customer may see by ID: their own responses, incidents that affect them, and themselves.
async fn own(ctx: &Context<'_>, id: &ID, only: CustomerId) -> Result<Option<Node>, Fault> {
    let (store, by) = (ctx.store(), ctx.reads()?);
    let found = if let Some(id) = FeedbackId::parse(id) {
        feedback::find(store, by, id).await.map(|row| Node::Feedback(Feedback(row)))
    } else if let Some(id) = IncidentId::parse(id) {
        incident::find(store, by, id).await.map(|row| Node::Incident(Incident(row)))
    } else if let Some(id) = AnnouncementId::parse(id) {
        announcements::find_own(store, by, id).await.map(|row| Node::Announcement(Announcement(row)))
    } else if let Some(id) = KnownErrorId::parse(id) {
        known_errors::find(store, ctx.viewer(), id).await.map(|row| Node::KnownError(KnownError(row)))
    } else if let Some(id) = ArticleId::parse(id) {
        articles::find(store, ctx.viewer(), id).await.map(|row| Node::Article(Article(row)))
    } else if let Some(id) = NoticeId::parse(id) {
        notices::find(store, by, id).await.map(|row| Node::Notice(Notice(row)))
    } else if CustomerId::parse(id) == Some(only) {
        customer::find(store, by, ("id", id)).await.map(|row| Node::Customer(Customer(row)))
    } else {
        return Ok(None);
    };
    or_none(found)
}
