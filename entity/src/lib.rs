//! The tables, nothing more: one file a table, no behaviour, nothing of the wire.
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

pub mod id;

pub mod acknowledgement;
pub mod announcement;
pub mod announcement_customer;
pub mod announcement_feature;
pub mod announcement_move;
pub mod api_token;
pub mod attribution;
pub mod count_change;
pub mod customer;
pub mod deleted_feedback;
pub mod deployment;
pub mod exposure;
pub mod exposure_daily;
pub mod feature;
pub mod feedback;
pub mod feedback_daily;
pub mod identity;
pub mod incident;
pub mod incident_customer;
pub mod incident_daily;
pub mod incident_feature;
pub mod incident_interval;
pub mod iteration;
pub mod job;
pub mod job_run;
pub mod member;
pub mod notification;
pub mod operator_token;
pub mod organization;
pub mod outbox;
pub mod parameters_daily;
pub mod product;
pub mod report_delivery;
pub mod release;
pub mod release_feature;
pub mod release_interval;
pub mod scale;
pub mod schedule;
pub mod segment;
pub mod session;
pub mod team;
pub mod team_member;
pub mod webhook;
pub mod webhook_delivery;
