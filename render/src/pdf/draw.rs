//! A layout as the bytes of a document.

use chrono::Datelike;
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect, Transform},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, LineJoin, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagGroup, TagTree},
    text::TextDirection,
};

use super::{
    font::{Face, runs, width_in},
    layout::{HEIGHT, Layout, Mark, WIDTH, What},
};
use crate::{
    chart::{Anchor, Ink, Paint, Picture, Shape},
    model::Report,
    page::Page,
};

/// The bytes of the document. They depend on nothing but the report.
pub(super) fn draw(report: &Report, page: &Page, layout: &Layout) -> Result<Vec<u8>, String> {
    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|error| format!("{error:?}"))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut content: Vec<Vec<Identifier>> = layout.elements.iter().map(|_| Vec::new()).collect();
    for marks in &layout.pages {
        let size = PageSettings::from_wh(WIDTH as f32, HEIGHT as f32).ok_or("the page has no size")?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        for mark in marks {
            content_of(&mut surface, mark, &mut content);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_tag_tree(structure(layout, content));
    let mut outline = Outline::new();
    for entry in &layout.outline {
        let at = XyzDestination::new(entry.page, Point::from_xy(0.0, entry.y as f32));
        outline.push_child(OutlineNode::new(entry.text.clone(), at));
    }
    document.set_outline(outline);
    document.set_metadata(metadata(report, page));
    document.finish().map_err(|error| format!("{error:?}"))
}

fn metadata(report: &Report, page: &Page) -> Metadata {
    let day = report.as_of;
    let created = DateTime::new(day.year().clamp(0, 9999) as u16)
        .month(day.month() as u8)
        .day(day.day() as u8)
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(page.title.clone())
        .description(page.about.join(" · "))
        .authors(vec![report.organization.clone()])
        .creator("Ballroom".to_owned())
        .language("en".to_owned())
        .creation_date(created)
        .document_id(format!("{}-{}-{}", report.kind.name(), report.revision, report.as_of))
}

/// The structure: the parts in their order, each with its content and its parts.
fn structure(layout: &Layout, content: Vec<Vec<Identifier>>) -> TagTree {
    let mut groups: Vec<Option<TagGroup>> = layout
        .elements
        .iter()
        .zip(content)
        .map(|(element, content)| {
            let mut group = TagGroup::new(element.tag.clone());
            content.into_iter().for_each(|part| group.push(part));
            Some(group)
        })
        .collect();
    // A part comes after its parent, so its own parts are complete when it is added, if the last are added first.
    let mut children: Vec<Vec<TagGroup>> = layout.elements.iter().map(|_| Vec::new()).collect();
    let mut top = Vec::new();
    for at in (0..layout.elements.len()).rev() {
        let Some(mut group) = groups[at].take() else { continue };
        std::mem::take(&mut children[at]).into_iter().rev().for_each(|child| group.push(child));
        match layout.elements[at].parent {
            Some(parent) => children[parent].push(group),
            None => top.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
    top.into_iter().rev().for_each(|group| tree.push(group));
    tree
}

fn content_of(surface: &mut Surface, mark: &Mark, content: &mut [Vec<Identifier>]) {
    let mut part = |surface: &mut Surface, tag: ContentTag, drawing: &mut dyn FnMut(&mut Surface)| {
        let tag = match mark.node {
            Some(_) => tag,
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        };
        let identifier = surface.start_tagged(tag);
        drawing(surface);
        surface.end_tagged();
        if let Some(node) = mark.node {
            content[node].push(identifier);
        }
    };
    match &mark.what {
        What::Text { x, y, text, face, size, ink } => {
            let mut x = *x;
            for run in runs(text, *face) {
                let tag = SpanTag::empty().with_actual_text(run.stands_for.as_deref());
                part(surface, ContentTag::Span(tag), &mut |surface| {
                    write(surface, (x, *y), &run.text, (run.face, *size), (*ink).into());
                });
                x += width_in(&run.text, *size, run.face);
            }
        }
        What::Box { x, y, width, height, ink } => part(surface, ContentTag::Other, &mut |surface| {
            surface.set_stroke(None);
            surface.set_fill(Some(fill((*ink).into())));
            if let Some(path) = rectangle(*x, *y, *width, *height) {
                surface.draw_path(&path);
            }
        }),
        What::Frame { x, y, width, height, ink } => part(surface, ContentTag::Other, &mut |surface| {
            surface.set_fill(None);
            surface.set_stroke(Some(stroke((*ink).into(), 0.8)));
            if let Some(path) = rounded(*x, *y, *width, *height, 4.0) {
                surface.draw_path(&path);
            }
        }),
        What::Picture { x, y, scale, picture } => part(surface, ContentTag::Other, &mut |surface| {
            surface.push_transform(&Transform::from_row(
                *scale as f32,
                0.0,
                0.0,
                *scale as f32,
                *x as f32,
                *y as f32,
            ));
            draw_picture(surface, picture);
            surface.pop();
        }),
    }
}

fn write(surface: &mut Surface, (x, y): (f64, f64), text: &str, (face, size): (Face, f64), paint: Paint) {
    let Some(font) = face.font() else { return };
    surface.set_stroke(None);
    surface.set_fill(Some(fill(paint)));
    let at = Point::from_xy(x as f32, y as f32);
    surface.draw_text(at, font, size as f32, text, false, TextDirection::Auto);
}

fn draw_picture(surface: &mut Surface, picture: &Picture) {
    for shape in &picture.shapes {
        match shape {
            Shape::Line { points, width, paint } => {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke(*paint, *width)));
                if let Some(path) = path(points, false) {
                    surface.draw_path(&path);
                }
            }
            Shape::Area { points, paint } => {
                surface.set_stroke(None);
                surface.set_fill(Some(fill(*paint)));
                if let Some(path) = path(points, true) {
                    surface.draw_path(&path);
                }
            }
            Shape::Circle { center: (x, y), radius, line, paint } => {
                surface.set_fill(line.is_none().then(|| fill(*paint)));
                surface.set_stroke(line.map(|width| stroke(*paint, width)));
                if let Some(path) = rounded(x - radius, y - radius, 2.0 * radius, 2.0 * radius, *radius) {
                    surface.draw_path(&path);
                }
            }
            Shape::Text { at: (x, y), text, size, anchor, bold, paint } => {
                let face = if *bold { Face::Bold } else { Face::Regular };
                let width = width_in(text, *size, face);
                let mut x = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                for run in runs(text, face) {
                    write(surface, (x, *y), &run.text, (run.face, *size), *paint);
                    x += width_in(&run.text, *size, run.face);
                }
            }
        }
    }
}

fn path(points: &[(f64, f64)], closed: bool) -> Option<krilla::geom::Path> {
    let mut path = PathBuilder::new();
    for (at, (x, y)) in points.iter().enumerate() {
        match at {
            0 => path.move_to(*x as f32, *y as f32),
            _ => path.line_to(*x as f32, *y as f32),
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Option<krilla::geom::Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x as f32, y as f32, width as f32, height as f32)?);
    path.finish()
}

/// A rectangle with round corners, or a circle.
fn rounded(x: f64, y: f64, width: f64, height: f64, radius: f64) -> Option<krilla::geom::Path> {
    // The control points of a quarter of a circle.
    let (r, k) = (radius as f32, (0.447_715 * radius) as f32);
    let (left, top) = (x as f32, y as f32);
    let (right, bottom) = ((x + width) as f32, (y + height) as f32);
    let mut path = PathBuilder::new();
    path.move_to(left + r, top);
    path.line_to(right - r, top);
    path.cubic_to(right - k, top, right, top + k, right, top + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(left + r, bottom);
    path.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
    path.line_to(left, top + r);
    path.cubic_to(left, top + k, left + k, top, left + r, top);
    path.close();
    path.finish()
}

fn color(ink: Ink) -> rgb::Color {
    let rgb = ink.light();
    rgb::Color::new((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

fn opacity(paint: Paint) -> NormalizedF32 {
    NormalizedF32::new(paint.opacity as f32).unwrap_or(NormalizedF32::ONE)
}

fn fill(paint: Paint) -> Fill {
    Fill { paint: color(paint.ink).into(), opacity: opacity(paint), ..Fill::default() }
}

fn stroke(paint: Paint, width: f64) -> Stroke {
    Stroke {
        paint: color(paint.ink).into(),
        opacity: opacity(paint),
        width: width as f32,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}
