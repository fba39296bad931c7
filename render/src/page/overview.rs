//! The page of the overview.

use super::{Block, Cell, Table, pieces};
use crate::{
    chart::{self, Row},
    model::{Overview, Report, Tone},
    number,
};

pub(super) fn blocks(report: &Report, of: &Overview, blocks: &mut Vec<Block>) {
    let translated = |text: &str| report.vocabulary.translated(text);
    blocks.push(Block::Heading(translated("Products")));
    let valued = of.products.iter().filter_map(|one| {
        let value = one.value?;
        let before = one.change.map(|change| value.value - change.value);
        Some(Row { label: one.product.name.clone(), value, before, enough: true })
    });
    let rows: Vec<Row> = valued.collect();
    if !rows.is_empty() {
        let spoken = rows.iter().map(|row| format!("{} {}", row.label, number::estimate(&row.value)));
        blocks.push(Block::Figure {
            picture: chart::intervals(&rows),
            caption: translated(
                "Perceived value, 0 to 100: the dot is the value, the bar its 90 % interval, the ring the value before.",
            ),
            description: format!(
                "{}: {}",
                translated("Perceived values of products"),
                spoken.collect::<Vec<_>>().join("; ")
            ),
        });
    }
    let mut table = Table::translated(
        report.vocabulary,
        "All products",
        &[
            "Product",
            "#Value",
            "#Change",
            "#Responses",
            "#Releases",
            "#Regressions",
            "#Incidents",
            "#Hours lost",
            "#Lead time",
            "#Surprises",
        ],
    );
    for one in &of.products {
        let bad = |number: i64| {
            Cell::toned(number::count(number), if number > 0 { Tone::Bad } else { Tone::Neutral })
        };
        let value = one.value.map_or_else(|| "–".to_owned(), |value| number::one(value.value));
        table.row([
            Cell::new(&one.product.name),
            Cell::new(if one.of_features && one.value.is_some() { format!("{value}*") } else { value }),
            one.change.as_ref().map_or_else(
                || Cell::new("–"),
                |change| Cell::toned(number::difference(change), pieces::tone(change)),
            ),
            Cell::new(one.responses.map_or_else(|| "–".to_owned(), number::count)),
            Cell::new(number::count(one.releases)),
            bad(one.regressions.len() as i64),
            Cell::new(number::count(one.incidents)),
            Cell::new(
                one.customer_hours_lost
                    .map_or_else(|| "–".to_owned(), |lost| number::count(lost.round() as i64)),
            ),
            Cell::new(one.median_lead_hours.map_or_else(|| "–".to_owned(), number::hours)),
            bad(one.surprises),
        ]);
    }
    table.note = translated(
        "Hours lost: customer-hours lost to incidents, weighted by severity. Surprises: incidents of releases that nobody \
         announced.",
    );
    if of.products.iter().any(|one| one.of_features && one.value.is_some()) {
        table.note.push_str(&translated(" *: mean of the features, weighted by their responses."));
    }
    blocks.push(Block::Table(table));
    let regressions: Vec<_> = of
        .products
        .iter()
        .flat_map(|one| {
            one.regressions.iter().map(|finding| {
                let mut finding = finding.clone();
                finding.release = format!("{} {}", one.product.name, finding.release);
                finding
            })
        })
        .collect();
    let caption = "Regressions with their evidence";
    if let Some(table) = pieces::findings(report.vocabulary, caption, &regressions, true) {
        blocks.push(Block::Heading(translated("Regressions")));
        blocks.push(table);
    }
    blocks.extend(pieces::questions(report, &of.questions));
}
