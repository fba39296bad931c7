//! The page of an iteration.

use super::{Block, Cell, Concept, Fact, Item, Table, capital, figures, pieces, word, words};
use crate::{
    model::{Iteration, Report, Tone, Verdict},
    number,
};

pub(super) fn blocks(report: &Report, of: &Iteration, blocks: &mut Vec<Block>) {
    let translated = |text: &str| report.vocabulary.translated(text);
    if let Some(goal) = &of.goal {
        blocks.insert(0, Block::Text(format!("Goal of the {}: {goal}", word(report, Concept::Iteration))));
    }
    blocks.push(Block::Heading("At a glance".to_owned()));
    blocks.push(Block::Facts(facts(report, of)));

    blocks.push(Block::Heading(report.vocabulary.shipped().to_owned()));
    blocks.extend(shipped(report, of));

    blocks.push(Block::Heading(translated("Perceived value of the features touched")));
    match of.features.is_empty() {
        true => blocks.push(Block::Text(translated("No feature was touched."))),
        false => blocks.extend(figures::values(report, &of.features, &of.marks)),
    }
    let caption = "Changed clearly, though nothing that shipped touched it";
    blocks.extend(figures::before_after(report.vocabulary, caption, ["Before", "Now"], &of.elsewhere));
    let best = of.best.iter().map(|best| pieces::news("Best news", best));
    let news: Vec<_> = best.chain(of.worst.iter().map(|worst| pieces::news("Worst news", worst))).collect();
    if !news.is_empty() {
        blocks.push(Block::Heading(translated("News from customers")));
        blocks.push(Block::News(news));
    }

    blocks.push(Block::Heading(capital(words(report, Concept::Regression))));
    let evident = |verdict: Verdict| !matches!(verdict, Verdict::NoEvidence);
    match of.findings.iter().any(|one| evident(one.verdict)) {
        true => blocks.extend(pieces::findings(
            report.vocabulary,
            "Verdicts with their evidence",
            &of.findings,
            true,
        )),
        false => {
            blocks.push(Block::Text(translated("No release of this time shows evidence of a regression.")));
            blocks.extend(pieces::findings(report.vocabulary, "What was compared", &of.findings, true));
        }
    }

    blocks.push(Block::Heading(capital(words(report, Concept::Incident))));
    blocks.extend(pieces::incidents(report, &of.incidents));

    blocks.push(Block::Heading(capital(words(report, Concept::Announcement))));
    blocks.extend(pieces::announcements(report.vocabulary, &of.announcements));
    if !of.announcements.releases.is_empty() {
        let columns = ["Release", "Announcement", "#Lead time", "#Acknowledged"];
        let mut table = Table::translated(report.vocabulary, "Releases and their announcements", &columns);
        for one in &of.announcements.releases {
            let lead = match one.lead_hours {
                Some(hours) if hours < 0.0 => {
                    Cell::toned(format!("{} late", number::hours(-hours)), Tone::Bad)
                }
                Some(hours) => Cell::new(number::hours(hours)),
                None => Cell::toned("not announced", Tone::Bad),
            };
            table.row([
                Cell::new(&one.release),
                Cell::new(one.announcement.clone().unwrap_or_else(|| "–".to_owned())),
                lead,
                Cell::new(number::count(one.acknowledged)),
            ]);
        }
        blocks.push(Block::Table(table));
    }

    if let Some(known) = &of.known_errors {
        blocks.extend(pieces::known_errors(report, known));
    }
    if let Some(requests) = &of.requests {
        blocks.extend(pieces::requests(report.vocabulary, requests));
    }
    blocks.extend(pieces::questions(report, &of.questions));
}

fn facts(report: &Report, of: &Iteration) -> Vec<Fact> {
    let regressed = of.findings.iter().filter(|one| one.verdict == Verdict::Regressed).count();
    let improved = of.findings.iter().filter(|one| one.verdict == Verdict::Improved).count();
    let fact =
        |label: &str, value: String, note: String, tone| Fact { label: label.to_owned(), value, note, tone };
    let feature = report.vocabulary.words(Concept::Feature);
    let failed = of.deployments.failed + of.deployments.rolled_back;
    vec![
        fact(
            &capital(words(report, Concept::Release)),
            number::count(of.shipped.len() as i64),
            format!("{} touched", number::counted(of.features.len() as i64, feature.term, feature.plural)),
            Tone::Neutral,
        ),
        fact(
            &capital(words(report, Concept::Deployment)),
            number::count(of.deployments.succeeded),
            if failed > 0 { format!("{failed} failed or rolled back") } else { "none failed".to_owned() },
            if failed > 0 { Tone::Bad } else { Tone::Neutral },
        ),
        fact(
            &capital(words(report, Concept::Regression)),
            regressed.to_string(),
            number::counted(improved as i64, "improvement", "improvements"),
            if regressed > 0 { Tone::Bad } else { Tone::Good },
        ),
        fact(
            &capital(words(report, Concept::Incident)),
            number::count(of.incidents.opened),
            format!("{} still open", of.incidents.open),
            if of.incidents.open > 0 { Tone::Bad } else { Tone::Neutral },
        ),
    ]
}

fn shipped(report: &Report, of: &Iteration) -> Vec<Block> {
    if of.shipped.is_empty() {
        return vec![Block::Text(report.vocabulary.translated("Nothing reached customers."))];
    }
    let item = |one: &crate::model::Shipped| {
        let touched = one.features.iter().map(|touch| format!("{} ({})", touch.feature.name, touch.change));
        let touched = touched.collect::<Vec<_>>().join(", ");
        let title = one.title.as_ref().map(|title| format!("{title}. ")).unwrap_or_default();
        let touched = if touched.is_empty() {
            format!("no {} named", words(report, Concept::Feature))
        } else {
            touched
        };
        let withdrawn = if one.withdrawn { " Withdrawn." } else { "" };
        let text = format!("{title}{}: {touched}.{withdrawn}", number::short_day(one.released_on));
        Item::new(if one.withdrawn { Tone::Bad } else { Tone::Neutral }, &one.version, text)
    };
    vec![Block::List(of.shipped.iter().map(item).collect())]
}
