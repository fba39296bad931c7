//! The mapping of the generic kind: from places in a payload to fields of an object, in the language of `ballroom import`: a field
//! comes from a place, or is a constant, and its values can be replaced by a table.

use ballroom_entity::deployment::DeploymentStatus;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Item, NamedDeployment, Read, Terms, Unreadable};
use crate::{
    base::near::near,
    domain::{feedback::NewFeedback, incident::NewIncident, release::NewRelease},
};

/// Kind of object that each item becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// An incident.
    Incident,
    /// A release.
    Release,
    /// A deployment.
    Deployment,
    /// A response.
    Feedback,
}

/// A mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Kind of object that each item becomes.
    pub kind: ItemKind,
    /// Path to a list, each of whose elements is an item; none: the payload is one item.
    pub items: Option<String>,
    /// Conditions on an item; one that does not meet all of them is skipped.
    pub when: Vec<When>,
    /// Where the fields come from.
    pub fields: Vec<Field>,
}

/// A condition on an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Path to a value.
    pub path: String,
    /// Texts, one of which it is.
    pub is: Vec<String>,
}

/// Where a field comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The field, as in files: `opened_at`.
    pub target: String,
    /// Path to its value.
    pub path: Option<String>,
    /// Its value, or the value if there is none at the path.
    pub constant: Option<String>,
    /// Translation of a value.
    pub values: Vec<(String, String)>,
}

impl ItemKind {
    /// The fields, and whether they are required.
    fn targets(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Incident => &[
                ("title", true),
                ("severity", true),
                ("product", false),
                ("feature", false),
                ("release", false),
                ("description", false),
                ("opened_at", false),
                ("resolved_at", false),
                ("affected_customers", false),
                ("customer", false),
                ("external_id", false),
                ("updated_at", false),
            ],
            Self::Release => &[
                ("version", true),
                ("product", false),
                ("title", false),
                ("notes", false),
                ("previous", false),
                ("released_at", false),
                ("updated_at", false),
            ],
            Self::Deployment => &[
                ("release", true),
                ("environment", true),
                ("status", true),
                ("product", false),
                ("deployed_at", false),
                ("external_id", false),
                ("updated_at", false),
            ],
            Self::Feedback => &[
                ("product", false),
                ("feature", false),
                ("release", false),
                ("scale", false),
                ("rating", false),
                ("comment", false),
                ("customer", false),
                ("segment", false),
                ("channel", false),
                ("occurred_at", false),
                ("external_id", false),
                ("updated_at", false),
            ],
        }
    }
}

impl Mapping {
    /// A mapping as stored.
    pub fn stored(json: Json) -> Result<Self, String> {
        serde_json::from_value(json).map_err(|error| format!("the stored mapping cannot be read: {error}"))
    }

    /// The mapping as it is stored.
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Refuses fields that are unknown, come from nowhere or twice, and required ones that are missing; with the place of
    /// the error.
    pub fn check(&self) -> Result<(), (String, String)> {
        let targets = self.kind.targets();
        for (index, field) in self.fields.iter().enumerate() {
            let at = |name: &str| format!("mapping.fields.{index}.{name}");
            if !targets.iter().any(|(target, _)| *target == field.target) {
                let names = targets.iter().map(|(target, _)| *target);
                let similar = near(&field.target, names.clone());
                let known: Vec<_> =
                    if similar.is_empty() { names.map(str::to_owned).collect() } else { similar };
                let reason = format!("there is no field \"{}\"; use {}", field.target, known.join(" or "));
                return Err((at("target"), reason));
            }
            if self.fields[..index].iter().any(|other| other.target == field.target) {
                return Err((at("target"), format!("\"{}\" is mapped twice; remove one", field.target)));
            }
            if field.path.is_none() && field.constant.is_none() {
                return Err((at("path"), "send a path or a constant".to_owned()));
            }
        }
        let is_mapped = |target: &str| self.fields.iter().any(|field| field.target == target);
        match targets.iter().find(|(target, required)| *required && !is_mapped(target)) {
            Some((target, _)) => {
                Err(("mapping.fields".to_owned(), format!("lacks \"{target}\", which is required")))
            }
            None => Ok(()),
        }
    }

    pub(super) fn read(&self, terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
        let items: Vec<&Json> = match &self.items {
            None => vec![json],
            Some(path) => {
                let list = find(json, path).and_then(Json::as_array);
                let list = list.ok_or_else(|| Unreadable(format!("there is no list at `{path}`")))?;
                list.iter().collect()
            }
        };
        let is_met = |item: &&Json| {
            self.when
                .iter()
                .all(|when| plain(find(item, &when.path)).is_some_and(|text| when.is.contains(&text)))
        };
        let read: Vec<Item> =
            items.into_iter().filter(is_met).map(|item| self.item(terms, item)).collect::<Result<_, _>>()?;
        Ok(match read.is_empty() {
            true => Read::Nothing("no item meets the conditions of the mapping".to_owned()),
            false => Read::Items(read),
        })
    }

    /// The value of a field.
    fn value(&self, item: &Json, target: &str) -> Option<String> {
        let field = self.fields.iter().find(|field| field.target == target)?;
        let found = field.path.as_ref().and_then(|path| plain(find(item, path)));
        let value = found.or_else(|| field.constant.clone())?;
        let value = value.trim();
        let meant = field.values.iter().find(|(from, _)| from.eq_ignore_ascii_case(value));
        Some(meant.map_or(value, |(_, to)| to.as_str()).to_owned()).filter(|value| !value.is_empty())
    }

    fn item(&self, terms: &Terms<'_>, item: &Json) -> Result<Item, Unreadable> {
        let value = |target: &str| self.value(item, target);
        let wrong = |target: &str, value: &str, expected: &str| {
            Unreadable(format!(
                "{target}: is \"{value}\", which is not {expected}; add it to the values of the mapping"
            ))
        };
        let needed = |target: &str| {
            value(target)
                .ok_or_else(|| Unreadable(format!("{target}: is missing; the mapping found no value")))
        };
        let time = |target: &str| {
            value(target).map(|text| moment(&text).ok_or_else(|| wrong(target, &text, "a time"))).transpose()
        };
        let number = |target: &str| {
            value(target)
                .map(|text| text.parse::<f64>().map_err(|_| wrong(target, &text, "a number")))
                .transpose()
        };
        let version = |target: &str| value(target).map(|version| terms.version(&version));
        let list = |target: &str| value(target).into_iter().collect::<Vec<_>>();
        let product = value("product").unwrap_or_else(|| terms.product.clone());
        Ok(match self.kind {
            ItemKind::Incident => {
                let severity = needed("severity")?;
                let severity =
                    severity.parse().map_err(|_| wrong("severity", &severity, "a number from 1 to 4"))?;
                let resolved_at = time("resolved_at")?;
                Item::Incident(Box::new(NewIncident {
                    product,
                    features: list("feature"),
                    release: version("release"),
                    severity,
                    title: needed("title")?,
                    description: value("description"),
                    opened_at: time("opened_at")?,
                    open: resolved_at.is_none(),
                    resolved_at,
                    affected_customers: number("affected_customers")?.map(|number| number as i64),
                    customers: list("customer"),
                    external_id: value("external_id"),
                    updated_at: time("updated_at")?,
                    ..NewIncident::default()
                }))
            }
            ItemKind::Release => Item::Release(Box::new(NewRelease {
                product,
                version: terms.version(&needed("version")?),
                title: value("title"),
                notes: value("notes"),
                previous: version("previous"),
                released_at: time("released_at")?,
                updated_at: time("updated_at")?,
                ..NewRelease::default()
            })),
            ItemKind::Deployment => {
                let status = needed("status")?;
                let status = match status.to_lowercase().as_str() {
                    "succeeded" | "success" => DeploymentStatus::Succeeded,
                    "failed" | "failure" => DeploymentStatus::Failed,
                    "rolled_back" | "rolledback" => DeploymentStatus::RolledBack,
                    _ => return Err(wrong("status", &status, "succeeded, failed or rolled_back")),
                };
                Item::Deployment(Box::new(NamedDeployment {
                    product,
                    release: terms.version(&needed("release")?),
                    environment: needed("environment")?,
                    status,
                    deployed_at: time("deployed_at")?,
                    external_id: value("external_id"),
                    updated_at: time("updated_at")?,
                }))
            }
            ItemKind::Feedback => Item::Feedback(Box::new(NewFeedback {
                product,
                feature: value("feature"),
                release: version("release"),
                scale: value("scale"),
                rating: number("rating")?,
                comment: value("comment"),
                customer: value("customer"),
                segment: value("segment"),
                channel: value("channel"),
                occurred_at: time("occurred_at")?,
                external_id: value("external_id"),
                updated_at: time("updated_at")?,
                ..NewFeedback::default()
            })),
        })
    }
}

/// The value at a path: names and places in lists, separated by dots, such as `alerts.0.labels.severity`.
fn find<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').filter(|part| !part.is_empty()).try_fold(json, |json, part| match json {
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => json.get(part),
    })
}

/// A text, a number or a truth value as a text.
fn plain(json: Option<&Json>) -> Option<String> {
    match json? {
        Json::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A time with its offset, or a number of seconds or milliseconds since 1970.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(number) = text.parse::<i64>() {
        return match number {
            0..=99_999_999_999 => DateTime::from_timestamp(number, 0),
            _ => DateTime::from_timestamp_millis(number),
        };
    }
    text.parse().ok()
}
