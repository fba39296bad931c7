//! Where reports come from: the organization's data, seen as their reader may.

use std::sync::Arc;

use ballroom_analytics::value::ValueScore;
use ballroom_entity::{
    id::{FeatureId, ProductId},
    organization, product,
};
use ballroom_render::model::{Mark, MarkKind, Subject};
use chrono::{DateTime, NaiveDate, Utc};

use super::Reader;
use crate::{
    base::error::Error,
    domain::{
        incident::{self as incidents, Begun, Past},
        organization as organizations,
        privacy::MinGroup,
        product as products,
    },
    score::{Cell, Period, Scores, Snapshot, coarse::Coarse, timeline},
    store::{Dimensions, Store},
};

/// The organization's data.
pub(super) struct Source<'a> {
    pub store: &'a Store,
    pub scores: &'a Scores,
    pub reader: &'a Reader,
    pub now: DateTime<Utc>,
    pub organization: organization::Model,
    pub dimensions: Arc<Dimensions>,
    /// The organization's revision when the report was begun.
    pub revision: i64,
}

impl<'a> Source<'a> {
    pub(super) async fn new(
        store: &'a Store,
        scores: &'a Scores,
        reader: &'a Reader,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let organization = organizations::find(store, reader.by.organization()).await?;
        let dimensions = store.dimensions(reader.by.organization()).await?;
        let revision = organization.revision;
        Ok(Self { store, scores, reader, now, organization, dimensions, revision })
    }

    /// From which number of customers on a group is shown to an audience that may not see single responses; none: it may.
    pub(super) fn only_groups(&self) -> Option<MinGroup> {
        self.reader.reads().is_none().then(|| MinGroup::of(&self.organization))
    }

    /// How scores are made coarse for an audience that may not see single responses; none: they are not.
    pub(super) fn coarse(&self) -> Option<Coarse<'_>> {
        self.only_groups().map(|group| Coarse { store: self.store, by: self.reader.by, group })
    }

    /// The values of the features of a product, as the audience may see them.
    pub(super) async fn values(
        &self,
        product: &product::Model,
        cell: Cell,
    ) -> Result<(Arc<Snapshot>, Vec<ValueScore>), Error> {
        let (by, today) = (self.reader.by, self.today(product));
        let (snapshot, values) = self.scores.value_report(by, today, product.id, cell).await?;
        match self.coarse() {
            Some(coarse) => {
                let values = coarse.values(&snapshot, product.id, cell, values).await?;
                Ok((snapshot, values))
            }
            None => Ok((snapshot, values)),
        }
    }

    /// Today in the time zone of a product.
    pub(super) fn today(&self, product: &product::Model) -> NaiveDate {
        products::today(product, self.now)
    }

    /// The product with a reference; without one the only product.
    pub(super) fn product(&self, reference: Option<&str>) -> Result<product::Model, Error> {
        match reference {
            Some(reference) => Ok(self.dimensions.product("product", reference)?.clone()),
            None => {
                let mut products = self.dimensions.products.values();
                match (products.next(), products.next()) {
                    (Some(only), None) => Ok(only.clone()),
                    (None, _) => {
                        Err(Error::invalid("product", "there are no products yet; create one first"))
                    }
                    _ => Err(Error::invalid("product", "must be given, because there are several products")),
                }
            }
        }
    }

    /// A feature, or the product as a whole.
    pub(super) fn subject(&self, product: ProductId, feature: FeatureId) -> Subject {
        subject(&self.dimensions, product, feature)
    }

    /// The incidents of a period, as they were known at the end of a day.
    pub(super) async fn incidents(
        &self,
        product: Option<ProductId>,
        days: Period,
        as_of: NaiveDate,
    ) -> Result<Vec<Past>, Error> {
        let asked = Begun { product, days: (days.from, days.until), as_of, with_open: false };
        incidents::begun(self.store, self.reader.by, asked).await
    }

    /// The releases and incidents of a period, for the time axis of charts.
    pub(super) async fn marks(&self, product: &product::Model, days: Period) -> Result<Vec<Mark>, Error> {
        let snapshot = self.scores.snapshot(self.reader.by, self.today(product)).await?;
        let releases = timeline::releases(&snapshot, product.id, days);
        let release = |(release, day)| {
            let row = self.dimensions.releases.get(&release)?;
            Some(Mark { day, kind: MarkKind::Release, label: row.version.clone(), count: 1 })
        };
        let mut marks: Vec<Mark> = releases.into_iter().filter_map(release).collect();
        let mut incidents: Vec<(NaiveDate, i16)> = self
            .incidents(Some(product.id), days, days.until)
            .await?
            .iter()
            .map(|past| (past.incident.opened_on, past.incident.severity))
            .collect();
        incidents.sort_unstable();
        marks.extend(incidents.chunk_by(|a, b| a == b).map(|same| Mark {
            day: same[0].0,
            kind: MarkKind::Incident,
            label: same[0].1.to_string(),
            count: same.len() as i64,
        }));
        Ok(marks)
    }
}

/// A feature, or the product as a whole.
pub(super) fn subject(dimensions: &Dimensions, product: ProductId, feature: FeatureId) -> Subject {
    match dimensions.features.get(&feature) {
        Some(feature) => Subject { key: Some(feature.key.clone()), name: feature.name.clone() },
        None => {
            let name =
                dimensions.products.get(&product).map(|product| product.name.as_str()).unwrap_or_default();
            Subject { key: None, name: format!("{name} as a whole") }
        }
    }
}

/// A product.
pub(super) fn product_subject(product: &product::Model) -> Subject {
    Subject { key: Some(product.key.clone()), name: product.name.clone() }
}
