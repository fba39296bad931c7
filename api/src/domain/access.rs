//! Authority as a value: a function that needs a right demands its proof, and only a [`Viewer`] gives it.

use std::{net::IpAddr, sync::Arc};

use ballroom_entity::{
    api_token::{Role, Scope},
    id::{CustomerId, FeatureId, OrganizationId, ProductId},
};

use crate::base::{error::Error, right::Right};

/// What a publishable token is for: such a token stands in a page, and everybody has it.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// What its respondents and external ids belong to: those of another token are others.
    pub realm: String,
    /// The only product that it submits answers about; none: any.
    pub product: Option<ProductId>,
    /// The only features that it submits answers about; empty: any, and the product as a whole.
    pub features: Vec<FeatureId>,
    /// The origins whose pages may use it; empty: any, and whoever is no page.
    pub origins: Vec<String>,
}

/// Who calls.
#[derive(Clone, Debug)]
pub struct Viewer {
    organization: OrganizationId,
    role: Role,
    scope: Scope,
    /// The one whose answers and incidents are seen by a viewer with the role of a customer.
    customer: Option<CustomerId>,
    /// What the token is for, if it is a publishable one.
    publication: Option<Arc<Publication>>,
    /// From where the caller calls, as far as that is known.
    pub address: Option<IpAddr>,
    /// The source under which the caller's data is filed when it names none: the token's name.
    pub source: String,
}

impl Viewer {
    /// A caller whose token has been checked, or the operator at the command line.
    pub(crate) fn new(
        organization: OrganizationId,
        role: Role,
        scope: Scope,
        customer: Option<CustomerId>,
        source: impl Into<String>,
    ) -> Self {
        let source = source.into();
        let publication = (scope == Scope::Publishable)
            .then(|| Arc::new(Publication { realm: source.clone(), ..Publication::default() }));
        Self { organization, role, scope, customer, publication, address: None, source }
    }

    /// The same with what its token is for, if it is a publishable one.
    pub(crate) fn publishing(mut self, publication: Publication) -> Self {
        if self.publication.is_some() {
            self.publication = Some(Arc::new(publication));
        }
        self
    }

    /// What the caller's token is for, if it is a publishable one.
    pub fn publication(&self) -> Option<&Arc<Publication>> {
        self.publication.as_ref()
    }

    /// Whether the caller may come from a page of this origin, or from no page.
    pub fn may_come_from(&self, origin: Option<&str>) -> bool {
        let Some(publication) = self.publication.as_ref().filter(|one| !one.origins.is_empty()) else {
            return true;
        };
        origin.is_some_and(|origin| publication.origins.iter().any(|one| one.eq_ignore_ascii_case(origin)))
    }

    /// What the caller is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whose data it is. This is no proof of any right.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Whether the caller has a right.
    pub fn may(&self, right: Right) -> bool {
        right.of_role(self.role) && right.of_scope(self.scope)
    }

    /// May write something and read nothing: is told the outcome and the id of what it writes, and nothing else.
    pub fn only_writes(&self) -> bool {
        !self.may(Right::Report) && !self.may(Right::Read)
    }

    /// May see reports.
    pub fn reports(&self) -> Result<Report, Error> {
        self.proven(Right::Report).map(Report)
    }

    /// May read answers, incidents and customers: all, or those of one customer.
    pub fn reads(&self) -> Result<Read, Error> {
        let organization = self.proven(Right::Read)?;
        Ok(Read { organization, only: self.own()? })
    }

    /// May read rows that are confined to a customer, or to none.
    pub fn reads_within(&self, only: Option<CustomerId>) -> Result<(), Error> {
        match self.reads()?.only() {
            Some(customer) if only != Some(customer) => Err(Error::Forbidden(Right::Read)),
            _ => Ok(()),
        }
    }

    /// Is no customer: may see what the organization keeps to itself of what the caller has reached.
    pub fn is_inside(&self) -> Result<(), Error> {
        if self.role == Role::Customer { Err(Error::Forbidden(Right::Report)) } else { Ok(()) }
    }

    /// May submit answers: of anybody, or of one customer.
    pub fn submits(&self) -> Result<Submit, Error> {
        let organization = self.proven(Right::Submit)?;
        Ok(Submit { organization, only: self.own()?, publication: self.publication.clone() })
    }

    /// May write feedback, incidents, exposure and customers.
    pub fn contributes(&self) -> Result<Contribute, Error> {
        self.proven(Right::Contribute).map(Contribute)
    }

    /// May write releases and deployments.
    pub fn ships(&self) -> Result<Ship, Error> {
        self.proven(Right::Ship).map(Ship)
    }

    /// May write products, features, iterations, segments and scales.
    pub fn manages(&self) -> Result<Manage, Error> {
        self.proven(Right::Manage).map(Manage)
    }

    /// May make and revoke tokens.
    pub fn administers(&self) -> Result<Administer, Error> {
        self.proven(Right::Administer).map(Administer)
    }

    fn proven(&self, right: Right) -> Result<OrganizationId, Error> {
        if self.may(right) { Ok(self.organization) } else { Err(Error::Forbidden(right)) }
    }

    /// The customer to whom the caller is confined; a customer whom nobody named sees nothing.
    fn own(&self) -> Result<Option<CustomerId>, Error> {
        match (self.role, self.customer) {
            (Role::Customer, None) => Err(Error::Forbidden(Right::Read)),
            (Role::Customer, own) => Ok(own),
            _ => Ok(None),
        }
    }
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(OrganizationId);

        impl $name {
            /// The organization in which the right holds.
            pub fn organization(self) -> OrganizationId {
                self.0
            }
        }
    )*};
}

proofs! {
    /// Proof of the right to see reports, and what they are about.
    Report
    /// Proof of the right to write what customers and systems report.
    Contribute
    /// Proof of the right to write releases and deployments.
    Ship
    /// Proof of the right to write what the organization decides.
    Manage
    /// Proof of the right to decide who may call.
    Administer
}

macro_rules! confined {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            organization: OrganizationId,
            only: Option<CustomerId>,
        }

        impl $name {
            /// The organization in which the right holds.
            pub fn organization(self) -> OrganizationId {
                self.organization
            }

            /// The customer to whom it is confined; none: it holds for all.
            pub fn only(self) -> Option<CustomerId> {
                self.only
            }
        }
    )*};
}

confined! {
    /// Proof of the right to read answers, incidents and customers, if need be those of one customer.
    Read
}

/// Proof of the right to submit answers: of anybody, of one customer, or of whoever sees a page.
#[derive(Clone, Debug)]
pub struct Submit {
    organization: OrganizationId,
    only: Option<CustomerId>,
    publication: Option<Arc<Publication>>,
}

impl Submit {
    /// The organization in which the right holds.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The customer to whom it is confined; none: it holds for all.
    pub fn only(&self) -> Option<CustomerId> {
        self.only
    }

    /// What the token is for, if it is a publishable one.
    pub fn publication(&self) -> Option<&Arc<Publication>> {
        self.publication.as_ref()
    }
}

impl From<Manage> for Report {
    fn from(proof: Manage) -> Self {
        Self(proof.0)
    }
}

impl From<Manage> for Ship {
    fn from(proof: Manage) -> Self {
        Self(proof.0)
    }
}

impl From<Manage> for Contribute {
    fn from(proof: Manage) -> Self {
        Self(proof.0)
    }
}

impl From<Contribute> for Submit {
    fn from(proof: Contribute) -> Self {
        Self { organization: proof.0, only: None, publication: None }
    }
}
