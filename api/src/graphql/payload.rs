//! Payloads of mutations: what changed, the user errors, and `clientMutationId`.

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures::future::BoxFuture;

use super::{
    ContextExt,
    fault::{Code, Fault, Message},
};

/// An error in the input of a mutation, or in an item of a batch. The input or item had no effect.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct UserError {
    /// Kind of error: INVALID_ARGUMENT, NOT_FOUND or CONFLICT; items of a batch may have others.
    code: Code,
    /// Field of the input or item; null if the error does not concern a single field.
    field: Option<String>,
    #[graphql(skip)]
    message: Message,
}

#[ComplexObject]
impl UserError {
    /// Description of the error, and how to correct it.
    async fn message(&self, ctx: &Context<'_>) -> String {
        self.message.told_to(ctx.viewer())
    }
}

impl UserError {
    pub(super) fn new(code: Code, field: Option<String>, message: Message) -> Self {
        Self { code, field, message }
    }
}

/// A payload: what changed, or the user errors.
pub(super) trait Payload: Sized {
    /// The payload of a refused mutation.
    fn refused(error: UserError) -> Self;

    /// Adds `clientMutationId`.
    fn marked(self, mark: Option<String>) -> Self;
}

/// Responds to a mutation: errors that the caller can correct are in the payload, all others are errors of the request.
///
/// The future is boxed: the futures of all mutations are one type, as large as the largest of them.
pub(super) fn payload<'a, P: Payload>(
    mark: Option<String>,
    done: impl Future<Output = Result<P, Fault>> + Send + 'a,
) -> BoxFuture<'a, Result<P, Fault>> {
    Box::pin(async move {
        let payload = match done.await {
            Ok(payload) => payload,
            Err(fault) => P::refused(fault.of_input()?),
        };
        Ok(payload.marked(mark))
    })
}

/// Defines payloads: each field is set unless the input was refused.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)+ })*) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(super) struct $name {
            $(
                $(#[$about])*
                ///
                /// Null if `userErrors` is not empty.
                $field: Option<$type>,
            )+
            /// Errors in the input; empty if the mutation was carried out.
            user_errors: Vec<crate::graphql::payload::UserError>,
            /// `clientMutationId` of the input; null if none was given.
            client_mutation_id: Option<String>,
        }

        impl $name {
            fn done($($field: $type),+) -> Self {
                Self { $($field: Some($field),)+ user_errors: Vec::new(), client_mutation_id: None }
            }
        }

        impl crate::graphql::payload::Payload for $name {
            fn refused(error: crate::graphql::payload::UserError) -> Self {
                Self { $($field: None,)+ user_errors: vec![error], client_mutation_id: None }
            }

            fn marked(mut self, mark: Option<String>) -> Self {
                self.client_mutation_id = mark;
                self
            }
        }
    )*};
}

pub(super) use payloads;
