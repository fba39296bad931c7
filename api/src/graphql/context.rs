//! What resolvers get from their context, and what they do with optional inputs.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::{Context, MaybeUndefined};
use chrono::{DateTime, Utc};

use super::{Services, fault::Fault, load};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::{Acknowledge, Administer, Contribute, Manage, Operate, Read, Report, Ship, Submit, Viewer},
        check,
        privacy::MinGroup,
    },
    score::coarse::Coarse,
    store::{Dimensions, Store},
};

/// The time of a request: the same for all its resolvers.
pub(super) struct Now(pub(super) DateTime<Utc>);

/// The data that resolvers get from their context.
pub(super) trait ContextExt {
    fn services(&self) -> &Services;
    fn store(&self) -> &Store;
    fn viewer(&self) -> &Viewer;
    fn now(&self) -> DateTime<Utc>;
    fn load(&self) -> &load::Loads;
    fn is_inside(&self) -> Result<(), Fault>;
    fn reads(&self) -> Result<Read, Fault>;
    fn reports(&self) -> Result<Report, Fault>;
    fn submits(&self) -> Result<Submit, Fault>;
    fn ships(&self) -> Result<Ship, Fault>;
    fn acknowledges(&self) -> Result<Acknowledge, Fault>;
    fn contributes(&self) -> Result<Contribute, Fault>;
    fn manages(&self) -> Result<Manage, Fault>;
    fn administers(&self) -> Result<Administer, Fault>;
    fn operates(&self) -> Result<Operate, Fault>;
}

impl ContextExt for Context<'_> {
    fn services(&self) -> &Services {
        self.data_unchecked()
    }

    fn store(&self) -> &Store {
        &self.services().store
    }

    fn viewer(&self) -> &Viewer {
        self.data_unchecked()
    }

    fn now(&self) -> DateTime<Utc> {
        self.data_unchecked::<Now>().0
    }

    fn load(&self) -> &load::Loads {
        self.data_unchecked()
    }

    fn is_inside(&self) -> Result<(), Fault> {
        Ok(self.viewer().is_inside()?)
    }

    fn reads(&self) -> Result<Read, Fault> {
        Ok(self.viewer().reads()?)
    }

    fn reports(&self) -> Result<Report, Fault> {
        Ok(self.viewer().reports()?)
    }

    fn submits(&self) -> Result<Submit, Fault> {
        Ok(self.viewer().submits()?)
    }

    fn ships(&self) -> Result<Ship, Fault> {
        Ok(self.viewer().ships()?)
    }

    fn acknowledges(&self) -> Result<Acknowledge, Fault> {
        Ok(self.viewer().acknowledges()?)
    }

    fn contributes(&self) -> Result<Contribute, Fault> {
        Ok(self.viewer().contributes()?)
    }

    fn manages(&self) -> Result<Manage, Fault> {
        Ok(self.viewer().manages()?)
    }

    fn administers(&self) -> Result<Administer, Fault> {
        Ok(self.viewer().administers()?)
    }

    fn operates(&self) -> Result<Operate, Fault> {
        Ok(self.viewer().operates()?)
    }
}

/// From which number of customers on a group is shown to the caller; none: the caller may see single responses.
pub(super) async fn only_groups(ctx: &Context<'_>) -> Result<Option<MinGroup>, Fault> {
    let loaded = ctx.load().load_one(load::OnlyGroups).await?;
    Ok(loaded.ok_or_else(|| Error::internal("the rights were not loaded", "no loader found them"))?)
}

/// How scores are made coarse for a caller who may not see single responses; none: they are not.
pub(super) async fn coarse<'a>(ctx: &'a Context<'_>) -> Result<Option<Coarse<'a>>, Fault> {
    let by = ctx.reports()?;
    Ok(only_groups(ctx).await?.map(|group| Coarse { store: ctx.store(), by, group }))
}

/// The organization's dimensions, loaded once per request.
pub(super) async fn dimensions(ctx: &Context<'_>) -> Result<Arc<Dimensions>, Fault> {
    let loaded = ctx.load().load_one(load::AllDimensions).await?;
    Ok(loaded.ok_or_else(|| Error::internal("the dimensions were not loaded", "no loader found it"))?)
}

/// The row that another row refers to by ID, from recently checked dimensions: only another process can have changed the
/// names since.
pub(super) async fn row<I: PublicId + Copy + Eq + Hash, M: Clone>(
    ctx: &Context<'_>,
    id: I,
    rows: fn(&Dimensions) -> &HashMap<I, M>,
) -> Result<M, Fault> {
    let recent = ctx.store().recent_dimensions(ctx.viewer().organization());
    if let Some(row) = recent.and_then(|recent| rows(&recent).get(&id).cloned()) {
        return Ok(row);
    }
    let found = rows(&*dimensions(ctx).await?).get(&id).cloned();
    found.ok_or_else(|| gone(I::NOUN, id))
}

/// The error for a row that refers to a missing object.
pub(super) fn gone(noun: &'static str, id: impl PublicId) -> Fault {
    Error::not_found(noun, noun, id.public()).into()
}

/// Undefined: unchanged. A value: set. Null is an error, because the field is required.
pub(super) fn kept<T>(field: &str, given: MaybeUndefined<T>) -> Result<Option<T>, Fault> {
    match given {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Value(value) => Ok(Some(value)),
        MaybeUndefined::Null => {
            Err(Fault::invalid(field, "cannot be null; omit the field to keep it unchanged"))
        }
    }
}

/// Undefined: unchanged. Null: removed. A value: set.
pub(super) fn given<T>(field: MaybeUndefined<T>) -> Option<Option<T>> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// Validates the number of items of a batch: at least one, and at most the maximum.
pub(super) fn batch(field: &str, items: usize) -> Result<(), Fault> {
    Ok(check::batch(field, items)?)
}
