//! Pieces that several kinds of reports have in common.

use super::{Block, Cell, Concept, Fact, Item, Table, capital, words};
use crate::{
    model::{
        Announcements, Finding, Incidents, KnownErrors, News, Question, Report, Requests, Tone, Verdict,
    },
    number,
    words::Vocabulary,
};

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
pub(super) fn findings(
    vocabulary: Vocabulary,
    caption: &str,
    findings: &[Finding],
    with_release: bool,
) -> Option<Block> {
    if findings.is_empty() {
        return None;
    }
    let mut columns =
        vec!["Feature", "Verdict", "#Score", "#p", "#Change (95 %)", "#Incidents", "#Responses"];
    if with_release {
        columns.insert(0, "Release");
    }
    let mut table = Table::translated(vocabulary, caption, &columns);
    for one in findings {
        let (words, tone) = verdict(one.verdict);
        let mut words = vocabulary.translated(words);
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
    table.note = vocabulary.translated(
        "Score: probability in percent that the release regressed the feature. Change: mean response in points of 100. \
         Incidents and responses: before the release → after it.",
    );
    Some(Block::Table(table))
}

/// Incidents of a period.
pub(super) fn incidents(report: &Report, of: &Incidents) -> Vec<Block> {
    let severities = ["critical", "major", "moderate", "minor"];
    let by_severity = of.by_severity.iter().zip(severities).filter(|(number, _)| **number > 0);
    let by_severity: Vec<_> = by_severity.map(|(number, severity)| format!("{number} {severity}")).collect();
    let mut facts = vec![
        Fact {
            label: capital(words(report, Concept::Incident)),
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
            label: report.vocabulary.translated("Attributed to a release"),
            value: number::count(of.attributed),
            note: format!("{} not caused by a change, {} unknown", of.not_caused_by_change, of.unattributed),
            tone: Tone::Neutral,
        },
    ];
    if let Some(lost) = of.customer_hours_lost {
        facts.push(Fact {
            label: report.vocabulary.translated("Customer-hours lost"),
            value: number::count(lost.round() as i64),
            note: "weighted by severity".to_owned(),
            tone: Tone::Neutral,
        });
    }
    let mut blocks = vec![Block::Facts(facts)];
    if !of.worst.is_empty() {
        let caption = report.vocabulary.translated("The most severe incidents");
        blocks.push(incident_table(report.vocabulary, caption, &of.worst));
    }
    blocks
}

/// A table of incidents.
pub(super) fn incident_table(
    vocabulary: Vocabulary,
    caption: String,
    of: &[crate::model::Incident],
) -> Block {
    let columns = ["Began", "#Severity", "Title", "Features", "#Customers", "#Restored after", "Cause"];
    let mut table = Table { caption, ..Table::translated(vocabulary, "", &columns) };
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
pub(super) fn announcements(vocabulary: Vocabulary, of: &Announcements) -> Vec<Block> {
    let facts = vec![
        Fact {
            label: vocabulary.translated("Announced before release"),
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
            note: vocabulary.translated("before the release"),
            tone: Tone::Neutral,
        },
        Fact {
            label: "Surprises".to_owned(),
            value: number::count(of.surprises),
            note: vocabulary.translated("incidents of releases nobody announced"),
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
pub(super) fn requests(vocabulary: Vocabulary, of: &Requests) -> Vec<Block> {
    let rate = |answered: i64, sent: i64| number::percent(answered as f64 / sent.max(1) as f64);
    let text = format!(
        "{} asked, {} responded: {}.",
        vocabulary.translated(&number::counted(of.sent, "customer was", "customers were")),
        number::count(of.answered),
        rate(of.answered, of.sent)
    );
    let mut blocks = vec![Block::Heading("Feedback requests".to_owned()), Block::Text(text)];
    if !of.segments.is_empty() {
        let columns = ["Segment", "#Asked", "#Responded", "#Response rate"];
        let mut table = Table::translated(vocabulary, "Response rate by segment", &columns);
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
    let known = capital(words(report, Concept::KnownError));
    let mut blocks = vec![Block::Heading(known.clone()), Block::Text(text)];
    for (caption, list) in [(known.clone(), &of.list), (format!("{known} that were fixed"), &of.fixes)] {
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
    let mut blocks = vec![Block::Heading(report.vocabulary.questions().to_owned())];
    blocks.push(match of.is_empty() {
        true => Block::Text("The data answer everything that this report asks.".to_owned()),
        false => {
            Block::List(of.iter().map(|one| Item::new(Tone::Neutral, &one.subject, &one.text)).collect())
        }
    });
    blocks
}
