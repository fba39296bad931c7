//! The simulated world, a design tool called Atelier, in tables.

use ballroom_files::Change;

/// Days in the simulated year.
pub(super) const DAYS: i64 = 365;

pub(super) const FREE: &str = "free";
pub(super) const EXPORT: &str = "export";
pub(super) const SEARCH: &str = "search";
pub(super) const PLUGINS: &str = "plugins";
pub(super) const WHITEBOARD: &str = "whiteboard";
/// The release that breaks export.
pub(super) const HURTS: &str = "5.3";
/// The release that improves search.
pub(super) const IMPROVES: &str = "5.0";
/// The release after which others respond than before.
pub(super) const SHIFTS: &str = "5.1";
/// The release on whose day everything is rated lower, for a reason of its own.
pub(super) const COINCIDES: &str = "4.12";
/// The release that brings the whiteboard.
pub(super) const BRINGS_WHITEBOARD: &str = "5.2";

/// Decline of export, as a share of the scale.
pub(super) const HURT: f64 = 0.17;
/// Factor of the incidents of export after it.
pub(super) const HURT_INCIDENTS: f64 = 3.0;
/// Gain of search, as a share of the scale.
pub(super) const GAIN: f64 = 0.13;
/// Decline of plugins in a year, a little every day, as a share of the scale.
pub(super) const DRIFT: f64 = 0.08;
/// Decline of every feature on the day when prices rise, as a share of the scale.
pub(super) const COMMON: f64 = 0.07;
/// Factor of the frequency of responses of the unhappy segment after the shift.
pub(super) const SHIFT: f64 = 2.0;

/// A capability of the product.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// The name that files use.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The team that owns it.
    pub team: &'static str,
    /// The true mean rating, from 0 to 1, before anything planted happens.
    pub(super) level: f64,
    /// Frequency of its responses, relative to the others.
    pub(super) answers: f64,
    /// Frequency of its incidents, relative to the others.
    pub(super) incidents: f64,
    /// The share of the customers that use it on a working day.
    pub(super) adoption: f64,
}

const fn feature(
    [key, name, team]: [&'static str; 3],
    [level, answers, incidents, adoption]: [f64; 4],
) -> Feature {
    Feature { key, name, team, level, answers, incidents, adoption }
}

pub(super) const FEATURES: [Feature; 12] = [
    feature(["canvas", "Canvas", "Drawing"], [0.80, 1.6, 1.3, 0.90]),
    feature(["layers", "Layers", "Drawing"], [0.74, 1.1, 0.7, 0.70]),
    feature([SEARCH, "Search", "Discovery"], [0.57, 1.0, 1.0, 0.55]),
    feature([EXPORT, "Export", "Output"], [0.73, 1.3, 1.0, 0.45]),
    feature(["comments", "Comments", "Collaboration"], [0.70, 1.0, 0.8, 0.50]),
    feature(["sharing", "Sharing", "Collaboration"], [0.77, 1.0, 0.9, 0.48]),
    feature(["templates", "Templates", "Discovery"], [0.66, 0.8, 0.4, 0.30]),
    feature(["version-history", "Version history", "Drawing"], [0.82, 0.6, 0.5, 0.25]),
    feature([PLUGINS, "Plugins", "Platform"], [0.70, 0.4, 1.0, 0.22]),
    feature(["notifications", "Notifications", "Platform"], [0.53, 0.8, 1.1, 0.60]),
    feature(["sign-in", "Sign-in", "Platform"], [0.78, 0.7, 1.3, 0.95]),
    feature([WHITEBOARD, "Whiteboard", "Collaboration"], [0.97, 0.0, 0.0, 0.02]),
];

/// A named group of customers.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The name that files use.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Difference of its ratings from those of the others.
    pub(super) mood: f64,
    /// Its share of the responses, before the shift.
    pub(super) answers: f64,
    /// Its customers that respond.
    pub(super) customers: usize,
    /// Its customers that are active on a working day.
    pub(super) active: f64,
}

const fn segment(
    [key, name]: [&'static str; 2],
    [mood, answers]: [f64; 2],
    customers: usize,
    active: f64,
) -> Segment {
    Segment { key, name, mood, answers, customers, active }
}

pub(super) const SEGMENTS: [Segment; 4] = [
    segment(["enterprise", "Enterprise"], [0.03, 0.22], 320, 2_600.0),
    segment(["team", "Team"], [0.01, 0.34], 560, 3_900.0),
    segment(["solo", "Solo"], [-0.02, 0.28], 520, 3_100.0),
    segment([FREE, "Free"], [-0.16, 0.16], 600, 5_200.0),
];

/// How responses are rated.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// The name that files use, which is also that of the standard figure.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The lowest rating.
    pub min: u8,
    /// The highest rating; the steps are 1, and high is good.
    pub max: u8,
    /// Difference of the ratings on it from those of the others.
    pub(super) mood: f64,
    /// Its share of the responses.
    pub(super) answers: f64,
}

pub(super) const SCALES: [Scale; 3] = [
    Scale { key: "csat", name: "Satisfaction", min: 1, max: 5, mood: 0.0, answers: 0.50 },
    Scale { key: "nps", name: "Recommendation", min: 0, max: 10, mood: 0.02, answers: 0.20 },
    Scale { key: "thumbs", name: "Thumbs", min: 0, max: 1, mood: 0.05, answers: 0.30 },
];
/// The scale of responses about the product as a whole.
pub(super) const NPS: usize = 1;

pub(super) const CHANNELS: [(&str, f64); 4] =
    [("in-app", 0.55), ("email", 0.2), ("support", 0.15), ("store", 0.1)];

/// A planned release: version, predecessor, day counted from the first, title, and touched features.
pub(super) struct Plan {
    pub(super) version: &'static str,
    pub(super) previous: Option<&'static str>,
    pub(super) day: i64,
    pub(super) title: &'static str,
    pub(super) touches: &'static [(&'static str, Change)],
}

/// The line that careful customers stay on.
pub(super) const LONG_TERM: [&str; 3] = ["4.10", "4.10.1", "4.10.2"];

/// In the order of their days. 4.10.1 and 4.10.2 follow 4.10, not the releases before them. Three quiet months follow
/// 5.0, so that its gain is part of the whole baseline of the next release.
pub(super) const RELEASES: [Plan; 12] = {
    use Change::{Added, Changed, Fixed};
    const fn plan(
        [version, previous, title]: [&'static str; 3],
        day: i64,
        touches: &'static [(&'static str, Change)],
    ) -> Plan {
        let previous = if previous.is_empty() { None } else { Some(previous) };
        Plan { version, previous, day, title, touches }
    }
    [
        plan(["4.8", "", "Tidy layers"], -30, &[("layers", Changed), ("sign-in", Fixed)]),
        plan(["4.9", "4.8", "Faster canvas"], 20, &[("canvas", Changed), ("notifications", Fixed)]),
        plan(["4.10", "4.9", "The one to stay on"], 48, &[("sharing", Changed), ("templates", Added)]),
        plan(["4.11", "4.10", "Comments in threads"], 76, &[("comments", Changed), ("plugins", Fixed)]),
        plan(["4.10.1", "4.10", "Security fixes"], 90, &[("sign-in", Fixed)]),
        plan(["4.12", "4.11", "Templates for teams"], 104, &[("templates", Changed), ("export", Fixed)]),
        plan(["4.10.2", "4.10.1", "Security fixes"], 118, &[("sign-in", Fixed), ("sharing", Fixed)]),
        plan(
            ["4.13", "4.12", "Quieter notifications"],
            132,
            &[("notifications", Changed), ("layers", Fixed)],
        ),
        plan([IMPROVES, "4.13", "Search, made anew"], 160, &[(SEARCH, Changed), ("canvas", Fixed)]),
        plan(
            [SHIFTS, "5.0", "A survey for everyone"],
            252,
            &[("sharing", Changed), ("version-history", Fixed)],
        ),
        plan([BRINGS_WHITEBOARD, "5.1", "Whiteboard"], 286, &[(WHITEBOARD, Added), ("comments", Fixed)]),
        plan([HURTS, "5.2", "A new export engine"], 320, &[(EXPORT, Changed), ("plugins", Changed)]),
    ]
};

pub(super) const GOALS: [&str; 13] = [
    "Draw without a wait",
    "Fewer ways to get lost",
    "Invite a whole team at once",
    "Threads that end",
    "A template for every start",
    "Notify about what matters",
    "Find anything in a second",
    "Pay down the import code",
    "Sign in once",
    "Hear from everyone",
    "Think together on a wall",
    "Export what is on the screen",
    "Plugins that keep working",
];
