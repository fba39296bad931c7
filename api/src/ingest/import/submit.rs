//! Rows, submitted to the domain.

use ballroom_entity::{id::ReleaseId, release::ReleaseLifecycle};
use ballroom_files::{Reject, Target, parse};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{ImportOptions, create::Create, rows::Row};
use crate::{
    base::error::{Error, perhaps},
    domain::{
        check::NAME_LENGTH,
        exposure::{self, NewExposure},
        feedback::{self, EventDetail, NewFeedback, Submission, Submitted},
        import::Figure,
        incident::{self, NewIncident},
        release::{self, NewRelease, Planned, TouchedFeature},
        sent::{Nulls, Outcome},
    },
    transaction::Transaction,
};

/// The outcome of a row.
pub(super) enum RowOutcome {
    Accepted,
    Unrated,
    Updated,
    Unchanged,
    Superseded,
    Deleted,
}

/// What became of a row.
pub(super) struct Taken {
    pub(super) outcome: RowOutcome,
    /// The response, incident or release that it created.
    pub(super) created: Option<Uuid>,
    /// The figure of exposure that it changed.
    pub(super) figure: Option<Figure>,
}

impl Taken {
    fn of(outcome: Outcome, id: Uuid) -> Self {
        let created = (outcome == Outcome::Created).then_some(id);
        Self { outcome: row_outcome(outcome), created, figure: None }
    }
}

fn row_outcome(outcome: Outcome) -> RowOutcome {
    match outcome {
        Outcome::Created => RowOutcome::Accepted,
        Outcome::Updated => RowOutcome::Updated,
        Outcome::Unchanged | Outcome::Outdated => RowOutcome::Unchanged,
    }
}

/// Submits rows to the domain. A file has rows of one kind; the results are in their order. For anonymous responses,
/// the number of repeated ones is counted.
pub(super) async fn submit(
    tx: &mut Transaction,
    options: &ImportOptions,
    rows: Vec<Row>,
    anonymous: Option<(DateTime<Utc>, &mut u64)>,
) -> Result<Vec<Result<Taken, Error>>, Error> {
    let (mut answers, mut incidents, mut figures, mut releases) = (vec![], vec![], vec![], vec![]);
    for row in rows {
        match row {
            Row::Feedback(row) => answers.push(new_feedback(row)),
            Row::Incident(row) => incidents.push(new_incident(row)),
            Row::Exposure(row) => figures.push(new_exposure(row)),
            Row::Release(row) => releases.push(row),
        }
    }
    let mut results = Vec::new();
    if !answers.is_empty() {
        let how = Submission { create_customers: options.create.customers, event_detail: EventDetail::Total };
        let submitted = feedback::submit_in(tx, &options.source, answers, how).await?;
        if let Some((began, again)) = anonymous {
            let new = submitted
                .iter()
                .flatten()
                .filter(|one| one.outcome == Outcome::Created && one.supersession.is_none());
            let new = new.map(|one| &one.feedback).filter(|row| row.customer_id.is_none());
            *again = feedback::count_repeated(tx, &new.cloned().collect::<Vec<_>>(), began).await?;
        }
        for result in submitted {
            results.push(match result {
                Ok(submitted) => Ok(response(&submitted)),
                // A file that is imported every night remains valid when one of its responses is deleted.
                Err(Error::Deleted { .. }) => {
                    Ok(Taken { outcome: RowOutcome::Deleted, created: None, figure: None })
                }
                Err(error) => Err(error),
            });
        }
    }
    if !incidents.is_empty() {
        for result in incident::open_in(tx, &options.source, incidents, EventDetail::Total).await? {
            results.push(result.map(|opened| Taken::of(opened.outcome, opened.incident.id.0)));
        }
    }
    if !figures.is_empty() {
        for result in exposure::record_in(tx, &options.source, figures).await? {
            results.push(result.map(|recorded| {
                Taken {
                    outcome: row_outcome(recorded.outcome),
                    created: None,
                    figure: (recorded.outcome != Outcome::Unchanged)
                        .then_some(Figure { before: recorded.before, exposure: recorded.exposure }),
                }
            }));
        }
    }
    if !releases.is_empty() {
        for row in releases {
            results.push(match new_release(tx, row).await {
                Err(error) if error.is_server_error() => return Err(error),
                result => result.map(|(outcome, release)| Taken::of(outcome, release.0)),
            });
        }
        tx.dimensions_changed().await?;
    }
    Ok(results)
}

fn response(submitted: &Submitted) -> Taken {
    let row = &submitted.feedback;
    let mut taken = Taken::of(submitted.outcome, row.id.0);
    if submitted.supersession.is_some() {
        taken.outcome = RowOutcome::Superseded;
    } else if submitted.outcome == Outcome::Created && row.level.is_none() {
        taken.outcome = RowOutcome::Unrated;
    }
    taken
}

fn new_feedback(row: parse::FeedbackRow) -> NewFeedback {
    NewFeedback {
        product: row.product,
        feature: row.feature,
        release: row.release,
        segment: row.segment,
        customer: row.customer,
        scale: row.scale,
        rating: row.rating,
        comment: row.comment,
        channel: row.channel,
        occurred_at: Some(row.occurred_at),
        external_id: row.external_id,
        source: row.source,
        updated_at: row.updated_at,
        nulls: nulls(&row.empty),
    }
}

/// Empty cells as nulls.
fn nulls(empty: &[Target]) -> Nulls {
    let mut nulls = Nulls::default();
    for target in empty {
        let field = match target {
            Target::AffectedCustomers => "affectedCustomers",
            Target::PlannedFor => "plannedFor",
            other => other.name(),
        };
        nulls.note(field, Some(None::<()>));
    }
    nulls
}

fn new_incident(row: parse::IncidentRow) -> NewIncident {
    let untitled = || format!("Incident {}", row.external_id.as_deref().unwrap_or("without a title"));
    NewIncident {
        title: row.title.clone().unwrap_or_else(untitled),
        product: row.product,
        features: row.features,
        release: row.release,
        severity: row.severity.into(),
        description: row.description,
        opened_at: Some(row.opened_at),
        reopened_at: row.reopened_at,
        resolved_at: row.resolved_at,
        open: row.open,
        affected_customers: row.affected_customers,
        customers: row.customers,
        external_id: row.external_id,
        source: row.source,
        updated_at: row.updated_at,
        nulls: nulls(&row.empty),
    }
}

fn new_exposure(row: parse::ExposureRow) -> NewExposure {
    NewExposure {
        product: row.product,
        feature: Some(row.feature),
        segment: row.segment,
        day: row.day,
        active_customers: row.active_customers,
        source: None,
    }
}

/// Plans, ships and withdraws a release according to the row.
async fn new_release(tx: &mut Transaction, row: parse::ReleaseRow) -> Result<(Outcome, ReleaseId), Error> {
    let touched = row.features.into_iter().map(|touch| TouchedFeature {
        feature: touch.feature,
        change: match touch.change {
            parse::Change::Added => ballroom_entity::release_feature::FeatureChange::Added,
            parse::Change::Changed => ballroom_entity::release_feature::FeatureChange::Changed,
            parse::Change::Fixed => ballroom_entity::release_feature::FeatureChange::Fixed,
            parse::Change::Removed => ballroom_entity::release_feature::FeatureChange::Removed,
        },
    });
    let new = NewRelease {
        product: row.product,
        version: row.version,
        title: row.title,
        notes: row.notes,
        previous: row.previous,
        planned_for: row.planned_for,
        released_at: row.released_at,
        features: touched.collect(),
        updated_at: row.updated_at,
        nulls: nulls(&row.empty),
    };
    let Planned { release, outcome, .. } = release::plan_in(tx, new).await?;
    if let Some(withdrawn_at) = row.withdrawn_at
        && release.lifecycle != ReleaseLifecycle::Withdrawn
        && outcome != Outcome::Outdated
    {
        let release = release::withdraw_in(tx, release, withdrawn_at).await?;
        let withdrawn = release.lifecycle == ReleaseLifecycle::Withdrawn;
        let outcome = if withdrawn && outcome != Outcome::Created { Outcome::Updated } else { outcome };
        return Ok((outcome, release.id));
    }
    Ok((outcome, release.id))
}

pub(super) fn reject(line: u64, error: Error, create: Create) -> Reject {
    let (field, reason) = described(error, create);
    Reject { line, field: snake_case(&field), reason }
}

/// The invalid field and the message, in the terms of files.
pub(super) fn described(error: Error, create: Create) -> (String, String) {
    match error {
        Error::Invalid { field, reason, .. } | Error::Conflict { field, reason } => (field, reason),
        Error::NotFound { field, noun, reference, near } => {
            let hint = not_created(noun, &field, &reference, create);
            (field, format!("there is no {noun} \"{reference}\"{}{hint}", perhaps(&near)))
        }
        other => (String::new(), other.to_string()),
    }
}

/// What to do about a missing object: never what was done already, in vain.
fn not_created(noun: &str, field: &str, reference: &str, create: Create) -> String {
    if noun == "scale" {
        return "; create scales with createScale (--create supports only products, features, releases, segments and customers)"
            .to_owned();
    }
    let Some(created) = create.creates(noun) else { return String::new() };
    if field.starts_with("previous") {
        "; put the row of a previous release before those that name it".to_owned()
    } else if !created {
        format!("; create missing ones with --create {noun}s")
    } else if reference.chars().count() > NAME_LENGTH {
        format!(
            "; it cannot be created: its name has {} characters, at most {NAME_LENGTH} are possible",
            reference.chars().count()
        )
    } else if noun == "customer" {
        "; incidents do not create customers: import their feedback first, or create them with createCustomer"
            .to_owned()
    } else {
        "; it could not be created".to_owned()
    }
}

/// A field as named in files: `occurredAt` is `occurred_at`.
fn snake_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 2);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
