//! The page of a release.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use ballroom_entity::{
    id::{FeatureId, ReleaseId},
    product, release,
};
use ballroom_render::{
    Report,
    model::{Adoption, Changes, Content, Estimate, Finding, Forecast, Question, Release, Subject, Verdict},
};
use chrono::{Days, NaiveDate};

use super::{
    features::{rounded, trend, trend_days},
    happened, known, number,
    source::{Source, product_subject},
    value::differences,
    whole,
};
use crate::{
    base::error::Error,
    domain::incident::{Cause, Past},
    score::{Cell, ForecastOf, Period, distribution, known_day},
};

/// Days before and after a release whose values are compared.
const BEFORE: u64 = 28;
const AFTER: u64 = 90;
/// Days after a release for which incidents are expected, and in which incidents of unknown cause are shown.
const EXPECTED: u64 = 14;
/// Weeks of adoption.
const WEEKS: u64 = 8;
/// Responses of a week without which the share of a release says nothing.
const MIN_WEEK: i64 = 5;

pub(super) async fn report(
    source: &Source<'_>,
    product: &str,
    reference: &str,
    as_of: Option<NaiveDate>,
) -> Result<Report, Error> {
    let product = source.product(Some(product))?;
    let today = source.today(&product);
    let as_of = known_day("asOf", as_of.unwrap_or(today), today)?;
    let row = source.dimensions.release(product.id, "release", reference)?.clone();
    let snapshot = source.scores.snapshot(source.reader.by, today).await?;
    let first = snapshot.first_day(row.id).filter(|first| *first <= as_of);
    let days = match first {
        Some(first) => Period { from: first, until: (as_of + Days::new(1)).min(first + Days::new(AFTER)) },
        None => Period { from: as_of, until: as_of + Days::new(1) },
    };
    let cell = Cell { period: days, release: None, segment: None, as_of };
    let content = content(source, &product, &row, first, &cell).await?;
    let title = format!("Release report: {} {}", product.name, row.version);
    let content = Content::Release(Box::new(content));
    let mut report =
        whole(source, title, Some(product_subject(&product)), (&cell, today), Changes::default(), content);
    report.complete = first.is_some_and(|first| as_of >= first + Days::new(AFTER));
    Ok(report)
}

async fn content(
    source: &Source<'_>,
    product: &product::Model,
    row: &release::Model,
    first: Option<NaiveDate>,
    cell: &Cell,
) -> Result<Release, Error> {
    let (by, today) = (source.reader.by, source.today(product));
    let (snapshot, judged) = source.scores.regression(by, today, row.id, cell.as_of).await?;
    let findings = match &judged {
        Some(judged) => happened::of_release(source, &snapshot, row.id, judged).await?,
        None => Vec::new(),
    };
    let previous =
        judged.as_ref().and_then(|judged| snapshot.previous_of(judged)).or(row.previous_release_id);
    let previous = previous.and_then(|id| source.dimensions.releases.get(&id)).map(|row| row.version.clone());
    let features = happened::touches(source, row).await?;
    let touched: BTreeSet<&Subject> = features.iter().map(|touch| &touch.feature).collect();
    let mut content = Release {
        version: row.version.clone(),
        title: row.title.clone(),
        released_on: first.or(row.released_on),
        withdrawn_on: row.withdrawn_on.filter(|day| *day <= cell.as_of),
        previous,
        verdict: findings.first().map_or(Verdict::NoBaseline, |strongest| strongest.verdict),
        verdict_text: sentence(row, first, &findings),
        trend_of: None,
        trend: Vec::new(),
        values: Vec::new(),
        incidents: Default::default(),
        announcement: None,
        known_errors: known::section(source, product.id, cell.period, Some(row.id)).await?,
        forecasts: Vec::new(),
        adoption: Vec::new(),
        questions: questions(&findings),
        marks: Vec::new(),
        findings,
        features: features.clone(),
    };
    let Some(first) = first else { return Ok(content) };

    let eve = first.pred_opt().unwrap_or(first);
    let before = Period { from: first - Days::new(BEFORE), until: first };
    let before = Cell { period: before, as_of: eve, ..*cell };
    let telling: BTreeSet<Subject> = content
        .findings
        .iter()
        .filter(|one| !matches!(one.verdict, Verdict::NoEvidence | Verdict::CannotTell | Verdict::NoBaseline))
        .map(|one| one.feature.clone())
        .collect();
    content.values = differences(source, product, &before, cell).await?;
    if !touched.is_empty() || !telling.is_empty() {
        content.values.retain(|one| touched.contains(&one.feature) || telling.contains(&one.feature));
    }

    let shown =
        content.findings.first().filter(|one| one.feature.key.is_some()).map(|one| one.feature.clone());
    let shown = shown.or_else(|| content.values.first().map(|one| one.feature.clone()));
    if let Some(subject) = shown
        && let Some(feature) =
            subject.key.as_deref().and_then(|key| source.dimensions.known_feature(product.id, key))
    {
        content.trend = trend(source, product, feature.id, cell).await?;
        content.marks = source.marks(product, trend_days(cell.as_of)).await?;
        content.trend_of = Some(subject);
    }

    let touched_ids: HashSet<FeatureId> = features
        .iter()
        .filter_map(|touch| source.dimensions.known_feature(product.id, touch.feature.key.as_deref()?))
        .map(|feature| feature.id)
        .collect();
    let past = source.incidents(Some(product.id), cell.period, cell.as_of).await?;
    content.forecasts = forecasts(source, product, (first, cell.as_of), &touched_ids, &past).await?;
    let soon = first + Days::new(EXPECTED);
    let of_release = |one: &Past| match one.cause {
        Cause::Release { release, .. } => release == row.id,
        Cause::NoChange => false,
        Cause::Unknown => {
            one.incident.opened_on < soon && one.features.iter().any(|feature| touched_ids.contains(feature))
        }
    };
    let of_release: Vec<Past> = past.into_iter().filter(of_release).collect();
    content.incidents = happened::incidents(source, product, &of_release, cell.period).await?;
    // What was lost is not known by release, only by day.
    content.incidents.customer_hours_lost = None;

    if let Some(released_on) = row.released_on {
        let days = Period { from: released_on, until: released_on + Days::new(1) };
        let announced = happened::announcements(source, product, days).await?;
        content.announcement = announced.releases.into_iter().find(|one| one.release == row.version);
    }
    content.adoption = adoption(source, product, row.id, (first, cell.as_of)).await?;
    Ok(content)
}

/// The verdict in a sentence.
fn sentence(row: &release::Model, first: Option<NaiveDate>, findings: &[Finding]) -> String {
    let version = &row.version;
    let Some(first) = first else {
        return format!("{version} has not shipped yet: there is nothing to judge.");
    };
    let of = |verdict: Verdict| findings.iter().filter(move |one| one.verdict == verdict);
    let names = |verdict: Verdict| {
        let names: Vec<_> = of(verdict).map(|one| one.feature.name.clone()).collect();
        match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    };
    let has = |verdict: Verdict| of(verdict).next().is_some();
    if has(Verdict::Regressed) {
        let change = of(Verdict::Regressed).next().and_then(|one| one.change);
        let change = change.map(|change| {
            let verb = if change.value < 0.0 { "fell" } else { "rose" };
            let (near, far) =
                (change.lower.abs().min(change.upper.abs()), change.lower.abs().max(change.upper.abs()));
            match change.lower.signum() == change.upper.signum() {
                true => format!(
                    ": the mean response {verb} by {:.1} points of 100 ({near:.1} to {far:.1})",
                    change.value.abs()
                ),
                false => format!(": the mean response {verb} by {:.1} points of 100", change.value.abs()),
            }
        });
        return format!("{version} made {} worse{}.", names(Verdict::Regressed), change.unwrap_or_default());
    }
    if has(Verdict::Watch) {
        return format!(
            "{version} may have made {} worse, but the evidence is not sufficient.",
            names(Verdict::Watch)
        );
    }
    let mut sentences = Vec::new();
    if has(Verdict::Improved) {
        sentences.push(format!("{version} improved {}.", names(Verdict::Improved)));
    }
    if has(Verdict::Recovered) {
        sentences.push(format!("{version} restored {}.", names(Verdict::Recovered)));
    }
    if has(Verdict::Since) {
        sentences.push(format!(
            "{} is worse than before, but the decline began before {version}.",
            names(Verdict::Since)
        ));
    }
    if !sentences.is_empty() {
        return sentences.join(" ");
    }
    if has(Verdict::NoEvidence) {
        return format!("There is no evidence that {version} changed anything since {first}.");
    }
    format!("It cannot be told whether {version} changed anything: there are too few responses.")
}

fn questions(findings: &[Finding]) -> Vec<Question> {
    let text = |one: &Finding| match one.verdict {
        Verdict::CannotTell => {
            Some("Too few responses since the release to tell whether it changed.".to_owned())
        }
        Verdict::NoBaseline => Some("Too few responses before the release to compare with.".to_owned()),
        Verdict::Watch => {
            one.reason.as_ref().map(|reason| format!("There is a suspicion, but no verdict: {reason}."))
        }
        Verdict::Regressed if !one.cause_tested => Some(
            "Whether the release is the cause was not tested: there is nothing to compare it with."
                .to_owned(),
        ),
        _ => None,
    };
    let question = |one: &Finding| Some(Question { subject: one.feature.name.clone(), text: text(one)? });
    findings.iter().filter_map(question).collect()
}

/// The incidents that were expected of the features that a release touches, by what was known the day before, and those that
/// began.
async fn forecasts(
    source: &Source<'_>,
    product: &product::Model,
    (first, as_of): (NaiveDate, NaiveDate),
    touched: &HashSet<FeatureId>,
    past: &[Past],
) -> Result<Vec<Forecast>, Error> {
    let days = (as_of - first).num_days() + 1;
    let days = u32::try_from(days.clamp(1, EXPECTED as i64)).unwrap_or(1);
    let until = first + Days::new(days.into());
    let eve = first.pred_opt().unwrap_or(first);
    let mut forecasts = Vec::new();
    for feature in touched {
        let asked = ForecastOf { as_of: eve, days, release_on: Some(first), active_customers: Vec::new() };
        let (by, today) = (source.reader.by, source.today(product));
        let Some(of) = source.scores.forecast(by, today, product.id, *feature, asked).await? else {
            continue;
        };
        let quantile = |share: f64| {
            let found = of.quantiles.iter().find(|one| (one.share - share).abs() < 1e-9);
            found.map_or(of.mean, |one| one.incidents)
        };
        let began = |one: &&Past| one.incident.opened_on < until && one.features.contains(feature);
        forecasts.push(Forecast {
            feature: source.subject(product.id, *feature),
            days,
            expected: rounded(Estimate { value: of.mean, lower: quantile(0.05), upper: quantile(0.95) }),
            actual: past.iter().filter(began).count() as i64,
        });
    }
    forecasts.sort_by(|a, b| a.feature.cmp(&b.feature));
    Ok(forecasts)
}

/// The share of the responses that name a release which name this one, in each week since it shipped.
async fn adoption(
    source: &Source<'_>,
    product: &product::Model,
    release: ReleaseId,
    (first, as_of): (NaiveDate, NaiveDate),
) -> Result<Vec<Adoption>, Error> {
    let until = (as_of + Days::new(1)).min(first + Days::new(7 * WEEKS));
    let period = Period { from: first, until };
    let named =
        distribution::naming(source.store, source.reader.by.organization(), product.id, period).await?;
    let mut weeks: BTreeMap<NaiveDate, [i64; 2]> = BTreeMap::new();
    for (day, of, responses) in named {
        let week = (day - first).num_days().max(0) as u64 / 7;
        let [all, own] = weeks.entry(first + Days::new(7 * week)).or_default();
        *all += responses;
        *own += if of == release { responses } else { 0 };
    }
    let only_groups = source.only_groups();
    let week = |(from, [all, own]): (NaiveDate, [i64; 2])| {
        let enough = only_groups.map_or(all >= MIN_WEEK, |group| group.is_enough(all));
        let share = own as f64 / all.max(1) as f64;
        // A share of few responses would show what single ones name.
        let share = only_groups.map_or(share, |group| group.step(all).share(share));
        Adoption {
            from,
            share: enough.then(|| number(share.clamp(0.0, 1.0))),
            responses: match only_groups {
                Some(group) => enough.then(|| group.rounded(all)),
                None => Some(all),
            },
        }
    };
    Ok(weeks.into_iter().map(week).collect())
}
