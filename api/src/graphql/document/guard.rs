//! The guard before any parser: it bounds a document by reading its bytes once, without recursion.
//!
//! A parser that descends runs out of stack in a document of brackets, and out of patience in one of ten megabytes. So
//! nothing is parsed that has not been measured here. The guard does not judge the grammar: whatever it does not
//! know counts as a token, and the parser will say what is wrong with it.

use async_graphql::Pos;

use super::{limits::Limits, refusal::Refusal};
use crate::graphql::Code;

/// Refuses a document that is too long, has too many tokens, or brackets too deep in one another.
pub(super) fn scan(document: &str, limits: &Limits) -> Result<(), Refusal> {
    if document.len() > limits.document {
        let (found, most) = (document.len() as u64, limits.document as u64);
        return Err(Refusal::over(Code::TooLarge, "bytes of document", found, most));
    }
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut depth) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at = end_of_line(bytes, at);
                continue;
            }
            b'"' => end_of_string(bytes, at),
            b'.' if bytes[at..].starts_with(b"...") => at + 3,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => run(bytes, at, is_name),
            b'-' | b'0'..=b'9' => {
                run(bytes, at + 1, |byte| is_name(byte) || matches!(byte, b'.' | b'+' | b'-'))
            }
            _ => at + 1,
        };
        tokens += 1;
        if tokens > limits.tokens {
            let message = format!("The document has more than {} tokens.", limits.tokens);
            return Err(Refusal::new(Code::TooLarge, message).at(place(document, start)));
        }
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => (),
        }
        if depth > limits.nesting {
            let message = format!("The document has more than {} brackets in one another.", limits.nesting);
            return Err(Refusal::new(Code::TooComplex, message).at(place(document, start)));
        }
    }
    Ok(())
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Where a run of such bytes ends.
fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|byte| !belongs(*byte)).map_or(bytes.len(), |length| from + length)
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    run(bytes, from, |byte| byte != b'\n' && byte != b'\r')
}

/// Where a string ends. One that does not end takes the rest of its line, or of the document if it is a block.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    if bytes[from..].starts_with(b"\"\"\"") {
        let mut at = from + 3;
        while at < bytes.len() {
            match &bytes[at..] {
                [b'\\', b'"', b'"', b'"', ..] => at += 4,
                [b'"', b'"', b'"', ..] => return at + 3,
                _ => at += 1,
            }
        }
        return at;
    }
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Line and column of a byte, from 1.
fn place(document: &str, byte: usize) -> Option<Pos> {
    let before = document.get(..byte)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Some(Pos { line, column })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(document: &str) -> usize {
        let fits =
            |most| scan(document, &Limits { tokens: most, nesting: 1_000, ..Limits::default() }).is_ok();
        (0..).find(|most| fits(*most)).unwrap()
    }

    fn depth(document: &str) -> usize {
        let fits = |most| scan(document, &Limits { nesting: most, ..Limits::default() }).is_ok();
        (0..).find(|most| fits(*most)).unwrap()
    }

    #[test]
    fn tokens_are_counted_as_the_grammar_does() {
        for (document, count) in [
            ("", 0),
            ("?\u{feff}", 4),
            ("{ a }", 3),
            ("{a(b:1.5e-3)...F}", 10),
            ("query Q($a: [Int!]! = [-1, 2]) { a }", 20),
            ("{ a # { ( [ \"\n }", 3),
            ("{ a(b: \"{ # \\\" [\") }", 8),
            ("{ a(b: \"\"\"{ \" \\\"\"\" [ \"\"\") }", 8),
            ("{ a(b: \"\") }", 8),
            ("{ \"never ends {{{\n{", 3),
            ("\"\"\" never ends {{{\n{", 1),
            ("\"\\", 1),
            ("?ü", 3),
        ] {
            assert_eq!(tokens(document), count, "{document}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_are_none() {
        assert_eq!(depth("{ a(b: [{ c: 1 }]) { d } }"), 4);
        assert_eq!(depth("{ a(b: \"[[[[\") # {{{{ \n }"), 2);
        assert_eq!(depth("}}}}{"), 1);
    }

    #[test]
    fn whatever_comes_the_guard_ends_and_says_where() {
        let refusal = scan(&format!("{{\n  a(b: {}", "[".repeat(50_000)), &Limits::default()).unwrap_err();
        assert_eq!(refusal.code(), Code::TooComplex);
        assert_eq!(refusal.into_errors()[0].locations, [Pos { line: 2, column: 70 }]);
        let long = "a ".repeat(50_001);
        assert_eq!(scan(&long, &Limits::default()).unwrap_err().code(), Code::TooLarge);
        assert_eq!(scan(&long[..99_000], &Limits::default()).unwrap_err().code(), Code::TooLarge);
    }
}
