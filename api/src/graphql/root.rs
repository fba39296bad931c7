//! The roots: what stands beside one another in a request is answered by itself.
//!
//! Every field of the roots may be null, whatever its resolver returns: one that fails takes nothing of the others with
//! it, and of several mutations each is told how it went. The nouns need not know it, and none can forget it.

use std::{borrow::Cow, collections::HashMap, sync::Mutex};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerError,
    ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
    resolver_utils::resolve_container,
};

use super::Code;

/// A root object whose fields may all be null.
#[derive(Default)]
pub struct Root<T>(T);

impl<T: ObjectType> OutputType for Root<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let ty = T::create_type_info(registry);
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(&*T::type_name()) {
            for field in fields.values_mut() {
                let nullable = field.ty.trim_end_matches('!').len();
                field.ty.truncate(nullable);
            }
        }
        ty
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<T: ObjectType> ContainerType for Root<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(ctx).await
    }

    /// Each entity that a router asks for is answered by itself too, at its own place in the list.
    async fn find_entity(&self, ctx: &Context<'_>, key: &Value) -> ServerResult<Option<Value>> {
        let ctx = &match ctx.data_opt::<Entities>() {
            Some(entities) => ctx.with_index(entities.next(ctx)),
            None => ctx.clone(),
        };
        let found = self.0.find_entity(ctx, key).await;
        let error = match found {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => {
                let message = "There is no entity with such a key: give __typename and id.";
                let mut error = ctx.set_error_path(ServerError::new(message, Some(ctx.item.pos)));
                error.extensions.get_or_insert_default().set("code", Code::NotFound.name());
                error
            }
            // What the library itself refuses, such as one without a __typename, has no path.
            Err(error) if error.path.is_empty() => ctx.set_error_path(error),
            Err(error) => error,
        };
        ctx.add_error(error);
        Ok(Some(Value::Null))
    }
}

impl<T: ObjectType> ObjectType for Root<T> {}

/// How many entities a request has begun to look for, by the field that asks for them. They are begun in the order of the
/// request, so this is the place of the next.
#[derive(Default)]
pub(super) struct Entities(Mutex<HashMap<String, usize>>);

impl Entities {
    fn next(&self, ctx: &Context<'_>) -> usize {
        let field = ctx.item.node.response_key().node.to_string();
        let mut begun = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let next = begun.entry(field).or_default();
        *next += 1;
        *next - 1
    }
}
