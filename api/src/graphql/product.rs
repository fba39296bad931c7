//! Products.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection};
use ballroom_entity::{
    id::{FeatureId, OrganizationId, ProductId},
    product::{Column, Entity, Model},
};
use sea_orm::{QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    alert::{self, IncidentAlert},
    answers::{Answers, FeedbackFilter, FeedbackOrder},
    distribution::{self, RatingDistribution},
    fault::Fault,
    feature::{Feature, FeatureFilter, FeatureOrder, Features},
    feedback::Feedback,
    forecast::{self, Forecast},
    incident::Incident,
    incidents::{IncidentFilter, IncidentOrder, Incidents},
    iteration::{Iteration, IterationFilter, IterationOrder, Iterations},
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Direction, Paged, Sort, Total, connection},
    payload::{payload, payloads},
    range::{self, Range, TimeRangeInput},
    regression::{self, ChangePoint},
    release::{Release, ReleaseFilter, ReleaseOrder, Releases},
    scalar::{Date, DateTime, PeriodInput, Reference, id},
    timeline::{self, Timeline, TimelineStep},
    trend::{self, TrendPoint, TrendStep},
    value::{self, StandardFigure, Value, ValueReport},
};
use crate::{
    domain::{
        product::{self, NewProduct, ProductChanges},
        sent::Nulls,
    },
    store::holds,
};

/// A product: what releases are versions of and features belong to.
#[derive(Description)]
pub struct Product(pub Model);

#[Object(use_type_description)]
impl Product {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The name that files and URLs use; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is for; null if nobody said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The IANA time zone that decides what a day is, for its answers, incidents and releases.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The environments whose deployments ship a release: one that succeeded in any of them ships a planned release. Not
    /// for customers.
    async fn ships_to(&self, ctx: &Context<'_>) -> Result<Vec<&str>, Fault> {
        ctx.is_inside()?;
        Ok(product::ships_to(&self.0))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its features, by key.
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
        let features = Features::of(ctx, Some(self.0.id), filter, order_by).await?;
        connection(ctx, features, (first, after, last, before), Feature).await
    }

    /// Its releases, the one made last first.
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
        let releases = Releases::of(Some(self.0.id), filter, order_by);
        connection(ctx, releases, (first, after, last, before), Release).await
    }

    /// Its iterations, the last first.
    async fn iterations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which iterations to return; all by default.")] filter: Option<IterationFilter>,
        #[graphql(desc = "Sort order; the last iteration first by default.")] order_by: Option<
            IterationOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Iteration, Total>, Fault> {
        let iterations = Iterations::of(self.0.id, filter, order_by);
        connection(ctx, iterations, (first, after, last, before), Iteration).await
    }

    /// All answers about it and its features, the one received last first.
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
        let answers = Answers { product: Some(self.0.id), ..Answers::default() };
        answers.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// Its incidents, the one opened last first.
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
        let incidents = Incidents { product: Some(self.0.id), ..Incidents::default() };
        incidents.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// The value of it as a whole, as of the end of each of a series of days: each point as it could be known then.
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
        let asked = trend::Asked { period, step, value_days, release, segment };
        trend::of(ctx, &self.0, FeatureId::NONE, asked).await
    }

    /// What happened to it over time: answers, value, standard figures, incidents and releases, for a chart in one query. For a
    /// product, with all its features.
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
        timeline::of(ctx, &self.0, FeatureId::NONE, period, step, value_days).await
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
        let asked = forecast::Asked { days, release, release_on, active_customers, as_of };
        forecast::of(ctx, &self.0, FeatureId::NONE, asked).await
    }

    /// What customers value: the perceived value of every feature, the ranked ones from the highest down, then
    /// those with not enough answers.
    async fn value_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days whose answers count; the last 90 if left out.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only answers to this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
        #[graphql(desc = "As it could be known at the end of this day; by default the period's last.")]
        as_of: Option<Date>,
    ) -> Result<ValueReport, Fault> {
        value::report(ctx, &self.0, period, release, segment, as_of).await
    }

    /// Is the product as a whole felt as value? From the answers that name no feature. Null when there are none.
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
        value::of_feature(ctx, &self.0, FeatureId::NONE, period, release, segment, as_of).await
    }

    /// The figures that everybody knows (NPS, CSAT, mean of stars, ...), one for each scale with answers: from the answers
    /// about all its features and those about the product as a whole, each counted once for each feature it names.
    async fn standard_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days whose answers count; the last 90 if left out.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only answers to this release.")] release: Option<Reference>,
        #[graphql(desc = "Only answers of this segment.")] segment: Option<Reference>,
    ) -> Result<Vec<StandardFigure>, Fault> {
        value::figures_of_feature(ctx, &self.0, FeatureId::NONE, period, release, segment).await
    }

    /// How its answers are distributed over the ratings of each scale: answers that count for scores, without those that have
    /// no rating. One entry for each scale with answers; answers about its features are
    /// included, each for the feature that it names.
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
        let asked = distribution::Asked { period, release, segment, scale };
        distribution::of(ctx, &self.0, None, asked).await
    }

    /// The days and weeks in which it, with all its features, or one of its features had more incidents than was to be
    /// expected, whatever release or none they come from; in the order of their last days.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The days on which the days and weeks may end, at most ten years; the last 90 if left out."
        )]
        period: Option<PeriodInput>,
    ) -> Result<Vec<IncidentAlert>, Fault> {
        alert::of(ctx, &self.0, None, period).await
    }

    /// When the experience of the product most likely changed in the last 180 days, and which release is suspect. From
    /// the answers and incidents of all its features and of the product as a whole, each feature compared with itself
    /// only, so that another mix of features is no change; null when too little is known.
    async fn change_point(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As it could be known at the end of this day; today if left out.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<ChangePoint>, Fault> {
        regression::change_point(ctx, &self.0, FeatureId::NONE, as_of).await
    }
}

/// Conditions on products; all that are given must hold.
#[derive(InputObject, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ProductFilter {
    /// Text in the key or name, in any case.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of products.
    ProductOrderField,
    /// Sort order of products.
    ProductOrder: Key Ascending {
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
pub(super) struct Products {
    filter: ProductFilter,
    order: Option<ProductOrder>,
}

impl Paged for Products {
    type Entity = Entity;

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        Entity::owned_by(organization)
            .apply_if(self.filter.text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(self.filter.updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        ProductOrder::sort(self.order)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        ProductOrder::mark(self.order, row)
    }
}

#[derive(Default)]
pub(super) struct ProductQuery;

#[Object]
impl ProductQuery {
    /// A product by exactly one of `product`, `id` and `key`. Null if there is none; `errors` says so.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] product: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
    ) -> Result<Product, Fault> {
        ctx.reports()?;
        let (argument, product) = lookup::named::<ProductId>(product, id, ("key", key))?;
        Ok(Product(super::dimensions(ctx).await?.product(argument, &product)?.clone()))
    }

    /// The organization's products, by key.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which products to return; all by default.")] filter: Option<ProductFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<ProductOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Product, Total>, Fault> {
        let products = Products { filter: filter.unwrap_or_default(), order: order_by };
        connection(ctx, products, (first, after, last, before), Product).await
    }
}

/// The product of an id that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, product: ProductId) -> Result<Product, Fault> {
    Ok(Product(super::row(ctx, product, |dimensions| &dimensions.products).await?))
}

/// A product to make.
#[derive(InputObject)]
struct CreateProductInput {
    /// The name that files and URLs use; unique in the organization, at most 200 characters.
    key: String,
    /// What people call it; its key if left out or null.
    name: MaybeUndefined<String>,
    /// What it is for; null removes it.
    description: MaybeUndefined<String>,
    /// IANA time zone that decides what a day is; UTC if left out or null. It cannot be changed later.
    time_zone: MaybeUndefined<String>,
    /// The environments whose deployments ship a release: a deployment that succeeded in one of them ships a planned
    /// release. production if left out or null; none: deployments ship nothing.
    ships_to: MaybeUndefined<Vec<String>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// What to change of a product; what is left out stays.
#[derive(InputObject)]
struct UpdateProductInput {
    /// The product.
    product: Reference,
    /// A new name.
    name: MaybeUndefined<String>,
    /// A new description; null removes it.
    description: MaybeUndefined<String>,
    /// The environments whose deployments ship a release, instead of those before; none: deployments ship nothing.
    ships_to: MaybeUndefined<Vec<String>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The product as it is now.
    ProductPayload {
        /// The product.
        product: Product,
        /// What the mutation did with the input; null after an update.
        outcome: Option<Outcome>,
        /// Those whose key is much like the one that was made now: another case, another space, a slip. Look whether both
        /// are meant.
        alike: Vec<Product>,
    }
}

#[derive(Default)]
pub(super) struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Makes a product. The same key again takes what is newly said of it; its time zone cannot change.
    async fn create_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateProductInput,
    ) -> Result<ProductPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewProduct {
                key: input.key,
                name: nulls.note("name", super::given(input.name)),
                description: nulls.note("description", super::given(input.description)),
                time_zone: nulls.note("timeZone", super::given(input.time_zone)),
                ships_to: nulls.note("shipsTo", super::given(input.ships_to)),
                nulls,
            };
            let (product, outcome) = product::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
            let dimensions = ctx.store().dimensions(product.organization_id).await?;
            let alike = outcome.alike(&product.key, dimensions.products.values(), |row| &row.key);
            let alike = alike.into_iter().map(Product).collect();
            Ok(ProductPayload::done(Product(product), Some(outcome.into()), alike))
        })
        .await
    }

    /// Changes what is said of a product.
    async fn update_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateProductInput,
    ) -> Result<ProductPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let changes = ProductChanges {
                name: super::kept("name", input.name)?,
                description: super::given(input.description),
                ships_to: super::kept("shipsTo", input.ships_to)?,
            };
            let product = product::update(ctx.store(), by, &input.product.0, changes, ctx.now()).await?;
            Ok(ProductPayload::done(Product(product), None, Vec::new()))
        })
        .await
    }
}
