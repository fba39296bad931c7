//! Releases.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, connection::Connection,
};
use ballroom_entity::{
    id::{FeatureId, OrganizationId, ProductId, ReleaseId},
    release::{Column, Entity, Model, ReleaseLifecycle as Stored},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    answers::{Answers, FeedbackFilter, FeedbackOrder},
    deployment::Deployment,
    fault::Fault,
    feature::{self, Feature},
    feedback::Feedback,
    load::{DeploymentsOf, TouchedBy},
    page::{Both, Direction, Paged, Sort, Total},
    payload::{payload, payloads},
    product::{self, Product},
    regression::{self, Regression},
    scalar::{Date, DateTime, Reference, id, parse},
};
use crate::{
    domain::release::{self, NewRelease, ReleaseChanges, TouchedFeature},
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

    /// Where it is in its life.
    async fn lifecycle(&self) -> ReleaseLifecycle {
        self.0.lifecycle.into()
    }

    /// The day it is meant to ship; null if none is set. Not for customers.
    async fn planned_for(&self, ctx: &Context<'_>) -> Result<Option<Date>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.planned_for.map(Into::into))
    }

    /// When customers got it; null while it is planned.
    async fn released_at(&self) -> Option<DateTime> {
        self.0.released_at.map(Into::into)
    }

    /// When it was taken back; null if it was not.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(Into::into)
    }

    /// Whether nobody entered it: it was made from answers that named it, and its first day is the first on
    /// which it was seen.
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
        #[graphql(desc = "Which of them; all if left out.")] filter: Option<FeedbackFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<FeedbackOrder>,
        #[graphql(desc = "The first so many, at most 200; 25 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 200.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let answers =
            Answers { product: Some(self.0.product_id), release: Both::at(self.0.id), ..Answers::default() };
        answers.page(ctx, filter, order_by, (first, after, last, before)).await
    }

    /// Did it make things worse? Null while it is planned.
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
    /// With customers since this day or later.
    released_from: Option<Date>,
    /// With customers since before this day.
    released_until: Option<Date>,
    /// With this text in the version or the title, whatever the case of its letters.
    text: Option<String>,
    /// Made or changed after this moment: see `updatedAt`.
    updated_after: Option<DateTime>,
}

/// What releases can be sorted by. Versions are texts: 1.10 comes before 1.9.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ReleaseOrderField {
    /// When it was entered.
    CreatedAt,
    /// The version, as a text.
    Version,
    /// When it was entered or last changed.
    UpdatedAt,
}

/// In which order releases come.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReleaseOrder {
    /// What they are sorted by.
    field: ReleaseOrderField,
    /// Which come first.
    direction: Direction,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Releases {
    product: Option<ProductId>,
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
        Self { product, filter, order }
    }
}

impl Paged for Releases {
    type Entity = Entity;

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let filter = self.filter.as_ref();
        Entity::owned_by(organization)
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(filter.and_then(|filter| filter.lifecycle.as_ref()), |query, stages| {
                query.filter(Column::Lifecycle.is_in(stages.iter().copied().map(Stored::from)))
            })
            .apply_if(filter.and_then(|filter| filter.released_from), |query, from| {
                query.filter(Column::ReleasedOn.gte(from.0))
            })
            .apply_if(filter.and_then(|filter| filter.released_until), |query, until| {
                query.filter(Column::ReleasedOn.lt(until.0))
            })
            .apply_if(filter.and_then(|filter| filter.updated_after), |query, after| {
                query.filter(Column::UpdatedAt.gt(after.0))
            })
            .apply_if(filter.and_then(|filter| filter.text.as_ref()), |query, text| query.filter(holds(text)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        let made_last =
            ReleaseOrder { field: ReleaseOrderField::CreatedAt, direction: Direction::Descending };
        let order = self.order.unwrap_or(made_last);
        match order.field {
            ReleaseOrderField::CreatedAt => (Column::Id, Sort::Id, order.direction),
            ReleaseOrderField::UpdatedAt => (Column::UpdatedAt, Sort::Moment, order.direction),
            ReleaseOrderField::Version => (Column::Version, Sort::Text, order.direction),
        }
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        match self.order.map(|order| order.field) {
            Some(ReleaseOrderField::UpdatedAt) => (row.updated_at.to_rfc3339(), row.id.0),
            _ => (row.version.clone(), row.id.0),
        }
    }
}

/// The release of an id that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, release: ReleaseId) -> Result<Release, Fault> {
    let found = super::dimensions(ctx).await?.releases.get(&release).cloned();
    found.map(Release).ok_or_else(|| super::gone("release", release))
}

#[derive(Default)]
pub(super) struct ReleaseQuery;

#[Object]
impl ReleaseQuery {
    /// A release, by its id, or by its version within a product.
    async fn release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id, or its version if the product is given too.")] release: Reference,
        #[graphql(desc = "The product in which to look for a version.")] product: Option<Reference>,
    ) -> Result<Release, Fault> {
        ctx.reports()?;
        match product {
            None => of(ctx, parse("release", &ID(release.0))?).await,
            Some(product) => {
                let dimensions = super::dimensions(ctx).await?;
                let product = dimensions.product("product", &product.0)?.id;
                Ok(Release(dimensions.release(product, "release", &release.0)?.clone()))
            }
        }
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
    /// What it is called besides its version.
    title: Option<String>,
    /// What changes, in words.
    notes: Option<String>,
    /// The release that it is made from.
    previous: Option<Reference>,
    /// The day it is meant to ship.
    planned_for: Option<Date>,
    /// When customers got it, if they have.
    released_at: Option<DateTime>,
    /// The features that it touches.
    #[graphql(default)]
    features: Vec<ReleaseFeatureInput>,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// What to change of a release; what is left out stays.
#[derive(InputObject)]
struct UpdateReleaseInput {
    /// The release.
    release_id: ID,
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
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// A release that customers have.
#[derive(InputObject)]
struct ShipReleaseInput {
    /// The release.
    release_id: ID,
    /// Since when; now if left out.
    released_at: Option<DateTime>,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

/// A release that is taken back.
#[derive(InputObject)]
struct WithdrawReleaseInput {
    /// The release.
    release_id: ID,
    /// Since when; now if left out.
    withdrawn_at: Option<DateTime>,
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The release as it is now.
    ReleasePayload {
        /// The release.
        release: Release,
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
    /// Plans a release, or enters one that has shipped. The same version again returns what is there.
    async fn plan_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: PlanReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let new = NewRelease {
                product: input.product.0,
                version: input.version,
                title: input.title,
                notes: input.notes,
                previous: input.previous.map(|previous| previous.0),
                planned_for: input.planned_for.map(Into::into),
                released_at: input.released_at.map(Into::into),
                features: touched(input.features),
            };
            let release = release::plan(ctx.store(), ctx.ships()?, new, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release)))
        })
        .await
    }

    /// Changes what is said of a release.
    async fn update_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: UpdateReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let changes = ReleaseChanges {
                title: super::given(input.title),
                notes: super::given(input.notes),
                previous: super::given(input.previous).map(|given| given.map(|previous| previous.0)),
                planned_for: super::given(input.planned_for).map(|day| day.map(Into::into)),
                features: super::given(input.features).map(|features| touched(features.unwrap_or_default())),
            };
            let id = parse("releaseId", &input.release_id)?;
            let release = release::update(ctx.store(), ctx.ships()?, id, changes, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release)))
        })
        .await
    }

    /// Customers have it. A withdrawn release can be shipped again.
    async fn ship_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: ShipReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let id = parse("releaseId", &input.release_id)?;
            let release =
                release::ship(ctx.store(), ctx.ships()?, id, input.released_at.map(Into::into), ctx.now())
                    .await?;
            Ok(ReleasePayload::done(Release(release)))
        })
        .await
    }

    /// Takes a release back from customers. What they said of it stays.
    async fn withdraw_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: WithdrawReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let id = parse("releaseId", &input.release_id)?;
            let withdrawn_at = input.withdrawn_at.map_or_else(|| ctx.now(), Into::into);
            let release = release::withdraw(ctx.store(), ctx.ships()?, id, withdrawn_at, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release)))
        })
        .await
    }
}
