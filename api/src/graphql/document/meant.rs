//! Suggestions for unknown names.

/// Maximum number of suggestions.
pub(super) const MAX_SUGGESTIONS: usize = 3;

/// Longer names are not typing errors.
const MAX_NAME_LENGTH: usize = 64;

/// Names to choose from.
pub(super) type Names<'a, 'b> = &'a mut dyn Iterator<Item = &'b str>;

/// Suggests some names.
pub(super) fn question(sign: &str, names: &[String]) -> Option<String> {
    let names: Vec<_> = names.iter().map(|name| format!("`{sign}{name}`")).collect();
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!(". Did you mean {last}?"),
        others => format!(". Did you mean {} or {last}?", others.join(", ")),
    })
}

/// Suggests a similar name.
pub(super) fn meant(wrong: &str, names: Names<'_, '_>) -> Option<String> {
    question("", &nearest(wrong, names))
}

/// The most similar names, if any are similar.
pub(super) fn nearest(wrong: &str, names: Names<'_, '_>) -> Vec<String> {
    let mut near: Vec<_> = names.filter_map(|name| Some((distance(wrong, name)?, name))).collect();
    near.sort_unstable();
    near.dedup();
    let least = near.first().map(|(distance, _)| *distance);
    let nearest = near.into_iter().filter(|(distance, _)| Some(*distance) == least);
    nearest.take(MAX_SUGGESTIONS).map(|(_, name)| name.to_owned()).collect()
}

pub(super) fn is_near(wrong: &str, name: &str) -> bool {
    distance(wrong, name).is_some()
}

/// The number of differing characters, if few: two in five, plus one.
fn distance(wrong: &str, name: &str) -> Option<usize> {
    if wrong.len() > MAX_NAME_LENGTH || name.len() > MAX_NAME_LENGTH {
        return None;
    }
    let distance = strsim::osa_distance(&wrong.to_lowercase(), &name.to_lowercase());
    (distance <= wrong.len() * 2 / 5 + 1 && distance < wrong.len()).then_some(distance)
}
