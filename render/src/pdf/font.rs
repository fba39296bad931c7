//! The fonts of documents, which are part of the program: the same text has the same form everywhere.

use std::sync::LazyLock;

use krilla::text::Font;
use ttf_parser::Face as Parsed;

/// A face of a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Face {
    Regular,
    Bold,
    Italic,
    /// Characters that the others do not have: more scripts and symbols.
    Other,
}

/// A piece of text in one face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The face that has its characters.
    pub face: Face,
    /// What is drawn.
    pub text: String,
    /// What it stands for, if no face has the characters.
    pub stands_for: Option<String>,
}

/// What is drawn for a character that no face has.
const UNKNOWN: char = '\u{25a1}';

struct Loaded {
    font: Option<Font>,
    parsed: Option<Parsed<'static>>,
}

fn load(data: &'static [u8]) -> Loaded {
    Loaded { font: Font::new(data.into(), 0), parsed: Parsed::parse(data, 0).ok() }
}

static REGULAR: LazyLock<Loaded> = LazyLock::new(|| load(include_bytes!("../../fonts/Inter-Regular.otf")));
static BOLD: LazyLock<Loaded> = LazyLock::new(|| load(include_bytes!("../../fonts/Inter-SemiBold.otf")));
static ITALIC: LazyLock<Loaded> = LazyLock::new(|| load(include_bytes!("../../fonts/Inter-Italic.otf")));
static OTHER: LazyLock<Loaded> = LazyLock::new(|| load(include_bytes!("../../fonts/DejaVuSans.ttf")));

impl Face {
    fn loaded(self) -> &'static Loaded {
        match self {
            Self::Regular => &REGULAR,
            Self::Bold => &BOLD,
            Self::Italic => &ITALIC,
            Self::Other => &OTHER,
        }
    }

    /// The font; none if the file in the program is broken, which a test excludes.
    pub(crate) fn font(self) -> Option<Font> {
        self.loaded().font.clone()
    }

    fn has(self, one: char) -> bool {
        self.loaded().parsed.as_ref().is_some_and(|face| face.glyph_index(one).is_some())
    }

    /// Width of a character in units of the size.
    fn advance(self, one: char) -> f64 {
        let Some(face) = &self.loaded().parsed else { return 0.5 };
        let glyph = face.glyph_index(one).and_then(|glyph| face.glyph_hor_advance(glyph));
        glyph.map_or(0.5, f64::from) / f64::from(face.units_per_em())
    }
}

/// The outline of a glyph, in the units of its face.
pub(crate) fn outline(one: char, face: Face, to: &mut dyn ttf_parser::OutlineBuilder) -> Option<f64> {
    let of = face_of(one, face)?;
    let parsed = of.loaded().parsed.as_ref()?;
    parsed.outline_glyph(parsed.glyph_index(one)?, to);
    Some(f64::from(parsed.units_per_em()))
}

/// Width of a text in a face.
pub(crate) fn width_in(text: &str, size: f64, face: Face) -> f64 {
    text.chars().map(|one| size * face_of(one, face).map_or(0.6, |face| face.advance(one))).sum()
}

/// Width of a text, regular or bold.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    width_in(text, size, if bold { Face::Bold } else { Face::Regular })
}

/// A text that fits a width: one that does not ends with an ellipsis.
pub(crate) fn shortened(text: &str, size: f64, most: f64) -> String {
    if width(text, size, false) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = width("…", size, false);
    for one in text.chars() {
        used += size * face_of(one, Face::Regular).map_or(0.6, |face| face.advance(one));
        if used > most {
            break;
        }
        short.push(one);
    }
    format!("{}…", short.trim_end())
}

fn face_of(one: char, face: Face) -> Option<Face> {
    [face, Face::Other].into_iter().find(|face| face.has(one))
}

/// The runs of a text.
pub(crate) fn runs(text: &str, face: Face) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for one in text.chars() {
        let (of, drawn) = match face_of(one, face) {
            Some(of) => (of, one),
            None => (Face::Other, UNKNOWN),
        };
        let unknown = drawn != one;
        match runs.last_mut() {
            Some(last) if last.face == of && last.stands_for.is_some() == unknown => {
                last.text.push(drawn);
                if let Some(stands_for) = &mut last.stands_for {
                    stands_for.push(one);
                }
            }
            _ => runs.push(Run { face: of, text: drawn.into(), stands_for: unknown.then(|| one.into()) }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_can_be_read_and_have_what_reports_need() {
        for face in [Face::Regular, Face::Bold, Face::Italic, Face::Other] {
            assert!(face.font().is_some(), "{face:?}");
        }
        for one in "Aé–—−×→·…“”▲▼ 0123456789\u{a0}".chars() {
            assert!(face_of(one, Face::Regular).is_some(), "{one:?}");
        }
        assert!(Face::Other.has(UNKNOWN));
    }

    #[test]
    fn a_character_without_a_glyph_is_known_to_those_who_read_the_text() {
        let runs = runs("Exporten hängen 😡 ist", Face::Regular);
        let unknown: Vec<_> = runs.iter().filter_map(|run| run.stands_for.clone()).collect();
        assert!(unknown.is_empty() || unknown == ["😡"], "{runs:?}");
        let all =
            runs.iter().map(|run| run.stands_for.clone().unwrap_or(run.text.clone())).collect::<String>();
        assert_eq!(all, "Exporten hängen 😡 ist");
    }

    #[test]
    fn a_shortened_text_fits() {
        let text = "A very long name of a feature";
        let short = shortened(text, 11.0, 60.0);
        assert!(short.ends_with('…') && width(&short, 11.0, false) <= 60.0, "{short}");
        assert_eq!(shortened("Search", 11.0, 60.0), "Search");
    }
}
