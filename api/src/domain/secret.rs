//! The text of a secret of which only a hash is stored: 64 bytes in base64, the IDs of the organization and of the row with the
//! hash, and 32 random bytes.

use ballroom_entity::id::OrganizationId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The text of a secret.
pub(super) fn text(organization: OrganizationId, id: Uuid, secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode([organization.0.as_bytes().as_slice(), id.as_bytes(), secret].concat())
}

/// The organization, the ID of the row and the random bytes; none if the text is not one of a secret.
pub(super) fn parts(text: &str) -> Option<(OrganizationId, Uuid, [u8; 32])> {
    let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(text.trim()).ok()?.try_into().ok()?;
    let organization = Uuid::from_slice(&bytes[..16]).ok()?;
    let id = Uuid::from_slice(&bytes[16..32]).ok()?;
    Some((OrganizationId(organization), id, bytes[32..].try_into().ok()?))
}
