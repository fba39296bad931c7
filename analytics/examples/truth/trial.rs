//! Many seeds: verdicts where nothing happened, and where one release was made worse.

use std::collections::BTreeMap;

use ballroom_analytics::regression::Verdict;

use super::Error;
use super::chance;
use super::judged::{self, Judged, first_days};
use super::review::{Review, Set};
use super::row::{Bar, Row, Share};

/// Responses of its own from which a release is one that a verdict matters for.
pub(crate) const ENOUGH: usize = 100;
/// Responses that name another release in the 90 days before, without which a worse release cannot be found.
const BASELINE: usize = 50;
const WATCHED: i32 = 90;

const TAKEN: [Taken; 2] =
    [Taken { share: 0.15, found: [0.09, 0.02] }, Taken { share: 0.30, found: [0.16, 0.08] }];

/// The share of trials in which another release may be called that was not before. It is none, but for one that is a hair
/// below being called and that the organization's parameters, which the stars are part of, move.
const OTHERS: f64 = 0.005;

/// Stars taken from a release.
struct Taken {
    /// The share of its responses that lose one.
    share: f64,
    /// The share of such releases that must be found, in the reviews as they are and with ratings permuted before:
    /// as many as version 1.0 of the method found where no response lacked its release.
    found: [f64; 2],
}

/// What was shuffled.
const NULLS: [&str; 2] = ["release labels shuffled within each day", "ratings permuted over all reviews"];

/// The figures of all seeds.
pub(crate) struct Trial {
    pub(crate) rows: Vec<Row>,
    /// The releases that were called although nothing happened to them, and how often.
    pub(crate) called: Vec<String>,
    /// What became of the releases that were made worse, and which others were called.
    pub(crate) said: Vec<String>,
}

/// What a set's reviews are before anything is done to them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    All,
    Labelled,
}

/// What the seeds of all sets gave together.
#[derive(Clone, Default)]
struct Tally {
    /// Labels shuffled within each day; ratings permuted.
    null: [Null; NULLS.len()],
    /// By share of responses that lose a star: in the reviews as they are, and with ratings permuted before.
    worse: [[Worse; 2]; TAKEN.len()],
}

/// Releases that nothing happened to.
#[derive(Clone, Default)]
struct Null {
    ever: Share,
    last: Share,
    /// By the evidence alone.
    evident: Share,
    /// Whatever few responses they have.
    any: Share,
    /// How often each release was called that has enough responses.
    called: BTreeMap<String, u64>,
}

/// Releases that were made worse.
#[derive(Clone, Default)]
struct Worse {
    found: Share,
    last: Share,
    /// By the evidence alone, of those that it did not call before.
    evident: Share,
    /// Another release was called that was not before.
    other: Share,
    /// One of the same product; others are moved only through the organization's parameters.
    other_of_product: Share,
    /// Another release was called, be it before as well.
    any_other: Share,
    /// What was said of each release, on the day of the most evidence, that the evidence alone would call, and how often.
    said: BTreeMap<String, u64>,
    /// Which other releases were called that were not before, and how often.
    others: BTreeMap<String, u64>,
}

pub(crate) fn run(sets: &[Set], seeds: u64) -> Result<Trial, Error> {
    let with = tally(sets, seeds, Rows::All)?;
    let without = tally(sets, seeds, Rows::Labelled)?;
    let (mut rows, mut called, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (what, (all, labelled))) in (1..).zip(NULLS.iter().zip(with.null.iter().zip(&without.null)))
    {
        let mut row = |what: String, share, bar| rows.push(Row::share(number, what, share, bar));
        row(format!("{what}: ever regressed"), all.ever, Bar::AtMost(0.05));
        row("... on the 90th day".to_owned(), all.last, Bar::None);
        row("... by the evidence alone, as version 1.0 did".to_owned(), all.evident, Bar::None);
        row("... and releases with fewer than 100 responses, ever".to_owned(), all.any, Bar::None);
        row("... without the unlabelled reviews, ever".to_owned(), labelled.ever, Bar::None);
        called.push(format!("{what}, of {seeds}: {}", listed(&all.called)));
    }
    for (number, (taken, (all, labelled))) in
        (3..).zip(TAKEN.iter().zip(with.worse.iter().zip(&without.worse)))
    {
        for (place, on) in ["", ", ratings permuted"].iter().enumerate() {
            let (all, labelled) = (&all[place], &labelled[place]);
            let mut row = |what: &str, share, bar| rows.push(Row::share(number, what, share, bar));
            let what =
                format!("a star removed from {:.0} % of the responses{on}: found", 100.0 * taken.share);
            let lists = [("evident", &all.said), ("others called", &all.others)];
            said.extend(lists.map(|(list, often)| format!("{what}: {list}: {}", listed(often))));
            row(&what, all.found, Bar::AtLeast(taken.found[place]));
            row("... on the 90th day", all.last, Bar::None);
            row("... by the evidence alone, as version 1.0 did", all.evident, Bar::None);
            row("... without the unlabelled reviews: found", labelled.found, Bar::None);
            row("... another release is flagged that was not before", all.other, Bar::AtMost(OTHERS));
            row("... one of the same product", all.other_of_product, Bar::None);
            row("... another release is flagged, be it before as well", all.any_other, Bar::None);
            row("... without the unlabelled reviews: another release is flagged", labelled.other, Bar::None);
        }
    }
    Ok(Trial { rows, called, said })
}

fn listed(often: &BTreeMap<String, u64>) -> String {
    let often = often.iter().map(|(what, times)| format!("{what} ({times})"));
    often.collect::<Vec<_>>().join(", ")
}

fn tally(sets: &[Set], seeds: u64, which: Rows) -> Result<Tally, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let worker = |thread: u64| -> Result<Tally, Error> {
        let mut tally = Tally::default();
        for set in sets {
            let labelled = |r: &&Review| which == Rows::All || r.release.is_some();
            let reviews: Vec<_> = set.reviews.iter().filter(labelled).copied().collect();
            for seed in (thread..seeds).step_by(threads as usize) {
                tally.seed(set, &reviews, seed)?;
            }
        }
        Ok(tally)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|thread| scope.spawn(move || worker(thread))).collect();
        let mut all = Tally::default();
        for worker in workers {
            all.add(worker.join().map_err(|_| "a measurement broke off")??);
        }
        Ok(all)
    })
}

impl Tally {
    fn seed(&mut self, set: &Set, reviews: &[Review], seed: u64) -> Result<(), Error> {
        let mut rng = chance::seed(seed);
        let labels = chance::labels_within_days(reviews, &mut rng);
        let ratings = chance::ratings(reviews, set.products.len(), &mut rng);
        let permuted = judged::all(set, &ratings, &[])?;
        self.null[0].add(set, &judged::all(set, &labels, &[])?);
        self.null[1].add(set, &permuted);
        let before = judged::all(set, reviews, &[])?;
        let releases = judgeable(set, reviews);
        for (taken, worse) in TAKEN.iter().zip(&mut self.worse) {
            for ((reviews, before), worse) in
                [(reviews, &before), (&ratings, &permuted)].into_iter().zip(worse)
            {
                for release in releases.iter().filter(|r| !before[**r as usize].ever_regressed) {
                    let taken = chance::star_taken(reviews, *release, taken.share, &mut rng);
                    worse.add(set, *release, before, &judged::all(set, &taken, &[])?);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, other: Self) {
        for (null, more) in self.null.iter_mut().zip(other.null) {
            null.ever = Share::all(&[null.ever, more.ever]);
            null.last = Share::all(&[null.last, more.last]);
            null.evident = Share::all(&[null.evident, more.evident]);
            null.any = Share::all(&[null.any, more.any]);
            for (release, times) in more.called {
                *null.called.entry(release).or_default() += times;
            }
        }
        for (worse, more) in self.worse.iter_mut().flatten().zip(other.worse.into_iter().flatten()) {
            worse.found = Share::all(&[worse.found, more.found]);
            worse.last = Share::all(&[worse.last, more.last]);
            worse.evident = Share::all(&[worse.evident, more.evident]);
            worse.other = Share::all(&[worse.other, more.other]);
            worse.other_of_product = Share::all(&[worse.other_of_product, more.other_of_product]);
            worse.any_other = Share::all(&[worse.any_other, more.any_other]);
            for (all, more) in [(&mut worse.said, more.said), (&mut worse.others, more.others)] {
                more.into_iter().for_each(|(what, times)| *all.entry(what).or_default() += times);
            }
        }
    }
}

impl Null {
    fn add(&mut self, set: &Set, judged: &[Judged]) {
        for (code, release) in (0..).zip(judged) {
            self.any.add(release.ever_regressed);
            if release.own >= ENOUGH {
                self.ever.add(release.ever_regressed);
                self.last.add(release.is(Verdict::Regressed));
                self.evident.add(release.ever_evident);
                if release.ever_regressed {
                    *self.called.entry(set.name_of(code)).or_default() += 1;
                }
            }
        }
    }
}

impl Worse {
    fn add(&mut self, set: &Set, release: u32, before: &[Judged], after: &[Judged]) {
        let found = &after[release as usize];
        if found.ever_evident {
            let said = found.at_most.clone().unwrap_or_else(|| "found".to_owned());
            *self.said.entry(format!("{} {said}", set.name_of(release))).or_default() += 1;
        }
        self.found.add(found.ever_regressed);
        self.last.add(found.is(Verdict::Regressed));
        if !before[release as usize].ever_evident {
            self.evident.add(found.ever_evident);
        }
        let others = || (0..).zip(before.iter().zip(after)).filter(|(code, _)| *code != release);
        let added = || others().filter(|(_, (before, after))| after.ever_regressed && !before.ever_regressed);
        let product = |code: u32| set.releases[code as usize].product;
        self.other.add(added().next().is_some());
        self.other_of_product.add(added().any(|(code, _)| product(code) == product(release)));
        self.any_other.add(others().any(|(_, (_, after))| after.ever_regressed));
        for (code, _) in added() {
            let name = format!("{} while {}", set.name_of(code), set.name_of(release));
            *self.others.entry(name).or_default() += 1;
        }
    }
}

/// The releases that a fall could be found in: 100 responses of their own while they are watched, and a baseline.
fn judgeable(set: &Set, reviews: &[Review]) -> Vec<u32> {
    let first_days = first_days(set, reviews);
    let is_judgeable = |code: &u32| {
        let Some(first) = first_days[*code as usize] else { return false };
        let count = |from, until, own: bool| {
            let within = |r: &&Review| {
                r.product == set.releases[*code as usize].product
                    && r.release.is_some_and(|release| (release == *code) == own)
                    && (from..until).contains(&r.day)
            };
            reviews.iter().filter(within).count()
        };
        count(first, first + WATCHED, true) >= ENOUGH && count(first - WATCHED, first, false) >= BASELINE
    };
    (0..set.releases.len() as u32).filter(is_judgeable).collect()
}
