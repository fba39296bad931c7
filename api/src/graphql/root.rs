//! Root objects: the root fields of a request are resolved separately.
//!
//! Every root field is nullable, whatever its resolver returns: one that fails does not affect the others, and each of
//! several mutations reports its own result. The nouns need no code for it, and none can omit it.

use std::{borrow::Cow, collections::HashMap, sync::Mutex};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerError,
    ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
    resolver_utils::resolve_container,
};

use super::Code;

/// A root object whose fields are all nullable.
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

    /// Each entity that a router requests is also resolved separately, at its own position in the list.
    async fn find_entity(&self, ctx: &Context<'_>, key: &Value) -> ServerResult<Option<Value>> {
        let ctx = &match ctx.data_opt::<Entities>() {
            Some(entities) => ctx.with_index(entities.next(ctx)),
            None => ctx.clone(),
        };
        let found = self.0.find_entity(ctx, key).await;
        let error = match found {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => {
                let message = "There is no entity with this key; send __typename and id.";
                let mut error = ctx.set_error_path(ServerError::new(message, Some(ctx.item.pos)));
                error.extensions.get_or_insert_default().set("code", Code::NotFound.name());
                error
            }
            // Errors of the library itself, such as for a missing __typename, have no path.
            Err(error) if error.path.is_empty() => ctx.set_error_path(error),
            Err(error) => error,
        };
        ctx.add_error(error);
        Ok(Some(Value::Null))
    }
}

impl<T: ObjectType> ObjectType for Root<T> {}

/// The number of entities that a request has started to look up, by the field that requests them. They are started in
/// the order of the request, so this is the position of the next one.
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
