//! `ballroom schema`.

use crate::graphql;

/// Prints the schema.
pub(super) fn run() {
    print!("{}", graphql::sdl());
}
