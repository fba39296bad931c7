//! A drawing as inline SVG. Its colors are classes, so that the page determines them: light, dark, or for print.

use std::fmt::Write;

use super::{Anchor, Paint, Picture, Shape};

/// The drawing; `description` is read instead of it.
pub(crate) fn svg(picture: &Picture, description: &str) -> String {
    let mut out = String::new();
    let (width, height) = (number(picture.width), number(picture.height));
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
        escaped(description)
    );
    for shape in &picture.shapes {
        add(&mut out, shape);
    }
    out.push_str("</svg>");
    out
}

fn add(out: &mut String, shape: &Shape) {
    let _ = match shape {
        Shape::Line { points, width, paint } => write!(
            out,
            "<path d=\"{}\" class=\"l-{}\" stroke-width=\"{}\"{}/>",
            path(points),
            paint.ink.name(),
            number(*width),
            opacity(paint)
        ),
        Shape::Area { points, paint } => {
            write!(out, "<path d=\"{}Z\" class=\"f-{}\"{}/>", path(points), paint.ink.name(), opacity(paint))
        }
        Shape::Circle { center, radius, line, paint } => {
            let (kind, stroke) = match line {
                Some(width) => ("l", format!(" stroke-width=\"{}\"", number(*width))),
                None => ("f", String::new()),
            };
            write!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{kind}-{}\"{stroke}{}/>",
                number(center.0),
                number(center.1),
                number(*radius),
                paint.ink.name(),
                opacity(paint)
            )
        }
        Shape::Text { at, text, size, anchor, bold, paint } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let bold = if *bold { " font-weight=\"600\"" } else { "" };
            write!(
                out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{bold} class=\"f-{}\">{}</text>",
                number(at.0),
                number(at.1),
                number(*size),
                paint.ink.name(),
                escaped(text)
            )
        }
    };
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if at == 0 { "M" } else { "L" }, number(*x), number(*y));
    }
    path
}

fn opacity(paint: &Paint) -> String {
    if paint.opacity < 1.0 { format!(" opacity=\"{}\"", number(paint.opacity)) } else { String::new() }
}

fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text in XML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => (),
            other => safe.push(other),
        }
    }
    safe
}
