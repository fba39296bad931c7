//! Checks of a new incident, and what it refers to.

use std::collections::HashMap;

use ballroom_entity::{
    id::{CustomerId, FeatureId, IncidentId, ProductId, ReleaseId},
    incident::Model,
};
use chrono::{DateTime, NaiveDate, Utc};

use super::{NewIncident, TITLE_LENGTH, in_order};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{check, customer, sent::Stamp},
    store::Dimensions,
    transaction::Transaction,
};

pub(crate) fn severity(severity: i16) -> Result<i16, Error> {
    if (1..=4).contains(&severity) {
        Ok(severity)
    } else {
        Err(Error::invalid("severity", format!("is {severity}; send 1 (critical) to 4 (minor)")))
    }
}

pub(crate) fn affected(customers: Option<i64>) -> Result<Option<i64>, Error> {
    customers.map(|customers| check::customers("affectedCustomers", customers)).transpose()
}

pub(crate) fn day(
    dimensions: &Dimensions,
    product: ProductId,
    moment: DateTime<Utc>,
) -> Result<NaiveDate, Error> {
    let product = dimensions.product("product", &product.public())?;
    let zone = check::time_zone("timeZone", &product.time_zone)?;
    Ok(moment.with_timezone(&zone).date_naive())
}

pub(crate) fn features(
    dimensions: &Dimensions,
    product: ProductId,
    references: &[String],
) -> Result<Vec<FeatureId>, Error> {
    let mut features = Vec::with_capacity(references.len());
    for (index, reference) in references.iter().enumerate() {
        let id = dimensions.feature(product, &format!("features.{index}"), reference)?.id;
        if !features.contains(&id) {
            features.push(id);
        }
    }
    Ok(features)
}

/// A valid incident.
pub(super) struct Checked {
    pub(super) incident: Model,
    pub(super) features: Vec<FeatureId>,
    pub(super) customers: Vec<CustomerId>,
    pub(super) release: Option<ReleaseId>,
}

pub(super) fn check_one(
    tx: &Transaction,
    source: &str,
    known: &HashMap<String, customer::Referred>,
    item: NewIncident,
) -> Result<Checked, Error> {
    let stamp = Stamp::of(&item, item.updated_at, tx.at)?;
    let dimensions = tx.dimensions();
    let product = dimensions.product("product", &item.product)?.id;
    let release =
        item.release.as_deref().map(|release| dimensions.release(product, "release", release)).transpose()?;
    let features = features(&dimensions, product, &item.features)?;
    let customers = customer::named_in(known, &item.customers)?;
    let opened_at = check::moment("openedAt", item.opened_at.unwrap_or(tx.at), tx.at)?;
    let resolved_at =
        item.resolved_at.map(|moment| check::moment("resolvedAt", moment, tx.at)).transpose()?;
    let reopened_at =
        item.reopened_at.map(|moment| check::moment("reopenedAt", moment, tx.at)).transpose()?;
    in_order(Some(opened_at), reopened_at, resolved_at)?;
    let incident = Model {
        organization_id: tx.organization(),
        id: IncidentId::new(),
        product_id: product,
        title: check::line("title", &item.title, TITLE_LENGTH)?,
        description: check::text("description", item.description.as_deref())?,
        severity: severity(item.severity)?,
        opened_at,
        opened_on: day(&dimensions, product, opened_at)?,
        resolved_at,
        resolved_on: resolved_at.map(|moment| day(&dimensions, product, moment)).transpose()?,
        affected_customers: affected(item.affected_customers)?,
        linked_customers: customers.len() as i64,
        source: check::line("source", item.source.as_deref().unwrap_or(source), 64)?,
        external_id: check::optional_line("externalId", item.external_id.as_deref(), check::NAME_LENGTH)?,
        reopened_at: None,
        reopened_on: None,
        opened_by: tx.actor(),
        reopened_by: None,
        resolved_by: resolved_at.and_then(|_| tx.actor()),
        created_at: tx.at,
        updated_at: tx.at,
        revision: 1,
        source_updated_at: stamp.updated_at,
        sent: Some(stamp.sent),
    };
    Ok(Checked { incident, features, customers, release: release.map(|release| release.id) })
}
