//! Which files are imported: names, patterns, and the standard input.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use ballroom_files::Kind;
use tempfile::NamedTempFile;

/// A file to import.
pub(super) struct Input {
    pub(super) path: PathBuf,
    /// How it is called in messages.
    pub(super) name: String,
    /// The copy of the standard input, which is removed at the end.
    copy: Option<NamedTempFile>,
}

/// What the rows contain, and the files, from the arguments.
pub(super) fn inputs(arguments: &[String]) -> anyhow::Result<(Option<Kind>, Vec<Input>)> {
    let kind = |name: &str| {
        [Kind::Feedback, Kind::Incidents, Kind::Exposure, Kind::Releases]
            .into_iter()
            .find(|kind| kind.name() == name)
    };
    let (kind, files) = match arguments {
        [first, files @ ..] if kind(first).is_some() => (kind(first), files),
        [first, _, ..]
            if !Path::new(first).exists() && !first.contains(['*', '?', '/', '.']) && first != "-" =>
        {
            anyhow::bail!(
                "invalid value '{first}' for what the rows contain: possible values are feedback, incidents, exposure, \
                 releases; and there is no file of that name"
            )
        }
        files => (None, files),
    };
    anyhow::ensure!(!files.is_empty(), "no file to import is given");
    let mut found: Vec<Input> = Vec::new();
    for file in files {
        if file == "-" {
            found.push(standard_input()?);
        } else if file.contains(['*', '?']) && !Path::new(file).exists() {
            let matching = matching(file)?;
            anyhow::ensure!(!matching.is_empty(), "no file matches {file}");
            found.extend(matching.into_iter().map(Input::of));
        } else {
            found.push(Input::of(PathBuf::from(file)));
        }
    }
    // A shell that replaces a pattern finds what an earlier import wrote beside its files, too.
    let named: Vec<PathBuf> = found.iter().map(|input| input.path.clone()).collect();
    found.retain(|input| !written_beside(&input.path, &named));
    Ok((kind, found))
}

/// Endings of the files that an import writes.
const OUTPUTS: [&str; 2] = [".rejects.csv", ".differs.csv"];

/// Whether a file is what an import of one of the others wrote.
fn written_beside(path: &Path, others: &[PathBuf]) -> bool {
    let name = path.to_string_lossy();
    let of = OUTPUTS.iter().find_map(|ending| name.strip_suffix(ending));
    of.is_some_and(|of| others.iter().any(|other| other == Path::new(of)))
}

impl Input {
    /// The name under which its import is recorded.
    pub(super) fn file_name(&self) -> String {
        if self.copy.is_some() {
            return self.name.clone();
        }
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn of(path: PathBuf) -> Self {
        Self { name: path.display().to_string(), path, copy: None }
    }
}

/// Copies the standard input into a file: it is read twice, to find out what it is.
fn standard_input() -> anyhow::Result<Input> {
    let mut copy =
        NamedTempFile::with_prefix("ballroom-import-").context("cannot keep the standard input")?;
    io::copy(&mut io::stdin().lock(), &mut copy).context("cannot read the standard input")?;
    Ok(Input { path: copy.path().to_owned(), name: "standard input".to_owned(), copy: Some(copy) })
}

/// The files of a folder whose names match a pattern with `*` and `?`, by name.
fn matching(pattern: &str) -> anyhow::Result<Vec<PathBuf>> {
    let path = Path::new(pattern);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    anyhow::ensure!(
        !folder.to_string_lossy().contains(['*', '?']),
        "{pattern}: * and ? are possible in the name of a file only, not of a folder"
    );
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let entry_name = entry.file_name().to_string_lossy().into_owned();
        // Unless the pattern asks for them.
        let is_output = OUTPUTS.iter().any(|ending| entry_name.ends_with(ending) && !name.ends_with(ending));
        if entry.file_type()?.is_file() && !is_output && matches(&name, &entry_name) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // The places of the name at which the pattern so far may end.
    let mut ends = vec![false; name.len() + 1];
    ends[0] = true;
    for one in pattern {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            next[at] = match one {
                '*' => ends[..=at].contains(&true),
                one => at > 0 && ends[at - 1] && (one == '?' || one == name[at - 1]),
            };
        }
        ends = next;
    }
    ends[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_does_not_find_what_imports_wrote() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.csv", "a.csv.rejects.csv", "a.csv.differs.csv", "b.csv", "c.csv.rejects.csv"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let found = |arguments: &[&str]| {
            let arguments: Vec<String> =
                arguments.iter().map(|name| dir.path().join(name).display().to_string()).collect();
            let names = inputs(&arguments).unwrap().1.into_iter();
            names
                .map(|input| input.path.file_name().unwrap().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found(&["*.csv"]), ["a.csv", "b.csv"]);
        assert_eq!(found(&["*.rejects.csv"]), ["a.csv.rejects.csv", "c.csv.rejects.csv"]);
        // As a shell replaces the pattern.
        assert_eq!(
            found(&["a.csv", "a.csv.differs.csv", "a.csv.rejects.csv", "b.csv", "c.csv.rejects.csv"]),
            ["a.csv", "b.csv", "c.csv.rejects.csv"]
        );
    }

    #[test]
    fn a_pattern_matches_names() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("reviews_*_2016??.csv", "reviews_x_201606.csv", true),
            ("a?c", "abbc", false),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
