//! The value report.

use ballroom_analytics::value::ValueScore;
use ballroom_entity::{id::FeatureId, product};
use ballroom_render::{
    Report, compared,
    model::{BeforeAfter, Changes, Comparison, Content, Value},
};

use super::{
    Asked,
    features::{self, Values, before, estimate, rounded, trend_days, values},
    source::{Source, product_subject},
    whole,
};
use crate::{
    base::error::Error,
    score::{Cell, Period, known_day},
};

/// What values are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// The responses on another release.
    Release(String),
    /// The value to another segment.
    Segment(String),
    /// Other days.
    Period(Period),
}

pub(super) async fn report(source: &Source<'_>, asked: &Asked) -> Result<Report, Error> {
    let Asked::Value { product, period, release, segment, against, as_of } = asked else {
        return Err(Error::Inconsistent("the report is no value report".to_owned()));
    };
    let product = source.product(Some(product))?;
    let today = source.today(&product);
    let as_of = as_of.map(|day| known_day("asOf", day, today)).transpose()?;
    let (period, as_of) = Period::resolve(*period, as_of, today)?;
    let dimensions = &source.dimensions;
    let release = release.as_deref().map(|one| dimensions.release(product.id, "release", one)).transpose()?;
    let segment = segment.as_deref().map(|one| dimensions.segment("segment", one)).transpose()?;
    let cell = Cell {
        period,
        release: release.map(|release| release.id),
        segment: segment.map(|segment| segment.id),
        as_of,
    };
    let earlier = before(&cell);
    let asked = Values { cell, before: Some(earlier), detailed: true };
    let valued = values(source, &product, &asked, all).await?.with_hidden();
    let comparison = match against {
        Some(against) => Some(comparison(source, &product, &cell, against).await?),
        None => None,
    };
    let content = |valued: features::Valued, comparison, marks| Value {
        release: release.map(|release| release.version.clone()),
        segment: segment.map(|segment| segment.name.clone()),
        features: valued.features,
        comparison,
        questions: valued.questions,
        marks,
    };
    let marks = source.marks(&product, trend_days(cell.as_of)).await?;
    let title = format!("Value report: {}", product.name);
    let subject = product_subject(&product);
    let now = Content::Value(Box::new(content(valued, comparison, marks)));
    let mut report =
        whole(source, title.clone(), Some(subject.clone()), (&cell, today), Changes::default(), now);

    let asked = Values { cell: earlier, before: None, detailed: false };
    let valued = values(source, &product, &asked, all).await?.with_hidden();
    let then = Content::Value(Box::new(content(valued, None, Vec::new())));
    let then = whole(source, title, Some(subject), (&earlier, today), Changes::default(), then);
    report.changes = compared(&then, &report, "the period before");
    Ok(report)
}

/// Every feature is wanted.
fn all(_: &ValueScore, _: FeatureId) -> bool {
    true
}

/// The values of the features of a product in two cells, and their differences.
async fn comparison(
    source: &Source<'_>,
    product: &product::Model,
    cell: &Cell,
    against: &Against,
) -> Result<Comparison, Error> {
    let dimensions = &source.dimensions;
    let days =
        |period: Period| format!("{} to {}", period.from, period.until.pred_opt().unwrap_or(period.until));
    let (other, before, after) = match against {
        Against::Release(other) => {
            let other = dimensions.release(product.id, "against", other)?;
            let after = cell.release.and_then(|id| dimensions.releases.get(&id));
            let after = after.map_or_else(|| "all releases".to_owned(), |row| row.version.clone());
            (Cell { release: Some(other.id), ..*cell }, other.version.clone(), after)
        }
        Against::Segment(other) => {
            let other = dimensions.segment("against", other)?;
            let after = cell.segment.and_then(|id| dimensions.segments.get(&id));
            let after = after.map_or_else(|| "all segments".to_owned(), |row| row.name.clone());
            (Cell { segment: Some(other.id), ..*cell }, other.name.clone(), after)
        }
        Against::Period(other) => {
            let today = source.today(product);
            let (period, as_of) = Period::resolve(Some(*other), None, today)?;
            (Cell { period, as_of, ..*cell }, days(period), days(cell.period))
        }
    };
    Ok(Comparison { before, after, features: differences(source, product, &other, cell).await? })
}

/// The values of features in two cells, from the greatest loss to the greatest gain. Features without responses in either are
/// left out.
pub(super) async fn differences(
    source: &Source<'_>,
    product: &product::Model,
    before: &Cell,
    after: &Cell,
) -> Result<Vec<BeforeAfter>, Error> {
    let (snapshot, then) = source.values(product, *before).await?;
    let (_, now) = source.values(product, *after).await?;
    let mut differences: Vec<BeforeAfter> = now
        .iter()
        .filter(|now| now.responses > 0)
        .filter_map(|now| {
            let feature = snapshot.feature_of(now);
            let then = then.iter().find(|then| snapshot.feature_of(*then) == feature)?;
            let (before, after) = (estimate(then), estimate(now));
            let one = BeforeAfter {
                feature: source.subject(product.id, feature),
                before,
                after,
                difference: rounded(after.since(&before)),
                responses: Some([then.responses, now.responses]),
            };
            (then.responses > 0).then_some(one)
        })
        .collect();
    differences
        .sort_by(|a, b| a.difference.value.total_cmp(&b.difference.value).then(a.feature.cmp(&b.feature)));
    Ok(differences)
}
