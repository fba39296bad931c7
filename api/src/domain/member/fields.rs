//! Validation and normalization of the fields of a member.

use ballroom_entity::{api_token::Role, member::Model};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::Value;

use crate::{
    base::{error::Error, text},
    domain::check,
};

/// The longest email address.
const EMAIL_LENGTH: usize = 254;

/// The stored form of an email address: in lower case, so that one address is one member.
pub(in crate::domain) fn email(field: &str, given: &str) -> Result<String, Error> {
    let email = check::line(field, given, EMAIL_LENGTH)?.to_lowercase();
    let fits = |(local, host): (&str, &str)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
    };
    match email.split_once('@').is_some_and(fits) {
        true => Ok(email),
        false => {
            let reason = format!("\"{email}\" is not an email address; send one such as ann@example.com");
            Err(Error::invalid(field, reason))
        }
    }
}

/// A language as a BCP 47 tag; blank is none.
pub(super) fn language(given: Option<&str>) -> Result<Option<String>, Error> {
    let Some(tag) = check::optional_line("language", given, check::NAME_LENGTH)? else { return Ok(None) };
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_language =
        (2..=8).contains(&primary.len()) && primary.chars().all(|letter| letter.is_ascii_alphabetic());
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    match is_language && parts.all(is_part) && tag.len() <= 35 {
        true => Ok(Some(tag)),
        false => {
            let reason =
                format!("\"{tag}\" is not a language tag; send a BCP 47 tag such as en, de or pt-BR");
            Err(Error::invalid("language", reason))
        }
    }
}

/// Roles as they are stored: each once, in the order of the roles.
pub(super) fn stored_roles(given: &[Role]) -> Result<Value, Error> {
    if given.contains(&Role::Customer) {
        let reason = "must not contain CUSTOMER: customers are not members of the organization";
        return Err(Error::invalid("roles", reason));
    }
    let roles = Role::iter().filter(|role| given.contains(role));
    Ok(roles.map(|role| role.to_value()).collect())
}

/// Roles of a member.
pub fn roles(row: &Model) -> Vec<Role> {
    let roles = row.roles.as_array().into_iter().flatten();
    roles.filter_map(|role| Role::try_from_value(&role.as_str()?.to_owned()).ok()).collect()
}

/// The search text of a member: name and email address, case-folded.
pub(super) fn found_by(name: &str, email: Option<&str>) -> String {
    format!("{}\n{}", text::folded(name), email.map(text::folded).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_email_address_has_one_form() {
        assert_eq!(email("email", " Ann@Example.COM ").unwrap(), "ann@example.com");
        for wrong in ["ann", "@example.com", "ann@", "a@b@c", "a b@c", ""] {
            assert!(email("email", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_language_is_a_tag() {
        assert_eq!(language(Some(" pt-BR ")).unwrap().as_deref(), Some("pt-BR"));
        assert_eq!(language(Some("")).unwrap(), None);
        for wrong in ["german language", "d", "de_DE", "de-", "12"] {
            assert!(language(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn roles_are_kept_once_and_never_that_of_a_customer() {
        let stored = stored_roles(&[Role::Support, Role::Product, Role::Support]).unwrap();
        assert_eq!(stored, json!(["product", "support"]));
        assert!(stored_roles(&[Role::Customer]).is_err());
    }
}
