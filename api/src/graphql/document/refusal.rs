//! Refused requests.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, ServerError};

use crate::graphql::{Code, Errors};

/// Maximum number of errors per refusal, so that the size of responses is bounded.
pub(super) const MAX_ERRORS: usize = 100;

/// Maximum length of a message, in characters: it may quote an invalid value.
const MAX_MESSAGE_LENGTH: usize = 500;

/// The reasons why a request is refused, ready to be sent as the `errors` of a response.
#[derive(Debug)]
pub struct Refusal {
    code: Code,
    errors: Vec<ServerError>,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal with one message, which is a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, errors: vec![error(code, message.into(), None)], retry_after: None }
    }

    /// The kind of the refusal.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Time until a retry is worthwhile, if known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The errors, for the `errors` of a response or the payload of an `error` message.
    pub fn errors(self) -> Errors {
        Errors(self.errors)
    }

    pub(super) fn into_errors(self) -> Vec<ServerError> {
        self.errors
    }

    /// Adds a position in the document.
    pub(super) fn at(mut self, place: Option<Pos>) -> Self {
        for error in &mut self.errors {
            error.locations.extend(place);
        }
        self
    }

    /// Adds an argument.
    pub(super) fn about(mut self, argument: &str) -> Self {
        for error in &mut self.errors {
            error.extensions.get_or_insert_default().set("argument", argument);
        }
        self
    }

    /// Adds a time after which a retry is worthwhile.
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        for error in &mut self.errors {
            error.extensions.get_or_insert_default().set("retryAfter", wait.as_secs());
        }
        self
    }

    /// Adds another error.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// Several errors of one kind, with messages of a library.
    pub(super) fn many(code: Code, reasons: impl IntoIterator<Item = (String, Option<Pos>)>) -> Self {
        let error = |(message, place)| error(code, sentence(message), place);
        Self { code, errors: reasons.into_iter().take(MAX_ERRORS).map(error).collect(), retry_after: None }
    }

    /// The refusal of a request that exceeds a limit.
    pub(super) fn over(code: Code, what: &str, found: u64, most: u64) -> Self {
        let found = if found == u64::MAX { "far too many".to_owned() } else { found.to_string() };
        Self::new(code, format!("The request has {found} {what}; at most {most} are allowed."))
    }
}

fn error(code: Code, message: String, place: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, place);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.name());
    error.extensions = Some(extensions);
    error
}

/// A message as a sentence of limited length.
fn sentence(message: String) -> String {
    let mut text: String = message.chars().take(MAX_MESSAGE_LENGTH).collect();
    if text.len() < message.len() {
        text.push('…');
    }
    if let Some(first) = text.get(..1).map(str::to_ascii_uppercase) {
        text.replace_range(..1, &first);
    }
    if !text.ends_with(['.', '!', '?', '…']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_message_is_a_sentence_of_bearable_length() {
        assert_eq!(sentence("null value for $x".to_owned()), "Null value for $x.");
        assert_eq!(sentence("`a` is there".to_owned()), "`a` is there.");
        assert_eq!(sentence("ü".repeat(2_000)).chars().count(), 501);
    }
}
