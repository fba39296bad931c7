//! Responses that are checked and not written yet.

use ballroom_entity::{
    feedback::Model,
    id::{FeedbackId, SegmentId},
};

use super::{
    super::{
        handed::{About, Handed},
        rated, voice,
    },
    ExternalKey,
};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        check,
        customer::Referred,
        sent::{Nulls, Stamp},
    },
    store::Dimensions,
    transaction::Transaction,
};

/// A valid item, still without its customer.
pub(in crate::domain) struct Draft {
    pub(in crate::domain) row: Model,
    pub(super) customer: Option<String>,
    /// Whether the time was given.
    pub(in crate::domain) timed: bool,
    /// Whether customers may be created.
    pub(super) may_be_new: bool,
    pub(in crate::domain) segment_given: Option<SegmentId>,
    pub(in crate::domain) nulls: Nulls,
}

impl Draft {
    pub(super) fn check(
        tx: &Transaction,
        dimensions: &Dimensions,
        source: &str,
        handed: Handed,
    ) -> Result<Self, Error> {
        let item = &handed.answer;
        // A response without an ID is never submitted again.
        let stamp = Stamp::of(item, item.updated_at, tx.at)?;
        let stamp = item.external_id.as_ref().map(|_| stamp);
        let product = dimensions.product("product", &item.product)?;
        let feature = item
            .feature
            .as_deref()
            .map(|feature| dimensions.feature(product.id, "feature", feature))
            .transpose()?;
        let release = item
            .release
            .as_deref()
            .map(|release| dimensions.release(product.id, "release", release))
            .transpose()?;
        handed.check(dimensions, &About { product, feature, release }, tx.at)?;
        let segment =
            item.segment.as_deref().map(|segment| dimensions.segment("segment", segment)).transpose()?;
        let (scale, level) = rated::rating(dimensions, item.scale.as_deref(), item.rating)?.unzip();
        let occurred_at = check::moment("occurredAt", item.occurred_at.unwrap_or(tx.at), tx.at)?;
        let zone = check::time_zone("timeZone", &product.time_zone)?;
        let customer = check::optional_line("customer", item.customer.as_deref(), check::NAME_LENGTH)?;
        let row = Model {
            organization_id: tx.organization(),
            id: FeedbackId::new(),
            product_id: product.id,
            feature_id: feature.map(|feature| feature.id),
            release_id: release.map(|release| release.id),
            segment_id: None,
            customer_id: None,
            scale_id: scale,
            level,
            comment: check::text("comment", item.comment.as_deref())?,
            channel: check::optional_line("channel", item.channel.as_deref(), 64)?,
            occurred_at,
            day: occurred_at.with_timezone(&zone).date_naive(),
            source: check::line("source", item.source.as_deref().unwrap_or(source), 64)?,
            external_id: check::optional_line("externalId", item.external_id.as_deref(), check::NAME_LENGTH)?,
            voice: None,
            counted: level.is_some(),
            received_at: tx.at,
            corrected_at: None,
            changed_at: None,
            revision: 1,
            source_updated_at: stamp.and_then(|stamp| stamp.updated_at),
            sent: stamp.map(|stamp| stamp.sent),
        };
        let may_be_new = customer.as_deref().is_none_or(|customer| handed.may_name(customer));
        let timed = item.occurred_at.is_some();
        let segment_given = segment.map(|segment| segment.id);
        Ok(Self { row, customer, timed, may_be_new, segment_given, nulls: handed.answer.nulls })
    }

    pub(super) fn external_key(&self) -> Option<ExternalKey> {
        Some((self.row.source.clone(), self.row.external_id.clone()?))
    }

    pub(super) fn with_customer(mut self, customer: Option<Referred>) -> Model {
        self.row.customer_id = customer.map(|customer| customer.id);
        self.row.segment_id = self.segment_given.or_else(|| customer?.segment_id);
        self.row.voice = voice::of(&self.row);
        self.row
    }
}
