//! Words behind numbers: the words and phrases that distinguish some texts from others.
//!
//! Log-odds ratios with an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' Words: Lexical Feature Selection
//! and Evaluation for Identifying the Content of Political Conflict", Political Analysis 16(4), 2008. With y of n voices that
//! use a term w here, x of m voices elsewhere, and a prior that is worth a₀ voices, of whom a = a₀ p use it (p is the share in
//! both together):
//!
//! ```text
//! δ = log((y + a) / (n + a₀ - y - a)) - log((x + a) / (m + a₀ - x - a))      (their equation 16)
//! Var(δ) ≈ 1 / (y + a) + 1 / (x + a)                                         (their equation 20)
//! z = δ / √Var(δ)                                                            (their equation 22)
//! ```
//!
//! Three things differ from the paper, because customers are not speakers in a parliament. A *voice* is counted once for a term,
//! however often it uses it: one who repeats a complaint is one. The voices elsewhere are weighted so that their
//! *strata* have the same mix as here: texts with bad ratings use other words than those with good ones, and more bad
//! ratings are no news about words. And the level of z at which a term is reported depends on the number of terms that are
//! looked at, so that texts which differ by chance only have none (family-wise, Bonferroni).

mod token;

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap, HashSet},
};

use statrs::distribution::{ContinuousCDF, Normal};

use self::token::{Class, Token, Tokenizer};

/// What the prior is worth, in voices: large enough that a few voices distinguish nothing, small enough that twenty of a hundred
/// do.
pub const PRIOR_VOICES: f64 = 100.0;

/// Probability that texts which do not differ have any term.
pub const FALSE_ALARM: f64 = 0.01;

/// The smallest log-odds ratio of a term: a factor of one and a half. With very many texts, smaller ones would be certain and mean
/// nothing.
const LEAST_LOG_ODDS: f64 = 0.405_465_108_108_164_4;

/// Maximum number of words of a phrase.
const LONGEST: usize = 3;

/// A text.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: &'a str,
    /// Its stratum: texts of different strata are not compared.
    pub stratum: u32,
    /// Its author; none: unknown, and a different one for each text.
    pub voice: Option<u64>,
}

/// What is reported.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Minimum number of voices that use a term.
    pub min_voices: usize,
    /// Maximum number of terms.
    pub most: usize,
}

/// A word or phrase that distinguishes texts from others.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The commonest form of it.
    pub text: String,
    /// The texts that contain it, by their places.
    pub texts: Vec<usize>,
    /// Number of voices that use it.
    pub voices: usize,
    /// Number of other texts that contain it.
    pub others: usize,
    /// The share of the voices that use it, 0 to 1.
    pub share: f64,
    /// The share of the other voices that use it, in the same mix of strata, 0 to 1.
    pub other_share: f64,
    /// The log-odds ratio.
    pub log_odds: f64,
    /// The log-odds ratio in standard deviations.
    pub z: f64,
}

/// The stems of a word or phrase; unused places are `u32::MAX`.
type Key = [u32; LONGEST];

/// A voice in a stratum, and the terms that it uses.
type Units = HashMap<(u32, u64), HashSet<Key>>;

/// The terms that distinguish texts from others, the strongest first.
pub fn distinguishing(texts: &[Text<'_>], others: &[Text<'_>], wanted: Terms) -> Vec<Term> {
    let mut tokenizer = Tokenizer::new();
    texts.iter().chain(others).for_each(|text| tokenizer.hear(text.text));

    let here: Vec<Vec<Token>> = texts.iter().map(|text| tokenizer.tokens(text.text)).collect();
    let known: HashSet<u32> = others.iter().map(|text| text.stratum).collect();
    let comparable = |at: &usize| known.contains(&texts[*at].stratum);
    let mut used: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut units = Units::new();
    for at in (0..texts.len()).filter(comparable) {
        let keys: HashSet<Key> = terms(&here[at]).map(|(key, _)| key).collect();
        keys.iter().for_each(|key| used.entry(*key).or_default().push(at));
        units.entry(unit(&texts[at], at)).or_default().extend(keys);
    }
    let mut voices: HashMap<Key, BTreeMap<u32, usize>> = HashMap::new();
    for ((stratum, _), keys) in &units {
        keys.iter().for_each(|key| *voices.entry(*key).or_default().entry(*stratum).or_default() += 1);
    }
    voices.retain(|_, strata| strata.values().sum::<usize>() >= wanted.min_voices);
    let sizes = sizes(units.keys());

    let mut other_units = Units::new();
    let mut other_texts: HashMap<Key, usize> = HashMap::new();
    for (at, text) in others.iter().enumerate().filter(|(_, text)| sizes.contains_key(&text.stratum)) {
        let tokens = tokenizer.tokens(text.text);
        let keys = terms(&tokens).map(|(key, _)| key).filter(|key| voices.contains_key(key));
        let keys: HashSet<Key> = keys.collect();
        keys.iter().for_each(|key| *other_texts.entry(*key).or_default() += 1);
        other_units.entry(unit(text, at)).or_default().extend(keys);
    }
    let mut other_voices: HashMap<Key, BTreeMap<u32, usize>> = HashMap::new();
    for ((stratum, _), keys) in &other_units {
        keys.iter().for_each(|key| *other_voices.entry(*key).or_default().entry(*stratum).or_default() += 1);
    }
    let mix = Mix::new(&sizes, &self::sizes(other_units.keys()));

    let least = least_z(voices.len());
    let none = BTreeMap::new();
    let mut found: Vec<(Key, Term)> = voices
        .iter()
        .filter_map(|(key, strata)| {
            let y: usize = strata.values().sum();
            let figures = mix.compare(y as f64, other_voices.get(key).unwrap_or(&none));
            let distinguishes = figures.z >= least && figures.log_odds >= LEAST_LOG_ODDS;
            let term = || Term {
                text: String::new(),
                texts: used.get(key).cloned().unwrap_or_default(),
                voices: y,
                others: other_texts.get(key).copied().unwrap_or(0),
                share: figures.share,
                other_share: figures.other_share,
                log_odds: figures.log_odds,
                z: figures.z,
            };
            distinguishes.then(|| (*key, term()))
        })
        .collect();
    for (key, term) in &mut found {
        term.text = commonest_form(texts, &here, key, &term.texts);
    }
    found.sort_by(|(a, one), (b, other)| by_strength(a, one, b, other));
    chosen(found, wanted.most)
}

/// The author of a text in its stratum. Unknown authors have numbers that no known one has.
fn unit(text: &Text<'_>, at: usize) -> (u32, u64) {
    (text.stratum, text.voice.map_or(at as u64 | 1 << 63, |voice| voice & !(1 << 63)))
}

fn sizes<'a>(units: impl Iterator<Item = &'a (u32, u64)>) -> BTreeMap<u32, usize> {
    let mut sizes = BTreeMap::new();
    units.for_each(|(stratum, _)| *sizes.entry(*stratum).or_default() += 1);
    sizes
}

/// The words and phrases of a text, with the places of their first and last token. A phrase begins and ends with words that say
/// something.
fn terms(tokens: &[Token]) -> impl Iterator<Item = (Key, (usize, usize))> + '_ {
    let says = |token: &Token| token.class != Class::Stop;
    (0..tokens.len()).flat_map(move |first| {
        let clause = tokens[first..].iter().take_while(|token| token.class != Class::Break).count();
        (1..=clause.min(LONGEST)).filter_map(move |length| {
            let phrase = &tokens[first..first + length];
            let has_content = phrase.iter().any(|token| token.class == Class::Content);
            let (Some(begin), Some(end)) = (phrase.first(), phrase.last()) else { return None };
            if !has_content || !says(begin) || !says(end) {
                return None;
            }
            let mut key = [u32::MAX; LONGEST];
            key.iter_mut().zip(phrase).for_each(|(code, token)| *code = token.stem);
            Some((key, (first, first + length - 1)))
        })
    })
}

/// The level of z from which on a term of this many is reported.
fn least_z(terms: usize) -> f64 {
    let normal = Normal::standard();
    normal.inverse_cdf(1.0 - FALSE_ALARM / terms.max(1) as f64)
}

/// The voices elsewhere, weighted to the mix of strata here.
struct Mix {
    /// Voices here.
    n: f64,
    /// Voices elsewhere that the weighted ones are worth.
    m: f64,
    /// Weight of a voice of each stratum elsewhere.
    weights: BTreeMap<u32, f64>,
}

/// What a comparison gives.
struct Figures {
    share: f64,
    other_share: f64,
    log_odds: f64,
    z: f64,
}

impl Mix {
    fn new(here: &BTreeMap<u32, usize>, others: &BTreeMap<u32, usize>) -> Self {
        let n: usize = here.values().sum();
        let of = |stratum: &u32| others.get(stratum).copied().unwrap_or(0) as f64;
        let weight = |(stratum, size): (&u32, &usize)| (*stratum, *size as f64 / of(stratum));
        let mut weights: BTreeMap<u32, f64> = here.iter().map(weight).collect();
        // Weights make a sample worth less (Kish): a voice that counts three times is not three voices.
        let sum: f64 = weights.iter().map(|(stratum, weight)| weight * of(stratum)).sum();
        let squares: f64 = weights.iter().map(|(stratum, weight)| weight * weight * of(stratum)).sum();
        let worth = sum / squares;
        weights.values_mut().for_each(|weight| *weight *= worth);
        Self { n: n as f64, m: sum * worth, weights }
    }

    fn compare(&self, y: f64, others: &BTreeMap<u32, usize>) -> Figures {
        let x: f64 = others
            .iter()
            .map(|(stratum, voices)| self.weights.get(stratum).copied().unwrap_or(0.0) * *voices as f64)
            .sum();
        let (n, m) = (self.n, self.m);
        let a = PRIOR_VOICES * (y + x) / (n + m);
        let odds = |used: f64, of: f64| libm::log((used + a) / (of + PRIOR_VOICES - used - a));
        let log_odds = odds(y, n) - odds(x, m);
        let variance = 1.0 / (y + a) + 1.0 / (x + a);
        Figures { share: y / n, other_share: x / m, log_odds, z: log_odds / variance.sqrt() }
    }
}

/// The strongest first; of equally strong ones phrases of two words, which say more than one word and are seldom cut out of a
/// sentence at random as longer ones are; then by text: the order of a hash map decides nothing.
fn by_strength(a: &Key, one: &Term, b: &Key, other: &Term) -> Ordering {
    let place = |key: &Key| match key.iter().filter(|code| **code != u32::MAX).count() {
        2 => 0,
        1 => LONGEST,
        length => length,
    };
    let stronger = other.z.total_cmp(&one.z);
    stronger.then_with(|| place(a).cmp(&place(b))).then_with(|| one.text.cmp(&other.text))
}

/// The form of a term that most texts contain.
fn commonest_form(texts: &[Text<'_>], tokens: &[Vec<Token>], key: &Key, places: &[usize]) -> String {
    let mut forms: BTreeMap<String, usize> = BTreeMap::new();
    for &at in places {
        for (_, (first, last)) in terms(&tokens[at]).filter(|(found, _)| found == key) {
            let (from, until) = (tokens[at][first].at.0 as usize, tokens[at][last].at.1 as usize);
            let form = texts[at].text.get(from..until).unwrap_or_default().to_lowercase();
            *forms.entry(form).or_default() += 1;
        }
    }
    // Of equally common ones the last in alphabetical order, always the same.
    forms.into_iter().max_by_key(|(_, count)| *count).map(|(form, _)| form).unwrap_or_default()
}

/// The share of the texts of a term that a longer one must have to stand for it.
const SAID_BY_LONGER: f64 = 0.6;
/// The share of the texts of a term that a stronger one with a common word must have to stand for it.
const SAID_BY_STRONGER: f64 = 0.5;
/// The same without a common word, of the texts of both.
const SAID_TOGETHER: f64 = 0.8;

/// Terms that say different things: no part of a phrase that says more, and none that stands in the same texts as a stronger one.
fn chosen(found: Vec<(Key, Term)>, most: usize) -> Vec<Term> {
    let common = |one: &Term, other: &Term| {
        let there: HashSet<_> = other.texts.iter().collect();
        one.texts.iter().filter(|at| there.contains(at)).count() as f64
    };
    let codes = |key: &Key| key.iter().copied().filter(|code| *code != u32::MAX).collect::<Vec<_>>();
    let within = |part: &Key, whole: &Key| {
        let (part, whole) = (codes(part), codes(whole));
        part.len() < whole.len() && whole.windows(part.len()).any(|window| window == part)
    };
    let is_part = |(key, term): &&(Key, Term)| {
        found.iter().any(|(longer, whole)| {
            within(key, longer) && whole.texts.len() as f64 >= SAID_BY_LONGER * term.texts.len() as f64
        })
    };
    let mut chosen: Vec<&(Key, Term)> = Vec::new();
    for candidate in found.iter().filter(|one| !is_part(one)) {
        if chosen.len() >= most {
            break;
        }
        let (key, term) = candidate;
        let said = chosen.iter().any(|(stronger, said)| {
            let both = common(term, said);
            let either = (term.texts.len() + said.texts.len()) as f64 - both;
            let shares_word = codes(key).iter().any(|code| stronger.contains(code));
            (shares_word && both >= SAID_BY_STRONGER * term.texts.len() as f64)
                || both >= SAID_TOGETHER * either
        });
        if !said {
            chosen.push(candidate);
        }
    }
    chosen.into_iter().map(|(_, term)| term.clone()).collect()
}

#[cfg(test)]
mod tests;
