//! Words behind the numbers: what comments and titles of incidents say that others do not.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use ballroom_analytics::words::Term;
use ballroom_entity::{
    id::{FeatureId, FeedbackId, IncidentId, ReleaseId},
    product,
};
use chrono::Days;

use super::{
    ContextExt,
    fault::Fault,
    feedback::Feedback,
    incident::Incident,
    only_groups,
    scalar::{PeriodInput, PeriodShown, Reference},
};
use crate::{
    domain::product as products,
    score::{
        Period,
        words::{self, WordsOf},
    },
};

/// Days after a release whose texts are taken, unless others are requested.
const DAYS: u64 = 90;

/// Maximum number of words.
const MOST: i32 = 50;

/// What the texts of a period are compared with.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "words::ComparedWith")]
pub enum WordsBaseline {
    /// The texts of the year before the period: the words are new.
    #[default]
    Before,
    /// The texts on other releases, features or products in the same period: the words distinguish this one from the
    /// others.
    Others,
}

/// Figures of a word or phrase.
#[derive(SimpleObject)]
pub struct WordFigures {
    /// The word or phrase, in its most frequent form.
    text: String,
    /// Number of texts that contain it.
    count: i32,
    /// Number of authors who use it; texts without a known author have one each.
    voices: i32,
    /// Number of texts of the baseline that contain it.
    baseline_count: i32,
    /// Share of the authors who use it, 0 to 1.
    share: f64,
    /// Share of the authors of the baseline who use it, 0 to 1, weighted to the same mix of ratings and features.
    baseline_share: f64,
    /// Log-odds ratio of the two shares, with an informative Dirichlet prior.
    log_odds: f64,
    /// Log-odds ratio in standard deviations. Words are listed from about 4 on, depending on how many are compared.
    z: f64,
}

/// Words and phrases that distinguish the comments of responses from others.
#[derive(SimpleObject)]
pub struct CommentWords {
    /// Days whose comments they are.
    period: PeriodShown,
    /// Number of comments that were compared.
    comments: i32,
    /// Number of comments of the baseline.
    baseline_comments: i32,
    /// Whether all comments were read. False if there are more than 10,000, or 20,000 in the baseline: then the latest ones
    /// were.
    complete: bool,
    /// The words and phrases, the strongest first. Empty if the comments differ by chance only: of a hundred such lists, at
    /// most one has a word.
    words: Vec<CommentWord>,
}

/// A word or phrase that distinguishes comments from others.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CommentWord {
    #[graphql(flatten)]
    figures: WordFigures,
    #[graphql(skip)]
    ids: Vec<FeedbackId>,
}

#[ComplexObject]
impl CommentWord {
    /// The latest responses whose comments contain it, at most three, with different texts. Only for callers who may read
    /// feedback.
    async fn examples(&self, ctx: &Context<'_>) -> Result<Vec<Feedback>, Fault> {
        ctx.reads()?;
        let rows = ctx.load().load_many(self.ids.iter().copied()).await?;
        Ok(self.ids.iter().filter_map(|id| rows.get(id).cloned()).map(Feedback).collect())
    }
}

/// Words and phrases that distinguish the titles of incidents from others.
#[derive(SimpleObject)]
pub struct IncidentWords {
    /// Days on which the incidents began.
    period: PeriodShown,
    /// Number of incidents that were compared.
    incidents: i32,
    /// Number of incidents of the baseline.
    baseline_incidents: i32,
    /// Whether all incidents were read. False if there are more than 5,000 on one side: then the latest ones were.
    complete: bool,
    /// The words and phrases, the strongest first. Empty if the titles differ by chance only: of a hundred such lists, at
    /// most one has a word.
    words: Vec<IncidentWord>,
}

/// A word or phrase that distinguishes titles of incidents from others.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct IncidentWord {
    #[graphql(flatten)]
    figures: WordFigures,
    #[graphql(skip)]
    ids: Vec<IncidentId>,
}

#[ComplexObject]
impl IncidentWord {
    /// The latest incidents whose titles contain it, at most three, with different titles. Only for callers who may read
    /// incidents.
    async fn examples(&self, ctx: &Context<'_>) -> Result<Vec<Incident>, Fault> {
        ctx.reads()?;
        let rows = ctx.load().load_many(self.ids.iter().copied()).await?;
        Ok(self.ids.iter().filter_map(|id| rows.get(id).cloned()).map(Incident).collect())
    }
}

/// The question.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) feature: Option<FeatureId>,
    pub(super) release: Option<ReleaseId>,
    pub(super) period: Option<PeriodInput>,
    pub(super) segment: Option<Reference>,
    pub(super) with: WordsBaseline,
    pub(super) most: i32,
}

/// The words of the comments of a place.
pub(super) async fn of_comments(
    ctx: &Context<'_>,
    product: &product::Model,
    asked: Asked,
) -> Result<CommentWords, Fault> {
    let (by, asked) = (ctx.reports()?, resolve(ctx, product, asked).await?);
    let found = words::of_comments(ctx.store(), by, asked).await?;
    let word = |(term, ids): (Term, _)| CommentWord { figures: figures(term), ids };
    Ok(CommentWords {
        period: asked.period.into(),
        comments: found.texts as i32,
        baseline_comments: found.others as i32,
        complete: found.complete,
        words: found.terms.into_iter().map(word).collect(),
    })
}

/// The words of the titles of incidents of a place.
pub(super) async fn of_incidents(
    ctx: &Context<'_>,
    product: &product::Model,
    asked: Asked,
) -> Result<IncidentWords, Fault> {
    let (by, asked) = (ctx.reports()?, resolve(ctx, product, asked).await?);
    let found = words::of_incidents(ctx.store(), by, asked).await?;
    let word = |(term, ids): (Term, _)| IncidentWord { figures: figures(term), ids };
    Ok(IncidentWords {
        period: asked.period.into(),
        incidents: found.texts as i32,
        baseline_incidents: found.others as i32,
        complete: found.complete,
        words: found.terms.into_iter().map(word).collect(),
    })
}

/// The release of an argument.
pub(super) async fn release(
    ctx: &Context<'_>,
    product: &product::Model,
    given: Option<Reference>,
) -> Result<Option<ReleaseId>, Fault> {
    let Some(given) = given else { return Ok(None) };
    Ok(Some(super::dimensions(ctx).await?.release(product.id, "release", &given.0)?.id))
}

/// The feature of an argument.
pub(super) async fn feature(
    ctx: &Context<'_>,
    product: &product::Model,
    given: Option<Reference>,
) -> Result<Option<FeatureId>, Fault> {
    let Some(given) = given else { return Ok(None) };
    Ok(Some(super::dimensions(ctx).await?.feature_in(Some(product.id), "feature", &given.0)?.id))
}

async fn resolve(ctx: &Context<'_>, product: &product::Model, asked: Asked) -> Result<WordsOf, Fault> {
    if !(1..=MOST).contains(&asked.most) {
        return Err(Fault::invalid("most", &format!("is {}; send a number from 1 to {MOST}", asked.most)));
    }
    let dimensions = super::dimensions(ctx).await?;
    let today = products::today(product, ctx.now());
    // A release is news from its first day on.
    let since = asked.release.and_then(|release| dimensions.releases.get(&release)?.released_at);
    let days = match (asked.period, since) {
        (None, Some(since)) if products::today(product, since) <= today => {
            let from = products::today(product, since);
            Some(Period { from, until: today.min(from + Days::new(DAYS - 1)) + Days::new(1) })
        }
        (given, _) => given.map(Into::into),
    };
    let (period, _) = Period::resolve(days, None, today)?;
    let segment = asked.segment.map(|segment| dimensions.segment("segment", &segment.0)).transpose()?;
    Ok(WordsOf {
        product: product.id,
        feature: asked.feature,
        release: asked.release,
        segment: segment.map(|segment| segment.id),
        period,
        with: asked.with.into(),
        only_groups: only_groups(ctx).await?,
        most: asked.most as usize,
    })
}

fn figures(term: Term) -> WordFigures {
    WordFigures {
        text: term.text,
        count: term.texts.len() as i32,
        voices: term.voices as i32,
        baseline_count: term.others as i32,
        share: term.share,
        baseline_share: term.other_share,
        log_odds: term.log_odds,
        z: term.z,
    }
}
