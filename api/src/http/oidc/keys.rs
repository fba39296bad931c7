//! The keys of the issuer: fetched, and fetched again when one is unknown.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

use super::Oidc;
use crate::{clock, http::auth::AuthError};

/// How long keys are used before they are fetched again.
const KEY_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Minimum interval between requests to the issuer.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(2);

/// The keys of the issuer as last fetched.
#[derive(Default)]
pub(super) struct Keys {
    known: HashMap<String, Arc<Jwk>>,
    asked: Option<Instant>,
}

#[derive(Deserialize)]
pub(super) struct Discovery {
    pub(super) issuer: String,
    pub(super) jwks_uri: String,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) token_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

impl Oidc {
    pub(super) async fn key(&self, id: &str) -> Result<Arc<Jwk>, AuthError> {
        let mut keys = self.keys.lock().await;
        let now = clock::instant();
        let age = keys.asked.map(|asked| now.saturating_duration_since(asked));
        let known = keys.known.get(id).cloned();
        let lifetime = if known.is_some() { KEY_LIFETIME } else { MIN_REFRESH_INTERVAL };
        if age.is_none_or(|age| age >= lifetime) {
            match self.published().await {
                Ok(published) => *keys = Keys { known: published, asked: Some(now) },
                // A temporary failure of the issuer must not revoke access.
                Err(error) => {
                    tracing::error!(
                        issuer = self.settings.issuer,
                        error,
                        "cannot fetch the keys of the issuer"
                    );
                    keys.asked = Some(now);
                    return known.ok_or(AuthError::Failed);
                }
            }
        }
        let unknown =
            AuthError::Unauthenticated("The token is signed with a key that its issuer does not publish.");
        keys.known.get(id).cloned().ok_or(unknown)
    }

    /// What the issuer says of itself.
    pub(super) async fn discovery(&self) -> Result<Discovery, String> {
        let issuer = self.settings.issuer.trim_end_matches('/');
        let found: Discovery = self.read(&format!("{issuer}/.well-known/openid-configuration")).await?;
        match found.issuer == self.settings.issuer {
            true => Ok(found),
            false => Err(format!("its configuration names another issuer: {}", found.issuer)),
        }
    }

    async fn published(&self) -> Result<HashMap<String, Arc<Jwk>>, String> {
        let found = self.discovery().await?;
        let published: Published = self.read(&found.jwks_uri).await?;
        // A key of an unknown type must not invalidate the others.
        let keys = published.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let signs = |key: &Jwk| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        Ok(keys.filter(signs).filter_map(|key| Some((key.common.key_id.clone()?, Arc::new(key)))).collect())
    }

    async fn read<T: for<'a> Deserialize<'a>>(&self, url: &str) -> Result<T, String> {
        let answer = self.client.get(url).send().await.and_then(reqwest::Response::error_for_status);
        let answer = answer.map_err(|error| error.to_string())?;
        answer.json().await.map_err(|error| error.to_string())
    }
}
