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
    /// Write what the organization decides: products, features, iterations, segments, scales, teams, parameters.
    Manage,
    /// Change the own profile: that of the member to whom the token belongs.
    Profile,
    /// Decide who may call, and who is a member.
    Administer,
    /// Create organizations and list them. It stands above all organizations: no role and no scope has it.
    Operate,
}

impl Right {
    /// All that hold within an organization.
    pub const ALL: [Self; 8] = [
        Self::Report,
        Self::Read,
        Self::Submit,
        Self::Contribute,
        Self::Ship,
        Self::Manage,
        Self::Profile,
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
            Self::Manage => "write products, features, iterations, segments, scales and teams",
            Self::Profile => "change the profile of its member",
            Self::Administer => "administer",
            Self::Operate => "operate the server",
        }
    }

    /// Whether a role has it. A customer reads and submits what is the customer's own.
    pub fn of_role(self, role: Role) -> bool {
        use Right::{Contribute, Profile, Read, Report, Ship, Submit};
        let rights: &[Self] = match role {
            Role::Administrator => &Self::ALL,
            Role::Product => &[Report, Read, Submit, Contribute, Ship, Self::Manage, Profile],
            Role::Development | Role::Operations => &[Report, Read, Submit, Contribute, Ship, Profile],
            Role::Security | Role::Support => &[Report, Read, Submit, Contribute, Profile],
            Role::Business => &[Report, Profile],
            Role::Customer => &[Read, Submit],
        };
        rights.contains(&self)
    }

    /// Whether a scope leaves it.
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
