//! Words behind the numbers: what the comments of a feature, a release or a product say that others do not, and the same
//! of the titles of incidents.
//!
//! Comments are read for this question, unlike for scores: the latest ones, up to a limit that keeps it fast enough for a
//! field of the API.

use std::collections::HashSet;

use ballroom_analytics::words::{self, Term, Terms, Text};
use ballroom_entity::{
    feedback,
    id::{
        CustomerId, FeatureId, FeedbackId, IncidentId, OrganizationId, ProductId, ReleaseId, ScaleId,
        SegmentId,
    },
    incident,
};
use chrono::{Days, NaiveDate, NaiveTime};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Period, blocking};
use crate::{
    base::error::Error,
    domain::{
        access::Report,
        feedback::{FeedbackFilter, Responses},
        incident::{IncidentFilter, Incidents},
        page::List,
        privacy::MinGroup,
        range::Range,
        scale::levels,
    },
    store::{Dimensions, Store},
};

/// Maximum number of comments of the place that are read.
const COMMENTS: usize = 10_000;
/// Maximum number of other comments that are read.
const OTHER_COMMENTS: usize = 20_000;
/// Minimum number that is read of each feature, if there are many.
const COMMENTS_OF_FEATURE: usize = 200;
/// Maximum number of incidents that are read on each side.
const INCIDENTS: u64 = 5_000;
/// Length in days of the time before a period that it is compared with.
const EARLIER_DAYS: u64 = 365;
/// Number of examples of a word.
const EXAMPLES: usize = 3;

/// Minimum number of voices that use a word for callers who may read comments.
const MIN_VOICES: usize = 3;

/// What a period is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ComparedWith {
    /// The year before it.
    #[default]
    Before,
    /// What is about something else in the same period.
    Others,
}

/// The question: of which place and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WordsOf {
    /// The product.
    pub product: ProductId,
    /// Only this feature; none: all, and the product as a whole.
    pub feature: Option<FeatureId>,
    /// Only what names this release.
    pub release: Option<ReleaseId>,
    /// Only this segment; for comments.
    pub segment: Option<SegmentId>,
    /// The days.
    pub period: Period,
    /// What they are compared with.
    pub with: ComparedWith,
    /// Number of voices of which a word is shown to a caller who may not read comments; none: the caller may.
    pub only_groups: Option<MinGroup>,
    /// Maximum number of words.
    pub most: usize,
}

/// The words, with examples.
pub struct Words<I> {
    /// Number of texts of the place and period that were compared.
    pub texts: usize,
    /// Number of the others.
    pub others: usize,
    /// Whether all of them were read, not only the latest.
    pub complete: bool,
    /// The words, the strongest first.
    pub terms: Vec<(Term, Vec<I>)>,
}

/// A text as read.
struct Row<I> {
    id: I,
    text: String,
    stratum: u32,
    voice: Option<u64>,
}

/// A feature of a product, or the product as a whole.
type Slice = (ProductId, Option<FeatureId>);

/// Which releases comments name.
#[derive(Clone, Copy)]
enum Naming {
    Any,
    This(ReleaseId),
    NotThis(ReleaseId),
}

/// The words that distinguish the comments of a place and period.
pub async fn of_comments(store: &Store, by: Report, asked: WordsOf) -> Result<Words<FeedbackId>, Error> {
    let organization = by.organization();
    let dimensions = store.dimensions(organization).await?;
    let product = || slices(&dimensions, asked.product);
    let mine = asked.feature.map_or_else(product, |feature| vec![(asked.product, Some(feature))]);
    let (others, naming) = match (asked.with, asked.release) {
        (ComparedWith::Before, _) => (mine.clone(), Naming::Any),
        (ComparedWith::Others, Some(release)) => (mine.clone(), Naming::NotThis(release)),
        (ComparedWith::Others, None) if asked.feature.is_some() => {
            (product().into_iter().filter(|slice| !mine.contains(slice)).collect(), Naming::Any)
        }
        (ComparedWith::Others, None) => {
            let mut products: Vec<_> =
                dimensions.products.keys().filter(|id| **id != asked.product).collect();
            products.sort();
            (products.into_iter().flat_map(|id| slices(&dimensions, *id)).collect(), Naming::Any)
        }
    };
    let days = match asked.with {
        ComparedWith::Before => before(asked.period),
        ComparedWith::Others => asked.period,
    };
    let by_feature = mine == others;
    let read = Reading { store, organization, dimensions: &dimensions, segment: asked.segment, by_feature };
    let named = asked.release.map_or(Naming::Any, Naming::This);
    let (texts, all) = read.comments(&mine, asked.period, named, COMMENTS).await?;
    let (others, all_others) = read.comments(&others, days, naming, OTHER_COMMENTS).await?;
    compare(texts, others, all && all_others, &asked).await
}

/// The words that distinguish the titles of incidents of a place and period.
pub async fn of_incidents(store: &Store, by: Report, asked: WordsOf) -> Result<Words<IncidentId>, Error> {
    let organization = by.organization();
    let place = Incidents {
        product: Some(asked.product),
        feature: asked.feature,
        release: asked.release,
        ..Incidents::default()
    };
    let (texts, all) = titles(store, organization, place.clone(), asked.period).await?;
    let (other, days) = match asked.with {
        ComparedWith::Before => (Incidents { release: None, ..place }, before(asked.period)),
        ComparedWith::Others if asked.release.is_some() => {
            (Incidents { release: None, ..place }, asked.period)
        }
        ComparedWith::Others if asked.feature.is_some() => {
            (Incidents { feature: None, ..place }, asked.period)
        }
        ComparedWith::Others => (Incidents::default(), asked.period),
    };
    let (mut others, all_others) = titles(store, organization, other, days).await?;
    let mine: HashSet<IncidentId> = texts.iter().map(|row| row.id).collect();
    others.retain(|row| !mine.contains(&row.id));
    compare(texts, others, all && all_others, &asked).await
}

/// The features of a product, and the product as a whole.
fn slices(dimensions: &Dimensions, product: ProductId) -> Vec<Slice> {
    let features = dimensions.features.values().filter(|feature| feature.product_id == product);
    let mut slices: Vec<Slice> = features.map(|feature| (product, Some(feature.id))).collect();
    slices.sort();
    slices.push((product, None));
    slices
}

/// The days that a period is compared with.
fn before(period: Period) -> Period {
    Period { from: period.from - Days::new(EARLIER_DAYS), until: period.from }
}

struct Reading<'a> {
    store: &'a Store,
    organization: OrganizationId,
    dimensions: &'a Dimensions,
    segment: Option<SegmentId>,
    /// Whether comments on different features are not compared.
    by_feature: bool,
}

impl Reading<'_> {
    /// The latest comments, and whether they are all.
    async fn comments(
        &self,
        slices: &[Slice],
        days: Period,
        naming: Naming,
        most: usize,
    ) -> Result<(Vec<Row<FeedbackId>>, bool), Error> {
        let limit = (most / slices.len().max(1)).max(COMMENTS_OF_FEATURE);
        let (mut rows, mut all) = (Vec::new(), true);
        for (place, slice) in (0..).zip(slices) {
            if rows.len() >= most {
                return Ok((rows, false));
            }
            let found = self.slice(*slice, days, naming, limit).await?;
            all &= found.len() < limit;
            rows.extend(found.into_iter().map(|(id, customer, scale, level, text)| Row {
                id,
                text,
                stratum: self.mood(scale, level) + if self.by_feature { 4 * place } else { 0 },
                voice: customer.map(|customer: CustomerId| customer.0.as_u128() as u64),
            }));
        }
        Ok((rows, all))
    }

    async fn slice(
        &self,
        (product, feature): Slice,
        days: Period,
        naming: Naming,
        limit: usize,
    ) -> Result<Vec<Commented>, Error> {
        use feedback::Column;
        // The index is by time. Days begin and end at most fourteen hours from those of UTC.
        let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let occurred_at =
            Range { from: Some(at(days.from - Days::new(1))), until: Some(at(days.until + Days::new(1))) };
        let filter = FeedbackFilter {
            segment: self.segment,
            occurred_at: Some(occurred_at),
            day: Some(Range { from: Some(days.from), until: Some(days.until) }),
            has_comment: Some(true),
            ..FeedbackFilter::default()
        };
        let rows = Responses { product: Some(product), feature, filter, ..Responses::default() };
        let mut rows = rows.rows(self.organization);
        if feature.is_none() {
            rows = rows.filter(Column::FeatureId.is_null());
        }
        rows = match naming {
            Naming::Any => rows,
            Naming::This(release) => rows.filter(Column::ReleaseId.eq(release)),
            Naming::NotThis(release) => rows.filter(Column::ReleaseId.ne(release)),
        };
        let rows = rows
            .select_only()
            .columns([Column::Id, Column::CustomerId, Column::ScaleId, Column::Level, Column::Comment])
            .order_by_desc(Column::OccurredAt)
            .order_by_desc(Column::Id)
            .limit(limit as u64);
        Ok(rows.into_tuple().all(self.store.reader()).await?)
    }

    /// Whether a rating is in the lower, middle or upper third of its scale, or missing.
    fn mood(&self, scale: Option<ScaleId>, level: Option<i32>) -> u32 {
        let scale = scale.and_then(|scale| self.dimensions.scales.get(&scale));
        let (Some(scale), Some(level)) = (scale, level) else { return 3 };
        let steps = levels(scale).saturating_sub(1).max(1) as i32;
        let good = if scale.higher_is_better { level } else { steps - level };
        match () {
            () if good * 3 < steps => 0,
            () if good * 3 <= 2 * steps => 1,
            () => 2,
        }
    }
}

/// A comment as read: with its author and its rating.
type Commented = (FeedbackId, Option<CustomerId>, Option<ScaleId>, Option<i32>, String);

/// The titles of the latest incidents, and whether they are all.
async fn titles(
    store: &Store,
    organization: OrganizationId,
    place: Incidents,
    days: Period,
) -> Result<(Vec<Row<IncidentId>>, bool), Error> {
    let day = Some(Range { from: Some(days.from), until: Some(days.until) });
    let rows = Incidents { filter: IncidentFilter { day, ..IncidentFilter::default() }, ..place };
    let rows: Vec<(IncidentId, String)> = rows
        .rows(organization)
        .select_only()
        .columns([incident::Column::Id, incident::Column::Title])
        .order_by_desc(incident::Column::OpenedAt)
        .order_by_desc(incident::Column::Id)
        .limit(INCIDENTS)
        .into_tuple()
        .all(store.reader())
        .await?;
    let all = (rows.len() as u64) < INCIDENTS;
    Ok((rows.into_iter().map(|(id, text)| Row { id, text, stratum: 0, voice: None }).collect(), all))
}

async fn compare<I: Copy + Send + 'static>(
    texts: Vec<Row<I>>,
    others: Vec<Row<I>>,
    complete: bool,
    asked: &WordsOf,
) -> Result<Words<I>, Error> {
    // A word of fewer could be that of a person.
    let few = asked.only_groups.map_or(0, |group| group.number().unsigned_abs() as usize);
    let min_voices = MIN_VOICES.max(few);
    let wanted = Terms { min_voices, most: asked.most };
    blocking(move || {
        let terms = words::distinguishing(&given(&texts), &given(&others), wanted);
        let with_examples = |term: Term| {
            let examples = examples(&texts, &term);
            (term, examples)
        };
        let terms = terms.into_iter().map(with_examples).collect();
        Ok(Words { texts: texts.len(), others: others.len(), complete, terms })
    })
    .await
}

fn given<I>(rows: &[Row<I>]) -> Vec<Text<'_>> {
    rows.iter().map(|row| Text { text: &row.text, stratum: row.stratum, voice: row.voice }).collect()
}

/// The latest texts with a term that are not the same.
fn examples<I: Copy>(texts: &[Row<I>], term: &Term) -> Vec<I> {
    let mut shown = HashSet::new();
    let rows = term.texts.iter().filter_map(|at| texts.get(*at));
    rows.filter(|row| shown.insert(&*row.text)).take(EXAMPLES).map(|row| row.id).collect()
}
