//! Known exports: what their columns mean. A preset is a mapping that need not be written; what is given by hand goes before
//! it.

mod feedback;
mod incidents;

use super::mapping::{Kind, normalized};
use super::record::Columns;

/// A known kind of export.
#[derive(Debug)]
pub struct Preset {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What its rows contain.
    pub kind: Kind,
    /// Columns by which it is recognized: all of one of these groups.
    signatures: &'static [&'static [&'static str]],
    /// Fields and the columns that they may come from; the first that is there.
    maps: &'static [(&'static str, &'static [&'static str])],
    /// Fields that are the same in all rows.
    pub sets: &'static [(&'static str, &'static str)],
    /// What texts of fields mean.
    pub values: &'static [(&'static str, &'static str, &'static str)],
    /// The prefix of versions.
    pub release_prefix: Option<&'static str>,
    /// Whether rows without feedback are usual, such as tickets that nobody rated.
    pub skip_empty: bool,
    /// Whether dates such as 04/05/2023 have the month first.
    pub month_first: bool,
    /// Whether the questions of a survey have to be found in its other columns.
    pub survey: bool,
}

const NONE: Preset = Preset {
    name: "",
    title: "",
    kind: Kind::Feedback,
    signatures: &[],
    maps: &[],
    sets: &[],
    values: &[],
    release_prefix: None,
    skip_empty: false,
    month_first: false,
    survey: false,
};

/// All presets.
pub fn all() -> impl Iterator<Item = &'static Preset> {
    feedback::PRESETS.iter().chain(incidents::PRESETS)
}

/// The preset of a name.
pub fn named(name: &str) -> Option<&'static Preset> {
    all().find(|preset| normalized(preset.name) == normalized(name))
}

/// The preset whose columns a file has: of several the one that is recognized by most.
pub fn detect(columns: &Columns) -> Option<&'static Preset> {
    all()
        .filter_map(|preset| {
            let complete =
                |signature: &&&[&str]| signature.iter().all(|name| column(columns, name).is_some());
            let most = preset.signatures.iter().filter(complete).map(|signature| signature.len()).max()?;
            Some((most, preset))
        })
        .max_by_key(|(most, _)| *most)
        .map(|(_, preset)| preset)
}

impl Preset {
    /// The columns of its fields that a file has: pairs of field and column.
    pub fn maps(&self, columns: &Columns) -> Vec<(String, String)> {
        let there = |names: &[&str]| {
            let mut found: Vec<&str> = names.iter().filter_map(|name| column(columns, name)).collect();
            // Two names may be one but for case and signs.
            found.dedup();
            (!found.is_empty()).then(|| found.join("|"))
        };
        self.maps.iter().filter_map(|(field, names)| Some(((*field).to_owned(), there(names)?))).collect()
    }
}

/// A column by its name but for case and signs; a path is looked for by the column that it begins with.
fn column<'a>(columns: &'a Columns, name: &'a str) -> Option<&'a str> {
    let (base, path) = name.find('[').map_or((name, None), |at| (&name[..at], Some(name)));
    let found = columns
        .names()
        .iter()
        .find(|one| normalized(one) == normalized(base) && (one.contains('.') == base.contains('.')))?;
    Some(path.unwrap_or(found))
}

#[cfg(test)]
mod tests;
