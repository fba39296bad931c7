//! Segments.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection};
use ballroom_entity::{id::SegmentId, segment::Model};

use super::{
    ContextExt,
    fault::Fault,
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id},
};
use crate::domain::segment::{self, Segments};

/// A named group of customers, such as a tier or a region.
#[derive(Description)]
pub struct Segment(pub Model);

#[Object(use_type_description)]
impl Segment {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Key, used in files and references; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
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

/// Conditions on segments; all that are given must hold.
#[derive(InputObject)]
pub(super) struct SegmentFilter {
    /// Text contained in the key or name, not case-sensitive.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<SegmentFilter> for segment::SegmentFilter {
    fn from(given: SegmentFilter) -> Self {
        Self { text: given.text, updated_at: given.updated_at.map(Into::into) }
    }
}

orders! {
    /// Sort fields of segments.
    SegmentOrderField for segment::SegmentSort,
    /// Sort order of segments.
    SegmentOrder {
        /// Unique key.
        Key,
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// The segment with an ID that is known to exist; none without an ID.
pub(super) async fn of(ctx: &Context<'_>, segment: Option<SegmentId>) -> Result<Option<Segment>, Fault> {
    let Some(segment) = segment else { return Ok(None) };
    Ok(Some(Segment(super::row(ctx, segment, |dimensions| &dimensions.segments).await?)))
}

#[derive(Default)]
pub(super) struct SegmentQuery;

#[Object]
impl SegmentQuery {
    /// A segment by exactly one of `segment`, `id` and `key`. Null if there is none; see `errors`.
    async fn segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] segment: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
    ) -> Result<Segment, Fault> {
        ctx.reports()?;
        let (argument, segment) = lookup::named::<SegmentId>(segment, id, ("key", key))?;
        Ok(Segment(super::dimensions(ctx).await?.segment(argument, &segment)?.clone()))
    }

    /// Segments of the organization, by key.
    async fn segments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segments to return; all by default.")] filter: Option<SegmentFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<SegmentOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Segment, Total>, Fault> {
        let segments = Segments { filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, segments, (first, after, last, before), Segment).await
    }
}

/// Input of `createSegment`.
#[derive(InputObject)]
struct CreateSegmentInput {
    /// Key, used in files and references; unique in the organization.
    key: String,
    /// Display name; the key by default.
    name: MaybeUndefined<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateSegment`.
#[derive(InputObject)]
struct UpdateSegmentInput {
    /// ID or key of the segment.
    segment: Reference,
    /// New display name.
    name: String,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createSegment` and `updateSegment`.
    SegmentPayload {
        /// The segment.
        segment: Segment,
        /// Outcome of the submission; null after an update.
        outcome: Option<Outcome>,
        /// After a creation: segments whose key differs only slightly, for example in case or spaces. Check that both
        /// are intended.
        alike: Vec<Segment>,
    }
}

#[derive(Default)]
pub(super) struct SegmentMutation;

#[Object]
impl SegmentMutation {
    /// Creates a segment, or renames the one with this key.
    async fn create_segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateSegmentInput,
    ) -> Result<SegmentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let name = super::given(input.name);
            let name = name.as_ref().map(Option::as_deref);
            let (segment, outcome) = segment::create(ctx.store(), by, &input.key, name, ctx.now()).await?;
            let dimensions = ctx.store().dimensions(segment.organization_id).await?;
            let alike = outcome.alike(&segment.key, dimensions.segments.values(), |row| &row.key);
            let alike = alike.into_iter().map(Segment).collect();
            Ok(SegmentPayload::done(Segment(segment), Some(outcome.into()), alike))
        })
        .await
    }

    /// Renames a segment.
    async fn update_segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateSegmentInput,
    ) -> Result<SegmentPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let segment = segment::rename(ctx.store(), by, &input.segment.0, &input.name, ctx.now()).await?;
            Ok(SegmentPayload::done(Segment(segment), None, Vec::new()))
        })
        .await
    }
}
