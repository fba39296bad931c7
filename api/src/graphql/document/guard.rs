//! The guard before the parser: it bounds a document by scanning its bytes once, without recursion.
//!
//! A recursive parser overflows the stack on deeply nested brackets, and is slow on ten megabytes. So only documents
//! that were measured here are parsed. The guard does not check the grammar: everything unknown counts as a token, and
//! the parser reports the errors.

use std::borrow::Cow;

use super::{limits::Limits, places::Places, refusal::Refusal};
use crate::graphql::Code;

/// Refuses a document that is too long, has too many tokens, or is nested too deeply.
pub(super) fn scan(document: &str, limits: &Limits) -> Result<(), Refusal> {
    if document.len() > limits.document {
        let (found, most) = (document.len() as u64, limits.document as u64);
        return Err(Refusal::over(Code::TooLarge, "bytes of document", found, most));
    }
    let mut depth = 0_usize;
    for (number, token) in tokens(document).enumerate() {
        if number >= limits.tokens {
            let message = format!("The document has more than {} tokens.", limits.tokens);
            return Err(Refusal::new(Code::TooLarge, message).at(Places::new(document).at(token.start)));
        }
        match token.first {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => (),
        }
        if depth > limits.nesting {
            let message =
                format!("The brackets of the document are nested more than {} deep.", limits.nesting);
            return Err(Refusal::new(Code::TooComplex, message).at(Places::new(document).at(token.start)));
        }
    }
    Ok(())
}

/// The document without the descriptions of its operations, fragments and variables, which the specification allows and
/// the parser does not support yet. All positions are unchanged.
pub(super) fn without_descriptions(document: &str) -> Cow<'_, str> {
    let mut described = Vec::new();
    let (mut braces, mut others) = (0_usize, 0_usize);
    let (mut before, mut next) = (None, tokens(document).peekable());
    while let Some(token) = next.next() {
        match token.first {
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            b'(' | b'[' => others += 1,
            b')' | b']' => others = others.saturating_sub(1),
            b'"' if braces == 0 => {
                let follows = next.peek().map(|next| next.first);
                let describes = match others {
                    0 => follows.is_some_and(|byte| byte.is_ascii_alphabetic()),
                    _ => follows == Some(b'$') && !matches!(before, Some(b':' | b'=')),
                };
                if describes {
                    described.push(token.start..token.end);
                }
            }
            _ => (),
        }
        before = Some(token.first);
    }
    if described.is_empty() {
        return document.into();
    }
    let (mut text, mut from) = (String::with_capacity(document.len()), 0);
    for range in described {
        text.push_str(&document[from..range.start]);
        let blank = |letter| if matches!(letter, '\n' | '\r') { letter } else { ' ' };
        text.extend(document[range.clone()].chars().map(blank));
        from = range.end;
    }
    text.push_str(&document[from..]);
    text.into()
}

/// A token: its position and its first byte.
struct Token {
    start: usize,
    end: usize,
    first: u8,
}

/// The tokens of a document, without ignored ones.
fn tokens(document: &str) -> impl Iterator<Item = Token> {
    let bytes = document.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let (start, first) = (at, *bytes.get(at)?);
            at = match first {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                    at += 1;
                    continue;
                }
                b'#' => {
                    at = end_of_line(bytes, at);
                    continue;
                }
                _ if bytes[at..].starts_with(BYTE_ORDER_MARK) => {
                    at += BYTE_ORDER_MARK.len();
                    continue;
                }
                b'"' => end_of_string(bytes, at).min(bytes.len()),
                b'.' if bytes[at..].starts_with(b"...") => at + 3,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => run(bytes, at, is_name),
                b'-' | b'0'..=b'9' => {
                    run(bytes, at + 1, |byte| is_name(byte) || matches!(byte, b'.' | b'+' | b'-'))
                }
                _ => at + 1,
            };
            return Some(Token { start, end: at, first });
        }
    })
}

/// Some editors write it at the beginning of a file; the grammar ignores it everywhere.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// The end of a run of such bytes.
fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|byte| !belongs(*byte)).map_or(bytes.len(), |length| from + length)
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    run(bytes, from, |byte| byte != b'\n' && byte != b'\r')
}

/// The end of a string. An unterminated one extends to the end of its line, or of the document if it is a block string.
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

#[cfg(test)]
mod tests {
    use async_graphql::Pos;

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
            ("?\u{feff}", 1),
            ("\u{feff}{\u{feff}a }", 3),
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
    fn descriptions_are_blank_and_all_else_stays_in_its_place() {
        for (document, blank) in [
            ("\"ü\" query Q { a(b: \"c\") }", "    query Q { a(b: \"c\") }"),
            ("\"\"\"a\n{\"\"\"\nfragment F on T { a }", "    \n    \nfragment F on T { a }"),
            (
                "query(\"a\" $b: C = \"d\" $e: F = [\"g\"] \"h\" $i: J)",
                "query(    $b: C = \"d\" $e: F = [\"g\"]     $i: J)",
            ),
            ("query @a(b: \"c\") { d }", "query @a(b: \"c\") { d }"),
            ("query($a: B @c(d: \"e\") $f: G)", "query($a: B @c(d: \"e\") $f: G)"),
            ("{ a(b: \"c\" d: $e) }", "{ a(b: \"c\" d: $e) }"),
            (
                "\"an operation that has no name has none\" { a }",
                "\"an operation that has no name has none\" { a }",
            ),
            ("\"ends \\", "\"ends \\"),
        ] {
            assert_eq!(without_descriptions(document), blank);
        }
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
