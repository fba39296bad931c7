//! Responses as rows of their table.

use ballroom_entity::feedback::Model;
use sea_orm::Value;

use crate::{
    base::error::Error,
    store::{Bulk, BulkColumn},
    transaction::Transaction,
};

/// Stores new responses, at the latest with the commit.
pub(super) async fn store(tx: &mut Transaction, rows: impl Iterator<Item = &Model>) -> Result<(), Error> {
    let table = Bulk::into(
        "feedback",
        "",
        vec![
            BulkColumn::uuid("organization_id"),
            BulkColumn::uuid("id"),
            BulkColumn::uuid("product_id"),
            BulkColumn::uuid("feature_id").nullable(),
            BulkColumn::uuid("release_id").nullable(),
            BulkColumn::uuid("segment_id").nullable(),
            BulkColumn::uuid("customer_id").nullable(),
            BulkColumn::uuid("scale_id").nullable(),
            BulkColumn::integer("level").nullable(),
            BulkColumn::text("comment").nullable(),
            BulkColumn::text("channel").nullable(),
            BulkColumn::timestamp("occurred_at"),
            BulkColumn::date("day"),
            BulkColumn::text("source"),
            BulkColumn::text("external_id").nullable(),
            BulkColumn::big_integer("voice").nullable(),
            BulkColumn::boolean("counted"),
            BulkColumn::timestamp("received_at"),
            BulkColumn::timestamp("source_updated_at").nullable(),
            BulkColumn::big_integer("sent").nullable(),
        ],
    );
    let rows = rows.map(|row| {
        vec![
            Value::Uuid(Some(row.organization_id.0)),
            Value::Uuid(Some(row.id.0)),
            Value::Uuid(Some(row.product_id.0)),
            Value::Uuid(row.feature_id.map(|id| id.0)),
            Value::Uuid(row.release_id.map(|id| id.0)),
            Value::Uuid(row.segment_id.map(|id| id.0)),
            Value::Uuid(row.customer_id.map(|id| id.0)),
            Value::Uuid(row.scale_id.map(|id| id.0)),
            Value::Int(row.level),
            Value::String(row.comment.clone()),
            Value::String(row.channel.clone()),
            Value::ChronoDateTimeUtc(Some(row.occurred_at)),
            Value::ChronoDate(Some(row.day)),
            Value::String(Some(row.source.clone())),
            Value::String(row.external_id.clone()),
            Value::BigInt(row.voice),
            Value::Bool(Some(row.counted)),
            Value::ChronoDateTimeUtc(Some(row.received_at)),
            Value::ChronoDateTimeUtc(row.source_updated_at),
            Value::BigInt(row.sent),
        ]
    });
    tx.insert(&table, rows.collect()).await
}
