//! The stages between a request and its execution: admission, limits and cost.
//!
//! A document passes them in this order, and a refused document is not seen by later stages: a guard that scans bytes
//! ([`guard`]); the parser; its shape ([`shape`]); the rules of the specification ([`validate`]); its variables
//! ([`variables`]); its cost ([`cost`]). Then it waits in the queue and runs ([`run`]). Nothing here knows HTTP.

mod bulk;
mod cache;
mod causes;
mod cost;
mod fit;
mod guard;
mod limits;
mod literal;
mod meant;
mod persisted;
mod places;
mod refusal;
mod run;
mod runnable;
mod shape;
mod validate;
mod variables;

use std::sync::Arc;

use apollo_compiler::{ExecutableDocument, executable, executable::OperationType, validation::Valid};
use async_graphql::Request;
use serde_json::{Map, Value};

pub use limits::Limits;
pub use persisted::Trusted;
pub use refusal::Refusal;

use self::{cache::Cache, persisted::Persisted, runnable::Runnable, validate::Validator};
use super::{Code, Reply, Schema, Services, above, blind};
use crate::{base::text, domain::access::Viewer};

/// Number of parsed and validated documents that are cached.
const CACHED_DOCUMENTS: usize = 2_000;

/// Their maximum total size, in bytes.
const CACHED_BYTES: usize = 64 * 1024 * 1024;

/// Estimated size of a prepared document per byte of its text: two trees of it. On the safe side for typical queries.
const SIZE_FACTOR: usize = 40;

/// Maximum cost of a query that is run on the HTTP thread that received it: a fifth of a millisecond. To hand it to another thread
/// and back takes a fourth of that.
const LIGHT_COST: u64 = 100;

/// Maximum nesting of selections, whatever the setting: beyond it the stack could overflow.
pub const MAX_DEPTH: usize = 128;

/// The parameters of a request, in any encoding.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// The document.
    pub query: Option<String>,
    /// The name under which the server knows the document, instead of the document.
    pub document_id: Option<String>,
    /// The name of the operation to run.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Map<String, Value>,
    /// Extensions: `persistedQuery`, `cost`.
    pub extensions: Map<String, Value>,
}

/// The type of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// A query.
    Query,
    /// A mutation.
    Mutation,
    /// A subscription.
    Subscription,
}

/// An admitted request.
#[derive(Debug)]
pub struct Admitted {
    /// The request: one operation, parsed, its variables coerced.
    pub(super) request: Request,
    /// The type of the operation.
    pub kind: OperationKind,
    /// The name of the operation, if it has one.
    pub name: Option<String>,
    /// Its cost.
    pub cost: u64,
    /// The value of `extensions.cost` in the response, if requested.
    pub(super) cost_shown: Option<async_graphql::Value>,
    heavy: bool,
    light: bool,
}

/// Who may use introspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// All authenticated callers.
    On,
    /// Administrators.
    Administrators,
    /// No one.
    Off,
}

/// Settings.
pub struct Settings {
    /// The limits of a request.
    pub limits: Limits,
    /// Who may use introspection.
    pub introspection: Introspection,
    /// Whether a router may query entities and the schema of the subgraph.
    pub federation: bool,
    /// Number of documents that are stored for clients that send hashes.
    pub persisted: usize,
    /// The registered documents, if only these may run.
    pub trusted: Option<Trusted>,
}

/// Admits documents: the rules, and a cache of admitted documents.
pub struct Documents {
    limits: Limits,
    introspection: Introspection,
    validator: Validator,
    persisted: Persisted,
    prepared: Cache<Arc<Prepared>>,
    line: run::Line,
}

/// A document that has passed all checks that do not depend on the caller and the variables.
struct Prepared {
    /// For the validator.
    checked: Valid<ExecutableDocument>,
    /// For the executor.
    runnable: Runnable,
}

impl Documents {
    /// Reads the schema, and validates the registered documents, so that a server does not start with one that it would
    /// refuse.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let Settings { limits, introspection, federation, persisted, trusted } = settings;
        let sdl = match federation {
            true => super::subgraph().finish().sdl(),
            false => super::builder().finish().sdl(),
        };
        let validator = Validator::new(&sdl)?;
        let line = run::Line::new(limits.heavy);
        let prepared = Cache::new(CACHED_DOCUMENTS, CACHED_BYTES);
        let persisted = Persisted::new(persisted, trusted);
        let documents = Self { limits, introspection, validator, persisted, prepared, line };
        for (id, document) in documents.persisted.trusted() {
            documents.prepare(document, true).map_err(|refusal| {
                let why: Vec<_> = refusal.into_errors().into_iter().map(|error| error.message).collect();
                format!("the trusted document {id} is invalid: {}", why.join(" "))
            })?;
        }
        Ok(documents)
    }

    /// Admits a request, or refuses it.
    pub fn admit(&self, viewer: &Viewer, params: Params) -> Result<Admitted, Refusal> {
        if params.query.as_ref().is_some_and(|query| query.contains(text::BROKEN)) {
            let message = "The document contains half of a surrogate pair (such as \\ud83d alone); send complete characters.";
            return Err(Refusal::new(Code::ParseError, message));
        }
        if let Some(query) = &params.query {
            // Before any work, even a hash.
            let (found, most) = (query.len(), self.limits.document);
            if found > most {
                return Err(Refusal::over(Code::TooLarge, "bytes of document", found as u64, most as u64));
            }
        }
        let asked = self.persisted.find(&params)?;
        let may_introspect = self.may_introspect(viewer);
        let prepared = match self.prepared.get(&asked.hash) {
            Some(prepared) => prepared,
            None => {
                let prepared = Arc::new(self.prepare(&asked.document, may_introspect)?);
                self.prepared.put(asked.hash, prepared.clone(), asked.document.len() * SIZE_FACTOR);
                prepared
            }
        };
        let operation = prepared.operation(params.operation_name.as_deref())?;
        if !may_introspect && introspects(operation, &prepared.checked) {
            let message = match self.introspection {
                Introspection::Administrators => "Introspection is restricted to administrators.",
                _ => "Introspection is disabled on this server.",
            };
            return Err(Refusal::new(Code::Forbidden, message));
        }
        above::check(viewer, &prepared.checked, operation)?;
        blind::check(viewer, &self.validator.schema, &prepared.checked, operation)?;
        self.persisted.register(&asked);
        let shows_cost = params.extensions.get("cost") == Some(&Value::Bool(true));
        let fit = self.validator.fit(may_introspect);
        let asked = variables::Asked { document: &prepared.checked, operation, fit };
        let variables = variables::coerce(&self.validator, asked, params.variables, &self.limits)?;
        literal::check_nulls(fit, &prepared.checked, operation, &variables)?;
        let cost = cost::of(&prepared.checked, operation, &variables);
        if cost.total > self.limits.cost {
            let (cost, most) = (cost.total, self.limits.cost);
            let message = format!(
                "The operation costs {cost}; at most {most} is allowed. Select smaller pages or fewer scores."
            );
            return Err(Refusal::new(Code::TooComplex, message));
        }
        let kind = match operation.operation_type {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        };
        // Writers run one after another anyway; a mutation is heavy only if it selects scores.
        let heavy =
            cost.scores > 0 || (kind != OperationKind::Mutation && cost.total > self.limits.heavy_cost);
        let light = kind == OperationKind::Query && !heavy && cost.total <= LIGHT_COST;
        let mut request = Request::new("");
        let Some(runnable) = prepared.runnable.operation(operation, |name| variables.contains_key(name))
        else {
            return Err(Refusal::new(Code::Internal, "The operation was aborted. Try again."));
        };
        request.set_parsed_query(runnable);
        request.variables = variables::runnable(variables.into_inner());
        let cost_shown = shows_cost.then(|| run::shown(cost.total, &self.limits));
        let name = operation.name.as_ref().map(|name| name.to_string());
        Ok(Admitted { request, kind, name, cost: cost.total, cost_shown, heavy, light })
    }

    /// Runs an admitted query or mutation, after its turn and within its time. `runtime` is that of the database
    /// connections.
    pub async fn run(
        &self,
        runtime: &tokio::runtime::Handle,
        schema: &Schema,
        services: &Services,
        viewer: Viewer,
        admitted: Admitted,
    ) -> Result<Reply, Refusal> {
        run::run(&self.line, &self.limits, runtime, (schema, services), viewer, admitted).await
    }

    /// `hints`: whether the caller may know what exists besides what the document names.
    fn prepare(&self, document: &str, hints: bool) -> Result<Prepared, Refusal> {
        guard::scan(document, &self.limits)?;
        let parsed = Validator::parse(&guard::without_descriptions(document))?;
        shape::check(&parsed, &self.limits)?;
        let checked = self.validator.validate(&parsed, hints)?;
        let runnable = Runnable::new(&checked);
        Ok(Prepared { checked, runnable })
    }

    /// Whether a caller may use introspection.
    pub fn may_introspect(&self, viewer: &Viewer) -> bool {
        match self.introspection {
            Introspection::On => true,
            Introspection::Administrators => viewer.administers().is_ok(),
            Introspection::Off => false,
        }
    }
}

/// Whether an operation uses introspection.
fn introspects(operation: &executable::Operation, document: &ExecutableDocument) -> bool {
    operation
        .root_fields(document)
        .any(|field| matches!(field.name.as_str(), "__schema" | "__type" | "_service"))
}

impl Prepared {
    /// The requested operation.
    fn operation(&self, name: Option<&str>) -> Result<&executable::Operation, Refusal> {
        // Some clients send an empty name for none.
        let name = name.filter(|name| !name.is_empty());
        match self.checked.operations.get(name) {
            Ok(operation) => Ok(operation),
            Err(_) => {
                let message = match name {
                    Some(_) => "The document has no operation with this name; send another operationName.",
                    None => "The document has several operations; send operationName.",
                };
                Err(Refusal::new(Code::InvalidArgument, message).about("operationName"))
            }
        }
    }
}
