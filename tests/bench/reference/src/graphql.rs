//! The schema: of the product's, the fields that the operations select, by the same names.

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::rows::{self, Database};

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// A schema on this database.
pub fn schema(database: Database) -> Schema {
    Schema::build(Query, Mutation, EmptySubscription).data(database).finish()
}

/// What can be asked.
pub struct Query;

#[Object]
impl Query {
    /// One answer, by its id.
    async fn feedback(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Feedback>> {
        let id = id.rsplit_once('_').map_or(id.as_str(), |(_, id)| id);
        let found = ctx.data::<Database>()?.feedback(Uuid::parse_str(id)?).await;
        Ok(found.map_err(told)?.map(Into::into))
    }

    /// A product, by its key.
    async fn product<'a>(&self, ctx: &'a Context<'_>, key: String) -> Result<Option<Product<'a>>> {
        Ok(ctx.data::<Database>()?.product(&key).map(Product))
    }
}

/// A product.
pub struct Product<'a>(&'a rows::Product);

#[Object]
impl Product<'_> {
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// The first features, by key, and with one statement the latest answers to all of them.
    async fn features(&self, ctx: &Context<'_>, first: usize) -> Result<Features> {
        let features: Vec<_> = self.0.features.iter().take(first).cloned().collect();
        let asked = ctx.look_ahead().field("nodes").field("feedback");
        let number = asked.selection_fields().first().and_then(|field| {
            let (_, first) = field.arguments().ok()?.into_iter().find(|(name, _)| name == "first")?;
            if let async_graphql::Value::Number(first) = first { first.as_i64() } else { None }
        });
        let mut answers = match number {
            Some(number) => {
                let ids: Vec<Uuid> = features.iter().map(|feature| feature.id).collect();
                ctx.data::<Database>()?.latest(self.0.id, &ids, number).await.map_err(told)?
            }
            None => Default::default(),
        };
        let nodes = features.into_iter().map(|feature| {
            let answers = answers.remove(&feature.id).unwrap_or_default();
            Feature { answers: std::sync::Mutex::new(answers.into_iter().map(Into::into).collect()), feature }
        });
        Ok(Features { nodes: nodes.collect() })
    }
}

/// Some features.
#[derive(SimpleObject)]
pub struct Features {
    nodes: Vec<Feature>,
}

/// A feature, and the answers that were loaded with it.
pub struct Feature {
    feature: Arc<rows::Feature>,
    answers: std::sync::Mutex<Vec<Feedback>>,
}

#[Object]
impl Feature {
    async fn key(&self) -> &str {
        &self.feature.key
    }

    /// The latest answers.
    async fn feedback(&self, first: usize) -> Answers {
        let mut nodes =
            self.answers.lock().map(|mut answers| std::mem::take(&mut *answers)).unwrap_or_default();
        nodes.truncate(first);
        Answers { nodes }
    }
}

/// Some answers.
#[derive(SimpleObject)]
pub struct Answers {
    nodes: Vec<Feedback>,
}

/// One answer.
#[derive(SimpleObject)]
pub struct Feedback {
    id: ID,
    rating: f64,
    comment: Option<String>,
    occurred_at: DateTime<Utc>,
    product: Named,
    feature: Option<Named>,
    release: Option<Release>,
    customer: Option<Named>,
}

impl From<rows::Feedback> for Feedback {
    fn from(row: rows::Feedback) -> Self {
        Self {
            id: id("feedback", row.id),
            rating: row.rating,
            comment: row.comment,
            occurred_at: row.occurred_at,
            product: Named("product", row.product),
            feature: row.feature.map(|feature| Named("feature", feature)),
            release: row.release.map(Release),
            customer: row.customer.map(|customer| Named("customer", customer)),
        }
    }
}

/// Something of which only the id is asked.
pub struct Named(&'static str, Uuid);

#[Object]
impl Named {
    async fn id(&self) -> ID {
        id(self.0, self.1)
    }
}

/// A release.
pub struct Release(Arc<rows::Release>);

#[Object]
impl Release {
    async fn id(&self) -> ID {
        id("release", self.0.id)
    }

    async fn version(&self) -> &str {
        &self.0.version
    }
}

/// What can be done.
pub struct Mutation;

#[Object]
impl Mutation {
    async fn submit_feedback(&self, ctx: &Context<'_>, input: SubmitFeedbackInput) -> Result<Submitted> {
        let made = ctx.data::<Database>()?.submit(input.into()).await.map_err(told)?;
        Ok(Submitted { index: 0, outcome: "CREATED", feedback: Named("feedback", made) })
    }

    async fn submit_feedback_batch(
        &self,
        ctx: &Context<'_>,
        input: SubmitFeedbackBatchInput,
    ) -> Result<Batch> {
        let new = input.items.into_iter().map(Into::into).collect();
        let made = ctx.data::<Database>()?.submit_all(new).await.map_err(told)?;
        let items: Vec<_> = made
            .into_iter()
            .enumerate()
            .map(|(index, made)| Submitted { index, outcome: "CREATED", feedback: Named("feedback", made) })
            .collect();
        Ok(Batch { accepted: items.len(), items })
    }
}

/// An answer to submit.
#[derive(InputObject)]
pub struct SubmitFeedbackInput {
    product: String,
    feature: String,
    release: String,
    customer: String,
    scale: String,
    rating: f64,
    comment: Option<String>,
    channel: Option<String>,
    occurred_at: Option<DateTime<Utc>>,
    source: Option<String>,
    external_id: Option<String>,
}

/// Answers to submit.
#[derive(InputObject)]
pub struct SubmitFeedbackBatchInput {
    items: Vec<SubmitFeedbackInput>,
}

impl From<SubmitFeedbackInput> for rows::New {
    fn from(input: SubmitFeedbackInput) -> Self {
        Self {
            product: input.product,
            feature: input.feature,
            release: input.release,
            customer: input.customer,
            scale: input.scale,
            rating: input.rating,
            comment: input.comment,
            channel: input.channel,
            occurred_at: input.occurred_at.unwrap_or_else(Utc::now),
            source: input.source.unwrap_or_else(|| "bench".to_owned()),
            external_id: input.external_id,
        }
    }
}

/// What came of one answer.
#[derive(SimpleObject)]
pub struct Submitted {
    index: usize,
    outcome: &'static str,
    feedback: Named,
}

/// What came of many.
#[derive(SimpleObject)]
pub struct Batch {
    accepted: usize,
    items: Vec<Submitted>,
}

fn id(noun: &str, id: Uuid) -> ID {
    ID(format!("{noun}_{}", id.simple()))
}

fn told(error: rows::Failure) -> async_graphql::Error {
    async_graphql::Error::new(error.to_string())
}
