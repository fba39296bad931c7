//! The columns of exported rows: named as `ballroom import` reads them.

use serde_json::{Map, Value};

use super::Content;

/// A row: its columns that are not empty.
pub(super) type Row = Map<String, Value>;

/// The columns by content, in the order of [`Content`].
pub(super) const COLUMNS: [&[&str]; 9] = [
    &[
        "product",
        "feature",
        "release",
        "scale",
        "rating",
        "comment",
        "channel",
        "customer",
        "segment",
        "occurred_at",
        "external_id",
        "source",
        "updated_at",
    ],
    &[
        "product",
        "features",
        "release",
        "severity",
        "title",
        "description",
        "opened_at",
        "reopened_at",
        "resolved_at",
        "affected_customers",
        "customers",
        "external_id",
        "source",
        "updated_at",
    ],
    &["product", "feature", "segment", "day", "active_customers"],
    &[
        "product",
        "version",
        "title",
        "notes",
        "previous",
        "features",
        "planned_for",
        "released_at",
        "withdrawn_at",
        "updated_at",
    ],
    &[
        "product",
        "features",
        "title",
        "symptom",
        "cause",
        "workaround",
        "state",
        "wont_fix_reason",
        "introduced_in",
        "fixed_in",
        "is_public",
        "external_id",
        "source",
        "created_at",
        "updated_at",
    ],
    &[
        "product",
        "features",
        "known_errors",
        "title",
        "body",
        "url",
        "language",
        "state",
        "published_at",
        "external_id",
        "source",
        "created_at",
        "updated_at",
    ],
    &[
        "product",
        "release",
        "features",
        "kind",
        "title",
        "changes",
        "workaround",
        "talking_points",
        "rollback",
        "audiences",
        "state",
        "planned_from",
        "planned_until",
        "published_at",
        "external_id",
        "source",
        "created_at",
        "updated_at",
    ],
    &["product", "name", "goal", "starts_on", "ends_before", "created_at", "updated_at"],
    &[
        "product",
        "release",
        "environment",
        "status",
        "deployed_at",
        "external_id",
        "source",
        "created_at",
        "updated_at",
    ],
];

/// What is selected of a known error.
pub(super) const KNOWN_ERROR: &str =
    "features { key } title symptom cause workaround state wontFixReason introducedIn { version }
    fixedIn { version } isPublic externalId source createdAt updatedAt";

/// What is selected of an article.
pub(super) const ARTICLE: &str =
    "features { key } knownErrors { title } title body url language state publishedAt externalId source
    createdAt updatedAt";

/// What is selected of an announcement.
pub(super) const ANNOUNCEMENT: &str =
    "release { version } features { key } kind title changes workaround talkingPoints rollback audiences
    state planned { from until } publishedAt externalId source createdAt updatedAt";

/// What is selected of an iteration.
pub(super) const ITERATION: &str = "name goal period { from until } createdAt updatedAt";

/// What is selected of a deployment.
pub(super) const DEPLOYMENT: &str =
    "release { version } environment status deployedAt externalId source createdAt updatedAt";

/// What is selected of a response.
pub(super) const FEEDBACK: &str = "feature { key } release { version } releaseInferred scale { key } rating comment channel customer { key }
    segment { key } occurredAt externalId source updatedAt";

/// What is selected of an incident.
pub(super) const INCIDENT: &str = "features { key } attributions { release { version } basis } severity title description
    intervals { openedAt resolvedAt } affectedCustomers customers { nodes { key } } externalId source updatedAt";

/// What is selected of a figure of exposure.
pub(super) const EXPOSURE: &str = "feature { key } segment { key } day activeCustomers";

/// What is selected of a release.
pub(super) const RELEASE: &str = "version title notes previous { version } features { feature { key } change } plannedFor releasedAt withdrawnAt updatedAt";

/// The rows of an object.
pub(super) fn rows(
    what: Content,
    product: &str,
    node: &Value,
    mut write: impl FnMut(Row) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut row = Row::new();
    set(&mut row, "product", &Value::from(product));
    match what {
        Content::Feedback => {
            set(&mut row, "feature", &node["feature"]["key"]);
            if node["releaseInferred"] == false {
                set(&mut row, "release", &node["release"]["version"]);
            }
            set(&mut row, "scale", &node["scale"]["key"]);
            for (column, field) in [("rating", "rating"), ("comment", "comment"), ("channel", "channel")] {
                set(&mut row, column, &node[field]);
            }
            set(&mut row, "customer", &node["customer"]["key"]);
            set(&mut row, "segment", &node["segment"]["key"]);
            set(&mut row, "occurred_at", &node["occurredAt"]);
        }
        Content::Incidents => {
            set(&mut row, "features", &joined(&node["features"], |one| &one["key"]));
            // What was inferred is inferred again from what is told.
            let explicit = node["attributions"].as_array().into_iter().flatten();
            let explicit =
                explicit.clone().find(|one| matches!(one["basis"].as_str(), Some("EXPLICIT" | "CONFIRMED")));
            set(&mut row, "release", &explicit.map_or(Value::Null, |one| one["release"]["version"].clone()));
            for (column, field) in [
                ("severity", "severity"),
                ("title", "title"),
                ("description", "description"),
                ("affected_customers", "affectedCustomers"),
            ] {
                set(&mut row, column, &node[field]);
            }
            set(&mut row, "customers", &joined(&node["customers"]["nodes"], |one| &one["key"]));
        }
        Content::Exposure => {
            set(&mut row, "feature", &node["feature"]["key"]);
            set(&mut row, "segment", &node["segment"]["key"]);
            set(&mut row, "day", &node["day"]);
            set(&mut row, "active_customers", &node["activeCustomers"]);
            return write(row);
        }
        Content::Releases => {
            for (column, field) in [("version", "version"), ("title", "title"), ("notes", "notes")] {
                set(&mut row, column, &node[field]);
            }
            set(&mut row, "previous", &node["previous"]["version"]);
            let touched = node["features"].as_array().into_iter().flatten().filter_map(|one| {
                let change = one["change"].as_str()?.to_lowercase();
                Some(format!("{}:{change}", one["feature"]["key"].as_str()?))
            });
            set(&mut row, "features", &Value::from(touched.collect::<Vec<_>>().join(";")));
            set(&mut row, "planned_for", &node["plannedFor"]);
            set(&mut row, "released_at", &node["releasedAt"]);
            set(&mut row, "withdrawn_at", &node["withdrawnAt"]);
            set(&mut row, "updated_at", &node["updatedAt"]);
            return write(row);
        }
        Content::KnownErrors => {
            fields(&mut row, node, &["title", "symptom", "cause", "workaround", "state"]);
            set(&mut row, "features", &joined(&node["features"], |one| &one["key"]));
            set(&mut row, "wont_fix_reason", &node["wontFixReason"]);
            set(&mut row, "introduced_in", &node["introducedIn"]["version"]);
            set(&mut row, "fixed_in", &joined(&node["fixedIn"], |one| &one["version"]));
            set(&mut row, "is_public", &node["isPublic"]);
            set(&mut row, "created_at", &node["createdAt"]);
        }
        Content::Articles => {
            fields(&mut row, node, &["title", "body", "url", "language", "state"]);
            set(&mut row, "features", &joined(&node["features"], |one| &one["key"]));
            set(&mut row, "known_errors", &joined(&node["knownErrors"], |one| &one["title"]));
            set(&mut row, "published_at", &node["publishedAt"]);
            set(&mut row, "created_at", &node["createdAt"]);
        }
        Content::Announcements => {
            fields(&mut row, node, &["kind", "title", "changes", "workaround", "rollback", "state"]);
            set(&mut row, "release", &node["release"]["version"]);
            set(&mut row, "features", &joined(&node["features"], |one| &one["key"]));
            set(&mut row, "talking_points", &node["talkingPoints"]);
            set(&mut row, "audiences", &joined(&node["audiences"], |one| one));
            set(&mut row, "planned_from", &node["planned"]["from"]);
            set(&mut row, "planned_until", &node["planned"]["until"]);
            set(&mut row, "published_at", &node["publishedAt"]);
            set(&mut row, "created_at", &node["createdAt"]);
        }
        Content::Iterations => {
            fields(&mut row, node, &["name", "goal"]);
            set(&mut row, "starts_on", &node["period"]["from"]);
            set(&mut row, "ends_before", &node["period"]["until"]);
            set(&mut row, "created_at", &node["createdAt"]);
        }
        Content::Deployments => {
            fields(&mut row, node, &["environment", "status"]);
            set(&mut row, "release", &node["release"]["version"]);
            set(&mut row, "deployed_at", &node["deployedAt"]);
            set(&mut row, "created_at", &node["createdAt"]);
        }
    }
    set(&mut row, "external_id", &node["externalId"]);
    set(&mut row, "source", &node["source"]);
    set(&mut row, "updated_at", &node["updatedAt"]);
    if what != Content::Incidents {
        return write(row);
    }
    // An incident that was reopened is a row for each time that it was open: the importer puts them together by the external ID.
    let intervals = node["intervals"].as_array().cloned().unwrap_or_default();
    for (at, interval) in intervals.iter().enumerate() {
        let mut row = row.clone();
        set(&mut row, "opened_at", &intervals[0]["openedAt"]);
        if at > 0 {
            set(&mut row, "reopened_at", &interval["openedAt"]);
        }
        set(&mut row, "resolved_at", &interval["resolvedAt"]);
        write(row)?;
    }
    Ok(())
}

/// The fields that have the names of their columns.
fn fields(row: &mut Row, node: &Value, names: &[&str]) {
    names.iter().for_each(|name| set(row, name, &node[*name]));
}

fn set(row: &mut Row, column: &str, value: &Value) {
    if !value.is_null() && *value != "" {
        row.insert(column.to_owned(), value.clone());
    }
}

/// The texts of a list, separated as the importer separates them.
fn joined(list: &Value, text: impl Fn(&Value) -> &Value) -> Value {
    let texts = list.as_array().into_iter().flatten().filter_map(|one| text(one).as_str());
    Value::from(texts.collect::<Vec<_>>().join(";"))
}
