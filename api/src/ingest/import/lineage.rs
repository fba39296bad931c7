//! Which release follows which: rows of releases are stored after those that they follow, and the order of versions may
//! declare it.

use std::collections::HashMap;

use ballroom_files::ReleaseRow;

use super::rows::{Item, Row};
use crate::base::version;

type Rows = Vec<Item>;

/// The product, and the first numbers of the versions of a line of releases.
type Line = (String, Vec<String>);

/// Declares what each release follows by the order of versions, within lines of releases that have the first `parts` numbers of
/// their versions in common. What the file says goes first.
pub(super) fn declare(rows: &mut Rows, parts: usize) {
    let mut lines: HashMap<Line, Vec<(String, usize)>> = HashMap::new();
    for (at, item) in rows.iter().enumerate() {
        if let Row::Release(release) = &item.row {
            let key = (release.product.clone(), line(&release.version, parts));
            lines.entry(key).or_default().push((version::order(&release.version), at));
        }
    }
    for mut of_line in lines.into_values() {
        of_line.sort();
        for pair in of_line.windows(2) {
            let [(before, earlier), (after, later)] = pair else { continue };
            let Some(previous) = release(rows, *earlier).map(|row| row.version.clone()) else { continue };
            if let (true, Some(Item { row: Row::Release(later), .. })) =
                (before != after, rows.get_mut(*later))
            {
                later.previous.get_or_insert(previous);
            }
        }
    }
}

/// Puts releases after those that they follow, whatever their order in the file; otherwise that order is kept.
pub(super) fn order(rows: &mut Rows) {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for (at, item) in rows.iter().enumerate() {
        if let Row::Release(release) = &item.row {
            places.entry((release.product.trim(), release.version.trim())).or_insert(at);
        }
    }
    let before: Vec<Option<usize>> = (0..rows.len())
        .map(|at| {
            let row = release(rows, at)?;
            places
                .get(&(row.product.trim(), row.previous.as_deref()?.trim()))
                .copied()
                .filter(|place| *place != at)
        })
        .collect();
    let mut depths: Vec<Option<usize>> = vec![None; rows.len()];
    for start in 0..rows.len() {
        let (mut path, mut at) = (Vec::new(), Some(start));
        while let Some(here) = at.filter(|here| depths[*here].is_none() && path.len() <= rows.len()) {
            // A circle is refused when it is stored.
            depths[here] = Some(0);
            path.push(here);
            at = before[here];
        }
        let base = at.and_then(|at| depths[at]).map_or(0, |depth| depth + 1);
        for (more, here) in path.into_iter().rev().enumerate() {
            depths[here] = Some(base + more);
        }
    }
    let mut numbered: Vec<(usize, Item)> =
        rows.drain(..).enumerate().map(|(at, row)| (depths[at].unwrap_or_default(), row)).collect();
    numbered.sort_by_key(|(depth, _)| *depth);
    rows.extend(numbered.into_iter().map(|(_, row)| row));
}

fn release(rows: &Rows, at: usize) -> Option<&ReleaseRow> {
    match rows.get(at) {
        Some(Item { row: Row::Release(row), .. }) => Some(row),
        _ => None,
    }
}

fn line(version: &str, parts: usize) -> Vec<String> {
    let numbers = version.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    numbers.take(parts).map(|number| number.trim_start_matches('0').to_owned()).collect()
}
