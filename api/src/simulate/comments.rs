//! What customers write: short, about the feature, and in the mood of the rating.

use super::catalog::{EXPORT, SEARCH};
use super::dice::Dice;

/// The context of a comment.
pub(super) struct Occasion {
    /// The feature; none: the product as a whole.
    pub(super) feature: Option<&'static str>,
    /// The rating, from 0 to 1.
    pub(super) utility: f64,
    /// Whether the release in use is the one that breaks export.
    pub(super) hurt: bool,
    /// Whether the release in use has the new search.
    pub(super) improved: bool,
}

/// One comment.
pub(super) fn comment(dice: &mut Dice, on: &Occasion) -> String {
    let pleased = on.utility >= 0.7;
    let special = match on.feature {
        Some(EXPORT) if on.hurt && !pleased => Some(&EXPORT_BROKEN[..]),
        Some(SEARCH) if on.improved && pleased => Some(&SEARCH_ANEW[..]),
        _ => None,
    };
    if let Some(lines) = special.filter(|_| dice.chance(0.6)) {
        // The first are the commonest: customers do not complain about everything alike.
        let line = lines[dice.weighted((0..lines.len()).map(|place| 0.5_f64.powi(place as i32)))];
        return finished(dice, line);
    }
    let (good, bad) = phrases(on.feature.unwrap_or_default());
    let line = if pleased {
        [dice.one(&OPEN_GOOD), dice.one(good)].concat()
    } else if on.utility <= 0.35 {
        [dice.one(&OPEN_BAD), dice.one(bad)].concat()
    } else {
        format!("{}, but {}", capital(dice.one(good)), dice.one(bad))
    };
    finished(dice, &capital(&line))
}

const OPEN_GOOD: [&str; 7] = ["", "", "love it: ", "thank you, ", "finally: ", "for us ", "every day: "];
const OPEN_BAD: [&str; 7] =
    ["", "", "please fix this: ", "again: ", "sorry, but ", "it costs us hours: ", "honestly, "];
const CLOSE: [&str; 8] =
    ["", "", "", "", " Using it daily.", " Our whole team says so.", " Since last week.", " 🙏"];

const EXPORT_BROKEN: [&str; 6] = [
    "Since the update the export hangs on the last page",
    "The PDF comes out with missing fonts since the update, it used to be fine",
    "Export takes ten minutes for a file that took ten seconds",
    "Exported images are cropped on the right since 5.3",
    "We had to go back to screenshots because the export fails",
    "The new export engine loses every shadow and blur",
];
const SEARCH_ANEW: [&str; 4] = [
    "The new search finds what I mean, not what I type",
    "Search is quick now, even over old projects",
    "At last the search looks into layers and comments",
    "Finding a file takes seconds since the new search",
];

type Phrases = (&'static [&'static str], &'static [&'static str]);

fn phrases(feature: &str) -> Phrases {
    match feature {
        "canvas" => (
            &["drawing feels instant", "zooming is smooth on big boards", "the pen follows my hand"],
            &["the canvas stutters with many objects", "zoom jumps about", "it freezes on my tablet"],
        ),
        "layers" => (
            &["layers are easy to sort", "locking a layer saved my work", "grouping just works"],
            &[
                "I lose track of nested layers",
                "dragging layers drops them in the wrong place",
                "hidden layers come back",
            ],
        ),
        SEARCH => (
            &["I find old projects at once", "the filters are handy", "search by colour is clever"],
            &[
                "search never finds the file I want",
                "results come in no order at all",
                "it ignores what is inside frames",
            ],
        ),
        EXPORT => (
            &["the PDF looks like my board", "export to SVG is clean", "sending files to print is one click"],
            &[
                "large files take long to export",
                "colours differ in print",
                "the export dialog forgets my settings",
            ],
        ),
        "comments" => (
            &[
                "feedback stays where it belongs",
                "mentions reach the right person",
                "resolving threads is neat",
            ],
            &["comments cover what I draw", "I cannot find resolved threads", "mentions arrive late"],
        ),
        "sharing" => (
            &["a link is all my client needs", "guests get in without an account", "permissions are clear"],
            &["links stop working after a rename", "guests see too much", "too many clicks to share"],
        ),
        "templates" => (
            &["good starting points", "our own templates keep us consistent", "saves me an hour a week"],
            &["most templates look alike", "I cannot share mine with my team", "they are hard to change"],
        ),
        "version-history" => (
            &["going back a day saved the project", "I see who changed what", "names for versions are great"],
            &["history loads slowly", "too many automatic versions", "comparing two versions is hard"],
        ),
        "plugins" => (
            &[
                "the icon plugin is worth the price",
                "there is a plugin for everything",
                "writing my own was easy",
            ],
            &[
                "plugins break after updates",
                "half of the plugins are abandoned",
                "they slow everything down",
            ],
        ),
        "notifications" => (
            &["I hear of changes in time", "the daily digest is enough", "quiet hours work"],
            &["too many mails", "notifications come twice", "I miss the ones that matter"],
        ),
        "sign-in" => (
            &["single sign-on just works", "the code arrives at once", "I stay signed in"],
            &["I am signed out every day", "the code mail takes minutes", "single sign-on loops"],
        ),
        "whiteboard" => (&["the whiteboard is the best thing in years"], &["it is still young"]),
        _ => (
            &["Atelier is where our work happens", "worth recommending", "it grew with us"],
            &["it became too expensive", "updates come too often", "support answers slowly"],
        ),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn finished(dice: &mut Dice, line: &str) -> String {
    format!("{line}.{}", dice.one(&CLOSE))
}
