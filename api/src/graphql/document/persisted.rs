//! Documents that need not be sent: registered by a client that sent them once, or by the operator.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    Params,
    cache::{Cache, Hash},
    refusal::Refusal,
};
use crate::graphql::Code;

/// Maximum total bytes of documents stored for clients.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Documents by hash and by ID.
pub(super) struct Persisted {
    /// Documents registered by clients; none if disabled.
    registered: Option<Cache<Arc<str>>>,
    /// Documents registered by the operator; if there are any, only these may run.
    trusted: Option<Trusted>,
}

/// The documents registered by the operator: by ID, and by hash.
pub struct Trusted {
    ids: HashMap<String, Hash>,
    documents: HashMap<Hash, Arc<str>>,
}

/// A requested document, and the action once it is found valid.
pub(super) struct Asked {
    pub(super) document: Arc<str>,
    pub(super) hash: Hash,
    register: bool,
}

impl Trusted {
    /// From a JSON object of IDs and documents.
    pub fn parse(json: &str) -> Result<Self, String> {
        let documents: HashMap<String, String> = serde_json::from_str(json)
            .map_err(|error| format!("not a JSON object of documents by ID: {error}"))?;
        if documents.is_empty() {
            return Err("it contains no document, so no request could run".to_owned());
        }
        let mut trusted = Self { ids: HashMap::new(), documents: HashMap::new() };
        for (id, document) in documents {
            let hash = hash(&document);
            trusted.ids.insert(id, hash);
            trusted.documents.insert(hash, document.into());
        }
        Ok(trusted)
    }

    /// The documents, each with one of its IDs.
    fn iter(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.ids.iter().filter_map(|(id, hash)| Some((id.as_str(), self.documents.get(hash)?)))
    }
}

impl Persisted {
    /// The registered documents, each with one of its IDs.
    pub(super) fn trusted(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.trusted.iter().flat_map(Trusted::iter)
    }

    /// Stores this number of documents of clients, or allows only the registered ones.
    pub(super) fn new(most: usize, trusted: Option<Trusted>) -> Self {
        let registers = most > 0 && trusted.is_none();
        Self { registered: registers.then(|| Cache::new(most, MAX_BYTES)), trusted }
    }

    /// The document of a request: sent, or named by an ID or a hash.
    pub(super) fn find(&self, params: &Params) -> Result<Asked, Refusal> {
        let named = match (&params.document_id, params.extensions.get("persistedQuery")) {
            (Some(_), Some(_)) => {
                let message = "Send documentId or extensions.persistedQuery, not both.";
                return Err(Refusal::new(Code::InvalidArgument, message).about("documentId"));
            }
            (Some(_), None) if params.query.is_some() => {
                let message = "Send query or documentId, not both.";
                return Err(Refusal::new(Code::InvalidArgument, message).about("documentId"));
            }
            (Some(id), None) => Some(self.by_id(id)?),
            (None, Some(extension)) => Some(self.by_hash(extension)?),
            (None, None) => None,
        };
        match (&params.query, named) {
            (None, None) => {
                Err(Refusal::new(Code::BadRequest, "Send a document: the parameter query is missing."))
            }
            (None, Some(hash)) => match self.get(&hash) {
                Some(document) => Ok(Asked { document, hash, register: false }),
                None => Err(Refusal::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")),
            },
            (Some(query), named) => self.sent(query, named),
        }
    }

    /// A document that was sent, possibly with its hash.
    fn sent(&self, query: &str, named: Option<Hash>) -> Result<Asked, Refusal> {
        let hash = hash(query);
        if named.is_some_and(|named| named != hash) {
            let message = "The sha256Hash is not the SHA-256 of the query; send the hash of its UTF-8 bytes, in hexadecimal.";
            return Err(Refusal::new(Code::InvalidArgument, message).about("sha256Hash"));
        }
        match &self.trusted {
            None => Ok(Asked { document: query.into(), hash, register: named.is_some() }),
            Some(trusted) => match trusted.documents.get(&hash) {
                Some(document) => Ok(Asked { document: document.clone(), hash, register: false }),
                None => {
                    let message =
                        "This server runs registered documents only, and this one is not registered.";
                    Err(Refusal::new(Code::DocumentNotTrusted, message))
                }
            },
        }
    }

    /// Stores a valid document, if its hash was sent.
    pub(super) fn register(&self, asked: &Asked) {
        if let (true, Some(registered)) = (asked.register, &self.registered) {
            registered.put(asked.hash, asked.document.clone(), asked.document.len());
        }
    }

    fn get(&self, hash: &Hash) -> Option<Arc<str>> {
        match (&self.trusted, &self.registered) {
            (Some(trusted), _) => trusted.documents.get(hash).cloned(),
            (None, Some(registered)) => registered.get(hash),
            (None, None) => None,
        }
    }

    /// Whether hashes can be used.
    fn supported(&self) -> Result<(), Refusal> {
        if self.registered.is_none() && self.trusted.is_none() {
            return Err(Refusal::new(Code::PersistedQueryNotSupported, "PersistedQueryNotSupported"));
        }
        Ok(())
    }

    /// `documentId` of GraphQL over HTTP: an ID of a registered document, or `sha256:` and a hash.
    fn by_id(&self, id: &str) -> Result<Hash, Refusal> {
        self.supported()?;
        let trusted = self.trusted.as_ref().and_then(|trusted| trusted.ids.get(id)).copied();
        let hash = trusted.or_else(|| hex(id.strip_prefix("sha256:")?));
        hash.ok_or_else(|| Refusal::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound"))
    }

    /// `extensions.persistedQuery` of Apollo clients.
    fn by_hash(&self, extension: &Value) -> Result<Hash, Refusal> {
        self.supported()?;
        let nothing = Map::new();
        let extension = extension.as_object().unwrap_or(&nothing);
        if extension.get("version").and_then(Value::as_i64) != Some(1) {
            let message =
                "Unsupported persisted query version: send { \"version\": 1, \"sha256Hash\": ... }.";
            return Err(Refusal::new(Code::InvalidArgument, message).about("version"));
        }
        let hash = extension.get("sha256Hash").and_then(Value::as_str);
        let trusted = self.trusted.as_ref().zip(hash).and_then(|(trusted, id)| trusted.ids.get(id)).copied();
        trusted.or_else(|| hex(hash?)).ok_or_else(|| {
            let message = "The sha256Hash must be a SHA-256: 64 hexadecimal digits.";
            Refusal::new(Code::InvalidArgument, message).about("sha256Hash")
        })
    }
}

/// The hash of a document.
pub(super) fn hash(document: &str) -> Hash {
    Sha256::digest(document.as_bytes()).into()
}

fn hex(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(hash)
}
