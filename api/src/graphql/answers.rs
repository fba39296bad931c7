//! Connections of responses: filters and orders.

use async_graphql::{Context, Enum, InputObject, connection::Connection};
use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{CustomerId, FeatureId, FeedbackId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
    release::ReleaseLifecycle,
};
use chrono::{TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryTrait, Select,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::{
    ContextExt,
    fault::Fault,
    feedback::Feedback,
    lookup,
    paged::{Both, Direction, PageArgs, Paged, Sort, Total, connection},
    range::{self, DateRangeInput, Range, TimeRangeInput},
    scalar::Reference,
};
use crate::{
    base::{error::Error, text},
    domain::{access::Viewer, scale::level},
    store::Dimensions,
};

/// Conditions on responses; all that are given must hold. Below a feature, release, customer or product, a filter only
/// narrows the responses of that object.
#[derive(InputObject, Default)]
pub(super) struct FeedbackFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of the feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or version of the release that the response names. A version that exists in several products requires
    /// `product`.
    release: Option<Reference>,
    /// ID or key of the segment that the response counts for.
    segment: Option<Reference>,
    /// ID or key of the scale.
    scale: Option<Reference>,
    /// Minimum rating, inclusive; only together with `scale`.
    min_rating: Option<f64>,
    /// Maximum rating, inclusive; only together with `scale`.
    max_rating: Option<f64>,
    /// ID or key of the customer.
    customer: Option<Reference>,
    /// Channel through which the response came.
    channel: Option<String>,
    /// Time of the response.
    occurred_at: Option<TimeRangeInput>,
    /// Day of the response, in the time zone of the product.
    day: Option<DateRangeInput>,
    /// Time at which the response was stored.
    received_at: Option<TimeRangeInput>,
    /// Time at which the response was stored or last changed. Deleted responses are not returned.
    updated_at: Option<TimeRangeInput>,
    /// Whether the response has a rating.
    rated: Option<bool>,
    /// Whether the response has a comment.
    has_comment: Option<bool>,
    /// Whether the response counts for scores: see `Feedback.counted`.
    counted: Option<bool>,
}

/// Sort fields of responses.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::enum_variant_names, reason = "all are moments")]
pub(super) enum FeedbackOrderField {
    /// Time of the response.
    OccurredAt,
    /// Time at which the response was stored.
    ReceivedAt,
    /// Time at which the response was stored or last changed. If there are many responses, also filter by `updatedAt`.
    UpdatedAt,
}

/// Sort order of responses.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeedbackOrder {
    /// Field to sort by.
    field: FeedbackOrderField,
    /// Direction.
    direction: Direction,
}

/// The responses of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Answers {
    pub(super) product: Option<ProductId>,
    pub(super) feature: Both<FeatureId>,
    pub(super) release: Both<ReleaseId>,
    pub(super) customer: Both<CustomerId>,
    pub(super) segment: Option<SegmentId>,
    pub(super) scale: Option<ScaleId>,
    pub(super) levels: (Option<i32>, Option<i32>),
    pub(super) channel: Option<String>,
    /// The product of the filter, which narrows that of the connection.
    pub(super) of: Option<ProductId>,
    pub(super) occurred_at: Option<TimeRangeInput>,
    pub(super) day: Option<DateRangeInput>,
    pub(super) received_at: Option<TimeRangeInput>,
    pub(super) updated_at: Option<TimeRangeInput>,
    pub(super) rated: Option<bool>,
    pub(super) has_comment: Option<bool>,
    pub(super) counted: Option<bool>,
    pub(super) order: Option<FeedbackOrder>,
    /// The customer that the caller is restricted to.
    pub(super) only: Option<CustomerId>,
}

impl Answers {
    /// A page of the filtered responses.
    pub(super) async fn page(
        self,
        ctx: &Context<'_>,
        filter: Option<FeedbackFilter>,
        order: Option<FeedbackOrder>,
        four: PageArgs,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let only = ctx.reads()?.only();
        let mut answers = self;
        if let Some(filter) = filter {
            if let Some(customer) = &filter.customer {
                let customer = lookup::customer(ctx, "filter.customer", customer).await?;
                answers.customer = answers.customer.and(Some(customer));
            }
            answers = answers.narrowed(filter, &*super::dimensions(ctx).await?, ctx.viewer())?;
        }
        (answers.order, answers.only) = (order, only);
        connection(ctx, answers, four, Feedback).await
    }

    fn narrowed(
        self,
        filter: FeedbackFilter,
        dimensions: &Dimensions,
        viewer: &Viewer,
    ) -> Result<Self, Fault> {
        // A filter must not reveal what the rows themselves do not show.
        if filter.segment.is_some() {
            viewer.is_inside()?;
        }
        let of = product_of(dimensions, filter.product)?;
        let product = self.product.or(of);
        let feature = filter.feature.map(|feature| feature_of(dimensions, product, feature)).transpose()?;
        let release =
            filter.release.map(|release| release_of(dimensions, viewer, product, release)).transpose()?;
        let segment = filter.segment.map(|segment| dimensions.segment("filter.segment", &segment.0));
        let scale = filter.scale.map(|scale| dimensions.scale("filter.scale", &scale.0)).transpose()?;
        let bound = |field: &str, rating: Option<f64>| match (rating, scale) {
            (None, _) => Ok(None),
            (Some(rating), Some(scale)) => Ok(Some(level(scale, rating)?)),
            (Some(_), None) => Err(Fault::invalid(field, "requires `scale`; send a scale too, or omit it")),
        };
        if let (Some(min), Some(max)) = (filter.min_rating, filter.max_rating)
            && max < min
        {
            let reason = format!(
                "is {max}, less than minRating ({min}); send a higher maxRating or a lower minRating"
            );
            return Err(Fault::invalid("filter.maxRating", &reason));
        }
        let levels =
            (bound("filter.minRating", filter.min_rating)?, bound("filter.maxRating", filter.max_rating)?);
        Ok(Self {
            feature: self.feature.and(feature),
            release: self.release.and(release),
            segment: segment.transpose()?.map(|segment| segment.id),
            scale: scale.map(|scale| scale.id),
            levels,
            channel: filter.channel,
            of,
            occurred_at: filter.occurred_at,
            day: filter.day,
            received_at: filter.received_at,
            updated_at: filter.updated_at,
            rated: filter.rated,
            has_comment: filter.has_comment,
            counted: filter.counted,
            ..self
        })
    }
}

/// The product of a filter.
pub(super) fn product_of(
    dimensions: &Dimensions,
    product: Option<Reference>,
) -> Result<Option<ProductId>, Fault> {
    let found = product.map(|product| dimensions.product("filter.product", &product.0)).transpose()?;
    Ok(found.map(|product| product.id))
}

/// The feature of a filter.
pub(super) fn feature_of(
    dimensions: &Dimensions,
    product: Option<ProductId>,
    feature: Reference,
) -> Result<FeatureId, Fault> {
    Ok(dimensions.feature_in(product, "filter.feature", &feature.0)?.id)
}

/// The release of a filter. Planned releases are hidden from customers.
pub(super) fn release_of(
    dimensions: &Dimensions,
    viewer: &Viewer,
    product: Option<ProductId>,
    release: Reference,
) -> Result<ReleaseId, Fault> {
    let found = dimensions.release_in(product, "filter.release", &release.0);
    if viewer.is_inside().is_ok() {
        return Ok(found?.id);
    }
    let shown = found.ok().filter(|row| row.lifecycle != ReleaseLifecycle::Planned);
    shown.map(|row| row.id).ok_or_else(|| Error::not_found("filter.release", "release", release.0).into())
}

/// The maximum time by which a clock may be set back between the time of a response and the creation of its ID.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::hours(1);

/// The condition that a response was stored within a range. IDs are created after `received_at`, so earlier IDs need
/// not be read: the responses of the last hours are the end of the primary key.
fn received(range: TimeRangeInput) -> Condition {
    let first = range.ends().0.map(|from| Column::Id.gte(FeedbackId(first_id(from - CLOCK_TOLERANCE))));
    range.holds(Column::ReceivedAt).add_option(first)
}

/// The condition that a response was stored or last changed within a range.
fn updated(range: TimeRangeInput) -> Condition {
    let never_changed = received(range).add(Column::ChangedAt.is_null());
    let changed = range.holds(Column::ChangedAt).add(Column::ChangedAt.is_not_null());
    Condition::any().add(never_changed).add(changed)
}

/// The smallest UUID of version 7 in the millisecond of a time.
fn first_id(at: chrono::DateTime<Utc>) -> Uuid {
    let milliseconds = Ord::min(u64::try_from(at.timestamp_millis()).unwrap_or(0), (1 << 48) - 1);
    Uuid::from_u128(u128::from(milliseconds) << 80)
}

impl Paged for Answers {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reads_within(self.only)
    }

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.occurredAt", self.occurred_at)?;
        range::check("filter.day", self.day)?;
        range::check("filter.receivedAt", self.received_at)?;
        range::check("filter.updatedAt", self.updated_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let with = |column: Column, yes: bool| match yes {
            true => column.is_not_null(),
            false => column.is_null(),
        };
        let all = Entity::owned_by(organization);
        let all = self.feature.all().fold(all, |query, feature| query.filter(Column::FeatureId.eq(feature)));
        let all = self.release.all().fold(all, |query, release| query.filter(Column::ReleaseId.eq(release)));
        let all =
            self.customer.all().fold(all, |query, customer| query.filter(Column::CustomerId.eq(customer)));
        all.apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.of, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.only, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(self.segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
            .apply_if(self.scale, |query, scale| query.filter(Column::ScaleId.eq(scale)))
            .apply_if(self.levels.0, |query, level| query.filter(Column::Level.gte(level)))
            .apply_if(self.levels.1, |query, level| query.filter(Column::Level.lte(level)))
            .apply_if(self.channel.as_ref(), |query, channel| {
                query.filter(Column::Channel.is_in(text::forms(channel)))
            })
            .apply_if(self.occurred_at, |query, range| query.filter(range.holds(Column::OccurredAt)))
            .apply_if(self.day, |query, range| query.filter(range.holds(Column::Day)))
            .apply_if(self.received_at, |query, range| query.filter(received(range)))
            .apply_if(self.updated_at, |query, range| query.filter(updated(range)))
            .apply_if(self.rated, |query, yes| query.filter(with(Column::Level, yes)))
            .apply_if(self.has_comment, |query, yes| query.filter(with(Column::Comment, yes)))
            .apply_if(self.counted, |query, counted| query.filter(Column::Counted.eq(counted)))
    }

    /// The responses of a feature have an index by time; other queries use the primary key.
    fn sort(&self) -> (Column, Sort, Direction) {
        let order = self.order.unwrap_or(FeedbackOrder {
            field: match self.feature.place() {
                Some(_) => FeedbackOrderField::OccurredAt,
                None => FeedbackOrderField::ReceivedAt,
            },
            direction: Direction::Descending,
        });
        match order.field {
            FeedbackOrderField::OccurredAt => (Column::OccurredAt, Sort::Moment, order.direction),
            // IDs are in the order in which responses were stored.
            FeedbackOrderField::ReceivedAt => (Column::Id, Sort::Id, order.direction),
            FeedbackOrderField::UpdatedAt => (Column::ReceivedAt, Sort::Moment, order.direction),
        }
    }

    fn sort_value(&self) -> Expr {
        match self.order.map(|order| order.field) {
            Some(FeedbackOrderField::UpdatedAt) => {
                Func::coalesce([Column::ChangedAt.into_expr(), Column::ReceivedAt.into_expr()]).into()
            }
            _ => Expr::col((Entity, self.sort().0)),
        }
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        let at = match self.order.map(|order| order.field) {
            Some(FeedbackOrderField::UpdatedAt) => row.changed_at.unwrap_or(row.received_at),
            _ => row.occurred_at,
        };
        (at.to_rfc3339(), row.id.0)
    }
}
