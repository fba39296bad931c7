//! Answers as they are handed in: what a caller may say of an answer.
//!
//! Whoever works for the organization may name a customer, a segment, a source and a time. A customer speaks for itself.
//! A page speaks for whoever looks at it, now, and names nobody: at most it tells its respondents apart.

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

/// How the keys of customers begin who are known by what a page calls them only. Nobody else's key may.
pub(crate) const RESPONDENT: &str = "respondent-";

/// The longest external id of a page, so that what tells it from others has room beside it.
const PAGE_ID_LENGTH: usize = 160;

/// An answer as it is handed in.
#[derive(Clone, Debug, Default)]
pub struct Handed {
    /// The answer.
    pub answer: NewFeedback,
    /// What a page calls the one who answered.
    pub respondent: Option<String>,
    from: Hand,
}

/// Whose hand it comes from.
#[derive(Clone, Debug, Default)]
enum Hand {
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
    /// The answer as far as its caller may say it; refused where it says more. `source` is the caller's name.
    pub fn confined(mut self, by: &Submit, source: &str) -> Result<Self, Error> {
        if let Some(page) = by.publication() {
            self.confine_to_page(page, by.only().is_some())?;
        } else if self.respondent.is_some() {
            let reason = "belongs to tokens with the scope PUBLISHABLE; name the `customer` instead";
            return Err(Error::invalid("respondent", reason));
        }
        if let Some(customer) = by.only() {
            let own = customer.public();
            if self.answer.customer.as_ref().is_some_and(|given| *given != own) {
                return Err(Error::invalid(
                    "customer",
                    "must be left out: this token speaks for one customer",
                ));
            }
            // A customer's own ids of answers live in a source of their own: nobody else's answer is found by them.
            self.answer.source = Some(format!("customer {own}"));
            self.answer.customer = Some(own);
            if !matches!(self.from, Hand::Page(_)) {
                self.from = Hand::Customer;
            }
        } else {
            self.answer.source.get_or_insert_with(|| source.to_owned());
        }
        Ok(self)
    }

    fn confine_to_page(&mut self, page: &Arc<Publication>, speaks_for_customer: bool) -> Result<(), Error> {
        let answer = &mut self.answer;
        let left_out = |field: &str| {
            let reason = "must be left out: a PUBLISHABLE token submits what is said now, and names nobody";
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
            return Err(Error::invalid("respondent", "must be left out: this token speaks for one customer"));
        }
        let external = check::optional_line("externalId", answer.external_id.as_deref(), PAGE_ID_LENGTH)?;
        // The external ids of one respondent are not those of another, nor of anybody who is named. Where there is no
        // respondent, only the same answer again is the same: nobody replaces what somebody else said.
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
        self.from = Hand::Page(page.clone());
        Ok(())
    }

    /// Whether the one who answers may be made a customer by it.
    pub(super) fn may_name(&self, customer: &str) -> bool {
        matches!(self.from, Hand::Page(_)) || !customer.starts_with(RESPONDENT)
    }

    /// Refuses what whoever handed it in cannot know of, or may not speak about.
    pub(super) fn check(
        &self,
        dimensions: &Dimensions,
        about: &About<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        // A page speaks of now: what nobody has any more, it cannot ask about.
        let gone = |release: &Release| {
            matches!(self.from, Hand::Page(_))
                && release.lifecycle == ReleaseLifecycle::Withdrawn
                && release.withdrawn_at.is_some_and(|withdrawn| withdrawn < now)
        };
        if let Some(release) = about.release
            && !matches!(self.from, Hand::Inside)
            && (release.lifecycle == ReleaseLifecycle::Planned || gone(release))
        {
            let given = self.answer.release.clone().unwrap_or_default();
            return Err(Error::not_found("release", "release", given));
        }
        let Hand::Page(page) = &self.from else { return Ok(()) };
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
                Err(Error::invalid("feature", format!("is needed: this token is for {}", keys.join(", "))))
            }
        }
    }
}

/// What an answer is about.
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
