//! The daily counts are exact: any sequence of commands leaves them equal to the rows, and `verify` finds any
//! difference.

use ballroom::{
    base::error::Error,
    domain::{
        feature::{self, NewFeature},
        feedback::{self, EventDetail, FeedbackChanges, NewFeedback, Submission},
        incident::{self, IncidentChanges, NewIncident},
        organization,
        product::{self, NewProduct},
        sent::{Nulls, Outcome},
        token,
        verify::{Drift, rebuild},
    },
    store::Store,
};
use ballroom_entity::{
    attribution::AttributionBasis,
    feedback_daily,
    id::{FeedbackId, IncidentId},
};
use ballroom_tests::{Backend, Database, on_both};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

on_both!(
    any_sequence_of_answers_leaves_the_counts_exact,
    an_incident_is_counted_through_its_whole_life,
    verify_sees_every_kind_of_drift,
);

/// Steps with responses.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Submit {
        customer: Option<u8>,
        feature: u8,
        level: Option<u8>,
        minute: i64,
        external: Option<u8>,
    },
    Correct {
        which: usize,
        level: Option<u8>,
        feature: u8,
    },
    Move {
        which: usize,
        minute: i64,
    },
    Delete {
        which: usize,
    },
    /// An incident as submitted (again) by its source.
    Tell {
        which: u8,
        severity: i16,
        opened: i64,
        reopened: Option<i64>,
        resolved: Option<i64>,
        affected: Option<i64>,
    },
    Resolve {
        which: usize,
        minute: i64,
    },
    Reopen {
        which: usize,
        minute: i64,
    },
    Begin {
        which: usize,
        minute: i64,
    },
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    // Few customers, features, days and external IDs, so that they meet.
    let minute = -4_000_i64..0;
    let level = || prop::option::weighted(0.7, 0_u8..5);
    prop_oneof![
        5 => (prop::option::weighted(0.8, 0_u8..3), 0_u8..3, level(), minute.clone(), prop::option::of(0_u8..20))
            .prop_map(|(customer, feature, level, minute, external)| {
                Step::Submit { customer, feature, level, minute, external }
            }),
        2 => (any::<usize>(), level(), 0_u8..3).prop_map(|(which, level, feature)| Step::Correct { which, level, feature }),
        1 => (any::<usize>(), minute.clone()).prop_map(|(which, minute)| Step::Move { which, minute }),
        2 => any::<usize>().prop_map(|which| Step::Delete { which }),
        3 => (
            0_u8..3,
            1_i16..5,
            minute.clone(),
            prop::option::weighted(0.3, minute.clone()),
            prop::option::weighted(0.5, minute.clone()),
            prop::option::of(1_i64..9),
        )
            .prop_map(|(which, severity, opened, reopened, resolved, affected)| {
                Step::Tell { which, severity, opened, reopened, resolved, affected }
            }),
        3 => (any::<usize>(), minute.clone()).prop_map(|(which, minute)| Step::Resolve { which, minute }),
        3 => (any::<usize>(), minute.clone()).prop_map(|(which, minute)| Step::Reopen { which, minute }),
        1 => (any::<usize>(), minute).prop_map(|(which, minute)| Step::Begin { which, minute }),
    ]
}

pub(super) struct World {
    pub(super) store: Store,
    pub(super) viewer: ballroom::domain::access::Viewer,
    pub(super) now: DateTime<Utc>,
}

pub(super) async fn world(backend: Backend) -> (Database, World) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let now = "2026-06-15T12:00:00Z".parse().unwrap();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    let viewer = token::operator(organization.id);
    let by = viewer.manages().unwrap();
    // A zone in which the day changes in the middle of the UTC day.
    let shop =
        NewProduct { key: "shop".into(), time_zone: Some("Asia/Kolkata".into()), ..Default::default() };
    product::create(&store, by, shop, now).await.unwrap();
    for key in ["a", "b"] {
        let new = NewFeature { product: "shop".into(), key: key.into(), ..Default::default() };
        feature::create(&store, by, new, now).await.unwrap();
    }
    (database, World { store, viewer, now })
}

fn feature_of(number: u8) -> Option<String> {
    ["a", "b"].get(usize::from(number)).map(|&key| key.to_owned())
}

fn nulls(rating: bool) -> Nulls {
    let mut nulls = Nulls::default();
    nulls.note("rating", rating.then_some(None::<f64>));
    nulls
}

impl World {
    async fn exact(&self, after: &str) {
        let found = self.store.verify(self.viewer.reads().unwrap().organization()).await.unwrap();
        assert_eq!(found.drift, [], "after {after}");
    }

    pub(super) async fn take(
        &self,
        step: &Step,
        known: &mut Vec<FeedbackId>,
        incidents: &mut Vec<IncidentId>,
    ) {
        let by = self.viewer.contributes().unwrap();
        let at = |minute: i64| self.now + TimeDelta::minutes(minute);
        let pick = |which: usize, known: &[FeedbackId]| known.get(which % known.len().max(1)).copied();
        let pick_incident = |which: usize| incidents.get(which % incidents.len().max(1)).copied();
        match step.clone() {
            Step::Submit { customer, feature, level, minute, external } => {
                let new = NewFeedback {
                    product: "shop".into(),
                    feature: feature_of(feature),
                    customer: customer.map(|number| format!("c{number}")),
                    scale: level.map(|_| "csat".into()),
                    rating: level.map(|level| f64::from(level) + 1.0),
                    comment: Some("it hangs".into()),
                    // The external IDs that are known are sent again without the rating that they had.
                    nulls: nulls(level.is_none()),
                    occurred_at: Some(at(minute)),
                    external_id: external.map(|number| format!("x{number}")),
                    ..Default::default()
                };
                let how = Submission { create_customers: true, event_detail: EventDetail::Each };
                let mut tx = self.store.begin(by.organization(), self.now).await.unwrap();
                let taken = feedback::submit_in(&mut tx, "test", vec![new], how).await.unwrap().remove(0);
                tx.commit().await.unwrap();
                match taken {
                    Ok(taken) => known.push(taken.feedback.id),
                    Err(error) => assert!(matches!(error, Error::Deleted { .. }), "{error}"),
                }
            }
            Step::Correct { which, level, feature } => {
                if let Some(id) = pick(which, known) {
                    let changes = FeedbackChanges {
                        scale: level.map(|_| "csat".into()),
                        rating: Some(level.map(|level| f64::from(level) + 1.0)),
                        feature: Some(feature_of(feature)),
                        ..Default::default()
                    };
                    // It may have been deleted since: then there is nothing to correct.
                    let _ = feedback::correct(&self.store, by, id, changes, self.now).await;
                }
            }
            Step::Move { which, minute } => {
                if let Some(id) = pick(which, known) {
                    let changes = FeedbackChanges { occurred_at: Some(at(minute)), ..Default::default() };
                    let _ = feedback::correct(&self.store, by, id, changes, self.now).await;
                }
            }
            Step::Delete { which } => {
                if let Some(id) = pick(which, known) {
                    let _ = feedback::delete(&self.store, by, id, self.now).await;
                }
            }
            Step::Tell { which, severity, opened, reopened, resolved, affected } => {
                let new = NewIncident {
                    product: "shop".into(),
                    features: feature_of(which).into_iter().collect(),
                    severity,
                    title: "broken".into(),
                    opened_at: Some(at(opened)),
                    reopened_at: reopened.map(at),
                    resolved_at: resolved.map(at),
                    affected_customers: affected,
                    external_id: Some(format!("i{which}")),
                    ..Default::default()
                };
                let told = incident::open(&self.store, by, "test", vec![new], self.now).await.unwrap();
                // Times that cannot be are refused.
                if let Ok(told) = &told[0] {
                    incidents.push(told.incident.id);
                }
            }
            Step::Resolve { which, minute } => {
                if let Some(id) = pick_incident(which) {
                    let _ = incident::resolve(&self.store, by, id, Some(at(minute)), self.now).await;
                }
            }
            Step::Reopen { which, minute } => {
                if let Some(id) = pick_incident(which) {
                    let _ = incident::reopen(&self.store, by, id, Some(at(minute)), self.now).await;
                }
            }
            Step::Begin { which, minute } => {
                if let Some(id) = pick_incident(which) {
                    let changes = IncidentChanges { opened_at: Some(at(minute)), ..Default::default() };
                    let _ = incident::update(&self.store, by, id, changes, self.now).await;
                }
            }
        }
    }
}

async fn any_sequence_of_answers_leaves_the_counts_exact(backend: Backend) {
    let seed = std::env::var("BALLROOM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() });
    for _ in 0..4 {
        let (_database, world) = world(backend).await;
        let steps = vec(step(), 80).new_tree(&mut runner).unwrap().current();
        let (mut known, mut incidents) = (Vec::new(), Vec::new());
        for (number, step) in steps.iter().enumerate() {
            world.take(step, &mut known, &mut incidents).await;
            if number % 10 == 9 {
                world.exact(&format!("step {number} of {steps:?}, seed {seed}")).await;
            }
        }
        world.exact(&format!("{steps:?}, seed {seed}")).await;
    }
}

async fn an_incident_is_counted_through_its_whole_life(backend: Backend) {
    let (_database, world) = world(backend).await;
    let World { store, viewer, now } = &world;
    let by = viewer.contributes().unwrap();
    let new = NewIncident {
        product: "shop".into(),
        features: vec!["a".into(), "b".into()],
        severity: 2,
        title: "slow".into(),
        opened_at: Some(*now - TimeDelta::days(5)),
        external_id: Some("i-1".into()),
        ..Default::default()
    };
    let opened = incident::open(store, by, "test", vec![new.clone(), new], *now).await.unwrap();
    let (first, second) = (opened[0].as_ref().unwrap(), opened[1].as_ref().unwrap());
    assert_eq!((first.outcome, second.outcome), (Outcome::Created, Outcome::Unchanged));
    let id = first.incident.id;
    world.exact("opening").await;
    let changes =
        IncidentChanges { severity: Some(1), affected_customers: Some(Some(40)), ..Default::default() };
    incident::update(store, by, id, changes, *now).await.unwrap();
    world.exact("knowing how many it hurts").await;
    incident::resolve(store, by, id, Some(*now - TimeDelta::days(1)), *now).await.unwrap();
    world.exact("resolving").await;
    let changes = IncidentChanges { features: Some(vec![]), ..Default::default() };
    incident::update(store, by, id, changes, *now).await.unwrap();
    world.exact("moving it to the product as a whole").await;
    let basis = AttributionBasis::NotCausedByChange;
    incident::attribute(store, by, id, None, basis, None, *now).await.unwrap();
    world.exact("knowing that no change caused it").await;
    incident::reopen(store, by, id, None, *now).await.unwrap();
    world.exact("opening it again").await;
}

async fn verify_sees_every_kind_of_drift(backend: Backend) {
    let (_database, world) = world(backend).await;
    let mut known = Vec::new();
    for minute in [-10, -5] {
        let step = Step::Submit { customer: Some(1), feature: 0, level: Some(2), minute, external: None };
        world.take(&step, &mut known, &mut Vec::new()).await;
    }
    world.exact("two answers").await;
    let organization = world.viewer.reads().unwrap().organization();
    feedback_daily::Entity::update_many()
        .col_expr(feedback_daily::Column::Answers, Expr::val(7))
        .filter(feedback_daily::Column::OrganizationId.eq(organization))
        .exec(world.store.reader())
        .await
        .unwrap();
    ballroom_entity::feedback::Entity::update_many()
        .col_expr(ballroom_entity::feedback::Column::Counted, Expr::val(true))
        .filter(ballroom_entity::feedback::Column::OrganizationId.eq(organization))
        .exec(world.store.reader())
        .await
        .unwrap();
    let drift = world.store.verify(organization).await.unwrap().drift;
    assert!(
        drift.iter().any(|one| matches!(one, Drift::Feedback { stored: 7, counted: 1, .. })),
        "{drift:?}"
    );
    assert!(drift.iter().any(|one| matches!(one, Drift::Voice { marked: true, .. })), "{drift:?}");
    rebuild(&world.store, organization).await.unwrap();
    world.exact("rebuilding").await;
    feedback_daily::Entity::update_many()
        .col_expr(feedback_daily::Column::FeatureCode, Expr::val(999))
        .filter(feedback_daily::Column::OrganizationId.eq(organization))
        .exec(world.store.reader())
        .await
        .unwrap();
    let drift = world.store.verify(organization).await.unwrap().drift;
    assert!(
        drift.iter().any(|one| matches!(one, Drift::Dangling { table: "feedback_daily", .. })),
        "a code of no object: {drift:?}"
    );
    rebuild(&world.store, organization).await.unwrap();
    world.exact("rebuilding once more").await;
}
