//! A drawing as PNG, for letters.

use tiny_skia::{Color, FillRule, LineJoin, PathBuilder, Pixmap, Stroke, Transform};
use ttf_parser::OutlineBuilder;

use super::{Anchor, Ink, Paint, Picture, Shape};
use crate::pdf::font::{Face, outline, width_in};

/// Pixels per point: twice as many as screens usually have, so that it stays sharp.
const SCALE: f32 = 2.0;

/// The drawing as PNG, in the colors of paper.
pub(crate) fn png(picture: &Picture) -> Result<Vec<u8>, String> {
    let pixels = |points: f64| (points as f32 * SCALE).ceil().max(1.0) as u32;
    let mut pixmap =
        Pixmap::new(pixels(picture.width), pixels(picture.height)).ok_or("the picture has no size")?;
    pixmap.fill(color(Ink::Ground.into()));
    for shape in &picture.shapes {
        draw(&mut pixmap, shape);
    }
    pixmap.encode_png().map_err(|error| error.to_string())
}

fn color(paint: Paint) -> Color {
    let rgb = paint.ink.light();
    let mut color = Color::from_rgba8((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8, 255);
    color.set_alpha(paint.opacity as f32);
    color
}

fn draw(pixmap: &mut Pixmap, shape: &Shape) {
    let scale = Transform::from_scale(SCALE, SCALE);
    let mut path = PathBuilder::new();
    let (paint, line) = match shape {
        Shape::Line { points, width, paint } => {
            follow(&mut path, points);
            (*paint, Some(*width))
        }
        Shape::Area { points, paint } => {
            follow(&mut path, points);
            path.close();
            (*paint, None)
        }
        Shape::Circle { center: (x, y), radius, line, paint } => {
            path.push_circle(*x as f32, *y as f32, *radius as f32);
            (*paint, *line)
        }
        Shape::Text { at: (x, y), text, size, anchor, bold, paint } => {
            let face = if *bold { Face::Bold } else { Face::Regular };
            let width = width_in(text, *size, face);
            let mut x = match anchor {
                Anchor::Start => *x,
                Anchor::Middle => x - width / 2.0,
                Anchor::End => x - width,
            };
            for one in text.chars() {
                let mut glyph = Glyph(PathBuilder::new());
                if let (Some(em), Some(path)) = (outline(one, face, &mut glyph), glyph.0.finish()) {
                    let size = (*size / em) as f32;
                    let place = Transform::from_row(size, 0.0, 0.0, -size, x as f32, *y as f32);
                    fill(pixmap, &path, *paint, place.post_scale(SCALE, SCALE));
                }
                x += width_in(one.encode_utf8(&mut [0; 4]), *size, face);
            }
            return;
        }
    };
    let Some(path) = path.finish() else { return };
    match line {
        None => fill(pixmap, &path, paint, scale),
        Some(width) => {
            let stroke = Stroke { width: width as f32, line_join: LineJoin::Round, ..Stroke::default() };
            let mut drawn = tiny_skia::Paint::default();
            drawn.set_color(color(paint));
            pixmap.stroke_path(&path, &drawn, &stroke, scale, None);
        }
    }
}

fn fill(pixmap: &mut Pixmap, path: &tiny_skia::Path, paint: Paint, transform: Transform) {
    let mut drawn = tiny_skia::Paint::default();
    drawn.set_color(color(paint));
    pixmap.fill_path(path, &drawn, FillRule::Winding, transform, None);
}

fn follow(path: &mut PathBuilder, points: &[(f64, f64)]) {
    for (at, (x, y)) in points.iter().enumerate() {
        match at {
            0 => path.move_to(*x as f32, *y as f32),
            _ => path.line_to(*x as f32, *y as f32),
        }
    }
}

/// Collects the outline of a glyph.
struct Glyph(PathBuilder);

impl OutlineBuilder for Glyph {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
