//! Which name may have been meant by one that there is not.

/// Names that are suggested for one.
pub(super) const SUGGESTED: usize = 3;

/// Longer names are nobody's mistake in typing.
const LONGEST: usize = 64;

/// Names to choose from.
pub(super) type Names<'a, 'b> = &'a mut dyn Iterator<Item = &'b str>;

/// Asks whether one of some names was meant.
pub(super) fn question(sign: &str, names: &[String]) -> Option<String> {
    let names: Vec<_> = names.iter().map(|name| format!("`{sign}{name}`")).collect();
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!(". Did you mean {last}?"),
        others => format!(". Did you mean {} or {last}?", others.join(", ")),
    })
}

/// Asks whether a name that is near was meant.
pub(super) fn meant(wrong: &str, names: Names<'_, '_>) -> Option<String> {
    question("", &nearest(wrong, names))
}

/// The names that are nearest, if any are near.
pub(super) fn nearest(wrong: &str, names: Names<'_, '_>) -> Vec<String> {
    let mut near: Vec<_> = names.filter_map(|name| Some((distance(wrong, name)?, name))).collect();
    near.sort_unstable();
    near.dedup();
    let least = near.first().map(|(distance, _)| *distance);
    let nearest = near.into_iter().filter(|(distance, _)| Some(*distance) == least);
    nearest.take(SUGGESTED).map(|(_, name)| name.to_owned()).collect()
}

pub(super) fn is_near(wrong: &str, name: &str) -> bool {
    distance(wrong, name).is_some()
}

/// How many letters differ, if they are few: two in five, and one more.
fn distance(wrong: &str, name: &str) -> Option<usize> {
    if wrong.len() > LONGEST || name.len() > LONGEST {
        return None;
    }
    let distance = strsim::osa_distance(&wrong.to_lowercase(), &name.to_lowercase());
    (distance <= wrong.len() * 2 / 5 + 1 && distance < wrong.len()).then_some(distance)
}
