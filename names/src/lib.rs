//! Names and versions: their normal forms, their order, and suggestions for those that do not exist. Pure: text in, text
//! out.

pub mod near;
pub mod text;
pub mod version;
