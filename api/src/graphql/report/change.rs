//! Storing reports.

use async_graphql::{Context, InputObject, Object};

use super::{ReportInput, StoredReport, built};
use crate::{
    domain::stored_report,
    graphql::{
        ContextExt,
        fault::Fault,
        payload::{payload, payloads},
    },
    report,
};

/// Input of `storeReport`.
#[derive(InputObject)]
struct StoreReportInput {
    /// The report to compute and store.
    report: ReportInput,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `storeReport`.
    StoreReportPayload {
        /// The stored report.
        stored_report: StoredReport,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct ReportMutation;

#[Object]
impl ReportMutation {
    /// Computes a report from the current data and stores it. A stored report never changes.
    async fn store_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: StoreReportInput,
    ) -> Result<StoreReportPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let computed = built(ctx, input.report).await?;
            let dimensions = crate::graphql::dimensions(ctx).await?;
            let new = report::to_store(&computed, &dimensions);
            let row = stored_report::create(ctx.store(), by, new, ctx.now()).await?;
            Ok(StoreReportPayload::done(StoredReport(row)))
        })
        .await
    }
}
