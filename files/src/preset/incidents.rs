//! Exports of incidents and releases.

use super::{NONE, Preset};
use crate::mapping::Kind;

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "jira",
        title: "Jira issues",
        kind: Kind::Incidents,
        signatures: &[
            &["Issue key", "Priority", "Created"],
            &["Issue id", "Priority", "Created", "Resolution"],
            &["key", "fields.created", "fields.priority.name"],
        ],
        maps: &[
            ("product", &["Project key", "fields.project.key"]),
            ("severity", &["Priority", "fields.priority.name"]),
            ("opened_at", &["Created", "fields.created"]),
            ("resolved_at", &["Resolved", "fields.resolutiondate"]),
            ("updated_at", &["Updated", "fields.updated"]),
            ("title", &["Summary", "fields.summary"]),
            ("features", &["Component/s", "Components", "fields.components[].name"]),
            ("release", &["Affects Version/s", "Affects versions", "fields.versions[0].name"]),
            ("external_id", &["Issue key", "key", "Issue id"]),
            ("status", &["Status", "fields.status.name"]),
        ],
        ..NONE
    },
    Preset {
        name: "github-issues",
        title: "GitHub issues",
        kind: Kind::Incidents,
        signatures: &[
            &["number", "title", "created_at", "closed_at", "labels"],
            &["number", "title", "createdAt", "closedAt"],
        ],
        maps: &[
            ("opened_at", &["created_at", "createdAt"]),
            ("resolved_at", &["closed_at", "closedAt"]),
            ("updated_at", &["updated_at", "updatedAt"]),
            ("title", &["title"]),
            ("external_id", &["number"]),
            ("status", &["state"]),
        ],
        // Issues have no severity of their own.
        sets: &[("severity", "3")],
        ..NONE
    },
    Preset {
        name: "servicenow",
        title: "ServiceNow incidents",
        kind: Kind::Incidents,
        signatures: &[
            &["number", "short_description", "priority", "opened_at"],
            &["Number", "Short description", "Priority", "Opened"],
        ],
        maps: &[
            ("severity", &["priority"]),
            ("opened_at", &["opened_at", "Opened"]),
            ("resolved_at", &["resolved_at", "Resolved", "closed_at", "Closed"]),
            ("updated_at", &["sys_updated_on", "Updated"]),
            ("title", &["short_description", "Short description"]),
            ("features", &["business_service", "cmdb_ci", "Configuration item", "Service"]),
            ("external_id", &["number"]),
            ("status", &["state", "incident_state"]),
        ],
        values: &[
            ("severity", "5", "4"),
            ("severity", "5 - Planning", "4"),
            ("severity", "3 - Moderate", "3"),
        ],
        ..NONE
    },
    Preset {
        name: "pagerduty",
        title: "PagerDuty incidents",
        kind: Kind::Incidents,
        signatures: &[
            &["incident_number", "urgency", "created_at"],
            &["incident_number", "urgency", "created_on"],
            &["incident_number", "service_name", "created_on"],
        ],
        maps: &[
            ("severity", &["priority.summary", "priority_name", "urgency"]),
            ("opened_at", &["created_at", "created_on"]),
            ("resolved_at", &["resolved_at", "resolved_on"]),
            ("updated_at", &["updated_at", "last_status_change_at", "last_status_change_on"]),
            ("status", &["status"]),
            ("title", &["title", "description"]),
            ("features", &["service.summary", "service_name"]),
            ("external_id", &["id", "incident_number"]),
        ],
        values: &[("severity", "P5", "4")],
        ..NONE
    },
    Preset {
        name: "opsgenie",
        title: "Opsgenie alerts and incidents",
        kind: Kind::Incidents,
        signatures: &[
            &["tinyId", "message", "priority", "createdAt"],
            &["Alert ID", "Message", "Priority", "CreatedAt"],
            &["TinyId", "Message", "Priority", "CreatedAt"],
        ],
        maps: &[
            ("severity", &["priority"]),
            ("opened_at", &["impactStartDate", "createdAt"]),
            ("resolved_at", &["impactEndDate", "closedAt", "resolvedAt"]),
            ("updated_at", &["updatedAt"]),
            ("status", &["status"]),
            ("title", &["message"]),
            ("external_id", &["id", "Alert ID", "tinyId"]),
        ],
        values: &[("severity", "P5", "4")],
        ..NONE
    },
    Preset {
        name: "statuspage",
        title: "Statuspage incidents",
        kind: Kind::Incidents,
        signatures: &[
            &["impact", "shortlink", "created_at", "resolved_at"],
            &["impact", "incident_updates", "created_at", "resolved_at"],
        ],
        maps: &[
            ("severity", &["impact"]),
            ("opened_at", &["started_at", "created_at"]),
            ("resolved_at", &["resolved_at"]),
            ("updated_at", &["updated_at"]),
            ("title", &["name"]),
            ("features", &["components[].name"]),
            ("external_id", &["id"]),
            ("status", &["status"]),
        ],
        values: &[
            ("severity", "none", "4"),
            ("severity", "maintenance", "4"),
            ("severity", "minor", "3"),
            ("severity", "major", "2"),
            ("severity", "critical", "1"),
        ],
        ..NONE
    },
    Preset {
        name: "sentry-releases",
        title: "Sentry releases",
        kind: Kind::Releases,
        signatures: &[&["version", "shortVersion", "dateCreated"]],
        maps: &[
            ("product", &["projects[0].slug"]),
            ("version", &["versionInfo.version.raw", "shortVersion"]),
            ("released_at", &["dateReleased", "dateCreated"]),
        ],
        ..NONE
    },
    Preset {
        name: "github-releases",
        title: "GitHub releases",
        kind: Kind::Releases,
        signatures: &[&["tag_name", "published_at"], &["tagName", "publishedAt"]],
        maps: &[
            ("version", &["tag_name", "tagName"]),
            ("released_at", &["published_at", "publishedAt"]),
            ("title", &["name"]),
        ],
        release_prefix: Some("v"),
        ..NONE
    },
];
