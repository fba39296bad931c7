//! Settings of OpenID Connect, each an option and an environment variable.

use anyhow::{Context, anyhow};
use clap::Args;

use crate::{
    domain::organization,
    http::{Oidc, OidcClient, OidcSettings},
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

    /// Let people sign in to the dashboard through the issuer, with this client ID. The redirect URI to register there
    /// is /sign-in/oidc/callback below --public-url.
    #[arg(long, env = "BALLROOM_OIDC_CLIENT_ID", value_name = "CLIENT", requires = "oidc_issuer")]
    oidc_client_id: Option<String>,

    /// The secret of the client; a public client has none.
    #[arg(
        long,
        env = "BALLROOM_OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        requires = "oidc_client_id",
        hide_env_values = true
    )]
    oidc_client_secret: Option<String>,

    /// Scopes to request from the issuer in addition to openid, separated by spaces.
    #[arg(long, env = "BALLROOM_OIDC_SCOPES", value_name = "SCOPES", default_value = "profile email")]
    oidc_scopes: String,
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
            client: self.client(),
        };
        Ok(Some(Oidc::new(settings).map_err(|error| anyhow!("--oidc-role: {error}"))?))
    }

    fn client(&self) -> Option<OidcClient> {
        let id = self.oidc_client_id.clone()?;
        let scopes = self.oidc_scopes.split_whitespace().map(str::to_owned).collect();
        Some(OidcClient {
            id,
            secret: self.oidc_client_secret.clone().filter(|secret| !secret.is_empty()),
            scopes,
        })
    }
}
