//! Known errors in reports, and the words that distinguish what customers said.

use std::collections::HashMap;

use ballroom_entity::{
    id::{FeatureId, KnownErrorId, ProductId, ReleaseId},
    known_error,
};
use ballroom_render::model::{KnownError, KnownErrors, Word};
use chrono::{DateTime, NaiveDate, Utc};

use super::source::Source;
use crate::{
    base::{error::Error, reference::PublicId},
    domain::known_error::{self as known_errors, KnownErrorState},
    score::{
        Period,
        words::{self, ComparedWith, WordsOf},
    },
};

/// Number of words of a feature.
const WORDS: usize = 6;

/// A known error, with the releases that fix it.
pub(super) struct Known {
    pub(super) row: known_error::Model,
    pub(super) fixes: Vec<ReleaseId>,
    pub(super) state: KnownErrorState,
}

impl Known {
    /// Whether it is not fixed for customers.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, KnownErrorState::Open | KnownErrorState::FixPlanned)
    }

    /// Whether a release introduced or fixes it.
    fn concerns(&self, release: ReleaseId) -> bool {
        self.row.introduced_in == Some(release) || self.fixes.contains(&release)
    }

    /// As a report shows it.
    pub(super) fn shown(&self, source: &Source<'_>) -> KnownError {
        let version =
            |id: ReleaseId| source.dimensions.releases.get(&id).map(|release| release.version.clone());
        let fixed = self.state == KnownErrorState::Fixed;
        KnownError {
            id: self.row.id.public(),
            symptom: self.row.symptom.clone().unwrap_or_else(|| self.row.title.clone()),
            workaround: self.row.workaround.clone(),
            introduced_in: self.row.introduced_in.and_then(version),
            fixed_in: self.fixes.first().copied().and_then(version).filter(|_| fixed),
        }
    }
}

/// The known errors of a product.
pub(super) async fn of_product(source: &Source<'_>, product: ProductId) -> Result<Vec<Known>, Error> {
    let by = source.reader.by;
    let rows = known_errors::of_product(source.store, by, product).await?;
    let ids: Vec<KnownErrorId> = rows.iter().map(|row| row.id).collect();
    let mut fixes: HashMap<KnownErrorId, Vec<ReleaseId>> = HashMap::new();
    for fix in known_errors::fixes_of(source.store, by.organization(), &ids).await? {
        fixes.entry(fix.known_error_id).or_default().push(fix.release_id);
    }
    let known = |row: known_error::Model| {
        let fixes = fixes.remove(&row.id).unwrap_or_default();
        let state = KnownErrorState::of(&row, &fixes, &source.dimensions);
        Known { row, fixes, state }
    };
    Ok(rows.into_iter().map(known).collect())
}

/// The known errors of a product in a period, or those of one of its releases; none if there are none.
pub(super) async fn section(
    source: &Source<'_>,
    product: ProductId,
    days: Period,
    release: Option<ReleaseId>,
) -> Result<Option<KnownErrors>, Error> {
    let mut known = of_product(source, product).await?;
    if let Some(release) = release {
        known.retain(|one| one.concerns(release));
    }
    if known.is_empty() {
        return Ok(None);
    }
    let within = |day: NaiveDate| day >= days.from && day < days.until;
    let began = |at: DateTime<Utc>| within(at.date_naive());
    let fixed = |one: &&Known| {
        let day = |id: &ReleaseId| source.dimensions.releases.get(id)?.released_on;
        one.state == KnownErrorState::Fixed && one.fixes.iter().filter_map(day).any(within)
    };
    let shown = known.iter().filter(|one| one.is_open() || release.is_some());
    Ok(Some(KnownErrors {
        opened: known.iter().filter(|one| began(one.row.created_at)).count() as i64,
        fixed: known.iter().filter(fixed).count() as i64,
        open: known.iter().filter(|one| one.is_open()).count() as i64,
        list: shown.map(|one| one.shown(source)).collect(),
        // Those of a release are in the list.
        fixes: known
            .iter()
            .filter(|_| release.is_none())
            .filter(fixed)
            .map(|one| one.shown(source))
            .collect(),
    }))
}

/// The words that distinguish the comments on a feature in a period.
pub(super) async fn said(
    source: &Source<'_>,
    product: ProductId,
    feature: Option<FeatureId>,
    period: Period,
) -> Result<Vec<Word>, Error> {
    let asked = WordsOf {
        product,
        feature,
        release: None,
        segment: None,
        period,
        with: ComparedWith::Before,
        only_groups: source.only_groups(),
        most: WORDS,
    };
    let found = words::of_comments(source.store, source.reader.by, asked).await?;
    let word = |(term, _): (ballroom_analytics::words::Term, _)| Word {
        text: term.text,
        count: term.texts.len() as i64,
        z: super::number(term.z),
    };
    Ok(found.terms.into_iter().map(word).collect())
}
