//! The delimiter of a CSV file, found on parsed records: a header may hold commas in quotes.

use csv::{ByteRecord, ReaderBuilder};

use crate::encoding::Certainty;

/// The delimiter of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimiter {
    pub(crate) character: u8,
    pub(crate) certainty: Certainty,
    /// Number of lines before the records: a line `sep=;` for spreadsheets.
    pub(crate) skip: u64,
}

const CANDIDATES: [u8; 4] = *b",;\t|";

/// Records that are looked at.
const SAMPLE: usize = 200;

/// Finds the delimiter in the first part of a file.
pub(crate) fn delimiter(sample: &str) -> Delimiter {
    let first = sample.split('\n').next().unwrap_or_default().trim_end_matches('\r').trim_matches('"');
    if let Some((before, said)) = first.split_at_checked(4)
        && before.eq_ignore_ascii_case("sep=")
        && let [character] = said.as_bytes()
    {
        return Delimiter { character: *character, certainty: Certainty::Certain, skip: 1 };
    }
    let best = CANDIDATES
        .into_iter()
        .filter_map(|candidate| Some((candidate, fit(sample, candidate)?)))
        .reduce(|best, other| if other.1.score > best.1.score { other } else { best });
    let Some((character, fit)) = best else {
        return Delimiter { character: b',', certainty: Certainty::Guessed, skip: 0 };
    };
    let certainty = match fit.share {
        share if share > 0.95 && fit.records >= 5 => Certainty::Certain,
        share if share > 0.6 => Certainty::Likely,
        _ => Certainty::Guessed,
    };
    Delimiter { character, certainty, skip: 0 }
}

struct Fit {
    score: f64,
    /// The share of records with the usual number of fields.
    share: f64,
    records: usize,
}

/// How well a delimiter divides the records; none if it divides nothing.
fn fit(sample: &str, delimiter: u8) -> Option<Fit> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(sample.as_bytes());
    let mut record = ByteRecord::new();
    let mut counts = Vec::new();
    while counts.len() < SAMPLE && reader.read_byte_record(&mut record).unwrap_or(false) {
        // Records of blank cells only say how many there are.
        let Some(last) = record.iter().rposition(|cell| !cell.trim_ascii().is_empty()) else { continue };
        // What is empty at the end of a row that is not as long as the header is no field.
        let is_whole = counts.first().is_none_or(|header| *header == record.len());
        counts.push(if is_whole { record.len() } else { last + 1 });
    }
    // The last record may be cut.
    if counts.len() > 10 {
        counts.pop();
    }
    let often = |count: usize| counts.iter().filter(|one| **one == count).count();
    let usual = counts.iter().copied().max_by_key(|count| (often(*count), *count))?;
    let usual = if usual > 1 { usual } else { *counts.first()? };
    let share = often(usual) as f64 / counts.len() as f64;
    let is_header = counts.first() == Some(&usual);
    let below_titles = share > 0.8 && counts.len() >= 4;
    let ragged = counts.first().is_some_and(|first| *first > 1 && counts.iter().all(|count| count <= first));
    (usual > 1 && (is_header || below_titles || ragged)).then(|| {
        let header = if is_header || ragged { 0.5 } else { 0.0 };
        Fit {
            score: share.max(if ragged { 0.7 } else { 0.0 }) + header + usual.min(30) as f64 / 100.0,
            share,
            records: counts.len(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sample: &str) -> char {
        char::from(delimiter(sample).character)
    }

    #[test]
    fn the_delimiter_is_the_one_that_divides_the_records_alike() {
        for (sample, expected) in [
            ("a,b\n1,2\n", ','),
            ("a;b\n1;2,5\n", ';'),
            ("a\tb\n1\t2;3\n", '\t'),
            ("a|b|c\n1|2|x, y\n", '|'),
            ("a,b;c\n1,2\n", ','),
            ("only\n1;2\n", ','),
            ("only\nhello, you\nfine\n", ','),
            ("\"rating, 1 to 5\";comment\n5;\"good, really\"\n4;fine\n", ';'),
            ("rating;comment\n5;good, really, very\n4;fine, too\n", ';'),
            ("rating,comment\n5,good; really; very\n4,fine; too\n", ','),
            ("a;b;c\n1;2\n1\n1;2;3\n", ';'),
            ("a;b;c\n1;5;2;;;\n;;;\n\n2;4\n  \n3;4;2;x\n", ';'),
            ("Report of May\n\na;b;c\n1;2;3\n1;2;3\n1;2;3\n4;5;6\n7;8;9\n", ';'),
        ] {
            assert_eq!(found(sample), expected, "{sample}");
        }
    }

    #[test]
    fn a_hint_for_spreadsheets_is_taken() {
        for sample in ["sep=;\na,b;c\n", "\"sep=;\"\r\na,b;c\r\n", "SEP=;\na;b\n"] {
            let found = delimiter(sample);
            assert_eq!((found.character, found.certainty, found.skip), (b';', Certainty::Certain, 1));
        }
        assert_eq!(delimiter("sep=\t\na\tb\n").character, b'\t');
    }
}
