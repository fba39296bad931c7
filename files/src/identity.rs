//! An ID for a row that its source gave none, so that importing a file twice changes nothing.
//!
//! Such a row is known by what it says, not by its bytes: one more column, a date written otherwise or another
//! encoding make no other row.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::parse::{FeedbackRow, IncidentRow};

/// Number of different rows that are distinguished exactly. Further rows share their counts with others in the
/// same slot: the IDs remain different within a file and the same for the same file, but may differ between two
/// overlapping files.
///
/// Memory, whatever the size of the file: 18 MB for the exact counts (a table of 1,048,576 entries of 17 bytes), half
/// as much again while it grows, and 4 MB for the shared ones. Measured with a million different rows: 25 MB more than
/// without.
const EXACT_LIMIT: usize = 900_000;
const SLOTS: usize = 1 << 20;

/// Number of rows by which a file is recognized.
pub const KNOWN_BY: usize = 10_000;

/// What a row says, as a hash.
pub type RowHash = [u8; 32];

/// What a response says: who gave which rating and comment on what, and when. Not its release and segment, which later
/// exports of the same data may know better.
pub fn hash_of_response(row: &FeedbackRow) -> RowHash {
    hash(&[
        Some("feedback"),
        Some(&row.product),
        row.feature.as_deref(),
        row.customer.as_deref(),
        row.scale.as_deref(),
        row.rating.map(|rating| rating.to_string()).as_deref(),
        row.comment.as_deref(),
        Some(&row.occurred_at.timestamp_micros().to_string()),
    ])
}

/// What an incident says: what happened to which features, and when it began. Not when it ended: then it is the same
/// incident.
pub fn hash_of_incident(row: &IncidentRow) -> RowHash {
    let mut features = row.features.clone();
    features.sort_unstable();
    hash(&[
        Some("incident"),
        Some(&row.product),
        Some(&features.join("\n")),
        row.title.as_deref(),
        Some(&row.opened_at.timestamp_micros().to_string()),
    ])
}

/// How little likely it is that another response says the same by chance, in bits: a time of day and a long comment are hardly
/// given twice, a day and a rating often.
pub(crate) fn weight(row: &FeedbackRow) -> u32 {
    let comment = row.comment.as_deref().map_or(0, |comment| comment.chars().take(40).count() as u32);
    let time = if row.occurred_at.timestamp() % 3600 == 0 { 0 } else { 10 };
    2 + time + comment
}

/// The weight from which on two files that say the same are the same, whatever their names.
pub(crate) const CERTAIN_WEIGHT: u32 = 100;

/// What the name of a file says.
pub(crate) fn hash_of_name(name: &str) -> RowHash {
    hash(&[Some("file"), Some(name)])
}

/// The first 32 hexadecimal digits of the hash of a text.
pub(crate) fn short(text: &str) -> String {
    let hash: RowHash = Sha256::digest(text).into();
    hash[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(parts: &[Option<&str>]) -> RowHash {
    let mut hash = Sha256::new();
    // Lengths go in as well, so that no two rows are the same bytes.
    for part in parts {
        match part {
            None => hash.update([0]),
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
    }
    hash.finalize().into()
}

/// Recognizes a file by what its first rows say.
#[derive(Clone, Debug, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Takes the next row into account.
    pub fn add(&mut self, hash: &RowHash) {
        self.0.update(hash);
    }

    /// The fingerprint.
    pub fn finish(self) -> RowHash {
        self.0.finalize().into()
    }
}

/// IDs for the rows of one file.
///
/// An ID is the hash of what the row says and of the number of rows before it in the file that say the same. The same file
/// read again gives the same IDs in the same order.
///
/// An anonymous response does not identify its author: two five-star ratings that are equal in everything are two
/// responses, also if they are in two files. So its ID includes the fingerprint of the file, and only the same file again
/// is the same.
#[derive(Debug, Default)]
pub struct ExternalIds {
    file: RowHash,
    exact: HashMap<u64, u32>,
    shared: Vec<u32>,
}

impl ExternalIds {
    /// Nothing was seen yet of a file with this fingerprint.
    pub fn new(file: RowHash) -> ExternalIds {
        ExternalIds { file, ..ExternalIds::default() }
    }

    /// The ID of the next row: 32 hexadecimal digits.
    pub fn next(&mut self, hash: &RowHash, is_anonymous: bool) -> String {
        let occurrence = self.occurrence(first_u64(hash));
        let mut hash = Sha256::new().chain_update(hash).chain_update(occurrence.to_le_bytes());
        if is_anonymous {
            hash.update(self.file);
        }
        let hash = hash.finalize();
        format!("{:032x}", hash[..16].iter().fold(0, |number: u128, &byte| number << 8 | u128::from(byte)))
    }

    /// Number of earlier rows with this hash. Two different rows with one hash only skip a number.
    fn occurrence(&mut self, hash: u64) -> u32 {
        let full = self.exact.len() >= EXACT_LIMIT;
        let count = match self.exact.get_mut(&hash) {
            Some(count) => count,
            None if !full => self.exact.entry(hash).or_default(),
            None => {
                self.shared.resize(SLOTS, 0);
                &mut self.shared[(hash % SLOTS as u64) as usize]
            }
        };
        let before = *count;
        *count += 1;
        before
    }
}

fn first_u64(hash: &RowHash) -> u64 {
    hash[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use chrono_tz::UTC;
    use csv::StringRecord;

    use super::super::{Columns, Dates, Kind, Mapping, Record, parse};
    use super::*;

    fn hashes(header: &[&str], rows: &[&[&str]]) -> Vec<(RowHash, bool)> {
        let columns = Arc::new(Columns::new(header));
        let sets = [("product".to_owned(), "Kiwix".to_owned()), ("scale".to_owned(), "stars".to_owned())];
        let mapping = Mapping::new(Kind::Feedback, &columns, &[], &sets).unwrap();
        let rows = rows.iter().map(|row| {
            let record = Record::new(2, columns.clone(), StringRecord::from(row.to_vec()));
            parse::feedback(&record, &mapping, &Dates::in_zone(UTC)).unwrap().remove(0)
        });
        rows.map(|row| (hash_of_response(&row), row.customer.is_none())).collect()
    }

    fn ids(file: RowHash, header: &[&str], rows: &[&[&str]]) -> Vec<String> {
        let mut ids = ExternalIds::new(file);
        hashes(header, rows).iter().map(|(hash, anonymous)| ids.next(hash, *anonymous)).collect()
    }

    const HEADER: [&str; 3] = ["rating", "occurred_at", "comment"];
    const ROWS: [&[&str]; 4] = [
        &["5", "2016-06-01", "a"],
        &["5", "2016-06-01", "a"],
        &["5", "2016-06-01", "b"],
        &["5", "2016-06-01", ""],
    ];

    #[test]
    fn the_same_file_gives_the_same_ids_and_equal_rows_different_ones() {
        let once = ids([7; 32], &HEADER, &ROWS);
        assert_eq!(once, ids([7; 32], &HEADER, &ROWS));
        assert_eq!(once.iter().collect::<HashSet<_>>().len(), 4);
        assert!(once.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    }

    #[test]
    fn a_row_is_known_by_what_it_says() {
        let header = ["release", "rating", "device", "occurred_at", "comment"];
        let rows: [&[&str]; 2] =
            [&["1.2", "5.0", "x", "2016-06-01T00:00Z", "a"], &["", "★★★★★", "", "1/Jun/16", " a "]];
        assert_eq!(ids([7; 32], &header, &rows), ids([7; 32], &HEADER, &ROWS[..2]));
    }

    #[test]
    fn a_longer_export_gives_the_old_rows_of_customers_their_old_ids() {
        let header = ["rating", "occurred_at", "customer"];
        let rows = [ROWS[2], ROWS[0], ROWS[1], ROWS[0]];
        let old: HashSet<_> = ids([1; 32], &header, &ROWS[..3]).into_iter().collect();
        let new: HashSet<_> = ids([2; 32], &header, &rows).into_iter().collect();
        assert!(new.is_superset(&old) && new.len() == 4);
    }

    #[test]
    fn anonymous_answers_of_two_files_are_different_answers() {
        let one = ids([1; 32], &HEADER, &ROWS);
        let other = ids([2; 32], &HEADER, &ROWS);
        assert!(one.iter().all(|id| !other.contains(id)));
        assert_eq!(one, ids([1; 32], &HEADER, &ROWS), "the same file again is the same");
    }

    #[test]
    fn past_the_limit_equal_rows_still_differ() {
        let mut ids = ExternalIds::new([0; 32]);
        ids.exact.extend((0..EXACT_LIMIT as u64).map(|hash| (hash, 1)));
        let hash = u64::MAX;
        assert_eq!([ids.occurrence(hash), ids.occurrence(hash), ids.occurrence(7)], [0, 1, 1]);
        assert_eq!(ids.exact.len(), EXACT_LIMIT);
    }
}
