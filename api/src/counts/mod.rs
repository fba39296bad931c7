//! Changes of the daily counts, from which scores are computed. They change with the rows that they count, in
//! the same transaction, by addition; recomputed from the rows, they are the same.

mod coded;
pub mod log;
mod table;

use std::collections::BTreeMap;

use ballroom_entity::{
    exposure_daily, feedback_daily,
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
    incident_daily,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;

pub use coded::CodedKey;
pub(crate) use coded::{codes_of, unknown};
pub(crate) use table::Daily;

use crate::{
    base::error::Error,
    store::{CountCodes, Together},
};

/// What responses are counted by. `feedback_daily` has [codes](CodedKey) for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedbackKey {
    /// The product.
    pub product: ProductId,
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The release that the responses name, or none.
    pub release: ReleaseId,
    /// The segment, or none.
    pub segment: SegmentId,
    /// The scale.
    pub scale: ScaleId,
    /// The day in the product's time zone.
    pub day: NaiveDate,
    /// Steps above the scale's minimum.
    pub level: i32,
}

/// A key of `incident_daily`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentKey {
    /// The product.
    pub product: ProductId,
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The release it is attributed to, none, or "not caused by a change".
    pub release: ReleaseId,
    /// 1 to 4.
    pub severity: i16,
    /// The day in the product's time zone.
    pub day: NaiveDate,
}

/// The sums of `incident_daily`; they add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IncidentSums {
    /// Incidents opened.
    pub opened: i64,
    /// Change of affected customers, if their number is known.
    pub affected_change: i64,
    /// Change of open incidents whose number of customers is unknown.
    pub unknown_change: i64,
}

/// A key of `exposure_daily`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExposureKey {
    /// The product.
    pub product: ProductId,
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The segment, or none.
    pub segment: SegmentId,
    /// The day in the product's time zone.
    pub day: NaiveDate,
}

/// Sums to add to the daily counts, in the order of the keys.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    pub(crate) feedback: BTreeMap<FeedbackKey, i64>,
    pub(crate) incidents: BTreeMap<IncidentKey, IncidentSums>,
    pub(crate) exposure: BTreeMap<ExposureKey, i64>,
}

impl Changes {
    /// Adds responses to a key (removes them, if negative).
    pub fn feedback(&mut self, key: FeedbackKey, answers: i64) {
        *self.feedback.entry(key).or_default() += answers;
    }

    /// Adds sums to a key.
    pub fn incident(&mut self, key: IncidentKey, sums: IncidentSums) {
        let total = self.incidents.entry(key).or_default();
        total.opened += sums.opened;
        total.affected_change += sums.affected_change;
        total.unknown_change += sums.unknown_change;
    }

    /// Adds active customers to a key.
    pub fn exposure(&mut self, key: ExposureKey, customers: i64) {
        *self.exposure.entry(key).or_default() += customers;
    }

    /// The first day on which anything changes.
    pub fn first_day(&self) -> Option<NaiveDate> {
        let feedback = self.feedback.keys().map(|key| key.day);
        let incidents = self.incidents.keys().map(|key| key.day);
        feedback.chain(incidents).chain(self.exposure.keys().map(|key| key.day)).min()
    }

    /// Without the sums that are zero.
    fn without_zeros(mut self) -> Self {
        self.feedback.retain(|_, answers| *answers != 0);
        self.incidents.retain(|_, sums| *sums != IncidentSums::default());
        self.exposure.retain(|_, customers| *customers != 0);
        self
    }

    /// The sums that differ from zero, in the order of the keys.
    pub(super) fn into_parts(
        self,
    ) -> (BTreeMap<FeedbackKey, i64>, BTreeMap<IncidentKey, IncidentSums>, BTreeMap<ExposureKey, i64>) {
        let Self { feedback, incidents, exposure } = self.without_zeros();
        (feedback, incidents, exposure)
    }

    /// The number of sums.
    fn len(&self) -> usize {
        self.feedback.len() + self.incidents.len() + self.exposure.len()
    }

    /// Adds them to the tables, and to the [log], together with other rows once those are sent; a key whose sums become
    /// zero has no row. `anew`: the tables were emptied before.
    pub async fn write(
        self,
        db: &impl ConnectionTrait,
        together: &mut Together,
        (organization, revision, at): (OrganizationId, i64, DateTime<Utc>),
        codes: &CountCodes,
        anew: bool,
    ) -> Result<(), Error> {
        let sums = self.without_zeros();
        if sums.len() == 0 && !anew {
            return Ok(());
        }
        log::append(db, together, (organization, revision, at), Some(&sums).filter(|_| !anew)).await?;
        let Self { feedback, incidents, exposure } = sums;
        let coded = |(key, answers)| Ok((CodedKey::of(&key, codes).ok_or_else(unknown)?, answers));
        let feedback = feedback.into_iter().map(coded).collect::<Result<_, Error>>()?;
        table::add::<feedback_daily::Entity>(db, together, organization, feedback).await?;
        table::add::<incident_daily::Entity>(db, together, organization, incidents).await?;
        Ok(table::add::<exposure_daily::Entity>(db, together, organization, exposure).await?)
    }
}
