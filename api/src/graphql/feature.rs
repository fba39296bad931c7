//! Features.

use async_graphql::{
    Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::{
    feature::{Column, Entity, FeatureLifecycle as Stored, Model},
    id::{FeatureId, OrganizationId, ProductId},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    fault::Fault,
    feedback::{Answers, Feedback},
    forecast::{self, Forecast},
    incident::{Incident, IncidentState, Incidents},
    page::{Direction, Paged, Sort, Total, connection},
    product::{self, Product},
    regression::{self, ChangePoint},
    scalar::{PeriodInput, Reference, id, parse},
    trend::{self, TrendPoint, TrendStep},
    value::{self, StandardFigure, Value},
};
use crate::domain::feature::{self, FeatureChanges, NewFeature};

/// A capability that customers perceive.
pub struct Feature(pub Model);

/// Where a feature is in its life.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::feature::FeatureLifecycle")]
enum FeatureLifecycle {
    /// Announced or being built; customers cannot use it yet.
    Planned,
    /// Customers use it.
    Live,
    /// Taken away.
    Retired,
}

#[Object]
impl Feature {
    /// Its id.
    async fn id(&self) -> ID {
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

    /// The team that owns it; null if nobody said.
    async fn team(&self) -> Option<&str> {
        self.0.team.as_deref()
    }

    /// The product that it belongs to.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// The answers about it, the latest first.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let answers =
            Answers { product: Some(self.0.product_id), feature: Some(self.0.id), ..Answers::default() };
        connection(ctx, answers, (first, after, last, before), Feedback).await
    }

    /// The incidents that hurt it, the one opened last first.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only open ones, or only resolved ones.")] state: Option<IncidentState>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        let incidents = Incidents { product: Some(self.0.product_id), feature: Some(self.0.id), state };
        connection(ctx, incidents, (first, after, last, before), Incident).await
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
        as_of: Option<NaiveDate>,
    ) -> Result<Option<Value>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        value::of_feature(ctx, &product.0, self.0.id, period, release, segment, as_of).await
    }

    /// The value of it, as of the end of each of a series of days: each point as it could be known then.
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "No point lies before this day; 91 days before `to` if left out.")] from: Option<
            NaiveDate,
        >,
        #[graphql(desc = "The day of the last point; today if left out.")] to: Option<NaiveDate>,
        #[graphql(default, desc = "How far apart the points lie; at most 400 points.")] step: TrendStep,
        #[graphql(default = 90, desc = "Length in days of each point's period, 1 to 3660.")] days: i32,
        #[graphql(desc = "Only answers to this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
    ) -> Result<Vec<TrendPoint>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        let asked = trend::Asked { from, to, step, days, release, segment };
        trend::of(ctx, &product.0, self.0.id, asked).await
    }

    /// How many incidents to expect over the next days, and what a planned release adds. Null while nothing is known.
    async fn forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 28, desc = "How many days, 1 to 366.")] days: i32,
        #[graphql(desc = "A planned release: the day for which it is planned is reckoned with.")]
        release: Option<Reference>,
        #[graphql(desc = "Instead of `release`: the day of a release that is not entered yet.")]
        release_on: Option<NaiveDate>,
        #[graphql(desc = "The active customers expected on each day; as many as lately if left out.")]
        active_customers: Option<Vec<f64>>,
        #[graphql(desc = "As it could be known at the end of this day; today if left out.")] as_of: Option<
            NaiveDate,
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

    /// When the experience of it most likely changed in the last 180 days, and which release is suspect. Null
    /// when too little is known.
    async fn change_point(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As it could be known at the end of this day; today if left out.")] as_of: Option<
            NaiveDate,
        >,
    ) -> Result<Option<ChangePoint>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        regression::change_point(ctx, &product.0, self.0.id, as_of).await
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Features {
    pub(super) product: Option<ProductId>,
}

impl Paged for Features {
    type Entity = Entity;

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        Entity::owned_by(organization)
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        (Column::Key, Sort::Text, Direction::Ascending)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        (row.key.clone(), row.id.0)
    }
}

/// The feature of an id that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, feature: FeatureId) -> Result<Feature, Fault> {
    let found = super::dimensions(ctx).await?.features.get(&feature).cloned();
    found.map(Feature).ok_or_else(|| super::gone("feature", feature))
}

#[derive(Default)]
pub(super) struct FeatureQuery;

#[Object]
impl FeatureQuery {
    /// A feature, by its id, or by its key within a product.
    async fn feature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id, or its key if the product is given too.")] feature: Reference,
        #[graphql(desc = "The product in which to look for a key.")] product: Option<Reference>,
    ) -> Result<Feature, Fault> {
        ctx.reads()?;
        match product {
            None => of(ctx, parse("feature", &ID(feature.0))?).await,
            Some(product) => {
                let dimensions = super::dimensions(ctx).await?;
                let product = dimensions.product("product", &product.0)?.id;
                Ok(Feature(dimensions.feature(product, "feature", &feature.0)?.clone()))
            }
        }
    }

    /// The features of all products, by key.
    async fn features(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Feature, Total>, Fault> {
        connection(ctx, Features { product: None }, (first, after, last, before), Feature).await
    }
}

/// A feature to make.
#[derive(InputObject)]
struct CreateFeatureInput {
    /// The product.
    product: Reference,
    /// The name that files use; unique in the product, at most 200 characters.
    key: String,
    /// What people call it; the key if left out.
    name: Option<String>,
    /// What it does for the customer.
    description: Option<String>,
    /// Where it is in its life; LIVE if left out.
    lifecycle: Option<FeatureLifecycle>,
    /// The team that owns it.
    team: Option<String>,
}

/// What to change of a feature; what is left out stays.
#[derive(InputObject)]
struct UpdateFeatureInput {
    /// The feature.
    feature_id: ID,
    /// A new name.
    name: Option<String>,
    /// A new description; null removes it.
    description: MaybeUndefined<String>,
    /// Where it is in its life now.
    lifecycle: Option<FeatureLifecycle>,
    /// The team that owns it now; null removes it.
    team: MaybeUndefined<String>,
}

/// The feature as it is now.
#[derive(SimpleObject)]
struct FeaturePayload {
    /// The feature.
    feature: Feature,
}

#[derive(Default)]
pub(super) struct FeatureMutation;

#[Object]
impl FeatureMutation {
    /// Makes a feature. The same again returns what is there.
    async fn create_feature(
        &self,
        ctx: &Context<'_>,
        input: CreateFeatureInput,
    ) -> Result<FeaturePayload, Fault> {
        let CreateFeatureInput { product, key, name, description, lifecycle, team } = input;
        let lifecycle = lifecycle.map(Stored::from);
        let new = NewFeature { product: product.0, key, name, description, lifecycle, team };
        let feature = feature::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
        Ok(FeaturePayload { feature: Feature(feature) })
    }

    /// Changes what is said of a feature.
    async fn update_feature(
        &self,
        ctx: &Context<'_>,
        input: UpdateFeatureInput,
    ) -> Result<FeaturePayload, Fault> {
        let changes = FeatureChanges {
            name: input.name,
            description: super::given(input.description),
            lifecycle: input.lifecycle.map(Stored::from),
            team: super::given(input.team),
        };
        let id = parse("featureId", &input.feature_id)?;
        let feature = feature::update(ctx.store(), ctx.manages()?, id, changes, ctx.now()).await?;
        Ok(FeaturePayload { feature: Feature(feature) })
    }
}
