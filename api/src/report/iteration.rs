//! The report of an iteration.

use std::collections::BTreeSet;

use ballroom_entity::{
    id::{FeatureId, ReleaseId},
    iteration, product,
};
use ballroom_render::{
    Report, compared,
    model::{
        BeforeAfter, Changes, Content, Deployments, Estimate, FeatureValue, Iteration, News, Question, Quote,
        RequestSegment, Requests, Shipped, Subject, Verdict,
    },
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

use super::{
    Which,
    features::{Valued, Values, before, trend_days, values},
    happened, known,
    source::{Source, product_subject},
    whole,
};
use crate::{
    base::error::Error,
    domain::{
        deployment,
        feedback::{self, End, ResponseScope},
        incident::{Cause, Past},
        iteration as iterations, request, scale,
    },
    score::{Cell, Period, known_day},
};

/// Responses that are quoted as news of each kind.
const QUOTES: u64 = 3;
/// Maximum length of a quote in characters.
const QUOTE_LENGTH: usize = 400;

pub(super) async fn report(
    source: &Source<'_>,
    product: Option<&str>,
    which: &Which,
    as_of: Option<NaiveDate>,
) -> Result<Report, Error> {
    let row = find(source, product, which).await?;
    let product = source.dimensions.products.get(&row.product_id).cloned();
    let product = product.ok_or_else(|| Error::not_found("product", "product", row.name.clone()))?;
    let previous = iterations::previous(source.store, source.reader.by, &row).await?;
    let mut report = built(source, &product, &row, previous.as_ref(), as_of, true).await?;
    if let Some(previous) = previous {
        let before = iterations::previous(source.store, source.reader.by, &previous).await?;
        let then = built(source, &product, &previous, before.as_ref(), None, false).await?;
        report.changes = compared(&then, &report, previous.name.clone());
    }
    Ok(report)
}

async fn find(source: &Source<'_>, product: Option<&str>, which: &Which) -> Result<iteration::Model, Error> {
    let by = source.reader.by;
    match which {
        Which::Named(reference) => {
            iterations::find(source.store, by, ("iteration", reference), product).await
        }
        Which::Current => {
            let product = source.product(product)?;
            let today = source.today(&product);
            iterations::find_on(source.store, by, today, Some(&product.key)).await
        }
        Which::Last => {
            let product = source.product(product)?;
            let today = source.today(&product);
            let last = iterations::last_over(source.store, by, product.id, today).await?;
            last.ok_or_else(|| {
                Error::invalid(
                    "iteration",
                    format!("no iteration of {} is over yet; give one by its name", product.key),
                )
            })
        }
    }
}

/// The report without what changed since the one before.
async fn built(
    source: &Source<'_>,
    product: &product::Model,
    row: &iteration::Model,
    previous: Option<&iteration::Model>,
    as_of: Option<NaiveDate>,
    detailed: bool,
) -> Result<Report, Error> {
    let today = source.today(product);
    let days = Period { from: row.starts_on, until: row.ends_before };
    let as_of = as_of.map(|day| known_day("asOf", day, today)).transpose()?;
    if row.starts_on > today {
        let reason = format!("\"{}\" begins on {}, which is in the future", row.name, row.starts_on);
        return Err(Error::invalid("iteration", reason));
    }
    if let Some(day) = as_of.filter(|day| *day < row.starts_on) {
        let reason = format!(
            "is {day}, before \"{}\" began on {}; give that day or a later one",
            row.name, row.starts_on
        );
        return Err(Error::invalid("asOf", reason));
    }
    let (period, as_of) = Period::resolve(Some(days), as_of, today)?;
    let cell = Cell { period, release: None, segment: None, as_of };
    let earlier = match previous {
        Some(previous) => {
            let period = Period { from: previous.starts_on, until: previous.ends_before };
            let last = previous.ends_before.pred_opt().unwrap_or(previous.ends_before);
            Cell { period, as_of: last, ..cell }
        }
        None => before(&cell),
    };
    let content = content(source, product, row, (&cell, &earlier), detailed).await?;
    let title = format!("Iteration report: {}", row.name);
    let content = Content::Iteration(Box::new(content));
    Ok(whole(source, title, Some(product_subject(product)), (&cell, today), Changes::default(), content))
}

async fn content(
    source: &Source<'_>,
    product: &product::Model,
    row: &iteration::Model,
    (cell, earlier): (&Cell, &Cell),
    detailed: bool,
) -> Result<Iteration, Error> {
    let days = cell.period;
    let shipped = happened::shipped(source, product, days).await?;
    let past = source.incidents(Some(product.id), days, cell.as_of).await?;
    let touched = touched(source, product, &shipped, &past, cell).await?;
    let asked = Values { cell: *cell, before: Some(*earlier), detailed };
    let all = values(source, product, &asked, |_, feature| feature != FeatureId::NONE).await?;
    let worst = news(source, product, cell, &all.features, End::Lowest, detailed).await?;
    let best = news(source, product, cell, &all.features, End::Highest, detailed).await?;
    let Valued { mut features, mut questions, mut hidden } = all;
    let elsewhere = elsewhere(features.iter().filter(|one| !touched.contains(&one.feature)));
    features.retain(|one| touched.contains(&one.feature));
    hidden.retain(|feature| touched.contains(feature));
    questions.retain(|one| features.iter().any(|feature| feature.feature.name == one.subject));
    let Valued { features, mut questions, .. } = Valued { features, questions, hidden }.with_hidden();
    let findings = happened::findings(source, product, days, cell.as_of).await?;
    let incidents = happened::incidents(source, product, &past, days).await?;
    let announcements = happened::announcements(source, product, days).await?;
    for one in findings.iter().filter(|one| one.first_day >= days.from) {
        if let (Verdict::CannotTell | Verdict::NoBaseline | Verdict::Watch, Some(text)) =
            (one.verdict, open(one))
        {
            questions.push(Question { subject: format!("{} with {}", one.feature.name, one.release), text });
        }
    }
    if incidents.unattributed > 0 {
        questions.push(Question {
            subject: "Causes of incidents".to_owned(),
            text: format!(
                "The cause of {} is not known. Attribute them to a release, or state that no change caused them.",
                crate::words::counted(incidents.unattributed as u64, "incident")
            ),
        });
    }
    if features.iter().any(|one| one.contributions.incidents.is_none()) {
        questions.push(Question {
            subject: "Active customers".to_owned(),
            text: "They are not recorded for every feature, so incidents are not deducted from its value."
                .to_owned(),
        });
    }
    let zone = product.time_zone.parse().unwrap_or(chrono_tz::UTC);
    let deployed =
        deployment::deployed(source.store, source.reader.by, (product.id, zone), (days.from, days.until))
            .await?;
    Ok(Iteration {
        name: row.name.clone(),
        goal: row.goal.clone(),
        shipped: shipped.into_iter().map(|(_, one)| one).collect(),
        deployments: Deployments {
            succeeded: deployed.succeeded,
            failed: deployed.failed,
            rolled_back: deployed.rolled_back,
        },
        features,
        elsewhere,
        best,
        worst,
        findings,
        incidents,
        announcements,
        known_errors: known::section(source, product.id, days, None).await?,
        requests: requests(source, product, days).await?,
        questions,
        marks: if detailed { source.marks(product, trend_days(cell.as_of)).await? } else { Vec::new() },
    })
}

/// The features that the releases of an iteration touch: those that they name, and those of the incidents attributed to them. What a
/// release touches that names none is told by the responses that name it.
async fn touched(
    source: &Source<'_>,
    product: &product::Model,
    shipped: &[(ReleaseId, Shipped)],
    past: &[Past],
    cell: &Cell,
) -> Result<BTreeSet<Subject>, Error> {
    let named = shipped.iter().flat_map(|(_, one)| &one.features).map(|touch| touch.feature.clone());
    let mut touched: BTreeSet<Subject> = named.collect();
    let of_iteration = |release: &ReleaseId| shipped.iter().any(|(id, _)| id == release);
    for one in past {
        if let Cause::Release { release, .. } = &one.cause
            && of_iteration(release)
        {
            touched.extend(one.features.iter().map(|feature| source.subject(product.id, *feature)));
        }
    }
    for (release, _) in shipped.iter().filter(|(_, one)| one.features.is_empty()) {
        let scope = Cell { release: Some(*release), ..*cell }.responses(product.id);
        let people = feedback::people_by_feature(source.store, source.reader.by, scope, None).await?;
        touched.extend(people.into_keys().flatten().map(|feature| source.subject(product.id, feature)));
    }
    Ok(touched)
}

/// The features whose value changed clearly.
fn elsewhere<'a>(features: impl Iterator<Item = &'a FeatureValue>) -> Vec<BeforeAfter> {
    let changed = |one: &FeatureValue| {
        let (before, difference) = (one.before?, one.change.filter(Estimate::is_clear)?);
        let feature = one.feature.clone();
        Some(BeforeAfter { feature, before, after: one.value, difference, responses: None })
    };
    let mut changed: Vec<BeforeAfter> = features.filter_map(changed).collect();
    changed.sort_by(|a, b| a.difference.value.total_cmp(&b.difference.value).then(a.feature.cmp(&b.feature)));
    changed
}

/// The requests for feedback that were made in a period.
async fn requests(
    source: &Source<'_>,
    product: &product::Model,
    days: Period,
) -> Result<Option<Requests>, Error> {
    let zone: chrono_tz::Tz = product.time_zone.parse().unwrap_or(chrono_tz::UTC);
    let [from, until] = [days.from, days.until].map(|day| begins(day, zone));
    let (by, only_groups) = (source.reader.by, source.only_groups());
    let rows = request::responded_within(source.store, by, product.id, (from, until), only_groups).await?;
    let segment = |one: &request::Responded| {
        let row = one.segment.and_then(|id| source.dimensions.segments.get(&id));
        let rest = one.rest.then(|| "others".to_owned());
        RequestSegment {
            segment: row.map(|segment| segment.name.clone()).or(rest),
            sent: one.asked,
            answered: one.responded,
        }
    };
    let segments: Vec<RequestSegment> = rows.iter().map(segment).collect();
    let sum = |of: fn(&RequestSegment) -> i64| segments.iter().map(of).sum::<i64>();
    let (sent, answered) = (sum(|one| one.sent), sum(|one| one.answered));
    Ok((sent > 0).then_some(Requests { sent, answered, segments }))
}

/// The time at which a day begins in a time zone.
fn begins(day: NaiveDate, zone: chrono_tz::Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = zone.from_local_datetime(&midnight).earliest();
    local.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

/// What is missing for a verdict.
fn open(of: &ballroom_render::model::Finding) -> Option<String> {
    match of.verdict {
        Verdict::CannotTell => {
            Some("Too few responses since the release to tell whether it changed anything.".to_owned())
        }
        Verdict::NoBaseline => Some("Too few responses before the release to compare with.".to_owned()),
        _ => of.reason.as_ref().map(|reason| format!("There is a suspicion, but no verdict: {reason}.")),
    }
}

/// The feature whose value fell or rose most, if it did clearly, with what customers said of it.
async fn news(
    source: &Source<'_>,
    product: &product::Model,
    cell: &Cell,
    features: &[FeatureValue],
    end: End,
    with_quotes: bool,
) -> Result<Option<News>, Error> {
    let clear = features.iter().filter_map(|one| Some((one, one.change?))).filter(|(_, change)| match end {
        End::Lowest => change.upper < 0.0,
        End::Highest => change.lower > 0.0,
    });
    let most = clear.max_by(|(_, a), (_, b)| a.value.abs().total_cmp(&b.value.abs()));
    let Some((feature, change)) = most else { return Ok(None) };
    let quotes = if with_quotes { quotes(source, product, cell, feature, end).await? } else { Vec::new() };
    let row = feature.feature.key.as_deref().and_then(|key| source.dimensions.known_feature(product.id, key));
    let words = match row {
        Some(row) => known::said(source, product.id, Some(row.id), cell.period).await?,
        None => Vec::new(),
    };
    Ok(Some(News { feature: feature.feature.clone(), change, value: feature.value, quotes, words }))
}

async fn quotes(
    source: &Source<'_>,
    product: &product::Model,
    cell: &Cell,
    feature: &FeatureValue,
    end: End,
) -> Result<Vec<Quote>, Error> {
    let (Some(read), Some(key)) = (source.reader.reads(), feature.feature.key.as_deref()) else {
        return Ok(Vec::new());
    };
    let Some(row) = source.dimensions.known_feature(product.id, key) else { return Ok(Vec::new()) };
    // The scale with the most responses: ratings of different scales cannot be compared.
    let most = feature.ratings.iter().max_by_key(|rating| rating.responses.iter().sum::<i64>());
    let Some(scale) = most.and_then(|rating| {
        let named = source.dimensions.scales.values().filter(|scale| scale.name == rating.scale);
        named.min_by_key(|scale| scale.id)
    }) else {
        return Ok(Vec::new());
    };
    let end = match (end, scale.higher_is_better) {
        (End::Lowest, true) | (End::Highest, false) => End::Lowest,
        (End::Highest, true) | (End::Lowest, false) => End::Highest,
    };
    let scope = ResponseScope {
        product: product.id,
        days: (cell.period.from, cell.period.until),
        release: None,
        segment: None,
    };
    let rows = feedback::comments(source.store, read, scope, (row.id, scale.id, end), QUOTES).await?;
    let quote = |response: ballroom_entity::feedback::Model| {
        let text = response.comment?;
        let rating = response.level.map(|level| scale::rating(scale, level));
        let release = response.release_id.and_then(|id| source.dimensions.releases.get(&id));
        Some(Quote {
            text: shortened(text.trim()),
            rating: rating.map(|rating| format!("{rating} of {}", scale.max)),
            day: response.day,
            release: release.map(|release| release.version.clone()),
        })
    };
    Ok(rows.into_iter().filter_map(quote).collect())
}

/// A text of at most a number of characters.
fn shortened(text: &str) -> String {
    if text.chars().count() <= QUOTE_LENGTH {
        return text.to_owned();
    }
    let short: String = text.chars().take(QUOTE_LENGTH).collect();
    format!("{}…", short.trim_end())
}
