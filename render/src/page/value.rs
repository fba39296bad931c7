//! The page of a value report.

use super::{Block, figures, pieces};
use crate::model::{Report, Value};

pub(super) fn blocks(report: &Report, of: &Value, blocks: &mut Vec<Block>) {
    let only: Vec<_> = [("release", &of.release), ("segment", &of.segment)]
        .into_iter()
        .filter_map(|(noun, name)| Some(format!("{} {}", report.vocabulary.translated(noun), name.as_ref()?)))
        .collect();
    if !only.is_empty() {
        blocks.insert(0, Block::Text(format!("Only {}.", only.join(" and "))));
    }
    if let Some(comparison) = &of.comparison {
        let title = format!("{} against {}", comparison.after, comparison.before);
        blocks.push(Block::Heading(title.clone()));
        blocks.extend(figures::before_after(
            report.vocabulary,
            &title,
            [&comparison.before, &comparison.after],
            &comparison.features,
        ));
    }
    blocks.push(Block::Heading(report.vocabulary.translated("Perceived value")));
    blocks.extend(figures::values(report, &of.features, &of.marks));
    if let Some(table) = figures::contributions(report, &of.features) {
        blocks.push(Block::Heading("Why".to_owned()));
        blocks.push(table);
    }
    blocks.extend(pieces::questions(report, &of.questions));
}
