//! The events of webhooks.

use async_graphql::Enum;

use crate::domain::webhook::sent_events;

/// Defines the enum of events, with the kinds as they are stored and sent.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)*) => {
        /// Event that is sent to webhooks. In the request, `type` has the same name in lower case with a dot, such as
        /// `incident.opened` or `known-error.created`, and `data` has the ID of the object in `id`.
        #[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(in crate::graphql) enum WebhookEvent {
            $($(#[$doc])* $name,)*
            /// A test, sent by `testWebhook` whatever events the webhook has chosen.
            WebhookTest,
        }

        impl WebhookEvent {
            /// The kind, as it is stored and sent.
            pub(in crate::graphql) fn kind(self) -> &'static str {
                match self {
                    $(Self::$name => $kind,)*
                    Self::WebhookTest => crate::domain::webhook::TEST,
                }
            }

            /// The event of a kind; none if another version of the server stored it.
            pub(in crate::graphql) fn of(kind: &str) -> Option<Self> {
                match kind {
                    $($kind => Some(Self::$name),)*
                    crate::domain::webhook::TEST => Some(Self::WebhookTest),
                    _ => None,
                }
            }
        }
    };
}

sent_events!(events);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::webhook::KINDS;

    #[test]
    fn an_event_is_found_by_its_kind() {
        assert!(KINDS.iter().all(|kind| WebhookEvent::of(kind).is_some_and(|event| event.kind() == *kind)));
        assert_eq!(WebhookEvent::of("webhook.test"), Some(WebhookEvent::WebhookTest));
        assert_eq!(WebhookEvent::of("product.vanished"), None);
    }
}
