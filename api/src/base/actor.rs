//! The actor of a change: the token or the identity with which a caller was authenticated. The member, if there is one, is
//! found through it.

use ballroom_entity::id::{ApiTokenId, IdentityId};

use crate::base::reference::PublicId;

/// The actor of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The holder of a token of this server.
    Token(ApiTokenId),
    /// A caller authenticated by an OpenID Connect issuer.
    Identity(IdentityId),
    /// The operator at the command line of the server.
    CommandLine,
}

const COMMAND_LINE: &str = "command_line";

impl Actor {
    /// The stored form.
    pub(crate) fn stored(self) -> String {
        match self {
            Self::Token(id) => id.public(),
            Self::Identity(id) => id.public(),
            Self::CommandLine => COMMAND_LINE.to_owned(),
        }
    }

    /// The actor stored in a row; none if no actor was recorded.
    pub fn read(stored: Option<&str>) -> Option<Self> {
        let stored = stored?;
        ApiTokenId::parse(stored)
            .map(Self::Token)
            .or_else(|| IdentityId::parse(stored).map(Self::Identity))
            .or_else(|| (stored == COMMAND_LINE).then_some(Self::CommandLine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_reads_back() {
        for actor in [Actor::Token(ApiTokenId::new()), Actor::Identity(IdentityId::new()), Actor::CommandLine]
        {
            assert_eq!(Actor::read(Some(&actor.stored())), Some(actor));
        }
        assert_eq!(Actor::read(Some("somebody")), None);
        assert_eq!(Actor::read(None), None);
    }
}
