//! What an import would do: its rows are tried in transactions that are not committed.

use std::{collections::BTreeSet, path::Path};

use ballroom_entity::import_created::CreatedKind;
use ballroom_files::{Plan, Previewed, Reject, plan::count};
use tokio::sync::mpsc;

use super::{
    ImportOptions, Summary, began, check, content, create, earlier,
    rows::{Batch, Failure, read},
    take::Taking,
};
use crate::{domain::access::Manage, store::Store};

/// What an import would do.
#[derive(Debug)]
pub struct Preview {
    /// How the file would be read.
    pub plan: Plan,
    /// What its first rows would become. Nothing if required fields come from nowhere.
    pub previewed: Previewed,
    /// What would become of its rows, with the reasons of rejects.
    pub summary: Summary,
    /// Whether the file has more rows than were tried.
    pub more: bool,
    /// What would be created, by its names.
    pub created: BTreeSet<(CreatedKind, String)>,
    /// Warnings, without periods at their ends.
    pub warnings: Vec<String>,
}

/// Tries an import of the first `limit` rows and stores nothing; the first `shown` ones are returned as they would become.
pub async fn preview(
    store: &Store,
    by: Manage,
    (plan, file): (Plan, &Path),
    options: ImportOptions,
    (limit, shown): (u64, usize),
) -> anyhow::Result<Preview> {
    let kind = plan.mapping.kind();
    let mut summary = Summary { kind: Some(kind), ..Summary::default() };
    let (reading, path) = (plan.clone(), file.to_owned());
    let read_first = move || reading.preview(&path, limit, shown);
    let previewed = tokio::task::spawn_blocking(read_first).await??;
    if !plan.absent.is_empty() {
        let (created, warnings) = (BTreeSet::new(), Vec::new());
        return Ok(Preview { plan, previewed, summary, more: false, created, warnings });
    }
    check::check_settings(&plan.mapping, options.create, &*store.dimensions(by.organization()).await?)?;
    let options = options.with_defaults(kind);
    let content = content(&plan, file).await?;
    let earlier = earlier(store, by, &plan, &options, content.as_deref()).await?;
    let mut taking = Taking {
        store,
        by,
        options: &options,
        import: None,
        began: began(&plan),
        similar: create::SimilarCustomers::default(),
        named: BTreeSet::new(),
    };
    let (sender, mut batches) = mpsc::channel(2);
    let (path, planned) = (file.to_owned(), plan.clone());
    let how = (options.version_line, Some(limit));
    let reading = tokio::task::spawn_blocking(move || read(&path, &planned, how, sender));
    let (mut more, mut warnings) = (false, Vec::new());
    while let Some(batch) = batches.recv().await {
        let Batch { mut rows, bad, records, skipped, remark, more: has_more, .. } = batch;
        summary.read += records;
        summary.skipped += skipped;
        more |= has_more;
        super::recognize(store, by, (kind, &earlier), &mut rows).await?;
        let refused = taking.take(rows, &mut summary, |twin| warnings.push(twin)).await?;
        let mut bad: Vec<Failure> = bad.into_iter().chain(refused).collect();
        bad.sort_by_key(Failure::line);
        for failure in bad {
            let reject = match failure {
                Failure::Unreadable(bad) => Reject::from(&bad),
                Failure::Refused(reject, _) => reject,
                Failure::Differs(..) => continue,
            };
            summary.rejected += 1;
            count(&mut summary.reasons, reject);
        }
        warnings.extend(remark);
    }
    if let Err(error) = reading.await? {
        warnings.push(format!("the file cannot be read to its end: {error}"));
    }
    summary.reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let created = std::mem::take(&mut taking.named);
    // Each batch is tried as if it were the first one, and names what the others name, too.
    warnings.sort();
    warnings.dedup();
    Ok(Preview { plan, previewed, summary, more, created, warnings })
}
