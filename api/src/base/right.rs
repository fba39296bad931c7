//! What a caller can be allowed to do.

use ballroom_entity::api_token::{Role, Scope};

/// What can be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See products, features, releases, iterations, scales and segments, and all scores and reports of them.
    Report,
    /// See answers, incidents and customers.
    Read,
    /// Submit answers.
    Submit,
    /// Also correct and delete answers, and write incidents, exposure and customers.
    Contribute,
    /// Plan, ship and withdraw releases, and record deployments.
    Ship,
    /// Write what the organization decides: products, features, iterations, segments, scales, parameters.
    Manage,
    /// Decide who may call.
    Administer,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Report,
        Self::Read,
        Self::Submit,
        Self::Contribute,
        Self::Ship,
        Self::Manage,
        Self::Administer,
    ];

    /// What may be done with it, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Report => "see reports",
            Self::Read => "read answers, incidents and customers",
            Self::Submit => "submit answers",
            Self::Contribute => "write answers, incidents, exposure and customers",
            Self::Ship => "write releases and deployments",
            Self::Manage => "write products, features, iterations, segments and scales",
            Self::Administer => "administer",
        }
    }

    /// Whether a role has it. A customer reads and submits what is the customer's own.
    pub fn of_role(self, role: Role) -> bool {
        use Right::{Contribute, Read, Report, Ship, Submit};
        let rights: &[Self] = match role {
            Role::Administrator => &Self::ALL,
            Role::Product => &[Report, Read, Submit, Contribute, Ship, Self::Manage],
            Role::Development | Role::Operations => &[Report, Read, Submit, Contribute, Ship],
            Role::Security | Role::Support => &[Report, Read, Submit, Contribute],
            Role::Business => &[Report],
            Role::Customer => &[Read, Submit],
        };
        rights.contains(&self)
    }

    /// Whether a scope leaves it.
    pub fn of_scope(self, scope: Scope) -> bool {
        match scope {
            Scope::Full => true,
            Scope::Read => matches!(self, Self::Report | Self::Read),
            Scope::Ingest => matches!(self, Self::Submit | Self::Contribute | Self::Ship),
            Scope::Reports => self == Self::Report,
            Scope::Publishable => self == Self::Submit,
        }
    }
}
