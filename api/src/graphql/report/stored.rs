//! Stored reports.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{id::ReportId, stored_report::Model};
use ballroom_render as render;

use super::{Report, ReportAudience, ReportChange, ReportFile, ReportFormat, ReportKind, file};
use crate::{
    domain::stored_report::{self as domain, StoredReportSort, StoredReports},
    graphql::{
        ContextExt,
        actor::{self, Actor},
        fault::Fault,
        lookup::{self, By},
        order::orders,
        page::{self, Total, or_default},
        product::{self, Product},
        range::{DateRangeInput, TimeRangeInput},
        scalar::{Date, DateTime, Reference, id},
    },
    report,
};

/// A stored report. It never changes, even if the data change.
#[derive(Description)]
pub(in crate::graphql) struct StoredReport(pub(in crate::graphql) Model);

#[Object(use_type_description)]
impl StoredReport {
    /// Global ID.
    pub(in crate::graphql) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Kind of the report.
    async fn kind(&self) -> ReportKind {
        report::kind(self.0.kind).into()
    }

    /// Product; null: all products.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>, Fault> {
        match self.0.product_id {
            Some(product) => product::of(ctx, product).await.map(Some),
            None => Ok(None),
        }
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Audience.
    async fn audience(&self) -> Result<ReportAudience, Fault> {
        Ok(self.read()?.audience.into())
    }

    /// The last day whose data it uses.
    async fn as_of(&self) -> Date {
        self.0.as_of.into()
    }

    /// Version of the method.
    async fn method(&self) -> &str {
        &self.0.method
    }

    /// Revision of the organization's data that it uses.
    async fn revision(&self) -> i64 {
        self.0.revision
    }

    /// Actor that stored it; null if not recorded.
    async fn stored_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.stored_by)
    }

    /// Time at which it was stored.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// The report.
    async fn report(&self) -> Result<Report, Fault> {
        Ok(Report(Arc::new(self.read()?)))
    }

    /// A rendering as a file. It is the same whenever it is made, and can be downloaded at `/reports/<id>.<extension>`.
    async fn file(
        &self,
        #[graphql(desc = "Format of the file.")] format: ReportFormat,
        #[graphql(
            desc = "Table of a CSV or Parquet file; by default the main one. Other formats contain all."
        )]
        table: Option<String>,
    ) -> Result<ReportFile, Fault> {
        file(Arc::new(self.read()?), format.into(), table).await
    }

    /// Changes from another stored report of the same kind to this one, the most important first.
    async fn changes_since(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the other report.")] report: Reference,
    ) -> Result<Vec<ReportChange>, Fault> {
        let other = find(ctx, ("report", &report.0)).await?;
        let changes = report::changes_between(&other, &self.0)?;
        Ok(changes.iter().map(ReportChange::from).collect())
    }
}

impl StoredReport {
    fn read(&self) -> Result<render::Report, Fault> {
        Ok(report::read(&self.0)?)
    }
}

/// A stored report that the caller may see.
async fn find(ctx: &Context<'_>, (field, reference): (&str, &str)) -> Result<Model, Fault> {
    Ok(domain::find(ctx.store(), ctx.reports()?, sees_responses(ctx), (field, reference)).await?)
}

/// Whether the caller may see single responses.
pub(in crate::graphql) fn sees_responses(ctx: &Context<'_>) -> bool {
    ctx.reads().is_ok_and(|read| read.only().is_none())
}

/// Conditions on stored reports; all that are given must hold.
#[derive(InputObject)]
struct StoredReportFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// Kinds; a report has one of them.
    kind: Option<Vec<ReportKind>>,
    /// The last day whose data it uses.
    as_of: Option<DateRangeInput>,
    /// Time at which it was stored.
    created_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of stored reports.
    StoredReportOrderField for StoredReportSort,
    /// Sort order of stored reports.
    StoredReportOrder {
        /// Time at which it was stored.
        CreatedAt,
        /// The last day whose data it uses.
        AsOf,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct StoredReportQuery;

#[Object]
impl StoredReportQuery {
    /// A stored report by exactly one of `storedReport` and `id`. Null if there is none; see `errors`.
    async fn stored_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the stored report.")] stored_report: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
    ) -> Result<StoredReport, Fault> {
        ctx.reports()?;
        let (argument, given) =
            lookup::one([("storedReport", stored_report.map(By::Reference)), ("id", id.map(By::Id))])?;
        let reference = given.text::<ReportId>(argument)?;
        Ok(StoredReport(find(ctx, (argument, &reference)).await?))
    }

    /// Stored reports, the last stored first. Those with single responses or incidents are for callers who may read these.
    async fn stored_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<StoredReportFilter>,
        #[graphql(desc = "Sort order; the last stored first by default.")] order_by: Option<
            StoredReportOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, StoredReport, Total>, Fault> {
        let dimensions = crate::graphql::dimensions(ctx).await?;
        let filter = match filter {
            None => domain::StoredReportFilter::default(),
            Some(given) => domain::StoredReportFilter {
                product: match given.product {
                    Some(product) => Some(dimensions.product("filter.product", &product.0)?.id),
                    None => None,
                },
                kind: given
                    .kind
                    .map(|kinds| kinds.into_iter().map(|kind| report::stored_kind(kind.into())).collect()),
                as_of: given.as_of.map(Into::into),
                created_at: given.created_at.map(Into::into),
            },
        };
        let list = StoredReports { detailed: sees_responses(ctx), filter, order: or_default(order_by) };
        page::connection(ctx, list, (first, after, last, before), StoredReport).await
    }
}
