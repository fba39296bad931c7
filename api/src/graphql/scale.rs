//! Scales.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{id::ScaleId, scale::Model};

use super::{
    ContextExt,
    fault::Fault,
    lookup,
    order::orders,
    outcome::Outcome,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    scalar::{DateTime, Reference, id},
};
use crate::domain::scale::{self, NewScale, Scales};

/// A rating scale. Ratings on different scales are never mixed without conversion.
#[derive(Description)]
pub struct Scale(pub Model);

/// Kind of a scale, which determines its standard figure.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::scale::ScaleKind")]
pub(super) enum ScaleKind {
    /// Customer satisfaction, 1 to 5: percentage of 4 and 5.
    Csat,
    /// Net promoter score, 0 to 10: percentage of promoters minus percentage of detractors.
    Nps,
    /// Customer effort score: mean.
    Ces,
    /// Stars: mean.
    Stars,
    /// Thumbs down or up, 0 or 1: percentage of up.
    Thumbs,
    /// Any other scale: mean.
    Custom,
}

#[Object(use_type_description)]
impl Scale {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Key, used in files and references; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Kind, which determines the standard figure.
    async fn kind(&self) -> ScaleKind {
        self.0.kind.into()
    }

    /// Lowest rating.
    async fn min(&self) -> f64 {
        self.0.min
    }

    /// Highest rating.
    async fn max(&self) -> f64 {
        self.0.max
    }

    /// Distance of two adjacent ratings.
    async fn step(&self) -> f64 {
        self.0.step
    }

    /// Whether `max` is the best rating. False for an effort scale on which low ratings are good.
    async fn higher_is_better(&self) -> bool {
        self.0.higher_is_better
    }

    /// Time of creation. Scales cannot be changed, because responses are counted by their levels.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

/// Conditions on scales; all that are given must hold.
#[derive(InputObject)]
pub(super) struct ScaleFilter {
    /// Kinds, one of which the scale has.
    kind: Option<Vec<ScaleKind>>,
}

impl From<ScaleFilter> for scale::ScaleFilter {
    fn from(given: ScaleFilter) -> Self {
        Self { kind: given.kind.map(|kinds| kinds.into_iter().map(Into::into).collect()) }
    }
}

orders! {
    /// Sort fields of scales.
    ScaleOrderField for scale::ScaleSort,
    /// Sort order of scales.
    ScaleOrder {
        /// Unique key.
        Key,
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
    }
}

/// The scale with an ID that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, scale: ScaleId) -> Result<Scale, Fault> {
    Ok(Scale(super::row(ctx, scale, |dimensions| &dimensions.scales).await?))
}

#[derive(Default)]
pub(super) struct ScaleQuery;

#[Object]
impl ScaleQuery {
    /// A scale by exactly one of `scale`, `id` and `key`. Null if there is none; see `errors`.
    async fn scale(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] scale: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
    ) -> Result<Scale, Fault> {
        ctx.reports()?;
        let (argument, scale) = lookup::named::<ScaleId>(scale, id, ("key", key))?;
        Ok(Scale(super::dimensions(ctx).await?.scale(argument, &scale)?.clone()))
    }

    /// Scales of the organization, by key. Every organization has csat, nps, ces, stars, stars10 and thumbs.
    async fn scales(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which scales to return; all by default.")] filter: Option<ScaleFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<ScaleOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Scale, Total>, Fault> {
        let scales = Scales { filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, scales, (first, after, last, before), Scale).await
    }
}

/// Input of `createScale`. Scales cannot be changed later, because responses are counted by their levels.
#[derive(InputObject)]
struct CreateScaleInput {
    /// Key, used in files and references; unique in the organization.
    key: String,
    /// Display name; the key by default.
    name: Option<String>,
    /// Kind, which determines the standard figure; CUSTOM by default.
    kind: Option<ScaleKind>,
    /// Lowest rating.
    min: f64,
    /// Highest rating.
    max: f64,
    /// Distance of two adjacent ratings; it must divide the range from `min` to `max`.
    #[graphql(default = 1.0)]
    step: f64,
    /// Whether `max` is the best rating.
    #[graphql(default = true)]
    higher_is_better: bool,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createScale`.
    ScalePayload {
        /// The scale.
        scale: Scale,
        /// Outcome of the submission.
        outcome: Outcome,
    }
}

#[derive(Default)]
pub(super) struct ScaleMutation;

#[Object]
impl ScaleMutation {
    /// Creates a scale, or returns the existing one if it is equal.
    async fn create_scale(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateScaleInput,
    ) -> Result<ScalePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let CreateScaleInput { key, name, kind, min, max, step, higher_is_better, .. } = input;
            let name = name.unwrap_or_else(|| key.clone());
            let kind = kind.unwrap_or(ScaleKind::Custom).into();
            let new = NewScale { key, name, kind, min, max, step, higher_is_better };
            let (scale, outcome) = scale::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
            Ok(ScalePayload::done(Scale(scale), outcome.into()))
        })
        .await
    }
}
