//! The organizations of the server, as operators see them.

use ballroom_entity::{
    id::OrganizationId,
    organization::{Column, Entity},
};
use sea_orm::{EntityTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        access::{Operate, Viewer},
        page::{Direction, List, Order, sorts},
    },
};

/// The organizations of the server. The proof ensures that only operators list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Organizations {
    /// The operator.
    pub by: Operate,
    /// The order.
    pub order: Order<OrganizationSort>,
}

sorts! {
    /// Sort fields of organizations.
    OrganizationSort: Key Ascending {
        Key = Key,
        Name = Name,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Organizations {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.operates().map(drop)
    }

    fn rows(&self, _: OrganizationId) -> Select<Entity> {
        Entity::find()
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
