//! What a file would become.

use std::path::Path;

use super::{Plan, PlanError};
use crate::mapping::{Kind, Target};
use crate::parse::{self, Reject};
use crate::record::ReadError;

/// A row as it would become: fields and their values.
pub type PreviewRow = Vec<(&'static str, String)>;

/// A row, and the names that it refers to.
type Told = (PreviewRow, Vec<(Target, String)>);

/// What the rows of a file would become.
#[derive(Clone, Debug, Default)]
pub struct Previewed {
    /// Number of records that were read.
    pub read: u64,
    /// Number of rows that they would become.
    pub rows: u64,
    /// Number of records that would be skipped, having neither a rating nor a comment.
    pub skipped: u64,
    /// Whether the file has more records.
    pub more: bool,
    /// The first rows.
    pub first: Vec<PreviewRow>,
    /// Reasons of refusal by how often there are, each with its first example.
    pub refused: Vec<(u64, Reject)>,
    /// Names of products, features, releases, segments and customers that rows refer to, most frequent first, with their
    /// number.
    pub named: Vec<(Target, Vec<String>)>,
    /// What reading showed.
    pub remark: Option<String>,
}

impl Plan {
    /// Reads up to `limit` records, and says what they would become.
    pub fn preview(&self, path: &Path, limit: u64, shown: usize) -> Result<Previewed, PlanError> {
        let mut previewed = Previewed::default();
        if !self.absent.is_empty() {
            return Ok(previewed);
        }
        let mut reader = self.open(path)?;
        let mut names: Vec<(Target, std::collections::BTreeSet<String>)> = Vec::new();
        for item in reader.by_ref() {
            if previewed.read == limit {
                previewed.more = true;
                break;
            }
            previewed.read += 1;
            let parsed = match item {
                Err(ReadError::Record(bad)) => Err(Reject::from(&bad)),
                Err(ReadError::File { line, reason }) => Err(Reject {
                    line,
                    field: String::new(),
                    reason: format!("the file ends here: {reason}"),
                }),
                Ok(record) => self.parsed(&record),
            };
            match parsed {
                Ok(rows) => {
                    previewed.rows += rows.len() as u64;
                    previewed.skipped += u64::from(rows.is_empty());
                    for (row, named) in rows {
                        for (target, name) in named {
                            match names.iter_mut().find(|(known, _)| *known == target) {
                                Some((_, known)) => drop(known.insert(name)),
                                None => names.push((target, [name].into())),
                            }
                        }
                        if previewed.first.len() < shown {
                            previewed.first.push(row);
                        }
                    }
                }
                Err(reject) => count(&mut previewed.refused, reject),
            }
        }
        previewed.refused.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        previewed.named =
            names.into_iter().map(|(target, names)| (target, names.into_iter().collect())).collect();
        previewed.remark = reader.remark();
        Ok(previewed)
    }

    fn parsed(&self, record: &crate::Record) -> Result<Vec<Told>, Reject> {
        use Target::*;
        let (mapping, dates) = (&self.mapping, &self.dates);
        let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Ok(match mapping.kind() {
            Kind::Feedback => parse::feedback(record, mapping, dates)?
                .into_iter()
                .map(|row| {
                    let named = named([
                        (Product, Some(&row.product)),
                        (Feature, row.feature.as_ref()),
                        (Release, row.release.as_ref()),
                        (Segment, row.segment.as_ref()),
                        (Customer, row.customer.as_ref()),
                    ]);
                    let cells = cells([
                        (Product, Some(row.product)),
                        (OccurredAt, Some(time(row.occurred_at))),
                        (Scale, row.scale),
                        (Rating, row.rating.map(|rating| rating.to_string())),
                        (Comment, row.comment),
                        (Feature, row.feature),
                        (Release, row.release),
                        (Segment, row.segment),
                        (Customer, row.customer),
                        (Channel, row.channel),
                        (ExternalId, row.external_id),
                    ]);
                    (cells, named)
                })
                .collect(),
            Kind::Incidents => {
                let row = parse::incident(record, mapping, dates)?;
                let mut named = named([(Product, Some(&row.product)), (Release, row.release.as_ref())]);
                named.extend(row.features.iter().map(|feature| (Feature, feature.clone())));
                let features = row.features.join(", ");
                let cells = cells([
                    (Product, Some(row.product)),
                    (Severity, Some(row.severity.to_string())),
                    (OpenedAt, Some(time(row.opened_at))),
                    (ResolvedAt, row.resolved_at.map(time)),
                    (Title, row.title),
                    (Features, Some(features).filter(|features| !features.is_empty())),
                    (Release, row.release),
                    (AffectedCustomers, row.affected_customers.map(|count| count.to_string())),
                    (ExternalId, row.external_id),
                ]);
                vec![(cells, named)]
            }
            Kind::Exposure => {
                let row = parse::exposure(record, mapping, dates)?;
                let named = named([
                    (Product, Some(&row.product)),
                    (Feature, Some(&row.feature)),
                    (Segment, row.segment.as_ref()),
                ]);
                let cells = cells([
                    (Product, Some(row.product)),
                    (Feature, Some(row.feature)),
                    (Segment, row.segment),
                    (Day, Some(row.day.to_string())),
                    (ActiveCustomers, Some(row.active_customers.to_string())),
                ]);
                vec![(cells, named)]
            }
            Kind::Releases => {
                let row = parse::release(record, mapping, dates)?;
                let mut named = named([(Product, Some(&row.product))]);
                named.extend(row.features.iter().map(|touch| (Feature, touch.feature.clone())));
                let cells = cells([
                    (Product, Some(row.product)),
                    (Version, Some(row.version)),
                    (Previous, row.previous),
                    (ReleasedAt, row.released_at.map(time)),
                    (WithdrawnAt, row.withdrawn_at.map(time)),
                    (PlannedFor, row.planned_for.map(|day| day.to_string())),
                    (Notes, row.notes),
                    (Title, row.title),
                ]);
                vec![(cells, named)]
            }
        })
    }
}

fn cells<const N: usize>(cells: [(Target, Option<String>); N]) -> PreviewRow {
    cells.into_iter().filter_map(|(target, text)| Some((target.name(), text?))).collect()
}

fn named<const N: usize>(names: [(Target, Option<&String>); N]) -> Vec<(Target, String)> {
    names.into_iter().filter_map(|(target, name)| Some((target, name?.clone()))).collect()
}

/// Counts a reason of refusal; its first example is kept.
pub fn count(refused: &mut Vec<(u64, Reject)>, reject: Reject) {
    let sort = reject.sort();
    let full = refused.len() >= 200;
    match refused.iter_mut().find(|(_, known)| known.field == reject.field && known.sort() == sort) {
        Some((count, _)) => *count += 1,
        // More sorts of reasons than anybody reads are counted together with none.
        None if !full => refused.push((1, reject)),
        None => (),
    }
}
