//! Lookup of rows: by their IDs, by a reference that should be unique, and by the references in a filter.

use std::{collections::HashMap, hash::Hash};

use ballroom_entity::{id::*, release::ReleaseLifecycle, scale};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use super::access::Viewer;
use crate::{
    base::{error::Error, reference::PublicId, text},
    store::{Dimensions, Store, is_any},
};

/// An ID by which rows are read together.
pub trait ById: Copy + Eq + Hash + Send + Sync + 'static {
    /// The row.
    type Row: Clone + Send + Sync + 'static;

    /// The rows that exist.
    fn rows(
        store: &Store,
        organization: OrganizationId,
        ids: &[Self],
    ) -> impl Future<Output = Result<HashMap<Self, Self::Row>, Error>> + Send;
}

macro_rules! by_id {
    ($($id:ident $noun:literal [$($table:ident)?] [$($node:tt)*];)*) => {$($(
        impl ById for $id {
            type Row = ballroom_entity::$table::Model;

            async fn rows(
                store: &Store,
                organization: OrganizationId,
                ids: &[Self],
            ) -> Result<HashMap<Self, Self::Row>, Error> {
                use ballroom_entity::$table::{Column, Entity};

                let rows = Entity::owned_by(organization)
                    .filter(is_any(store.reader(), Column::Id, ids.iter().copied()))
                    .all(store.reader())
                    .await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )?)*};
}

ballroom_entity::nouns!(by_id);

/// The only row of those found. `field` is the name of the caller's argument, `what` the argument that would distinguish
/// several rows.
pub(super) fn only<M>(
    mut found: Vec<M>,
    (field, noun, reference): (&str, &'static str, &str),
    what: &str,
) -> Result<M, Error> {
    match (found.pop(), found.pop()) {
        (Some(row), None) => Ok(row),
        (None, _) => Err(Error::not_found(field, noun, reference)),
        (Some(_), Some(_)) => {
            Err(Error::invalid(field, format!("\"{reference}\" is ambiguous; send {what} too, or the ID")))
        }
    }
}

/// The row with this external ID: of this source, or of the only source that has it.
pub(super) async fn by_external_id<E: EntityTrait>(
    store: &Store,
    rows: Select<E>,
    (source, external): (E::Column, E::Column),
    noun: &'static str,
    (external_id, from): (&str, Option<&str>),
) -> Result<E::Model, Error>
where
    E::Model: Send + Sync,
{
    let sources = match from {
        Some(from) => text::forms(from),
        None => sources(store, &rows, (source, external)).await?,
    };
    let found = rows
        .filter(source.is_in(sources))
        .filter(external.is_in(text::forms(external_id)))
        .limit(2)
        .all(store.reader())
        .await?;
    only(found, ("externalId", noun, external_id), "the source")
}

/// The sources of rows with an external ID. The index of external IDs begins with the source: each is found by one step
/// in it, however many rows there are.
async fn sources<E: EntityTrait>(
    store: &Store,
    rows: &Select<E>,
    (source, external): (E::Column, E::Column),
) -> Result<Vec<String>, Error> {
    let mut sources: Vec<String> = Vec::new();
    loop {
        let next = rows
            .clone()
            .filter(external.is_not_null())
            .apply_if(sources.last(), |query, last| query.filter(source.gt(last)))
            .select_only()
            .column(source)
            .order_by_asc(source)
            .limit(1)
            .into_tuple()
            .one(store.reader())
            .await?;
        match next {
            Some(next) => sources.push(next),
            None => return Ok(sources),
        }
    }
}

/// References in the filter of a list. A filter must not reveal what the rows themselves do not show.
#[derive(Clone, Copy)]
pub struct References<'a> {
    /// What the organization has.
    pub dimensions: &'a Dimensions,
    /// The caller.
    pub viewer: &'a Viewer,
    /// The product of the list, or of the filter, which keys and versions are unique in.
    pub product: Option<ProductId>,
}

impl References<'_> {
    /// The product of the filter.
    pub fn product(&self, given: Option<&str>) -> Result<Option<ProductId>, Error> {
        let found = given.map(|product| self.dimensions.product("filter.product", product)).transpose()?;
        Ok(found.map(|product| product.id))
    }

    /// The same references, in this product unless the list is of one.
    pub fn within(self, product: Option<ProductId>) -> Self {
        Self { product: self.product.or(product), ..self }
    }

    /// The feature of the filter.
    pub fn feature(&self, given: Option<&str>) -> Result<Option<FeatureId>, Error> {
        let find = |feature| self.dimensions.feature_in(self.product, "filter.feature", feature);
        Ok(given.map(find).transpose()?.map(|feature| feature.id))
    }

    /// The release of the filter. Planned releases are hidden from customers.
    pub fn release(&self, given: Option<&str>) -> Result<Option<ReleaseId>, Error> {
        let Some(given) = given else { return Ok(None) };
        let found = self.dimensions.release_in(self.product, "filter.release", given);
        if self.viewer.is_inside().is_ok() {
            return Ok(Some(found?.id));
        }
        match found {
            Ok(row) if row.lifecycle != ReleaseLifecycle::Planned => Ok(Some(row.id)),
            _ => Err(Error::not_found("filter.release", ReleaseId::NOUN, given)),
        }
    }

    /// The segment of the filter. Segments are hidden from customers.
    pub fn segment(&self, given: Option<&str>) -> Result<Option<SegmentId>, Error> {
        let Some(given) = given else { return Ok(None) };
        self.viewer.is_inside()?;
        Ok(Some(self.dimensions.segment("filter.segment", given)?.id))
    }

    /// The scale of the filter.
    pub fn scale(&self, given: Option<&str>) -> Result<Option<&scale::Model>, Error> {
        given.map(|scale| self.dimensions.scale("filter.scale", scale)).transpose()
    }
}
