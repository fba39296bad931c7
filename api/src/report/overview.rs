//! The overview of all products.

use ballroom_entity::{id::FeatureId, product};
use ballroom_render::{
    Report, compared,
    model::{Changes, Content, Estimate, Overview, ProductLine, Question, Verdict},
};
use chrono::NaiveDate;

use super::{
    features::{before, estimate, rounded},
    happened, number,
    source::{Source, product_subject},
    whole,
};
use crate::{
    base::error::Error,
    score::{Cell, Period, known_day},
};

/// Default length of the period: about a month, in whole weeks.
const DAYS: u64 = 28;

pub(super) async fn report(
    source: &Source<'_>,
    period: Option<Period>,
    as_of: Option<NaiveDate>,
) -> Result<Report, Error> {
    let products = source.dimensions.products.values();
    // Products may be in different time zones: the common day is the latest of theirs.
    let today =
        products.map(|product| source.today(product)).max().unwrap_or_else(|| source.now.date_naive());
    let as_of = as_of.map(|day| known_day("asOf", day, today)).transpose()?;
    let period = period.unwrap_or_else(|| Period::last(DAYS, as_of.unwrap_or(today)));
    let (period, as_of) = Period::resolve(Some(period), as_of, today)?;
    let cell = Cell { period, release: None, segment: None, as_of };
    let built = |content: Overview, cell: &Cell| {
        let content = Content::Overview(Box::new(content));
        whole(source, "Overview of all products".to_owned(), None, (cell, today), Changes::default(), content)
    };
    let mut report = built(content(source, &cell).await?, &cell);
    let earlier = before(&cell);
    let then = built(content(source, &earlier).await?, &earlier);
    report.changes = compared(&then, &report, "the period before");
    Ok(report)
}

async fn content(source: &Source<'_>, cell: &Cell) -> Result<Overview, Error> {
    let mut rows: Vec<&product::Model> = source.dimensions.products.values().collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    let mut products = Vec::with_capacity(rows.len());
    for product in rows {
        products.push(line(source, product, cell).await?);
    }
    let score = |line: &ProductLine| line.value.map_or(f64::MIN, |value| value.value);
    products.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.product.cmp(&b.product)));
    let silent = products.iter().filter(|line| line.value.is_none()).map(|line| Question {
        subject: line.product.name.clone(),
        text: match line.responses {
            Some(0) => "Nobody responded in this period.".to_owned(),
            _ => "Too few customers responded for a value to be shown.".to_owned(),
        },
    });
    let questions = silent.collect();
    Ok(Overview { products, questions })
}

async fn line(source: &Source<'_>, product: &product::Model, cell: &Cell) -> Result<ProductLine, Error> {
    // The common day may not have begun in the time zone of the product.
    let today = source.today(product);
    let cell = Cell { as_of: cell.as_of.min(today), ..*cell };
    let (now, nobody) = value(source, product, &cell).await?;
    let (then, _) = value(source, product, &before(&cell)).await?;
    let days = cell.period;
    let past = source.incidents(Some(product.id), days, cell.as_of).await?;
    let announcements = happened::announcements(source, product, days).await?;
    let mut regressions = happened::findings(source, product, days, cell.as_of).await?;
    regressions.retain(|one| one.verdict == Verdict::Regressed);
    let change = match (&now, &then) {
        (Some(now), Some(then)) if now.of_features == then.of_features => Some(now.value.since(&then.value)),
        _ => None,
    };
    // Of too few customers not even the number is shown.
    let responses = match (&now, nobody) {
        (Some(now), _) => Some(now.responses),
        (None, true) => Some(0),
        (None, false) => None,
    };
    Ok(ProductLine {
        product: product_subject(product),
        value: now.as_ref().map(|now| now.value),
        of_features: now.as_ref().is_some_and(|now| now.of_features),
        change: change.map(rounded),
        responses,
        releases: announcements.shipped,
        regressions,
        incidents: past.len() as i64,
        customer_hours_lost: happened::lost(source, product, days).await?,
        median_lead_hours: announcements.median_lead_hours,
        surprises: announcements.surprises,
    })
}

/// The value of a product.
struct Whole {
    value: Estimate,
    of_features: bool,
    responses: i64,
}

/// The value of the product as a whole, else the mean of its features, weighted by their responses. And whether nobody responded.
async fn value(
    source: &Source<'_>,
    product: &product::Model,
    cell: &Cell,
) -> Result<(Option<Whole>, bool), Error> {
    let (by, today) = (source.reader.by, source.today(product));
    if cell.period.from > today {
        return Ok((None, true));
    }
    let (_, exact) = source.scores.value_report(by, today, product.id, *cell).await?;
    let nobody = exact.iter().all(|value| value.responses == 0);
    let (snapshot, values) = source.values(product, *cell).await?;
    let whole = values.iter().find(|value| snapshot.feature_of(*value) == FeatureId::NONE && value.ranked);
    if let Some(whole) = whole {
        let value = estimate(whole);
        return Ok((Some(Whole { value, of_features: false, responses: whole.responses }), nobody));
    }
    let ranked: Vec<_> = values.iter().filter(|value| value.ranked).collect();
    let responses: i64 = ranked.iter().map(|value| value.responses).sum();
    if responses == 0 {
        return Ok((None, nobody));
    }
    let mut value = Estimate { value: 0.0, lower: 0.0, upper: 0.0 };
    let (mut down, mut up) = (0.0, 0.0);
    for one in &ranked {
        let weight = one.responses as f64 / responses as f64;
        value.value += weight * one.score;
        // The distances to the ends are added as squares, as for independent values.
        down += (weight * (one.score - one.lower)).powi(2);
        up += (weight * (one.upper - one.score)).powi(2);
    }
    value.lower = number((value.value - down.sqrt()).max(0.0));
    value.upper = number((value.value + up.sqrt()).min(100.0));
    value.value = number(value.value);
    Ok((Some(Whole { value, of_features: true, responses }), nobody))
}
