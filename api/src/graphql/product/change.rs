//! Products: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::Product;
use crate::{
    domain::{
        product::{self, NewProduct, ProductChanges},
        public_view,
        sent::Nulls,
    },
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::Reference,
    },
};

/// Input of `createProduct`.
#[derive(InputObject)]
struct CreateProductInput {
    /// Key, used in files and URLs; unique in the organization, at most 200 characters.
    key: String,
    /// Display name; the key by default.
    name: MaybeUndefined<String>,
    /// Description; null removes it.
    description: MaybeUndefined<String>,
    /// IANA time zone that defines its days; UTC by default. It cannot be changed later.
    time_zone: MaybeUndefined<String>,
    /// Environments in which a successful deployment ships a planned release; `production` by default. Empty:
    /// deployments ship nothing.
    ships_to: MaybeUndefined<Vec<String>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateProduct`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateProductInput {
    /// ID or key of the product.
    product: Reference,
    /// New display name.
    name: MaybeUndefined<String>,
    /// New description; null removes it.
    description: MaybeUndefined<String>,
    /// New environments in which a successful deployment ships a planned release. Empty: deployments ship nothing.
    ships_to: MaybeUndefined<Vec<String>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createProduct` and `updateProduct`.
    ProductPayload {
        /// The product.
        product: Product,
        /// Outcome of the submission; null after an update.
        outcome: Option<Outcome>,
        /// After a creation: products whose key differs only slightly, for example in case or spaces. Check that both
        /// are intended.
        alike: Vec<Product>,
    }
}

#[derive(Default)]
pub(crate) struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Creates a product, or updates the one with this key; the time zone cannot be changed.
    async fn create_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateProductInput,
    ) -> Result<ProductPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewProduct {
                key: input.key,
                name: nulls.note("name", given(input.name)),
                description: nulls.note("description", given(input.description)),
                time_zone: nulls.note("timeZone", given(input.time_zone)),
                ships_to: nulls.note("shipsTo", given(input.ships_to)),
                nulls,
            };
            let (product, outcome) = product::create(ctx.store(), ctx.manages()?, new, ctx.now()).await?;
            let dimensions = ctx.store().dimensions(product.organization_id).await?;
            let alike = outcome.alike(&product.key, dimensions.products.values(), |row| &row.key);
            let alike = alike.into_iter().map(Product).collect();
            Ok(ProductPayload::done(Product(product), Some(outcome.into()), alike))
        })
        .await
    }

    /// Changes a product.
    async fn update_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateProductInput,
    ) -> Result<ProductPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let changes = ProductChanges {
                name: kept("name", input.name)?,
                description: given(input.description),
                ships_to: kept("shipsTo", input.ships_to)?,
            };
            let product = product::update(ctx.store(), by, &input.product.0, changes, ctx.now()).await?;
            Ok(ProductPayload::done(Product(product), None, Vec::new()))
        })
        .await
    }
}

/// Input of `setPublicView`.
#[derive(InputObject)]
struct SetPublicViewInput {
    /// ID or key of the product.
    product: Reference,
    /// Whether its public view is switched on.
    is_public: bool,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `setPublicView`.
    SetPublicViewPayload {
        /// The product.
        product: Product,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct PublicViewMutation;

#[Object]
impl PublicViewMutation {
    /// Switches the public view of a product on or off: a page that everyone can read without an account, with its
    /// releases, public known errors and published articles, and nothing about individual customers.
    async fn set_public_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: SetPublicViewInput,
    ) -> Result<SetPublicViewPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let row =
                public_view::publish(ctx.store(), by, &input.product.0, input.is_public, ctx.now()).await?;
            Ok(SetPublicViewPayload::done(Product(row)))
        })
        .await
    }
}
