//! Writes synthetic answers as CSV: `answers ROWS FILE LAST_DAY`. The same arguments give the same file.
//!
//! 50 products with 20 features and 20 releases each, 10,000 customers in 4 segments, 365 days that end with the given one. Few
//! features get most of the answers, as it is everywhere; each is rated on one scale of three. Take 20,000 rows or more, or some
//! features and releases are missing.

use std::{
    fs::File,
    io::{BufWriter, Write},
};

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

const PRODUCTS: usize = 50;
const FEATURES: usize = 20;
const RELEASES: i64 = 20;
const CUSTOMERS: u64 = 10_000;
const DAYS: i64 = 365;

/// Scales with their least rating and their greatest, and how many features of a product are rated on each.
const SCALES: [(&str, u64, u64, usize); 3] = [("csat", 1, 5, 12), ("nps", 0, 10, 5), ("ces", 1, 7, 3)];

const SEGMENTS: [&str; 4] = ["free", "team", "business", "enterprise"];
const CHANNELS: [&str; 4] = ["in-app", "in-app", "mail", "store"];
const WORDS: [&str; 24] = [
    "the",
    "search",
    "finds",
    "everything",
    "but",
    "export",
    "hangs",
    "since",
    "last",
    "week",
    "and",
    "nobody",
    "answers",
    "works",
    "well",
    "for",
    "our",
    "team",
    "please",
    "keep",
    "old",
    "view",
    "much",
    "faster",
];

/// Steele's SplitMix64: small, and good enough to spread rows.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

/// Running sums of how much each product's features are talked about: the n-th product and the n-th feature get a part
/// that falls with n.
fn shares() -> Vec<(u64, usize, usize)> {
    let mut sum = 0;
    let mut shares = Vec::with_capacity(PRODUCTS * FEATURES);
    for product in 0..PRODUCTS {
        for feature in 0..FEATURES {
            sum += 1_000_000 / ((product as u64 + 4) * (feature as u64 + 2));
            shares.push((sum, product, feature));
        }
    }
    shares
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rows, file, last] = arguments.as_slice() else { return Err("answers ROWS FILE LAST_DAY".into()) };
    let (rows, last): (i64, NaiveDate) = (rows.parse()?, last.parse()?);
    let first = last.checked_sub_days(Days::new(DAYS as u64 - 1)).ok_or("too early a day")?;
    let begin = first.and_time(NaiveTime::MIN).and_utc();
    let shares = shares();
    let whole = shares.last().map_or(1, |share| share.0);
    let mut random = Random(1);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    writeln!(
        out,
        "product,feature,release,segment,customer,scale,rating,comment,channel,occurred_at,external_id"
    )?;
    for row in 0..rows {
        let seconds = row * DAYS * 86_400 / rows;
        let at = begin + TimeDelta::seconds(seconds);
        let release = seconds / 86_400 * RELEASES / DAYS;
        let place = random.below(whole);
        // At the end each feature has its turn, so that all are there, with the last release.
        let at_the_end = usize::try_from(rows - row - 1)?;
        let chosen = match shares.get(at_the_end) {
            Some(share) => share,
            None => &shares[shares.partition_point(|share| share.0 <= place)],
        };
        let (_, product, feature) = *chosen;
        let mut scale = SCALES[0];
        let mut over = feature;
        for each in SCALES {
            scale = each;
            if over < each.3 {
                break;
            }
            over -= each.3;
        }
        // The better of two draws, or the worse one for every fourth feature.
        let (one, other) =
            (random.below(scale.2 - scale.1 + 1) + scale.1, random.below(scale.2 - scale.1 + 1) + scale.1);
        let rating = if feature % 4 == 3 { one.min(other) } else { one.max(other) };
        let customer = random.below(CUSTOMERS);
        let segment = SEGMENTS[(customer % 10) as usize / 3 % SEGMENTS.len()];
        write!(
            out,
            "p-{product:02},f-{product:02}-{feature:02},1.{release},{segment},c-{customer:05},{},{rating},",
            scale.0
        )?;
        if random.below(10) < 6 {
            for word in 0..6 + random.below(12) {
                let between = if word == 0 { "" } else { " " };
                write!(out, "{between}{}", WORDS[random.below(WORDS.len() as u64) as usize])?;
            }
        }
        let channel = CHANNELS[random.below(CHANNELS.len() as u64) as usize];
        writeln!(out, ",{channel},{},a-{row}", at.format("%Y-%m-%dT%H:%M:%SZ"))?;
    }
    out.flush()?;
    Ok(())
}
