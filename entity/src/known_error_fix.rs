//! The releases in which a known error is fixed.

use sea_orm::entity::prelude::*;

use crate::id::{KnownErrorId, OrganizationId, ReleaseId};

/// One release that fixes one known error: several do if the fix was ported back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_error_fix")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The known error.
    #[sea_orm(primary_key, auto_increment = false)]
    pub known_error_id: KnownErrorId,
    /// The release.
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
}

tenant_table!();
