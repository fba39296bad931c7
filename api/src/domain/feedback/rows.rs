//! Responses as rows of their table.

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{CustomerId, FeatureId, FeedbackId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
};
use sea_orm::{
    DbErr, FromQueryResult, Iterable, QueryResult, RuntimeErr,
    sqlx::{self, Row, postgres::PgRow},
};

use crate::{
    base::error::Error,
    store::{Bulk, values},
    transaction::Transaction,
};

/// Stores new responses, at the latest with the commit.
pub(super) async fn store(tx: &mut Transaction, rows: impl Iterator<Item = &Model>) -> Result<(), Error> {
    // A new response has no corrections.
    let is_new =
        |column: &Column| !matches!(column, Column::CorrectedAt | Column::ChangedAt | Column::Revision);
    let columns: Vec<Column> = Column::iter().filter(is_new).collect();
    let rows = rows.map(|row| values(row, &columns)).collect();
    tx.insert(&Bulk::into::<Entity>("", columns), rows).await
}

/// A row that is read by the positions of its columns, which are those of the table. Of the time to read rows with the model two
/// thirds went into looking columns up by their names, and into the texts of errors that nulls are for it at first.
pub(super) struct ByPosition(pub(super) Model);

impl FromQueryResult for ByPosition {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let model = match row.try_as_pg_row() {
            Some(row) => by_position(row)
                .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(std::sync::Arc::new(error)))),
            None => Model::from_query_result(row, prefix),
        };
        model.map(Self)
    }
}

fn by_position(row: &PgRow) -> Result<Model, sqlx::Error> {
    Ok(Model {
        organization_id: OrganizationId(row.try_get(0)?),
        id: FeedbackId(row.try_get(1)?),
        product_id: ProductId(row.try_get(2)?),
        feature_id: row.try_get::<Option<_>, _>(3)?.map(FeatureId),
        release_id: row.try_get::<Option<_>, _>(4)?.map(ReleaseId),
        segment_id: row.try_get::<Option<_>, _>(5)?.map(SegmentId),
        customer_id: row.try_get::<Option<_>, _>(6)?.map(CustomerId),
        scale_id: row.try_get::<Option<_>, _>(7)?.map(ScaleId),
        level: row.try_get(8)?,
        comment: row.try_get(9)?,
        channel: row.try_get(10)?,
        occurred_at: row.try_get(11)?,
        day: row.try_get(12)?,
        source: row.try_get(13)?,
        external_id: row.try_get(14)?,
        voice: row.try_get(15)?,
        counted: row.try_get(16)?,
        received_at: row.try_get(17)?,
        corrected_at: row.try_get(18)?,
        changed_at: row.try_get(19)?,
        revision: row.try_get(20)?,
        source_updated_at: row.try_get(21)?,
        sent: row.try_get(22)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The positions above are those of the fields, in which the columns are selected.
    #[test]
    fn the_positions_are_those_of_the_columns() {
        let names: Vec<_> = Column::iter().map(|column| sea_orm::IdenStatic::as_str(&column)).collect();
        let source = include_str!("rows.rs");
        let body = source.split_once("Ok(Model {").and_then(|(_, rest)| rest.split_once("})\n}")).unwrap().0;
        let fields: Vec<(&str, usize)> = body
            .lines()
            .filter_map(|line| line.trim().split_once(": "))
            .map(|(field, read)| {
                let digits = read.split_once(")?").unwrap().0.rsplit_once('(').unwrap().1;
                (field, digits.parse().unwrap())
            })
            .collect();
        assert_eq!(fields, names.into_iter().zip(0..).collect::<Vec<_>>());
    }
}
