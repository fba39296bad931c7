//! The backend of the plotting library: it records shapes. Its pixels are tenths of points.

use std::{cell::RefCell, convert::Infallible, rc::Rc};

use plotters::{coord::Shift, prelude::*};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle,
    text_anchor::{HPos, VPos},
};

use super::{Anchor, Ink, Paint, Picture, Shape};
use crate::pdf::font;

/// Pixels per point.
pub(super) const SCALE: f64 = 10.0;

/// Errors of drawing: there are none, because shapes are only collected.
pub(super) type Drawn<T> = Result<T, DrawingAreaErrorKind<Infallible>>;

/// Records shapes.
pub(super) struct Paper {
    size: (u32, u32),
    shapes: Rc<RefCell<Vec<Shape>>>,
}

/// An area of a paper.
pub(super) type Area = DrawingArea<Paper, Shift>;

/// Draws a picture of a size in points. What cannot be drawn is left out.
pub(super) fn draw(width: f64, height: f64, drawing: impl FnOnce(Area) -> Drawn<()>) -> Picture {
    let shapes = Rc::new(RefCell::new(Vec::new()));
    let paper = Paper { size: (pixels(width) as u32, pixels(height) as u32), shapes: shapes.clone() };
    // No drawing fails: the error of the backend has no value, and the library has no others for what is drawn here.
    let _ = drawing(paper.into_drawing_area());
    let shapes = shapes.take();
    Picture { width, height, shapes }
}

/// Points as pixels.
pub(super) fn pixels(points: f64) -> i32 {
    (points * SCALE).round() as i32
}

/// The color of an ink for the library. It identifies the ink.
pub(super) fn color(ink: Ink) -> RGBColor {
    let rgb = ink.light();
    RGBColor((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

/// A line of an ink, its width in points.
pub(super) fn line(ink: Ink, opacity: f64, width: f64) -> ShapeStyle {
    ShapeStyle { color: color(ink).mix(opacity), filled: false, stroke_width: pixels(width) as u32 }
}

/// A filled area.
pub(super) fn fill(ink: Ink, opacity: f64) -> ShapeStyle {
    ShapeStyle { color: color(ink).mix(opacity), filled: true, stroke_width: 0 }
}

/// A style of text, its size in points.
pub(super) fn text(ink: Ink, size: f64, bold: bool, anchor: Anchor) -> TextStyle<'static> {
    let horizontal = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::SansSerif, size * SCALE, style);
    let pos = plotters::style::text_anchor::Pos::new(horizontal, VPos::Center);
    TextStyle { font, color: color(ink).to_backend_color(), pos }
}

fn paint(color: BackendColor) -> Paint {
    let rgb = u32::from(color.rgb.0) << 16 | u32::from(color.rgb.1) << 8 | u32::from(color.rgb.2);
    let ink = Ink::ALL.iter().copied().find(|ink| ink.light() == rgb).unwrap_or(Ink::Text);
    Paint { ink, opacity: color.alpha }
}

fn points((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x) / SCALE, f64::from(y) / SCALE)
}

impl Paper {
    fn add(&self, shape: Shape) {
        self.shapes.borrow_mut().push(shape);
    }
}

type Recorded = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Paper {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Recorded {
        Ok(())
    }

    fn present(&mut self) -> Recorded {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Recorded {
        let (x, y) = points(at);
        let side = 1.0 / SCALE;
        let points = vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)];
        self.add(Shape::Area { points, paint: paint(color) });
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Recorded {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        filled: bool,
    ) -> Recorded {
        let ((left, top), (right, bottom)) = (upper_left, bottom_right);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        match filled {
            true => self.fill_polygon(corners, style),
            false => self.draw_path(corners.into_iter().chain([(left, top)]), style),
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Recorded {
        let points = path.into_iter().map(points).collect();
        let width = f64::from(style.stroke_width()) / SCALE;
        self.add(Shape::Line { points, width, paint: paint(style.color()) });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Recorded {
        let line = (!filled).then(|| f64::from(style.stroke_width()) / SCALE);
        let radius = f64::from(radius) / SCALE;
        self.add(Shape::Circle { center: points(center), radius, line, paint: paint(style.color()) });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Recorded {
        self.add(Shape::Area {
            points: corners.into_iter().map(points).collect(),
            paint: paint(style.color()),
        });
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Recorded {
        let size = style.size() / SCALE;
        let (x, y) = points(at);
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        // From the anchor to the baseline: digits and capitals are centered.
        let capital = 0.727 * size;
        let y = match style.anchor().v_pos {
            VPos::Top => y + capital,
            VPos::Center => y + capital / 2.0,
            VPos::Bottom => y,
        };
        let bold = matches!(style.style(), FontStyle::Bold);
        self.add(Shape::Text {
            at: (x, y),
            text: text.to_owned(),
            size,
            anchor,
            bold,
            paint: paint(style.color()),
        });
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let bold = matches!(style.style(), FontStyle::Bold);
        let width = font::width(text, style.size(), bold);
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}
