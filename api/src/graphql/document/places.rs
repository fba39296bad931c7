//! Lines and columns, as defined by the specification: a line ends with a line feed, a carriage return, or both
//! together; a column is a character.

use apollo_compiler::parser::{SourceMap, SourceSpan};
use async_graphql::Pos;

/// The starts of the lines of a document.
pub(super) struct Places<'a> {
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    /// Of the parsed document.
    pub(super) fn of(sources: &'a SourceMap) -> Self {
        let document = sources.values().find(|source| source.path().as_os_str() == DOCUMENT);
        Self::new(document.map_or("", |document| document.source_text()))
    }

    /// Of a text.
    pub(super) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let begins = |&at: &usize| match bytes[at - 1] {
            b'\n' => true,
            b'\r' => bytes.get(at) != Some(&b'\n'),
            _ => false,
        };
        let lines = std::iter::once(0).chain((1..=bytes.len()).filter(begins)).collect();
        Self { text, lines }
    }

    /// The start of a node.
    pub(super) fn begin(&self, span: Option<SourceSpan>) -> Option<Pos> {
        self.at(span?.offset())
    }

    /// Line and column of a byte, from 1.
    pub(super) fn at(&self, byte: usize) -> Option<Pos> {
        let line = self.lines.partition_point(|begin| *begin <= byte);
        let column = self.text.get(*self.lines.get(line.checked_sub(1)?)?..byte)?.chars().count() + 1;
        Some(Pos { line, column })
    }
}

/// The name of the document among the sources.
pub(super) const DOCUMENT: &str = "request";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_the_specification_says() {
        let text = "ab\ncd\r\nef\rg\u{2028}ü\u{b}h\n\ni";
        let places = Places::new(text);
        let place = |what: char| places.at(text.find(what).unwrap()).map(|at| (at.line, at.column));
        for (what, line, column) in [
            ('a', 1, 1),
            ('b', 1, 2),
            ('c', 2, 1),
            ('e', 3, 1),
            ('g', 4, 1),
            ('ü', 4, 3),
            ('h', 4, 5),
            ('i', 6, 1),
        ] {
            assert_eq!(place(what), Some((line, column)), "{what}");
        }
        assert_eq!(places.at(1_000), None);
        assert_eq!(Places::new("").at(0), Some(Pos { line: 1, column: 1 }));
    }
}
