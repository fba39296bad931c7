//! The glossary: the nouns of the schema in the words of its readers.

use async_graphql::{Context, Enum, Object, SimpleObject};
use ballroom_entity::member::Vocabulary as Stored;

use super::{ContextExt, fault::Fault, member::Vocabulary};
use crate::domain::glossary::{Concept, GLOSSARY, Words, of_role, words_of};

/// A noun of the schema, independent of vocabularies.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "Concept")]
pub(super) enum GlossaryConcept {
    /// `Product`.
    Product,
    /// `Feature`.
    Feature,
    /// `Release`.
    Release,
    /// `Deployment`.
    Deployment,
    /// `Iteration`.
    Iteration,
    /// `Customer`.
    Customer,
    /// `Segment`.
    Segment,
    /// `Feedback`.
    Feedback,
    /// `Incident`.
    Incident,
    /// `Attribution`.
    Attribution,
    /// A known error.
    KnownError,
    /// `Article`.
    Article,
    /// `Announcement`.
    Announcement,
    /// `Announcement` of the kind MAINTENANCE.
    Maintenance,
    /// `Announcement` of the kind FREEZE.
    Freeze,
    /// `DailyExposure`.
    Exposure,
    /// `Value`.
    Value,
    /// `Regression`.
    Regression,
    /// `Deployment` with the status ROLLED_BACK.
    Rollback,
    /// `Team`.
    Team,
}

/// Terms for the nouns of the schema in a vocabulary.
#[derive(SimpleObject)]
struct Glossary {
    /// Vocabulary of the words.
    vocabulary: Vocabulary,
    /// Nouns, in the order in which they are learned.
    terms: Vec<GlossaryTerm>,
}

/// Term for a noun in the chosen vocabulary, with its translations.
#[derive(SimpleObject)]
struct GlossaryTerm {
    /// The noun.
    concept: GlossaryConcept,
    /// Word for it.
    term: String,
    /// Plural of the word.
    plural: String,
    /// Definition in the same vocabulary.
    definition: String,
    /// Words for it in all vocabularies.
    translations: Vec<GlossaryTranslation>,
}

/// Term for a noun in one vocabulary.
#[derive(SimpleObject)]
struct GlossaryTranslation {
    /// Vocabulary.
    vocabulary: Vocabulary,
    /// Word of the vocabulary.
    term: String,
    /// Plural of the word.
    plural: String,
    /// Definition.
    definition: String,
}

impl GlossaryTranslation {
    fn new(vocabulary: Stored, words: Words) -> Self {
        Self {
            vocabulary: vocabulary.into(),
            term: words.term.to_owned(),
            plural: words.plural.to_owned(),
            definition: words.definition.to_owned(),
        }
    }
}

/// The vocabulary of the caller: that of the argument, else the member's preference, else the one of the role.
pub(super) async fn of_caller(ctx: &Context<'_>, given: Option<Vocabulary>) -> Result<Vocabulary, Fault> {
    if let Some(given) = given {
        return Ok(given);
    }
    let member = match ctx.viewer().member() {
        Some(member) => ctx.load().load_one(member).await?,
        None => None,
    };
    Ok(member.map_or_else(|| of_role(ctx.viewer().role()), |member| member.vocabulary).into())
}

#[derive(Default)]
pub(super) struct GlossaryQuery;

#[Object]
impl GlossaryQuery {
    /// Terms for the nouns of the schema in a vocabulary, with their definitions.
    async fn glossary(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Vocabulary; by default the preferred one of the member, else AGILE for product management, development and administrators, ITIL for operations, security and support, and PLAIN for all others."
        )]
        vocabulary: Option<Vocabulary>,
    ) -> Result<Glossary, Fault> {
        let vocabulary = of_caller(ctx, vocabulary).await?;
        let all = [Stored::Agile, Stored::Itil, Stored::Plain];
        let terms = GLOSSARY.iter().map(|(concept, _)| {
            let Words { term, plural, definition } = words_of(*concept, vocabulary.into());
            let translation = |one| GlossaryTranslation::new(one, words_of(*concept, one));
            GlossaryTerm {
                concept: (*concept).into(),
                term: term.to_owned(),
                plural: plural.to_owned(),
                definition: definition.to_owned(),
                translations: all.into_iter().map(translation).collect(),
            }
        });
        Ok(Glossary { vocabulary, terms: terms.collect() })
    }
}
