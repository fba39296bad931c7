//! Loading of scores.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use ballroom_analytics::{regression::ReleaseReport, value::ValueScore};
use ballroom_entity::id::{ProductId, ReleaseId};
use chrono::NaiveDate;

use super::Loading;
use crate::{
    base::error::Error,
    domain::privacy::MinGroup,
    score::{
        Cell, Snapshot,
        distribution::{self, Spread},
    },
};

impl Loader<Spread> for Loading {
    type Value = Arc<Vec<distribution::Level>>;
    type Error = Error;

    async fn load(&self, keys: &[Spread]) -> Result<HashMap<Spread, Self::Value>, Error> {
        let mut levels = HashMap::new();
        for key in keys {
            let rows = distribution::read(&self.services.store, self.organization(), key).await?;
            levels.insert(*key, Arc::new(rows));
        }
        Ok(levels)
    }
}

/// The values of all features of a product, computed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct ValuesOf {
    pub(in crate::graphql) product: ProductId,
    pub(in crate::graphql) today: NaiveDate,
    pub(in crate::graphql) cell: Cell,
}

impl Loader<ValuesOf> for Loading {
    type Value = (Arc<Snapshot>, Arc<Vec<ValueScore>>);
    type Error = Error;

    async fn load(&self, keys: &[ValuesOf]) -> Result<HashMap<ValuesOf, Self::Value>, Error> {
        let mut values = HashMap::new();
        let coarse = self.coarse().await?;
        for key in keys {
            let scores = &self.services.scores;
            let (snapshot, mut report) =
                scores.value_report(self.reports()?, key.today, key.product, key.cell).await?;
            if let Some(coarse) = coarse {
                report = coarse.values(&snapshot, key.product, key.cell, report).await?;
            }
            values.insert(*key, (snapshot, Arc::new(report)));
        }
        Ok(values)
    }
}

/// The verdicts on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct VerdictsOn {
    pub(in crate::graphql) product: ProductId,
    pub(in crate::graphql) release: ReleaseId,
    pub(in crate::graphql) today: NaiveDate,
    pub(in crate::graphql) as_of: NaiveDate,
}

/// The verdicts on a release, as they are and as the caller may see them.
#[derive(Clone)]
pub(in crate::graphql) struct Verdicts {
    pub(in crate::graphql) snapshot: Arc<Snapshot>,
    pub(in crate::graphql) exact: Arc<ReleaseReport>,
    pub(in crate::graphql) shown: Arc<ReleaseReport>,
    pub(in crate::graphql) only_groups: Option<MinGroup>,
}

impl Loader<VerdictsOn> for Loading {
    type Value = Verdicts;
    type Error = Error;

    async fn load(&self, keys: &[VerdictsOn]) -> Result<HashMap<VerdictsOn, Self::Value>, Error> {
        let mut verdicts = HashMap::new();
        let coarse = self.coarse().await?;
        for key in keys {
            let scores = &self.services.scores;
            let (snapshot, report) =
                scores.regression(self.reports()?, key.today, key.release, key.as_of).await?;
            let Some(exact) = report.map(Arc::new) else { continue };
            let shown = match coarse {
                Some(coarse) => Arc::new(coarse.verdicts(&snapshot, key.product, key.release, &exact).await?),
                None => exact.clone(),
            };
            let only_groups = coarse.map(|coarse| coarse.group);
            verdicts.insert(*key, Verdicts { snapshot, exact, shown, only_groups });
        }
        Ok(verdicts)
    }
}
