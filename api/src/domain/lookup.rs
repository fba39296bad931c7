//! Lookup of a single row by a reference that should be unique.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use crate::{
    base::{error::Error, text},
    store::Store,
};

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
