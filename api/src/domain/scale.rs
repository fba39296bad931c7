//! Scales: the standard ones, and those that an organization creates.

mod list;

use ballroom_entity::{
    id::{OrganizationId, ScaleId},
    scale::{ActiveModel, Model, ScaleKind},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, Set};

pub use list::{ScaleFilter, ScaleSort, Scales};

use super::{access::Manage, check, sent::Outcome};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::Event,
};

/// A standard scale, which every organization has.
pub struct StandardScale {
    key: &'static str,
    name: &'static str,
    kind: ScaleKind,
    min: f64,
    max: f64,
}

/// The standard scales.
pub const STANDARD: [StandardScale; 6] = [
    StandardScale {
        key: "csat",
        name: "Customer satisfaction (1-5)",
        kind: ScaleKind::Csat,
        min: 1.0,
        max: 5.0,
    },
    StandardScale {
        key: "nps",
        name: "Net promoter score (0-10)",
        kind: ScaleKind::Nps,
        min: 0.0,
        max: 10.0,
    },
    StandardScale {
        key: "ces",
        name: "Customer effort score (1-7, 7 is easy)",
        kind: ScaleKind::Ces,
        min: 1.0,
        max: 7.0,
    },
    StandardScale { key: "stars", name: "Stars (1-5)", kind: ScaleKind::Stars, min: 1.0, max: 5.0 },
    StandardScale { key: "stars10", name: "Stars (1-10)", kind: ScaleKind::Stars, min: 1.0, max: 10.0 },
    StandardScale {
        key: "thumbs",
        name: "Thumbs (0 down, 1 up)",
        kind: ScaleKind::Thumbs,
        min: 0.0,
        max: 1.0,
    },
];

/// Maximum number of levels of a scale, as supported by the scores: 0 to 100 by tenths.
const MAX_LEVELS: f64 = 1_001.0;

impl StandardScale {
    pub(super) fn row(&self, organization: OrganizationId, at: DateTime<Utc>) -> ActiveModel {
        ActiveModel {
            organization_id: Set(organization),
            id: Set(ScaleId::new()),
            key: Set(self.key.to_owned()),
            name: Set(self.name.to_owned()),
            kind: Set(self.kind),
            min: Set(self.min),
            max: Set(self.max),
            step: Set(1.0),
            higher_is_better: Set(true),
            created_at: Set(at),
        }
    }
}

/// A scale to make.
#[derive(Clone, Debug)]
pub struct NewScale {
    /// Its key.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Which standard figure belongs to it.
    pub kind: ScaleKind,
    /// The lowest rating.
    pub min: f64,
    /// The highest rating.
    pub max: f64,
    /// The distance between two ratings.
    pub step: f64,
    /// Whether `max` is best.
    pub higher_is_better: bool,
}

/// Creates a scale, or returns the existing one if it is equal; scales cannot be changed.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewScale,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let key = check::key("key", &new.key)?;
    let name = check::name("name", &new.name)?;
    for (field, value) in [("min", new.min), ("max", new.max), ("step", new.step)] {
        if !value.is_finite() {
            return Err(Error::invalid(field, "must be a finite number"));
        }
    }
    if new.max <= new.min {
        return Err(Error::invalid(
            "max",
            format!("is {}; it must be greater than min ({})", new.max, new.min),
        ));
    }
    if new.step <= 0.0 {
        return Err(Error::invalid("step", format!("is {}; it must be greater than 0", new.step)));
    }
    let levels = (new.max - new.min) / new.step + 1.0;
    if (levels - levels.round()).abs() > 1e-9 {
        return Err(Error::invalid(
            "step",
            format!("is {}; it must divide the range from min to max", new.step),
        ));
    }
    let levels = levels.round();
    if !(2.0..=MAX_LEVELS).contains(&levels) {
        return Err(Error::invalid(
            "step",
            format!("gives {levels:.0} levels; a scale has 2 to {MAX_LEVELS:.0}"),
        ));
    }
    let fixed = match new.kind {
        ScaleKind::Csat => Some((1.0, 5.0, 5.0)),
        ScaleKind::Nps => Some((0.0, 10.0, 11.0)),
        ScaleKind::Thumbs => Some((0.0, 1.0, 2.0)),
        ScaleKind::Ces | ScaleKind::Stars | ScaleKind::Custom => None,
    };
    if fixed.is_some_and(|fixed| fixed != (new.min, new.max, levels)) {
        return Err(Error::invalid(
            "kind",
            "does not match the range: CSAT is 1 to 5, NPS 0 to 10, THUMBS 0 to 1, all by 1; use CUSTOM for others",
        ));
    }
    let mut tx = store.begin(by.organization(), at).await?;
    if let Ok(there) = tx.dimensions().scale("key", &key) {
        let same = (there.kind, there.min, there.max, there.step, there.higher_is_better)
            == (new.kind, new.min, new.max, new.step, new.higher_is_better);
        return if same {
            Ok((there.clone(), Outcome::Unchanged))
        } else {
            Err(Error::conflict(
                "key",
                format!(
                    "there is already another scale \"{key}\", and scales cannot be changed; choose another key"
                ),
            ))
        };
    }
    let row = ActiveModel {
        organization_id: Set(by.organization()),
        id: Set(ScaleId::new()),
        key: Set(key),
        name: Set(name),
        kind: Set(new.kind),
        min: Set(new.min),
        max: Set(new.max),
        step: Set(new.step),
        higher_is_better: Set(new.higher_is_better),
        created_at: Set(at),
    };
    let row = row.insert(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ScaleCreated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Created))
}

/// The level of a rating: the number of steps above the minimum of the scale.
pub fn level(scale: &Model, rating: f64) -> Result<i32, Error> {
    let level = (rating - scale.min) / scale.step;
    let in_range = rating >= scale.min && rating <= scale.max;
    if !in_range {
        let reason = format!(
            "is {rating:?}; on the scale \"{}\" it must be between {} and {}",
            scale.key, scale.min, scale.max
        );
        return Err(Error::invalid("rating", reason));
    }
    if (level - level.round()).abs() > 1e-6 {
        let reason = format!(
            "is {rating}; the scale \"{}\" has steps of {} from {}",
            scale.key, scale.step, scale.min
        );
        return Err(Error::invalid("rating", reason));
    }
    Ok(level.round() as i32)
}

/// The number of levels of a scale.
pub fn levels(scale: &Model) -> usize {
    ((scale.max - scale.min) / scale.step).round() as usize + 1
}

/// The rating of a level, with as many decimals as the scale: 0.3 reads back as it was sent, not as the nearest number that
/// 3 times 0.1 is.
pub fn rating(scale: &Model, level: i32) -> f64 {
    let rating = scale.min + f64::from(level) * scale.step;
    let decimals = decimals(scale.min).max(decimals(scale.step));
    match decimals {
        0 => rating,
        // Without the sign of a zero.
        _ => format!("{rating:.decimals$}").parse().unwrap_or(rating) + 0.0,
    }
}

/// The number of decimals of a number as it is written.
fn decimals(number: f64) -> usize {
    if number.fract() == 0.0 {
        return 0;
    }
    number.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

#[cfg(test)]
mod tests {
    use ballroom_entity::{
        id::{OrganizationId, ScaleId},
        scale::ScaleKind,
    };

    use super::*;

    #[test]
    fn a_rating_reads_back_as_it_was_sent() {
        let numbers = [
            (0.0, 1.0, 0.1),
            (0.1, 0.7, 0.2),
            (0.0, 1e-6, 1e-9),
            (-0.3, 0.3, 0.1),
            (-0.9, 0.9, 0.3),
            (1.0, 5.0, 0.5),
            (0.0, 10.0, 1.0),
        ];
        for (min, max, step) in numbers {
            let scale = Model {
                organization_id: OrganizationId::NONE,
                id: ScaleId::new(),
                key: "scale".to_owned(),
                name: "Scale".to_owned(),
                kind: ScaleKind::Custom,
                min,
                max,
                step,
                higher_is_better: true,
                created_at: chrono::DateTime::UNIX_EPOCH,
            };
            for at in 0..levels(&scale) as i32 {
                let sent = rating(&scale, at);
                assert_eq!(level(&scale, sent).unwrap(), at, "{sent} on {min} to {max}");
                assert!(sent != 0.0 || sent.is_sign_positive(), "{sent:?}");
                assert!(sent.to_string().len() <= 12, "{sent} on {min} to {max} by {step}");
            }
        }
    }
}
