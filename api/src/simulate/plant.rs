//! Storing a simulated world in a database, through the domain like all other data.

use chrono::{DateTime, Utc};

use super::World;
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        deployment::{self, NewDeployment},
        exposure::{self, NewExposure},
        feature::{self, NewFeature},
        feedback::{self, EventDetail, NewFeedback, Submission},
        incident::{self, NewIncident},
        iteration::{self, NewIteration},
        product::{self, NewProduct},
        release::{self, NewRelease, TouchedFeature},
        scale::{self, NewScale},
        segment,
        sent::Nulls,
        team,
    },
    store::Store,
};
use ballroom_entity::{
    deployment::DeploymentStatus, feature::FeatureLifecycle, release_feature::FeatureChange, scale::ScaleKind,
};
use ballroom_files::Change;

/// The source under which a simulated world is filed.
const SOURCE: &str = "simulation";

/// Rows in one transaction.
const BATCH: usize = 5_000;

/// Stores a world; `progress` is called for every batch of responses, with their number so far.
pub async fn plant(
    store: &Store,
    viewer: &Viewer,
    world: &World,
    at: DateTime<Utc>,
    mut progress: impl FnMut(usize),
) -> Result<(), Error> {
    plant_nouns(store, viewer, world, at).await?;
    let by = viewer.contributes()?;
    let product = world.product.key;
    let how = Submission { create_customers: true, event_detail: EventDetail::Total };
    let mut planted = 0;
    for some in world.answers.chunks(BATCH) {
        let answers = some.iter().map(|answer| NewFeedback {
            product: product.to_owned(),
            feature: answer.feature.map(str::to_owned),
            release: answer.release.map(str::to_owned),
            segment: Some(answer.segment.to_owned()),
            customer: answer.customer.clone(),
            scale: Some(answer.scale.to_owned()),
            rating: Some(answer.rating.into()),
            comment: answer.comment.clone(),
            channel: Some(answer.channel.to_owned()),
            occurred_at: Some(answer.occurred_at),
            external_id: Some(answer.external_id.clone()),
            ..NewFeedback::default()
        });
        let mut tx = store.begin(by.organization(), at).await?;
        all(feedback::submit_in(&mut tx, SOURCE, answers.collect(), how).await?)?;
        tx.commit().await?;
        planted += some.len();
        progress(planted);
    }
    for some in world.incidents.chunks(BATCH) {
        let incidents = some.iter().map(|incident| NewIncident {
            product: product.to_owned(),
            features: incident.features.iter().map(|&feature| feature.to_owned()).collect(),
            release: incident.release.map(str::to_owned),
            severity: incident.severity.into(),
            title: incident.title.clone(),
            opened_at: Some(incident.opened_at),
            resolved_at: incident.resolved_at,
            affected_customers: incident.affected_customers.map(i64::from),
            external_id: Some(incident.external_id.clone()),
            ..NewIncident::default()
        });
        all(incident::open(store, by, SOURCE, incidents.collect(), at).await?)?;
    }
    for some in world.exposure.chunks(BATCH) {
        let figures = some.iter().map(|figure| NewExposure {
            product: product.to_owned(),
            feature: Some(figure.feature.to_owned()),
            segment: Some(figure.segment.to_owned()),
            day: figure.day,
            active_customers: figure.active_customers.into(),
            source: None,
        });
        all(exposure::record(store, by, SOURCE, figures.collect(), at).await?)?;
    }
    Ok(())
}

async fn plant_nouns(store: &Store, viewer: &Viewer, world: &World, at: DateTime<Utc>) -> Result<(), Error> {
    let by = viewer.manages()?;
    let product = world.product.key.to_owned();
    let new = NewProduct {
        key: product.clone(),
        name: Some(world.product.name.to_owned()),
        time_zone: Some(world.product.time_zone.name().to_owned()),
        ..NewProduct::default()
    };
    product::create(store, by, new, at).await?;
    for segment in &world.segments {
        segment::create(store, by, segment.key, Some(Some(segment.name)), at).await?;
    }
    for one in &world.scales {
        if store.dimensions(by.organization()).await?.scale("scale", one.key).is_err() {
            let new = NewScale {
                key: one.key.to_owned(),
                name: one.name.to_owned(),
                kind: ScaleKind::Custom,
                min: one.min.into(),
                max: one.max.into(),
                step: 1.0,
                higher_is_better: true,
            };
            scale::create(store, by, new, at).await?;
        }
    }
    for one in &world.features {
        team::create(store, by, one.team, None, at).await?;
        let new = NewFeature {
            product: product.clone(),
            key: one.key.to_owned(),
            name: Some(one.name.to_owned()),
            lifecycle: Some(FeatureLifecycle::Live),
            team: Some(one.team.to_owned()),
            ..NewFeature::default()
        };
        feature::create(store, by, new, at).await?;
    }
    for one in &world.releases {
        let touched = one.touches.iter().map(|touch| TouchedFeature {
            feature: touch.feature.clone(),
            change: match touch.change {
                Change::Added => FeatureChange::Added,
                Change::Changed => FeatureChange::Changed,
                Change::Fixed => FeatureChange::Fixed,
                Change::Removed => FeatureChange::Removed,
            },
        });
        let new = NewRelease {
            product: product.clone(),
            version: one.version.to_owned(),
            title: Some(one.title.to_owned()),
            previous: one.previous.map(str::to_owned),
            released_at: Some(one.released_at),
            features: touched.collect(),
            ..NewRelease::default()
        };
        release::plan(store, by.into(), new, at).await?;
    }
    for one in &world.iterations {
        let new = NewIteration {
            product: product.clone(),
            name: one.name.clone(),
            goal: Some(one.goal.to_owned()),
            starts_on: one.starts_on,
            ends_before: one.ends_before,
            nulls: Nulls::default(),
        };
        iteration::create(store, by, new, at).await?;
    }
    let dimensions = store.dimensions(by.organization()).await?;
    let id = dimensions.product("product", &product)?.id;
    for one in &world.deployments {
        let new = NewDeployment {
            release: dimensions.release(id, "release", one.release)?.id,
            environment: one.environment.to_owned(),
            status: match one.outcome {
                super::Outcome::Succeeded => DeploymentStatus::Succeeded,
                super::Outcome::Failed => DeploymentStatus::Failed,
                super::Outcome::RolledBack => DeploymentStatus::RolledBack,
            },
            deployed_at: Some(one.deployed_at),
            external_id: None,
            source: None,
            updated_at: None,
        };
        deployment::record(store, viewer.ships()?, SOURCE, new, at).await?;
    }
    Ok(())
}

/// A simulated world is good: whatever is refused of it is our mistake.
fn all<T>(results: Vec<Result<T, Error>>) -> Result<(), Error> {
    results.into_iter().try_for_each(|result| result.map(|_| ()))
}
