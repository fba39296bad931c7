//! A writing transaction of one organization: rows, daily counts and events go together or not at all.

use std::sync::Arc;

use ballroom_entity::{id::EventId, id::OrganizationId, organization, release, release_interval};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, SqliteTransactionMode,
    TransactionOptions, Value, sea_query::Expr,
};
use serde_json::json;

use crate::{
    base::{error::Error, reference::PublicId},
    counts::Changes,
    store::{Bulk, BulkColumn, Dimensions, Store, View, search, turns::Turn},
};

/// How long, in milliseconds, PostgreSQL leaves a transaction open in which nothing is asked of it: should this process
/// hang, it does not keep the organization from writing for ever.
const IDLE: u32 = 60_000;

/// An open transaction. Dropped without [`commit`](Self::commit), nothing of it has happened.
pub struct Transaction {
    tx: View,
    store: Store,
    organization: OrganizationId,
    revision: i64,
    dimensions: Arc<Dimensions>,
    /// The dimensions as they were before.
    dimensions_before: Arc<Dimensions>,
    dimensions_changed: bool,
    /// When it happens.
    pub at: DateTime<Utc>,
    /// What it does to the daily counts; written at the commit.
    pub counts: Changes,
    events: Vec<(&'static str, serde_json::Value)>,
    /// Given up after the transaction has ended: fields are dropped in their order.
    _turn: Turn,
}

impl Store {
    /// Begins a transaction and takes the organization's next revision.
    ///
    /// Taking the revision locks the organization's row, so that the writers of one organization follow one
    /// another. What they read (which answer of a voice counts, which external ids exist) then still holds
    /// when they write, and the counts stay exact, with any number of server processes. Group commit pays
    /// for it: many answers share one transaction.
    pub async fn begin(&self, organization: OrganizationId, at: DateTime<Utc>) -> Result<Transaction, Error> {
        let sqlite = self.backend() == DbBackend::Sqlite;
        let turn = self.turns.take((!sqlite).then_some(organization)).await?;
        let options = TransactionOptions {
            sqlite_transaction_mode: sqlite.then_some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = self.writing.begin(options).await?;
        if !sqlite {
            // Whoever holds the row may be another process that hangs; and so may we, one day.
            let lock = self.settings.lock_time.as_millis();
            let limits = format!(
                "SET LOCAL lock_timeout = {lock}; SET LOCAL idle_in_transaction_session_timeout = {IDLE}"
            );
            tx.execute_unprepared(&limits).await?;
        }
        let row = organization::Entity::update_many()
            .col_expr(organization::Column::Revision, Expr::col(organization::Column::Revision).add(1))
            .filter(organization::Column::Id.eq(organization))
            .exec_with_returning(&tx)
            .await?
            .pop()
            .ok_or_else(|| Error::not_found("organization", "organization", organization.public()))?;
        let dimensions = match self.known_dimensions(organization, row.dimension_revision) {
            Some(known) => known,
            // Not remembered yet: it may hold what this transaction alone can see.
            None => Arc::new(Dimensions::load(&tx, organization, row.dimension_revision).await?),
        };
        Ok(Transaction {
            tx,
            store: self.clone(),
            organization,
            revision: row.revision,
            dimensions_before: dimensions.clone(),
            dimensions,
            dimensions_changed: false,
            at,
            counts: Changes::default(),
            events: Vec::new(),
            _turn: turn,
        })
    }
}

impl Transaction {
    /// The connection, for the statements of the domain.
    pub fn db(&self) -> &View {
        &self.tx
    }

    /// Whose transaction it is.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The products, features, releases, segments and scales as this transaction sees them.
    pub fn dimensions(&self) -> Arc<Dimensions> {
        self.dimensions.clone()
    }

    /// To be called after a row of a dimension was written: reads them anew and lets everybody else do so.
    pub async fn dimensions_changed(&mut self) -> Result<(), Error> {
        self.dimensions_changed = true;
        self.dimensions = Arc::new(Dimensions::load(&self.tx, self.organization, self.revision).await?);
        Ok(())
    }

    /// To be called after a release was written, where more follow: reading all of them anew after each would take a time
    /// that grows with the square of their number. [`dimensions_changed`](Self::dimensions_changed) ends it.
    pub(crate) fn release_written(&mut self, release: &release::Model) {
        Arc::make_mut(&mut self.dimensions).put(release.clone());
    }

    /// The same after a time that customers had a release was written.
    pub(crate) fn release_interval_written(&mut self, time: release_interval::Model) {
        Arc::make_mut(&mut self.dimensions).put_earlier(time);
    }

    /// Says what happened, to those who listen: they hear of it once the transaction is committed.
    pub fn tell(&mut self, kind: &'static str, payload: serde_json::Value) {
        self.events.push((kind, payload));
    }

    /// Writes the daily counts and the events, and commits. When this returns, everything is on disk.
    pub async fn commit(mut self) -> Result<(), Error> {
        std::mem::take(&mut self.counts).write(&self.tx, self.organization).await?;
        self.write_events().await?;
        if self.dimensions_changed {
            search::follow(&self.tx, &self.dimensions_before, &self.dimensions).await?;
            organization::Entity::update_many()
                .col_expr(organization::Column::DimensionRevision, Expr::val(self.revision))
                .filter(organization::Column::Id.eq(self.organization))
                .exec(&self.tx)
                .await?;
        }
        self.tx.commit().await.map_err(Error::of_commit)?;
        // Only now may others see them. (An older revision put back here by a race is never wrong: it is
        // used only while the organization's row says that it is the right one.)
        self.store.remember(self.dimensions);
        self.store.commits.send_replace(());
        Ok(())
    }

    async fn write_events(&mut self) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.events)
            .into_iter()
            .map(|(kind, payload)| {
                vec![
                    Value::Uuid(Some(self.organization.0)),
                    Value::Uuid(Some(EventId::new().0)),
                    Value::String(Some(kind.to_owned())),
                    Value::Json(Some(Box::new(payload))),
                    Value::ChronoDateTimeUtc(Some(self.at)),
                    Value::BigInt(Some(self.revision)),
                ]
            })
            .collect();
        let outbox = Bulk::into(
            "outbox",
            "",
            vec![
                BulkColumn::uuid("organization_id"),
                BulkColumn::uuid("id"),
                BulkColumn::text("kind"),
                BulkColumn::json("payload"),
                BulkColumn::timestamp("created_at"),
                BulkColumn::big_integer("revision"),
            ],
        );
        outbox.insert(&self.tx, rows).await?;
        Ok(())
    }
}

/// The payload of an event about one thing.
pub fn about(id: impl PublicId) -> serde_json::Value {
    json!({ "id": id.public() })
}
