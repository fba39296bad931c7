//! Authority as a value: a function that needs a right takes its proof, which only a [`Viewer`] can give.

mod proof;

use std::{net::IpAddr, sync::Arc};

use ballroom_entity::{
    api_token::{Role, Scope},
    id::{CustomerId, FeatureId, MemberId, OrganizationId, ProductId},
};

pub use proof::{Acknowledge, Administer, Contribute, Manage, Operate, Profile, Read, Report, Ship, Submit};

use crate::base::{actor::Actor, error::Error, right::Right};

/// The restrictions of a publishable token: it is part of a web page, so everybody has it.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// The namespace of its respondents and external IDs: those of another token are different ones.
    pub realm: String,
    /// The only product that it submits feedback for; none: any.
    pub product: Option<ProductId>,
    /// The only features that it submits feedback for; empty: any, and the product as a whole.
    pub features: Vec<FeatureId>,
    /// The origins whose pages may use it; empty: any, and callers that are not web pages.
    pub origins: Vec<String>,
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Viewer {
    organization: OrganizationId,
    role: Role,
    scope: Scope,
    /// Whether the caller is an operator of the server, who belongs to no organization and has no right within one.
    operates: bool,
    /// The token or identity that the caller was authenticated with.
    actor: Option<Actor>,
    /// The member; none: a program.
    member: Option<MemberId>,
    /// The customer whose feedback and incidents a viewer with the role of a customer can see.
    customer: Option<CustomerId>,
    /// The restrictions of the token, if it is publishable.
    publication: Option<Arc<Publication>>,
    /// The address of the caller, if known.
    pub address: Option<IpAddr>,
    /// The source of data submitted without one: the token's name.
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
        let (operates, actor, member) = (false, None, None);
        Self {
            organization,
            role,
            scope,
            operates,
            actor,
            member,
            customer,
            publication,
            address: None,
            source,
        }
    }

    /// An operator of the server, whose token has been checked.
    pub(crate) fn server_operator(source: impl Into<String>) -> Self {
        let nowhere = OrganizationId::NONE;
        Self { operates: true, ..Self::new(nowhere, Role::Administrator, Scope::Full, None, source) }
    }

    /// The same caller as this actor and member.
    pub(crate) fn acting(self, actor: Actor, member: Option<MemberId>) -> Self {
        Self { actor: Some(actor), member, ..self }
    }

    /// The same caller with the restrictions of a publishable token.
    pub(crate) fn publishing(mut self, publication: Publication) -> Self {
        if self.publication.is_some() {
            self.publication = Some(Arc::new(publication));
        }
        self
    }

    /// The restrictions of the caller's token, if it is publishable.
    pub fn publication(&self) -> Option<&Arc<Publication>> {
        self.publication.as_ref()
    }

    /// Whether pages of this origin, or callers without one, may use the token.
    pub fn may_come_from(&self, origin: Option<&str>) -> bool {
        let Some(publication) = self.publication.as_ref().filter(|one| !one.origins.is_empty()) else {
            return true;
        };
        origin.is_some_and(|origin| publication.origins.iter().any(|one| one.eq_ignore_ascii_case(origin)))
    }

    /// The role of the caller; none: an operator of the server, who has no role in an organization.
    pub fn role(&self) -> Option<Role> {
        (!self.operates).then_some(self.role)
    }

    /// The scope of the caller.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The member; none: a program.
    pub fn member(&self) -> Option<MemberId> {
        self.member
    }

    /// By what the caller was authenticated, if that is recorded.
    pub fn actor(&self) -> Option<Actor> {
        self.actor
    }

    /// The customer that the caller acts for, with the role of a customer.
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer
    }

    /// The organization of the caller. This is no proof of any right.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Whether the caller has a right.
    pub fn may(&self, right: Right) -> bool {
        match self.operates {
            true => right == Right::Operate,
            false => right.of_role(self.role) && right.of_scope(self.scope),
        }
    }

    /// May write and not read: gets the outcome and the ID of what it writes, and nothing else.
    pub fn only_writes(&self) -> bool {
        !self.operates && !self.may(Right::Report) && !self.may(Right::Read)
    }

    /// May see reports.
    pub fn reports(&self) -> Result<Report, Error> {
        self.proven(Right::Report).map(Report)
    }

    /// May read feedback, incidents and customers: all, or those of one customer.
    pub fn reads(&self) -> Result<Read, Error> {
        let organization = self.proven(Right::Read)?;
        Ok(Read { organization, only: self.own()? })
    }

    /// May read rows that are restricted to one customer, or to none.
    pub fn reads_within(&self, only: Option<CustomerId>) -> Result<(), Error> {
        match self.reads()?.only() {
            Some(customer) if only != Some(customer) => Err(Error::Forbidden(Right::Read)),
            _ => Ok(()),
        }
    }

    /// Is not a customer: may see the internal fields of objects that the caller can reach.
    pub fn is_inside(&self) -> Result<(), Error> {
        if self.role == Role::Customer { Err(Error::Forbidden(Right::Report)) } else { Ok(()) }
    }

    /// May submit feedback: of any customer, or of one.
    pub fn submits(&self) -> Result<Submit, Error> {
        let organization = self.proven(Right::Submit)?;
        Ok(Submit { organization, only: self.own()?, publication: self.publication.clone() })
    }

    /// May write feedback, incidents, exposure and customers.
    pub fn contributes(&self) -> Result<Contribute, Error> {
        let organization = self.proven(Right::Contribute)?;
        Ok(Contribute { organization, actor: self.actor })
    }

    /// May write releases, deployments and announcements.
    pub fn ships(&self) -> Result<Ship, Error> {
        let organization = self.proven(Right::Ship)?;
        Ok(Ship { organization, actor: self.actor })
    }

    /// May acknowledge announcements for support; only members do.
    pub fn acknowledges(&self) -> Result<Acknowledge, Error> {
        let organization = self.proven(Right::Acknowledge)?;
        match self.member {
            Some(member) => Ok(Acknowledge { organization, member }),
            None => Err(Error::invalid(
                "token",
                "belongs to no member; an acknowledgement is that of a person: ask an administrator for a token of your \
                 own (createToken with `member`)",
            )),
        }
    }

    /// May write products, features, iterations, segments, scales and teams.
    pub fn manages(&self) -> Result<Manage, Error> {
        let organization = self.proven(Right::Manage)?;
        Ok(Manage { organization, actor: self.actor })
    }

    /// May change the caller's profile; only members have one.
    pub fn edits_profile(&self) -> Result<Profile, Error> {
        let organization = self.proven(Right::Profile)?;
        match self.member {
            Some(member) => Ok(Profile { organization, member }),
            None => Err(Error::invalid(
                "token",
                "belongs to no member; ask an administrator for a token of your own (createToken with `member`)",
            )),
        }
    }

    /// May manage tokens and members.
    pub fn administers(&self) -> Result<Administer, Error> {
        self.proven(Right::Administer).map(Administer)
    }

    /// May create and list organizations.
    pub fn operates(&self) -> Result<Operate, Error> {
        self.proven(Right::Operate).map(|_| Operate(()))
    }

    fn proven(&self, right: Right) -> Result<OrganizationId, Error> {
        if self.may(right) { Ok(self.organization) } else { Err(Error::Forbidden(right)) }
    }

    /// The customer that the caller is restricted to. The role of a customer without a customer sees nothing.
    fn own(&self) -> Result<Option<CustomerId>, Error> {
        match (self.role, self.customer) {
            (Role::Customer, None) => Err(Error::Forbidden(Right::Read)),
            (Role::Customer, own) => Ok(own),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn no_role_of_an_organization_operates_the_server() {
        for (role, scope) in Role::iter().flat_map(|role| Scope::iter().map(move |scope| (role, scope))) {
            let viewer = Viewer::new(OrganizationId::NONE, role, scope, None, "test");
            assert!(!viewer.may(Right::Operate) && viewer.operates().is_err(), "{role:?} {scope:?}");
        }
    }

    #[test]
    fn an_operator_of_the_server_may_do_nothing_within_an_organization() {
        let operator = Viewer::server_operator("test");
        assert!(operator.operates().is_ok());
        assert!(Right::ALL.iter().all(|right| !operator.may(*right)));
    }
}
