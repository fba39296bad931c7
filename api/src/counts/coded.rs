//! Keys of `feedback_daily`, which has codes instead of IDs.

use ballroom_entity::id::{FeatureId, ProductId, ReleaseId, ScaleId, SegmentId};
use chrono::NaiveDate;
use uuid::Uuid;

use super::FeedbackKey;
use crate::{
    base::error::Error,
    store::{CountCodes, Dimensions},
};

/// A key of `feedback_daily`, in the order of the table's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodedKey {
    /// The feature, or the product as a whole.
    pub feature: i32,
    /// The day in the product's time zone.
    pub day: NaiveDate,
    /// The release that the responses name, or none.
    pub release: i32,
    /// The segment, or none.
    pub segment: i32,
    /// The scale.
    pub scale: i32,
    /// Steps above the scale's minimum.
    pub level: i32,
}

impl CodedKey {
    /// The key with the codes of its objects; none if one has no code.
    pub(super) fn of(key: &FeedbackKey, codes: &CountCodes) -> Option<Self> {
        let [feature, release, segment, scale] = key.objects().map(|id| codes.code(id));
        let (feature, release, segment, scale) = (feature?, release?, segment?, scale?);
        Some(Self { feature, day: key.day, release, segment, scale, level: key.level })
    }

    /// The key with the IDs of its objects.
    pub fn decoded(&self, dimensions: &Dimensions) -> Result<FeedbackKey, Error> {
        let key = || {
            let id = |code| dimensions.codes.id(code);
            let (product, feature) = subject(id(self.feature)?, dimensions)?;
            Some(FeedbackKey {
                product,
                feature,
                release: ReleaseId(id(self.release)?),
                segment: SegmentId(id(self.segment)?),
                scale: ScaleId(id(self.scale)?),
                day: self.day,
                level: self.level,
            })
        };
        key().ok_or_else(unknown)
    }
}

impl FeedbackKey {
    /// The IDs of what has a code: the feature or the product as a whole, the release, the segment and the scale.
    pub(crate) fn objects(&self) -> [Uuid; 4] {
        let subject = self.feature.some().map_or(self.product.0, |feature| feature.0);
        [subject, self.release.0, self.segment.0, self.scale.0]
    }
}

/// The product and the feature, if it is one, of an ID.
fn subject(id: Uuid, dimensions: &Dimensions) -> Option<(ProductId, FeatureId)> {
    match dimensions.features.get(&FeatureId(id)) {
        Some(feature) => Some((feature.product_id, feature.id)),
        None => dimensions.products.get(&ProductId(id)).map(|product| (product.id, FeatureId::NONE)),
    }
}

/// The codes of a product as a whole and of its features; those that were never counted have none.
pub(crate) fn codes_of(dimensions: &Dimensions, product: ProductId) -> Vec<i32> {
    let features = dimensions.features.values().filter(|feature| feature.product_id == product);
    let subjects = features.map(|feature| feature.id.0).chain([product.0]);
    subjects.filter_map(|id| dimensions.codes.code(id)).collect()
}

/// The error about a code that no object has.
pub(crate) fn unknown() -> Error {
    Error::Inconsistent("the daily counts refer to an unknown object".to_owned())
}
