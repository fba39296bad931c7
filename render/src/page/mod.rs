//! A report as a page of headings, figures, tables and charts, which HTML, Markdown and PDF have in common.

mod figures;
mod iteration;
mod overview;
mod pieces;
mod release;
mod security;
mod value;

pub(crate) use pieces::verdict as verdict_words;

use ballroom_names::glossary::Concept;

use crate::{
    chart::Picture,
    model::{Content, Quote, Report, Tone},
    number,
    words::{Vocabulary, capital},
};

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    /// Title.
    pub title: String,
    /// What it is about: product, period, audience.
    pub about: Vec<String>,
    /// The content.
    pub blocks: Vec<Block>,
    /// How the figures came about.
    pub foot: String,
}

/// Part of a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// The most important sentence.
    Lead { tone: Tone, text: String },
    /// Figures side by side.
    Facts(Vec<Fact>),
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Table),
    /// A chart, with a caption, and a description that is read instead of it.
    Figure { picture: Picture, caption: String, description: String },
    /// News side by side.
    News(Vec<News>),
}

/// News about a feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct News {
    pub title: String,
    pub tone: Tone,
    pub text: String,
    /// What distinguishes the comments; empty: nothing.
    pub words: String,
    pub quotes: Vec<Quote>,
}

/// A figure with its label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub label: String,
    pub value: String,
    pub note: String,
    pub tone: Tone,
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub tone: Tone,
    pub subject: String,
    pub text: String,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// What readers must know about it; empty: nothing.
    pub note: String,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub label: String,
    pub numeric: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub text: String,
    pub tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Neutral }
    }

    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

impl Table {
    /// A table; the labels of numeric columns begin with `#`.
    pub(crate) fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        let column = |label: &&str| Column {
            label: label.strip_prefix('#').unwrap_or(label).to_owned(),
            numeric: label.starts_with('#'),
        };
        Self { caption: caption.into(), columns: columns.iter().map(column).collect(), ..Self::default() }
    }

    /// A table whose caption and labels are texts of the renderers, in the words of the readers.
    pub(crate) fn translated(vocabulary: Vocabulary, caption: &str, columns: &[&str]) -> Self {
        let columns: Vec<String> = columns.iter().map(|label| vocabulary.translated(label)).collect();
        let columns: Vec<&str> = columns.iter().map(|label| &**label).collect();
        Self::new(vocabulary.translated(caption), &columns)
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl Item {
    pub(crate) fn new(tone: Tone, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { tone, subject: subject.into(), text: text.into() }
    }
}

/// The page of a report.
pub(crate) fn page(report: &Report) -> Page {
    let mut blocks = pieces::changes(report);
    match &report.content {
        Content::Iteration(iteration) => iteration::blocks(report, iteration, &mut blocks),
        Content::Value(value) => value::blocks(report, value, &mut blocks),
        Content::Release(release) => release::blocks(report, release, &mut blocks),
        Content::Overview(overview) => overview::blocks(report, overview, &mut blocks),
        Content::Security(security) => security::blocks(report, security, &mut blocks),
    }
    let mut about = vec![report.organization.clone()];
    about.extend(report.product.as_ref().map(|product| product.name.clone()));
    about.push(match report.complete {
        true => number::period(&report.period),
        false => format!("{}, so far", number::period(&report.period)),
    });
    about.push(format!("for {}", audience(report)));
    let mut foot = format!(
        "Data to {}, revision {} · method {}",
        number::day(report.as_of),
        report.revision,
        report.method
    );
    if let Some(least) = report.min_group {
        foot.push_str(&report.vocabulary.translated(&format!(
            " · groups of fewer than {least} customers are not shown, numbers of responses are rounded to multiples of {least}"
        )));
    }
    Page { title: report.title.clone(), about, blocks, foot }
}

/// The audience in words.
fn audience(report: &Report) -> &'static str {
    use crate::model::Audience;
    match report.audience {
        Audience::Product => "product management",
        Audience::Development => "development",
        Audience::Operations => "operations",
        Audience::Security => "security",
        Audience::Business => "business",
        Audience::Support => "support",
    }
}

/// What a noun is called in the vocabulary of a report.
fn word(report: &Report, concept: Concept) -> &'static str {
    report.vocabulary.words(concept).term
}

/// What several of a noun are called.
fn words(report: &Report, concept: Concept) -> &'static str {
    report.vocabulary.words(concept).plural
}
