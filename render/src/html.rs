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

/// A report as a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Subject.
    pub subject: String,
    /// The body as HTML.
    pub html: String,
    /// The body as text.
    pub text: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Html<'a> {
    page: &'a Page,
    colors: &'a str,
}

/// The page as HTML.
pub(crate) fn html(report: &Report, page: &Page) -> Result<String, RenderError> {
    let _ = report;
    let colors = colors();
    let html = Html { page, colors: &colors };
    html.render().map_err(|error| RenderError::Library(Format::Html, error.to_string()))
}

/// The report as a letter: subject, HTML and text.
pub fn letter(report: &Report) -> Result<Letter, RenderError> {
    let page = page::page(report);
    let subject = format!("{}: {}", report.organization, report.title);
    Ok(Letter { subject, html: html(report, &page)?, text: markdown::markdown(&page) })
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
