//! Is this customer affected?

use async_graphql::{Context, Description, Enum, Object};

use super::{
    ContextExt,
    announcement::Announcement,
    customer::Customer,
    fault::Fault,
    feature::{self, Feature},
    incident::Incident,
    known_error::KnownErrorEffect,
    product::{self, Product},
    release::{self, Release},
    scalar::{Date, Reference},
};
use crate::domain::{
    customer,
    situation::{self as domain, Installed, Used},
};

/// Why a customer is assumed to use a feature.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::Use")]
enum FeatureUseBasis {
    /// The customer responded about it in the last 180 days.
    Responded,
    /// An incident of it affected the customer.
    HadIncident,
    /// Customers of the same segment used it in the last 30 days: exposure is recorded by segment.
    SegmentUsed,
}

/// A feature that a customer uses.
#[derive(Description)]
struct CustomerFeature(Used);

#[Object(use_type_description)]
impl CustomerFeature {
    /// The feature.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Feature, Fault> {
        feature::of(ctx, self.0.feature).await
    }

    /// Why the customer is assumed to use it.
    async fn basis(&self) -> FeatureUseBasis {
        self.0.reason.into()
    }

    /// Last day on which that was seen.
    async fn last_used_on(&self) -> Date {
        self.0.last_on.into()
    }
}

/// The release of a product that a customer has.
#[derive(Description)]
struct CustomerRelease(Installed);

#[Object(use_type_description)]
impl CustomerRelease {
    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product).await
    }

    /// The release; null: the product has none.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Whether the customer's last response that named a release named this one. Else it is the newest one that customers have.
    async fn is_named(&self) -> bool {
        self.0.named
    }
}

/// An open incident that concerns a customer.
#[derive(Description)]
struct CustomerIncident {
    row: ballroom_entity::incident::Model,
    linked: bool,
}

#[Object(use_type_description)]
impl CustomerIncident {
    /// The incident.
    async fn incident(&self) -> Incident {
        Incident(self.row.clone())
    }

    /// Whether the customer is known to be affected. Else the incident is of a feature that the customer uses.
    async fn is_known_to_affect(&self) -> bool {
        self.linked
    }
}

/// What support needs to know about a customer: the features in use, open incidents, known errors and upcoming changes.
#[derive(Description)]
pub(super) struct CustomerSituation {
    customer: ballroom_entity::customer::Model,
    found: domain::Situation,
}

#[Object(use_type_description)]
impl CustomerSituation {
    /// The customer, whose past responses are `customer { feedback }`.
    async fn customer(&self) -> Customer {
        Customer(self.customer.clone())
    }

    /// Whether an open incident is known to affect the customer, or the customer's release has a known error of a feature that the
    /// customer uses.
    async fn is_affected(&self) -> bool {
        self.found.is_affected()
    }

    /// Features that the customer uses, the most certain first.
    async fn features(&self) -> Vec<CustomerFeature> {
        self.found.features.iter().copied().map(CustomerFeature).collect()
    }

    /// Releases that the customer has, by product.
    async fn releases(&self) -> Vec<CustomerRelease> {
        self.found.releases.iter().copied().map(CustomerRelease).collect()
    }

    /// Open incidents, at most 100: those that are known to affect the customer first, then by severity.
    async fn open_incidents(&self) -> Vec<CustomerIncident> {
        let of = |(row, linked): &(_, _)| CustomerIncident { row: Clone::clone(row), linked: *linked };
        self.found.incidents.iter().map(of).collect()
    }

    /// Known errors that the customer's releases have, of features that the customer uses or of products as a whole, at most 100.
    async fn known_errors(&self) -> Vec<KnownErrorEffect> {
        let of =
            |(row, release, impact): &(_, _, _)| KnownErrorEffect::new(Clone::clone(row), *release, *impact);
        self.found.known_errors.iter().map(of).collect()
    }

    /// Published announcements of changes that concern the customer: upcoming ones, and those of the last 7 days; the
    /// earliest first.
    async fn announcements(&self) -> Vec<Announcement> {
        self.found.announcements.iter().cloned().map(Announcement).collect()
    }
}

#[derive(Default)]
pub(super) struct SituationQuery;

#[Object]
impl SituationQuery {
    /// Whether a customer is affected by anything: one query for support. Not for customers.
    async fn customer_situation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of the customer.")] customer: Reference,
        #[graphql(desc = "ID or key of a product: only what concerns it; all products by default.")] product: Option<Reference>,
    ) -> Result<CustomerSituation, Fault> {
        ctx.is_inside()?;
        let by = ctx.reads()?;
        let product = super::lookup::product(ctx, "product", product.as_ref()).await?;
        let customer = customer::find(ctx.store(), by, ("customer", &customer.0)).await?;
        let found = domain::situation(ctx.store(), by, &customer, product, ctx.now()).await?;
        Ok(CustomerSituation { customer, found })
    }
}
