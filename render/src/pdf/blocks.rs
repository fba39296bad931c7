//! The blocks of a page, laid out.

use std::num::NonZeroU16;

use krilla::tagging::Tag;

use super::{
    font::Face,
    layout::{Entry, HEIGHT, Layout, ROOM, SIDE, Style, TOP, WIDTH, What},
};
use crate::{
    chart::{Ink, Picture},
    html::source,
    model::{Quote, Tone},
    page::{Block, Fact, Item, Page, Table},
};

const TITLE: Style = Style::new(Face::Bold, 20.0, 25.0, Ink::Text);
const ABOUT: Style = Style::new(Face::Regular, 9.5, 13.0, Ink::Muted);
const HEADING: Style = Style::new(Face::Bold, 13.0, 17.0, Ink::Text);
const TEXT: Style = Style::new(Face::Regular, 9.5, 13.6, Ink::Text);
const STRONG: Style = Style::new(Face::Bold, 9.5, 13.6, Ink::Text);
const LEAD: Style = Style::new(Face::Bold, 11.0, 15.5, Ink::Text);
const QUOTE: Style = Style::new(Face::Italic, 9.5, 13.4, Ink::Text);
const NOTE: Style = Style::new(Face::Regular, 8.0, 11.0, Ink::Muted);
const CELL: Style = Style::new(Face::Regular, 8.0, 11.2, Ink::Text);
const HEAD: Style = Style::new(Face::Bold, 8.0, 10.6, Ink::Text);
const LABEL: Style = Style::new(Face::Regular, 8.0, 11.0, Ink::Muted);
const VALUE: Style = Style::new(Face::Bold, 14.5, 18.5, Ink::Text);

/// Space between the columns of a table.
const GAP: f64 = 9.0;

/// The page, laid out.
pub(super) fn layout(page: &Page) -> Layout {
    let mut out = Layout::new();
    title(&mut out, page);
    for block in &page.blocks {
        match block {
            Block::Heading(text) => heading(&mut out, text),
            Block::Text(text) => paragraph(&mut out, text, &TEXT),
            Block::Lead { tone, text } => lead(&mut out, *tone, text),
            Block::Facts(facts) => self::facts(&mut out, facts),
            Block::List(items) => list(&mut out, items),
            Block::Table(table) => self::table(&mut out, table),
            Block::Figure { picture, caption, description } => {
                figure(&mut out, picture, caption, description)
            }
            Block::News(news) => {
                for one in news {
                    paragraph(&mut out, &one.title, &STRONG);
                    lead(&mut out, one.tone, &one.text);
                    if !one.words.is_empty() {
                        paragraph(&mut out, &one.words, &TEXT);
                    }
                    self::quotes(&mut out, &one.quotes);
                }
            }
        }
    }
    let foot = NOTE.wrapped(&page.foot, ROOM);
    out.room(12.0 + NOTE.leading * foot.len() as f64);
    out.y += 12.0;
    let node = out.paragraph(None);
    out.lines(Some(node), &foot, SIDE, &NOTE);
    numbers(&mut out, page);
    out
}

fn title(out: &mut Layout, page: &Page) {
    let node = out.element(Tag::Hn(NonZeroU16::MIN, Some(page.title.clone())), None);
    let lines = TITLE.wrapped(&page.title, ROOM);
    out.outline.push(Entry { text: page.title.clone(), page: 0, y: TOP });
    out.lines(Some(node), &lines, SIDE, &TITLE);
    out.y += 3.0;
    let node = out.paragraph(None);
    let about = ABOUT.wrapped(&page.about.join("  ·  "), ROOM);
    out.lines(Some(node), &about, SIDE, &ABOUT);
    out.y += 8.0;
    out.draw(None, What::Box { x: SIDE, y: out.y, width: ROOM, height: 2.2, ink: Ink::Value });
    out.y += 14.0;
}

fn heading(out: &mut Layout, text: &str) {
    // A heading stays with the beginning of what follows.
    if !out.room(HEADING.leading + 90.0) {
        out.y += 12.0;
    }
    let lines = HEADING.wrapped(text, ROOM);
    let two = NonZeroU16::MIN.saturating_add(1);
    let node = out.element(Tag::Hn(two, Some(text.to_owned())), None);
    out.outline.push(Entry { text: text.to_owned(), page: out.page(), y: out.y });
    out.lines(Some(node), &lines, SIDE, &HEADING);
    out.y += 4.0;
}

fn paragraph(out: &mut Layout, text: &str, style: &Style) {
    let lines = style.wrapped(text, ROOM);
    out.room(style.leading * lines.len().min(3) as f64);
    let node = out.paragraph(None);
    out.lines(Some(node), &lines, SIDE, style);
    out.y += 6.0;
}

fn ink(tone: Tone, neutral: Ink) -> Ink {
    match tone {
        Tone::Good => Ink::Good,
        Tone::Bad => Ink::Bad,
        Tone::Neutral => neutral,
    }
}

fn lead(out: &mut Layout, tone: Tone, text: &str) {
    let lines = LEAD.wrapped(text, ROOM - 12.0);
    let height = LEAD.leading * lines.len() as f64;
    out.room(height + 8.0);
    out.draw(
        None,
        What::Box { x: SIDE, y: out.y, width: 3.0, height: height + 4.0, ink: ink(tone, Ink::Rule) },
    );
    out.y += 2.0;
    let node = out.paragraph(None);
    out.lines(Some(node), &lines, SIDE + 12.0, &LEAD);
    out.y += 10.0;
}

fn facts(out: &mut Layout, facts: &[Fact]) {
    let columns = facts.len().clamp(1, 4);
    let (gap, inset) = (8.0, 8.0);
    let width = (ROOM - gap * (columns - 1) as f64) / columns as f64;
    for row in facts.chunks(columns) {
        let inner = width - 2.0 * inset;
        let wrapped: Vec<_> = row
            .iter()
            .map(|fact| {
                let note = if fact.note.is_empty() { Vec::new() } else { LABEL.wrapped(&fact.note, inner) };
                (LABEL.wrapped(&fact.label, inner), VALUE.wrapped(&fact.value, inner), note)
            })
            .collect();
        let height = wrapped.iter().map(|(label, value, note)| {
            LABEL.leading * (label.len() + note.len()) as f64
                + VALUE.leading * value.len() as f64
                + 2.0 * inset
                - 2.0
        });
        let height = height.fold(0.0, f64::max);
        out.room(height + 6.0);
        let top = out.y;
        for (at, (fact, (label, value, note))) in row.iter().zip(&wrapped).enumerate() {
            let x = SIDE + at as f64 * (width + gap);
            out.draw(None, What::Frame { x, y: top, width, height, ink: Ink::Rule });
            out.y = top + inset - 1.0;
            let node = out.paragraph(None);
            let spaced = |lines: &[String], more: bool| {
                let mut lines = lines.to_vec();
                if let Some(last) = lines.last_mut().filter(|_| more) {
                    last.push(' ');
                }
                lines
            };
            out.lines(Some(node), &spaced(label, true), x + inset, &LABEL);
            let style = Style { ink: ink(fact.tone, Ink::Text), ..VALUE };
            out.lines(Some(node), &spaced(value, !note.is_empty()), x + inset, &style);
            out.lines(Some(node), note, x + inset, &LABEL);
        }
        out.y = top + height + 8.0;
    }
    out.y += 2.0;
}

fn list(out: &mut Layout, items: &[Item]) {
    let list = out.list();
    for item in items {
        let sign = match item.tone {
            Tone::Good => "▲ ",
            Tone::Bad => "▼ ",
            Tone::Neutral => "",
        };
        let (x, room) = (SIDE + 10.0, ROOM - 10.0);
        // The subject stands out, the text follows it on the same line.
        let subject = format!("{sign}{}: ", item.subject);
        let indent = STRONG.width(&subject);
        let beside = indent < 0.55 * room;
        let first_room = if beside { room - indent } else { room };
        let mut lines = TEXT.wrapped(&item.text, first_room);
        if beside && lines.len() > 1 {
            let rest = item.text[lines[0].len()..].trim_start();
            let rest = TEXT.wrapped(rest, room);
            lines.truncate(1);
            lines.extend(rest);
        }
        let count = lines.len() + usize::from(!beside);
        out.room(TEXT.leading * count.min(4) as f64 + 4.0);
        let (top, page) = (out.y, out.page());
        let entry = out.element(Tag::LI, Some(list));
        let body = out.element(Tag::LBody, Some(entry));
        let strong = Style { ink: ink(item.tone, Ink::Text), ..STRONG };
        out.lines(Some(body), &[subject], x, &strong);
        if beside {
            out.y -= TEXT.leading;
            let more = if lines.len() > 1 { " " } else { "" };
            out.lines(Some(body), &[format!("{}{more}", lines[0])], x + indent, &TEXT);
            lines.remove(0);
        }
        out.lines(Some(body), &lines, x, &TEXT);
        if out.page() == page {
            let bar = What::Box {
                x: SIDE,
                y: top + 1.0,
                width: 2.2,
                height: out.y - top - 2.0,
                ink: ink(item.tone, Ink::Rule),
            };
            out.draw(None, bar);
        }
        out.y += 4.0;
    }
    out.y += 4.0;
}

fn figure(out: &mut Layout, picture: &Picture, caption: &str, description: &str) {
    let scale = ROOM / picture.width;
    let caption = NOTE.wrapped(caption, ROOM);
    let height = picture.height * scale;
    out.room(height + NOTE.leading * caption.len() as f64 + 8.0);
    let node = out.element(Tag::Figure(Some(description.to_owned())), None);
    let picture = picture.clone();
    out.draw(Some(node), What::Picture { x: SIDE, y: out.y, scale, picture });
    out.y += height + 3.0;
    let node = out.element(Tag::Caption, None);
    out.lines(Some(node), &caption, SIDE, &NOTE);
    out.y += 9.0;
}

fn quotes(out: &mut Layout, quotes: &[Quote]) {
    for quote in quotes {
        let lines = QUOTE.wrapped(&quote.text, ROOM - 14.0);
        out.room(QUOTE.leading * lines.len().min(4) as f64 + NOTE.leading + 6.0);
        let (top, page) = (out.y, out.page());
        let node = out.element(Tag::BlockQuote, None);
        let said = out.paragraph(Some(node));
        out.lines(Some(said), &lines, SIDE + 12.0, &QUOTE);
        let by = out.paragraph(Some(node));
        out.lines(Some(by), &[source(quote)], SIDE + 12.0, &NOTE);
        if out.page() == page {
            let bar =
                What::Box { x: SIDE, y: top + 1.0, width: 2.2, height: out.y - top - 2.0, ink: Ink::Rule };
            out.draw(None, bar);
        }
        out.y += 6.0;
    }
}

fn table(out: &mut Layout, table: &Table) {
    let widths = widths(table);
    let x: Vec<f64> = widths
        .iter()
        .scan(SIDE, |next, width| {
            let x = *next;
            *next += width + GAP;
            Some(x)
        })
        .collect();
    let header: Vec<Vec<String>> = table
        .columns
        .iter()
        .zip(&widths)
        .map(|(column, width)| HEAD.wrapped(&column.label, *width))
        .collect();
    let header_height = HEAD.leading * header.iter().map(Vec::len).max().unwrap_or(1) as f64 + 4.0;
    let caption = NOTE.wrapped(&table.caption, ROOM);
    out.room(NOTE.leading * caption.len() as f64 + header_height + 4.0 * CELL.leading);

    let node = out.element(Tag::Table, None);
    let heading = out.element(Tag::Caption, Some(node));
    out.lines(Some(heading), &caption, SIDE, &NOTE);
    out.y += 2.0;
    let head = out.element(Tag::THead, Some(node));
    let row = out.element(Tag::TR, Some(head));
    let cells: Vec<usize> = header.iter().map(|_| out.header_cell(row)).collect();
    let draw_header = |out: &mut Layout, first: bool| {
        let lines = header.iter().zip(&table.columns).zip(x.iter().zip(&widths));
        let bottom = out.y + header_height;
        for (at, ((lines, column), (x, width))) in lines.enumerate() {
            // Labels stand on the line below them. Repeated on another page they are decoration.
            out.y = bottom - 4.0 - HEAD.leading * lines.len() as f64;
            cell(out, first.then(|| cells[at]), lines, (*x, *width), column.numeric, &HEAD);
        }
        out.y = bottom;
        out.draw(None, What::Box { x: SIDE, y: bottom - 1.2, width: ROOM, height: 1.2, ink: Ink::Rule });
    };
    draw_header(out, true);
    let body = out.element(Tag::TBody, Some(node));
    for row in &table.rows {
        let lines: Vec<Vec<String>> =
            row.iter().zip(&widths).map(|(cell, width)| CELL.wrapped(&cell.text, *width)).collect();
        let height = CELL.leading * lines.iter().map(Vec::len).max().unwrap_or(1) as f64 + 5.0;
        // A row stays on one page.
        if out.room(height) {
            draw_header(out, false);
        }
        let top = out.y;
        let node = out.element(Tag::TR, Some(body));
        for (at, (of, lines)) in row.iter().zip(&lines).enumerate() {
            out.y = top + 2.5;
            let node = out.element(Tag::TD, Some(node));
            let numeric = table.columns.get(at).is_some_and(|column| column.numeric);
            let face = if of.tone == Tone::Neutral { Face::Regular } else { Face::Bold };
            let style = Style { ink: ink(of.tone, Ink::Text), face, ..CELL };
            cell(out, Some(node), lines, (x[at], widths[at]), numeric, &style);
        }
        out.y = top + height;
        out.draw(None, What::Box { x: SIDE, y: out.y - 0.6, width: ROOM, height: 0.6, ink: Ink::Grid });
    }
    out.y += 3.0;
    if !table.note.is_empty() {
        let lines = NOTE.wrapped(&table.note, ROOM);
        let node = out.paragraph(None);
        out.lines(Some(node), &lines, SIDE, &NOTE);
    }
    out.y += 8.0;
}

fn cell(
    out: &mut Layout,
    node: Option<usize>,
    lines: &[String],
    (x, width): (f64, f64),
    numeric: bool,
    style: &Style,
) {
    for (at, line) in lines.iter().enumerate() {
        let x = if numeric { x + width - style.width(line) } else { x };
        let space = if at + 1 < lines.len() { " " } else { "" };
        let y = out.y + style.leading / 2.0 + 0.36 * style.size;
        let Style { face, size, ink, .. } = *style;
        out.draw(node, What::Text { x, y, text: format!("{line}{space}"), face, size, ink });
        out.y += style.leading;
    }
}

/// Widths of the columns: as wide as their content if it fits, else texts are broken into lines, numbers are not.
fn widths(table: &Table) -> Vec<f64> {
    // Toned cells are bold.
    let bold = Style { face: Face::Bold, ..CELL };
    let words = |text: &str, style: &Style| text.split(' ').map(|word| style.width(word)).fold(0.0, f64::max);
    let column = |at: usize| table.rows.iter().filter_map(move |row| row.get(at));
    let sizes = table.columns.iter().enumerate().map(|(at, label)| {
        let cells = || column(at).map(|cell| &*cell.text);
        let longest = words(&label.label, &HEAD);
        let least = cells().map(|text| words(text, &bold)).fold(longest, f64::max);
        let most = cells().map(|text| bold.width(text)).fold(longest, f64::max);
        (least.min(0.4 * ROOM), most)
    });
    let sizes: Vec<(f64, f64)> = sizes.collect();
    let room = ROOM - GAP * (sizes.len().saturating_sub(1)) as f64;
    let most: f64 = sizes.iter().map(|(_, most)| most).sum();
    let least: f64 = sizes.iter().map(|(least, _)| least).sum();
    if most <= room {
        // The rest goes to the first column with text, which keeps numbers together.
        let rest = room - most;
        let wide = table.columns.iter().position(|column| !column.numeric).unwrap_or(0);
        return sizes
            .iter()
            .enumerate()
            .map(|(at, (_, most))| most + if at == wide { rest } else { 0.0 })
            .collect();
    }
    if least >= room {
        return sizes.iter().map(|(of, _)| of * room / least).collect();
    }
    let share = (room - least) / (most - least);
    sizes.iter().map(|(least, most)| least + share * (most - least)).collect()
}

/// Numbers of the pages, and the title on each but the first.
fn numbers(out: &mut Layout, page: &Page) {
    let count = out.pages.len();
    for (at, marks) in out.pages.iter_mut().enumerate() {
        let number = format!("{} / {count}", at + 1);
        let y = HEIGHT - 30.0;
        let text =
            |x: f64, text: String| What::Text { x, y, text, face: Face::Regular, size: 8.0, ink: Ink::Muted };
        let right = WIDTH - SIDE - NOTE.width(&number);
        marks.push(super::layout::Mark { node: None, what: text(right, number) });
        let title = super::font::shortened(&page.title, 8.0, ROOM - 60.0);
        marks.push(super::layout::Mark { node: None, what: text(SIDE, title) });
    }
}
