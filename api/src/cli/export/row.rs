//! The columns of exported rows: named as `ballroom import` reads them.

use serde_json::{Map, Value};

use super::Content;

/// A row: its columns that are not empty.
pub(super) type Row = Map<String, Value>;

/// The columns by content, in the order of [`Content`].
pub(super) const COLUMNS: [&[&str]; 4] = [
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
    &["product", "version", "title", "previous", "features", "released_at", "withdrawn_at", "updated_at"],
];

/// What is selected of a response.
pub(super) const FEEDBACK: &str = "feature { key } release { version } releaseInferred scale { key } rating comment channel customer { key }
    segment { key } occurredAt externalId source updatedAt";

/// What is selected of an incident.
pub(super) const INCIDENT: &str = "features { key } attributions { release { version } basis } severity title description
    intervals { openedAt resolvedAt } affectedCustomers customers { nodes { key } } externalId source updatedAt";

/// What is selected of a figure of exposure.
pub(super) const EXPOSURE: &str = "feature { key } segment { key } day activeCustomers";

/// What is selected of a release.
pub(super) const RELEASE: &str =
    "version title previous { version } features { feature { key } } releasedAt withdrawnAt updatedAt";

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
            for (column, field) in [("version", "version"), ("title", "title")] {
                set(&mut row, column, &node[field]);
            }
            set(&mut row, "previous", &node["previous"]["version"]);
            set(&mut row, "features", &joined(&node["features"], |one| &one["feature"]["key"]));
            set(&mut row, "released_at", &node["releasedAt"]);
            set(&mut row, "withdrawn_at", &node["withdrawnAt"]);
            set(&mut row, "updated_at", &node["updatedAt"]);
            return write(row);
        }
    }
    set(&mut row, "external_id", &node["externalId"]);
    set(&mut row, "source", &node["source"]);
    set(&mut row, "updated_at", &node["updatedAt"]);
    if what == Content::Feedback {
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
