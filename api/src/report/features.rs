//! The values of features, with what they are made of.

use std::collections::{HashMap, HashSet};

use ballroom_analytics::value::{IncidentBasis, ValueScore};
use ballroom_entity::{
    id::{FeatureId, ProductId, ScaleId, SegmentId},
    product,
};
use ballroom_render::model::{
    Contributions, Estimate, FeatureValue, Question, Rating, Reach, SegmentValue, Subject, TrendPoint,
};
use chrono::{Days, NaiveDate};

use super::{number, source::Source};
use crate::{
    base::error::Error,
    domain::{
        feedback::{self, Group, Voices},
        scale,
    },
    score::{
        Cell, Period, TrendOf,
        distribution::{self, Spread},
    },
};

/// Distance between the points of a trend in days.
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
    /// The features that are not shown, because too few customers responded about them.
    pub hidden: Vec<Subject>,
}

impl Valued {
    /// Says how many features are not shown.
    pub fn with_hidden(mut self) -> Self {
        let hidden = self.hidden.len();
        if hidden > 0 {
            self.questions.push(Question {
                subject: "Features that are not shown".to_owned(),
                text: format!(
                    "{} {} not shown, because too few customers responded about {}.",
                    crate::words::counted(hidden as u64, "feature"),
                    if hidden == 1 { "is" } else { "are" },
                    if hidden == 1 { "it" } else { "them" },
                ),
            });
        }
        self
    }
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
    let (known, all) = source.scores.value_report(by, today, product.id, asked.cell).await?;
    let (snapshot, scores) = source.values(product, asked.cell).await?;
    let earlier = match asked.before {
        Some(cell) => source.values(product, cell).await?.1,
        None => Vec::new(),
    };
    let earlier: HashMap<FeatureId, &ValueScore> =
        earlier.iter().map(|value| (snapshot.feature_of(value), value)).collect();
    let scope = asked.cell.responses(product.id);
    let (voices, groups) = feedback::voices(source.store, by, scope).await?;
    let ratings = ratings(source, product.id, &asked.cell).await?;
    // Ranks are those among the features that the audience sees: a gap would say how those rank that it does not.
    let ranked = scores.iter().map(|value| (value, snapshot.feature_of(value)));
    let ranked = ranked.filter(|(value, feature)| value.ranked && wanted(value, *feature)).enumerate();
    let ranks: HashMap<FeatureId, u32> = ranked.map(|(at, (_, feature))| (feature, at as u32 + 1)).collect();
    let seen: HashSet<FeatureId> = scores.iter().map(|value| snapshot.feature_of(value)).collect();
    let hidden = all.iter().map(|value| (value, known.feature_of(value)));
    let hidden = hidden.filter(|(value, feature)| !seen.contains(feature) && wanted(value, *feature));
    let hidden = hidden.map(|(_, feature)| source.subject(product.id, feature)).collect();
    let wanted: Vec<(&ValueScore, FeatureId)> = scores
        .iter()
        .map(|value| (value, snapshot.feature_of(value)))
        .filter(|(value, feature)| wanted(value, *feature))
        .collect();
    let segments = if asked.detailed && asked.cell.segment.is_none() {
        segments(source, product, &asked.cell, &groups).await?
    } else {
        HashMap::new()
    };

    let mut valued = Valued { features: Vec::new(), questions: Vec::new(), hidden };
    for (value, feature) in wanted {
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
        let one = FeatureValue {
            rank: ranks.get(&feature).copied(),
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
        valued.features.push(one);
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
    let group = source.only_groups();
    let mut shown: Vec<Rating> = ratings
        .into_iter()
        .filter_map(|(scale, mut responses)| {
            if let Some(group) = group {
                responses.iter_mut().for_each(|responses| *responses = group.count(*responses));
                responses.iter().find(|responses| **responses > 0)?;
            }
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
    let group = source.only_groups();
    let share = |share: f64| group.map_or(share, |group| group.step(voices.people()).share(share));
    Reach {
        exposed: exposed.map(|exposed| if group.is_some() { exposed.round() } else { number(exposed) }),
        responses: Some(value.responses),
        customers: Some(group.map_or(voices.customers, |group| group.count(voices.customers))),
        liked: (all > 0).then(|| number(share(liked as f64 / all as f64))),
    }
}

/// The value as of the days that end each week of half a year: each rests on as many days as the period, so the last one is the
/// value of the period.
pub(super) async fn trend(
    source: &Source<'_>,
    product: &product::Model,
    feature: FeatureId,
    cell: &Cell,
) -> Result<Vec<TrendPoint>, Error> {
    let last = cell.as_of.min(cell.period.until.pred_opt().unwrap_or(cell.as_of));
    let days = (0..TREND_POINTS).rev().filter_map(|back| last.checked_sub_days(Days::new(TREND_STEP * back)));
    let length = (cell.as_of + Days::new(1)).min(cell.period.until) - cell.period.from;
    let days_of_point = u32::try_from(length.num_days().max(1)).unwrap_or(1);
    let asked =
        TrendOf { days: days_of_point, as_of: days.collect(), release: cell.release, segment: cell.segment };
    let (by, today) = (source.reader.by, source.today(product));
    let trend = asked.clone();
    let (snapshot, mut points) = source.scores.trend(by, today, product.id, feature, asked).await?;
    if let Some(coarse) = source.coarse() {
        points = coarse.trend(&snapshot, (product.id, feature), &trend, points).await?;
    }
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
    // Without a value: of too few customers.
    let mut values: HashMap<FeatureId, Vec<(SegmentId, Option<ValueScore>)>> = HashMap::new();
    for (segment, _) in &largest {
        let cell = Cell { segment: Some(*segment), ..*cell };
        let (snapshot, scores) = source.scores.value_report(by, today, product.id, cell).await?;
        let (shown, seen) = source.values(product, cell).await?;
        for value in scores.into_iter().filter(|value| value.responses > 0) {
            let feature = snapshot.feature_of(&value);
            let seen = seen.iter().find(|one| shown.feature_of(*one) == feature).cloned();
            values.entry(feature).or_default().push((*segment, seen));
        }
    }
    let name = |segment: &SegmentId| {
        let row = source.dimensions.segments.get(segment);
        row.map(|segment| segment.name.clone()).unwrap_or_default()
    };
    let of_feature = |(feature, values): (FeatureId, Vec<(SegmentId, Option<ValueScore>)>)| {
        let people = |segment: Option<SegmentId>| {
            groups.get(&(feature.some(), segment)).copied().unwrap_or_default().people()
        };
        // All groups, also those that have no row of their own, so that none follows from the others.
        let mut all: Vec<Option<SegmentId>> =
            groups.keys().filter(|(of, _)| *of == feature.some()).map(|(_, segment)| *segment).collect();
        all.sort_unstable();
        let sizes: Vec<i64> = all.iter().map(|segment| people(*segment)).collect();
        let visible = source.only_groups().map(|group| group.visible(&sizes));
        let visible: HashMap<Option<SegmentId>, bool> =
            all.into_iter().zip(visible.unwrap_or_else(|| vec![true; sizes.len()])).collect();
        let shown = values.iter().map(|(segment, value)| {
            let value = value.as_ref().filter(|_| visible.get(&Some(*segment)) == Some(&true));
            SegmentValue {
                segment: name(segment),
                value: value.map(estimate),
                responses: value.map(|value| value.responses),
            }
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
