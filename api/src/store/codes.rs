//! Codes of the objects that are counted.

use std::collections::{BTreeSet, HashMap};

use ballroom_entity::{
    count_code::{Column, Entity, Model},
    id::OrganizationId,
};
use sea_orm::{ConnectionTrait, DbErr, Iterable, Value};
use uuid::Uuid;

use super::{Bulk, Dimensions, values};

/// The codes that an organization's daily counts have for products, features, releases, segments and scales: four bytes instead of
/// sixteen. They never change. The code 0 is none, as the nil ID is.
#[derive(Clone, Debug)]
pub struct CountCodes {
    codes: HashMap<Uuid, i32>,
    ids: HashMap<i32, Uuid>,
    last: i32,
}

impl Default for CountCodes {
    fn default() -> Self {
        Self { codes: [(Uuid::nil(), 0)].into(), ids: [(0, Uuid::nil())].into(), last: 0 }
    }
}

impl CountCodes {
    /// Reads them all.
    pub(super) async fn load(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<Self, DbErr> {
        let mut all = Self::default();
        for row in Entity::owned_by(organization).all(db).await? {
            all.put(row.object_id, row.code);
        }
        Ok(all)
    }

    /// The code of an object.
    pub fn code(&self, id: Uuid) -> Option<i32> {
        self.codes.get(&id).copied()
    }

    /// The object of a code.
    pub fn id(&self, code: i32) -> Option<Uuid> {
        self.ids.get(&code).copied()
    }

    /// The greatest code.
    pub fn last(&self) -> i32 {
        self.last
    }

    fn put(&mut self, id: Uuid, code: i32) {
        self.codes.insert(id, code);
        self.ids.insert(code, id);
        self.last = self.last.max(code);
    }
}

impl Dimensions {
    /// Gives codes to those of some objects that have none, and returns their rows. Older objects get smaller ones.
    pub(crate) fn give_codes(&mut self, ids: impl IntoIterator<Item = Uuid>) -> Vec<Model> {
        let new: BTreeSet<Uuid> = ids.into_iter().filter(|id| self.codes.code(*id).is_none()).collect();
        let row = |id| {
            let code = self.codes.last + 1;
            self.codes.put(id, code);
            Model { organization_id: self.organization, code, object_id: id }
        };
        new.into_iter().map(row).collect()
    }

    /// The IDs of all objects that can be counted.
    pub(crate) fn countable(&self) -> Vec<Uuid> {
        let products = self.products.keys().map(|id| id.0);
        let features = self.features.keys().map(|id| id.0);
        let releases = self.releases.keys().map(|id| id.0);
        let segments = self.segments.keys().map(|id| id.0);
        let scales = self.scales.keys().map(|id| id.0);
        products.chain(features).chain(releases).chain(segments).chain(scales).collect()
    }
}

/// The insert of codes, and its rows.
pub(crate) fn inserted(codes: &[Model]) -> (Bulk, Vec<Vec<Value>>) {
    let columns: Vec<Column> = Column::iter().collect();
    let rows = codes.iter().map(|row| values(row, &columns)).collect();
    (Bulk::into::<Entity>("", columns), rows)
}
