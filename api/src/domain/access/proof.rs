//! Proofs of rights: a function that needs a right takes one, and only a [`Viewer`](super::Viewer) gives it.

use std::sync::Arc;

use ballroom_entity::id::{CustomerId, MemberId, OrganizationId};

use super::Publication;
use crate::base::actor::Actor;

macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub(super) OrganizationId);

        impl $name {
            /// The organization in which the right holds.
            pub fn organization(self) -> OrganizationId {
                self.0
            }
        }
    )*};
}

proofs! {
    /// Proof of the right to see reports and the objects in them.
    Report
    /// Proof of the right to manage tokens and members.
    Administer
}

macro_rules! acting {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            pub(super) organization: OrganizationId,
            pub(super) actor: Option<Actor>,
        }

        impl $name {
            /// The organization in which the right holds.
            pub fn organization(self) -> OrganizationId {
                self.organization
            }

            /// The actor, recorded with the change.
            pub fn actor(self) -> Option<Actor> {
                self.actor
            }
        }
    )*};
}

acting! {
    /// Proof of the right to write what customers and systems report.
    Contribute
    /// Proof of the right to write releases and deployments.
    Ship
    /// Proof of the right to write the catalog.
    Manage
}

macro_rules! personal {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            pub(super) organization: OrganizationId,
            pub(super) member: MemberId,
        }

        impl $name {
            /// The organization of the member.
            pub fn organization(self) -> OrganizationId {
                self.organization
            }

            /// The member.
            pub fn member(self) -> MemberId {
                self.member
            }
        }
    )*};
}

personal! {
    /// Proof of the right to change the caller's own profile.
    Profile
    /// Proof of the right to acknowledge announcements for support.
    Acknowledge
}

/// Proof of the right to operate the server: to create and list organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operate(pub(super) ());

macro_rules! confined {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            pub(super) organization: OrganizationId,
            pub(super) only: Option<CustomerId>,
        }

        impl $name {
            /// The organization in which the right holds.
            pub fn organization(self) -> OrganizationId {
                self.organization
            }

            /// The customer it is restricted to; none: it holds for all.
            pub fn only(self) -> Option<CustomerId> {
                self.only
            }
        }
    )*};
}

confined! {
    /// Proof of the right to read feedback, incidents and customers, possibly those of one customer only.
    Read
}

/// Proof of the right to submit feedback: of any customer, of one customer, or of the visitors of a page.
#[derive(Clone, Debug)]
pub struct Submit {
    pub(super) organization: OrganizationId,
    pub(super) only: Option<CustomerId>,
    pub(super) publication: Option<Arc<Publication>>,
}

impl Submit {
    /// The organization in which the right holds.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The customer it is restricted to; none: it holds for all.
    pub fn only(&self) -> Option<CustomerId> {
        self.only
    }

    /// The restrictions of the token, if it is publishable.
    pub fn publication(&self) -> Option<&Arc<Publication>> {
        self.publication.as_ref()
    }
}

impl From<Manage> for Report {
    fn from(proof: Manage) -> Self {
        Self(proof.organization)
    }
}

impl From<Manage> for Ship {
    fn from(Manage { organization, actor }: Manage) -> Self {
        Self { organization, actor }
    }
}

impl From<Manage> for Contribute {
    fn from(Manage { organization, actor }: Manage) -> Self {
        Self { organization, actor }
    }
}

impl From<Contribute> for Submit {
    fn from(proof: Contribute) -> Self {
        Self { organization: proof.organization, only: None, publication: None }
    }
}
