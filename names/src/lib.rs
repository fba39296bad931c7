//! Names and versions: their normal forms, their order, suggestions for those that do not exist, and what the nouns of the server are
//! called. Pure: text in, text out.

pub mod glossary;
pub mod near;
pub mod text;
pub mod version;
