//! The glossary: what the nouns of this server are called by those who develop, those who run services, and everybody else.
//!
//! IDs, fields and enums are the same for all readers. Only words differ, and a reader who meets another one's word finds it here.
//! Reports, the query `glossary` and whatever else speaks to a reader take their words from here.

/// A noun, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Concept {
    /// A product.
    Product,
    /// A feature.
    Feature,
    /// A release.
    Release,
    /// A deployment.
    Deployment,
    /// An iteration.
    Iteration,
    /// A customer.
    Customer,
    /// A segment.
    Segment,
    /// Feedback.
    Feedback,
    /// An incident.
    Incident,
    /// An attribution.
    Attribution,
    /// A known error.
    KnownError,
    /// An article.
    Article,
    /// An announcement.
    Announcement,
    /// Maintenance.
    Maintenance,
    /// A freeze.
    Freeze,
    /// Exposure.
    Exposure,
    /// Perceived value.
    Value,
    /// A regression.
    Regression,
    /// A rollback.
    Rollback,
    /// A team.
    Team,
}

/// What a noun is called, and what is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The word.
    pub term: &'static str,
    /// Several of them.
    pub plural: &'static str,
    /// What is meant, in the reader's words.
    pub definition: &'static str,
}

const fn words(term: &'static str, plural: &'static str, definition: &'static str) -> Words {
    Words { term, plural, definition }
}

impl Concept {
    /// What it is called: in AGILE, ITIL and PLAIN.
    pub fn words(self) -> &'static [Words; 3] {
        const NONE: &[Words; 3] = &[words("", "", ""); 3];
        GLOSSARY.iter().find(|(concept, _)| *concept == self).map_or(NONE, |(_, words)| words)
    }
}

/// All nouns, each with its words of AGILE, ITIL and PLAIN.
pub const GLOSSARY: &[(Concept, [Words; 3])] = &[
    (
        Concept::Product,
        [
            words("product", "products", "What a team builds and customers use."),
            words("service", "services", "What is provided to customers, with agreed quality."),
            words("product", "products", "What customers buy or use."),
        ],
    ),
    (
        Concept::Feature,
        [
            words(
                "feature",
                "features",
                "A capability of the product that customers notice; it has an owning team.",
            ),
            words(
                "service function",
                "service functions",
                "A part of a service that customers use and that can fail.",
            ),
            words("feature", "features", "Something that the product can do."),
        ],
    ),
    (
        Concept::Release,
        [
            words(
                "release",
                "releases",
                "A version of the product that reaches customers, with the features that it touches.",
            ),
            words("release", "releases", "A set of changes that is built, tested and deployed together."),
            words("version", "versions", "A new version of the product."),
        ],
    ),
    (
        Concept::Deployment,
        [
            words("deployment", "deployments", "A release that is installed in an environment."),
            words(
                "change",
                "changes",
                "A release that is brought into an environment: succeeded, failed, or backed out.",
            ),
            words("update", "updates", "The moment at which a new version is installed."),
        ],
    ),
    (
        Concept::Iteration,
        [
            words("sprint", "sprints", "A period of work of a team, with a goal."),
            words("iteration", "iterations", "A period with a goal, after which results are reviewed."),
            words("work period", "work periods", "A few weeks of work with a goal."),
        ],
    ),
    (
        Concept::Customer,
        [
            words("customer", "customers", "A person or company that uses the product and gives feedback."),
            words("customer", "customers", "Whoever receives the service."),
            words("customer", "customers", "A person or company that uses the product."),
        ],
    ),
    (
        Concept::Segment,
        [
            words("segment", "segments", "A group of customers, such as those of a plan."),
            words("customer group", "customer groups", "Customers with the same service level."),
            words("group of customers", "groups of customers", "Customers who have something in common."),
        ],
    ),
    (
        Concept::Feedback,
        [
            words("response", "responses", "Feedback of a customer: a rating, a comment, or both."),
            words(
                "survey response",
                "survey responses",
                "A customer's answer to a satisfaction survey about the service.",
            ),
            words("response", "responses", "What a customer said: a rating, a comment, or both."),
        ],
    ),
    (
        Concept::Incident,
        [
            words(
                "incident",
                "incidents",
                "Something that does not work in production, from its beginning to its end; a bug may cause it.",
            ),
            words(
                "incident",
                "incidents",
                "An unplanned interruption of a service, or a reduction of its quality.",
            ),
            words("problem", "problems", "Something that does not work."),
        ],
    ),
    (
        Concept::Attribution,
        [
            words(
                "root cause",
                "root causes",
                "The release that an incident comes from, and how sure that is.",
            ),
            words(
                "incident cause",
                "incident causes",
                "The change that caused an incident, or that none did.",
            ),
            words("cause", "causes", "What a problem comes from."),
        ],
    ),
    (
        Concept::KnownError,
        [
            words(
                "known bug",
                "known bugs",
                "A bug whose symptom is understood, with a workaround or a release that fixes it.",
            ),
            words("known error", "known errors", "A problem with a documented root cause or workaround."),
            words(
                "known problem",
                "known problems",
                "A problem that we know, and what to do until it is solved.",
            ),
        ],
    ),
    (
        Concept::Article,
        [
            words("help article", "help articles", "A text that answers a question of customers."),
            words("knowledge article", "knowledge articles", "An entry of the knowledge base."),
            words("help text", "help texts", "An answer to a question that is asked often."),
        ],
    ),
    (
        Concept::Announcement,
        [
            words(
                "announcement",
                "announcements",
                "Notice of a release, maintenance or freeze, before customers notice it.",
            ),
            words("change notice", "change notices", "Advance notice of a change, release or maintenance."),
            words("notice", "notices", "Word of something that will change."),
        ],
    ),
    (
        Concept::Maintenance,
        [
            words("maintenance", "maintenance", "Planned work during which something may not be available."),
            words(
                "maintenance window",
                "maintenance windows",
                "An agreed time in which a service may be interrupted.",
            ),
            words("planned work", "planned work", "A time when something may not work, which was planned."),
        ],
    ),
    (
        Concept::Freeze,
        [
            words("code freeze", "code freezes", "A time in which nothing is released."),
            words("change freeze", "change freezes", "A time in which no change may be made."),
            words("quiet time", "quiet times", "A time in which nothing is changed."),
        ],
    ),
    (
        Concept::Exposure,
        [
            words("active customers", "active customers", "The customers who use a feature on a day."),
            words("service consumers", "service consumers", "The customers who use a service on a day."),
            words(
                "customers who use it",
                "customers who use it",
                "How many customers use something on a day.",
            ),
        ],
    ),
    (
        Concept::Value,
        [
            words(
                "perceived value",
                "perceived values",
                "How valuable customers find a feature, 0 to 100, with its uncertainty.",
            ),
            words(
                "service value",
                "service values",
                "How valuable customers find a service, 0 to 100, with its uncertainty.",
            ),
            words("value", "values", "How much customers like something, 0 to 100."),
        ],
    ),
    (
        Concept::Regression,
        [
            words("regression", "regressions", "A release that made the experience of a feature worse."),
            words("failed change", "failed changes", "A change that reduced the quality of a service."),
            words(
                "change for the worse",
                "changes for the worse",
                "A version that customers like less than the one before.",
            ),
        ],
    ),
    (
        Concept::Rollback,
        [
            words("rollback", "rollbacks", "A return to the release before."),
            words("back-out", "back-outs", "The reversal of a change that failed."),
            words(
                "return to the version before",
                "returns to the version before",
                "Going back to what worked.",
            ),
        ],
    ),
    (
        Concept::Team,
        [
            words("team", "teams", "The people who own features."),
            words("service owner", "service owners", "The group that is accountable for a service."),
            words("team", "teams", "The people who look after something."),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_word_of_a_vocabulary_means_one_thing() {
        for place in 0..3 {
            let terms: HashSet<_> = GLOSSARY.iter().map(|(_, words)| words[place].term).collect();
            assert_eq!(terms.len(), GLOSSARY.len(), "of vocabulary {place}");
        }
        let concepts: HashSet<_> = GLOSSARY.iter().map(|(concept, _)| concept).collect();
        assert_eq!(concepts.len(), GLOSSARY.len());
    }

    #[test]
    fn a_definition_is_a_sentence() {
        for (concept, words) in GLOSSARY {
            for Words { term, plural, definition } in words {
                assert!(!term.is_empty() && !plural.is_empty(), "{concept:?}");
                let begins = definition.chars().next().is_some_and(char::is_uppercase);
                assert!(begins && definition.ends_with('.'), "{concept:?}: {definition}");
            }
        }
        assert_eq!(
            Concept::KnownError.words().map(|words| words.term),
            ["known bug", "known error", "known problem"]
        );
    }
}
