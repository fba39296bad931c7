//! Why a request is not run.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError};

use crate::graphql::Code;

/// Errors per refusal. Whoever has made more mistakes begins with these; an answer grows no further.
pub(super) const ERRORS: usize = 100;

/// The longest message, in characters: a value that does not fit is quoted in it.
const MESSAGE: usize = 500;

/// A request that is not run, and why: ready to be sent as the `errors` of an answer.
#[derive(Debug)]
pub struct Refusal {
    code: Code,
    errors: Vec<ServerError>,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// Refused, for one reason that is a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, errors: vec![error(code, message.into(), None)], retry_after: None }
    }

    /// What kind of refusal it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// When it is worth trying again, if the server knows.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The errors, for the `errors` of an answer or the payload of an `error` message.
    pub fn into_errors(self) -> Vec<ServerError> {
        self.errors
    }

    /// The answer.
    pub fn into_response(self) -> Response {
        Response::from_errors(self.errors)
    }

    /// The same at a place in the document.
    pub(super) fn at(mut self, place: Option<Pos>) -> Self {
        for error in &mut self.errors {
            error.locations.extend(place);
        }
        self
    }

    /// The same about an argument.
    pub(super) fn about(mut self, argument: &str) -> Self {
        for error in &mut self.errors {
            error.extensions.get_or_insert_default().set("argument", argument);
        }
        self
    }

    /// The same, worth trying again after a while.
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        for error in &mut self.errors {
            error.extensions.get_or_insert_default().set("retryAfter", wait.as_secs());
        }
        self
    }

    /// For another reason beside this one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// Several reasons of one kind, in the words of a library.
    pub(super) fn many(code: Code, reasons: impl IntoIterator<Item = (String, Option<Pos>)>) -> Self {
        let error = |(message, place)| error(code, sentence(message), place);
        Self { code, errors: reasons.into_iter().take(ERRORS).map(error).collect(), retry_after: None }
    }

    /// More of something than there may be.
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

/// A message as a sentence of bearable length.
fn sentence(message: String) -> String {
    let mut text: String = message.chars().take(MESSAGE).collect();
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
