//! Settings of OpenID Connect, each an option and an environment variable.

use anyhow::{Context, anyhow};
use clap::Args;

use crate::{
    domain::organization,
    http::{Oidc, OidcSettings},
};

/// The OpenID Connect issuer whose tokens are accepted.
#[derive(Args, Clone)]
#[command(next_help_heading = "OpenID Connect")]
pub(super) struct OpenIdConnect {
    /// Accept the tokens of this issuer; its URL, exactly as in the claim `iss` of its tokens.
    #[arg(long, env = "BALLROOM_OIDC_ISSUER", value_name = "URL", requires = "oidc_audience")]
    oidc_issuer: Option<String>,

    /// Required audience (claim `aud`) of the tokens.
    #[arg(long, env = "BALLROOM_OIDC_AUDIENCE", value_name = "AUDIENCE")]
    oidc_audience: Option<String>,

    /// Claim with the roles; a dotted path such as realm_access.roles reaches into objects.
    #[arg(long, env = "BALLROOM_OIDC_ROLE_CLAIM", value_name = "CLAIM", default_value = "roles")]
    oidc_role_claim: String,

    /// Role for a value of that claim, for example staff=SUPPORT; repeatable. Values that are names of roles need no mapping.
    #[arg(long, env = "BALLROOM_OIDC_ROLES", value_name = "VALUE=ROLE", value_delimiter = ',')]
    oidc_role: Vec<String>,

    /// Claim with the key of the organization; without it, all callers belong to the same organization.
    #[arg(long, env = "BALLROOM_OIDC_ORGANIZATION_CLAIM", value_name = "CLAIM")]
    oidc_organization_claim: Option<String>,

    /// Key of the organization of callers whose tokens name none.
    #[arg(long, env = "BALLROOM_OIDC_ORGANIZATION", value_name = "KEY", default_value = organization::FIRST)]
    oidc_organization: String,

    /// Claim with the customer's key, for callers with the role CUSTOMER.
    #[arg(long, env = "BALLROOM_OIDC_CUSTOMER_CLAIM", value_name = "CLAIM", default_value = "sub")]
    oidc_customer_claim: String,
}

impl OpenIdConnect {
    /// The trusted issuer, if one is set.
    pub(super) fn issuer(&self) -> anyhow::Result<Option<Oidc>> {
        let Some(issuer) = self.oidc_issuer.clone() else { return Ok(None) };
        let pair = |text: &String| {
            let (value, role) = text.split_once('=').with_context(|| {
                format!("--oidc-role: \"{text}\" has no \"=\"; write VALUE=ROLE, for example staff=SUPPORT")
            })?;
            Ok((value.trim().to_owned(), role.trim().to_owned()))
        };
        let settings = OidcSettings {
            issuer,
            audience: self.oidc_audience.clone().unwrap_or_default(),
            role_claim: self.oidc_role_claim.clone(),
            roles: self.oidc_role.iter().map(pair).collect::<anyhow::Result<_>>()?,
            organization_claim: self.oidc_organization_claim.clone(),
            organization: self.oidc_organization.clone(),
            customer_claim: self.oidc_customer_claim.clone(),
        };
        Ok(Some(Oidc::new(settings).map_err(|error| anyhow!("--oidc-role: {error}"))?))
    }
}
