//! A JSON document with a list of objects, read object by object.
//!
//! The list is the document itself, or the first list of objects within its objects: `{"data": {"items": [{..}]}}`. What
//! is beside it is skipped.

use std::io::{self, BufRead};

use super::{Line, RECORD_LIMIT};

pub(super) struct Documents<R> {
    source: R,
    line: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a document, or between objects that stand one after the other.
    Outside,
    /// In the list whose objects are the records.
    List,
    /// After it.
    Done,
}

impl<R: BufRead> Documents<R> {
    pub(super) fn new(source: R) -> Self {
        Documents { source, line: 1, state: State::Outside }
    }

    /// Reads the text of the next object.
    pub(super) fn next(&mut self, text: &mut Vec<u8>, line: &mut u64) -> io::Result<Line> {
        loop {
            text.clear();
            *line = self.line;
            let byte = match self.peek()? {
                None => return Ok(Line::End),
                Some(byte) => byte,
            };
            match (self.state, byte) {
                (State::Done, _) | (_, b' ' | b'\t' | b'\r' | b'\n' | b',') => self.take(),
                (State::List, b']') => {
                    self.take();
                    self.state = State::Done;
                }
                (State::Outside, b'[') => {
                    self.take();
                    self.state = State::List;
                }
                // The object itself is the record, unless there is a list of objects within it.
                (State::Outside, b'{') => {
                    if let Some(found) = self.descend(text)? {
                        return Ok(found);
                    }
                    self.state = State::List;
                }
                _ => return self.value(text),
            }
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.source.fill_buf()?.first().copied())
    }

    fn take(&mut self) {
        if self.source.fill_buf().is_ok_and(|ready| ready.first() == Some(&b'\n')) {
            self.line += 1;
        }
        self.source.consume(1);
    }

    /// Reads an object until a list of objects begins in it (none), or to its end: then it is a record.
    fn descend(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Line>> {
        let mut scan = Scan::default();
        let mut length = 0_u64;
        // Lists are only looked for in objects, not in lists of something else.
        let (mut lists, mut after_bracket) = (0_u32, false);
        loop {
            let Some(byte) = self.peek()? else {
                return Ok(Some(if length > RECORD_LIMIT { Line::TooLong } else { Line::Text }));
            };
            let was_text = scan.in_text;
            if !was_text && after_bracket && !byte.is_ascii_whitespace() {
                after_bracket = false;
                if byte == b'{' && lists == 1 {
                    return Ok(None);
                }
            }
            self.take();
            length += 1;
            if length <= RECORD_LIMIT {
                text.push(byte);
            }
            scan.step(byte);
            match byte {
                b'[' if !was_text => {
                    lists += 1;
                    after_bracket = true;
                }
                b']' if !was_text => lists = lists.saturating_sub(1),
                _ => (),
            }
            if scan.depth == 0 && !scan.in_text {
                return Ok(Some(if length > RECORD_LIMIT { Line::TooLong } else { Line::Text }));
            }
        }
    }

    /// Reads one value of the list.
    fn value(&mut self, text: &mut Vec<u8>) -> io::Result<Line> {
        let mut scan = Scan::default();
        let mut length = 0_u64;
        loop {
            let ready = self.source.fill_buf()?;
            if ready.is_empty() {
                break;
            }
            let mut ended = false;
            let mut n = 0;
            for &byte in ready {
                // A number or a word ends before what follows it.
                if scan.depth == 0
                    && !scan.in_text
                    && length + n as u64 > 0
                    && matches!(byte, b',' | b']' | b'}' | b'\n')
                {
                    ended = true;
                    break;
                }
                n += 1;
                self.line += u64::from(byte == b'\n');
                let was_open = scan.depth > 0;
                scan.step(byte);
                if was_open && scan.depth == 0 {
                    ended = true;
                    break;
                }
            }
            length += n as u64;
            if length <= RECORD_LIMIT {
                text.extend_from_slice(&ready[..n]);
            }
            self.source.consume(n);
            if ended {
                break;
            }
        }
        Ok(if length > RECORD_LIMIT { Line::TooLong } else { Line::Text })
    }
}

/// Where in the structure of JSON a byte is.
#[derive(Default)]
struct Scan {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    fn step(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(text: &str) -> Vec<(u64, String)> {
        let mut documents = Documents::new(text.as_bytes());
        let (mut found, mut one, mut line) = (Vec::new(), Vec::new(), 0);
        while let Line::Text = documents.next(&mut one, &mut line).unwrap() {
            found.push((line, String::from_utf8(one.clone()).unwrap()));
        }
        found
    }

    #[test]
    fn the_objects_of_a_list_wherever_it_is() {
        for (text, expected) in [
            (r#"[{"a":1},{"a":"]}"}]"#, vec![(1, r#"{"a":1}"#), (1, r#"{"a":"]}"}"#)]),
            (
                "[\n {\"a\": [1,\n2]},\n {\"b\":\"\\\"{\"}\n]\n",
                vec![(2, "{\"a\": [1,\n2]}"), (4, "{\"b\":\"\\\"{\"}")],
            ),
            (
                r#"{"data": {"n": [1, 2], "items": [{"a":1}, {"a":2}]}, "more": [{"x":1}]}"#,
                vec![(1, r#"{"a":1}"#), (1, r#"{"a":2}"#)],
            ),
            (r#"{"a": 1, "b": {"c": [1]}}"#, vec![(1, r#"{"a": 1, "b": {"c": [1]}}"#)]),
            ("{\n\"a\": 1\n}\n{\n\"a\": 2\n}\n", vec![(1, "{\n\"a\": 1\n}"), (4, "{\n\"a\": 2\n}")]),
            (r#"[1, "x", {"a":1}, null]"#, vec![(1, "1"), (1, r#""x""#), (1, r#"{"a":1}"#), (1, "null")]),
            ("[]", vec![]),
            ("", vec![]),
        ] {
            let expected: Vec<(u64, String)> =
                expected.into_iter().map(|(line, text)| (line, text.into())).collect();
            assert_eq!(objects(text), expected, "{text}");
        }
    }

    #[test]
    fn a_document_that_ends_too_soon_gives_what_there_is() {
        assert_eq!(objects(r#"[{"a":1},{"a""#), [(1, r#"{"a":1}"#.to_owned()), (1, r#"{"a""#.to_owned())]);
    }
}
