//! The tables, one file each, without behavior, and the register of nouns (`noun.rs`).
//!
//! Every table of a tenant has `organization_id` as the first column of its key, and is read through
//! `Entity::owned_by(organization)`.
#![allow(missing_docs, reason = "the derives make public columns, relations and active models")]

/// What every tenant table has besides its columns.
macro_rules! tenant_table {
    () => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        impl Entity {
            /// The rows of one tenant: the only way to read this table.
            pub fn owned_by(organization: OrganizationId) -> Select<Entity> {
                Entity::find().filter(Column::OrganizationId.eq(organization))
            }
        }
    };
}

#[macro_use]
mod noun;

pub mod id;

pub mod acknowledgement;
pub mod announcement;
pub mod announcement_customer;
pub mod announcement_feature;
pub mod announcement_move;
pub mod api_token;
pub mod article;
pub mod article_feature;
pub mod article_known_error;
pub mod attribution;
pub mod attribution_candidate;
pub mod calendar_feed;
pub mod count_change;
pub mod count_code;
pub mod customer;
pub mod deleted_feedback;
pub mod deployment;
pub mod digest;
pub mod exposure;
pub mod exposure_daily;
pub mod feature;
pub mod feedback;
pub mod feedback_daily;
pub mod feedback_invitation;
pub mod feedback_request;
pub mod feedback_seen;
pub mod identity;
pub mod import;
pub mod import_created;
pub mod import_exposure;
pub mod import_file;
pub mod import_row;
pub mod inbound_delivery;
pub mod inbound_webhook;
pub mod incident;
pub mod incident_customer;
pub mod incident_daily;
pub mod incident_feature;
pub mod incident_interval;
pub mod iteration;
pub mod job;
pub mod job_run;
pub mod known_error;
pub mod known_error_feature;
pub mod known_error_feedback;
pub mod known_error_fix;
pub mod known_error_incident;
pub mod member;
pub mod notice;
pub mod notification;
pub mod operator_token;
pub mod organization;
pub mod outbox;
pub mod parameters_daily;
pub mod product;
pub mod product_publication;
pub mod release;
pub mod release_feature;
pub mod release_forecast;
pub mod release_interval;
pub mod release_watch;
pub mod reply;
pub mod report_delivery;
pub mod scale;
pub mod schedule;
pub mod segment;
pub mod session;
pub mod stored_report;
pub mod team;
pub mod team_member;
pub mod webhook;
pub mod webhook_delivery;
