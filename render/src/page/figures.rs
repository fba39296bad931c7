//! Values of features on a page: charts and tables.

use super::{Block, Cell, Concept, Table, capital, pieces::tone, word};
use crate::{
    chart::{self, Row, Series},
    model::{BeforeAfter, FeatureValue, Mark, Rating, Report, Tone},
    number,
    words::Vocabulary,
};

/// At most this many features have a chart of their trend or of their ratings.
const CHARTS: usize = 12;

/// Values of features: chart, table, trends, ratings.
pub(super) fn values(report: &Report, features: &[FeatureValue], marks: &[Mark]) -> Vec<Block> {
    let translated = |text: &str| report.vocabulary.translated(text);
    let mut blocks = Vec::new();
    if features.is_empty() {
        return vec![Block::Text(translated("There are no responses about features of this report."))];
    }
    let rows: Vec<Row> = features
        .iter()
        .map(|one| Row {
            label: one.feature.name.clone(),
            value: one.value,
            before: one.before.map(|before| before.value),
            enough: one.rank.is_some(),
        })
        .collect();
    let spoken = features.iter().map(|one| format!("{} {}", one.feature.name, number::estimate(&one.value)));
    let with_before = features.iter().any(|one| one.before.is_some());
    blocks.push(Block::Figure {
        picture: chart::intervals(&rows),
        caption: translated(&format!(
            "Perceived value, 0 to 100: the dot is the value, the bar its 90 % interval{}.{}",
            if with_before { ", the ring the value before" } else { "" },
            if features.iter().any(|one| one.rank.is_none()) {
                " Gray: too few responses to rank."
            } else {
                ""
            }
        )),
        description: format!(
            "{} with 90 % intervals: {}",
            translated("Perceived values"),
            spoken.collect::<Vec<_>>().join("; ")
        ),
    });
    blocks.push(Block::Table(value_table(report, features)));
    blocks.extend(trends(report, features, marks));
    blocks.extend(ratings(report, features));
    blocks.extend(segments(report, features));
    blocks
}

fn value_table(report: &Report, features: &[FeatureValue]) -> Table {
    let columns =
        ["##", "Feature", "#Value", "#90 % interval", "#Change", "#Active/day", "#Responses", "#Liked by"];
    let mut table = Table::translated(report.vocabulary, "Value, change and reach", &columns);
    for one in features {
        let change = match &one.change {
            Some(change) => Cell::toned(number::difference(change), tone(change)),
            None => Cell::new("–"),
        };
        let shown = |number: Option<i64>| number.map_or_else(|| "–".to_owned(), number::count);
        table.row([
            Cell::new(one.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string())),
            Cell::new(&one.feature.name),
            Cell::new(number::one(one.value.value)),
            Cell::new(format!("{}–{}", number::one(one.value.lower), number::one(one.value.upper))),
            change,
            Cell::new(shown(one.reach.exposed.map(|exposed| exposed.round() as i64))),
            Cell::new(shown(one.reach.responses)),
            Cell::new(one.reach.liked.map_or_else(|| "–".to_owned(), number::percent)),
        ]);
    }
    let ranks: Vec<u32> = features.iter().filter_map(|one| one.rank).collect();
    let jumps = ranks.iter().enumerate().any(|(at, rank)| *rank != at as u32 + 1);
    let of_all = if jumps { "#: rank among all features of the product. " } else { "" };
    table.note = report.vocabulary.translated(&format!(
        "{of_all}Change: difference from the period before, with its 90 % interval. Liked by: share of the responses in the \
         upper quarter of their scale."
    ));
    table
}

/// What the values are made of.
pub(super) fn contributions(report: &Report, features: &[FeatureValue]) -> Option<Block> {
    if features.is_empty() {
        return None;
    }
    let mut table = Table::translated(
        report.vocabulary,
        "What the values are made of, in points: the parts add to the value",
        &["Feature", "#Average", "#History", "#Responses", "#Incidents", "#Value", "#Own data"],
    );
    for one in features {
        let parts = &one.contributions;
        let of = |points: f64| {
            let tone = if points > 0.95 {
                Tone::Good
            } else if points < -0.95 {
                Tone::Bad
            } else {
                Tone::Neutral
            };
            Cell::toned(number::signed(points), tone)
        };
        table.row([
            Cell::new(&one.feature.name),
            Cell::new(number::one(parts.base)),
            Cell::new(number::signed(parts.history)),
            of(parts.feedback),
            parts.incidents.map_or_else(|| Cell::new("unknown"), of),
            Cell::new(number::one(one.value.value)),
            Cell::new(number::percent(parts.own_weight)),
        ]);
    }
    table.note = report.vocabulary.translated(
        "Average: expectation for an average feature and this mix of customers. History: earlier responses. Own data: weight of \
         the responses of the period in the value.",
    );
    Some(Block::Table(table))
}

fn trends(report: &Report, features: &[FeatureValue], marks: &[Mark]) -> Option<Block> {
    let with_trend = features.iter().filter(|one| one.trend.len() > 1).take(CHARTS);
    let series: Vec<Series> =
        with_trend.map(|one| Series { name: &one.feature.name, points: &one.trend }).collect();
    if series.is_empty() {
        return None;
    }
    let spoken = series.iter().filter_map(|one| {
        let (first, last) = (one.points.first()?, one.points.last()?);
        Some(format!(
            "{} from {} to {}",
            one.name,
            number::one(first.value.value),
            number::one(last.value.value)
        ))
    });
    Some(Block::Figure {
        picture: chart::trends(&series, marks),
        caption: report.vocabulary.translated(
            "Value over time, with its 90 % interval: each point rests on as many days as the table, and the last one is the \
             table's; vertical lines: releases; red lines below: incidents, the taller the more severe.",
        ),
        description: format!(
            "{}: {}",
            report.vocabulary.translated("Trends of perceived value"),
            spoken.collect::<Vec<_>>().join("; ")
        ),
    })
}

fn ratings(report: &Report, features: &[FeatureValue]) -> Vec<Block> {
    let mut scales: Vec<&str> = features.iter().flat_map(|one| &one.ratings).map(|one| &*one.scale).collect();
    scales.sort_unstable();
    scales.dedup();
    let translated = |text: &str| report.vocabulary.translated(text);
    let chart = |scale: &&str| {
        let of_scale = features.iter().flat_map(|one| {
            let ratings = one.ratings.iter().filter(|rating| rating.scale == **scale);
            ratings.map(|rating| (&*one.feature.name, rating))
        });
        let rows: Vec<(&str, &Rating)> = of_scale.take(CHARTS).collect();
        let spoken = rows.iter().map(|(name, rating)| {
            let counts: Vec<_> = rating.responses.iter().map(i64::to_string).collect();
            format!("{name}: {}", counts.join(", "))
        });
        Block::Figure {
            picture: chart::distribution(&rows),
            caption: format!(
                "{} on the scale {scale}; right: their number.",
                translated("Distribution of the responses")
            ),
            description: format!(
                "{} at each rating of {scale}, from the lowest: {}",
                translated("Number of responses"),
                spoken.collect::<Vec<_>>().join("; ")
            ),
        }
    };
    scales.iter().map(chart).collect()
}

fn segments(report: &Report, features: &[FeatureValue]) -> Option<Block> {
    let mut names: Vec<&str> = Vec::new();
    for segment in features.iter().flat_map(|one| &one.segments) {
        if !names.contains(&&*segment.segment) {
            names.push(&segment.segment);
        }
    }
    if names.is_empty() {
        return None;
    }
    let labels: Vec<String> = names.iter().map(|name| format!("#{name}")).collect();
    let feature = capital(word(report, Concept::Feature));
    let columns: Vec<&str> = std::iter::once(&*feature).chain(labels.iter().map(|label| &**label)).collect();
    let caption = report.vocabulary.translated("Value by segment, with the number of responses");
    let mut table = Table::new(caption, &columns);
    for one in features.iter().filter(|one| !one.segments.is_empty()) {
        let cells = names.iter().map(|name| {
            let segment = one.segments.iter().find(|segment| segment.segment == *name);
            let Some(segment) = segment else { return Cell::new("–") };
            match (segment.value, segment.responses) {
                (Some(value), Some(responses)) => {
                    let text = format!("{} ({})", number::one(value.value), number::count(responses));
                    Cell::new(text.replace(' ', "\u{a0}"))
                }
                _ => Cell::new("few"),
            }
        });
        let cells: Vec<Cell> = cells.collect();
        table.row(std::iter::once(Cell::new(&one.feature.name)).chain(cells));
    }
    Some(Block::Table(table))
}

/// Values before and after, and their differences.
pub(super) fn before_after(
    vocabulary: Vocabulary,
    caption: &str,
    [before, after]: [&str; 2],
    rows: &[BeforeAfter],
) -> Option<Block> {
    if rows.is_empty() {
        return None;
    }
    let (before, after) = (format!("#{before}"), format!("#{after}"));
    let [feature, responses] = ["Feature", "#Responses"].map(|label| vocabulary.translated(label));
    let mut table = Table::new(caption, &[&feature, &before, &after, "#Difference (90 %)", &responses]);
    for one in rows {
        table.row([
            Cell::new(&one.feature.name),
            Cell::new(number::estimate(&one.before)),
            Cell::new(number::estimate(&one.after)),
            Cell::toned(number::difference(&one.difference), tone(&one.difference)),
            Cell::new(one.responses.map_or_else(
                || "–".to_owned(),
                |[before, after]| {
                    format!("{} → {}", number::count(before), number::count(after)).replace(' ', "\u{a0}")
                },
            )),
        ]);
    }
    table.note = "A difference whose interval does not contain zero is colored.".to_owned();
    Some(Block::Table(table))
}
