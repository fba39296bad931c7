//! Values with their intervals, one row each.

use plotters::prelude::*;

use super::{
    Anchor, Ink, Picture,
    paper::{self, Drawn, draw, fill, line, pixels, text},
};
use crate::{model::Estimate, number, pdf::font};

/// A row of the chart.
pub(crate) struct Row {
    /// Label.
    pub label: String,
    /// The value.
    pub value: Estimate,
    /// An earlier value.
    pub before: Option<f64>,
    /// Whether there are enough data: if not, it is drawn in gray.
    pub enough: bool,
}

const WIDTH: f64 = 680.0;
const ROW: f64 = 22.0;
const TOP: f64 = 8.0;
const AXIS: f64 = 26.0;
const SIZE: f64 = 11.0;
const NUMBERS: f64 = 104.0;

/// Values from 0 to 100, each with its interval and the earlier value.
pub(crate) fn intervals(rows: &[Row]) -> Picture {
    let height = TOP + ROW * rows.len() as f64 + AXIS;
    draw(WIDTH, height, |area| drawing(&area, rows))
}

fn drawing(area: &paper::Area, rows: &[Row]) -> Drawn<()> {
    let longest = rows.iter().map(|row| font::width(&row.label, SIZE, false)).fold(0.0, f64::max);
    let left = (1.12 * longest).min(240.0) + 12.0;
    let (low, high) = range(rows.iter().flat_map(|row| [row.value.lower, row.value.upper]));
    let chart = ChartBuilder::on(area)
        .margin_top(pixels(TOP))
        .margin_bottom(pixels(AXIS))
        .margin_left(pixels(left))
        .margin_right(pixels(NUMBERS))
        .build_cartesian_2d(low..high, 0.0..rows.len() as f64)?;
    let plot = chart.plotting_area();
    let ground = TOP + ROW * rows.len() as f64;
    let ticks = (0..=10).map(|tick| f64::from(tick) * 10.0).filter(|tick| low <= *tick && *tick <= high);
    for tick in ticks {
        plot.draw(&PathElement::new([(tick, 0.0), (tick, rows.len() as f64)], line(Ink::Grid, 1.0, 1.0)))?;
        let (x, _) = plot.map_coordinate(&(tick, 0.0));
        let style = text(Ink::Muted, 10.0, false, Anchor::Middle);
        area.draw(&Text::new(format!("{tick:.0}"), (x, pixels(ground + 13.0)), style))?;
    }
    for (at, row) in rows.iter().enumerate() {
        let y = (rows.len() - at) as f64 - 0.5;
        let (ink, strength) = if row.enough { (Ink::Value, 0.35) } else { (Ink::Earlier, 0.35) };
        let Estimate { value, lower, upper } = row.value;
        plot.draw(&PathElement::new([(lower, y), (upper, y)], line(ink, strength, 7.0)))?;
        if let Some(before) = row.before {
            plot.draw(&Circle::new((before, y), pixels(3.2), fill(Ink::Ground, 1.0)))?;
            plot.draw(&Circle::new((before, y), pixels(3.2), line(Ink::Earlier, 1.0, 1.6)))?;
        }
        plot.draw(&Circle::new((value, y), pixels(4.6), fill(ink, 1.0)))?;
        let middle = pixels(TOP + ROW * (at as f64 + 0.5));
        let label = font::shortened(&row.label, SIZE, (left - 12.0) / 1.05);
        let style = text(Ink::Text, SIZE, false, Anchor::End);
        area.draw(&Text::new(label, (pixels(left - 10.0), middle), style))?;
        let ink = if row.enough { Ink::Text } else { Ink::Muted };
        let style = text(ink, SIZE, true, Anchor::Start);
        area.draw(&Text::new(number::one(value), (pixels(WIDTH - NUMBERS + 12.0), middle), style))?;
        let interval = format!("{}–{}", number::one(lower), number::one(upper));
        let style = text(Ink::Muted, 10.0, false, Anchor::End);
        area.draw(&Text::new(interval, (pixels(WIDTH - 2.0), middle), style))?;
    }
    Ok(())
}

/// Whole tens around some values.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((100.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = ((low / 10.0).floor() * 10.0, (high / 10.0).ceil() * 10.0);
    let (low, high) = (low.max(0.0), high.min(100.0));
    if high - low < 20.0 { ((low - 10.0).max(0.0), (high + 10.0).min(100.0)) } else { (low, high) }
}
