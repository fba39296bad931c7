//! The place of an object in the feed of its organization.

use ballroom_entity::id::EventId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The place of an object in the feed: the revision of its transaction, its event, and its index in the event. Places
/// are in the order in which objects are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The revision of the transaction.
    pub(super) revision: i64,
    /// The event.
    pub(super) event: EventId,
    /// Index among the objects of the event.
    pub(super) number: u32,
}

impl Place {
    /// Before everything.
    pub(super) const FIRST: Self = Self { revision: i64::MIN, event: EventId(Uuid::nil()), number: 0 };

    /// After everything of a revision.
    pub(super) fn after(revision: i64) -> Self {
        Self { revision, event: EventId(Uuid::max()), number: u32::MAX }
    }

    /// The opaque form for clients.
    pub fn cursor(self) -> String {
        let bytes =
            [&self.revision.to_be_bytes()[..], self.event.0.as_bytes(), &self.number.to_be_bytes()].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Parses the form for clients.
    pub fn read(cursor: &str) -> Option<Self> {
        let bytes: [u8; 28] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
        let revision = i64::from_be_bytes(bytes[..8].try_into().ok()?);
        let event = EventId(Uuid::from_slice(&bytes[8..24]).ok()?);
        let number = u32::from_be_bytes(bytes[24..].try_into().ok()?);
        (revision >= 0).then_some(Self { revision, event, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_is_one() {
        for place in [Place::after(7), Place { revision: 0, event: EventId(Uuid::nil()), number: 3 }] {
            assert_eq!(Place::read(&place.cursor()), Some(place));
        }
        for wrong in ["", "7", "AAAA", "a\0b", &Place::FIRST.cursor()] {
            assert_eq!(Place::read(wrong), None, "{wrong}");
        }
    }
}
