//! The responses of an organization, a product, a feature, a release or a customer.

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{
        CustomerId, FeatureId, FeedbackId, KnownErrorId, OrganizationId, ProductId, ReleaseId, ScaleId,
        SegmentId,
    },
    known_error_feedback, scale,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, DbErr, FromQueryResult, QueryFilter, QueryResult, QuerySelect, QueryTrait,
    Select, Value,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::rows::ByPosition;
use crate::{
    base::{error::Error, text},
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
        scale::level,
    },
};

/// The responses of a place that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Responses {
    /// The product, if only its responses are shown.
    pub product: Option<ProductId>,
    /// The feature, if only its responses are shown.
    pub feature: Option<FeatureId>,
    /// The release, if only the responses that name it are shown.
    pub release: Option<ReleaseId>,
    /// The customer, if only its responses are shown.
    pub customer: Option<CustomerId>,
    /// The known error, if only the responses that report it are shown.
    pub known_error: Option<KnownErrorId>,
    /// The customer that the caller is restricted to.
    pub only: Option<CustomerId>,
    /// The filter.
    pub filter: FeedbackFilter,
    /// The order. By default the latest first: by their time below a feature, else by the time of storage.
    pub order: Option<Order<FeedbackSort>>,
}

/// Conditions on responses; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeedbackFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// The feature.
    pub feature: Option<FeatureId>,
    /// The release that the response names.
    pub release: Option<ReleaseId>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The segment that the response counts for.
    pub segment: Option<SegmentId>,
    /// The scale.
    pub scale: Option<ScaleId>,
    /// The lowest and the highest level of the rating, inclusive.
    pub levels: (Option<i32>, Option<i32>),
    /// Channel through which the response came.
    pub channel: Option<String>,
    /// Time of the response.
    pub occurred_at: Option<Range<DateTime<Utc>>>,
    /// Day of the response, in the time zone of the product.
    pub day: Option<Range<NaiveDate>>,
    /// Time at which the response was stored.
    pub received_at: Option<Range<DateTime<Utc>>>,
    /// Time at which the response was stored or last changed.
    pub updated_at: Option<Range<DateTime<Utc>>>,
    /// Whether the response has a rating.
    pub rated: Option<bool>,
    /// Whether the response has a comment.
    pub has_comment: Option<bool>,
    /// Whether the response counts for scores.
    pub counted: Option<bool>,
}

sorts! {
    /// Sort fields of responses. IDs are in the order in which responses were stored; the time of the last change is
    /// an expression (`sort_value`).
    FeedbackSort: ReceivedAt Descending {
        OccurredAt = OccurredAt,
        ReceivedAt = Id,
        UpdatedAt = ReceivedAt,
    }
}

/// The levels of a scale for ratings of a filter.
pub(crate) fn levels(
    scale: Option<&scale::Model>,
    (min, max): (Option<f64>, Option<f64>),
) -> Result<(Option<i32>, Option<i32>), Error> {
    if let (Some(min), Some(max)) = (min, max)
        && max < min
    {
        let reason =
            format!("is {max}, less than minRating ({min}); send a higher maxRating or a lower minRating");
        return Err(Error::invalid("filter.maxRating", reason));
    }
    let bound = |field: &str, rating: Option<f64>| match (rating, scale) {
        (None, _) => Ok(None),
        (Some(rating), Some(scale)) => Ok(Some(level(scale, rating)?)),
        (Some(_), None) => Err(Error::invalid(field, "requires `scale`; send a scale too, or omit it")),
    };
    Ok((bound("filter.minRating", min)?, bound("filter.maxRating", max)?))
}

impl Responses {
    /// The responses of a feature have an index by time; other lists use the primary key.
    fn order_or_default(&self) -> Order<FeedbackSort> {
        let field = match self.feature {
            Some(_) => FeedbackSort::OccurredAt,
            None => FeedbackSort::ReceivedAt,
        };
        self.order.unwrap_or(Order { field, direction: Direction::Descending })
    }
}

impl List for Responses {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reads_within(self.only)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.occurredAt", self.filter.occurred_at)?;
        range::check("filter.day", self.filter.day)?;
        range::check("filter.receivedAt", self.filter.received_at)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let with = |column: Column, yes: bool| match yes {
            true => column.is_not_null(),
            false => column.is_null(),
        };
        let FeedbackFilter { product, feature, release, customer, segment, scale, .. } = &self.filter;
        let FeedbackFilter { levels, channel, occurred_at, day, received_at, updated_at, .. } = &self.filter;
        let FeedbackFilter { rated, has_comment, counted, .. } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(self.feature, |query, feature| query.filter(Column::FeatureId.eq(feature)))
            .apply_if(*feature, |query, feature| query.filter(Column::FeatureId.eq(feature)))
            .apply_if(self.release, |query, release| query.filter(Column::ReleaseId.eq(release)))
            .apply_if(*release, |query, release| query.filter(Column::ReleaseId.eq(release)))
            .apply_if(self.customer, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(*customer, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.only, |query, customer| query.filter(Column::CustomerId.eq(customer)))
            .apply_if(self.known_error, |query, id| {
                let linked = known_error_feedback::Entity::owned_by(organization)
                    .filter(known_error_feedback::Column::KnownErrorId.eq(id))
                    .select_only()
                    .column(known_error_feedback::Column::FeedbackId);
                query.filter(Column::Id.in_subquery(linked.into_query()))
            })
            .apply_if(*segment, |query, segment| query.filter(Column::SegmentId.eq(segment)))
            .apply_if(*scale, |query, scale| query.filter(Column::ScaleId.eq(scale)))
            .apply_if(levels.0, |query, level| query.filter(Column::Level.gte(level)))
            .apply_if(levels.1, |query, level| query.filter(Column::Level.lte(level)))
            .apply_if(channel.as_ref(), |query, channel| {
                query.filter(Column::Channel.is_in(text::forms(channel)))
            })
            .apply_if(*occurred_at, |query, range| query.filter(range.holds(Column::OccurredAt)))
            .apply_if(*day, |query, range| query.filter(range.holds(Column::Day)))
            .apply_if(*received_at, |query, range| query.filter(received(range)))
            .apply_if(*updated_at, |query, range| query.filter(updated(range)))
            .apply_if(*rated, |query, yes| query.filter(with(Column::Level, yes)))
            .apply_if(*has_comment, |query, yes| query.filter(with(Column::Comment, yes)))
            .apply_if(*counted, |query, counted| query.filter(Column::Counted.eq(counted)))
    }

    fn read(row: &QueryResult) -> Result<Model, DbErr> {
        Ok(ByPosition::from_query_result(row, "")?.0)
    }

    fn order(&self) -> (Column, Direction) {
        self.order_or_default().column()
    }

    fn sort_value(&self) -> Expr {
        match self.order_or_default().field {
            FeedbackSort::UpdatedAt => {
                Func::coalesce([Column::ChangedAt.into_expr(), Column::ReceivedAt.into_expr()]).into()
            }
            _ => Expr::col((Entity, self.order().0)),
        }
    }

    fn sort_value_of(&self, row: &Model) -> Value {
        match self.order_or_default().field {
            FeedbackSort::UpdatedAt => row.changed_at.unwrap_or(row.received_at).into(),
            // Also where they are sorted by ID: the cursor then fits a list that is sorted by time.
            _ => row.occurred_at.into(),
        }
    }
}

/// The maximum time by which a clock may be set back between the time of a response and the creation of its ID.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::hours(1);

/// The condition that a response was stored within a range. IDs are created after `received_at`, so earlier IDs need
/// not be read: the responses of the last hours are the end of the primary key.
fn received(range: Range<DateTime<Utc>>) -> Condition {
    let first = range.from.map(|from| Column::Id.gte(FeedbackId(first_id(from - CLOCK_TOLERANCE))));
    range.holds(Column::ReceivedAt).add_option(first)
}

/// The condition that a response was stored or last changed within a range.
fn updated(range: Range<DateTime<Utc>>) -> Condition {
    let never_changed = received(range).add(Column::ChangedAt.is_null());
    let changed = range.holds(Column::ChangedAt).add(Column::ChangedAt.is_not_null());
    Condition::any().add(never_changed).add(changed)
}

/// The smallest UUID of version 7 in the millisecond of a time.
fn first_id(at: DateTime<Utc>) -> Uuid {
    let milliseconds = Ord::min(u64::try_from(at.timestamp_millis()).unwrap_or(0), (1 << 48) - 1);
    Uuid::from_u128(u128::from(milliseconds) << 80)
}
