//! What is known to have happened, whatever any method says.

use std::fmt;

use ballroom_analytics::regression::{RegressionScore, Verdict};
use ballroom_analytics::{change_point_of_release, hyperparameters};

use super::Error;
use super::judged::{self, Judged};
use super::review::Set;
use super::row::{Bar, Row};
use super::trial::ENOUGH;

/// A release, what is known of it, and what is said.
pub(crate) struct Known {
    /// Product and version; the product alone where no release may be called.
    name: String,
    /// What must be said; empty: shown only.
    truth: &'static str,
    holds: bool,
    said: Option<Judged>,
}

pub(crate) const HEADER: &str = "release                               verdict (90th day)  ever regressed   score        E       \
p   change  answers before, after";

pub(crate) fn releases(sets: &[Set]) -> Result<Vec<Known>, Error> {
    let set = |name: &str| sets.iter().find(|s| s.name == name).ok_or(format!("no set {name}"));
    let (apps, youtube, kiwix) = (set("seven apps")?, set("YouTube")?, set("Kiwix")?);
    let judged = judged::all(apps, &apps.reviews, &[])?;
    let app = |product, version, truth, holds| known(apps, &judged, product, version, truth, holds);
    let mut known_releases = vec![
        since(apps, &judged, ("in.junio", "2.0.5"), "2.0.2")?,
        app("in.junio", "2.0.6", "brought it back: is called recovered", |r| {
            !r.ever_regressed && r.is(Verdict::Recovered)
        })?,
        // By .4 stars in 156 responses, of a feature that moves as much in other months: version 1.0 watched it as well.
        app("com.freo.save.banking.app", "1.4.1", "fell: is watched or flagged", |r| {
            r.ever_regressed || r.is(Verdict::Watch)
        })?,
    ];
    known_releases.extend(none_called(apps, &judged, "me.greenlight"));
    known_releases.push(suspect(youtube, "11.49", "11.47.1")?);
    let judged = judged::all(kiwix, &kiwix.reviews, &[])?;
    let quiet = |r: &Judged| !r.ever_regressed && !r.is(Verdict::Watch);
    known_releases.push(known(kiwix, &judged, "Kiwix", "2.0", "changed nothing: is not flagged", quiet)?);
    Ok(known_releases)
}

fn known(
    set: &Set,
    judged: &[Judged],
    product: &str,
    version: &str,
    truth: &'static str,
    holds: fn(&Judged) -> bool,
) -> Result<Known, Error> {
    let release = set.release(product, version)?;
    let said = judged[release as usize].clone();
    Ok(Known { name: set.name_of(release), truth, holds: holds(&said), said: Some(said) })
}

/// A release that is as bad as the one that the fall began with: called, or said to be bad since that one.
fn since(
    set: &Set,
    judged: &[Judged],
    (product, version): (&str, &str),
    began: &str,
) -> Result<Known, Error> {
    let (release, began) = (set.release(product, version)?, set.release(product, began)?);
    let said = judged[release as usize].clone();
    let release_of = |judged: &Judged| judged.score.as_ref()?.since?.release;
    let holds = said.ever_regressed || (said.is(Verdict::Since) && release_of(&said) == Some(began));
    let truth = "fell: is flagged, or since 2.0.2";
    Ok(Known { name: set.name_of(release), truth, holds, said: Some(said) })
}

/// A product that declines slowly, without a step: none of its releases did it.
fn none_called(set: &Set, judged: &[Judged], product: &str) -> Vec<Known> {
    let called = (0..).zip(judged).filter(|(code, release)| {
        let of = set.releases[*code as usize].product;
        set.products[of as usize] == product && release.own >= ENOUGH && release.ever_regressed
    });
    let mut called: Vec<_> = called
        .map(|(code, said)| Known {
            name: set.name_of(code),
            truth: "",
            holds: true,
            said: Some(said.clone()),
        })
        .collect();
    let truth = "declines slowly: none is flagged";
    called.insert(0, Known { name: product.to_owned(), truth, holds: called.is_empty(), said: None });
    called
}

/// A release that fell by a third of a star in 339 responses: watched or called, and the first suspect of its own
/// change point, against the release that it declares to descend from.
fn suspect(set: &Set, version: &str, previous: &str) -> Result<Known, Error> {
    let (release, previous) = (set.release(set.name, version)?, set.release(set.name, previous)?);
    let ancestors = [(release, previous)];
    let said = judged::all(set, &set.reviews, &ancestors)?[release as usize].clone();
    let prepared = judged::facts(set, &set.reviews, &ancestors)?.prepare()?;
    let first_day = prepared.release_first_day(release).ok_or("a release without a day")?;
    let hyper = hyperparameters(&prepared, first_day - 1);
    let point = change_point_of_release(&prepared, &hyper, 0, release, first_day + 89)?;
    let first = point.and_then(|point| Some(point.suspects.first()?.release));
    let watched = said.ever_regressed || said.is(Verdict::Watch);
    let truth = "fell: is watched, and the first suspect";
    let holds = watched && first == Some(release);
    Ok(Known { name: set.name_of(release), truth, holds, said: Some(said) })
}

impl Known {
    /// One row of the table: 1 if it holds.
    pub(crate) fn row(&self) -> Row {
        let what = format!("{} {}", self.name, self.truth);
        let bar = if self.truth.is_empty() { Bar::None } else { Bar::AtLeast(1.0) };
        Row::figure(5, what, f64::from(u8::from(self.holds)), 0.0, bar)
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, said: Some(Judged { ever_regressed, score: Some(score), .. }), .. } = self else {
            return write!(f, "{}", self.name);
        };
        let RegressionScore { verdict, score: s, p, log_e, baseline_responses, responses, .. } = score;
        let change = score.change.map_or(String::new(), |c| format!("{:.1}", c.estimate));
        let (verdict, ever) = (format!("{verdict:?}"), if *ever_regressed { "yes" } else { "no" });
        let e = log_e.exp();
        write!(
            f,
            "{name:<37} {verdict:<19} {ever:<14} {s:>7.1} {e:>8.2e} {p:>7.4} {change:>8}  {baseline_responses}, {responses}"
        )
    }
}
