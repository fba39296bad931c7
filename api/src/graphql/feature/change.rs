//! Features: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use ballroom_entity::feature::FeatureLifecycle as Stored;

use super::{Feature, FeatureLifecycle};
use crate::{
    domain::{
        feature::{self, FeatureChanges, NewFeature},
        sent::Nulls,
    },
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept, lookup,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::Reference,
    },
};

/// Input of `createFeature`.
#[derive(InputObject)]
struct CreateFeatureInput {
    /// ID or key of the product.
    product: Reference,
    /// Key, used in files and references; unique in the product, at most 200 characters.
    key: String,
    /// Display name; the key by default.
    name: MaybeUndefined<String>,
    /// Description: what it does for the customer; null removes it.
    description: MaybeUndefined<String>,
    /// Lifecycle stage; LIVE by default.
    lifecycle: MaybeUndefined<FeatureLifecycle>,
    /// Team that owns it, by ID or key; null: none.
    team: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateFeature`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateFeatureInput {
    /// ID or key of the feature.
    feature: Reference,
    /// Product of the feature. Required for a key that exists in several products.
    product: Option<Reference>,
    /// New display name.
    name: MaybeUndefined<String>,
    /// New description; null removes it.
    description: MaybeUndefined<String>,
    /// New lifecycle stage.
    lifecycle: MaybeUndefined<FeatureLifecycle>,
    /// New owner: a team by ID or key; null: none.
    team: MaybeUndefined<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createFeature` and `updateFeature`.
    FeaturePayload {
        /// The feature.
        feature: Feature,
        /// Outcome of the submission; null after an update.
        outcome: Option<Outcome>,
        /// After a creation: features whose key differs only slightly, for example in case or spaces. Check that both
        /// are intended.
        alike: Vec<Feature>,
    }
}

#[derive(Default)]
pub(crate) struct FeatureMutation;

#[Object]
impl FeatureMutation {
    /// Creates a feature, or updates the one with this key.
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
                name: nulls.note("name", given(input.name)),
                description: nulls.note("description", given(input.description)),
                lifecycle: nulls.note("lifecycle", given(input.lifecycle)).map(Stored::from),
                team: nulls.note("team", given(input.team)).map(|team| team.0),
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

    /// Changes a feature.
    async fn update_feature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateFeatureInput,
    ) -> Result<FeaturePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let changes = FeatureChanges {
                name: kept("name", input.name)?,
                description: given(input.description),
                lifecycle: kept("lifecycle", input.lifecycle)?.map(Stored::from),
                team: given(input.team).map(|given| given.map(|team| team.0)),
            };
            let id = lookup::feature(ctx, &input.feature, input.product.as_ref()).await?;
            let feature = feature::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(FeaturePayload::done(Feature(feature), None, Vec::new()))
        })
        .await
    }
}
