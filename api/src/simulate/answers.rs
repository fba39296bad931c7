//! The responses of customers, day by day.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Calendar;
use super::catalog::{
    BRINGS_WHITEBOARD, CHANNELS, COINCIDES, COMMON, DAYS, DRIFT, EXPORT, FEATURES, FREE, GAIN, HURT, HURTS,
    IMPROVES, LONG_TERM, NPS, PLUGINS, RELEASES, SCALES, SEARCH, SEGMENTS, SHIFT, SHIFTS, WHITEBOARD,
};
use super::comments::{Occasion, comment};
use super::customers::{self, Customer};
use super::dice::{Dice, Stream};

/// One response.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The ID that its source gave it.
    pub external_id: String,
    /// The key of the feature; none: the product as a whole.
    pub feature: Option<&'static str>,
    /// The version in use, where the response names it.
    pub release: Option<&'static str>,
    /// The key of the segment.
    pub segment: &'static str,
    /// The pseudonym; none: anonymous.
    pub customer: Option<String>,
    /// The key of the scale.
    pub scale: &'static str,
    /// The rating on that scale.
    pub rating: u8,
    /// Comment.
    pub comment: Option<String>,
    /// How it came.
    pub channel: &'static str,
    /// When it was given.
    pub occurred_at: DateTime<Utc>,
}

/// The responses of a year in the order of their days, any number of them, one day in memory at a time.
#[derive(Clone, Debug)]
pub struct Answers {
    calendar: Calendar,
    customers: Vec<Customer>,
    dice: Dice,
    pen: Dice,
    total: usize,
    told: usize,
    day: i64,
    /// Activity until now and in the whole year, according to the calendar.
    bustle: (f64, f64),
    /// The responses of the day, the last one first.
    today: Vec<Answer>,
}

/// The share of responses about the product as a whole.
const ABOUT_ALL: f64 = 0.05;
/// The days after its release on which a customer rates the whiteboard best.
const LOVED_AFTER: [i64; 3] = [11, 29, 58];

impl Answers {
    /// Exactly `total` responses.
    pub fn new(seed: u64, first_day: NaiveDate, total: usize) -> Answers {
        let calendar = Calendar::from(first_day);
        let year = (0..DAYS).map(Calendar::bustle).sum();
        Answers {
            calendar,
            customers: customers::all(seed),
            dice: Dice::new(seed, Stream::Answers),
            pen: Dice::new(seed, Stream::Comments),
            total,
            told: 0,
            day: 0,
            bustle: (0.0, year),
            today: Vec::new(),
        }
    }

    /// Draws the responses of the next day. Those about the whiteboard are part of the total; the others share the rest
    /// in proportion to the activity of the days.
    fn roll_day(&mut self) {
        let usual = self.total.saturating_sub(LOVED_AFTER.len()) as f64;
        let before = (usual * self.bustle.0 / self.bustle.1) as usize;
        self.bustle.0 += Calendar::bustle(self.day);
        let last = self.day == DAYS - 1;
        let until = if last { usual as usize } else { (usual * self.bustle.0 / self.bustle.1) as usize };
        let mut answers: Vec<Answer> = (before..until).map(|_| self.usual()).collect();
        let loved_on = LOVED_AFTER.map(|after| place(BRINGS_WHITEBOARD).1 + after);
        if loved_on.contains(&self.day) {
            answers.push(self.loving());
        }
        answers.sort_by_key(|answer| answer.occurred_at);
        answers.truncate(self.total - self.told);
        for answer in &mut answers {
            self.told += 1;
            answer.external_id = format!("A-{:07}", self.told);
        }
        answers.reverse();
        self.today = answers;
        self.day += 1;
    }

    fn usual(&mut self) -> Answer {
        let about_all = self.dice.chance(ABOUT_ALL);
        let feature = self.dice.weighted(FEATURES.iter().map(|feature| feature.answers));
        let scale = self.dice.weighted(SCALES.iter().map(|scale| scale.answers));
        let segment = self.dice.weighted(shares(self.day).into_iter());
        let before: usize = SEGMENTS[..segment].iter().map(|s| s.customers).sum();
        let who = before + self.dice.below(SEGMENTS[segment].customers);
        let release = self.customers[who].uses(self.day);
        let (feature, scale) = if about_all { (None, NPS) } else { (Some(feature), scale) };

        let level = level(feature, release, self.day) + SEGMENTS[segment].mood + SCALES[scale].mood;
        let felt = level + self.customers[who].mood + self.dice.bell(0.16);
        let steps = SCALES[scale].max - SCALES[scale].min;
        let step = self.dice.successes(u32::from(steps), felt.clamp(0.01, 0.99)) as u8;
        self.answer(feature, release, who, scale, step)
    }

    fn loving(&mut self) -> Answer {
        let feature = FEATURES.iter().position(|feature| feature.key == WHITEBOARD);
        // Customers that update at once have the whiteboard by then.
        let quick = |customer: &Customer| customer.updates_after == 0 && !customer.careful;
        let who = self.dice.below(self.customers.len());
        let who =
            (who..self.customers.len()).chain(0..who).find(|&who| quick(&self.customers[who])).unwrap_or(who);
        let release = self.customers[who].uses(self.day);
        self.answer(feature, release, who, 0, SCALES[0].max - SCALES[0].min)
    }

    fn answer(
        &mut self,
        feature: Option<usize>,
        release: usize,
        who: usize,
        scale: usize,
        step: u8,
    ) -> Answer {
        let customer = &self.customers[who];
        let feature = feature.map(|place| FEATURES[place].key);
        let utility = f64::from(step) / f64::from(SCALES[scale].max - SCALES[scale].min);
        let (hurt, improved) = (release >= place(HURTS).0, release >= place(IMPROVES).0);
        let writes = self.pen.chance(if utility < 0.5 { 0.5 } else { 0.25 });
        let comment = writes.then(|| comment(&mut self.pen, &Occasion { feature, utility, hurt, improved }));
        let named = !self.dice.chance(0.12);
        let labelled = !self.dice.chance(0.12);
        let second = self.dice.between(6.5, 23.5) * 3600.0;
        Answer {
            external_id: String::new(),
            feature,
            release: labelled.then(|| RELEASES[release].version),
            segment: customer.segment,
            customer: named.then(|| customer.pseudonym.clone()),
            scale: SCALES[scale].key,
            rating: SCALES[scale].min + step,
            comment,
            channel: CHANNELS[self.dice.weighted(CHANNELS.iter().map(|(_, share)| *share))].0,
            occurred_at: self.calendar.at(self.day, second as i64),
        }
    }
}

impl Iterator for Answers {
    type Item = Answer;

    fn next(&mut self) -> Option<Answer> {
        while self.today.is_empty() && self.day < DAYS {
            self.roll_day();
        }
        self.today.pop()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.total - self.told + self.today.len();
        (left, Some(left))
    }
}

/// The frequency of responses of each segment on a day. From the shift on the free segment has twice its share, and the
/// others keep their proportions.
fn shares(day: i64) -> [f64; SEGMENTS.len()] {
    let usual = SEGMENTS.each_ref().map(|segment| segment.answers);
    if day < place(SHIFTS).1 {
        return usual;
    }
    let free: f64 =
        SEGMENTS.iter().filter(|segment| segment.key == FREE).map(|segment| segment.answers).sum();
    let others = (1.0 - SHIFT * free) / (1.0 - free);
    SEGMENTS.each_ref().map(|segment| segment.answers * if segment.key == FREE { SHIFT } else { others })
}

/// The true mean rating of a feature in a release on a day, from 0 to 1: everything planted is here.
fn level(feature: Option<usize>, release: usize, day: i64) -> f64 {
    let common = if day < place(COINCIDES).1 { 0.0 } else { COMMON };
    let Some(feature) = feature.map(|place| &FEATURES[place]) else { return 0.70 - common };
    let on_main_line = !LONG_TERM[1..].contains(&RELEASES[release].version);
    let since = |version| on_main_line && release >= place(version).0;
    let own = match feature.key {
        EXPORT if since(HURTS) => feature.level - HURT,
        SEARCH if since(IMPROVES) => feature.level + GAIN,
        PLUGINS => feature.level - DRIFT * day as f64 / DAYS as f64,
        _ => feature.level,
    };
    own - common
}

/// The place of a release in the table, and its day.
pub(super) fn place(version: &str) -> (usize, i64) {
    let place = RELEASES.iter().position(|plan| plan.version == version).unwrap_or_default();
    (place, RELEASES[place].day)
}
