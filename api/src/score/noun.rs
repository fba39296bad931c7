//! What an answer of analytics is about, in the organization's own nouns. Analytics answers in codes, which have a meaning
//! in their snapshot only; they are translated here, and no other module reads them.

use ballroom_analytics::{
    Stratum,
    alert::Alert,
    change_point::Suspect,
    regression::{ControlShift, RegressionScore, ReleaseReport, Since},
    standard::Standard,
    value::ValueScore,
};
use ballroom_entity::{
    id::{FeatureId, ProductId, ReleaseId, ScaleId, SegmentId},
    release_feature::FeatureChange,
};

use super::Snapshot;

/// An answer about one object of a kind, or about none.
pub trait About<I> {
    /// The code of the object.
    fn code(&self) -> Option<u32>;
}

macro_rules! about {
    ($($noun:ident: $($answer:ident($this:ident) $code:expr),+;)*) => {$($(
        impl About<$noun> for $answer {
            fn code(&self) -> Option<u32> {
                let $this = self;
                $code
            }
        }
    )+)*};
}

about! {
    FeatureId:
        ValueScore(it) Some(it.feature),
        RegressionScore(it) Some(it.feature),
        Alert(it) Some(it.feature),
        ControlShift(it) it.feature;
    ReleaseId:
        ReleaseReport(it) Some(it.release),
        Since(it) it.release,
        Suspect(it) Some(it.release);
    ScaleId:
        Stratum(it) Some(it.scale),
        Standard(it) Some(it.scale);
    SegmentId:
        Stratum(it) Some(it.segment);
}

impl Snapshot {
    /// The feature of an answer; `NONE` for the product as a whole.
    pub fn feature_of(&self, answer: &impl About<FeatureId>) -> FeatureId {
        self.place_of(answer).1
    }

    /// The product of an answer about a feature.
    pub fn product_of(&self, answer: &impl About<FeatureId>) -> ProductId {
        self.place_of(answer).0
    }

    fn place_of(&self, answer: &impl About<FeatureId>) -> (ProductId, FeatureId) {
        let place = answer.code().and_then(|code| self.codes.features.id(code));
        place.unwrap_or((ProductId::NONE, FeatureId::NONE))
    }

    /// The name of the feature of an answer; the product's name for the product as a whole.
    pub fn feature_name(&self, answer: &impl About<FeatureId>) -> &str {
        let (product, feature) = self.place_of(answer);
        match self.dimensions.features.get(&feature) {
            Some(feature) => &feature.name,
            None => self.dimensions.products.get(&product).map_or("", |product| &product.name),
        }
    }

    /// The release of an answer.
    pub fn release_of(&self, answer: &impl About<ReleaseId>) -> Option<ReleaseId> {
        self.codes.releases.id(answer.code()?)
    }

    /// The release with which alone another one was compared as well.
    pub fn previous_of(&self, report: &ReleaseReport) -> Option<ReleaseId> {
        self.codes.releases.id(report.previous?)
    }

    /// The scale of an answer.
    pub fn scale_of(&self, answer: &impl About<ScaleId>) -> ScaleId {
        answer.code().and_then(|code| self.codes.scales.id(code)).unwrap_or(ScaleId::NONE)
    }

    /// The segment of an answer; none: customers without one.
    pub fn segment_of(&self, answer: &impl About<SegmentId>) -> Option<SegmentId> {
        self.codes.segments.id(answer.code()?).and_then(SegmentId::some)
    }

    /// The declared change of a release to a feature; none: it does not touch it.
    pub fn change_of(&self, report: &ReleaseReport, score: &RegressionScore) -> Option<FeatureChange> {
        self.codes.touches.get(&(report.release, score.feature)).copied()
    }
}
