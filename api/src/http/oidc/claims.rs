//! Claims of a token: roles, scopes, and who the caller is.

use ballroom_entity::api_token::{Role, Scope};
use serde_json::{Map, Value};

use crate::domain::identity::Person;

/// Names of the roles in claims, the one with the most rights first: a caller with several gets the first.
pub(super) const ROLES: [(&str, Role); 8] = [
    ("ADMINISTRATOR", Role::Administrator),
    ("PRODUCT", Role::Product),
    ("DEVELOPMENT", Role::Development),
    ("OPERATIONS", Role::Operations),
    ("SUPPORT", Role::Support),
    ("SECURITY", Role::Security),
    ("BUSINESS", Role::Business),
    ("CUSTOMER", Role::Customer),
];

/// Names of the scopes in the claim `scope`.
const SCOPES: [(&str, Scope); 4] = [
    ("ballroom:publishable", Scope::Publishable),
    ("ballroom:reports", Scope::Reports),
    ("ballroom:ingest", Scope::Ingest),
    ("ballroom:read", Scope::Read),
];

/// The person described by a token. An unverified email address is ignored: anybody may
/// have entered it.
pub(super) fn person(claims: &Map<String, Value>) -> Person {
    let verified = match claims.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        // Some issuers send a string.
        Some(Value::String(verified)) => verified == "true",
        _ => false,
    };
    Person {
        name: text_at(claims, "name"),
        login: text_at(claims, "preferred_username"),
        verified_email: text_at(claims, "email").filter(|_| verified),
    }
}

pub(super) fn role_of(name: &str) -> Option<Role> {
    ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, role)| *role)
}

/// The most restrictive scope that the token names; without one, the full scope.
pub(super) fn scope(claims: &Map<String, Value>) -> Scope {
    let named: Vec<&str> = match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(scopes)) => scopes.split_whitespace().collect(),
        Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let confining = SCOPES.iter().find(|(name, _)| named.contains(name));
    confining.map_or(Scope::Full, |(_, scope)| *scope)
}

/// The value at a path of claims; a claim whose own name has dots (a URL, say) is found by the whole path.
pub(super) fn at<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let mut value = claims.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

pub(super) fn text_at(claims: &Map<String, Value>, path: &str) -> Option<String> {
    at(claims, path)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
