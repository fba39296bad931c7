//! Rows in transactions: stored, or only tried.

use std::collections::BTreeSet;

use ballroom_entity::{
    id::{CustomerId, ImportId},
    import_created::CreatedKind,
};
use chrono::{DateTime, Utc};

use super::{
    ImportOptions, OnConflict, Summary, create,
    rows::{Failure, Item, Row},
    submit::{RowOutcome, Taken, reject, submit},
};
use crate::{
    base::error::Error,
    clock,
    domain::{
        access::Manage,
        customer,
        import::{self as record, Stored},
    },
    store::Store,
};

/// How the rows of an import are taken.
pub(super) struct Taking<'a> {
    pub(super) store: &'a Store,
    pub(super) by: Manage,
    pub(super) options: &'a ImportOptions,
    /// The import; none: the rows are only tried, and nothing is stored.
    pub(super) import: Option<ImportId>,
    /// When it began, if its responses are anonymous.
    pub(super) began: Option<DateTime<Utc>>,
    /// Customers with similar names.
    pub(super) similar: create::SimilarCustomers,
    /// What was created, or would be, by its names; of rows that are only tried.
    pub(super) named: BTreeSet<(CreatedKind, String)>,
}

impl Taking<'_> {
    /// Submits rows in one transaction; returns those that are rejected.
    ///
    /// What only a rejected row refers to must not be created, and whether a row is rejected is only known after it was
    /// tried. So if something was rejected and something may have been created, the transaction is rolled back, and the rows
    /// that were accepted are submitted again without the others.
    pub(super) async fn take(
        &mut self,
        rows: Vec<Item>,
        summary: &mut Summary,
        mut about: impl FnMut(String),
    ) -> anyhow::Result<Vec<Failure>> {
        let (by, options) = (self.by, self.options);
        let mut refused = Vec::new();
        let mut rows = rows;
        rows.iter_mut().for_each(|item| item.row.write_names());
        while !rows.is_empty() {
            let mut tx = self.store.begin(by.organization(), clock::now()).await?.done_by(by.actor());
            let tried: Vec<Row> = rows.iter().map(|item| item.row.clone()).collect();
            let made = create::missing(&mut tx, options.create, &tried, &mut self.similar).await?;
            let mut again = 0;
            let anonymous = self.began.map(|began| (began, &mut again));
            let results = submit(&mut tx, options, tried, anonymous).await?;
            let is_refused = options.create.any() && results.iter().any(Result::is_err);
            let is_kept = |row: &Row, result: &Result<Taken, Error>| {
                options.on_conflict != Some(OnConflict::Update)
                    && result.as_ref().is_ok_and(|taken| matches!(taken.outcome, RowOutcome::Updated))
                    && !row.has_version()
            };
            let conflicts = rows.iter().zip(&results).any(|(item, result)| is_kept(&item.row, result));
            if is_refused || conflicts {
                drop(tx);
                let mut good = Vec::with_capacity(rows.len());
                for (item, result) in rows.into_iter().zip(results) {
                    if is_kept(&item.row, &result) {
                        summary.differing += 1;
                        if options.on_conflict == Some(OnConflict::Report) {
                            refused.push(Failure::Differs(item.row.line(), item.record));
                        }
                        continue;
                    }
                    match result {
                        Err(error) if is_refused => {
                            refused.push(Failure::Refused(
                                reject(item.row.line(), error, options.create),
                                item.record,
                            ));
                        }
                        _ => good.push(item),
                    }
                }
                rows = good;
                continue;
            }
            made.warnings.iter().cloned().for_each(&mut about);
            match self.import {
                None => {
                    drop(tx);
                    let names = made.objects.into_iter().map(|(kind, name, _)| (kind, name));
                    self.named.extend(names);
                    let customers = made.customers.into_iter();
                    self.named.extend(customers.map(|key| (CreatedKind::Customer, key)));
                }
                Some(import) => {
                    let first_day = tx.counts.first_day();
                    let mut stored = stored(&rows, &results);
                    stored.created.extend(made.objects.iter().map(|(kind, _, id)| (*kind, *id)));
                    let known = customer::known(&tx, made.customers.iter().map(String::as_str)).await?;
                    let new: BTreeSet<CustomerId> =
                        made.customers.iter().filter_map(|key| Some(known.get(key)?.id)).collect();
                    stored.created.extend(new.into_iter().map(|id| (CreatedKind::Customer, id.0)));
                    record::record(&mut tx, import, stored).await?;
                    tx.commit().await?;
                    self.similar.made(made.customers);
                    summary.first_day = summary.first_day.into_iter().chain(first_day).min();
                    summary.created.add(made.created);
                }
            }
            summary.repeated += again;
            for (item, result) in rows.into_iter().zip(results) {
                match result {
                    Ok(taken) => summary.count(&taken.outcome),
                    Err(error) => {
                        refused.push(Failure::Refused(
                            reject(item.row.line(), error, options.create),
                            item.record,
                        ));
                    }
                }
            }
            break;
        }
        Ok(refused)
    }
}

impl Summary {
    fn count(&mut self, outcome: &RowOutcome) {
        match outcome {
            RowOutcome::Accepted => self.accepted += 1,
            RowOutcome::Unrated => {
                self.accepted += 1;
                self.unrated += 1;
            }
            RowOutcome::Updated => self.updated += 1,
            RowOutcome::Unchanged => self.unchanged += 1,
            RowOutcome::Superseded => self.superseded += 1,
            RowOutcome::Deleted => self.deleted += 1,
        }
    }
}

/// What the rows stored.
fn stored(rows: &[Item], results: &[Result<Taken, Error>]) -> Stored {
    let mut stored = Stored::default();
    for (item, taken) in
        rows.iter().zip(results).filter_map(|(item, result)| Some((item, result.as_ref().ok()?)))
    {
        stored.rows.extend(taken.created.map(|id| (item.place, id)));
        stored.figures.extend(taken.figure.clone());
    }
    stored
}
