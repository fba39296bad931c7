//! References to a single object: by exactly one of the arguments of a lookup, or by the reference of an input.

use async_graphql::{Context, ID};
use ballroom_entity::id::{CustomerId, FeatureId, ProductId, ReleaseId, TeamId};

use super::{
    ContextExt,
    fault::Fault,
    scalar::{Date, Reference, parse},
};
use crate::{
    base::{
        error::Error,
        reference::{PublicId, looks_like_an_id},
    },
    domain::customer,
};

/// The kind of a lookup's argument.
#[derive(Debug)]
pub(super) enum By {
    /// The ID or the name.
    Reference(Reference),
    /// The ID.
    Id(ID),
    /// The name: a key, a version, an email address, an external ID.
    Name(String),
    /// A day of the object.
    Day(Date),
}

/// The one argument of a lookup that is given, with its name.
pub(super) fn one<const N: usize>(
    arguments: [(&'static str, Option<By>); N],
) -> Result<(&'static str, By), Fault> {
    let names = arguments.each_ref().map(|(name, _)| *name);
    let mut given = arguments.into_iter().filter_map(|(name, by)| Some((name, by?)));
    match (given.next(), given.next()) {
        (Some(only), None) => Ok(only),
        (_, second) => {
            let found = if second.is_some() { "several were given" } else { "none was given" };
            Err(Fault::invalid(names[0], &format!("{found}; send exactly one of {}", names.join(", "))))
        }
    }
}

impl By {
    /// The text by which the domain finds the object. A name is never interpreted as an ID.
    pub(super) fn text<I: PublicId>(self, argument: &'static str) -> Result<String, Fault> {
        match self {
            Self::Reference(given) => Ok(reference::<I>(argument, &given)?.to_owned()),
            Self::Id(id) => Ok(parse::<I>(argument, &id)?.public()),
            Self::Name(name) if I::parse(name.trim()).is_some() => {
                Err(Error::not_found(argument, I::NOUN, name).into())
            }
            Self::Name(name) => Ok(name),
            Self::Day(day) => Ok(day.0.to_string()),
        }
    }
}

/// The text of a reference. The ID of another noun is not a name of this one.
fn reference<'a, I: PublicId>(argument: &str, given: &'a Reference) -> Result<&'a str, Fault> {
    if looks_like_an_id(given.0.trim()) {
        parse::<I>(argument, given.0.trim())?;
    }
    Ok(&given.0)
}

/// The three standard arguments of a lookup: `<noun>` (a reference), `id`, and the field that contains the name.
pub(super) fn named<I: PublicId>(
    reference: Option<Reference>,
    id: Option<ID>,
    (field, name): (&'static str, Option<String>),
) -> Result<(&'static str, String), Fault> {
    let arguments =
        [(I::NOUN, reference.map(By::Reference)), ("id", id.map(By::Id)), (field, name.map(By::Name))];
    let (argument, by) = one(arguments)?;
    Ok((argument, by.text::<I>(argument)?))
}

/// The feature of an input: by ID, or by key in the product, or in the only product that has it.
pub(super) async fn feature(
    ctx: &Context<'_>,
    feature: &Reference,
    product: Option<&Reference>,
) -> Result<FeatureId, Fault> {
    // Without the loaders: their cached row would be shown after the feature has changed.
    let dimensions = ctx.store().dimensions(ctx.viewer().organization()).await?;
    let product = product.map(|product| dimensions.product("product", &product.0)).transpose()?;
    let feature = reference::<FeatureId>("feature", feature)?;
    Ok(dimensions.feature_in(product.map(|product| product.id), "feature", feature)?.id)
}

/// The release of an input: by ID, or by version in the product, or in the only product that has it.
pub(super) async fn release(
    ctx: &Context<'_>,
    release: &Reference,
    product: Option<&Reference>,
) -> Result<ReleaseId, Fault> {
    let dimensions = ctx.store().dimensions(ctx.viewer().organization()).await?;
    let product = product.map(|product| dimensions.product("product", &product.0)).transpose()?;
    let release = reference::<ReleaseId>("release", release)?;
    Ok(dimensions.release_in(product.map(|product| product.id), "release", release)?.id)
}

/// The product of a filter.
pub(super) async fn product(
    ctx: &Context<'_>,
    argument: &str,
    product: Option<&Reference>,
) -> Result<Option<ProductId>, Fault> {
    let Some(product) = product else { return Ok(None) };
    Ok(Some(super::dimensions(ctx).await?.product(argument, &product.0)?.id))
}

/// The team of a filter.
pub(super) async fn team(
    ctx: &Context<'_>,
    argument: &str,
    team: Option<&Reference>,
) -> Result<Option<TeamId>, Fault> {
    let Some(team) = team else { return Ok(None) };
    Ok(Some(super::dimensions(ctx).await?.team(argument, &team.0)?.id))
}

/// The customer of a filter. An ID is not looked up: rows of a customer that the caller may not see are not returned
/// anyway.
pub(super) async fn customer(
    ctx: &Context<'_>,
    argument: &str,
    customer: &Reference,
) -> Result<CustomerId, Fault> {
    match CustomerId::parse(customer.0.trim()) {
        Some(id) => Ok(id),
        None => Ok(customer::find(ctx.store(), ctx.reads()?, (argument, &customer.0)).await?.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(
        reference: Option<&str>,
        id: Option<&str>,
        key: Option<&str>,
    ) -> Result<(&'static str, String), String> {
        let reference = reference.map(|text| Reference(text.to_owned()));
        let found = named::<ProductId>(reference, id.map(ID::from), ("key", key.map(str::to_owned)));
        found.map_err(|fault| async_graphql::Error::from(fault).message)
    }

    #[test]
    fn exactly_one_argument_names_the_object() {
        let id = ProductId::new().public();
        assert_eq!(product(Some("shop"), None, None), Ok(("product", "shop".to_owned())));
        assert_eq!(product(None, Some(&id), None), Ok(("id", id.clone())));
        assert_eq!(product(None, None, Some("shop")), Ok(("key", "shop".to_owned())));
        let none = product(None, None, None).unwrap_err();
        assert_eq!(none, "product: none was given; send exactly one of product, id, key");
        let both = product(Some("shop"), None, Some("shop")).unwrap_err();
        assert_eq!(both, "product: several were given; send exactly one of product, id, key");
    }

    #[test]
    fn an_id_is_no_key_and_a_key_is_no_id() {
        let id = ProductId::new().public();
        assert!(product(None, Some("shop"), None).unwrap_err().starts_with("id: \"shop\" is not an ID"));
        assert!(product(None, None, Some(&id)).unwrap_err().starts_with("key: there is no product"));
        let feature = FeatureId::new().public();
        let other = product(Some(&feature), None, None).unwrap_err();
        assert!(other.starts_with(&format!("product: \"{feature}\" is not an ID of a product")), "{other}");
    }
}
