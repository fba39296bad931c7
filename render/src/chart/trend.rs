//! Values over time, with releases and incidents on the same axis.

use chrono::{Datelike, Months, NaiveDate};
use plotters::prelude::*;

use super::{
    Anchor, Ink, Picture,
    intervals::range,
    paper::{self, Drawn, draw, fill, line, pixels, text},
};
use crate::{
    model::{Mark, MarkKind, TrendPoint},
    number,
    pdf::font,
};

/// One line of a chart.
pub(crate) struct Series<'a> {
    /// Name.
    pub name: &'a str,
    /// The points.
    pub points: &'a [TrendPoint],
}

const WIDTH: f64 = 680.0;
const SIZE: f64 = 10.0;
/// Height of a row of labels of releases.
const LABEL: f64 = 13.0;
/// Height of the strip of incidents.
const STRIP: f64 = 16.0;

/// One value over time: its interval is a band, releases are lines with labels, incidents are in a strip below.
pub(crate) fn trend(points: &[TrendPoint], marks: &[Mark]) -> Picture {
    let height = 230.0;
    draw(WIDTH, height, |area| {
        let frame =
            Frame { left: 34.0, right: 8.0, top: 2.0 * LABEL + 6.0, bottom: STRIP + 20.0, labels: true };
        panel(&area, (WIDTH, height), &frame, points, marks, values(points.iter()))
    })
}

/// Several values over time: a small chart each, all with the same axes.
pub(crate) fn trends(series: &[Series], marks: &[Mark]) -> Picture {
    const COLUMNS: usize = 3;
    const HEIGHT: f64 = 104.0;
    let rows = series.len().div_ceil(COLUMNS).max(1);
    let height = HEIGHT * rows as f64;
    let shared = values(series.iter().flat_map(|one| one.points));
    draw(WIDTH, height, |area| {
        for (at, (one, area)) in series.iter().zip(area.split_evenly((rows, COLUMNS))).enumerate() {
            let width = WIDTH / COLUMNS as f64;
            let left = if at % COLUMNS == 0 { 24.0 } else { 14.0 };
            let frame = Frame { left, right: 8.0, top: 24.0, bottom: STRIP + 14.0, labels: false };
            panel(&area, (width, HEIGHT), &frame, one.points, marks, shared)?;
            let last = one.points.last().map(|point| number::one(point.value.value)).unwrap_or_default();
            let room = width - frame.left - frame.right - font::width(&last, SIZE + 1.0, true) - 8.0;
            let name = font::shortened(one.name, SIZE + 1.0, room / 1.2);
            let style = text(Ink::Text, SIZE + 1.0, true, Anchor::Start);
            area.draw(&Text::new(name, (pixels(frame.left), pixels(12.0)), style))?;
            let style = text(Ink::Value, SIZE + 1.0, true, Anchor::End);
            area.draw(&Text::new(last, (pixels(width - frame.right), pixels(12.0)), style))?;
        }
        Ok(())
    })
}

struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Whether releases have labels.
    labels: bool,
}

fn values<'a>(points: impl Iterator<Item = &'a TrendPoint>) -> (f64, f64) {
    range(points.flat_map(|point| [point.value.lower, point.value.upper]))
}

fn days(day: NaiveDate) -> f64 {
    f64::from(day.num_days_from_ce())
}

fn panel(
    area: &paper::Area,
    (width, height): (f64, f64),
    frame: &Frame,
    points: &[TrendPoint],
    marks: &[Mark],
    (low, high): (f64, f64),
) -> Drawn<()> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    let until = days(last.day).max(days(first.day) + 1.0);
    let chart = ChartBuilder::on(area)
        .margin_top(pixels(frame.top))
        .margin_bottom(pixels(frame.bottom))
        .margin_left(pixels(frame.left))
        .margin_right(pixels(frame.right))
        .build_cartesian_2d(days(first.day)..until, low..high)?;
    let plot = chart.plotting_area();
    let x =
        |day: NaiveDate| f64::from(plot.map_coordinate(&(days(day), low)).0) / paper::SCALE - offset(area);
    let ground = height - frame.bottom;
    grid(area, (width, ground), frame, (low, high))?;
    months(area, (first.day, last.day), ground, frame, &x)?;

    let within = |mark: &&Mark| first.day <= mark.day && mark.day <= last.day;
    let releases = marks.iter().filter(within).filter(|mark| mark.kind == MarkKind::Release);
    let mut ends = [f64::MIN; 2];
    for mark in releases {
        let at = x(mark.day);
        let path = PathElement::new(
            [(pixels(at), pixels(frame.top)), (pixels(at), pixels(ground))],
            line(Ink::Rule, 1.0, 1.0),
        );
        area.draw(&path)?;
        if !frame.labels {
            continue;
        }
        let half = 0.55 * font::width(&mark.label, SIZE, false) + 2.0;
        let middle = at.clamp(frame.left + half - 8.0, width - half);
        if let Some(row) = ends.iter().position(|end| *end < middle - half) {
            ends[row] = middle + half;
            let y = frame.top - LABEL * (row as f64 + 0.5) - 1.0;
            let style = text(Ink::Muted, SIZE, false, Anchor::Middle);
            area.draw(&Text::new(mark.label.clone(), (pixels(middle), pixels(y)), style))?;
        }
    }

    let upper = points.iter().map(|point| (days(point.day), point.value.upper));
    let lower = points.iter().rev().map(|point| (days(point.day), point.value.lower));
    plot.draw(&Polygon::new(upper.chain(lower).collect::<Vec<_>>(), fill(Ink::Value, 0.18)))?;
    let values: Vec<_> = points.iter().map(|point| (days(point.day), point.value.value)).collect();
    plot.draw(&PathElement::new(values, line(Ink::Value, 1.0, if frame.labels { 2.2 } else { 1.8 })))?;
    plot.draw(&Circle::new((days(last.day), last.value.value), pixels(2.8), fill(Ink::Value, 1.0)))?;

    let incidents = marks.iter().filter(within).filter(|mark| mark.kind == MarkKind::Incident);
    for mark in incidents {
        // The more severe, the taller and the stronger.
        let severity: f64 = mark.label.parse().unwrap_or(4.0);
        let length = STRIP - 4.0 - 2.5 * (severity - 1.0);
        let strength = [1.0, 0.8, 0.55, 0.35][(severity as usize).clamp(1, 4) - 1];
        let (at, bottom) = (pixels(x(mark.day)), ground + STRIP);
        let path = [(at, pixels(bottom)), (at, pixels(bottom - length))];
        area.draw(&PathElement::new(path, line(Ink::Bad, strength, if frame.labels { 2.0 } else { 1.4 })))?;
    }
    Ok(())
}

/// Left edge of an area of a picture, in points: the library maps coordinates to pixels of the picture.
fn offset(area: &paper::Area) -> f64 {
    f64::from(area.get_base_pixel().0) / paper::SCALE
}

fn grid(
    area: &paper::Area,
    (width, ground): (f64, f64),
    frame: &Frame,
    (low, high): (f64, f64),
) -> Drawn<()> {
    let step = if high - low > 50.0 || !frame.labels { 20.0 } else { 10.0 };
    let mut tick = (low / step).ceil() * step;
    while tick <= high {
        let y = pixels(ground - (tick - low) / (high - low) * (ground - frame.top));
        let path = [(pixels(frame.left), y), (pixels(width - frame.right), y)];
        area.draw(&PathElement::new(path, line(Ink::Grid, 1.0, 1.0)))?;
        if frame.left > 20.0 {
            let style = text(Ink::Muted, SIZE, false, Anchor::End);
            area.draw(&Text::new(format!("{tick:.0}"), (pixels(frame.left - 5.0), y), style))?;
        }
        tick += step;
    }
    Ok(())
}

/// The beginnings of months.
fn months(
    area: &paper::Area,
    (first, last): (NaiveDate, NaiveDate),
    ground: f64,
    frame: &Frame,
    x: &impl Fn(NaiveDate) -> f64,
) -> Drawn<()> {
    let y = ground + STRIP + 8.0;
    let style = |anchor| text(Ink::Muted, if frame.labels { SIZE } else { 9.0 }, false, anchor);
    let months = (last.num_days_from_ce() - first.num_days_from_ce()) / 30;
    if !frame.labels || months < 1 {
        let (left, right) = (x(first), x(last));
        area.draw(&Text::new(number::short_day(first), (pixels(left), pixels(y)), style(Anchor::Start)))?;
        return area.draw(&Text::new(
            number::short_day(last),
            (pixels(right), pixels(y)),
            style(Anchor::End),
        ));
    }
    let step = if months > 8 { 2 } else { 1 };
    let mut month = first.with_day(1).unwrap_or(first) + Months::new(1);
    let mut year = 0;
    while month <= last {
        let at = x(month);
        let tick = [(pixels(at), pixels(ground + STRIP)), (pixels(at), pixels(ground + STRIP + 3.0))];
        area.draw(&PathElement::new(tick, line(Ink::Rule, 1.0, 1.0)))?;
        let label = match month.year() == year {
            true => number::month(month).to_owned(),
            false => format!("{} {}", number::month(month), month.year()),
        };
        year = month.year();
        area.draw(&Text::new(label, (pixels(at), pixels(y + 2.0)), style(Anchor::Middle)))?;
        month = month + Months::new(step);
    }
    Ok(())
}
