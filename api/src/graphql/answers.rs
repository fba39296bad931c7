//! Connections of feedback: which answers, in which order.

use async_graphql::{Context, Enum, InputObject, connection::Connection};
use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{CustomerId, FeatureId, FeedbackId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
    release::ReleaseLifecycle,
};
use chrono::{NaiveDate, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, QueryFilter, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func},
};
use uuid::Uuid;

use super::{
    Asking,
    fault::Fault,
    feedback::Feedback,
    lookup,
    page::{Both, Direction, Four, Paged, Sort, Total, connection, in_order},
    scalar::{Date, DateTime, Reference},
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
    /// About this feature: its id, or its key where the product is known.
    feature: Option<Reference>,
    /// Naming this release: its id, or its version where the product is known.
    release: Option<Reference>,
    /// Counting for this segment.
    segment: Option<Reference>,
    /// On this scale.
    scale: Option<Reference>,
    /// Rated at least so; only together with `scale`.
    rating_at_least: Option<f64>,
    /// Rated at most so; only together with `scale`.
    rating_at_most: Option<f64>,
    /// ID or key of the customer.
    customer: Option<Reference>,
    /// Having come this way.
    channel: Option<String>,
    /// Given at this moment or later.
    occurred_from: Option<DateTime>,
    /// Given before this moment.
    occurred_until: Option<DateTime>,
    /// Given on this day or later, in the time zone of the product.
    day_from: Option<Date>,
    /// Given before this day, in the time zone of the product.
    day_until: Option<Date>,
    /// Stored after this moment.
    received_after: Option<DateTime>,
    /// Stored or changed after this moment: see `Feedback.updatedAt`. What was deleted is not found.
    updated_after: Option<DateTime>,
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
    /// When it was stored or last changed. Give `updatedAfter` too where there are many answers.
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
    pub(super) occurred: (Option<chrono::DateTime<Utc>>, Option<chrono::DateTime<Utc>>),
    pub(super) days: (Option<NaiveDate>, Option<NaiveDate>),
    pub(super) received_after: Option<chrono::DateTime<Utc>>,
    pub(super) updated_after: Option<chrono::DateTime<Utc>>,
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
        let feature =
            filter.feature.map(|feature| feature_of(dimensions, self.product, feature)).transpose()?;
        let release = filter
            .release
            .map(|release| release_of(dimensions, viewer, self.product, release))
            .transpose()?;
        let segment = filter.segment.map(|segment| dimensions.segment("filter.segment", &segment.0));
        let scale = filter.scale.map(|scale| dimensions.scale("filter.scale", &scale.0)).transpose()?;
        let bound = |field: &str, rating: Option<f64>| match (rating, scale) {
            (None, _) => Ok(None),
            (Some(rating), Some(scale)) => Ok(Some(level(scale, rating)?)),
            (Some(_), None) => Err(Fault::invalid(field, "means nothing without `scale`")),
        };
        in_order("filter.ratingAtMost", (filter.rating_at_least, filter.rating_at_most))?;
        let levels = (
            bound("filter.ratingAtLeast", filter.rating_at_least)?,
            bound("filter.ratingAtMost", filter.rating_at_most)?,
        );
        Ok(Self {
            feature: self.feature.and(feature),
            release: self.release.and(release),
            segment: segment.transpose()?.map(|segment| segment.id),
            scale: scale.map(|scale| scale.id),
            levels,
            channel: filter.channel,
            occurred: (filter.occurred_from.map(Into::into), filter.occurred_until.map(Into::into)),
            days: (filter.day_from.map(Into::into), filter.day_until.map(Into::into)),
            received_after: filter.received_after.map(Into::into),
            updated_after: filter.updated_after.map(Into::into),
            rated: filter.rated,
            has_comment: filter.has_comment,
            counted: filter.counted,
            ..self
        })
    }
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

/// That an answer was stored after a moment. Ids are made after the moment that `received_at` tells, so those before it
/// need not be read: the answers of the last hours are the end of the primary key.
fn received(after: chrono::DateTime<Utc>) -> Expr {
    let first = FeedbackId(first_id(after - SLACK));
    Column::ReceivedAt.gt(after).and(Column::Id.gte(first))
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
        in_order("filter.occurredUntil", self.occurred)?;
        in_order("filter.dayUntil", self.days)
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
            .apply_if(self.only, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(self.segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
            .apply_if(self.scale, |query, scale| query.filter(Column::ScaleId.eq(scale)))
            .apply_if(self.levels.0, |query, level| query.filter(Column::Level.gte(level)))
            .apply_if(self.levels.1, |query, level| query.filter(Column::Level.lte(level)))
            .apply_if(self.channel.as_ref(), |query, channel| {
                query.filter(Column::Channel.is_in(text::forms(channel)))
            })
            .apply_if(self.occurred.0, |query, from| query.filter(Column::OccurredAt.gte(from)))
            .apply_if(self.occurred.1, |query, until| query.filter(Column::OccurredAt.lt(until)))
            .apply_if(self.days.0, |query, from| query.filter(Column::Day.gte(from)))
            .apply_if(self.days.1, |query, until| query.filter(Column::Day.lt(until)))
            .apply_if(self.received_after, |query, after| query.filter(received(after)))
            .apply_if(self.updated_after, |query, after| {
                query.filter(received(after).or(Column::ChangedAt.gt(after)))
            })
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
