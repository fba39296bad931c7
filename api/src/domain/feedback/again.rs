//! Anonymous responses that may have been stored before: equal anonymous responses cannot be distinguished.

use std::collections::HashMap;

use ballroom_entity::{
    feedback::{Column, Entity, Model},
    id::{FeatureId, ProductId, ReleaseId, ScaleId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{base::error::Error, transaction::Transaction};

/// The content of an anonymous response.
#[derive(PartialEq, Eq, Hash)]
struct Content {
    product: ProductId,
    feature: Option<FeatureId>,
    release: Option<ReleaseId>,
    scale: Option<ScaleId>,
    level: Option<i32>,
    at: DateTime<Utc>,
    comment: Option<String>,
}

impl Content {
    fn of(row: &Model) -> Self {
        Self {
            product: row.product_id,
            feature: row.feature_id,
            release: row.release_id,
            scale: row.scale_id,
            level: row.level,
            at: row.occurred_at,
            comment: row.comment.clone(),
        }
    }
}

/// The number of these anonymous responses that equal one received before a time.
pub(crate) async fn count_repeated(
    tx: &Transaction,
    rows: &[Model],
    moment: DateTime<Utc>,
) -> Result<u64, Error> {
    let mut moments: HashMap<(ProductId, Option<FeatureId>), Vec<DateTime<Utc>>> = HashMap::new();
    for row in rows {
        moments.entry((row.product_id, row.feature_id)).or_default().push(row.occurred_at);
    }
    let mut before: HashMap<Content, u64> = HashMap::new();
    for ((product, feature), mut moments) in moments {
        moments.sort_unstable();
        moments.dedup();
        let of_feature = match feature {
            Some(feature) => Column::FeatureId.eq(feature),
            None => Column::FeatureId.is_null(),
        };
        for some in moments.chunks(500) {
            let there = Entity::owned_by(tx.organization())
                .filter(Column::ProductId.eq(product))
                .filter(of_feature.clone())
                .filter(Column::OccurredAt.is_in(some.iter().copied()))
                .filter(Column::CustomerId.is_null())
                .filter(Column::ReceivedAt.lt(moment));
            for row in there.all(tx.db()).await? {
                *before.entry(Content::of(&row)).or_default() += 1;
            }
        }
    }
    let mut again = 0;
    for row in rows {
        if let Some(left) = before.get_mut(&Content::of(row)).filter(|left| **left > 0) {
            *left -= 1;
            again += 1;
        }
    }
    Ok(again)
}
