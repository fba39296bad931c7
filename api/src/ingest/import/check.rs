//! What is wrong with the settings of an import, or worth a warning, before the first row.

use ballroom_files::{Columns, Kind, Mapping, Plan, Target};

use super::{Create, submit::described};
use crate::{base::error::Error, store::Dimensions};

/// All warnings about a plan.
pub(super) fn warnings(plan: &Plan) -> impl Iterator<Item = String> {
    let said = plan.notes.iter().cloned();
    said.chain(unrated(&plan.mapping)).chain(unread(&plan.mapping, &plan.columns))
}

/// The warning about a file without ratings: the column may have another name.
fn unrated(mapping: &Mapping) -> Option<String> {
    (mapping.kind() == Kind::Feedback && !mapping.has(Target::Rating) && !mapping.has_measures()).then(|| {
        "no column is read as `rating`, so all responses are stored without a rating and not counted in scores; if the file has \
         ratings, name their column and their scale (--map rating=COLUMN --scale SCALE)"
            .to_owned()
    })
}

/// The warnings about columns that are not read: a name may be mistyped.
fn unread(mapping: &Mapping, columns: &Columns) -> Vec<String> {
    let unread = mapping.unread(columns);
    let mut said: Vec<String> = unread
        .iter()
        .filter_map(|(name, meant)| {
            let meant = meant.as_ref()?.name();
            Some(format!("column `{name}` is not read; did you mean `{meant}` (--map {meant}={name})?"))
        })
        .collect();
    let others: Vec<String> =
        unread.iter().filter(|(_, meant)| meant.is_none()).map(|(name, _)| format!("`{name}`")).collect();
    match others.as_slice() {
        [] => (),
        [one] => said.push(format!("column {one} is not read")),
        some => said.push(format!("columns not read: {}", some.join(", "))),
    }
    said
}

/// Checks the constants before the first row: one typing error should not reject a million rows.
pub(super) fn check_settings(
    mapping: &Mapping,
    create: Create,
    dimensions: &Dimensions,
) -> anyhow::Result<()> {
    let said = |target: Target, error: Error| {
        anyhow::anyhow!("--set {}: {}", target.name(), described(error, create).1)
    };
    for scale in mapping.named_scales() {
        dimensions.scale("scale", scale).map_err(|error| {
            let mut known: Vec<&str> = dimensions.scales.values().map(|scale| scale.key.as_str()).collect();
            known.sort_unstable();
            let known = known.join(", ");
            anyhow::anyhow!(
                "--scale: {}; use one of {known}, or create a scale with createScale",
                described(error, create).1
            )
        })?;
    }
    if let Some(segment) = mapping.constant(Target::Segment).filter(|_| !create.segments) {
        dimensions.segment("segment", segment).map_err(|error| said(Target::Segment, error))?;
    }
    let Some(product) = mapping.constant(Target::Product) else { return Ok(()) };
    let product = match dimensions.product("product", product) {
        Ok(product) => product.id,
        Err(_) if create.products => return Ok(()),
        Err(error) => return Err(said(Target::Product, error)),
    };
    if let Some(feature) = mapping.constant(Target::Feature).filter(|_| !create.features) {
        dimensions.feature(product, "feature", feature).map_err(|error| said(Target::Feature, error))?;
    }
    if let Some(release) = mapping.constant(Target::Release).filter(|_| !create.releases) {
        dimensions.release(product, "release", release).map_err(|error| said(Target::Release, error))?;
    }
    Ok(())
}
