//! The page of a release.

use super::{Block, Cell, Concept, Fact, Table, capital, figures, pieces, words};
use crate::{
    chart,
    model::{Release, Report, Tone},
    number,
};

pub(super) fn blocks(report: &Report, of: &Release, blocks: &mut Vec<Block>) {
    let translated = |text: &str| report.vocabulary.translated(text);
    let (_, tone) = pieces::verdict(of.verdict);
    // The verdict comes before everything else, also before what changed.
    blocks.insert(0, Block::Lead { tone, text: of.verdict_text.clone() });
    blocks.insert(1, Block::Facts(facts(report, of)));

    if let Some(table) = pieces::findings(report.vocabulary, "Verdict on each feature", &of.findings, false) {
        blocks.push(Block::Heading("Evidence".to_owned()));
        blocks.push(table);
    }
    if of.trend.len() > 1 {
        let whole = translated("the product");
        let name = of.trend_of.as_ref().map_or(&*whole, |feature| &feature.name);
        let (value, marks) =
            (translated("Perceived value"), translated("releases; red lines below: incidents"));
        blocks.push(Block::Figure {
            picture: chart::trend(&of.trend, &of.marks),
            caption: format!(
                "{value} of {name} over time, with its 90 % interval. Vertical lines: {marks}, the taller the more severe."
            ),
            description: format!("{} of {name}", translated("Trend of the perceived value")),
        });
    }
    let caption = translated("Perceived value before and after");
    let sides = ["Before", "After"];
    if let Some(table) = figures::before_after(report.vocabulary, &caption, sides, &of.values) {
        blocks.push(Block::Heading("Value before and after".to_owned()));
        blocks.push(table);
    }
    blocks.push(Block::Heading(capital(words(report, Concept::Incident))));
    blocks.extend(pieces::incidents(report, &of.incidents));
    blocks.extend(forecasts(report, of));

    blocks.push(Block::Heading(capital(words(report, Concept::Announcement))));
    blocks.push(Block::Text(announcement(report, of)));
    if let Some(known) = &of.known_errors {
        blocks.extend(pieces::known_errors(report, known));
    }
    blocks.extend(adoption(report, of));
    blocks.extend(pieces::questions(report, &of.questions));
}

fn facts(report: &Report, of: &Release) -> Vec<Fact> {
    let touched = of.features.iter().map(|touch| touch.feature.name.as_str()).collect::<Vec<_>>().join(", ");
    let fact = |label: &str, value: String, note: String| Fact {
        label: label.to_owned(),
        value,
        note,
        tone: Tone::Neutral,
    };
    let state = match (of.released_on, of.withdrawn_on) {
        (_, Some(day)) => format!("withdrawn {}", number::day(day)),
        _ => of.title.clone().unwrap_or_default(),
    };
    vec![
        fact("Released", of.released_on.map_or_else(|| "planned".to_owned(), number::day), state),
        fact("Follows", of.previous.clone().unwrap_or_else(|| "–".to_owned()), String::new()),
        fact(
            &format!("{} touched", capital(words(report, Concept::Feature))),
            of.features.len().to_string(),
            touched,
        ),
    ]
}

fn forecasts(report: &Report, of: &Release) -> Vec<Block> {
    if of.forecasts.is_empty() {
        return Vec::new();
    }
    let days = of.forecasts.first().map_or(0, |one| one.days);
    let caption = format!("Incidents expected in the first {days} days, and those that began");
    let columns = ["Feature", "#Expected (90 %)", "#Began"];
    let mut table = Table::translated(report.vocabulary, &caption, &columns);
    for one in &of.forecasts {
        let (expected, actual) = (&one.expected, one.actual as f64);
        let tone = if actual > expected.upper {
            Tone::Bad
        } else if actual < expected.lower {
            Tone::Good
        } else {
            Tone::Neutral
        };
        let interval =
            format!("{} ({:.0}–{:.0})", number::one(expected.value), expected.lower, expected.upper);
        table.row([
            Cell::new(&one.feature.name),
            Cell::new(interval.replace(' ', "\u{a0}")),
            Cell::toned(number::count(one.actual), tone),
        ]);
    }
    table.note =
        report.vocabulary.translated("The forecast uses only what was known the day before the release.");
    vec![Block::Heading("Forecast and outcome".to_owned()), Block::Table(table)]
}

fn announcement(report: &Report, of: &Release) -> String {
    match &of.announcement {
        None => "It has not shipped, or nobody announced it.".to_owned(),
        Some(told) => match (&told.announcement, told.lead_hours) {
            (Some(title), Some(lead)) if lead >= 0.0 => format!(
                "“{title}” was announced {} before, and acknowledged by {} of support until then.",
                number::hours(lead),
                number::counted(told.acknowledged, "member", "members")
            ),
            (Some(title), Some(lead)) => {
                let after = report.vocabulary.translated("after the release");
                format!("“{title}” was announced {} {after}.", number::hours(-lead))
            }
            _ => "It was not announced.".to_owned(),
        },
    }
}

fn adoption(report: &Report, of: &Release) -> Vec<Block> {
    if of.adoption.is_empty() {
        return Vec::new();
    }
    let mut table = Table::translated(
        report.vocabulary,
        "Share of the responses that name a release which name this one",
        &["Week from", "#Share", "#Responses"],
    );
    for week in &of.adoption {
        table.row([
            Cell::new(number::day(week.from)),
            Cell::new(week.share.map_or_else(|| "–".to_owned(), number::percent)),
            Cell::new(week.responses.map_or_else(|| "few".to_owned(), number::count)),
        ]);
    }
    vec![Block::Heading("Adoption".to_owned()), Block::Table(table)]
}
