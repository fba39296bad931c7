//! The members of an organization or a team.

use ballroom_entity::{
    id::{OrganizationId, TeamId},
    member::{Column, Entity},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
        team::has,
    },
    store::holds,
};

/// The members that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Members {
    /// The team, if only its members are shown.
    pub team: Option<TeamId>,
    /// The filter.
    pub filter: MemberFilter,
    /// The order.
    pub order: Order<MemberSort>,
}

/// Conditions on members; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MemberFilter {
    /// Text contained in the name or email address, not case-sensitive.
    pub text: Option<String>,
    /// A team of the member.
    pub team: Option<TeamId>,
    /// Whether to return removed members instead of active ones.
    pub removed: bool,
    /// Time of creation or of the last change, except of teams.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of members.
    MemberSort: Name Ascending {
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Members {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reports()?;
        // A caller who can search by address could find it out.
        if self.filter.text.is_some() {
            viewer.reads()?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let MemberFilter { text, team, removed, updated_at } = &self.filter;
        let removed = match removed {
            true => Column::RemovedAt.is_not_null(),
            false => Column::RemovedAt.is_null(),
        };
        let members = Entity::owned_by(organization).filter(removed);
        let teams = self.team.iter().chain(team);
        teams
            .fold(members, |query, team| query.filter(has(organization, *team)))
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
