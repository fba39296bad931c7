//! Responses as a file, in the columns that an import understands without a mapping.

use std::fs::File;
use std::io;
use std::path::Path;

use chrono::{NaiveDate, SecondsFormat};

use super::{Answers, PRODUCT};

const HEADER: [&str; 11] = [
    "product",
    "feature",
    "release",
    "segment",
    "customer",
    "scale",
    "rating",
    "comment",
    "channel",
    "occurred_at",
    "external_id",
];

/// Writes `n` responses of a year that begins on `first_day`, in constant memory.
pub fn write_csv(n: usize, seed: u64, first_day: NaiveDate, path: impl AsRef<Path>) -> io::Result<()> {
    let mut file = csv::Writer::from_writer(File::create(path)?);
    file.write_record(HEADER)?;
    for answer in Answers::new(seed, first_day, n) {
        file.write_record([
            PRODUCT.key,
            answer.feature.unwrap_or_default(),
            answer.release.unwrap_or_default(),
            answer.segment,
            answer.customer.as_deref().unwrap_or_default(),
            answer.scale,
            &answer.rating.to_string(),
            answer.comment.as_deref().unwrap_or_default(),
            answer.channel,
            &answer.occurred_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            &answer.external_id,
        ])?;
    }
    file.flush()
}
