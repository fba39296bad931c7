//! A page as PDF: real text, tagged (PDF/UA-1), of the same look as the HTML.
//!
//! `layout` breaks the blocks into lines and pages, `draw` writes these to a document.

mod blocks;
mod draw;
pub(crate) mod font;
mod layout;

use crate::{
    format::{Format, RenderError},
    model::Report,
    page::Page,
};

/// The page as PDF.
pub(crate) fn pdf(report: &Report, page: &Page) -> Result<Vec<u8>, RenderError> {
    let layout = blocks::layout(page);
    draw::draw(report, page, &layout).map_err(|error| RenderError::Library(Format::Pdf, error))
}
