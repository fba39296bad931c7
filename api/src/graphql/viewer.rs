//! The caller, as the server sees it.

use async_graphql::{Context, Description, Object, connection::Connection};

use super::{
    ContextExt,
    customer::Customer,
    fault::Fault,
    follow_up::{self, Notice, NoticeFilter, NoticeOrder},
    glossary,
    member::{Member, Vocabulary},
    notification::{Notification, NotificationFilter, NotificationOrder},
    page::{Total, connection, or_default},
    token::{Role, TokenScope},
};
use crate::{
    base::error::Error,
    domain::{
        notice,
        notification::{self, Notifications},
    },
};

/// The caller and its rights.
#[derive(Description)]
pub(super) struct Viewer;

#[Object(use_type_description)]
impl Viewer {
    /// Name of the caller's token, or of its OpenID Connect client.
    async fn name(&self, ctx: &Context<'_>) -> String {
        ctx.viewer().source.clone()
    }

    /// Role of the caller; null for an operator of the server, who has no role in an organization.
    async fn role(&self, ctx: &Context<'_>) -> Option<Role> {
        ctx.viewer().role().map(Into::into)
    }

    /// Scope of the caller's token.
    async fn scope(&self, ctx: &Context<'_>) -> TokenScope {
        ctx.viewer().scope().into()
    }

    /// Member to whom the token belongs; null for a machine.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Fault> {
        match ctx.viewer().member() {
            Some(member) => Ok(ctx.load().load_one(member).await?.map(Member)),
            None => Ok(None),
        }
    }

    /// Vocabulary of the caller: the preference of the member, else that of the role (see `Query.glossary`).
    async fn vocabulary(&self, ctx: &Context<'_>) -> Result<Vocabulary, Fault> {
        glossary::of_caller(ctx, None).await
    }

    /// Customer that the caller acts for; null unless the role is CUSTOMER.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>, Fault> {
        match ctx.viewer().customer() {
            Some(customer) => Ok(ctx.load().load_one(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// Notifications of the caller, the most recent first. Only for members.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<NotificationFilter>,
        #[graphql(desc = "Sort order; the most recent first by default.")] order_by: Option<
            NotificationOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Notification, Total>, Fault> {
        let member = ctx.viewer().edits_profile()?.member();
        let (filter, order) = (or_default(filter), or_default(order_by));
        let list = Notifications { member, filter, order };
        connection(ctx, list, (first, after, last, before), Notification).await
    }

    /// Number of unread notifications of the caller; null for callers who are not members.
    async fn unread_notifications(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        match ctx.viewer().edits_profile() {
            Ok(by) => Ok(Some(notification::unread(ctx.store(), by).await? as i64)),
            Err(_) => Ok(None),
        }
    }

    /// Notices about the follow-up of the caller's feedback, the latest first. Only for customers.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<NoticeFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<NoticeOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Notice, Total>, Fault> {
        let nobody = || {
            Error::invalid(
                "token",
                "belongs to no customer, whom notices are for; see `customer { notices }`",
            )
        };
        let customer = ctx.viewer().customer().ok_or_else(nobody)?;
        follow_up::notices(ctx, customer, filter, order_by, (first, after, last, before)).await
    }

    /// Number of unread notices of the caller; null for callers who are not customers.
    async fn unread_notices(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        match ctx.viewer().customer() {
            Some(customer) => {
                let organization = ctx.reads()?.organization();
                Ok(Some(notice::unread(ctx.store(), organization, customer).await? as i64))
            }
            None => Ok(None),
        }
    }

    /// Whether the caller operates the server, that is, creates and lists organizations.
    async fn operates_server(&self, ctx: &Context<'_>) -> bool {
        ctx.viewer().operates().is_ok()
    }
}

#[derive(Default)]
pub(super) struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The caller.
    async fn viewer(&self) -> Viewer {
        Viewer
    }
}
