//! The page of the security view.

use super::{Block, Cell, Concept, Fact, Table, capital, pieces, words};
use crate::{
    model::{Report, Security, Tone},
    number,
};

pub(super) fn blocks(report: &Report, of: &Security, blocks: &mut Vec<Block>) {
    let translated = |text: &str| report.vocabulary.translated(text);
    let fact = |label: &str, number: i64| Fact {
        label: translated(label),
        value: number::count(number),
        note: String::new(),
        tone: if number > 0 { Tone::Bad } else { Tone::Good },
    };
    blocks.insert(
        0,
        Block::Facts(vec![
            fact("Open security-relevant incidents", of.open),
            fact("Customers exposed by them", of.exposed_customers),
            fact("Releases with a risk", of.releases.len() as i64),
        ]),
    );
    blocks.push(Block::Heading(translated("Releases with a risk")));
    if of.releases.is_empty() {
        blocks.push(Block::Text(translated("No security-relevant incident is attributed to a release.")));
    } else {
        let mut table = Table::translated(
            report.vocabulary,
            "Releases with security-relevant incidents or known errors",
            &[
                "Product",
                "Release",
                "Released",
                "State",
                "#Incidents",
                "#Open",
                "#Customers exposed",
                "#Known errors",
            ],
        );
        for one in &of.releases {
            table.row([
                Cell::new(&one.product.name),
                Cell::new(&one.release),
                Cell::new(one.released_on.map_or_else(|| "planned".to_owned(), number::day)),
                Cell::new(if one.live { "live" } else { "not live" }),
                Cell::new(number::count(one.incidents.len() as i64)),
                Cell::toned(number::count(one.open), if one.open > 0 { Tone::Bad } else { Tone::Neutral }),
                Cell::new(number::count(one.exposed_customers)),
                Cell::new(number::count(one.known_errors.len() as i64)),
            ]);
        }
        blocks.push(Block::Table(table));
        for one in of.releases.iter().filter(|one| !one.incidents.is_empty()) {
            let title = format!("{} {}", one.product.name, one.release);
            blocks.push(Block::Heading(title.clone()));
            let caption = format!("{} of {title}", translated("Security-relevant incidents"));
            blocks.push(pieces::incident_table(report.vocabulary, caption, &one.incidents));
        }
    }
    if !of.unattributed.is_empty() {
        blocks
            .push(Block::Heading(format!("{} of unknown cause", capital(words(report, Concept::Incident)))));
        let caption = translated("Security-relevant incidents of unknown cause");
        blocks.push(pieces::incident_table(report.vocabulary, caption, &of.unattributed));
    }
    blocks.push(Block::Text(of.basis.clone()));
    blocks.extend(pieces::questions(report, &of.questions));
}
