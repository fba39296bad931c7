//! Reading what is exported: the lists, and their pages.

use std::time::Duration;

use anyhow::Context;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{Content, Export, row};
use crate::cli::client::{Client, Unanswered};

/// Number of objects that are asked for at once.
const PAGE: u32 = 200;

/// Number of attempts to get a page, and the pause before the second one.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(500);

/// A list of what is exported.
pub(super) struct List {
    /// ID of the product or feature that has it.
    pub(super) id: String,
    /// Key of the product.
    pub(super) product: String,
}

impl Export {
    /// The lists to read, one after another: those of products, and of exposure those of features.
    pub(super) async fn lists(&self, client: &Client) -> anyhow::Result<Vec<List>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let products = match &self.product {
            Some(product) => {
                let query = "query($product: Reference!) { product(product: $product) { id key } }";
                vec![ask(client, query, json!({ "product": product })).await?["product"].clone()]
            }
            None => {
                let query = "query($after: String) { list: products(first: 200, after: $after, orderBy: { field: CREATED_AT,
                    direction: ASC }) { nodes { id key } pageInfo { hasNextPage endCursor } } }";
                all(client, query, json!({}), |data| data["list"].take()).await?
            }
        };
        if self.what != Content::Exposure {
            let list = |product: &Value| List { id: text(&product["id"]), product: text(&product["key"]) };
            return Ok(products.iter().map(list).collect());
        }
        let mut lists = Vec::new();
        for product in &products {
            let query = "query($of: Reference!, $after: String) { product(product: $of) { list: features(first: 200, after: $after,
                orderBy: { field: KEY, direction: ASC }) { nodes { id key } pageInfo { hasNextPage endCursor } } } }";
            let features =
                all(client, query, json!({ "of": product["id"] }), |data| data["product"]["list"].take())
                    .await?;
            let wanted = |feature: &&Value| {
                self.feature
                    .as_deref()
                    .is_none_or(|wanted| feature["key"] == wanted || feature["id"] == wanted)
            };
            let list = |feature: &Value| List { id: text(&feature["id"]), product: text(&product["key"]) };
            lists.extend(features.iter().filter(wanted).map(list));
        }
        if let Some(feature) = self.feature.as_deref().filter(|_| lists.is_empty()) {
            anyhow::bail!("--feature: there is no feature \"{feature}\"");
        }
        Ok(lists)
    }

    /// The query for a page of a list.
    pub(super) fn query(&self) -> String {
        let of = if self.what == Content::Exposure { "feature" } else { "product" };
        let (list, order, filter, nodes) = match self.what {
            Content::Feedback => ("feedback", "RECEIVED_AT", "FeedbackFilter", row::FEEDBACK),
            Content::Incidents => ("incidents", "CREATED_AT", "IncidentFilter", row::INCIDENT),
            Content::Exposure => ("exposure", "DAY", "ExposureFilter", row::EXPOSURE),
            Content::Releases => ("releases", "CREATED_AT", "ReleaseFilter", row::RELEASE),
            Content::KnownErrors => ("knownErrors", "CREATED_AT", "KnownErrorFilter", row::KNOWN_ERROR),
            Content::Articles => ("articles", "CREATED_AT", "ArticleFilter", row::ARTICLE),
            Content::Announcements => {
                ("announcements", "CREATED_AT", "AnnouncementFilter", row::ANNOUNCEMENT)
            }
            Content::Iterations => ("iterations", "CREATED_AT", "IterationFilter", row::ITERATION),
            // Deployments are of releases, not of products: the product is in the filter.
            Content::Deployments => {
                return format!(
                    "query($after: String, $filter: DeploymentFilter) {{
                      page: deployments(first: {PAGE}, after: $after, filter: $filter, orderBy: {{ field: CREATED_AT, direction: ASC }}) {{
                        nodes {{ {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
                    row::DEPLOYMENT
                );
            }
        };
        format!(
            "query($of: Reference!, $after: String, $filter: {filter}) {{ of: {of}({of}: $of) {{
              page: {list}(first: {PAGE}, after: $after, filter: $filter, orderBy: {{ field: {order}, direction: ASC }}) {{
                nodes {{ {nodes} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        )
    }

    pub(super) fn variables(&self, list: &str, after: Option<&str>) -> Value {
        // Some are filtered by time: a day is one of UTC.
        let bound = |day: Option<NaiveDate>| match self.what {
            Content::Announcements | Content::Deployments => day.map(|day| format!("{day}T00:00:00Z")),
            _ => day.map(|day| day.to_string()),
        };
        let days = json!({ "from": bound(self.from), "until": bound(self.until) });
        let has_days = self.from.is_some() || self.until.is_some();
        let mut filter = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                filter.insert(name.to_owned(), value);
            }
        };
        let feature = self.feature.clone().filter(|_| self.what != Content::Exposure);
        set("feature", feature.map(Value::from));
        set("release", self.release.clone().map(Value::from));
        set("segment", self.segment.clone().map(Value::from));
        set(self.what.day(), has_days.then_some(days));
        set("updatedAt", self.updated_after.map(|time| json!({ "from": time })));
        if self.what == Content::Deployments {
            filter.insert("product".to_owned(), json!(list));
            return json!({ "after": after, "filter": filter });
        }
        json!({ "of": list, "after": after, "filter": filter })
    }
}

/// All nodes of a list.
async fn all(
    client: &Client,
    query: &str,
    mut variables: Value,
    list: impl Fn(&mut Value) -> Value,
) -> anyhow::Result<Vec<Value>> {
    let mut nodes = Vec::new();
    loop {
        let page = list(&mut ask(client, query, variables.clone()).await?);
        nodes.extend(page["nodes"].as_array().cloned().unwrap_or_default());
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(nodes);
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
}

/// Asks, again after a pause if the server is busy.
pub(super) async fn ask(client: &Client, query: &str, variables: Value) -> anyhow::Result<Value> {
    let mut attempt = 0;
    loop {
        match client.ask(query, variables.clone()).await {
            Ok(data) => return Ok(data),
            Err(Unanswered { is_temporary: true, .. }) if attempt + 1 < ATTEMPTS => {
                tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
                attempt += 1;
            }
            Err(error) if error.is_temporary => {
                return Err(error).context("the export stopped; the same command continues it");
            }
            Err(error) => return Err(error.into()),
        }
    }
}
