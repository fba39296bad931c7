//! OpenID Connect: callers authenticated by another server. Their tokens are JWTs, verified with the keys that the issuer
//! publishes; the claims name the organization, the role and the person.
//!
//! Keys are fetched with the first token, again for a token with an unknown key (at most every few seconds, so
//! that invalid tokens cannot cause requests), and every few minutes, so that a withdrawn key becomes invalid.

mod claims;
mod keys;
mod sign_in;

use std::{collections::HashMap, time::Duration};

use ballroom_entity::api_token::{Role, Scope};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::auth::AuthError;
use crate::{
    base::actor::Actor,
    clock,
    domain::{
        access::Viewer,
        customer,
        identity::{self, Caller, Identification, Subject},
        organization,
    },
    store::Store,
};
use claims::{ROLES, at, person, role_of, scope, text_at};
use keys::Keys;

/// Time limit of a request to the issuer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Seconds by which the clocks of issuer and server may differ.
const LEEWAY: u64 = 30;

/// Accepted signature algorithms: public keys only, never a shared secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The trusted issuer, and the meaning of its claims.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// The issuer, exactly as its tokens name it.
    pub issuer: String,
    /// Required audience of the tokens.
    pub audience: String,
    /// The claim that holds the roles: a name, or a path with dots such as `realm_access.roles`.
    pub role_claim: String,
    /// Roles for values of that claim, besides the names of the roles themselves.
    pub roles: HashMap<String, String>,
    /// The claim that holds the key of the organization; none: all callers belong to `organization`.
    pub organization_claim: Option<String>,
    /// The key of the organization of callers without that claim.
    pub organization: String,
    /// The claim that holds the key of the customer, for callers with the role of one.
    pub customer_claim: String,
    /// The client as which readers are signed in; none: they are not.
    pub client: Option<OidcClient>,
}

/// What this server is to the issuer when readers sign in.
#[derive(Clone, Debug)]
pub struct OidcClient {
    /// Its name there.
    pub id: String,
    /// Its secret, if it has one: a public client has none, and is safe by PKCE alone.
    pub secret: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
}

/// The trusted issuer.
pub struct Oidc {
    settings: OidcSettings,
    client: reqwest::Client,
    keys: Mutex<Keys>,
}

/// The caller named by a token, and its expiration time.
pub(super) struct Identified {
    pub(super) viewer: Viewer,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Oidc {
    /// A trusted issuer. No request is sent yet: the server starts without it.
    pub fn new(settings: OidcSettings) -> Result<Self, String> {
        for (value, role) in &settings.roles {
            if role_of(role).is_none() {
                let known: Vec<_> = ROLES.iter().map(|(name, _)| *name).collect();
                return Err(format!(
                    "unknown role \"{role}\" for the value \"{value}\"; use {}",
                    known.join(", ")
                ));
            }
        }
        // All TLS of this server uses ring. An error means that the provider is already set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A redirect would lead to another host than the issuer.
        let client = reqwest::Client::builder()
            .timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("cannot create the HTTP client: {error}"))?;
        Ok(Self { settings, client, keys: Mutex::default() })
    }

    /// Whether a token looks like one of an issuer rather than one of ours.
    pub(super) fn is_issuer_token(token: &str) -> bool {
        token.bytes().filter(|byte| *byte == b'.').count() == 2
    }

    /// The caller with a token of the issuer.
    pub(super) async fn named(&self, store: &Store, token: &str) -> Result<Identified, AuthError> {
        let claims = self.claims(token, &self.settings.audience).await?;
        self.viewer(store, &claims).await
    }

    /// The claims of a token that the issuer has signed for an audience.
    async fn claims(&self, token: &str, audience: &str) -> Result<Map<String, Value>, AuthError> {
        let header =
            decode_header(token).map_err(|_| AuthError::Unauthenticated("The token is not a valid JWT."))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(AuthError::Unauthenticated(
                "Unsupported signature algorithm of the token; it must be signed with a published key of the issuer.",
            ));
        }
        let key_id = header
            .kid
            .ok_or(AuthError::Unauthenticated("The header of the token lacks the key ID (kid)."))?;
        let key = self.key(&key_id).await?;
        let key = DecodingKey::from_jwk(&key)
            .map_err(|_| AuthError::Unauthenticated("The key of the token has an unsupported type."))?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let claims = decode::<Map<String, Value>>(token, &key, &validation).map_err(|error| {
            AuthError::Unauthenticated(match error.kind() {
                ErrorKind::ExpiredSignature => "The token has expired; get a new one from its issuer.",
                ErrorKind::ImmatureSignature => {
                    "The token is not valid yet; check the clocks of the issuer and the server."
                }
                ErrorKind::InvalidIssuer => "The token is from an issuer that this server does not trust.",
                ErrorKind::InvalidAudience => "The token is for another audience (aud) than this server.",
                ErrorKind::MissingRequiredClaim(_) => "The token lacks one of the claims exp, iss and aud.",
                _ => "The signature of the token is invalid.",
            })
        })?;
        Ok(claims.claims)
    }

    async fn viewer(&self, store: &Store, claims: &Map<String, Value>) -> Result<Identified, AuthError> {
        let settings = &self.settings;
        let role = self.role(claims).ok_or(AuthError::Unauthenticated(
            "The token has no known role; configure the issuer to include one.",
        ))?;
        let claimed = settings.organization_claim.as_ref().and_then(|claim| text_at(claims, claim));
        let key = claimed.unwrap_or_else(|| settings.organization.clone());
        let nowhere = "The token names no known organization.";
        let found = organization::find_by_key(store, &key).await.map_err(failed)?;
        let organization = found.ok_or(AuthError::Unauthenticated(nowhere))?.id;
        let who = ["azp", "client_id", "sub"].iter().find_map(|claim| text_at(claims, claim));
        let source: String = who.unwrap_or_else(|| "OpenID Connect".to_owned()).chars().take(64).collect();
        let customer = match role {
            Role::Customer => {
                let unknown = AuthError::Unauthenticated("The token names no known customer.");
                let Some(key) = text_at(claims, &settings.customer_claim) else { return Err(unknown) };
                let found = customer::by_key(store, organization, &key).await.map_err(failed)?;
                Some(found.ok_or(unknown)?.id)
            }
            _ => None,
        };
        let expires_at =
            claims.get("exp").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0));
        let viewer = Viewer::new(organization, role, scope(claims), customer, source.clone());
        let viewer = self.acting(store, claims, viewer, source).await?;
        Ok(Identified {
            viewer,
            expires_at: expires_at.map(|at| at + chrono::TimeDelta::seconds(LEEWAY as i64)),
        })
    }

    /// The same caller with its identity. Customers act as customers, and a caller that only submits from a page has no identity.
    async fn acting(
        &self,
        store: &Store,
        claims: &Map<String, Value>,
        viewer: Viewer,
        client: String,
    ) -> Result<Viewer, AuthError> {
        let role = viewer.role().filter(|role| *role != Role::Customer);
        let (Some(role), Some(subject)) = (role, text_at(claims, "sub")) else { return Ok(viewer) };
        if viewer.scope() == Scope::Publishable {
            return Ok(viewer);
        }
        let subject = Subject { issuer: self.settings.issuer.clone(), subject };
        let caller = Caller { subject, client, person: person(claims), role };
        match identity::identify(store, viewer.organization(), &caller, clock::now()).await {
            Ok(Identification::Identified(identity, member)) => {
                Ok(viewer.acting(Actor::Identity(identity), member))
            }
            Ok(Identification::Removed) => Err(AuthError::Unauthenticated(
                "You were removed from the members of this organization; ask an administrator to add you again.",
            )),
            Err(error) => Err(failed(error)),
        }
    }

    /// The role with the most rights among those in the claim.
    fn role(&self, claims: &Map<String, Value>) -> Option<Role> {
        let held: Vec<&str> = match at(claims, &self.settings.role_claim)? {
            Value::String(roles) => roles.split_whitespace().collect(),
            Value::Array(roles) => roles.iter().filter_map(Value::as_str).collect(),
            _ => return None,
        };
        let named = |value: &&str| role_of(self.settings.roles.get(*value).map_or(*value, String::as_str));
        let held: Vec<Role> = held.iter().filter_map(named).collect();
        ROLES.iter().map(|(_, role)| *role).find(|role| held.contains(role))
    }
}

fn failed(error: crate::base::error::Error) -> AuthError {
    AuthError::from_error(&error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::right::Right;

    fn oidc(role_claim: &str) -> Oidc {
        let roles = HashMap::from([("ballroom-admins".to_owned(), "ADMINISTRATOR".to_owned())]);
        Oidc::new(OidcSettings {
            issuer: "https://issuer.example".to_owned(),
            audience: "ballroom".to_owned(),
            role_claim: role_claim.to_owned(),
            roles,
            organization_claim: None,
            organization: "main".to_owned(),
            customer_claim: "sub".to_owned(),
            client: None,
        })
        .unwrap_or_else(|error| panic!("{error}"))
    }

    fn claims(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn the_role_with_the_most_rights_is_used() {
        let role = |path: &str, value| oidc(path).role(&claims(value));
        assert_eq!(role("roles", json!({ "roles": ["support", "Product"] })), Some(Role::Product));
        assert_eq!(role("roles", json!({ "roles": "BUSINESS ballroom-admins" })), Some(Role::Administrator));
        assert_eq!(role("a.b", json!({ "a": { "b": ["SECURITY"] } })), Some(Role::Security));
        assert_eq!(
            role("https://x.example/r", json!({ "https://x.example/r": ["CUSTOMER"] })),
            Some(Role::Customer)
        );
        assert_eq!(role("roles", json!({ "roles": ["king"] })), None);
        assert_eq!(role("roles", json!({ "roles": 7 })), None);
        assert_eq!(role("roles", json!({})), None);
    }

    #[test]
    fn the_most_restrictive_scope_is_used() {
        assert_eq!(scope(&claims(json!({ "scope": "openid ballroom:read" }))), Scope::Read);
        assert_eq!(scope(&claims(json!({ "scope": "ballroom:read ballroom:reports" }))), Scope::Reports);
        assert_eq!(scope(&claims(json!({ "scp": ["ballroom:ingest"] }))), Scope::Ingest);
        assert_eq!(scope(&claims(json!({ "scope": "openid profile" }))), Scope::Full);
    }

    #[test]
    fn an_unverified_email_address_is_ignored() {
        let email = |value| person(&claims(value)).verified_email;
        let ann = Some("ann@example.com".to_owned());
        assert_eq!(email(json!({ "email": "ann@example.com", "email_verified": true })), ann);
        assert_eq!(email(json!({ "email": "ann@example.com", "email_verified": "true" })), ann);
        for verified in [json!(false), json!("false"), json!(1), json!(null)] {
            assert_eq!(email(json!({ "email": "ann@example.com", "email_verified": verified })), None);
        }
        assert_eq!(email(json!({ "email": "ann@example.com" })), None);
    }

    #[test]
    fn every_role_that_has_more_rights_comes_first() {
        let rights = |role: Role| Right::ALL.iter().filter(|right| right.of_role(role)).count();
        let counts: Vec<_> = ROLES[..6].iter().map(|(_, role)| rights(*role)).collect();
        assert!(counts.windows(2).all(|pair| pair[0] >= pair[1]), "{counts:?}");
    }
}
