//! How far an error propagates: by the specification, to the nearest nullable field, and no further.
//!
//! In async-graphql an error of a resolver nulls the parent even if the field itself is nullable, and a list on its way
//! replaces its path. So documents are marked when they are prepared: each nullable field, and each other field that
//! has arguments or subfields. (A non-null value without them fails only if the server does; within a list, the path of
//! its error ends at the list.) A mark is a directive of the executor that no document can contain. It costs 110 ns at
//! each marked field and nothing elsewhere: a fifth more for a typical query, while an extension of the executor, which
//! costs 90 ns at every field and every item of a list, would add half as much again.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use apollo_compiler::executable::Field;
use async_graphql::{
    Context, ContextDirective, CustomDirective, CustomDirectiveFactory, ErrorExtensionValues, PathSegment,
    Response, ServerError, ServerResult, Value, async_trait, extensions::ResolveFut,
    parser::types::Directive, registry::Registry,
};

/// The effect of an error on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It stops here: the field is null.
    MayBeNull,
    /// It propagates to the parent, and keeps its path.
    NeverNull,
}

/// Where an error began, and which field became null because of it.
#[derive(Default)]
struct Reach {
    from: Vec<PathSegment>,
    to: Option<Vec<PathSegment>>,
}

impl Mark {
    /// Both directives, for the executor.
    pub(super) const ALL: [Self; 2] = [Self::MayBeNull, Self::NeverNull];

    /// The mark of a field of a type, if it can fail.
    pub(super) fn of(parent: &str, field: &Field) -> Option<Self> {
        let of_the_schema = parent.starts_with("__") || field.name.starts_with("__");
        let simple = field.selection_set.is_empty() && field.definition.arguments.is_empty();
        match field.ty().is_non_null() {
            _ if of_the_schema => None,
            false => Some(Self::MayBeNull),
            true => (!simple).then_some(Self::NeverNull),
        }
    }

    /// Whether a directive is one of them.
    pub(super) fn is(directive: &str) -> bool {
        Self::ALL.iter().any(|mark| mark.directive() == directive)
    }

    /// The name of the directive.
    pub(super) fn directive(self) -> &'static str {
        match self {
            Self::MayBeNull => "nullable",
            Self::NeverNull => "never null",
        }
    }
}

impl CustomDirectiveFactory for Mark {
    fn name(&self) -> Cow<'static, str> {
        self.directive().into()
    }

    // The schema does not contain it.
    fn register(&self, _registry: &mut Registry) {}

    fn create(
        &self,
        _ctx: &ContextDirective<'_>,
        _directive: &Directive,
    ) -> ServerResult<Box<dyn CustomDirective>> {
        Ok(Box::new(*self))
    }
}

#[async_trait::async_trait]
impl CustomDirective for Mark {
    async fn resolve_field(&self, ctx: &Context<'_>, resolve: ResolveFut<'_>) -> ServerResult<Option<Value>> {
        let mut error = match resolve.await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        name_argument(ctx, &mut error);
        let own = ctx.set_error_path(ServerError::new("", None)).path;
        let from = match error.source::<Reach>() {
            Some(reach) => reach.from.clone(),
            None if error.path.is_empty() => own.clone(),
            None => error.path.clone(),
        };
        let to = (*self == Self::MayBeNull).then_some(own);
        let caught = to.is_some();
        error.source = Some(Arc::new(Reach { from, to }));
        if !caught {
            return Err(error);
        }
        ctx.add_error(error);
        Ok(Some(Value::Null))
    }
}

/// Adds the argument to an error if the executor found that a value does not match its type: its position is then that
/// of the argument.
fn name_argument(ctx: &Context<'_>, error: &mut ServerError) {
    let mut arguments = ctx.item.node.arguments.iter();
    let wrong = arguments.find(|(_, value)| error.locations.first() == Some(&value.pos));
    if let (Some((name, _)), None) = (wrong, &error.extensions) {
        let extensions = error.extensions.insert(ErrorExtensionValues::default());
        extensions.set("argument", name.node.as_str());
        error.message = format!("{}: {}", name.node, error.message);
    }
}

/// Gives the errors of a response their own paths, each path once, and sets to null what they made null: a field that
/// occurs twice in a document is resolved twice, and may have failed once.
pub(super) fn settle(response: &mut Response) {
    let mut seen = HashSet::new();
    let mut nulled = Vec::new();
    response.errors.retain_mut(|error| {
        if let Some(reach) = error.source::<Reach>() {
            let (from, to) = (reach.from.clone(), reach.to.clone());
            error.path = from;
            nulled.extend(to);
        }
        error.path.is_empty() || seen.insert(format!("{:?}", error.path))
    });
    for path in nulled {
        empty(&mut response.data, &path);
    }
}

/// Sets the value at a path to null.
fn empty(value: &mut Value, path: &[PathSegment]) {
    let inner = match (path.first(), &mut *value) {
        (None, _) => {
            *value = Value::Null;
            return;
        }
        (Some(PathSegment::Field(name)), Value::Object(fields)) => fields.get_mut(name.as_str()),
        (Some(PathSegment::Index(index)), Value::List(items)) => items.get_mut(*index),
        // An ancestor is null.
        _ => None,
    };
    if let Some(inner) = inner {
        empty(inner, &path[1..]);
    }
}
