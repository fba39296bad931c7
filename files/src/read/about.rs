//! What was found out about a file.

use super::Format;
use crate::encoding::{Certainty, Detected};

/// What was found out about a file.
#[derive(Clone, Debug)]
pub struct About {
    /// The format.
    pub format: Format,
    /// How it is packed.
    pub packed: Option<&'static str>,
    /// The encoding, of text.
    pub encoding: Option<Detected>,
    /// The field separator, of CSV.
    pub delimiter: Option<(char, Certainty)>,
    /// The sheet that is read, of a workbook.
    pub sheet: Option<String>,
    /// All sheets of the workbook.
    pub sheets: Vec<String>,
    /// What else was found: rows above the header, a header of several rows.
    pub notes: Vec<String>,
}

impl About {
    pub(super) fn of(format: Format) -> About {
        let (packed, encoding, delimiter, sheet) = (None, None, None, None);
        About { format, packed, encoding, delimiter, sheet, sheets: Vec::new(), notes: Vec::new() }
    }

    /// The same in one line: `csv in gzip, windows-1252 (likely), fields separated by ; (certain)`.
    pub fn told(&self) -> String {
        let mut said = vec![match self.packed {
            Some(packed) => format!("{} in {packed}", self.format),
            None => self.format.to_string(),
        }];
        said.extend(self.encoding.map(|found| format!("{} ({})", found.encoding, found.certainty.name())));
        said.extend(self.delimiter.map(|(character, certainty)| {
            let character = if character == '\t' { "tabs".to_owned() } else { format!("`{character}`") };
            format!("fields separated by {character} ({})", certainty.name())
        }));
        if let Some(sheet) = &self.sheet {
            let others = self.sheets.len() - 1;
            said.push(match others {
                0 => format!("sheet `{sheet}`"),
                1 => format!("sheet `{sheet}` (of 2)"),
                more => format!("sheet `{sheet}` (of {})", more + 1),
            });
        }
        said.join(", ")
    }
}
