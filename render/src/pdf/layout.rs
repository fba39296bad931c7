//! Pages with what is drawn on them, and the structure that it belongs to.

use krilla::tagging::{ListNumbering, TableHeaderScope, Tag, TagKind};

use super::font::{Face, width_in};
use crate::chart::{Ink, Picture};

/// A4, in points.
pub(super) const WIDTH: f64 = 595.28;
pub(super) const HEIGHT: f64 = 841.89;
/// Left and right margin.
pub(super) const SIDE: f64 = 51.0;
pub(super) const TOP: f64 = 51.0;
pub(super) const BOTTOM: f64 = 60.0;
/// Width of the text.
pub(super) const ROOM: f64 = WIDTH - 2.0 * SIDE;

/// The node of the structure that something belongs to; none: it is decoration.
pub(super) type Node = Option<usize>;

/// Something on a page.
pub(super) struct Mark {
    pub node: Node,
    pub what: What,
}

pub(super) enum What {
    /// A line of text, by its baseline.
    Text { x: f64, y: f64, text: String, face: Face, size: f64, ink: Ink },
    /// A filled rectangle.
    Box { x: f64, y: f64, width: f64, height: f64, ink: Ink },
    /// The outline of a rectangle with round corners.
    Frame { x: f64, y: f64, width: f64, height: f64, ink: Ink },
    /// A drawing, scaled.
    Picture { x: f64, y: f64, scale: f64, picture: Picture },
}

/// Part of the structure of the document.
pub(super) struct Element {
    pub tag: TagKind,
    pub parent: Node,
}

/// An entry of the outline.
pub(super) struct Entry {
    pub text: String,
    pub page: usize,
    pub y: f64,
}

/// Everything, ready to be drawn.
pub(super) struct Layout {
    pub pages: Vec<Vec<Mark>>,
    pub elements: Vec<Element>,
    pub outline: Vec<Entry>,
    /// Where the next block begins.
    pub y: f64,
}

impl Layout {
    pub(super) fn new() -> Self {
        Self { pages: vec![Vec::new()], elements: Vec::new(), outline: Vec::new(), y: TOP }
    }

    /// A new part of the structure.
    pub(super) fn element(&mut self, tag: impl Into<TagKind>, parent: Node) -> usize {
        self.elements.push(Element { tag: tag.into(), parent });
        self.elements.len() - 1
    }

    pub(super) fn paragraph(&mut self, parent: Node) -> usize {
        self.element(Tag::P, parent)
    }

    pub(super) fn list(&mut self) -> usize {
        self.element(Tag::L(ListNumbering::None), None)
    }

    pub(super) fn header_cell(&mut self, row: usize) -> usize {
        self.element(Tag::TH(TableHeaderScope::Column), Some(row))
    }

    /// Draws on the current page.
    pub(super) fn draw(&mut self, node: Node, what: What) {
        if let Some(page) = self.pages.last_mut() {
            page.push(Mark { node, what });
        }
    }

    /// Begins a new page unless there is room for a height. Whether it did.
    pub(super) fn room(&mut self, height: f64) -> bool {
        let full = self.y + height > HEIGHT - BOTTOM && self.y > TOP;
        if full {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        full
    }

    pub(super) fn page(&self) -> usize {
        self.pages.len() - 1
    }

    /// Draws lines of text, each with the space that separates it from the next, and goes on below.
    pub(super) fn lines(&mut self, node: Node, lines: &[String], x: f64, style: &Style) {
        for (at, line) in lines.iter().enumerate() {
            self.room(style.leading);
            let space = if at + 1 < lines.len() { " " } else { "" };
            let baseline = self.y + style.leading / 2.0 + 0.36 * style.size;
            let text = format!("{line}{space}");
            let Style { face, size, ink, .. } = *style;
            self.draw(node, What::Text { x, y: baseline, text, face, size, ink });
            self.y += style.leading;
        }
    }
}

/// A style of text.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub face: Face,
    pub size: f64,
    pub leading: f64,
    pub ink: Ink,
}

impl Style {
    pub(super) const fn new(face: Face, size: f64, leading: f64, ink: Ink) -> Self {
        Self { face, size, leading, ink }
    }

    pub(super) fn width(&self, text: &str) -> f64 {
        width_in(text, self.size, self.face)
    }

    /// A text in lines of at most this width, broken between words, and within a word that is longer than a line.
    pub(super) fn wrapped(&self, text: &str, most: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split([' ', '\t']).filter(|word| !word.is_empty()) {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&longer) <= most {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for one in word.chars() {
                    if !line.is_empty() && self.width(&line) + self.width(one.encode_utf8(&mut [0; 4])) > most
                    {
                        lines.push(std::mem::take(&mut line));
                    }
                    line.push(one);
                }
            }
            lines.push(line);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let style = Style::new(Face::Regular, 10.0, 14.0, Ink::Text);
        let text =
            "Export hangs since the update, and averyverylongwordthatdoesnotfitintoasingleline follows";
        let lines = style.wrapped(text, 90.0);
        assert!(lines.iter().all(|line| style.width(line) <= 90.0), "{lines:?}");
        let letters = |text: &str| text.chars().filter(|one| *one != ' ').collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
    }
}
