//! Payloads of mutations: what changed, what the caller has to mend, and the caller's own mark.

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures::future::BoxFuture;

use super::{
    Asking,
    fault::{Code, Fault, Message},
};

/// What is wrong with the input of a mutation, or with an item of a batch. Nothing was done with it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct UserError {
    /// What kind of error it is: INVALID_ARGUMENT, NOT_FOUND or CONFLICT; of an item of a batch also another.
    code: Code,
    /// The field of the input or of the item that is wrong; null if the error is not about one.
    field: Option<String>,
    #[graphql(skip)]
    message: Message,
}

#[ComplexObject]
impl UserError {
    /// What is wrong and what would be right.
    async fn message(&self, ctx: &Context<'_>) -> String {
        self.message.told_to(ctx.viewer())
    }
}

impl UserError {
    pub(super) fn new(code: Code, field: Option<String>, message: Message) -> Self {
        Self { code, field, message }
    }
}

/// A payload: it says what changed, or why nothing did.
pub(super) trait Payload: Sized {
    /// Nothing was done.
    fn refused(error: UserError) -> Self;

    /// With the mark of the input.
    fn marked(self, mark: Option<String>) -> Self;
}

/// Answers a mutation: what the caller can mend is told in the payload, everything else is an error of the request.
///
/// The work is on the heap: the futures of all mutations are one type, as large as the largest of them.
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

/// Makes payloads: each field is there unless the input was refused.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)+ })*) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(super) struct $name {
            $(
                $(#[$about])*
                ///
                /// Null if nothing was done: `userErrors` says why.
                $field: Option<$type>,
            )+
            /// What is wrong with the input; empty if the mutation was carried out.
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
