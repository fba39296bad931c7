//! Pieces that several kinds of reports have in common.

use super::{Block, Cell, Fact, Item, Table, word};
use crate::{
    chart::{self, Row, Series},
    model::{
        Announcements, BeforeAfter, FeatureValue, Finding, Incidents, KnownErrors, Mark, News, Question,
        Rating, Report, Requests, Tone, Verdict,
    },
    number,
};

/// At most this many features have a chart of their trend or of their ratings.
const CHARTS: usize = 12;

/// What changed since the last report: the first thing on the page.
pub(super) fn changes(report: &Report) -> Vec<Block> {
    let Some(since) = &report.changes.since else { return Vec::new() };
    let mut blocks = vec![Block::Heading(format!("What changed since {since}"))];
    if report.changes.items.is_empty() {
        blocks.push(Block::Text("Nothing changed that the data show.".to_owned()));
        return blocks;
    }
    let items = report.changes.items.iter();
    blocks.push(Block::List(
        items.map(|change| Item::new(change.tone, &change.subject, &change.text)).collect(),
    ));
    blocks
}

/// The tone of a difference of values: only a clear one has any.
pub(super) fn tone(difference: &crate::model::Difference) -> Tone {
    match difference {
        one if one.lower > 0.0 => Tone::Good,
        one if one.upper < 0.0 => Tone::Bad,
        _ => Tone::Neutral,
    }
}

/// Values of features: chart, table, trends, ratings.
pub(super) fn values(report: &Report, features: &[FeatureValue], marks: &[Mark]) -> Vec<Block> {
    let mut blocks = Vec::new();
    if features.is_empty() {
        let features = format!("{}s", word(report, "feature").to_lowercase());
        return vec![Block::Text(format!("There are no responses about {features} of this report."))];
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
        caption: format!(
            "Perceived value, 0 to 100: the dot is the value, the bar its 90 % interval{}.{}",
            if with_before { ", the ring the value before" } else { "" },
            if features.iter().any(|one| one.rank.is_none()) {
                " Gray: too few responses to rank."
            } else {
                ""
            }
        ),
        description: format!(
            "Perceived values with 90 % intervals: {}",
            spoken.collect::<Vec<_>>().join("; ")
        ),
    });
    blocks.push(Block::Table(value_table(report, features)));
    blocks.extend(trends(features, marks));
    blocks.extend(ratings(features));
    blocks.extend(segments(features));
    blocks
}

fn value_table(report: &Report, features: &[FeatureValue]) -> Table {
    let feature = word(report, "feature");
    let mut table = Table::new(
        "Value, change and reach",
        &["##", feature, "#Value", "#90 % interval", "#Change", "#Active/day", "#Responses", "#Liked by"],
    );
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
    let of_all = if jumps {
        format!("#: rank among all {}s of the product. ", feature.to_lowercase())
    } else {
        String::new()
    };
    table.note = format!(
        "{of_all}Change: difference from the period before, with its 90 % interval. Liked by: share of the responses in the \
         upper quarter of their scale."
    );
    table
}

/// What the values are made of.
pub(super) fn contributions(report: &Report, features: &[FeatureValue]) -> Option<Block> {
    if features.is_empty() {
        return None;
    }
    let feature = word(report, "feature");
    let mut table = Table::new(
        "What the values are made of, in points: the parts add to the value",
        &[feature, "#Average", "#History", "#Responses", "#Incidents", "#Value", "#Own data"],
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
    table.note = "Average: expectation for an average feature and this mix of customers. History: earlier responses. Own data: weight of \
                  the responses of the period in the value."
        .to_owned();
    Some(Block::Table(table))
}

fn trends(features: &[FeatureValue], marks: &[Mark]) -> Option<Block> {
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
        caption: "Value over time, with its 90 % interval: each point rests on as many days as the table, and the last one is the \
                  table's; vertical lines: releases; red lines below: incidents, the taller the more severe."
            .to_owned(),
        description: format!("Trends of perceived value: {}", spoken.collect::<Vec<_>>().join("; ")),
    })
}

fn ratings(features: &[FeatureValue]) -> Vec<Block> {
    let mut scales: Vec<&str> = features.iter().flat_map(|one| &one.ratings).map(|one| &*one.scale).collect();
    scales.sort_unstable();
    scales.dedup();
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
            caption: format!("Distribution of the responses on the scale {scale}; right: their number."),
            description: format!(
                "Number of responses at each rating of {scale}, from the lowest: {}",
                spoken.collect::<Vec<_>>().join("; ")
            ),
        }
    };
    scales.iter().map(chart).collect()
}

fn segments(features: &[FeatureValue]) -> Option<Block> {
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
    let mut columns = vec!["Feature"];
    columns.extend(labels.iter().map(|label| &**label));
    let mut table = Table::new("Value by segment, with the number of responses", &columns);
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
pub(super) fn before_after(caption: &str, [before, after]: [&str; 2], rows: &[BeforeAfter]) -> Option<Block> {
    if rows.is_empty() {
        return None;
    }
    let (before, after) = (format!("#{before}"), format!("#{after}"));
    let mut table = Table::new(caption, &["Feature", &before, &after, "#Difference (90 %)", "#Responses"]);
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

/// A verdict in words, with its tone.
pub(crate) fn verdict(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Regressed => ("regressed", Tone::Bad),
        Verdict::Watch => ("watch", Tone::Bad),
        Verdict::Since => ("worse since an earlier release", Tone::Bad),
        Verdict::Recovered => ("recovered", Tone::Good),
        Verdict::Improved => ("improved", Tone::Good),
        Verdict::NoEvidence => ("no evidence of a change", Tone::Neutral),
        Verdict::CannotTell => ("cannot tell: too few responses since", Tone::Neutral),
        Verdict::NoBaseline => ("no baseline: too few responses before", Tone::Neutral),
    }
}

/// Verdicts with their evidence.
pub(super) fn findings(caption: &str, findings: &[Finding], with_release: bool) -> Option<Block> {
    if findings.is_empty() {
        return None;
    }
    let mut columns =
        vec!["Feature", "Verdict", "#Score", "#p", "#Change (95 %)", "#Incidents", "#Responses"];
    if with_release {
        columns.insert(0, "Release");
    }
    let mut table = Table::new(caption, &columns);
    for one in findings {
        let (words, tone) = verdict(one.verdict);
        let mut words = words.to_owned();
        if let (Verdict::Since, Some(since)) = (one.verdict, &one.since) {
            words = format!("worse since {since}");
        }
        if let Some(reason) = &one.reason {
            words = format!("{words}: {reason}");
        } else if !one.cause_tested && matches!(one.verdict, Verdict::Regressed | Verdict::Improved) {
            words.push_str(" (cause not tested)");
        }
        let compared = one.verdict != Verdict::NoBaseline;
        let arrow = |[before, after]: [i64; 2]| {
            format!("{} → {}", number::count(before), number::count(after)).replace(' ', "\u{a0}")
        };
        let incidents = match one.rate_ratio {
            // A ratio from or to nothing would be one of the prior.
            Some(ratio) if one.incidents[0] > 0 && one.incidents[1] > 0 => {
                format!("{} (×{})", arrow(one.incidents), number::one(ratio)).replace(' ', "\u{a0}")
            }
            _ => arrow(one.incidents),
        };
        let mut cells = vec![
            Cell::new(&one.feature.name),
            Cell::toned(words, tone),
            Cell::new(if compared { format!("{:.0}", one.score) } else { "–".to_owned() }),
            Cell::new(if compared { number::p_value(one.p) } else { "–".to_owned() }),
            Cell::new(one.change.as_ref().map_or_else(|| "–".to_owned(), number::difference)),
            Cell::new(incidents),
            Cell::new(one.responses.map_or_else(|| "–".to_owned(), arrow)),
        ];
        if with_release {
            cells.insert(0, Cell::new(&one.release));
        }
        table.row(cells);
    }
    table.note = "Score: probability in percent that the release regressed the feature. Change: mean response in points of 100. \
                  Incidents and responses: before the release → after it."
        .to_owned();
    Some(Block::Table(table))
}

/// Incidents of a period.
pub(super) fn incidents(of: &Incidents) -> Vec<Block> {
    let severities = ["critical", "major", "moderate", "minor"];
    let by_severity = of.by_severity.iter().zip(severities).filter(|(number, _)| **number > 0);
    let by_severity: Vec<_> = by_severity.map(|(number, severity)| format!("{number} {severity}")).collect();
    let mut facts = vec![
        Fact {
            label: "Incidents".to_owned(),
            value: number::count(of.opened),
            note: by_severity.join(", "),
            tone: if of.by_severity[0] + of.by_severity[1] > 0 { Tone::Bad } else { Tone::Neutral },
        },
        Fact {
            label: "Median time to restore".to_owned(),
            value: of.median_hours_to_restore.map_or_else(|| "–".to_owned(), number::hours),
            note: if of.open > 0 { format!("{} still open", number::count(of.open)) } else { String::new() },
            tone: Tone::Neutral,
        },
        Fact {
            label: "Attributed to a release".to_owned(),
            value: number::count(of.attributed),
            note: format!("{} not caused by a change, {} unknown", of.not_caused_by_change, of.unattributed),
            tone: Tone::Neutral,
        },
    ];
    if let Some(lost) = of.customer_hours_lost {
        facts.push(Fact {
            label: "Customer-hours lost".to_owned(),
            value: number::count(lost.round() as i64),
            note: "weighted by severity".to_owned(),
            tone: Tone::Neutral,
        });
    }
    let mut blocks = vec![Block::Facts(facts)];
    if !of.worst.is_empty() {
        blocks.push(incident_table("The most severe incidents", &of.worst));
    }
    blocks
}

/// A table of incidents.
pub(super) fn incident_table(caption: &str, of: &[crate::model::Incident]) -> Block {
    let mut table = Table::new(
        caption,
        &["Began", "#Severity", "Title", "Features", "#Customers", "#Restored after", "Cause"],
    );
    for one in of {
        let cause = match &one.attribution {
            None => "unknown".to_owned(),
            Some(cause) => {
                let from = cause.release.clone().unwrap_or_else(|| "no change".to_owned());
                match cause.confidence {
                    Some(confidence) => format!("{from} ({}, {})", cause.basis, number::percent(confidence)),
                    None => format!("{from} ({})", cause.basis),
                }
            }
        };
        let restored = match one.hours_to_restore {
            Some(hours) => Cell::new(number::hours(hours)),
            None => Cell::toned("open", Tone::Bad),
        };
        let tone = if one.severity <= 2 { Tone::Bad } else { Tone::Neutral };
        table.row([
            Cell::new(number::short_day(one.opened_at.date_naive())),
            Cell::toned(one.severity.to_string(), tone),
            Cell::new(&one.title),
            Cell::new(if one.features.is_empty() { "all".to_owned() } else { one.features.join(", ") }),
            Cell::new(one.customers.map_or_else(|| "–".to_owned(), number::count)),
            restored,
            Cell::new(cause),
        ]);
    }
    Block::Table(table)
}

/// How well support was prepared.
pub(super) fn announcements(of: &Announcements) -> Vec<Block> {
    let facts = vec![
        Fact {
            label: "Announced before release".to_owned(),
            value: format!("{} of {}", of.announced, of.shipped),
            note: String::new(),
            tone: if of.announced < of.shipped { Tone::Bad } else { Tone::Neutral },
        },
        Fact {
            label: "Median lead time".to_owned(),
            value: of.median_lead_hours.map_or_else(|| "–".to_owned(), number::hours),
            note: String::new(),
            tone: Tone::Neutral,
        },
        Fact {
            label: "Acknowledged by support".to_owned(),
            value: number::count(of.acknowledged),
            note: "before the release".to_owned(),
            tone: Tone::Neutral,
        },
        Fact {
            label: "Surprises".to_owned(),
            value: number::count(of.surprises),
            note: "incidents of releases nobody announced".to_owned(),
            tone: if of.surprises > 0 { Tone::Bad } else { Tone::Neutral },
        },
    ];
    vec![Block::Facts(facts)]
}

/// News about a feature, under a title.
pub(super) fn news(title: &str, of: &News) -> super::News {
    let words = of.words.iter().map(|word| format!("“{}” ({})", word.text, word.count));
    let words = words.collect::<Vec<_>>().join(", ");
    super::News {
        title: title.to_owned(),
        tone: tone(&of.change),
        text: format!(
            "{}: {}, a change of {}.",
            of.feature.name,
            number::estimate(&of.value),
            number::difference(&of.change)
        ),
        words: if words.is_empty() { words } else { format!("What distinguishes its comments: {words}.") },
        quotes: of.quotes.clone(),
    }
}

/// Requests for feedback, with the response rate by segment.
pub(super) fn requests(of: &Requests) -> Vec<Block> {
    let rate = |answered: i64, sent: i64| number::percent(answered as f64 / sent.max(1) as f64);
    let text = format!(
        "{} asked, {} responded: {}.",
        number::counted(of.sent, "customer was", "customers were"),
        number::count(of.answered),
        rate(of.answered, of.sent)
    );
    let mut blocks = vec![Block::Heading("Feedback requests".to_owned()), Block::Text(text)];
    if !of.segments.is_empty() {
        let mut table =
            Table::new("Response rate by segment", &["Segment", "#Asked", "#Responded", "#Response rate"]);
        for one in &of.segments {
            table.row([
                Cell::new(one.segment.clone().unwrap_or_else(|| "none".to_owned())),
                Cell::new(number::count(one.sent)),
                Cell::new(number::count(one.answered)),
                Cell::new(rate(one.answered, one.sent)),
            ]);
        }
        blocks.push(Block::Table(table));
    }
    blocks
}

/// Known errors.
pub(super) fn known_errors(report: &Report, of: &KnownErrors) -> Vec<Block> {
    let text = format!(
        "{} became known, {} fixed, {} open.",
        number::count(of.opened),
        number::count(of.fixed),
        number::count(of.open)
    );
    let mut blocks = vec![Block::Heading(word(report, "known errors").to_owned()), Block::Text(text)];
    for (caption, list) in [("Known errors", &of.list), ("Known errors that were fixed", &of.fixes)] {
        if list.is_empty() {
            continue;
        }
        let mut table = Table::new(caption, &["Symptom", "Workaround", "Introduced in", "Fixed in"]);
        for one in list {
            let shown = |text: &Option<String>| Cell::new(text.clone().unwrap_or_else(|| "–".to_owned()));
            table.row([
                Cell::new(&one.symptom),
                shown(&one.workaround),
                shown(&one.introduced_in),
                shown(&one.fixed_in),
            ]);
        }
        blocks.push(Block::Table(table));
    }
    blocks
}

/// What the data do not answer.
pub(super) fn questions(report: &Report, of: &[Question]) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(word(report, "questions").to_owned())];
    blocks.push(match of.is_empty() {
        true => Block::Text("The data answer everything that this report asks.".to_owned()),
        false => {
            Block::List(of.iter().map(|one| Item::new(Tone::Neutral, &one.subject, &one.text)).collect())
        }
    });
    blocks
}
