//! A proposed mapping for a file that nobody has described: by the names of its columns in several languages, and by what
//! they hold. A name alone is not enough: a column of dates is no rating, whatever it is called.

mod names;
mod profile;

use super::mapping::{Kind, Target, normalized};
use super::record::{Columns, Record};
use super::value::ScaleShape;
use names::names;
use profile::Profile;

/// Words in the names of times that are meant, not those at which something happened.
const INTENDED: [&str; 16] = [
    "requested",
    "planned",
    "scheduled",
    "expected",
    "estimated",
    "target",
    "due",
    "deadline",
    "sla",
    "proposed",
    "intended",
    "geplant",
    "geplantes",
    "soll",
    "gewünscht",
    "prévue",
];

/// Rows by which it is told what the rows of a file contain.
const KIND_SAMPLE: usize = 200;

/// Why a column is proposed for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its name says it, and its content agrees.
    Name,
    /// A part of its name says it, and its content agrees.
    PartOfName,
    /// Only its content suggests it.
    Content,
    /// A known export has this column for it.
    Preset,
}

impl Reason {
    /// The word for messages.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Name => "by its name",
            Reason::PartOfName => "by a part of its name",
            Reason::Content => "by its content",
            Reason::Preset => "as in this kind of export",
        }
    }
}

/// A proposal for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The field.
    pub target: Target,
    /// The column.
    pub column: String,
    /// Why.
    pub reason: Reason,
}

/// A proposed mapping.
#[derive(Clone, Debug, Default)]
pub struct Guesses {
    /// The columns of fields.
    pub columns: Vec<Guess>,
    /// The scale of the ratings.
    pub scale: Option<String>,
}

/// Proposes columns for the fields that are `free`, from those that are not `taken`.
pub fn guess(
    kind: Kind,
    columns: &Columns,
    sample: &[Record],
    (free, taken): (&[Target], &[String]),
    scales: &[ScaleShape],
) -> Guesses {
    let open: Vec<usize> =
        (0..columns.names().len()).filter(|at| !taken.contains(&columns.names()[*at])).collect();
    let profiles: Vec<(usize, Profile)> = open.iter().map(|at| (*at, Profile::of(*at, sample))).collect();
    let mut offers: Vec<(f64, Target, usize, Reason)> = Vec::new();
    for target in free.iter().copied().filter(|target| kind.targets().any(|one| one == *target)) {
        for (at, profile) in &profiles {
            let name = &columns.names()[*at];
            if let Some((score, reason)) = offer(target, kind, name, profile) {
                // Of equals the first column, and the fuller one.
                offers.push((score + profile.fill - *at as f64 * 1e-3, target, *at, reason));
            }
        }
    }
    offers.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut guesses = Guesses::default();
    let mut used: Vec<usize> = Vec::new();
    for (_, target, at, reason) in offers {
        if !used.contains(&at) && guesses.columns.iter().all(|guess| guess.target != target) {
            used.push(at);
            guesses.columns.push(Guess { target, column: columns.names()[at].clone(), reason });
        }
    }
    let rating = guesses.columns.iter().find(|guess| guess.target == Target::Rating);
    if let Some(rating) = rating
        && let Some((_, profile)) = profiles.iter().find(|(at, _)| columns.names()[*at] == rating.column)
    {
        guesses.scale = scale(&rating.column, profile, scales);
    }
    let place = |guess: &Guess| kind.targets().position(|target| target == guess.target);
    guesses.columns.sort_by_key(place);
    guesses
}

fn offer(target: Target, kind: Kind, name: &str, profile: &Profile) -> Option<(f64, Reason)> {
    let known = names(target, kind);
    let whole = normalized(name);
    // Nested names end with what they are: `attributes.createdDate`.
    let last = normalized(name.rsplit('.').next().unwrap_or(name));
    let named = known.clone().position(|known| known == whole || known == last);
    if let Some(at) = named.filter(|_| profile.rows == 0 || fits(target, profile)) {
        // A file without rows has nothing that speaks against its names.
        return Some((100.0 - at as f64 * 0.5, Reason::Name));
    }
    if let Some(at) = named.filter(|_| profile.count > 0 && nearly_fits(target, profile)) {
        return Some((45.0 - at as f64 * 0.5, Reason::Name));
    }
    if profile.count == 0 || !fits(target, profile) {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    for word in name.split(|c: char| !c.is_alphanumeric()).flat_map(humps) {
        words.push(word.to_lowercase());
    }
    // When something is to be is not when it was.
    if target.is_time() && words.iter().any(|word| INTENDED.contains(&word.as_str())) {
        return None;
    }
    let part = |known: &str| known.chars().count() > 2 && words.iter().any(|word| word == known);
    if let Some(at) = known.clone().position(part) {
        return Some((55.0 - at as f64 * 0.5, Reason::PartOfName));
    }
    by_content(target, name, profile).map(|score| (score, Reason::Content))
}

/// `reviewCreatedAt` is `review`, `Created`, `At`.
fn humps(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut before_lower = false;
    for one in word.chars() {
        if one.is_uppercase() && before_lower {
            parts.push(String::new());
        }
        before_lower = one.is_lowercase() || one.is_ascii_digit();
        if let Some(last) = parts.last_mut() {
            last.push(one);
        }
    }
    parts
}

/// Whether a column can hold a field.
fn fits(target: Target, profile: &Profile) -> bool {
    use Target::*;
    match target {
        OccurredAt | OpenedAt | ResolvedAt | ReopenedAt | ReleasedAt | WithdrawnAt | UpdatedAt
        | PlannedFor | Day => profile.dates > 0.8,
        Rating => profile.ratings > 0.8 && profile.dates < 0.5,
        Severity => profile.severities > 0.8,
        AffectedCustomers | ActiveCustomers => profile.counts > 0.9,
        Comment => profile.dates < 0.5 && profile.numbers < 0.8,
        Release | Version | Previous => profile.dates < 0.5 && profile.length < 60.0,
        ExternalId => profile.unique > 0.98 && profile.fill > 0.99 && profile.dates < 0.5,
        Segment | Channel => profile.distinct <= 250 && profile.dates < 0.5 && profile.length < 60.0,
        Product => profile.distinct <= 100 && profile.dates < 0.5 && profile.length < 100.0,
        Feature | Features => profile.dates < 0.5 && profile.length < 200.0 && (profile.distinct <= 1000),
        Customer | Title | Scale => profile.dates < 0.5,
        // They are read under their own names only.
        Source | Description | Customers | Status | Notes => false,
    }
}

/// Whether a column whose name says it can hold a field, although some of its values cannot: they are rejected one by one,
/// with their reasons.
fn nearly_fits(target: Target, profile: &Profile) -> bool {
    match target {
        // Spreadsheets write the numbers of their days where a cell has no format.
        _ if target.is_time() => profile.dates + profile.serials > 0.5,
        // Long numbers look like moments.
        Target::ExternalId => profile.unique > 0.98 && profile.fill > 0.99 && profile.numbers > 0.98,
        _ => false,
    }
}

fn by_content(target: Target, name: &str, profile: &Profile) -> Option<f64> {
    use Target::*;
    let counts_something =
        ["count", "number", "anzahl", "#"].iter().any(|word| name.to_lowercase().contains(word));
    match target {
        OccurredAt | OpenedAt | Day if profile.fill > 0.9 => Some(25.0),
        Rating if profile.looks_like_a_scale() && !counts_something => Some(20.0),
        Comment if profile.length > 25.0 && profile.spaced > 0.5 && profile.unique > 0.5 => {
            Some(20.0 + profile.length.min(200.0) / 100.0)
        }
        // A number with a decimal point is no version unless its name says so.
        Release | Version if profile.versions > 0.8 && profile.decimals > 0.8 && profile.numbers < 0.2 => {
            Some(15.0)
        }
        ExternalId if profile.uuids > 0.95 => Some(30.0),
        _ => None,
    }
}

/// Words by which the names of columns tell scales apart.
const MEASURES: [(&str, &[&str]); 4] = [
    ("nps", &["nps", "recommend", "promoter"]),
    ("csat", &["csat", "satisfied", "satisfaction", "zufriedenheit"]),
    ("ces", &["ces", "effort", "easy"]),
    ("stars", &["stars", "star", "rating", "sterne", "bewertung"]),
];

/// Columns of ratings on several scales: pairs of scale and column. Empty if there are not at least two, each named after its
/// scale and holding its values.
pub fn measures(
    columns: &Columns,
    sample: &[Record],
    taken: &[String],
    scales: &[ScaleShape],
) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (at, name) in columns.names().iter().enumerate().filter(|(_, name)| !taken.contains(name)) {
        let words: Vec<String> = name
            .split(|c: char| !c.is_alphanumeric())
            .flat_map(humps)
            .map(|word| word.to_lowercase())
            .collect();
        let named =
            MEASURES.iter().find(|(_, known)| words.iter().any(|word| known.contains(&word.as_str())));
        let Some((key, _)) = named.filter(|(key, _)| found.iter().all(|(scale, _)| scale != key)) else {
            continue;
        };
        let profile = Profile::of(at, sample);
        let is_held = scales.iter().find(|scale| scale.key == *key).is_some_and(|scale| {
            profile.range.is_some_and(|(min, max)| scale.min <= min && max <= scale.max)
        });
        if profile.count > 0 && is_held && fits(Target::Rating, &profile) {
            found.push(((*key).to_owned(), name.clone()));
        }
    }
    if found.len() < 2 { Vec::new() } else { found }
}

/// The scale of a column of ratings, by its name and its values.
fn scale(name: &str, profile: &Profile, scales: &[ScaleShape]) -> Option<String> {
    let there = |key: &str| scales.iter().find(|scale| scale.key == key);
    let lower = name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let holds = |key: &str| {
        there(key).is_some_and(|scale| match profile.range {
            Some((min, max)) => scale.min <= min && max <= scale.max,
            None => scale.thumbs || scale.max == 5.0,
        })
    };
    let by_name = [
        ("nps", &["nps", "promoter", "recommend", "empfehl", "recomend", "recommand"][..]),
        ("csat", &["csat", "satisf", "zufrieden"]),
        ("ces", &["ces", "effort", "easy"]),
        ("thumbs", &["thumb", "helpful"]),
        ("stars", &["star", "review", "stern"]),
    ];
    if let Some((key, _)) = by_name.iter().find(|(key, words)| says(words) && holds(key)) {
        return Some((*key).to_owned());
    }
    let keys: &[&str] = match profile.range {
        None if profile.thumbs > 0.8 => &["thumbs"],
        None => &["stars"],
        Some((min, max)) if min >= 0.0 && max <= 1.0 && min < 1.0 => &["thumbs"],
        Some((min, max)) if min >= 1.0 && max <= 5.0 => &["stars", "csat"],
        Some((min, max)) if min >= 1.0 && max <= 7.0 => &["ces"],
        Some((min, _)) if min >= 1.0 => &["stars10"],
        Some(_) => &["nps"],
    };
    keys.iter().find(|key| holds(key)).map(|key| (*key).to_owned())
}

/// What the rows of a file contain, by the names of its columns.
pub fn kind(columns: &Columns, sample: &[Record]) -> Option<Kind> {
    let sample = &sample[..sample.len().min(KIND_SAMPLE)];
    let profiles: Vec<Profile> = (0..columns.names().len()).map(|at| Profile::of(at, sample)).collect();
    let is_there = |kind: Kind, target: Target| {
        columns.names().iter().zip(&profiles).any(|(name, profile)| {
            offer(target, kind, name, profile).is_some_and(|(_, reason)| reason != Reason::Content)
        })
    };
    let found =
        |kind: Kind, targets: &[Target]| targets.iter().filter(|target| is_there(kind, **target)).count();
    use Target::*;
    if found(Kind::Exposure, &[Day, ActiveCustomers, Feature]) == 3 {
        return Some(Kind::Exposure);
    }
    let incidents = found(Kind::Incidents, &[Severity, OpenedAt, ResolvedAt]);
    let feedback = found(Kind::Feedback, &[Rating, OccurredAt, Comment]);
    let releases = found(Kind::Releases, &[Version, ReleasedAt]);
    if found(Kind::Feedback, &[Rating]) == 1 && feedback >= 2 {
        return Some(Kind::Feedback);
    }
    if incidents >= 2 {
        return Some(Kind::Incidents);
    }
    if releases == 2 {
        return Some(Kind::Releases);
    }
    (feedback >= 2).then_some(Kind::Feedback)
}

#[cfg(test)]
mod tests;
