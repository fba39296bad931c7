//! The rows that this crate accepts: one organization's daily counts, and the tables that their codes index.
//!
//! Every key is a dense `u32` code that the caller maps to IDs of its own, so that the arithmetic never sees
//! a string. Everything counted is a sum: facts of two days, shards or imports are merged by concatenating
//! their rows, in any order.

use polars_core::frame::DataFrame;

/// A calendar day: days since 1970-01-01, in the time zone of the product.
pub type Day = i32;

/// One organization's daily counts. [`Facts::prepare`](crate::prepared) turns them into what scores read.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The rating scales; a row's `scale` is an index into this.
    pub scales: Vec<Scale>,
    /// The releases of all products; a row's `release` is an index into this.
    pub releases: Vec<Release>,
    /// The features of all products; a row's `feature` is an index into this. A product as a whole is a
    /// feature like any other.
    pub features: Vec<Feature>,
    /// How many segments there are. Code 0 is "no segment", so this is at least 1.
    pub segments: u32,
    /// Responses per day and level, as [`frame::feedback`](crate::frame::feedback) makes it.
    pub feedback: DataFrame,
    /// Incidents per day, as [`frame::incidents`](crate::frame::incidents) makes it.
    pub incidents: DataFrame,
    /// Active customers per day, as [`frame::exposure`](crate::frame::exposure) makes it.
    pub exposure: DataFrame,
    /// Responses that a verdict needs on each side ([`MIN_ANSWERS`] unless the organization says otherwise).
    pub min_answers: u32,
}

/// Minimum number of responses before and after a release for the verdicts regressed and improved.
pub const MIN_ANSWERS: u32 = 10;

/// How responses are rated: levels `min, min + step, ...` up to `max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The lowest rating.
    pub min: f64,
    /// The highest rating.
    pub max: f64,
    /// The distance between two neighbouring ratings.
    pub step: f64,
    /// False when a low rating is good, as in the effort score of 2010.
    pub higher_is_better: bool,
    /// The kind of its standard figure. It has no influence on scores.
    pub kind: ScaleKind,
}

/// The kind of a scale; it only determines which [standard figure](crate::standard) is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScaleKind {
    /// Satisfaction, usually 1 to 5.
    Csat,
    /// Net promoter score, 0 to 10.
    Nps,
    /// Effort, 1 to 7.
    Ces,
    /// Stars of an app store.
    Stars,
    /// Thumb down or up, 0 or 1.
    Thumbs,
    /// Any other.
    Custom,
}

/// A release of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// A label that groups releases and features of one product; not an index.
    pub product: u32,
    /// The day it reached customers; none while it is only planned. If not declared (`inferred`, or none),
    /// it is the first day on which its responses show it in real use.
    pub first_day: Option<Day>,
    /// It was not declared, but is known from responses that name it. Its first day is found from them, and
    /// responses that name no release are never assigned to it.
    pub inferred: bool,
    /// The day it was withdrawn. It is ignored if before `first_day`, which then was found by later responses.
    pub withdrawn: Option<Day>,
    /// Earlier times in which customers had it, each ended by a withdrawal. Rows of these times are its own, and belong
    /// to neither side of its comparison.
    pub earlier: Vec<Earlier>,
    /// Decides which of two releases of one day is the newer: the greater number. The caller ranks the
    /// releases of a product by what it knows of them: moments, ancestry, versions.
    pub order: u32,
    /// The releases that it descends from, near and far, as codes. With them, the baseline of its regression
    /// score is their rows only. None or empty: it declares none, and every other release is the baseline.
    pub ancestors: Option<Vec<u32>>,
    /// The features that it touches, as codes. The others are its controls. Empty:
    /// not declared, so that no feature is assumed to be untouched.
    pub touched: Vec<u32>,
}

/// An earlier time in which customers had a release, before it was withdrawn and shipped again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its first day.
    pub first_day: Day,
    /// The day it was withdrawn.
    pub withdrawn: Day,
    /// As [`Release::order`], for this time.
    pub order: u32,
}

/// A feature of a product, or the product as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Feature {
    /// The same label as in [`Release::product`].
    pub product: u32,
    /// It is the product as a whole, which every release touches.
    pub whole: bool,
}

/// Responses of one day that gave one rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackRow {
    /// Index into [`Facts::features`].
    pub feature: u32,
    /// The release that the responses name. None: they count for the value and for no verdict, unless the product's
    /// responses hardly ever name a release ([`frame`](crate::frame)).
    pub release: Option<u32>,
    /// Segment code, 0 for none.
    pub segment: u32,
    /// Index into [`Facts::scales`].
    pub scale: u32,
    /// The day of the responses.
    pub day: Day,
    /// The rating as steps above the scale's minimum: 0 is `min`.
    pub level: u32,
    /// How many responses.
    pub count: i64,
}

/// Incidents of a feature on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncidentRow {
    /// Index into [`Facts::features`].
    pub feature: u32,
    /// The release that they are attributed to. None: the newest one live on that day.
    pub release: Option<u32>,
    /// True when they are known *not* to come from a change: they reduce the value, but belong to neither side of a
    /// comparison.
    pub no_change: bool,
    /// The day.
    pub day: Day,
    /// Incidents opened that day.
    pub opened: i64,
    /// Severity weight times affected customers, summed over the incidents open that day.
    pub spoiled: f64,
}

/// Customers who used a feature on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExposureRow {
    /// Index into [`Facts::features`].
    pub feature: u32,
    /// Segment code, 0 for none.
    pub segment: u32,
    /// The day.
    pub day: Day,
    /// Active customers.
    pub active: i64,
}

/// A scale and a segment. Ratings are only ever compared inside one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Stratum {
    /// Index into [`Facts::scales`].
    pub scale: u32,
    /// Segment code, 0 for none.
    pub segment: u32,
}
