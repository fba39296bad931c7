//! Markdown, for wikis and chats. Charts are left out: the tables beside them have the same figures.

use std::fmt::Write;

use crate::{
    model::{Quote, Tone},
    number::NO_BREAK,
    page::{Block, Page, Table},
};

/// The page as Markdown.
pub(crate) fn markdown(page: &Page) -> String {
    let mut out = String::new();
    let about: Vec<_> = page.about.iter().map(|text| escaped(text)).collect();
    let _ = write!(out, "# {}\n\n{}\n", escaped(&page.title), about.join(" · "));
    for block in &page.blocks {
        add(&mut out, block);
    }
    let _ = write!(out, "\n---\n\n{}\n", escaped(&page.foot));
    out.replace(NO_BREAK, " ")
}

fn add(out: &mut String, block: &Block) {
    let _ = match block {
        Block::Heading(text) => writeln!(out, "\n## {}", escaped(text)),
        Block::Text(text) => writeln!(out, "\n{}", escaped(text)),
        Block::Lead { tone, text } => writeln!(out, "\n**{}{}**", sign(*tone), escaped(text)),
        Block::Facts(facts) => {
            out.push('\n');
            facts.iter().try_for_each(|fact| {
                let note =
                    if fact.note.is_empty() { String::new() } else { format!(" ({})", escaped(&fact.note)) };
                writeln!(out, "- {}: **{}**{note}", escaped(&fact.label), escaped(&fact.value))
            })
        }
        Block::List(items) => {
            out.push('\n');
            items.iter().try_for_each(|item| {
                writeln!(out, "- {}**{}**: {}", sign(item.tone), escaped(&item.subject), escaped(&item.text))
            })
        }
        Block::Table(table) => {
            add_table(out, table);
            Ok(())
        }
        Block::Figure { .. } => Ok(()),
        Block::News(news) => news.iter().try_for_each(|one| {
            writeln!(out, "\n### {}", escaped(&one.title))?;
            writeln!(out, "\n**{}{}**", sign(one.tone), escaped(&one.text))?;
            if !one.words.is_empty() {
                writeln!(out, "\n{}", escaped(&one.words))?;
            }
            add_quotes(out, &one.quotes)
        }),
    };
}

fn add_quotes(out: &mut String, quotes: &[Quote]) -> std::fmt::Result {
    out.push('\n');
    quotes.iter().try_for_each(|quote| {
        let lines: Vec<_> = quote.text.lines().map(escaped).collect();
        writeln!(out, "> {}  \n> — {}\n", lines.join("\n> "), escaped(&crate::html::source(quote)))
    })
}

fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "▲ ",
        Tone::Bad => "▼ ",
        Tone::Neutral => "",
    }
}

fn add_table(out: &mut String, table: &Table) {
    let cells = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let _ = write!(out, "\n{}:\n\n", escaped(&table.caption));
    out.push_str(&cells(table.columns.iter().map(|column| escaped(&column.label)).collect()));
    let rule = |numeric| if numeric { "---:" } else { "---" };
    out.push_str(&cells(table.columns.iter().map(|column| rule(column.numeric).to_owned()).collect()));
    for row in &table.rows {
        out.push_str(&cells(row.iter().map(|cell| escaped(&cell.text)).collect()));
    }
    if !table.note.is_empty() {
        let _ = writeln!(out, "\n{}", escaped(&table.note));
    }
}

/// A text in which no character has a meaning in Markdown, on one line.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => {
                safe.push('\\');
                safe.push(one);
            }
            '\n' | '\r' => safe.push(' '),
            '@' => safe.push_str("@\u{2060}"),
            one if one.is_control() => (),
            one => safe.push(one),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_customers_write_has_no_meaning_in_markdown() {
        assert_eq!(escaped("a | b"), "a \\| b");
        assert_eq!(escaped("[x](http://evil) <script>"), "\\[x\\](http://evil) \\<script\\>");
        assert_eq!(escaped("two\nlines # no heading"), "two lines \\# no heading");
        assert_eq!(escaped("@here"), "@\u{2060}here");
    }
}
