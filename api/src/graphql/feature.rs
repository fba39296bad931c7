//! Features.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, connection::Connection,
};
use ballroom_entity::{
    feature::{Column, Entity, FeatureLifecycle as Stored, Model},
    id::{FeatureId, OrganizationId, ProductId, TeamId},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    alert::{self, IncidentAlert},
    answers::{Answers, FeedbackFilter, FeedbackOrder},
    distribution::{self, RatingDistribution},
    exposures::{DailyExposure, ExposureFilter, ExposureOrder, Exposures},
    fault::Fault,
    feedback::Feedback,
    forecast::{self, Forecast},
    incident::Incident,
    incidents::{IncidentFilter, IncidentOrder, Incidents},
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Both, Direction, Paged, Sort, Total, connection},
    payload::{payload, payloads},
    product::{self, Product},
    range::{self, Range, TimeRangeInput},
    regression::{self, ChangePoint},
    release::{Release, ReleaseFilter, ReleaseOrder, Releases},
    scalar::{Date, DateTime, PeriodInput, Reference, id},
    team::{self, Team},
    timeline::{self, Timeline, TimelineStep},
    trend::{self, TrendPoint, TrendStep},
    value::{self, StandardFigure, Value},
};
use crate::{
    domain::{
        feature::{self, FeatureChanges, NewFeature},
        sent::Nulls,
    },
    store::holds,
};

/// A capability that customers perceive.
#[derive(Description)]
pub struct Feature(pub Model);

/// Where a feature is in its life.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::feature::FeatureLifecycle")]
pub(super) enum FeatureLifecycle {
    /// Announced or being built; customers cannot use it yet.
    Planned,
    /// Customers use it.
    Live,
    /// Taken away.
    Retired,
}

#[Object(use_type_description)]
impl Feature {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The name that files use; unique in the product.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it does for the customer; null if nobody said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Where it is in its life.
    async fn lifecycle(&self) -> FeatureLifecycle {
        self.0.lifecycle.into()
    }

    /// The team that owns it; null if nobody said. Not for customers.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>, Fault> {
        ctx.is_inside()?;
        team::of(ctx, self.0.team_id).await
    }

    /// The product that it belongs to.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The answers about it, the latest first.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeedbackFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<FeedbackOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let answers =
            Answers { product: Some(self.0.product_id), feature: Both::at(self.0.id), ..Answers::default() };
        answers.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// The incidents that hurt it, the one opened last first.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<IncidentOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        let incidents = Incidents {
            product: Some(self.0.product_id),
            feature: Both::at(self.0.id),
            ..Incidents::default()
        };
        incidents.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// The releases that touch it, the one entered last first.
    async fn releases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ReleaseFilter>,
        #[graphql(desc = "Sort order; the one created last first by default.")] order_by: Option<
            ReleaseOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Release, Total>, Fault> {
        let releases = Releases::of(Some(self.0.product_id), filter, order_by).touching(self.0.id);
        connection(ctx, releases, (first, after, last, before), Release).await
    }

    /// How many customers used it, by day and segment, the latest day first.
    async fn exposure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ExposureFilter>,
        #[graphql(desc = "Sort order; the latest day first by default.")] order_by: Option<ExposureOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, DailyExposure, Total>, Fault> {
        let exposures = Exposures::of_feature(self.0.product_id, self.0.id);
        exposures.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// Is it felt as value? The perceived value, 0 to 100, with its uncertainty and its reasons. Null when the
    /// segment asked for has no answers anywhere.
    async fn value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days whose answers count; the last 90 if left out.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only answers to this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
        #[graphql(desc = "As it could be known at the end of this day; by default the period's last.")]
        as_of: Option<Date>,
    ) -> Result<Option<Value>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        value::of_feature(ctx, &product.0, self.0.id, period, release, segment, as_of).await
    }

    /// The value of it, as of the end of each of a series of days: each point as it could be known then.
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Days of the points; the last point lies on the last day. The last 92 days by default, today included."
        )]
        period: Option<PeriodInput>,
        #[graphql(default, desc = "How far apart the points lie; at most 400 points.")] step: TrendStep,
        #[graphql(default = 90, desc = "Length in days of the period of each point's `value`, 1 to 3660.")]
        value_days: i32,
        #[graphql(desc = "Only answers to this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
    ) -> Result<Vec<TrendPoint>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        let asked = trend::Asked { period, step, value_days, release, segment };
        trend::of(ctx, &product.0, self.0.id, asked).await
    }

    /// What happened to it over time: answers, value, standard figures, incidents and releases, for a chart in one query.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days to show; the last 90 if left out. At most 400 points.")] period: Option<
            PeriodInput,
        >,
        #[graphql(default, desc = "Length of each point.")] step: TimelineStep,
        #[graphql(default = 90, desc = "Length in days of the period of each point's `value`, 1 to 3660.")]
        value_days: i32,
    ) -> Result<Timeline, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        timeline::of(ctx, &product.0, self.0.id, period, step, value_days).await
    }

    /// How many incidents to expect over the next days, and what a planned release adds. Null while nothing is known.
    async fn forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 28, desc = "How many days, 1 to 366.")] days: i32,
        #[graphql(desc = "A planned release: the day for which it is planned is reckoned with.")]
        release: Option<Reference>,
        #[graphql(desc = "Instead of `release`: the day of a release that is not entered yet.")]
        release_on: Option<Date>,
        #[graphql(desc = "The active customers expected on each day; as many as lately if left out.")]
        active_customers: Option<Vec<f64>>,
        #[graphql(desc = "As it could be known at the end of this day; today if left out.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<Forecast>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        let asked = forecast::Asked { days, release, release_on, active_customers, as_of };
        forecast::of(ctx, &product.0, self.0.id, asked).await
    }

    /// The figures that everybody knows (NPS, CSAT, mean of stars, ...), one for each scale with answers.
    async fn standard_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days whose answers count; the last 90 if left out.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only answers to this release.")] release: Option<Reference>,
        #[graphql(desc = "Only answers of this segment.")] segment: Option<Reference>,
    ) -> Result<Vec<StandardFigure>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        value::figures_of_feature(ctx, &product.0, self.0.id, period, release, segment).await
    }

    /// How its answers are distributed over the ratings of each scale: answers that count for scores, without those that have
    /// no rating. One entry for each scale with answers.
    async fn rating_distribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days whose answers count; the last 90 if left out.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only answers that name this release.")] release: Option<Reference>,
        #[graphql(desc = "Only answers of this segment.")] segment: Option<Reference>,
        #[graphql(desc = "Only answers on this scale.")] scale: Option<Reference>,
    ) -> Result<Vec<RatingDistribution>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        let asked = distribution::Asked { period, release, segment, scale };
        distribution::of(ctx, &product.0, Some(self.0.id), asked).await
    }

    /// The days and weeks in which it had more incidents than was to be expected, whatever release or none they come
    /// from; in the order of their last days.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The days on which the days and weeks may end, at most ten years; the last 90 if left out."
        )]
        period: Option<PeriodInput>,
    ) -> Result<Vec<IncidentAlert>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        alert::of(ctx, &product.0, Some(self.0.id), period).await
    }

    /// When the experience of it most likely changed in the last 180 days, and which release is suspect. Null
    /// when too little is known.
    async fn change_point(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As it could be known at the end of this day; today if left out.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<ChangePoint>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        regression::change_point(ctx, &product.0, self.0.id, as_of).await
    }
}

/// Which features are wanted: all that is given must hold.
#[derive(InputObject, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeatureFilter {
    /// In one of these stages of life.
    lifecycle: Option<Vec<FeatureLifecycle>>,
    /// Owned by this team: its ID or key.
    team: Option<Reference>,
    /// With this text in the key or the name, whatever the case of its letters.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of features.
    FeatureOrderField,
    /// Sort order of features.
    FeatureOrder: Key Ascending {
        /// Unique key.
        Key = (Key, Text, |row| row.key.clone()),
        /// Display name.
        Name = (Name, Text, |row| row.name.clone()),
        /// Time of creation.
        CreatedAt = (Id, Id, |_| String::new()),
        /// Time of creation or of the last change.
        UpdatedAt = (UpdatedAt, Moment, |row| row.updated_at.to_rfc3339()),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Features {
    pub(super) product: Option<ProductId>,
    team: Both<TeamId>,
    filter: Option<FeatureFilter>,
    order: Option<FeatureOrder>,
}

impl Features {
    /// Those of a product, or all.
    pub(super) async fn of(
        ctx: &Context<'_>,
        product: Option<ProductId>,
        filter: Option<FeatureFilter>,
        order: Option<FeatureOrder>,
    ) -> Result<Self, Fault> {
        ctx.reports()?;
        let team = match filter.as_ref().and_then(|filter| filter.team.as_ref()) {
            Some(team) => Some(super::dimensions(ctx).await?.team("filter.team", &team.0)?.id),
            None => None,
        };
        Ok(Self { product, team: Both::default().and(team), filter, order })
    }

    /// Those that a team owns.
    pub(super) fn of_team(self, team: TeamId) -> Self {
        Self { team: Both::at(team).and(self.team.all().next()), ..self }
    }
}

impl Paged for Features {
    type Entity = Entity;

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.updatedAt", self.filter.as_ref().and_then(|filter| filter.updated_at))
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let filter = self.filter.as_ref();
        let lifecycle = filter.and_then(|filter| filter.lifecycle.as_ref());
        self.team
            .all()
            .fold(Entity::owned_by(organization), |query, team| query.filter(Column::TeamId.eq(team)))
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(lifecycle, |query, stages| {
                query.filter(Column::Lifecycle.is_in(stages.iter().copied().map(Stored::from)))
            })
            .apply_if(filter.and_then(|filter| filter.updated_at), |query, range| {
                query.filter(range.holds(Column::UpdatedAt))
            })
            .apply_if(filter.and_then(|filter| filter.text.as_ref()), |query, text| query.filter(holds(text)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        FeatureOrder::sort(self.order)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        FeatureOrder::mark(self.order, row)
    }
}

/// The feature of an id that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, feature: FeatureId) -> Result<Feature, Fault> {
    Ok(Feature(super::row(ctx, feature, |dimensions| &dimensions.features).await?))
}

#[derive(Default)]
pub(super) struct FeatureQuery;

#[Object]
impl FeatureQuery {
    /// A feature by exactly one of `feature`, `id` and `key`. Null if there is none; `errors` says so.
    async fn feature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] feature: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
        #[graphql(desc = "Product of the feature; needed for a key that several products have.")]
        product: Option<Reference>,
    ) -> Result<Feature, Fault> {
        ctx.reports()?;
        let (argument, feature) = lookup::named::<FeatureId>(feature, id, ("key", key))?;
        let dimensions = super::dimensions(ctx).await?;
        let product = product.map(|product| dimensions.product("product", &product.0)).transpose()?;
        Ok(Feature(dimensions.feature_in(product.map(|product| product.id), argument, &feature)?.clone()))
    }

    /// The features of all products, by key.
    async fn features(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeatureFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<FeatureOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feature, Total>, Fault> {
        let features = Features::of(ctx, None, filter, order_by).await?;
        connection(ctx, features, (first, after, last, before), Feature).await
    }
}

/// A feature to make.
#[derive(InputObject)]
struct CreateFeatureInput {
    /// The product.
    product: Reference,
    /// The name that files use; unique in the product, at most 200 characters.
    key: String,
    /// What people call it; its key if left out or null.
    name: MaybeUndefined<String>,
    /// What it does for the customer; null removes it.
    description: MaybeUndefined<String>,
    /// Where it is in its life; LIVE if left out or null.
    lifecycle: MaybeUndefined<FeatureLifecycle>,
    /// The team that owns it, by ID or key; null: none.
    team: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// What to change of a feature; what is left out stays.
#[derive(InputObject)]
struct UpdateFeatureInput {
    /// ID or key of the feature.
    feature: Reference,
    /// Product of the feature; needed for a key that several products have.
    product: Option<Reference>,
    /// A new name.
    name: MaybeUndefined<String>,
    /// A new description; null removes it.
    description: MaybeUndefined<String>,
    /// Where it is in its life now.
    lifecycle: MaybeUndefined<FeatureLifecycle>,
    /// The team that owns it now, by ID or key; null: none.
    team: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The feature as it is now.
    FeaturePayload {
        /// The feature.
        feature: Feature,
        /// What the mutation did with the input; null after an update.
        outcome: Option<Outcome>,
        /// Those whose key is much like the one that was made now: another case, another space, a slip. Look whether both
        /// are meant.
        alike: Vec<Feature>,
    }
}

#[derive(Default)]
pub(super) struct FeatureMutation;

#[Object]
impl FeatureMutation {
    /// Makes a feature. The same key again takes what is newly said of it.
    async fn create_feature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateFeatureInput,
    ) -> Result<FeaturePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewFeature {
                product: input.product.0,
                key: input.key,
                name: nulls.note("name", super::given(input.name)),
                description: nulls.note("description", super::given(input.description)),
                lifecycle: nulls.note("lifecycle", super::given(input.lifecycle)).map(Stored::from),
                team: nulls.note("team", super::given(input.team)).map(|team| team.0),
                nulls,
            };
            let (feature, outcome) = feature::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
            let dimensions = ctx.store().dimensions(feature.organization_id).await?;
            let of_product = dimensions.features.values().filter(|row| row.product_id == feature.product_id);
            let alike = outcome.alike(&feature.key, of_product, |row| &row.key);
            let alike = alike.into_iter().map(Feature).collect();
            Ok(FeaturePayload::done(Feature(feature), Some(outcome.into()), alike))
        })
        .await
    }

    /// Changes what is said of a feature.
    async fn update_feature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateFeatureInput,
    ) -> Result<FeaturePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let changes = FeatureChanges {
                name: super::kept("name", input.name)?,
                description: super::given(input.description),
                lifecycle: super::kept("lifecycle", input.lifecycle)?.map(Stored::from),
                team: super::given(input.team).map(|given| given.map(|team| team.0)),
            };
            let id = lookup::feature(ctx, &input.feature, input.product.as_ref()).await?;
            let feature = feature::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(FeaturePayload::done(Feature(feature), None, Vec::new()))
        })
        .await
    }
}
