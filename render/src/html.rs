//! A page as one self-contained HTML file: readable on light and dark screens and in print, without scripts, fonts or pictures
//! from elsewhere.

use askama::Template;

use crate::{
    chart::{self, Ink},
    format::{Format, RenderError},
    markdown,
    model::{Quote, Report, Tone},
    number,
    page::{self, Block, Page},
};

/// A report as a letter, for readers that show no inline SVG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Subject.
    pub subject: String,
    /// The body as HTML.
    pub html: String,
    /// The body as text.
    pub text: String,
    /// The charts, to which the HTML refers.
    pub images: Vec<Image>,
}

/// A chart of a letter: the HTML refers to it by `cid:` and its ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// ID, unique in the letter.
    pub id: String,
    /// The chart as PNG.
    pub png: Vec<u8>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Html<'a> {
    page: &'a Page,
    colors: &'a str,
    /// Whether charts are pictures beside the page, as in a letter.
    pictures: bool,
}

/// The page as HTML.
pub(crate) fn html(report: &Report, page: &Page) -> Result<String, RenderError> {
    let _ = report;
    let colors = colors();
    written(page, &colors, false)
}

fn written(page: &Page, colors: &str, pictures: bool) -> Result<String, RenderError> {
    let html = Html { page, colors, pictures };
    html.render().map_err(|error| RenderError::Library(Format::Html, error.to_string()))
}

/// The report as a letter: subject, HTML, text, and pictures of the charts. Its colors are always those of paper, because the
/// pictures are.
pub fn letter(report: &Report) -> Result<Letter, RenderError> {
    let page = page::page(report);
    let subject = format!("{}: {}", report.organization, report.title);
    let charts = page.blocks.iter().enumerate().filter_map(|(at, block)| match block {
        Block::Figure { picture, .. } => Some((at, picture)),
        _ => None,
    });
    let images = charts.map(|(at, picture)| {
        let png = chart::png(picture).map_err(|error| RenderError::Library(Format::Html, error))?;
        Ok(Image { id: image(at), png })
    });
    let images = images.collect::<Result<_, RenderError>>()?;
    let html = written(&page, &light(), true)?;
    Ok(Letter { subject, html, text: markdown::markdown(&page), images })
}

impl Html<'_> {
    fn tone(&self, tone: &Tone) -> &'static str {
        match tone {
            Tone::Good => "good",
            Tone::Bad => "bad",
            Tone::Neutral => "plain",
        }
    }

    /// What a color says, for those who do not see it.
    fn spoken(&self, tone: &Tone) -> &'static str {
        match tone {
            Tone::Good => "▲",
            Tone::Bad => "▼",
            Tone::Neutral => "",
        }
    }

    fn image(&self, at: &usize) -> String {
        image(*at)
    }

    fn svg(&self, picture: &chart::Picture, description: &str) -> String {
        chart::svg(picture, description)
    }

    fn source(&self, quote: &Quote) -> String {
        source(quote)
    }

    /// Whether a column of this table is numeric.
    fn is_numeric(&self, table: &page::Table, at: &usize) -> bool {
        table.columns.get(*at).is_some_and(|column| column.numeric)
    }
}

/// The ID of the picture of a block.
fn image(at: usize) -> String {
    format!("chart-{at}@ballroom")
}

/// Where a quote comes from.
pub(crate) fn source(quote: &Quote) -> String {
    let mut source = number::day(quote.day);
    if let Some(rating) = &quote.rating {
        source = format!("rated {rating}, {source}");
    }
    if let Some(release) = &quote.release {
        source.push_str(&format!(", release {release}"));
    }
    source
}

/// The colors of paper as variables.
fn light() -> String {
    use std::fmt::Write;
    let mut css = String::from(":root{color-scheme:light;");
    for ink in Ink::ALL {
        let _ = write!(css, "--{}:#{:06x};", ink.name(), ink.light());
    }
    css.push('}');
    css
}

/// The colors as variables, and the classes of the shapes of charts.
fn colors() -> String {
    use std::fmt::Write;
    let mut css = String::from(":root{color-scheme:light dark;");
    for ink in Ink::ALL {
        let _ = write!(css, "--{}:#{:06x};", ink.name(), ink.light());
    }
    css.push_str("}@media screen and (prefers-color-scheme:dark){:root{");
    for ink in Ink::ALL {
        let _ = write!(css, "--{}:#{:06x};", ink.name(), ink.dark());
    }
    css.push_str("}}");
    for ink in Ink::ALL {
        let name = ink.name();
        let _ = write!(css, ".f-{name}{{fill:var(--{name})}}.l-{name}{{stroke:var(--{name});fill:none}}");
    }
    css
}
