//! Paths into lists of JSON: `labels[].name`, `answers[0].number`, `answers[ref=nps].number`.

use serde_json::Value;

/// A path below a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A member of an object.
    Member(String),
    /// The element at a place, from 0.
    Element(usize),
    /// The first element in which a member has a value.
    Where(Vec<String>, String),
    /// All elements.
    All,
}

impl Path {
    /// Reads a column name with a path: the name of the column with JSON, and the path into it.
    pub(crate) fn read(text: &str) -> Option<(&str, Path)> {
        let at = text.find('[')?;
        let (column, mut rest) = text.split_at(at);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (inside, after) = inside.split_once(']')?;
                steps.push(match inside.split_once('=') {
                    Some((member, value)) => Step::Where(
                        member.split('.').map(str::to_owned).collect(),
                        value.trim_matches(['"', '\'']).to_owned(),
                    ),
                    None if inside.is_empty() => Step::All,
                    None => Step::Element(inside.parse().ok()?),
                });
                rest = after;
            } else {
                let name = rest.strip_prefix('.')?;
                let end = name.find(['.', '[']).unwrap_or(name.len());
                steps.push(Step::Member(name[..end].to_owned()));
                rest = &name[end..];
            }
        }
        Some((column.trim_end_matches('.'), Path(steps)))
    }

    /// The text at the path; several values are a JSON list. None if there is nothing.
    pub(crate) fn text(&self, json: &str) -> Option<String> {
        let value: Value = serde_json::from_str(json).ok()?;
        let mut found = Vec::new();
        collect(&value, &self.0, &mut found);
        let mut texts: Vec<String> = found.into_iter().filter_map(plain).collect();
        match (texts.len(), self.0.contains(&Step::All)) {
            (0, _) => None,
            (1, _) => texts.pop(),
            _ => serde_json::to_string(&texts).ok(),
        }
    }
}

fn collect<'a>(value: &'a Value, steps: &[Step], found: &mut Vec<&'a Value>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return;
    };
    match step {
        Step::Member(name) => value.get(name).into_iter().for_each(|value| collect(value, rest, found)),
        Step::Element(at) => value.get(at).into_iter().for_each(|value| collect(value, rest, found)),
        Step::All => {
            value.as_array().into_iter().flatten().for_each(|value| collect(value, rest, found));
        }
        Step::Where(path, wanted) => {
            let is_it = |element: &&Value| {
                let member = path.iter().try_fold(*element, |value, name| value.get(name));
                member.and_then(plain).as_deref() == Some(wanted)
            };
            let elements = value.as_array().into_iter().flatten();
            elements.into_iter().find(is_it).into_iter().for_each(|value| collect(value, rest, found));
        }
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_into_lists() {
        let answers =
            r#"[{"field": {"ref": "nps"}, "number": 9}, {"field": {"ref": "why"}, "text": "fast"}]"#;
        let labels = r#"[{"name": "bug"}, {"name": "search"}]"#;
        for (path, json, expected) in [
            ("answers[0].number", answers, Some("9")),
            ("answers[field.ref=why].text", answers, Some("fast")),
            ("answers[field.ref='none'].text", answers, None),
            ("labels[].name", labels, Some(r#"["bug","search"]"#)),
            ("labels[1].name", labels, Some("search")),
            ("labels[7].name", labels, None),
            ("tags[0]", r#"["a", "b"]"#, Some("a")),
            ("tags[]", r#"["a"]"#, Some("a")),
            ("tags[]", "no json", None),
        ] {
            let (column, path) = Path::read(path).unwrap();
            assert!(["answers", "labels", "tags"].contains(&column));
            assert_eq!(path.text(json).as_deref(), expected, "{path:?}");
        }
        assert_eq!(Path::read("plain"), None);
        assert_eq!(Path::read("a[x"), None);
    }
}
