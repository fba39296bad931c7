//! Sort orders of lists.

/// Defines the sort fields of a connection and its sort order, which stand for those of the domain's list.
macro_rules! orders {
    (
        $(#[$of_doc:meta])* $of:ident for $sort:ty,
        $(#[$doc:meta])* $order:ident { $($(#[$about:meta])* $field:ident,)+ }
    ) => {
        $(#[$of_doc])*
        #[derive(async_graphql::Enum, Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(clippy::enum_variant_names, reason = "sort fields have the names of the fields")]
        pub(super) enum $of {
            $($(#[$about])* $field,)+
        }

        $(#[$doc])*
        #[derive(async_graphql::InputObject, Clone, Copy, Debug)]
        pub(super) struct $order {
            /// Field to sort by.
            field: $of,
            /// Direction.
            direction: crate::graphql::page::OrderDirection,
        }

        impl From<$order> for crate::domain::page::Order<$sort> {
            fn from(given: $order) -> Self {
                let field = match given.field {
                    $($of::$field => <$sort>::$field,)+
                };
                Self { field, direction: given.direction.into() }
            }
        }
    };
}

pub(super) use orders;
