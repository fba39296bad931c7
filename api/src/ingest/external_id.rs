//! An ID for a row that its source gave none, so that importing a file twice changes nothing.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::mapping::{Kind, Mapping, Target};
use super::record::Record;

/// Number of different records that are distinguished exactly. Further records share their counts with others in the
/// same slot: the IDs remain different within a file and the same for the same file, but may differ between two
/// overlapping files.
///
/// Memory, whatever the size of the file: 18 MB for the exact counts (a table of 1,048,576 entries of 17 bytes), half
/// as much again while it grows, and 4 MB for the shared ones. Measured with a million different rows: 25 MB more than
/// without.
const EXACT_LIMIT: usize = 900_000;
const SLOTS: usize = 1 << 20;

/// IDs for the rows of one file.
///
/// An ID is the hash of the content of the record (names and texts, mapped or not, and the mapping's constants) and of
/// the number of equal records before it in the file. The same file read again gives the same IDs in the same order.
///
/// An anonymous response does not identify its author: two five-star ratings that are equal in everything are two
/// responses, also if they are in two files. So its ID includes the file as well, and only the same file again is the
/// same.
#[derive(Debug, Default)]
pub struct ExternalIds {
    file: [u8; 32],
    exact: HashMap<u64, u32>,
    shared: Vec<u32>,
}

impl ExternalIds {
    /// Nothing was seen yet of a file with this hash.
    pub fn new(file: [u8; 32]) -> ExternalIds {
        ExternalIds { file, ..ExternalIds::default() }
    }

    /// The ID of the next record: 32 hexadecimal digits.
    pub fn next(&mut self, record: &Record, mapping: &Mapping) -> String {
        let content = content(record, mapping);
        let occurrence = self.occurrence(first_u64(&content));
        let mut hash = Sha256::new().chain_update(content).chain_update(occurrence.to_le_bytes());
        if mapping.kind() == Kind::Feedback && mapping.get(record, Target::Customer).is_none() {
            hash.update(self.file);
        }
        let hash = hash.finalize();
        format!("{:032x}", hash[..16].iter().fold(0, |number: u128, &byte| number << 8 | u128::from(byte)))
    }

    /// Number of earlier records with this hash. Two different records with one hash only skip a number.
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

/// The hash of all content of a row, independent of the order of the columns.
fn content(record: &Record, mapping: &Mapping) -> [u8; 32] {
    let constants = mapping.constants().map(|(target, text)| (target.name(), text, true));
    let mut parts: Vec<_> = record.iter().map(|(name, text)| (name, text, false)).chain(constants).collect();
    parts.sort_unstable();
    // Lengths go in as well, so that no two rows are the same bytes.
    let mut bytes = Vec::with_capacity(512);
    for (name, text, constant) in parts {
        for part in [name, text] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes.push(u8::from(constant));
    }
    Sha256::digest(bytes).into()
}

fn first_u64(hash: &[u8; 32]) -> u64 {
    hash[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use csv::StringRecord;

    use super::super::record::Columns;
    use super::*;

    fn ids(header: &[&str], rows: &[&[&str]], product: &str) -> Vec<String> {
        ids_in([7; 32], header, rows, product)
    }

    fn ids_in(file: [u8; 32], header: &[&str], rows: &[&[&str]], product: &str) -> Vec<String> {
        let columns = Arc::new(Columns::new(header));
        let sets = [("product".to_owned(), product.to_owned()), ("scale".to_owned(), "stars".to_owned())];
        let mapping = Mapping::new(Kind::Feedback, &columns, &[], &sets).unwrap();
        let mut ids = ExternalIds::new(file);
        let record = |row: &&[&str]| Record::new(2, columns.clone(), StringRecord::from(row.to_vec()));
        rows.iter().map(|row| ids.next(&record(row), &mapping)).collect()
    }

    const HEADER: [&str; 3] = ["rating", "occurred_at", "device"];
    const ROWS: [&[&str]; 4] = [
        &["5", "2016-06-01", "a"],
        &["5", "2016-06-01", "a"],
        &["5", "2016-06-01", "b"],
        &["5", "2016-06-01", ""],
    ];

    #[test]
    fn the_same_file_gives_the_same_ids_and_equal_rows_different_ones() {
        let once = ids(&HEADER, &ROWS, "Kiwix");
        assert_eq!(once, ids(&HEADER, &ROWS, "Kiwix"));
        assert_eq!(once.iter().collect::<HashSet<_>>().len(), 4);
        assert!(once.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    }

    #[test]
    fn a_longer_export_gives_the_old_rows_of_customers_their_old_ids() {
        let header = ["rating", "occurred_at", "customer"];
        let rows = [ROWS[2], ROWS[0], ROWS[1], ROWS[0]];
        let old: HashSet<_> = ids_in([1; 32], &header, &ROWS[..3], "Kiwix").into_iter().collect();
        let new: HashSet<_> = ids_in([2; 32], &header, &rows, "Kiwix").into_iter().collect();
        assert!(new.is_superset(&old) && new.len() == 4);
    }

    #[test]
    fn anonymous_answers_of_two_files_are_different_answers() {
        let one = ids_in([1; 32], &HEADER, &ROWS, "Kiwix");
        let other = ids_in([2; 32], &HEADER, &ROWS, "Kiwix");
        assert!(one.iter().all(|id| !other.contains(id)));
        assert_eq!(one, ids_in([1; 32], &HEADER, &ROWS, "Kiwix"), "the same file again is the same");
    }

    #[test]
    fn the_order_of_columns_is_no_content_and_a_constant_is() {
        let turned = ids(&["device", "rating", "occurred_at"], &[&["a", "5", "2016-06-01"]], "Kiwix");
        assert_eq!(turned[0], ids(&HEADER, &ROWS, "Kiwix")[0]);
        assert_ne!(turned[0], ids(&HEADER, &ROWS, "Other")[0]);
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
