//! What stands between a request and its execution: what may be asked, how much of it, and what it costs.
//!
//! A document passes in this order, and what is refused by one step is never seen by the next: a guard that reads bytes
//! ([`guard`]); the parser; its shape ([`shape`]); the rules of the specification ([`validate`]); its variables
//! ([`variables`]); its cost ([`cost`]). Then it waits for its turn and is run ([`run`]). Nothing here knows HTTP.

mod bulk;
mod causes;
mod cost;
mod fit;
mod guard;
mod kept;
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
use async_graphql::{Request, Response, Variables};
use serde_json::{Map, Value};

pub use limits::Limits;
pub use persisted::Trusted;
pub use refusal::Refusal;

use self::{kept::Kept, persisted::Persisted, runnable::Runnable, validate::Validator};
use super::{Code, Schema, Services, above, blind};
use crate::{base::text, domain::access::Viewer};

/// Documents that are kept parsed and validated.
const PREPARED: usize = 2_000;

/// What they may take together, in bytes.
const PREPARED_BYTES: usize = 64 * 1024 * 1024;

/// What a prepared document takes for each byte of its text: two trees of it. An estimate, on the safe side for queries of usual form.
const TREES: usize = 40;

/// How deep selections may lie in one another at most, whatever the setting: beyond it a stack could end.
pub const DEEPEST: usize = 128;

/// The parameters of a request, whichever way it came.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// The document.
    pub query: Option<String>,
    /// The name under which the server knows the document, instead of it.
    pub document_id: Option<String>,
    /// Which operation of the document is to be run.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Map<String, Value>,
    /// What else is asked of the server: `persistedQuery`, `cost`.
    pub extensions: Map<String, Value>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// It reads.
    Query,
    /// It writes.
    Mutation,
    /// It listens.
    Subscription,
}

/// A request that may be run.
#[derive(Debug)]
pub struct Admitted {
    /// The request: one operation, parsed, its variables coerced.
    pub request: Request,
    /// What it does.
    pub kind: OperationKind,
    /// What the document calls it, if it has a name.
    pub name: Option<String>,
    /// What it costs.
    pub cost: u64,
    /// What `extensions.cost` of the answer says, if the request asks for it.
    pub cost_shown: Option<async_graphql::Value>,
    heavy: bool,
}

/// Who may ask what the schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// Everybody who may ask anything.
    On,
    /// Administrators.
    Administrators,
    /// Nobody.
    Off,
}

/// What is decided at the start.
pub struct Settings {
    /// How much one request may ask for.
    pub limits: Limits,
    /// Who may ask what the schema is.
    pub introspection: Introspection,
    /// Whether a router may ask for entities and for the schema of the subgraph.
    pub federation: bool,
    /// How many documents are kept for clients that send hashes.
    pub persisted: usize,
    /// The documents that are run, if not every one is.
    pub trusted: Option<Trusted>,
}

/// What lets documents in: the rules, and what is remembered of documents that passed.
pub struct Documents {
    limits: Limits,
    introspection: Introspection,
    validator: Validator,
    persisted: Persisted,
    prepared: Kept<Arc<Prepared>>,
    line: run::Line,
}

/// A document that has passed all that does not depend on who asks and with which variables.
struct Prepared {
    /// As the validator sees it.
    checked: Valid<ExecutableDocument>,
    /// As it is run.
    runnable: Runnable,
}

impl Documents {
    /// Reads the schema, and checks the trusted documents, so that a server does not start with one that it
    /// would refuse.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let Settings { limits, introspection, federation, persisted, trusted } = settings;
        let sdl = match federation {
            true => super::subgraph().finish().sdl(),
            false => super::builder().finish().sdl(),
        };
        let validator = Validator::new(&sdl)?;
        let line = run::Line::new(limits.heavy);
        let prepared = Kept::new(PREPARED, PREPARED_BYTES);
        let persisted = Persisted::new(persisted, trusted);
        let documents = Self { limits, introspection, validator, persisted, prepared, line };
        for (id, document) in documents.persisted.trusted() {
            documents.prepare(document, true).map_err(|refusal| {
                let why: Vec<_> = refusal.into_errors().into_iter().map(|error| error.message).collect();
                format!("the trusted document {id} is not valid: {}", why.join(" "))
            })?;
        }
        Ok(documents)
    }

    /// Lets a request in, or says why not.
    pub fn admit(&self, viewer: &Viewer, params: Params) -> Result<Admitted, Refusal> {
        if params.query.as_ref().is_some_and(|query| query.contains(text::BROKEN)) {
            let message =
                "The document has half of a surrogate pair (such as \\ud83d alone), which is no character.";
            return Err(Refusal::new(Code::ParseError, message));
        }
        if let Some(query) = &params.query {
            // Before anything is made of it, even a hash.
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
                self.prepared.put(asked.hash, prepared.clone(), asked.document.len() * TREES);
                prepared
            }
        };
        let operation = prepared.operation(params.operation_name.as_deref())?;
        if !may_introspect && introspects(operation, &prepared.checked) {
            let message = match self.introspection {
                Introspection::Administrators => "Only administrators may ask what the schema is.",
                _ => "Nobody may ask this server what the schema is.",
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
                "The operation costs {cost}; at most {most} is allowed. Ask for smaller pages or fewer scores."
            );
            return Err(Refusal::new(Code::TooComplex, message));
        }
        let kind = match operation.operation_type {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        };
        // Writers follow one another anyway; a mutation is heavy only by the scores that it asks for.
        let heavy =
            cost.scores > 0 || (kind != OperationKind::Mutation && cost.total > self.limits.heavy_cost);
        let mut request = Request::new("");
        let Some(runnable) = prepared.runnable.operation(operation, |name| variables.contains_key(name))
        else {
            return Err(Refusal::new(Code::Internal, "The operation was lost. Try again."));
        };
        request.set_parsed_query(runnable);
        request.variables =
            Variables::from_json(serde_json::to_value(variables.into_inner()).unwrap_or_default());
        let cost_shown = shows_cost.then(|| run::shown(cost.total, &self.limits));
        let name = operation.name.as_ref().map(|name| name.to_string());
        Ok(Admitted { request, kind, name, cost: cost.total, cost_shown, heavy })
    }

    /// Runs a query or a mutation that was let in: in its turn, and not for longer than allowed. `runtime` is where the
    /// database's connections live.
    pub async fn run(
        &self,
        runtime: &tokio::runtime::Handle,
        schema: &Schema,
        services: &Services,
        viewer: Viewer,
        admitted: Admitted,
    ) -> Result<Response, Refusal> {
        run::run(&self.line, &self.limits, runtime, (schema, services), viewer, admitted).await
    }

    /// `hints` says whether the caller may know what else there is than what the document asks for.
    fn prepare(&self, document: &str, hints: bool) -> Result<Prepared, Refusal> {
        guard::scan(document, &self.limits)?;
        let parsed = Validator::parse(&guard::without_descriptions(document))?;
        shape::check(&parsed, &self.limits)?;
        let checked = self.validator.validate(&parsed, hints)?;
        let runnable = Runnable::new(&checked);
        Ok(Prepared { checked, runnable })
    }

    /// Whether a caller may ask what the schema is.
    pub fn may_introspect(&self, viewer: &Viewer) -> bool {
        match self.introspection {
            Introspection::On => true,
            Introspection::Administrators => viewer.administers().is_ok(),
            Introspection::Off => false,
        }
    }
}

/// Whether an operation asks what the schema is.
fn introspects(operation: &executable::Operation, document: &ExecutableDocument) -> bool {
    operation
        .root_fields(document)
        .any(|field| matches!(field.name.as_str(), "__schema" | "__type" | "_service"))
}

impl Prepared {
    /// The operation that is asked for.
    fn operation(&self, name: Option<&str>) -> Result<&executable::Operation, Refusal> {
        // Some clients send an empty name for none.
        let name = name.filter(|name| !name.is_empty());
        match self.checked.operations.get(name) {
            Ok(operation) => Ok(operation),
            Err(_) => {
                let message = match name {
                    Some(_) => "The document has no operation of that name.",
                    None => "The document has several operations; say which by operationName.",
                };
                Err(Refusal::new(Code::InvalidArgument, message).about("operationName"))
            }
        }
    }
}
