//! The report of an iteration.

use std::collections::HashSet;

use ballroom_entity::{id::FeatureId, iteration, product};
use ballroom_render::{
    Report, compared,
    model::{Changes, Content, Deployments, FeatureValue, Iteration, News, Question, Quote, Verdict},
};
use chrono::NaiveDate;

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
        feedback::{self, End, Heard},
        iteration as iterations, scale,
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
    let touched: HashSet<&str> = shipped
        .iter()
        .flat_map(|(_, one)| &one.features)
        .filter_map(|touch| touch.feature.key.as_deref())
        .collect();
    let asked = Values { cell: *cell, before: Some(*earlier), detailed };
    let all = values(source, product, &asked, |_, feature| feature != FeatureId::NONE).await?;
    let worst = news(source, product, cell, &all.features, End::Lowest, detailed).await?;
    let best = news(source, product, cell, &all.features, End::Highest, detailed).await?;
    let Valued { mut features, mut questions } = all;
    if !touched.is_empty() {
        features.retain(|one| one.feature.key.as_deref().is_some_and(|key| touched.contains(key)));
        questions.retain(|one| {
            features.iter().any(|feature| feature.feature.name == one.subject)
                || one.subject.starts_with("Features that")
        });
    } else {
        features.retain(|one| one.reach.responses.is_none_or(|responses| responses > 0));
    }
    let findings = happened::findings(source, product, days, cell.as_of).await?;
    let past = source.incidents(Some(product.id), days, cell.as_of).await?;
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
        best,
        worst,
        findings,
        incidents,
        announcements,
        known_errors: known::section(source, product.id, days, None).await?,
        requests: None,
        questions,
        marks: if detailed { source.marks(product, trend_days(cell.as_of)).await? } else { Vec::new() },
    })
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
    let heard = Heard {
        product: product.id,
        days: (cell.period.from, cell.period.until),
        release: None,
        segment: None,
    };
    let rows = feedback::comments(source.store, read, heard, (row.id, scale.id, end), QUOTES).await?;
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
