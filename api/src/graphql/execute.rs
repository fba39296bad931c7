//! Execution of a request.

use async_graphql::{Request, Response, Value, parser::types::OperationType};

use super::{Code, Now, Schema, Services, batch, fault::Message, load, reach, root};
use crate::{clock, domain::access::Viewer};

impl Schema {
    async fn execute(&self, request: Request) -> Response {
        match self {
            Self::Whole(schema) => schema.execute(request).await,
            Self::Subgraph(schema) => schema.execute(request).await,
        }
    }
}

/// Executes a request of a caller. It has its own time and loaders: no loaded data are shared between callers.
pub async fn execute(schema: &Schema, services: &Services, viewer: Viewer, mut request: Request) -> Response {
    let now = clock::now();
    let (halt, waiting) = batch::load_channel();
    let loads = load::loader(services.clone(), viewer.clone(), halt);
    let writes = request.parsed_query().is_ok_and(|document| {
        document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation)
    });
    // The fields of a mutation follow one another: what one of them has loaded, the next may change.
    loads.enable_all_cache(!writes);
    let request = request.data(loads).data(viewer.clone()).data(Now(now));
    let request = match schema {
        Schema::Whole(_) => request,
        Schema::Subgraph(_) => request.data(root::Entities::default()),
    };
    let mut response = waiting.run(schema.execute(request)).await;
    finish(&mut response, &viewer);
    response
}

/// Completes a response for its caller: adds paths and codes to errors. Errors of the library (such as an invalid date)
/// are errors of the caller.
pub(super) fn finish(response: &mut Response, viewer: &Viewer) {
    reach::settle(response);
    without_negative_zero(&mut response.data);
    for error in &mut response.errors {
        Message::complete(error, viewer);
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", Code::InvalidArgument.name());
        }
    }
}

/// Normalizes negative zero, which is meaningful only in floating-point arithmetic: `-0.0` is shown as `0.0`.
fn without_negative_zero(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|n| n == 0.0 && n.is_sign_negative()) => {
            *value = Value::from(0.0);
        }
        Value::List(items) => items.iter_mut().for_each(without_negative_zero),
        Value::Object(fields) => fields.values_mut().for_each(without_negative_zero),
        _ => (),
    }
}
