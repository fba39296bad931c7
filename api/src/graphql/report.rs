//! Reports: computed from the current data, and stored ones.

mod change;
mod input;
mod model;
mod stored;

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object, SimpleObject};
use ballroom_render::{
    self as render, Format,
    model::{Change, Content},
};
use base64::{Engine, engine::general_purpose::STANDARD};

pub(super) use change::ReportMutation;
use input::ReportInput;
pub(super) use stored::{StoredReport, StoredReportQuery, sees_responses};

use super::{
    ContextExt,
    fault::Fault,
    scalar::{Date, PeriodShown},
};
use crate::{report, score::Period};

/// Kind of a report.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_render::model::Kind")]
pub(super) enum ReportKind {
    /// What an iteration achieved.
    Iteration,
    /// Perceived value of the features of a product.
    Value,
    /// One page about one release.
    Release,
    /// All products at a glance.
    Overview,
    /// Releases with security-relevant incidents or known errors.
    Security,
}

/// Audience of a report: a role of the organization. The report contains only what both the role and the caller may see.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_render::model::Audience")]
pub(super) enum ReportAudience {
    /// Product management.
    Product,
    /// Development.
    Development,
    /// Operations.
    Operations,
    /// Security.
    Security,
    /// Business: sees no single responses, incidents or customers; figures are rounded.
    Business,
    /// Support.
    Support,
}

/// Vocabulary of a report.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_render::Vocabulary")]
pub(super) enum ReportVocabulary {
    /// Words of agile software development.
    Agile,
    /// Words of IT service management.
    Itil,
    /// Plain language.
    Plain,
}

/// Format of a rendering of a report.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_render::Format")]
pub(super) enum ReportFormat {
    /// The model, for programs; its schema is in the documentation.
    Json,
    /// Markdown, for wikis and chats.
    Markdown,
    /// A self-contained page.
    Html,
    /// A tagged document.
    Pdf,
    /// One table as comma-separated values.
    Csv,
    /// All tables as a workbook.
    Xlsx,
    /// One table as Parquet.
    Parquet,
}

/// Whether something is good news.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_render::model::Tone")]
pub(super) enum ReportTone {
    /// It is good news.
    Good,
    /// It is neither.
    Neutral,
    /// It is bad news.
    Bad,
}

/// A report.
#[derive(Description)]
pub(super) struct Report(Arc<render::Report>);

#[Object(use_type_description)]
impl Report {
    /// Kind of the report.
    async fn kind(&self) -> ReportKind {
        self.0.kind.into()
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Audience.
    async fn audience(&self) -> ReportAudience {
        self.0.audience.into()
    }

    /// Vocabulary.
    async fn vocabulary(&self) -> ReportVocabulary {
        self.0.vocabulary.into()
    }

    /// The days that it covers.
    async fn period(&self) -> PeriodShown {
        Period { from: self.0.period.from, until: self.0.period.until }.into()
    }

    /// The last day whose data are used.
    async fn as_of(&self) -> Date {
        self.0.as_of.into()
    }

    /// Whether every day of the period is known and over; if not, the figures are provisional.
    async fn complete(&self) -> bool {
        self.0.complete
    }

    /// Minimum number of customers of a group that is shown; null: single responses are shown too.
    async fn min_group_size(&self) -> Option<i64> {
        self.0.min_group.map(i64::from)
    }

    /// Version of the method: the same data give the same report only under the same version.
    async fn method(&self) -> &str {
        &self.0.method
    }

    /// Revision of the organization's data.
    async fn revision(&self) -> i64 {
        self.0.revision
    }

    /// Report with which it is compared in `changes`, such as the name of the previous iteration; null: none.
    async fn changes_since(&self) -> Option<&str> {
        self.0.changes.since.as_deref()
    }

    /// Changes since the report in `changesSince`, the most important first.
    async fn changes(&self) -> Vec<ReportChange> {
        self.0.changes.items.iter().map(ReportChange::from).collect()
    }

    /// Content of a report of the kind ITERATION; null for other kinds.
    async fn iteration(&self) -> Option<model::ReportIteration> {
        match &self.0.content {
            Content::Iteration(content) => Some((**content).clone().into()),
            _ => None,
        }
    }

    /// Content of a report of the kind VALUE; null for other kinds.
    async fn value(&self) -> Option<model::ReportValues> {
        match &self.0.content {
            Content::Value(content) => Some((**content).clone().into()),
            _ => None,
        }
    }

    /// Content of a report of the kind RELEASE; null for other kinds.
    async fn release(&self) -> Option<model::ReportRelease> {
        match &self.0.content {
            Content::Release(content) => Some((**content).clone().into()),
            _ => None,
        }
    }

    /// Content of a report of the kind OVERVIEW; null for other kinds.
    async fn overview(&self) -> Option<model::ReportOverview> {
        match &self.0.content {
            Content::Overview(content) => Some((**content).clone().into()),
            _ => None,
        }
    }

    /// Content of a report of the kind SECURITY; null for other kinds.
    async fn security(&self) -> Option<model::ReportSecurity> {
        match &self.0.content {
            Content::Security(content) => Some((**content).clone().into()),
            _ => None,
        }
    }

    /// The figures as tables.
    async fn tables(&self) -> Vec<ReportTable> {
        let table = |(name, columns, rows)| ReportTable { name, columns, rows };
        render::table_texts(&self.0).into_iter().map(table).collect()
    }

    /// A rendering as a file. The same report always gives the same bytes.
    async fn file(
        &self,
        #[graphql(desc = "Format of the file.")] format: ReportFormat,
        #[graphql(
            desc = "Table of a CSV or Parquet file; by default the first of `tables`. Other formats contain all."
        )]
        table: Option<String>,
    ) -> Result<ReportFile, Fault> {
        file(self.0.clone(), format.into(), table).await
    }
}

/// A rendering of a report.
async fn file(
    report: Arc<render::Report>,
    format: Format,
    table: Option<String>,
) -> Result<ReportFile, Fault> {
    let name = render::file_name(&report, format);
    let bytes = report::rendered(report, format, table).await?;
    let (text, base64) = match format.is_text() {
        true => (String::from_utf8(bytes).ok(), None),
        false => (None, Some(STANDARD.encode(bytes))),
    };
    Ok(ReportFile { name, media_type: format.media_type(), text, base64 })
}

/// A rendering of a report.
#[derive(SimpleObject)]
pub(super) struct ReportFile {
    /// Suggested name.
    name: String,
    /// Media type.
    media_type: &'static str,
    /// Content of a text file; null for other files.
    text: Option<String>,
    /// Content of any other file, in base64; null for a text file.
    base64: Option<String>,
}

/// A table of a report.
#[derive(SimpleObject)]
pub(super) struct ReportTable {
    /// Name of the table.
    name: &'static str,
    /// Names of the columns.
    columns: Vec<&'static str>,
    /// Rows, with the value of each column as text; null: none.
    rows: Vec<Vec<Option<String>>>,
}

/// A change between two reports.
#[derive(SimpleObject)]
pub(super) struct ReportChange {
    /// Whether it is good or bad news.
    tone: ReportTone,
    /// What changed, such as the name of a feature.
    subject: String,
    /// The change in one sentence.
    text: String,
    /// Figure before; null: none.
    before: Option<f64>,
    /// Figure now; null: none.
    now: Option<f64>,
}

impl From<&Change> for ReportChange {
    fn from(change: &Change) -> Self {
        Self {
            tone: change.tone.into(),
            subject: change.subject.clone(),
            text: change.text.clone(),
            before: change.before,
            now: change.now,
        }
    }
}

#[derive(Default)]
pub(super) struct ReportQuery;

#[Object]
impl ReportQuery {
    /// A report, computed from the current data. `storeReport` stores one.
    async fn report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Kind and content of the report.")] of: ReportInput,
    ) -> Result<Report, Fault> {
        Ok(Report(Arc::new(built(ctx, of).await?)))
    }
}

async fn built(ctx: &Context<'_>, of: ReportInput) -> Result<render::Report, Fault> {
    let (asked, reader) = of.asked(ctx)?;
    let services = ctx.services();
    Ok(report::build(&services.store, &services.scores, &reader, &asked, ctx.now()).await?)
}
