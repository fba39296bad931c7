//! Authority as a value: a function that needs a right demands its proof, and only a [`Viewer`] gives it.

mod proof;

use std::{net::IpAddr, sync::Arc};

use ballroom_entity::{
    api_token::{Role, Scope},
    id::{CustomerId, FeatureId, MemberId, OrganizationId, ProductId},
};

pub use proof::{Administer, Contribute, Manage, Operate, Profile, Read, Report, Ship, Submit};

use crate::base::{actor::Actor, error::Error, right::Right};

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
    /// Whether the caller operates the server. Such a caller belongs to no organization, and may do nothing within one.
    operates: bool,
    /// By what the caller was authenticated.
    actor: Option<Actor>,
    /// The member who calls; none: a machine.
    member: Option<MemberId>,
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

    /// The same, authenticated by this, for this member if there is one.
    pub(crate) fn acting(self, actor: Actor, member: Option<MemberId>) -> Self {
        Self { actor: Some(actor), member, ..self }
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

    /// What the caller is; none: an operator of the server, who has no role in an organization.
    pub fn role(&self) -> Option<Role> {
        (!self.operates).then_some(self.role)
    }

    /// To what the caller is confined.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The member who calls; none: a machine.
    pub fn member(&self) -> Option<MemberId> {
        self.member
    }

    /// By what the caller was authenticated, if that is recorded.
    pub fn actor(&self) -> Option<Actor> {
        self.actor
    }

    /// The customer for whom the caller speaks, with the role of one.
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer
    }

    /// Whose data it is. This is no proof of any right.
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

    /// May write something and read nothing: is told the outcome and the id of what it writes, and nothing else.
    pub fn only_writes(&self) -> bool {
        !self.operates && !self.may(Right::Report) && !self.may(Right::Read)
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
        let organization = self.proven(Right::Contribute)?;
        Ok(Contribute { organization, actor: self.actor })
    }

    /// May write releases and deployments.
    pub fn ships(&self) -> Result<Ship, Error> {
        let organization = self.proven(Right::Ship)?;
        Ok(Ship { organization, actor: self.actor })
    }

    /// May write products, features, iterations, segments, scales and teams.
    pub fn manages(&self) -> Result<Manage, Error> {
        let organization = self.proven(Right::Manage)?;
        Ok(Manage { organization, actor: self.actor })
    }

    /// May change the own profile. A caller who is no member has none.
    pub fn edits_profile(&self) -> Result<Profile, Error> {
        let organization = self.proven(Right::Profile)?;
        match self.member {
            Some(member) => Ok(Profile { organization, member }),
            None => Err(Error::invalid(
                "token",
                "belongs to no member; an administrator makes one for you (createToken with `member`)",
            )),
        }
    }

    /// May make and revoke tokens, and decide who is a member.
    pub fn administers(&self) -> Result<Administer, Error> {
        self.proven(Right::Administer).map(Administer)
    }

    /// May create organizations and list them.
    pub fn operates(&self) -> Result<Operate, Error> {
        self.proven(Right::Operate).map(|_| Operate(()))
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

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn nobody_within_an_organization_operates_the_server() {
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
