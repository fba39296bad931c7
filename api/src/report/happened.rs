//! What happened in a period: releases, incidents, announcements, verdicts.

use ballroom_analytics::regression::ReleaseReport;
use ballroom_entity::{
    attribution::AttributionBasis,
    id::{FeatureId, ReleaseId},
    product, release,
    release_feature::FeatureChange,
};
use ballroom_render::model::{
    Announced, Announcements, Attribution, Finding, Incident, Incidents, Shipped, Touch,
};
use chrono::{Days, NaiveDate};

use super::{
    finding::{finding, rank, tells},
    number,
    source::Source,
};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        incident::{Cause, Past},
        preparedness, release as releases,
    },
    score::{Period, Snapshot, timeline::Bucket},
};

/// At most this many incidents are listed.
const MOST_INCIDENTS: usize = 10;
/// Days for which verdicts on a release are made.
const WATCHED: u64 = 90;

/// The releases that shipped in a period, the earliest first, with what they touch.
pub(super) async fn shipped(
    source: &Source<'_>,
    product: &product::Model,
    days: Period,
) -> Result<Vec<(ReleaseId, Shipped)>, Error> {
    let mut rows: Vec<&release::Model> = source
        .dimensions
        .releases_of(product.id)
        .into_iter()
        .filter(|row| !row.inferred)
        .filter(|row| row.released_on.is_some_and(|day| days.from <= day && day < days.until))
        .collect();
    rows.sort_by_key(|row| row.released_at);
    let mut shipped = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(released_on) = row.released_on else { continue };
        let one = Shipped {
            version: row.version.clone(),
            title: row.title.clone(),
            released_on,
            withdrawn: row.withdrawn_on.is_some_and(|day| day < days.until),
            features: touches(source, row).await?,
        };
        shipped.push((row.id, one));
    }
    Ok(shipped)
}

/// What a release touches, in the order of the names.
pub(super) async fn touches(source: &Source<'_>, row: &release::Model) -> Result<Vec<Touch>, Error> {
    let touched = releases::touched_by(source.store, source.reader.by.organization(), &[row.id]).await?;
    let touch = |one: &ballroom_entity::release_feature::Model| Touch {
        feature: source.subject(row.product_id, one.feature_id),
        change: match one.change {
            FeatureChange::Added => "added",
            FeatureChange::Changed => "changed",
            FeatureChange::Fixed => "fixed",
            FeatureChange::Removed => "removed",
        }
        .to_owned(),
    };
    let mut touches: Vec<Touch> = touched.iter().map(touch).collect();
    touches.sort_by(|a, b| a.feature.name.cmp(&b.feature.name));
    Ok(touches)
}

/// The verdicts on the releases whose days to be watched reach into a period: all that tell something, and of the releases that
/// shipped in it also those on what they touch.
pub(super) async fn findings(
    source: &Source<'_>,
    product: &product::Model,
    days: Period,
    as_of: NaiveDate,
) -> Result<Vec<Finding>, Error> {
    let (by, today) = (source.reader.by, source.today(product));
    let snapshot = source.scores.snapshot(by, today).await?;
    let mut findings = Vec::new();
    for row in source.dimensions.releases_of(product.id) {
        let Some(first) = snapshot.first_day(row.id) else { continue };
        if first >= days.until || first > as_of || first + Days::new(WATCHED) < days.from {
            continue;
        }
        let (snapshot, report) = source.scores.regression(by, today, row.id, as_of).await?;
        let Some(report) = report else { continue };
        let report = seen(source, &snapshot, row.id, report).await?;
        let of_period = days.from <= first;
        for score in &report.features {
            let touched = snapshot.change_of(&report, score).is_some();
            if tells(score.verdict) || of_period && touched {
                findings.push(finding(&snapshot, &report, score, source.only_groups()));
            }
        }
    }
    sort(&mut findings);
    Ok(findings)
}

/// The verdicts on a release with the figures that the audience may see.
pub(super) async fn seen(
    source: &Source<'_>,
    snapshot: &Snapshot,
    release: ReleaseId,
    report: ReleaseReport,
) -> Result<ReleaseReport, Error> {
    let product = source.dimensions.releases.get(&release).map(|row| row.product_id);
    match (source.coarse(), product) {
        (Some(coarse), Some(product)) => coarse.verdicts(snapshot, product, release, &report).await,
        _ => Ok(report),
    }
}

/// The strongest verdicts first, then the latest release.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (rank(a.verdict), b.first_day)
            .cmp(&(rank(b.verdict), a.first_day))
            .then(b.score.total_cmp(&a.score))
            .then(a.feature.cmp(&b.feature))
            .then(a.release.cmp(&b.release))
    });
}

/// The verdicts on one release, the strongest first; of features without any responses there are none.
pub(super) async fn of_release(
    source: &Source<'_>,
    snapshot: &Snapshot,
    release: ReleaseId,
    report: &ReleaseReport,
) -> Result<Vec<Finding>, Error> {
    let seen = seen(source, snapshot, release, report.clone()).await?;
    let known = report.features.iter().zip(&seen.features);
    let known = known.filter(|(score, _)| score.responses > 0 || score.baseline_responses > 0);
    let mut findings: Vec<Finding> =
        known.map(|(_, score)| finding(snapshot, &seen, score, source.only_groups())).collect();
    sort(&mut findings);
    Ok(findings)
}

/// The figures of some incidents, and the customer-hours lost in a period.
pub(super) async fn incidents(
    source: &Source<'_>,
    product: &product::Model,
    past: &[Past],
    lost_in: Period,
) -> Result<Incidents, Error> {
    let mut by_severity = [0; 4];
    for one in past {
        let place = usize::try_from(one.incident.severity.clamp(1, 4) - 1).unwrap_or_default();
        by_severity[place] += 1;
    }
    let count = |is: fn(&Past) -> bool| past.iter().filter(|one| is(one)).count() as i64;
    let mut hours: Vec<f64> = past.iter().filter_map(|one| one.hours).collect();
    hours.sort_by(f64::total_cmp);
    Ok(Incidents {
        opened: past.len() as i64,
        by_severity,
        open: count(|one| one.hours.is_none()),
        median_hours_to_restore: median(&hours).map(number),
        attributed: count(|one| matches!(one.cause, Cause::Release { .. })),
        not_caused_by_change: count(|one| one.cause == Cause::NoChange),
        unattributed: count(|one| one.cause == Cause::Unknown),
        customer_hours_lost: lost(source, product, lost_in).await?,
        worst: worst(source, past),
    })
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len().checked_sub(1)? / 2;
    match sorted.len() % 2 {
        0 => Some((sorted[middle] + sorted[middle + 1]) / 2.0),
        _ => Some(sorted[middle]),
    }
}

/// The most severe incidents, the latest first of those that are equally severe; none if the reader may not see single ones.
fn worst(source: &Source<'_>, past: &[Past]) -> Vec<Incident> {
    if source.reader.reads().is_none() {
        return Vec::new();
    }
    let mut worst: Vec<&Past> = past.iter().collect();
    worst.sort_by_key(|one| {
        (one.incident.severity, std::cmp::Reverse((one.incident.opened_at, one.incident.id)))
    });
    worst.into_iter().take(MOST_INCIDENTS).map(|one| incident(source, one)).collect()
}

/// An incident.
pub(super) fn incident(source: &Source<'_>, of: &Past) -> Incident {
    let name =
        |feature: &FeatureId| source.dimensions.features.get(feature).map(|feature| feature.name.clone());
    let mut features: Vec<String> = of.features.iter().filter_map(name).collect();
    features.sort();
    let version =
        |release: &ReleaseId| source.dimensions.releases.get(release).map(|row| row.version.clone());
    let row = &of.incident;
    let linked = (row.linked_customers > 0).then_some(row.linked_customers);
    Incident {
        id: row.id.public(),
        title: row.title.clone(),
        severity: u8::try_from(row.severity).unwrap_or(4),
        opened_at: row.opened_at,
        hours_to_restore: of.hours.map(number),
        features,
        customers: row.affected_customers.or(linked),
        attribution: match of.cause {
            Cause::Unknown => None,
            Cause::NoChange => {
                Some(Attribution { release: None, basis: "stated".to_owned(), confidence: None })
            }
            Cause::Release { release, basis, confidence } => Some(Attribution {
                release: version(&release),
                basis: match basis {
                    AttributionBasis::Explicit => "explicit",
                    AttributionBasis::Confirmed => "confirmed",
                    AttributionBasis::Inferred => "inferred",
                    AttributionBasis::Rejected => "rejected",
                    AttributionBasis::NotCausedByChange => "not caused by a change",
                }
                .to_owned(),
                confidence: confidence.map(number),
            }),
        },
    }
}

/// Customer-hours that were lost to incidents, weighted by severity.
pub(super) async fn lost(
    source: &Source<'_>,
    product: &product::Model,
    days: Period,
) -> Result<Option<f64>, Error> {
    let bucket = Bucket { days, complete: true };
    let (by, today) = (source.reader.by, source.today(product));
    let (_, happened) = source.scores.timeline(by, today, product.id, FeatureId::NONE, &[bucket]).await?;
    Ok(happened.first().and_then(|one| one.lost).map(|days| number(24.0 * days)))
}

/// How well support was prepared for the releases of a period.
pub(super) async fn announcements(
    source: &Source<'_>,
    product: &product::Model,
    days: Period,
) -> Result<Announcements, Error> {
    let found =
        preparedness::preparedness(source.store, source.reader.by, product.id, (days.from, days.until))
            .await?;
    let hours = |time: chrono::TimeDelta| number(time.num_seconds() as f64 / 3600.0);
    let version = |release: &ReleaseId| {
        source.dimensions.releases.get(release).map(|row| row.version.clone()).unwrap_or_default()
    };
    Ok(Announcements {
        shipped: found.releases.len() as i64,
        announced: found.announced().count() as i64,
        median_lead_hours: found.median_lead_time().map(hours),
        acknowledged: found.releases.iter().map(|one| one.acknowledged as i64).sum(),
        surprises: found.surprises.len() as i64,
        releases: found
            .releases
            .iter()
            .map(|one| Announced {
                release: version(&one.release),
                announcement: one.announcement.as_ref().map(|told| told.title.clone()),
                lead_hours: one.lead_time.map(hours),
                acknowledged: one.acknowledged as i64,
            })
            .collect(),
    })
}
