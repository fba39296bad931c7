//! Rights of callers.

use ballroom_entity::api_token::{Role, Scope};

/// A right of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See products, features, releases, iterations, scales and segments, and all scores and reports of them.
    Report,
    /// See feedback, incidents and customers.
    Read,
    /// Submit feedback.
    Submit,
    /// Also correct and delete feedback, and write incidents, exposure and customers.
    Contribute,
    /// Plan, ship and withdraw releases, record deployments, and announce changes.
    Ship,
    /// Acknowledge announcements for support.
    Acknowledge,
    /// Write the catalog: products, features, iterations, segments, scales, teams, parameters.
    Manage,
    /// Change the profile of the member that the token belongs to.
    Profile,
    /// Manage tokens and members.
    Administer,
    /// Create and list organizations. It belongs to the server: no role and no scope includes it.
    Operate,
}

impl Right {
    /// All rights within an organization.
    pub const ALL: [Self; 9] = [
        Self::Report,
        Self::Read,
        Self::Submit,
        Self::Contribute,
        Self::Ship,
        Self::Acknowledge,
        Self::Manage,
        Self::Profile,
        Self::Administer,
    ];

    /// Description for messages, as an infinitive.
    pub fn words(self) -> &'static str {
        match self {
            Self::Report => "see reports",
            Self::Read => "read feedback, incidents and customers",
            Self::Submit => "submit responses",
            Self::Contribute => "write feedback, incidents, exposure and customers",
            Self::Ship => "write releases, deployments and announcements",
            Self::Acknowledge => "acknowledge announcements for support",
            Self::Manage => "write products, features, iterations, segments, scales and teams",
            Self::Profile => "change the profile of a member",
            Self::Administer => "administer the organization",
            Self::Operate => "operate the server",
        }
    }

    /// Whether a role includes it. A customer reads and submits only data of that customer.
    pub fn of_role(self, role: Role) -> bool {
        use Right::{Contribute, Profile, Read, Report, Ship, Submit};
        let rights: &[Self] = match role {
            Role::Administrator => &Self::ALL,
            Role::Product => &[Report, Read, Submit, Contribute, Ship, Self::Manage, Profile],
            Role::Development | Role::Operations => &[Report, Read, Submit, Contribute, Ship, Profile],
            Role::Security => &[Report, Read, Submit, Contribute, Profile],
            Role::Support => &[Report, Read, Submit, Contribute, Self::Acknowledge, Profile],
            Role::Business => &[Report, Profile],
            Role::Customer => &[Read, Submit],
        };
        rights.contains(&self)
    }

    /// Whether a scope includes it.
    pub fn of_scope(self, scope: Scope) -> bool {
        match scope {
            Scope::Full => self != Self::Operate,
            Scope::Read => matches!(self, Self::Report | Self::Read),
            Scope::Ingest => matches!(self, Self::Submit | Self::Contribute | Self::Ship),
            Scope::Reports => self == Self::Report,
            Scope::Publishable => self == Self::Submit,
        }
    }
}
