//! The order of a product's releases.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use ballroom_entity::{id::ReleaseId, release::Model};

/// The releases of one product, the oldest first: by the time of the release, at the same time by ancestry, then by the
/// natural order of their versions. Planned releases follow the others, by their planned day.
///
/// Ancestry and versions may contradict each other (a backport descends from a greater version), so releases of the
/// same time are not compared in pairs: each follows its ancestors, and of the candidates for the next position the
/// smallest version is chosen.
pub(crate) fn oldest_first<'a>(releases: impl IntoIterator<Item = &'a Model>) -> Vec<&'a Model> {
    let mut releases: Vec<_> = releases.into_iter().collect();
    let moment = |row: &Model| {
        (row.released_at.is_none(), row.released_at, row.planned_for.is_none(), row.planned_for)
    };
    releases.sort_by_key(|row| (moment(row), row.id));
    let by_id: HashMap<ReleaseId, &Model> = releases.iter().map(|row| (row.id, *row)).collect();
    let mut ordered = Vec::with_capacity(releases.len());
    for group in releases.chunk_by(|a, b| moment(a) == moment(b)) {
        match group {
            [only] => ordered.push(*only),
            group => ordered.extend(descending(group, &by_id)),
        }
    }
    ordered
}

/// Releases of one moment: ancestors before descendants, else smaller versions first.
fn descending<'a>(group: &[&'a Model], all: &HashMap<ReleaseId, &'a Model>) -> Vec<&'a Model> {
    let places: HashMap<ReleaseId, usize> = group.iter().zip(0..).map(|(row, at)| (row.id, at)).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); group.len()];
    let mut has_parent = vec![false; group.len()];
    let mut known = HashMap::new();
    for (at, row) in group.iter().enumerate() {
        if let Some(parent) = nearest(row, &places, all, &mut known) {
            children[parent].push(at);
            has_parent[at] = true;
        }
    }
    let key = |at: usize| Reverse((&group[at].version_order, group[at].id, at));
    let mut ready: BinaryHeap<_> = (0..group.len()).filter(|at| !has_parent[*at]).map(key).collect();
    let mut ordered = Vec::with_capacity(group.len());
    while let Some(Reverse((_, _, at))) = ready.pop() {
        ordered.push(group[at]);
        ready.extend(children[at].iter().copied().map(key));
    }
    ordered
}

/// The nearest ancestor that is in the group. It is stored for the releases on the way, so that long lines are walked
/// once.
fn nearest(
    row: &Model,
    places: &HashMap<ReleaseId, usize>,
    all: &HashMap<ReleaseId, &Model>,
    known: &mut HashMap<ReleaseId, Option<usize>>,
) -> Option<usize> {
    let mut way = Vec::new();
    let mut next = row.previous_release_id;
    let found = loop {
        let Some(id) = next else { break None };
        if let Some(place) = places.get(&id) {
            break Some(*place);
        }
        if let Some(found) = known.get(&id) {
            break *found;
        }
        // Reached again before it is resolved, it would be a cycle: then it has no descendants.
        known.insert(id, None);
        way.push(id);
        next = all.get(&id).and_then(|row| row.previous_release_id);
    };
    for id in way {
        known.insert(id, found);
    }
    found
}

#[cfg(test)]
mod tests {
    use ballroom_entity::{
        id::{OrganizationId, ProductId},
        release::ReleaseLifecycle,
    };
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::base::{reference::PublicId, version};

    fn release(version: &str, hour: Option<i64>, previous: Option<&Model>) -> Model {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let released_at: Option<DateTime<Utc>> = hour.map(|hour| now + TimeDelta::hours(hour));
        Model {
            organization_id: OrganizationId::new(),
            id: ReleaseId::new(),
            product_id: ProductId::new(),
            version: version.into(),
            version_order: version::order(version),
            title: None,
            notes: None,
            lifecycle: ReleaseLifecycle::Released,
            previous_release_id: previous.map(|previous| previous.id),
            planned_for: None,
            released_at,
            released_on: released_at.map(|at| at.date_naive()),
            withdrawn_at: None,
            withdrawn_on: None,
            planned_by: None,
            shipped_by: None,
            withdrawn_by: None,
            inferred: false,
            by_deployment: false,
            created_at: now,
            updated_at: now,
            revision: 1,
            source_updated_at: None,
            sent: None,
        }
    }

    fn versions(releases: &[Model]) -> Vec<&str> {
        oldest_first(releases).into_iter().map(|row| row.version.as_str()).collect()
    }

    #[test]
    fn the_release_of_a_later_moment_is_the_newer() {
        let releases = [release("1.10", Some(17), None), release("1.9", Some(8), None)];
        assert_eq!(versions(&releases), ["1.9", "1.10"]);
        let releases = [release("1.10", Some(8), None), release("1.9", Some(17), None)];
        assert_eq!(versions(&releases), ["1.10", "1.9"], "the moment decides, not the version");
    }

    #[test]
    fn of_one_moment_ancestry_decides_and_then_the_version() {
        let ten = release("1.10", Some(8), None);
        let nine = release("1.9", Some(8), Some(&ten));
        let rc = release("2.0.0-rc.1", Some(8), None);
        let two = release("2.0.0", Some(8), None);
        assert_eq!(versions(&[two, nine, rc, ten]), ["1.10", "1.9", "2.0.0-rc.1", "2.0.0"]);
    }

    #[test]
    fn ancestry_reaches_over_releases_of_other_moments() {
        let big = release("3", Some(8), None);
        let between = release("2", None, Some(&big));
        let small = release("1", Some(8), Some(&between));
        assert_eq!(versions(&[small, between, big]), ["3", "1", "2"]);
    }

    #[test]
    fn planned_releases_follow_those_that_customers_have() {
        let releases = [release("1.10", None, None), release("1.9", None, None), release("7", Some(1), None)];
        assert_eq!(versions(&releases), ["7", "1.9", "1.10"]);
    }
}
