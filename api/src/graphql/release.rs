//! Releases.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, connection::Connection,
};
use ballroom_entity::{
    feedback_daily,
    id::{FeatureId, OrganizationId, ProductId, ReleaseId},
    release::{Column, Entity, Model, ReleaseLifecycle as Stored},
    release_feature,
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::{
    Asking,
    actor::{self, Actor},
    answers::{Answers, FeedbackFilter, FeedbackOrder},
    deployment::Deployment,
    distribution::{self, RatingDistribution},
    fault::Fault,
    feature::{self, Feature},
    feedback::Feedback,
    incident::Incident,
    incidents::{IncidentFilter, IncidentOrder, Incidents},
    load::{DeploymentsOf, TouchedBy},
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Both, Direction, Paged, Sort, Total},
    payload::{payload, payloads},
    product::{self, Product},
    range::{self, DateRangeInput, Range, TimeRangeInput},
    regression::{self, Regression},
    scalar::{Date, DateTime, PeriodInput, Reference, id},
};
use crate::{
    domain::{
        product::today,
        release::{self, NewRelease, ReleaseChanges, TouchedFeature},
        sent::Nulls,
    },
    store::holds,
};

/// A version of a product.
#[derive(Description)]
pub struct Release(pub Model);

/// Where a release is in its life.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::release::ReleaseLifecycle")]
pub(super) enum ReleaseLifecycle {
    /// Not with customers yet.
    Planned,
    /// With customers.
    Released,
    /// Was with customers and has been taken back.
    Withdrawn,
}

/// What the first day of a release rests on.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum FirstDayBasis {
    /// Somebody said when customers got it.
    Declared,
    /// Nobody said. It is the first day on which 5 of its answers lie within 7 days, or on which it has a twentieth of
    /// the product's answers of 7 days that name a release; until then the day of its first answer, and no verdict.
    Inferred,
}

/// What a release does to a feature.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::release_feature::FeatureChange")]
enum FeatureChange {
    /// It is new.
    Added,
    /// It works differently.
    Changed,
    /// A defect is mended.
    Fixed,
    /// It is gone.
    Removed,
}

/// A feature that a release touches.
#[derive(Description)]
struct ReleaseFeature {
    feature: FeatureId,
    change: FeatureChange,
}

#[Object(use_type_description)]
impl ReleaseFeature {
    /// The feature.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Feature, Fault> {
        feature::of(ctx, self.feature).await
    }

    /// What the release does to it.
    async fn change(&self) -> FeatureChange {
        self.change
    }
}

#[Object(use_type_description)]
impl Release {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The version: a text, never a number (12.10 is not 12.1). Unique in the product.
    async fn version(&self) -> &str {
        &self.0.version
    }

    /// What it is called besides its version; null if nothing.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// What changed, in words; null if nobody said. Not for customers.
    async fn notes(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.notes.as_deref())
    }

    /// Where it is in its life. One that was only planned and that answers name is with customers.
    async fn lifecycle(&self, ctx: &Context<'_>) -> Result<ReleaseLifecycle, Fault> {
        match self.0.lifecycle {
            Stored::Planned if first_day(ctx, &self.0).await?.is_some() => Ok(ReleaseLifecycle::Released),
            stored => Ok(stored.into()),
        }
    }

    /// The day it is meant to ship; null if none is set. Not for customers.
    async fn planned_for(&self, ctx: &Context<'_>) -> Result<Option<Date>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.planned_for.map(Into::into))
    }

    /// The day since which it is with customers, in the product's time zone: as somebody said, else as its answers show
    /// (`firstDayBasis`). Null while it is planned and no answer names it.
    async fn released_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, Fault> {
        Ok(first_day(ctx, &self.0).await?.map(|(day, _)| day.into()))
    }

    /// What `releasedOn` rests on; null where that is null.
    async fn first_day_basis(&self, ctx: &Context<'_>) -> Result<Option<FirstDayBasis>, Fault> {
        Ok(first_day(ctx, &self.0).await?.map(|(_, basis)| basis))
    }

    /// How many states of it there have been: 1 when it was entered.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// When customers got it, as somebody said; of one that only answers told of, the moment of the first. Null while
    /// nobody said.
    async fn released_at(&self) -> Option<DateTime> {
        self.0.released_at.map(Into::into)
    }

    /// When it was taken back; null if it was not.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(Into::into)
    }

    /// Who entered it; null if only responses name it, or if this was not recorded. Not for customers.
    async fn planned_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.planned_by)
    }

    /// Who shipped it the last time; null if nobody did, or if this was not recorded. Not for customers.
    async fn shipped_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.shipped_by)
    }

    /// Who withdrew it; null if it is not withdrawn, or if this was not recorded. Not for customers.
    async fn withdrawn_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.withdrawn_by)
    }

    /// Whether nobody entered it: it was made from answers that named it.
    async fn inferred(&self) -> bool {
        self.0.inferred
    }

    /// When it was entered. Not for customers.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        ctx.is_inside()?;
        Ok(Some(self.0.created_at.into()))
    }

    /// When it was entered or last changed. Not for customers.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        ctx.is_inside()?;
        Ok(Some(self.0.updated_at.into()))
    }

    /// The product that it is a version of.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The release that it was made from; null if nobody said. What went before is compared along this line.
    /// Not for customers.
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        ctx.is_inside()?;
        match self.0.previous_release_id {
            Some(previous) => Ok(Some(of(ctx, previous).await?)),
            None => Ok(None),
        }
    }

    /// The features that it touches, by key. Not for customers.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<ReleaseFeature>, Fault> {
        ctx.is_inside()?;
        let mut touched = ctx.load().load_one(TouchedBy(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        touched.sort_by_key(|row| dimensions.features.get(&row.feature_id).map(|feature| &feature.key));
        Ok(touched
            .into_iter()
            .map(|row| ReleaseFeature { feature: row.feature_id, change: row.change.into() })
            .collect())
    }

    /// Where and when it was deployed, the last first. Not for customers.
    async fn deployments(&self, ctx: &Context<'_>) -> Result<Vec<Deployment>, Fault> {
        ctx.is_inside()?;
        let rows = ctx.load().load_one(DeploymentsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Deployment).collect())
    }

    /// The answers that name it, the one received last first.
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
            Answers { product: Some(self.0.product_id), release: Both::at(self.0.id), ..Answers::default() };
        answers.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// The incidents of which something is stated about it, whatever it is (see `Incident.attributions`), the one opened last
    /// first. Not for customers.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "Sort order; the one opened last first by default.")] order_by: Option<
            IncidentOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        ctx.is_inside()?;
        let incidents = Incidents {
            product: Some(self.0.product_id),
            release: Both::at(self.0.id),
            ..Incidents::default()
        };
        incidents.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// How its answers are distributed over the ratings of each scale: answers that count for scores, without those that have
    /// no rating. One entry for each scale with answers; answers that name it only.
    async fn rating_distribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days whose answers count; the last 90 if left out.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only answers of this segment.")] segment: Option<Reference>,
        #[graphql(desc = "Only answers on this scale.")] scale: Option<Reference>,
    ) -> Result<Vec<RatingDistribution>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        distribution::named(ctx, &product.0, None, Some(self.0.id), period, segment, scale).await
    }

    /// Did it make things worse? Null while it is planned, and while so few answers name it that it cannot be told when
    /// customers began to use it.
    async fn regression(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As it could be known at the end of this day; today if left out.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<Regression>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        regression::of_release(ctx, &product.0, self.0.id, as_of).await
    }
}

/// Which releases are wanted: all that is given must hold.
#[derive(InputObject, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReleaseFilter {
    /// In one of these stages of life.
    lifecycle: Option<Vec<ReleaseLifecycle>>,
    /// First day with customers.
    released_on: Option<DateRangeInput>,
    /// With this text in the version or the title, whatever the case of its letters.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of releases.
    ReleaseOrderField,
    /// Sort order of releases.
    ReleaseOrder: CreatedAt Descending {
        /// Time of creation.
        CreatedAt = (Id, Id, |_| String::new()),
        /// Version, in its natural order: 1.9 before 1.10, 2.0.0-rc.1 before 2.0.0, 4.6.1 (9) before 4.6.1 (10).
        Version = (VersionOrder, Text, |row| row.version_order.clone()),
        /// Day for which the release is planned; in either direction releases without one come last.
        PlannedFor = (PlannedFor, Day, |row| row.planned_for.map(|day| day.to_string()).unwrap_or_default()),
        /// Time of creation or of the last change.
        UpdatedAt = (UpdatedAt, Moment, |row| row.updated_at.to_rfc3339()),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Releases {
    product: Option<ProductId>,
    /// The feature that they touch, if only those are shown.
    feature: Option<FeatureId>,
    filter: Option<ReleaseFilter>,
    order: Option<ReleaseOrder>,
}

impl Releases {
    /// Those of a product, or all.
    pub(super) fn of(
        product: Option<ProductId>,
        filter: Option<ReleaseFilter>,
        order: Option<ReleaseOrder>,
    ) -> Self {
        Self { product, feature: None, filter, order }
    }

    /// The day that stands for none where releases are sorted by the day for which they are planned: the last one.
    fn unplanned(&self) -> Option<NaiveDate> {
        let ReleaseOrder { field, direction } = self.order?;
        let year = match direction {
            Direction::Ascending => 9999,
            Direction::Descending => 1,
        };
        NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| field == ReleaseOrderField::PlannedFor)
    }

    /// Those that touch a feature.
    pub(super) fn touching(self, feature: FeatureId) -> Self {
        Self { feature: Some(feature), ..self }
    }
}

impl Paged for Releases {
    type Entity = Entity;

    fn check(&self) -> Result<(), Fault> {
        let Some(filter) = &self.filter else { return Ok(()) };
        range::check("filter.releasedOn", filter.released_on)?;
        range::check("filter.updatedAt", filter.updated_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let filter = self.filter.as_ref();
        Entity::owned_by(organization)
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.feature, |query, feature| {
                let touching = release_feature::Entity::owned_by(organization)
                    .filter(release_feature::Column::FeatureId.eq(feature))
                    .select_only()
                    .column(release_feature::Column::ReleaseId);
                query.filter(Column::Id.in_subquery(touching.into_query()))
            })
            .apply_if(filter.and_then(|filter| filter.lifecycle.as_ref()), |query, stages| {
                let any = stages.iter().map(|stage| in_stage(organization, *stage));
                query.filter(any.fold(Condition::any(), Condition::add))
            })
            .apply_if(filter.and_then(|filter| filter.released_on), |query, range| {
                query.filter(range.holds(Column::ReleasedOn))
            })
            .apply_if(filter.and_then(|filter| filter.updated_at), |query, range| {
                query.filter(range.holds(Column::UpdatedAt))
            })
            .apply_if(filter.and_then(|filter| filter.text.as_ref()), |query, text| query.filter(holds(text)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        ReleaseOrder::sort(self.order)
    }

    fn sort_value(&self) -> Expr {
        match self.unplanned() {
            Some(day) => Func::coalesce([Column::PlannedFor.into_expr(), Expr::val(day)]).into(),
            None => Expr::col((Entity, self.sort().0)),
        }
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        match self.unplanned() {
            Some(day) => (row.planned_for.unwrap_or(day).to_string(), row.id.0),
            None => ReleaseOrder::mark(self.order, row),
        }
    }
}

/// Since when a release is with customers, and how that is known.
async fn first_day(ctx: &Context<'_>, row: &Model) -> Result<Option<(NaiveDate, FirstDayBasis)>, Fault> {
    if let Some(day) = row.released_on.filter(|_| !row.inferred) {
        return Ok(Some((day, FirstDayBasis::Declared)));
    }
    // Who may not see reports sees what is stored.
    let Ok(by) = ctx.reports() else { return Ok(row.released_on.map(|day| (day, FirstDayBasis::Inferred))) };
    let product = product::of(ctx, row.product_id).await?;
    let snapshot = ctx.services().scores.snapshot(by, today(&product.0, ctx.now())).await?;
    Ok(snapshot.first_seen(row.id).map(|day| (day, FirstDayBasis::Inferred)))
}

/// That a release is in a stage of life: one that was only planned and that answers name is with customers.
fn in_stage(organization: OrganizationId, stage: ReleaseLifecycle) -> Condition {
    let stored = |stage: Stored| Column::Lifecycle.eq(stage);
    let named = || {
        let named = feedback_daily::Entity::owned_by(organization)
            .select_only()
            .column(feedback_daily::Column::ReleaseId)
            .into_query();
        Column::Id.in_subquery(named)
    };
    let planned = Condition::all().add(stored(Stored::Planned));
    match stage {
        ReleaseLifecycle::Planned => planned.add(named().not()),
        ReleaseLifecycle::Released => {
            Condition::any().add(stored(Stored::Released)).add(planned.add(named()))
        }
        ReleaseLifecycle::Withdrawn => Condition::all().add(stored(Stored::Withdrawn)),
    }
}

/// The release of an id that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, release: ReleaseId) -> Result<Release, Fault> {
    Ok(Release(super::row(ctx, release, |dimensions| &dimensions.releases).await?))
}

#[derive(Default)]
pub(super) struct ReleaseQuery;

#[Object]
impl ReleaseQuery {
    /// A release by exactly one of `release`, `id` and `version`. Null if there is none; `errors` says so.
    async fn release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or version.")] release: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Version.")] version: Option<String>,
        #[graphql(desc = "Product of the release; needed for a version that several products have.")]
        product: Option<Reference>,
    ) -> Result<Release, Fault> {
        ctx.reports()?;
        let (argument, release) = lookup::named::<ReleaseId>(release, id, ("version", version))?;
        let dimensions = super::dimensions(ctx).await?;
        let product = product.map(|product| dimensions.product("product", &product.0)).transpose()?;
        Ok(Release(dimensions.release_in(product.map(|product| product.id), argument, &release)?.clone()))
    }
}

/// A feature that a release touches.
#[derive(InputObject)]
struct ReleaseFeatureInput {
    /// The feature.
    feature: Reference,
    /// What the release does to it.
    change: FeatureChange,
}

/// A release to plan, or one that has shipped already.
#[derive(InputObject)]
struct PlanReleaseInput {
    /// The product.
    product: Reference,
    /// The version: any text; unique in the product.
    version: String,
    /// What it is called besides its version; null removes it.
    title: MaybeUndefined<String>,
    /// What changes, in words; null removes them.
    notes: MaybeUndefined<String>,
    /// The release that it is made from; null: none.
    previous: MaybeUndefined<Reference>,
    /// The day it is meant to ship; null: none is set.
    planned_for: MaybeUndefined<Date>,
    /// When customers got it, if they have. Null says no more than leaving it out: `withdrawRelease` takes a release back.
    released_at: Option<DateTime>,
    /// The features that it touches; null or none: it touches none.
    features: MaybeUndefined<Vec<ReleaseFeatureInput>>,
    /// When the sending system says that this became so: an earlier state never replaces a later one. Left out: what is
    /// sent last is the newest.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// What to change of a release; what is left out stays.
#[derive(InputObject)]
struct UpdateReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release; needed for a version that several products have.
    product: Option<Reference>,
    /// A new title; null removes it.
    title: MaybeUndefined<String>,
    /// New notes; null removes them.
    notes: MaybeUndefined<String>,
    /// The release that it is made from; null: none.
    previous: MaybeUndefined<Reference>,
    /// The day it is meant to ship; null: none is set.
    planned_for: MaybeUndefined<Date>,
    /// The features that it touches, instead of those before; null or none: it touches none.
    features: MaybeUndefined<Vec<ReleaseFeatureInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// A release that customers have.
#[derive(InputObject)]
struct ShipReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release; needed for a version that several products have.
    product: Option<Reference>,
    /// Since when; left out: since the answers that name it show it with customers, now if none does. A release that was
    /// withdrawn comes again: its first day is the new one, and neither side of a verdict counts the first time.
    released_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// A release that is taken back.
#[derive(InputObject)]
struct WithdrawReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release; needed for a version that several products have.
    product: Option<Reference>,
    /// Since when; now if left out.
    withdrawn_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The release as it is now.
    ReleasePayload {
        /// The release.
        release: Release,
        /// What the mutation did with the input; null after an update.
        outcome: Option<Outcome>,
        /// Releases of the product whose version is another spelling of the one that was made now: v1.2.3 where 1.2.3 is
        /// there. Answers that name the one do not count for the other; look whether both are meant.
        alike: Vec<Release>,
    }
}

fn touched(features: Vec<ReleaseFeatureInput>) -> Vec<TouchedFeature> {
    let touched =
        |one: ReleaseFeatureInput| TouchedFeature { feature: one.feature.0, change: one.change.into() };
    features.into_iter().map(touched).collect()
}

#[derive(Default)]
pub(super) struct ReleaseMutation;

#[Object]
impl ReleaseMutation {
    /// Plans a release, or enters one that has shipped. The same version again takes what is newly said of it; what is
    /// left out stays.
    async fn plan_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: PlanReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewRelease {
                product: input.product.0,
                version: input.version,
                title: nulls.note("title", super::given(input.title)),
                notes: nulls.note("notes", super::given(input.notes)),
                previous: nulls.note("previous", super::given(input.previous)).map(|previous| previous.0),
                planned_for: nulls.note("plannedFor", super::given(input.planned_for)).map(Into::into),
                released_at: input.released_at.map(Into::into),
                features: touched(nulls.note_list("features", super::given(input.features))),
                updated_at: input.updated_at.map(Into::into),
                nulls,
            };
            let planned = release::plan(ctx.store(), ctx.ships()?, new, ctx.now()).await?;
            let alike = planned.alike.into_iter().map(Release).collect();
            Ok(ReleasePayload::done(Release(planned.release), Some(planned.outcome.into()), alike))
        })
        .await
    }

    /// Changes what is said of a release.
    async fn update_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let changes = ReleaseChanges {
                title: super::given(input.title),
                notes: super::given(input.notes),
                previous: super::given(input.previous).map(|given| given.map(|previous| previous.0)),
                planned_for: super::given(input.planned_for).map(|day| day.map(Into::into)),
                features: super::given(input.features).map(|features| touched(features.unwrap_or_default())),
            };
            let id = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let release = release::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release), None, Vec::new()))
        })
        .await
    }

    /// Customers have it. A withdrawn release can be shipped again.
    async fn ship_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ShipReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let id = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let released_at = input.released_at.map(Into::into);
            let (release, outcome) = release::ship(ctx.store(), by, id, released_at, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release), Some(outcome.into()), Vec::new()))
        })
        .await
    }

    /// Takes a release back from customers. What they said of it stays.
    async fn withdraw_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: WithdrawReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let id = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let withdrawn_at = input.withdrawn_at.map_or_else(|| ctx.now(), Into::into);
            let (release, outcome) = release::withdraw(ctx.store(), by, id, withdrawn_at, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release), Some(outcome.into()), Vec::new()))
        })
        .await
    }
}
