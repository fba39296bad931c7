//! Sort orders of lists.

/// Defines the sort fields of a connection, its sort order, and the sort value of a row.
macro_rules! ordered {
    ($(#[$of_doc:meta])* $of:ident, $(#[$doc:meta])* $order:ident: $usual:ident $direction:ident {
        $($(#[$about:meta])* $field:ident = ($column:ident, $sort:ident, $mark:expr),)+
    }) => {
        $(#[$of_doc])*
        #[derive(async_graphql::Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(clippy::enum_variant_names, reason = "sort fields have the names of the fields")]
        pub(super) enum $of {
            $($(#[$about])* $field,)+
        }

        $(#[$doc])*
        #[derive(async_graphql::InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $order {
            /// Field to sort by.
            field: $of,
            /// Direction.
            direction: crate::graphql::page::OrderDirection,
        }

        impl $order {
            /// The requested order, or the default.
            fn or_usual(order: Option<Self>) -> Self {
                let direction = crate::graphql::page::OrderDirection::$direction;
                order.unwrap_or(Self { field: $of::$usual, direction })
            }

            fn sort(order: Option<Self>) -> (Column, crate::graphql::paged::Sort, crate::graphql::page::OrderDirection) {
                let Self { field, direction } = Self::or_usual(order);
                match field {
                    $($of::$field => (Column::$column, crate::graphql::paged::Sort::$sort, direction),)+
                }
            }

            fn mark(order: Option<Self>, row: &Model) -> (String, uuid::Uuid) {
                let text: fn(&Model) -> String = match Self::or_usual(order).field {
                    $($of::$field => $mark,)+
                };
                (text(row), row.id.0)
            }
        }
    };
}

pub(super) use ordered;
