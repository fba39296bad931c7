//! Charts, drawn by a plotting library into a list of shapes that both the SVG of a page and the PDF are made of.

mod distribution;
mod intervals;
mod paper;
mod png;
mod svg;
mod trend;

pub(crate) use distribution::distribution;
pub(crate) use intervals::{Row, intervals};
pub(crate) use png::png;
pub(crate) use svg::svg;
pub(crate) use trend::{Series, trend, trends};

/// A drawing, in points from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What is drawn, from the back to the front.
    pub shapes: Vec<Shape>,
}

/// Part of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// An open line.
    Line { points: Vec<(f64, f64)>, width: f64, paint: Paint },
    /// A filled polygon.
    Area { points: Vec<(f64, f64)>, paint: Paint },
    /// A filled circle, or an outline.
    Circle { center: (f64, f64), radius: f64, line: Option<f64>, paint: Paint },
    /// A line of text.
    Text { at: (f64, f64), text: String, size: f64, anchor: Anchor, bold: bool, paint: Paint },
}

/// Which point of a text is placed; vertically it is always the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A color by its meaning, which each rendering has its own colors for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Paint {
    pub ink: Ink,
    pub opacity: f64,
}

macro_rules! inks {
    ($($(#[$doc:meta])* $ink:ident $name:literal $light:literal $dark:literal;)*) => {
        /// What a color means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Ink {
            $($(#[$doc])* $ink,)*
        }

        impl Ink {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$ink),*];

            /// Its name in style sheets.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$ink => $name),* }
            }

            /// Its color on paper and on light screens, as 0xRRGGBB.
            pub(crate) fn light(self) -> u32 {
                match self { $(Self::$ink => $light),* }
            }

            /// Its color on dark screens.
            pub(crate) fn dark(self) -> u32 {
                match self { $(Self::$ink => $dark),* }
            }
        }
    };
}

inks! {
    /// Text.
    Text "text" 0x1b2430 0xe8ecf1;
    /// Secondary text.
    Muted "muted" 0x566273 0xa7b2c0;
    /// The background.
    Ground "ground" 0xffffff 0x12171e;
    /// Lines of the grid.
    Grid "grid" 0xe4e8ed 0x2a323c;
    /// Axes, and borders.
    Rule "rule" 0xc3cad3 0x434d59;
    /// Values.
    Value "value" 0x1c5dba 0x6ea8fe;
    /// Earlier values.
    Earlier "earlier" 0x8993a1 0x79848f;
    /// Good news.
    Good "good" 0x12703f 0x5fce94;
    /// Bad news.
    Bad "bad" 0xb3261e 0xff8f85;
    /// Something to look at.
    Watch "watch" 0x8a5a00 0xe5b454;
    /// Text on light bars.
    Dark "dark" 0x1b2431 0x10151b;
    /// Text on dark bars.
    Pale "pale" 0xfffffe 0xffffff;
    /// Ratings, from the worst to the best.
    Rating0 "r0" 0xb2182b 0xc8384a;
    /// The second worst.
    Rating1 "r1" 0xd6604d 0xdc705e;
    /// The third worst.
    Rating2 "r2" 0xf4a582 0xe9a589;
    /// In the middle.
    Rating3 "r3" 0xd5d9de 0x8b94a0;
    /// The third best.
    Rating4 "r4" 0x92c5de 0x8fbfd8;
    /// The second best.
    Rating5 "r5" 0x4393c3 0x5aa5d2;
    /// The best.
    Rating6 "r6" 0x2166ac 0x2b6cb4;
}

impl Ink {
    /// The ink of a rating, from 0 (the worst) to 1 (the best).
    pub(crate) fn rating(utility: f64) -> Self {
        const RAMP: [Ink; 7] = [
            Ink::Rating0,
            Ink::Rating1,
            Ink::Rating2,
            Ink::Rating3,
            Ink::Rating4,
            Ink::Rating5,
            Ink::Rating6,
        ];
        RAMP[(utility.clamp(0.0, 1.0) * 6.0).round() as usize]
    }

    /// The ink that is readable on it.
    pub(crate) fn text_on(self) -> Self {
        match self {
            Self::Rating0 | Self::Rating6 => Self::Pale,
            _ => Self::Dark,
        }
    }
}

impl From<Ink> for Paint {
    fn from(ink: Ink) -> Self {
        Self { ink, opacity: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ink_has_a_color_of_its_own() {
        let mut colors: Vec<u32> = Ink::ALL.iter().map(|ink| ink.light()).collect();
        colors.sort_unstable();
        colors.dedup();
        assert_eq!(colors.len(), Ink::ALL.len(), "the library hands back colors, from which inks are found");
    }
}
