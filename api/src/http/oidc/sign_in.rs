//! Signing in: the authorization code flow with PKCE.

use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    StandardRevocableToken, StandardTokenResponse, TokenUrl,
    basic::{
        BasicClient, BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Identified, Oidc, OidcClient};
use crate::{
    http::{
        auth::AuthError,
        sign_in::{CALLBACK, Started},
    },
    store::Store,
};

/// Why there is no token for a code.
enum TokenError {
    /// The issuer does not take the code.
    Refused(String),
    /// It could not be asked, or its answer is none.
    Failed(String),
}

/// A client of the issuer whose answers have an ID token.
type IdTokenClient<
    HasAuthUrl = EndpointNotSet,
    HasDeviceAuthUrl = EndpointNotSet,
    HasIntrospectionUrl = EndpointNotSet,
    HasRevocationUrl = EndpointNotSet,
    HasTokenUrl = EndpointNotSet,
> = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<WithIdToken, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    HasAuthUrl,
    HasDeviceAuthUrl,
    HasIntrospectionUrl,
    HasRevocationUrl,
    HasTokenUrl,
>;

/// What OpenID Connect adds to the answer of OAuth.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct WithIdToken {
    id_token: String,
}

impl ExtraTokenFields for WithIdToken {}

/// Sends a request of the library by our client.
async fn sent(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Unsent> {
    let answer = client.execute(request.try_into()?).await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.into();
    Ok(response)
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer: {0}")]
struct Unsent(#[from] reqwest::Error);

impl Oidc {
    /// Whether readers may sign in by it.
    pub(in crate::http) fn signs_in(&self) -> bool {
        self.settings.client.is_some()
    }

    /// Where a reader is sent to sign in. `state` and `nonce` come back, one with the reader and one in the ID token.
    pub(in crate::http) async fn authorization_url(
        &self,
        public_url: &str,
        (state, nonce): (String, String),
        challenge: PkceCodeChallenge,
    ) -> Result<String, String> {
        let client = self.settings.client.as_ref().ok_or("there is no client")?;
        let endpoint = self.discovery().await?.authorization_endpoint;
        let endpoint = endpoint.ok_or("the issuer names no authorization_endpoint")?;
        let wrong = |error: oauth2::url::ParseError| error.to_string();
        let asked = BasicClient::new(ClientId::new(client.id.clone()))
            .set_auth_uri(AuthUrl::new(endpoint).map_err(wrong)?)
            .set_redirect_uri(RedirectUrl::new(format!("{public_url}{CALLBACK}")).map_err(wrong)?);
        let scopes = client.scopes.iter().cloned().map(oauth2::Scope::new);
        let (url, _) = asked
            .authorize_url(|| CsrfToken::new(state))
            .add_scope(oauth2::Scope::new("openid".to_owned()))
            .add_scopes(scopes)
            .add_extra_param("nonce", nonce)
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.into())
    }

    /// The reader whom the issuer has sent back with a code.
    pub(in crate::http) async fn signed_in(
        &self,
        store: &Store,
        public_url: &str,
        code: String,
        started: Started,
    ) -> Result<Identified, AuthError> {
        let client = self.settings.client.as_ref().ok_or(AuthError::Failed)?;
        let Started { nonce, verifier, .. } = started;
        let token = match self.exchanged(client, public_url, code, verifier).await {
            Ok(token) => token,
            Err(TokenError::Refused(error)) => {
                tracing::warn!(error, "the issuer gave no token for the code of a reader");
                return Err(AuthError::Unauthenticated("The issuer gives no token for this code."));
            }
            Err(TokenError::Failed(error)) => {
                tracing::error!(error, "the issuer could not be asked for the token of a reader");
                return Err(AuthError::Failed);
            }
        };
        let claims = self.claims(&token, &client.id).await?;
        if claims.get("nonce").and_then(Value::as_str) != Some(nonce.as_str()) {
            return Err(AuthError::Unauthenticated("The ID token is not of this sign-in (nonce)."));
        }
        self.viewer(store, &claims).await
    }

    /// The ID token for a code.
    async fn exchanged(
        &self,
        client: &OidcClient,
        public_url: &str,
        code: String,
        verifier: String,
    ) -> Result<String, TokenError> {
        let failed = |error: &str| TokenError::Failed(error.to_owned());
        let found = self.discovery().await.map_err(TokenError::Failed)?;
        let endpoint = found.token_endpoint.ok_or_else(|| failed("the issuer names no token_endpoint"))?;
        let wrong = |error: oauth2::url::ParseError| failed(&error.to_string());
        let mut asked = IdTokenClient::new(ClientId::new(client.id.clone()))
            .set_token_uri(TokenUrl::new(endpoint).map_err(wrong)?)
            .set_redirect_uri(RedirectUrl::new(format!("{public_url}{CALLBACK}")).map_err(wrong)?);
        if let Some(secret) = &client.secret {
            asked = asked.set_client_secret(ClientSecret::new(secret.clone()));
        }
        let http = |request| sent(self.client.clone(), request);
        let answer = asked
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&http)
            .await;
        let answer = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => TokenError::Refused(refusal.to_string()),
            RequestTokenError::Request(error) => TokenError::Failed(error.to_string()),
            error => TokenError::Failed(error.to_string()),
        })?;
        Ok(answer.extra_fields().id_token.clone())
    }
}
