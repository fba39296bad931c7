//! Submitted responses: what a caller may specify.
//!
//! A caller of the organization may name a customer, a segment, a source and a time. A customer submits its own
//! responses. A page submits current responses of its visitors without naming them: at most it distinguishes
//! respondents.

use std::sync::Arc;

use ballroom_entity::release::{Model as Release, ReleaseLifecycle};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::NewFeedback;
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::{Publication, Submit},
        check,
    },
    store::Dimensions,
};

/// Prefix of the keys of customers that are known by a page's respondent ID only; reserved for them.
pub(crate) const RESPONDENT: &str = "respondent-";

/// Maximum length of an external ID from a page, in characters: it is stored with a prefix.
const PAGE_ID_LENGTH: usize = 160;

/// A response as submitted.
#[derive(Clone, Debug, Default)]
pub struct Handed {
    /// The response.
    pub answer: NewFeedback,
    /// The page's ID of the respondent.
    pub respondent: Option<String>,
    from: Submitter,
}

/// The submitter.
#[derive(Clone, Debug, Default)]
enum Submitter {
    #[default]
    Inside,
    Customer,
    Page(Arc<Publication>),
}

impl From<NewFeedback> for Handed {
    fn from(answer: NewFeedback) -> Self {
        Self { answer, ..Self::default() }
    }
}

impl Handed {
    /// The response, restricted to what its caller may specify; an error if it contains more. `source` is the caller's name.
    pub fn confined(mut self, by: &Submit, source: &str) -> Result<Self, Error> {
        if let Some(page) = by.publication() {
            self.confine_to_page(page, by.only().is_some())?;
        } else if self.respondent.is_some() {
            let reason = "is allowed with the scope PUBLISHABLE only; send `customer` instead";
            return Err(Error::invalid("respondent", reason));
        }
        if let Some(customer) = by.only() {
            let own = customer.public();
            if self.answer.customer.as_ref().is_some_and(|given| *given != own) {
                return Err(Error::invalid("customer", "must be omitted: this token acts for one customer"));
            }
            // A customer's external IDs have a separate source, so they never match the response of another.
            self.answer.source = Some(format!("customer {own}"));
            self.answer.customer = Some(own);
            if !matches!(self.from, Submitter::Page(_)) {
                self.from = Submitter::Customer;
            }
        } else {
            self.answer.source.get_or_insert_with(|| source.to_owned());
        }
        Ok(self)
    }

    fn confine_to_page(&mut self, page: &Arc<Publication>, speaks_for_customer: bool) -> Result<(), Error> {
        let answer = &mut self.answer;
        let left_out = |field: &str| {
            let reason =
                "must be omitted: a PUBLISHABLE token submits current responses without naming customers";
            Err(Error::invalid(field, reason))
        };
        match answer {
            NewFeedback { customer: Some(_), .. } => return left_out("customer"),
            NewFeedback { segment: Some(_), .. } => return left_out("segment"),
            NewFeedback { source: Some(_), .. } => return left_out("source"),
            NewFeedback { occurred_at: Some(_), .. } => return left_out("occurredAt"),
            NewFeedback { updated_at: Some(_), .. } => return left_out("updatedAt"),
            _ => (),
        }
        let respondent = check::optional_line("respondent", self.respondent.as_deref(), check::NAME_LENGTH)?;
        if respondent.is_some() && speaks_for_customer {
            return Err(Error::invalid("respondent", "must be omitted: this token acts for one customer"));
        }
        let external = check::optional_line("externalId", answer.external_id.as_deref(), PAGE_ID_LENGTH)?;
        // External IDs of a respondent are separate from those of other respondents and of named customers. Without a
        // respondent, only an identical response is the same, so that no respondent can replace the response of
        // another.
        answer.external_id = external.map(|external| {
            let said = match &respondent {
                Some(respondent) => hash(&[&page.realm, "respondent", respondent]),
                None => hash(&[&page.realm, "said", &format!("{answer:?}")]),
            };
            format!("{}:{external}", &said[..16])
        });
        if let Some(respondent) = respondent {
            answer.customer =
                Some(format!("{RESPONDENT}{}", &hash(&[&page.realm, "respondent", &respondent])[..32]));
        }
        self.from = Submitter::Page(page.clone());
        Ok(())
    }

    /// Whether the response may create this customer.
    pub(super) fn may_name(&self, customer: &str) -> bool {
        matches!(self.from, Submitter::Page(_)) || !customer.starts_with(RESPONDENT)
    }

    /// Refuses objects that the caller cannot know of or may not refer to.
    pub(super) fn check(
        &self,
        dimensions: &Dimensions,
        about: &About<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        // A page submits current responses: it cannot refer to releases that are no longer in use.
        let gone = |release: &Release| {
            matches!(self.from, Submitter::Page(_))
                && release.lifecycle == ReleaseLifecycle::Withdrawn
                && release.withdrawn_at.is_some_and(|withdrawn| withdrawn < now)
        };
        if let Some(release) = about.release
            && !matches!(self.from, Submitter::Inside)
            && (release.lifecycle == ReleaseLifecycle::Planned || gone(release))
        {
            let given = self.answer.release.clone().unwrap_or_default();
            return Err(Error::not_found("release", "release", given));
        }
        let Submitter::Page(page) = &self.from else { return Ok(()) };
        if page.product.is_some_and(|product| product != about.product.id) {
            return Err(Error::not_found("product", "product", self.answer.product.clone()));
        }
        match about.feature {
            _ if page.features.is_empty() => Ok(()),
            Some(feature) if page.features.contains(&feature.id) => Ok(()),
            Some(_) => {
                let given = self.answer.feature.clone().unwrap_or_default();
                Err(Error::not_found("feature", "feature", given))
            }
            None => {
                let keys: Vec<_> =
                    page.features.iter().filter_map(|id| dimensions.features.get(id)).collect();
                let keys: Vec<_> = keys.iter().map(|feature| feature.key.as_str()).collect();
                Err(Error::invalid(
                    "feature",
                    format!("is required: this token is restricted to {}", keys.join(", ")),
                ))
            }
        }
    }
}

/// The subject of a response.
pub(super) struct About<'a> {
    pub(super) product: &'a ballroom_entity::product::Model,
    pub(super) feature: Option<&'a ballroom_entity::feature::Model>,
    pub(super) release: Option<&'a ballroom_entity::release::Model>,
}

/// SHA-256 of some texts, hexadecimal; each with its length, so that no two lists of texts are one.
fn hash(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
