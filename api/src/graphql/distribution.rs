//! Rating distributions: the responses at each level of a scale.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Context, Description, Object, SimpleObject};
use ballroom_entity::{
    id::{FeatureId, ReleaseId},
    product, scale as stored,
};

use super::{
    ContextExt, coarse,
    fault::Fault,
    scalar::{PeriodInput, Reference, period},
    scale::Scale,
};
use crate::{
    domain::{
        feedback::ResponseScope,
        product as products,
        scale::{levels, rating},
    },
    score::distribution::{Level, Spread},
};

/// Distribution of the responses of a period over the ratings of a scale.
#[derive(Description)]
pub struct RatingDistribution {
    scale: stored::Model,
    responses: Vec<i64>,
}

/// A rating of a scale and the number of its responses.
#[derive(SimpleObject)]
struct RatingCount {
    /// The rating.
    rating: f64,
    /// Number of responses with this rating that count for scores.
    responses: i64,
}

#[Object(use_type_description)]
impl RatingDistribution {
    /// The scale.
    async fn scale(&self) -> Scale {
        Scale(self.scale.clone())
    }

    /// Number of responses on this scale that count for scores.
    async fn responses(&self) -> i64 {
        self.responses.iter().sum()
    }

    /// All ratings of the scale, the lowest first, including those without responses.
    async fn ratings(&self) -> Vec<RatingCount> {
        let count = |(level, responses): (i32, &i64)| RatingCount {
            rating: rating(&self.scale, level),
            responses: *responses,
        };
        (0..).zip(&self.responses).map(count).collect()
    }
}

/// The query of a distribution.
pub(super) struct Asked {
    pub(super) period: Option<PeriodInput>,
    pub(super) release: Option<Reference>,
    pub(super) segment: Option<Reference>,
    pub(super) scale: Option<Reference>,
}

/// The distributions of a feature, or (without one) of a product with all its features, one for each scale with
/// responses.
pub(super) async fn of(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: Option<FeatureId>,
    asked: Asked,
) -> Result<Vec<RatingDistribution>, Fault> {
    let dimensions = super::dimensions(ctx).await?;
    let release = match asked.release {
        Some(release) => Some(dimensions.release(product.id, "release", &release.0)?.id),
        None => None,
    };
    named(ctx, product, feature, release, asked.period, asked.segment, asked.scale).await
}

/// The distributions of the responses that name a release.
pub(super) async fn named(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: Option<FeatureId>,
    release: Option<ReleaseId>,
    days: Option<PeriodInput>,
    segment: Option<Reference>,
    scale: Option<Reference>,
) -> Result<Vec<RatingDistribution>, Fault> {
    ctx.reports()?;
    let (period, _) = period(days, None, products::today(product, ctx.now()))?;
    let dimensions = super::dimensions(ctx).await?;
    let segment = segment.map(|segment| dimensions.segment("segment", &segment.0)).transpose()?;
    let scale = scale.map(|scale| dimensions.scale("scale", &scale.0)).transpose()?.map(|scale| scale.id);
    let asked = Spread { product: product.id, period, release, segment: segment.map(|segment| segment.id) };
    let rows: Arc<Vec<Level>> = ctx.load().load_one(asked).await?.unwrap_or_default();
    let mut scales: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    let wanted = |row: &&Level| {
        feature.is_none_or(|feature| feature == row.feature) && scale.is_none_or(|scale| scale == row.scale)
    };
    for row in rows.iter().filter(wanted) {
        let Some(scale) = dimensions.scales.get(&row.scale) else { continue };
        let counts = scales.entry(&scale.key).or_insert_with(|| vec![0; levels(scale)]);
        if let Some(count) = counts.get_mut(row.level as usize) {
            *count += row.answers;
        }
    }
    // The ratings of too few customers on a scale are left out; of the others numbers are rounded.
    if let Some(coarse) = coarse(ctx).await? {
        let days = (period.from, period.until);
        let scope =
            ResponseScope { product: product.id, days, release, segment: segment.map(|segment| segment.id) };
        let people = coarse.people_by_scale(scope, feature).await?;
        let id = |key: &String| dimensions.scale("scale", key).map(|scale| scale.id);
        scales.retain(|key, _| {
            id(key).is_ok_and(|id| coarse.group.is_enough(people.get(&id).copied().unwrap_or_default()))
        });
        for responses in scales.values_mut().flatten() {
            *responses = coarse.group.count(*responses);
        }
    }
    let distribution = |(key, responses): (&String, Vec<i64>)| {
        let scale = dimensions.scale("scale", key)?.clone();
        Ok::<_, Fault>(RatingDistribution { scale, responses })
    };
    scales.into_iter().map(distribution).collect()
}
