//! Objects that are shown at once if everything that is asked of them is known.
//!
//! The executor makes two boxed futures for each field of each object, and four for one that may be null: several times the work
//! of writing the value down. Where a request asks a row only for what it holds and for rows of the cached dimensions, the whole
//! object is made here in one go; whatever else it asks for, the executor resolves, as if this did not exist.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, Name, Number, OutputType, Positioned, QueryEnv, ServerResult, Value,
    indexmap::{IndexMap, map::Entry},
    parser::types::{Field, Selection, SelectionSet, TypeCondition},
    registry::Registry,
};
use ballroom_entity::{feature, id::CustomerId, product, release, scale};

use super::{Services, reach::Mark, scalar::DateTime};
use crate::{base::reference::PublicId, domain::access::Viewer, store::Dimensions};

/// A row of which some fields can be shown at once. Their values must be those of the resolvers of the same names.
pub(super) trait Plain {
    /// The name of its type.
    const TYPE: &'static str;

    /// The value of a field without arguments; none: it must be resolved.
    fn plain(&self, known: &Known<'_>, field: &Field) -> Option<Value>;
}

/// A value that can sometimes be shown at once.
pub(super) trait AtOnce {
    /// The value of a field that holds it; none: it must be resolved.
    fn at_once(&self, _: &Known<'_>, _: &Field) -> Option<Value> {
        None
    }
}

/// An object that is shown at once if everything that is selected of it is known, else resolved field by field.
pub(super) struct IfKnown<T>(pub(super) T);

impl<T: Plain + OutputType> OutputType for IfKnown<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Known::of(ctx).object(&self.0, &ctx.item.node) {
            Some(shown) => Ok(shown),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// What is known without asking the database.
pub(super) struct Known<'a> {
    query: &'a QueryEnv,
    /// If they were checked recently.
    pub(super) dimensions: Option<Arc<Dimensions>>,
}

impl<'a> Known<'a> {
    pub(super) fn of(ctx: &ContextSelectionSet<'a>) -> Self {
        let viewer: &Viewer = ctx.data_unchecked();
        let dimensions = ctx.data_unchecked::<Services>().store.recent_dimensions(viewer.organization());
        Self { query: ctx.query_env, dimensions }
    }

    /// The object of a row with the selected fields; none if one of them is not known.
    pub(super) fn object<T: Plain>(&self, row: &T, selected: &SelectionSet) -> Option<Value> {
        let mut fields = IndexMap::with_capacity(selected.items.len());
        self.add(row, selected, &mut fields)?;
        Some(Value::Object(fields))
    }

    fn add<T: Plain>(
        &self,
        row: &T,
        selected: &SelectionSet,
        fields: &mut IndexMap<Name, Value>,
    ) -> Option<()> {
        let fits = |on: &Positioned<TypeCondition>| on.node.on.node == T::TYPE;
        for selection in &selected.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let marked = field.directives.iter().all(|one| Mark::is(&one.node.name.node));
                    if !marked || !field.arguments.is_empty() {
                        return None;
                    }
                    let value = match field.name.node.as_str() {
                        "__typename" => text(T::TYPE),
                        _ => row.plain(self, field)?,
                    };
                    // The executor merges fields that are selected twice.
                    let Entry::Vacant(place) = fields.entry(field.response_key().node.clone()) else {
                        return None;
                    };
                    place.insert(value);
                }
                Selection::InlineFragment(inline) if inline.node.type_condition.as_ref().is_none_or(fits) => {
                    self.add(row, &inline.node.selection_set.node, fields)?;
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.query.fragments.get(&spread.node.fragment_name.node)?.node;
                    if !fits(&fragment.type_condition) {
                        return None;
                    }
                    self.add(row, &fragment.selection_set.node, fields)?;
                }
                Selection::InlineFragment(_) => return None,
            }
        }
        Some(())
    }
}

/// A text.
pub(super) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A text, or null.
pub(super) fn maybe(given: Option<&str>) -> Value {
    given.map_or(Value::Null, text)
}

/// An ID.
pub(super) fn id(id: impl PublicId) -> Value {
    Value::String(id.public())
}

/// A time, or null.
pub(super) fn time(at: Option<chrono::DateTime<chrono::Utc>>) -> Value {
    at.map_or(Value::Null, |at| Value::String(DateTime::text(at)))
}

/// A number.
pub(super) fn number(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

impl Plain for product::Model {
    const TYPE: &'static str = "Product";

    fn plain(&self, _: &Known<'_>, field: &Field) -> Option<Value> {
        Some(match field.name.node.as_str() {
            "id" => id(self.id),
            "key" => text(&self.key),
            "name" => text(&self.name),
            _ => return None,
        })
    }
}

impl Plain for feature::Model {
    const TYPE: &'static str = "Feature";

    fn plain(&self, known: &Known<'_>, field: &Field) -> Option<Value> {
        Some(match field.name.node.as_str() {
            "id" => id(self.id),
            "key" => text(&self.key),
            "name" => text(&self.name),
            "product" => {
                let product = known.dimensions.as_ref()?.products.get(&self.product_id)?;
                known.object(product, &field.selection_set.node)?
            }
            _ => return None,
        })
    }
}

impl Plain for release::Model {
    const TYPE: &'static str = "Release";

    fn plain(&self, known: &Known<'_>, field: &Field) -> Option<Value> {
        Some(match field.name.node.as_str() {
            "id" => id(self.id),
            "version" => text(&self.version),
            "product" => {
                let product = known.dimensions.as_ref()?.products.get(&self.product_id)?;
                known.object(product, &field.selection_set.node)?
            }
            _ => return None,
        })
    }
}

impl Plain for scale::Model {
    const TYPE: &'static str = "Scale";

    fn plain(&self, _: &Known<'_>, field: &Field) -> Option<Value> {
        Some(match field.name.node.as_str() {
            "id" => id(self.id),
            "key" => text(&self.key),
            "name" => text(&self.name),
            _ => return None,
        })
    }
}

/// A customer of whom only the ID is known.
impl Plain for CustomerId {
    const TYPE: &'static str = "Customer";

    fn plain(&self, _: &Known<'_>, field: &Field) -> Option<Value> {
        (field.name.node == "id").then(|| id(*self))
    }
}
