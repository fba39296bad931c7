//! The values of features, with what they are made of.

use std::collections::HashMap;

use ballroom_analytics::value::{IncidentBasis, ValueScore};
use ballroom_entity::{
    id::{FeatureId, ProductId, ScaleId, SegmentId},
    product,
};
use ballroom_render::model::{
    Contributions, Estimate, FeatureValue, Question, Rating, Reach, SegmentValue, TrendPoint,
};
use chrono::{Days, NaiveDate};

use super::{number, source::Source};
use crate::{
    base::error::Error,
    domain::{
        feedback::{self, Group, Heard, Voices},
        privacy::visible,
        scale,
    },
    score::{
        Cell, Period, TrendOf,
        distribution::{self, Spread},
    },
};

/// Length of the period of each point of a trend in days, and the distance between points.
const TREND_DAYS: u32 = 28;
const TREND_STEP: u64 = 7;
/// Number of points of a trend: half a year.
const TREND_POINTS: u64 = 26;
/// At most this many features have a trend, and this many segments are compared.
const MOST_TRENDS: usize = 12;
const MOST_SEGMENTS: usize = 6;
/// Share of a scale from which a rating means that a customer likes something.
const LIKED: f64 = 0.75;

/// Which values.
pub(super) struct Values {
    /// The period, release, segment and last known day.
    pub cell: Cell,
    /// What it is compared with; none: nothing.
    pub before: Option<Cell>,
    /// Whether trends, ratings and segments are included.
    pub detailed: bool,
}

/// The features of a product with their values, and what is not known of them.
pub(super) struct Valued {
    /// The features: the ranked ones from the highest value down, then the others.
    pub features: Vec<FeatureValue>,
    /// What the data do not answer.
    pub questions: Vec<Question>,
}

/// A period of the same length that ends where another begins, as it was known then.
pub(super) fn before(cell: &Cell) -> Cell {
    let Period { from, until } = cell.period;
    let days = (until - from).num_days().max(1) as u64;
    let period = Period { from: from - Days::new(days), until: from };
    Cell { period, as_of: from.pred_opt().unwrap_or(from), ..*cell }
}

/// A value with its interval.
pub(super) fn estimate(of: &ValueScore) -> Estimate {
    Estimate { value: number(of.score), lower: number(of.lower), upper: number(of.upper) }
}

/// The values of the features of a product that are wanted.
pub(super) async fn values(
    source: &Source<'_>,
    product: &product::Model,
    asked: &Values,
    wanted: impl Fn(&ValueScore, FeatureId) -> bool,
) -> Result<Valued, Error> {
    let (by, today) = (source.reader.by, source.today(product));
    let (snapshot, scores) = source.scores.value_report(by, today, product.id, asked.cell).await?;
    let earlier = match asked.before {
        Some(cell) => source.scores.value_report(by, today, product.id, cell).await?.1,
        None => Vec::new(),
    };
    let earlier: HashMap<FeatureId, &ValueScore> =
        earlier.iter().map(|value| (snapshot.feature_of(value), value)).collect();
    let heard = Heard {
        product: product.id,
        days: (asked.cell.period.from, asked.cell.period.until),
        release: asked.cell.release,
        segment: asked.cell.segment,
    };
    let (voices, groups) = feedback::voices(source.store, by, heard).await?;
    let voices_before = match asked.before {
        Some(Cell { period, .. }) if source.reader.coarse().is_some() => {
            let heard = Heard { days: (period.from, period.until), ..heard };
            feedback::voices(source.store, by, heard).await?.0
        }
        _ => HashMap::new(),
    };
    let ratings = ratings(source, product.id, &asked.cell).await?;
    let wanted: Vec<(usize, &ValueScore, FeatureId)> = scores
        .iter()
        .enumerate()
        .map(|(at, value)| (at, value, snapshot.feature_of(value)))
        .filter(|(_, value, feature)| wanted(value, *feature))
        .collect();
    let segments = if asked.detailed && asked.cell.segment.is_none() {
        segments(source, product, &asked.cell, &groups).await?
    } else {
        HashMap::new()
    };

    let mut valued = Valued { features: Vec::new(), questions: Vec::new() };
    let mut hidden = 0;
    for (at, value, feature) in wanted {
        let now = voices.get(&feature.some()).copied().unwrap_or_default();
        let ratings = ratings.get(&feature).cloned().unwrap_or_default();
        // Without responses of either period, a difference would be one of estimates from elsewhere.
        let before = earlier.get(&feature).filter(|before| before.responses > 0 && value.responses > 0);
        let before: Option<Estimate> = before.map(|before| estimate(before));
        let value_now = estimate(value);
        let with_trend = asked.detailed && valued.features.len() < MOST_TRENDS;
        let trend = match with_trend && feature != FeatureId::NONE && value.ranked {
            true => trend(source, product, feature, &asked.cell).await?,
            false => Vec::new(),
        };
        let mut one = FeatureValue {
            rank: value.ranked.then_some(at as u32 + 1),
            feature: source.subject(product.id, feature),
            team: team(source, feature),
            value: value_now,
            before,
            change: before.map(|before| rounded(value_now.since(&before))),
            contributions: contributions(value),
            reach: reach(value, now, &ratings, source),
            trend,
            ratings: if asked.detailed { shown(source, ratings) } else { Vec::new() },
            segments: segments.get(&feature).cloned().unwrap_or_default(),
        };
        valued.questions.extend(questions(&one, value));
        if let Some(coarse) = source.reader.coarse() {
            let before = voices_before.get(&feature.some()).copied().unwrap_or_default();
            match coarse.feature(one, [before.people(), now.people()]) {
                Some(coarse) => one = coarse,
                None => {
                    hidden += 1;
                    valued
                        .questions
                        .retain(|question| question.subject != source.subject(product.id, feature).name);
                    continue;
                }
            }
        }
        valued.features.push(one);
    }
    if hidden > 0 {
        valued.questions.push(Question {
            subject: "Features that are not shown".to_owned(),
            text: format!(
                "{} {} not shown, because too few customers responded about {}.",
                crate::words::counted(hidden, "feature"),
                if hidden == 1 { "is" } else { "are" },
                if hidden == 1 { "it" } else { "them" },
            ),
        });
    }
    Ok(valued)
}

/// A difference with the decimals of all figures.
pub(super) fn rounded(of: Estimate) -> Estimate {
    Estimate { value: number(of.value), lower: number(of.lower), upper: number(of.upper) }
}

fn team(source: &Source<'_>, feature: FeatureId) -> Option<String> {
    let team = source.dimensions.features.get(&feature)?.team_id?;
    Some(source.dimensions.teams.get(&team)?.name.clone())
}

fn contributions(value: &ValueScore) -> Contributions {
    let (history, feedback) = (number(value.history), number(value.feedback));
    let incidents = (value.incident_basis == IncidentBasis::Exposure).then(|| number(value.incidents));
    Contributions {
        // The rounded parts add to the rounded value.
        base: number(number(value.score) - history - feedback - incidents.unwrap_or_default()),
        history,
        feedback,
        incidents,
        own_weight: number(value.own_weight),
    }
}

type Ratings = Vec<(ScaleId, Vec<i64>)>;

/// Responses at each rating, of each feature and scale; those about a feature of a release are those that name it.
async fn ratings(
    source: &Source<'_>,
    product: ProductId,
    cell: &Cell,
) -> Result<HashMap<FeatureId, Ratings>, Error> {
    let Cell { period, release, segment, .. } = *cell;
    let period = Period { until: period.until.min(cell.as_of + Days::new(1)).max(period.from), ..period };
    let spread = Spread { product, period, release, segment };
    let mut levels = distribution::read(source.store, source.reader.by.organization(), &spread).await?;
    levels.sort_by_key(|one| (one.feature, one.scale, one.level));
    let mut ratings: HashMap<FeatureId, Ratings> = HashMap::new();
    for one in levels {
        let Some(row) = source.dimensions.scales.get(&one.scale) else { continue };
        let of_feature = ratings.entry(one.feature).or_default();
        if of_feature.last().is_none_or(|(scale, _)| *scale != one.scale) {
            of_feature.push((one.scale, vec![0; scale::levels(row)]));
        }
        if let Some(count) = of_feature.last_mut().and_then(|(_, counts)| counts.get_mut(one.level as usize))
        {
            *count += one.answers;
        }
    }
    Ok(ratings)
}

fn shown(source: &Source<'_>, ratings: Ratings) -> Vec<Rating> {
    let mut shown: Vec<Rating> = ratings
        .into_iter()
        .filter_map(|(scale, responses)| {
            let row = source.dimensions.scales.get(&scale)?;
            Some(Rating {
                scale: row.name.clone(),
                min: row.min,
                step: row.step,
                higher_is_better: row.higher_is_better,
                responses,
            })
        })
        .collect();
    shown.sort_by(|a, b| a.scale.cmp(&b.scale));
    shown
}

fn reach(value: &ValueScore, voices: Voices, ratings: &Ratings, source: &Source<'_>) -> Reach {
    let exposed = (value.exposure_days > 0).then(|| value.customer_days / f64::from(value.exposure_days));
    let (mut liked, mut all) = (0, 0);
    for (scale, counts) in ratings {
        let Some(row) = source.dimensions.scales.get(scale) else { continue };
        let last = counts.len().saturating_sub(1).max(1) as f64;
        for (level, count) in counts.iter().enumerate() {
            let place = level as f64 / last;
            let utility = if row.higher_is_better { place } else { 1.0 - place };
            liked += if utility >= LIKED - 1e-9 { *count } else { 0 };
            all += count;
        }
    }
    Reach {
        exposed: exposed.map(number),
        responses: Some(value.responses),
        customers: Some(voices.customers),
        liked: (all > 0).then(|| number(liked as f64 / all as f64)),
    }
}

/// The value as of the days that end each week of half a year.
pub(super) async fn trend(
    source: &Source<'_>,
    product: &product::Model,
    feature: FeatureId,
    cell: &Cell,
) -> Result<Vec<TrendPoint>, Error> {
    let days =
        (0..TREND_POINTS).rev().filter_map(|back| cell.as_of.checked_sub_days(Days::new(TREND_STEP * back)));
    let asked =
        TrendOf { days: TREND_DAYS, as_of: days.collect(), release: cell.release, segment: cell.segment };
    let (by, today) = (source.reader.by, source.today(product));
    let (snapshot, points) = source.scores.trend(by, today, product.id, feature, asked).await?;
    let point = |point: ballroom_analytics::value::TrendPoint| {
        let value = point.value.filter(|value| value.responses > 0)?;
        Some(TrendPoint { day: snapshot.date(point.day), value: estimate(&value) })
    };
    Ok(points.into_iter().filter_map(point).collect())
}

/// The days that trends cover.
pub(super) fn trend_days(as_of: NaiveDate) -> Period {
    let first = as_of.checked_sub_days(Days::new(TREND_STEP * (TREND_POINTS - 1))).unwrap_or(as_of);
    Period { from: first, until: as_of + Days::new(1) }
}

/// The value of each feature to each of the segments with the most customers who responded.
async fn segments(
    source: &Source<'_>,
    product: &product::Model,
    cell: &Cell,
    groups: &HashMap<Group, Voices>,
) -> Result<HashMap<FeatureId, Vec<SegmentValue>>, Error> {
    let mut sizes: HashMap<SegmentId, i64> = HashMap::new();
    for ((_, segment), voices) in groups {
        if let Some(segment) = segment {
            *sizes.entry(*segment).or_default() += voices.people();
        }
    }
    let mut largest: Vec<(SegmentId, i64)> = sizes.into_iter().collect();
    largest.sort_by_key(|(segment, people)| (-people, *segment));
    largest.truncate(MOST_SEGMENTS);
    let (by, today) = (source.reader.by, source.today(product));
    let mut values: HashMap<FeatureId, Vec<(SegmentId, ValueScore)>> = HashMap::new();
    for (segment, _) in &largest {
        let cell = Cell { segment: Some(*segment), ..*cell };
        let (snapshot, scores) = source.scores.value_report(by, today, product.id, cell).await?;
        for value in scores.into_iter().filter(|value| value.responses > 0) {
            values.entry(snapshot.feature_of(&value)).or_default().push((*segment, value));
        }
    }
    let name = |segment: &SegmentId| {
        let row = source.dimensions.segments.get(segment);
        row.map(|segment| segment.name.clone()).unwrap_or_default()
    };
    let of_feature = |(feature, values): (FeatureId, Vec<(SegmentId, ValueScore)>)| {
        let people = |segment: Option<SegmentId>| {
            groups.get(&(feature.some(), segment)).copied().unwrap_or_default().people()
        };
        let coarse = source.reader.coarse();
        // All groups, also those that have no row of their own, so that none follows from the others.
        let mut all: Vec<Option<SegmentId>> =
            groups.keys().filter(|(of, _)| *of == feature.some()).map(|(_, segment)| *segment).collect();
        all.sort_unstable();
        let sizes: Vec<i64> = all.iter().map(|segment| people(*segment)).collect();
        let visible: HashMap<Option<SegmentId>, bool> = all.into_iter().zip(visible(&sizes)).collect();
        let shown = values.iter().map(|(segment, value)| {
            let size = people(Some(*segment));
            let responses = value.responses;
            let (value, responses) = match coarse {
                None => (Some(estimate(value)), Some(responses)),
                Some(_) if visible.get(&Some(*segment)) != Some(&true) => (None, None),
                Some(coarse) => (
                    Some(coarse.value(estimate(value), size)),
                    Some(crate::domain::privacy::rounded(responses)),
                ),
            };
            SegmentValue { segment: name(segment), value, responses }
        });
        (feature, shown.collect())
    };
    Ok(values.into_iter().map(of_feature).collect())
}

/// What is not known of a feature.
fn questions(of: &FeatureValue, value: &ValueScore) -> Vec<Question> {
    let mut questions = Vec::new();
    let mut ask = |text: String| questions.push(Question { subject: of.feature.name.clone(), text });
    if value.responses == 0 {
        ask("Nobody responded about it in this period: its value is the expectation from earlier responses."
            .to_owned());
    } else if !value.ranked {
        ask(format!(
            "{} are too few to rank it. Ask those who use it, for example with the widget.",
            crate::words::counted(value.responses as u64, "response")
        ));
    } else if value.upper - value.lower > 20.0 {
        ask(format!(
            "Its value is only known to lie between {:.0} and {:.0}: more responses would narrow it.",
            value.lower, value.upper
        ));
    }
    questions
}
