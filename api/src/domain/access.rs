//! Authority as a value: a function that needs a right demands its proof, and only a [`Viewer`] gives it.

use ballroom_entity::{api_token::Role, id::OrganizationId};

use super::error::Error;

/// Who calls.
#[derive(Clone, Debug)]
pub struct Viewer {
    organization: OrganizationId,
    role: Role,
    /// The source under which the caller's data is filed when it names none: the token's name.
    pub source: String,
}

impl Viewer {
    /// A caller whose token has been checked, or the operator at the command line.
    pub(crate) fn new(organization: OrganizationId, role: Role, source: impl Into<String>) -> Self {
        Self { organization, role, source: source.into() }
    }

    /// What the caller may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// May read.
    pub fn reads(&self) -> Result<Read, Error> {
        self.at_least(Role::Reader).map(Read)
    }

    /// May write feedback, incidents and exposure.
    pub fn contributes(&self) -> Result<Contribute, Error> {
        self.at_least(Role::Contributor).map(Contribute)
    }

    /// May write products, features, releases, iterations, customers, segments and scales.
    pub fn manages(&self) -> Result<Manage, Error> {
        self.at_least(Role::Manager).map(Manage)
    }

    /// May make and revoke tokens.
    pub fn administers(&self) -> Result<Administer, Error> {
        self.at_least(Role::Administrator).map(Administer)
    }

    fn at_least(&self, role: Role) -> Result<OrganizationId, Error> {
        if self.role >= role { Ok(self.organization) } else { Err(Error::Forbidden(role)) }
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
    /// Proof of the right to read.
    Read
    /// Proof of the right to write what customers and systems report.
    Contribute
    /// Proof of the right to write what the organization decides.
    Manage
    /// Proof of the right to decide who may call.
    Administer
}

impl From<Manage> for Read {
    fn from(proof: Manage) -> Self {
        Self(proof.0)
    }
}

impl From<Manage> for Contribute {
    fn from(proof: Manage) -> Self {
        Self(proof.0)
    }
}
