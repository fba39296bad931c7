//! Figures as they were before an import that is undone.

use ballroom_entity::{exposure::Entity, import_exposure};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::key;
use crate::{
    base::error::Error,
    transaction::{Event, Total, Transaction},
};

/// Gives figures the values that they had, unless they were changed since; those that were not there are removed. Returns the
/// number of figures that are other ones now.
pub(crate) async fn restore_in(
    tx: &mut Transaction,
    figures: &[import_exposure::Model],
) -> Result<u64, Error> {
    let mut restored = 0;
    for figure in figures {
        let id = (
            tx.organization(),
            figure.product_id,
            figure.feature_id,
            figure.segment_id,
            figure.day,
            figure.source.clone(),
        );
        let there = Entity::find_by_id(id).one(tx.db()).await?;
        let Some(row) = there.filter(|row| row.active_customers == figure.after) else { continue };
        tx.counts.exposure(key(&row), figure.before.unwrap_or(0) - figure.after);
        let mut row = row.into_active_model();
        match figure.before {
            Some(before) => {
                row.active_customers = Set(before);
                row.updated_at = Set(Some(tx.at));
                row.update(tx.db()).await?;
            }
            None => {
                row.delete(tx.db()).await?;
            }
        }
        restored += 1;
    }
    if restored > 0 {
        tx.emit(Event::ExposureRecorded(Total(restored)));
    }
    Ok(restored)
}
