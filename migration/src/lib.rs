//! The record of the database, step by step. A step is frozen once it is merged: it says what was done then,
//! so it imports nothing of the workspace and is never edited, only followed by another.

use sea_orm_migration::prelude::*;

mod m0001_organizations;
mod m0002_products;
mod m0003_customers;
mod m0004_feedback;
mod m0005_incidents;
mod m0006_exposure_and_counts;
mod m0007_outbox;
mod m0008_parameters;
mod m0009_outbox_revision;
mod m0010_roles;
mod m0011_states;
mod m0012_pages;
mod m0014_version_order;
mod m0016_min_answers;
mod m0017_release_intervals;
mod m0018_people;
mod m0019_unrated_feedback;
mod m0020_deletions;
mod m0021_incident_weights;
mod m0022_conventions;
mod m0023_deleted_feedback;
mod m0024_count_changes;
mod m0025_jobs;
mod m0030_sessions;
mod m0031_narrow_indexes;
mod m0033_announcements;
mod m0034_notifications;
mod m0035_known_errors;
mod m0036_attribution_candidates;
mod m0037_closing_the_loop;
mod m0038_watches;
mod m0040_webhooks;
mod m0041_inbound_webhooks;
mod m0042_feedback_requests;
mod m0045_stored_reports;
mod m0048_gate_thresholds;
mod m0049_schedules;
mod m0050_imports;
mod m0051_min_group;
mod m0052_digests;
mod m0054_import_rows;
mod m0057_calendar_feeds;
mod m0058_exposure_changes;
mod m0059_narrow_counts;
mod m0060_import_failure;

/// Applies the steps that a database lacks.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_organizations::Migration),
            Box::new(m0002_products::Migration),
            Box::new(m0003_customers::Migration),
            Box::new(m0004_feedback::Migration),
            Box::new(m0005_incidents::Migration),
            Box::new(m0006_exposure_and_counts::Migration),
            Box::new(m0007_outbox::Migration),
            Box::new(m0008_parameters::Migration),
            Box::new(m0009_outbox_revision::Migration),
            Box::new(m0010_roles::Migration),
            Box::new(m0011_states::Migration),
            Box::new(m0012_pages::Migration),
            Box::new(m0014_version_order::Migration),
            Box::new(m0016_min_answers::Migration),
            Box::new(m0017_release_intervals::Migration),
            Box::new(m0018_people::Migration),
            Box::new(m0019_unrated_feedback::Migration),
            Box::new(m0020_deletions::Migration),
            Box::new(m0021_incident_weights::Migration),
            Box::new(m0022_conventions::Migration),
            Box::new(m0023_deleted_feedback::Migration),
            Box::new(m0024_count_changes::Migration),
            Box::new(m0025_jobs::Migration),
            Box::new(m0030_sessions::Migration),
            Box::new(m0031_narrow_indexes::Migration),
            Box::new(m0033_announcements::Migration),
            Box::new(m0034_notifications::Migration),
            Box::new(m0048_gate_thresholds::Migration),
            Box::new(m0035_known_errors::Migration),
            Box::new(m0036_attribution_candidates::Migration),
            Box::new(m0037_closing_the_loop::Migration),
            Box::new(m0038_watches::Migration),
            Box::new(m0040_webhooks::Migration),
            Box::new(m0041_inbound_webhooks::Migration),
            Box::new(m0042_feedback_requests::Migration),
            Box::new(m0050_imports::Migration),
            Box::new(m0045_stored_reports::Migration),
            Box::new(m0049_schedules::Migration),
            Box::new(m0054_import_rows::Migration),
            Box::new(m0057_calendar_feeds::Migration),
            Box::new(m0051_min_group::Migration),
            Box::new(m0052_digests::Migration),
            Box::new(m0058_exposure_changes::Migration),
            Box::new(m0059_narrow_counts::Migration),
            Box::new(m0060_import_failure::Migration),
        ]
    }
}
