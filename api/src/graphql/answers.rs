//! Connections of feedback: which answers, in which order.

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
    Asking,
    fault::Fault,
    feedback::Feedback,
    lookup,
    page::{Both, Direction, Four, Paged, Sort, Total, connection},
    range::{self, DateRangeInput, Range, TimeRangeInput},
    scalar::Reference,
};
use crate::{
    base::{error::Error, text},
    domain::{access::Viewer, scale::level},
    store::Dimensions,
};

/// Which answers are wanted: all that is given must hold, and so must what the place of the connection says. Below a
/// feature, a release, a customer or a product a filter narrows what is shown there and never shows another's.
#[derive(InputObject, Default)]
pub(super) struct FeedbackFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of the feature; a key that several products have needs the product.
    feature: Option<Reference>,
    /// ID or version of the release that the response names; a version that several products have needs the product.
    release: Option<Reference>,
    /// ID or key of the segment for which the response counts.
    segment: Option<Reference>,
    /// ID or key of the scale.
    scale: Option<Reference>,
    /// Minimum rating, inclusive; only together with `scale`.
    min_rating: Option<f64>,
    /// Maximum rating, inclusive; only together with `scale`.
    max_rating: Option<f64>,
    /// ID or key of the customer.
    customer: Option<Reference>,
    /// Channel by which the response came.
    channel: Option<String>,
    /// When the customer responded.
    occurred_at: Option<TimeRangeInput>,
    /// The day on which the customer responded, in the time zone of the product.
    day: Option<DateRangeInput>,
    /// When the response was stored.
    received_at: Option<TimeRangeInput>,
    /// When the response was stored or last changed. What was deleted is not found.
    updated_at: Option<TimeRangeInput>,
    /// With a rating, or without.
    rated: Option<bool>,
    /// With a comment, or without.
    has_comment: Option<bool>,
    /// In the counts that scores read, or not: see `Feedback.counted`.
    counted: Option<bool>,
}

/// What answers can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::enum_variant_names, reason = "all are moments")]
pub(super) enum FeedbackOrderField {
    /// When the customer answered.
    OccurredAt,
    /// When it was stored.
    ReceivedAt,
    /// When it was stored or last changed. Filter by `updatedAt` too where there are many responses.
    UpdatedAt,
}

/// In which order answers come.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeedbackOrder {
    /// What they are sorted by.
    field: FeedbackOrderField,
    /// Which come first.
    direction: Direction,
}

/// Which answers a connection holds.
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
    /// The product of the filter, which narrows that of the place.
    pub(super) of: Option<ProductId>,
    pub(super) occurred_at: Option<TimeRangeInput>,
    pub(super) day: Option<DateRangeInput>,
    pub(super) received_at: Option<TimeRangeInput>,
    pub(super) updated_at: Option<TimeRangeInput>,
    pub(super) rated: Option<bool>,
    pub(super) has_comment: Option<bool>,
    pub(super) counted: Option<bool>,
    pub(super) order: Option<FeedbackOrder>,
    /// The customer to whom the caller is confined.
    pub(super) only: Option<CustomerId>,
}

impl Answers {
    /// A page of those that the filter leaves.
    pub(super) async fn page(
        self,
        ctx: &Context<'_>,
        filter: Option<FeedbackFilter>,
        order: Option<FeedbackOrder>,
        four: Four,
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
        // By what a filter finds nobody is told what the rows themselves do not show.
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
            (Some(_), None) => Err(Fault::invalid(field, "means nothing without `scale`")),
        };
        if let (Some(min), Some(max)) = (filter.min_rating, filter.max_rating)
            && max < min
        {
            let reason = format!("{max} must not be less than minRating ({min})");
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

/// The release of a filter. Of a release that is only planned no customer is told that there is one.
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

/// How far a clock may have been set back between the moment of an answer and its id.
const SLACK: TimeDelta = TimeDelta::hours(1);

/// That a response was stored within a range. Ids are made after the moment that `received_at` tells, so those before it
/// need not be read: the responses of the last hours are the end of the primary key.
fn received(range: TimeRangeInput) -> Condition {
    let first = range.ends().0.map(|from| Column::Id.gte(FeedbackId(first_id(from - SLACK))));
    range.holds(Column::ReceivedAt).add_option(first)
}

/// That a response was stored or last changed within a range.
fn updated(range: TimeRangeInput) -> Condition {
    let never_changed = received(range).add(Column::ChangedAt.is_null());
    let changed = range.holds(Column::ChangedAt).add(Column::ChangedAt.is_not_null());
    Condition::any().add(never_changed).add(changed)
}

/// The least UUID of version 7 of a moment's millisecond.
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

    /// A feature's answers have an index by time; other views run along the primary key.
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
            // Ids are made in the order in which answers are stored.
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
