//! Announcements: objects and lookups.

mod affected;
mod change;
mod moves;

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{announcement::Model, id::AnnouncementId};

use super::{
    ContextExt,
    actor::{self, Actor},
    customer::{CustomerFilter, CustomerOrder},
    fault::Fault,
    feature::{self, Feature},
    load::{AcknowledgementsOf, AnnouncedFeatures, MovesOf, Support},
    lookup::{self, By},
    member::Member,
    only_groups,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    release::{self, Release},
    scalar::{DateTime, Reference, id, parse, text},
    team::{self, Team},
    token::Role,
};
use crate::domain::{
    access::Read,
    announcement::{self as domain, AnnouncementSort, Announcements, Reach},
    customer::Customers,
    lookup::References,
};

pub use affected::AffectedCustomer;
use affected::AffectedSegment;
pub(super) use change::AnnouncementMutation;
pub(super) use moves::Acknowledgement;
use moves::{AnnouncementMove, PlannedTime};

/// An announcement: advance notice of a change that customers will notice. A draft is published, and then concluded or canceled.
#[derive(Description)]
pub struct Announcement(pub Model);

/// What is announced.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::announcement::AnnouncementKind")]
pub(super) enum AnnouncementKind {
    /// A release that customers will get.
    Release,
    /// A deployment, possibly of a release.
    Deployment,
    /// Work during which something may not be available.
    Maintenance,
    /// A time in which nothing may be changed.
    Freeze,
}

/// Lifecycle stage of an announcement.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::announcement::AnnouncementState")]
pub(super) enum AnnouncementState {
    /// Not published: nobody was notified.
    Draft,
    /// Published: its audience was notified.
    Published,
    /// The change was made.
    Concluded,
    /// The change will not be made.
    Cancelled,
}

#[Object(use_type_description)]
impl Announcement {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Product that changes.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// What is announced.
    async fn kind(&self) -> AnnouncementKind {
        self.0.kind.into()
    }

    /// Summary in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Release; null if the announcement is not about one. Not for customers.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        ctx.is_inside()?;
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Affected features, by key: those of the announcement, else those that its release touches; empty: the product as a
    /// whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let affected = ctx.load().load_one(AnnouncedFeatures(self.0.id)).await?.unwrap_or_default();
        feature::by_key(ctx, &affected).await
    }

    /// What customers will notice; null if not given.
    async fn changes(&self) -> Option<&str> {
        self.0.changes.as_deref()
    }

    /// What support can say about it; null if not given. Not for customers.
    async fn talking_points(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.talking_points.as_deref())
    }

    /// What customers can do meanwhile; null if not given.
    async fn workaround(&self) -> Option<&str> {
        self.0.workaround.as_deref()
    }

    /// How to undo the change; null if not given. Not for customers.
    async fn rollback(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.rollback.as_deref())
    }

    /// Member to call; null if not given. Not for customers.
    async fn contact_member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Fault> {
        ctx.is_inside()?;
        match self.0.contact_member_id {
            Some(member) => Ok(ctx.load().load_one(member).await?.map(Member)),
            None => Ok(None),
        }
    }

    /// Team to call; null if not given. Not for customers.
    async fn contact_team(&self, ctx: &Context<'_>) -> Result<Option<Team>, Fault> {
        ctx.is_inside()?;
        team::of(ctx, self.0.contact_team_id).await
    }

    /// Roles that it is for.
    async fn audiences(&self) -> Vec<Role> {
        domain::audiences(&self.0).into_iter().map(Into::into).collect()
    }

    /// Planned time.
    async fn planned(&self) -> PlannedTime {
        PlannedTime { from: self.0.starts_at.into(), until: self.0.ends_at.map(Into::into) }
    }

    /// Lifecycle stage.
    async fn state(&self) -> AnnouncementState {
        self.0.state.into()
    }

    /// Number of times that its audience was notified: 0 for a draft. Publication, rescheduling and cancellation each make
    /// another edition, which is acknowledged separately.
    async fn edition(&self) -> i32 {
        self.0.edition
    }

    /// Time of publication; null: it was not published.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(Into::into)
    }

    /// Publication, reschedulings, conclusion and cancellation, the earliest first. Not for customers.
    async fn moves(&self, ctx: &Context<'_>) -> Result<Vec<AnnouncementMove>, Fault> {
        ctx.is_inside()?;
        let moves = ctx.load().load_one(MovesOf(self.0.id)).await?.unwrap_or_default();
        Ok(moves.into_iter().map(AnnouncementMove).collect())
    }

    /// Acknowledgements of all editions, the earliest first. Not for customers.
    async fn acknowledgements(&self, ctx: &Context<'_>) -> Result<Vec<Acknowledgement>, Fault> {
        ctx.is_inside()?;
        let given = ctx.load().load_one(AcknowledgementsOf(self.0.id)).await?.unwrap_or_default();
        Ok(given.into_iter().map(Acknowledgement).collect())
    }

    /// Active members of support who have not acknowledged the current edition, by name; empty for a draft. Not for
    /// customers.
    async fn awaiting_acknowledgement(&self, ctx: &Context<'_>) -> Result<Vec<Member>, Fault> {
        ctx.is_inside()?;
        if self.0.edition == 0 {
            return Ok(Vec::new());
        }
        let given = ctx.load().load_one(AcknowledgementsOf(self.0.id)).await?.unwrap_or_default();
        let has_read =
            |member| given.iter().any(|one| one.member_id == member && one.edition == self.0.edition);
        let support = ctx.load().load_one(Support).await?.unwrap_or_default();
        Ok(support.into_iter().filter(|member| !has_read(member.id)).map(Member).collect())
    }

    /// Customers whom the change concerns, by key, including those whom a person excluded. Only for callers who may read
    /// customers.
    async fn affected_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which customers to return; all by default.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<CustomerOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, AffectedCustomer, Total>, Fault> {
        let reach = self.reach(ctx).await?;
        let of = Arc::new(reach.clone());
        let (filter, order) = (or_default(filter), or_default(order_by));
        let customers = Customers { incident: None, change: Some(reach), filter, order };
        let node = move |row| AffectedCustomer { row, reach: of.clone() };
        connection(ctx, customers, (first, after, last, before), node).await
    }

    /// Number of affected customers by segment, the largest first. To callers who may not read customers, segments with
    /// fewer affected customers than `Organization.minGroup` are shown together.
    async fn affected_by_segment(&self, ctx: &Context<'_>) -> Result<Vec<AffectedSegment>, Fault> {
        let (by, only_groups) = (ctx.reports()?, only_groups(ctx).await?);
        let counts = domain::by_segment(ctx.store(), by, &self.reach(ctx).await?, only_groups).await?;
        Ok(counts.into_iter().map(AffectedSegment).collect())
    }

    /// Number of customers who were notified. Not for customers.
    async fn notified_customers(&self, ctx: &Context<'_>) -> Result<i64, Fault> {
        Ok(domain::notified_of(ctx.store(), ctx.reports()?, self.0.id).await?)
    }

    /// Source system.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID in the source system; null if none was given.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Author; null if not recorded. Not for customers.
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

impl Announcement {
    async fn reach(&self, ctx: &Context<'_>) -> Result<Reach, Fault> {
        let features = ctx.load().load_one(AnnouncedFeatures(self.0.id)).await?.unwrap_or_default();
        Ok(Reach::new(&self.0, features, ctx.now()))
    }
}

/// Conditions on announcements; all that are given must hold. Below a feature, release or product, a filter only narrows
/// the announcements of that object.
#[derive(InputObject, Default)]
pub(super) struct AnnouncementFilter {
    /// Text contained in the title or in what customers will notice, not case-sensitive.
    text: Option<String>,
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of an affected feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or version of the release. A version that exists in several products requires `product`.
    release: Option<Reference>,
    /// Kinds, one of which it has.
    kind: Option<Vec<AnnouncementKind>>,
    /// States, one of which it has.
    state: Option<Vec<AnnouncementState>>,
    /// Times with which its planned time overlaps.
    planned: Option<TimeRangeInput>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of announcements.
    AnnouncementOrderField for AnnouncementSort,
    /// Sort order of announcements.
    AnnouncementOrder {
        /// Start of the planned time.
        Planned,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// A page of the announcements of a place.
pub(super) async fn page(
    ctx: &Context<'_>,
    place: Announcements,
    filter: Option<AnnouncementFilter>,
    order: Option<AnnouncementOrder>,
    args: PageArgs,
) -> Result<Connection<String, Announcement, Total>, Fault> {
    let only = ctx.reads().ok().and_then(Read::only);
    let filter = match filter {
        Some(filter) => {
            let dimensions = &*super::dimensions(ctx).await?;
            filter.resolved(References { dimensions, viewer: ctx.viewer(), product: place.product })?
        }
        None => domain::AnnouncementFilter::default(),
    };
    let list = Announcements { only, filter, order: or_default(order), ..place };
    connection(ctx, list, args, Announcement).await
}

impl AnnouncementFilter {
    fn resolved(self, known: References<'_>) -> Result<domain::AnnouncementFilter, Fault> {
        let product = known.product(text(&self.product))?;
        let known = known.within(product);
        Ok(domain::AnnouncementFilter {
            text: self.text,
            product,
            feature: known.feature(text(&self.feature))?,
            release: known.release(text(&self.release))?,
            kind: self.kind.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            state: self.state.map(|states| states.into_iter().map(Into::into).collect()),
            planned: self.planned.map(Into::into),
            updated_at: self.updated_at.map(Into::into),
        })
    }
}

#[derive(Default)]
pub(super) struct AnnouncementQuery;

#[Object]
impl AnnouncementQuery {
    /// An announcement by exactly one of `id` and `externalId`. Null if there is none; see `errors`.
    async fn announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the source system.")] external_id: Option<String>,
        #[graphql(desc = "Source system. Required for an external ID that exists in several systems.")]
        source: Option<String>,
    ) -> Result<Announcement, Fault> {
        let store = ctx.store();
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<AnnouncementId>(argument)?;
        Ok(Announcement(match argument {
            "id" => find(ctx, parse("id", &text)?).await?,
            _ => domain::find_external(store, ctx.reports()?, &text, source.as_deref()).await?,
        }))
    }

    /// Announcements, the latest planned time first; for a customer only those of which the customer was notified.
    async fn announcements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<AnnouncementFilter>,
        #[graphql(desc = "Sort order; the latest planned time first by default.")] order_by: Option<
            AnnouncementOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Announcement, Total>, Fault> {
        page(ctx, Announcements::default(), filter, order_by, (first, after, last, before)).await
    }
}

/// The announcement with an ID; for a customer only one of which the customer was notified.
pub(super) async fn find(ctx: &Context<'_>, id: AnnouncementId) -> Result<Model, Fault> {
    Ok(match ctx.reads() {
        Ok(by) if by.only().is_some() => domain::find_own(ctx.store(), by, id).await?,
        _ => domain::find(ctx.store(), ctx.reports()?, id).await?,
    })
}
