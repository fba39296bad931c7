//! Responses at each rating: one bar for each feature, all of the same length.

use plotters::prelude::*;

use super::{
    Anchor, Ink, Picture,
    paper::{self, Drawn, draw, fill, pixels, text},
};
use crate::{model::Rating, number, pdf::font};

const WIDTH: f64 = 680.0;
const ROW: f64 = 22.0;
const KEY: f64 = 24.0;
const SIZE: f64 = 11.0;
const NUMBERS: f64 = 58.0;

/// Shares of the responses on one scale, for several features.
pub(crate) fn distribution(rows: &[(&str, &Rating)]) -> Picture {
    let height = KEY + ROW * rows.len() as f64 + 4.0;
    draw(WIDTH, height, |area| drawing(&area, rows))
}

/// Neighboring ratings that are shown as one, with their label and their place from 0 (worst) to 1.
fn groups(rating: &Rating) -> Vec<(String, f64, i64)> {
    let levels = rating.responses.len();
    let value = |level: usize| rating.min + rating.step * level as f64;
    let label = |from: usize, to: usize| match from == to {
        true => trimmed(value(from)),
        false => format!("{}–{}", trimmed(value(from)), trimmed(value(to))),
    };
    let bounds: Vec<(usize, usize)> = match levels {
        0 => Vec::new(),
        // Detractors, passives and promoters.
        11 => vec![(0, 6), (7, 8), (9, 10)],
        few if few <= 7 => (0..few).map(|level| (level, level)).collect(),
        many => (0..5).map(|fifth| (fifth * many / 5, (fifth + 1) * many / 5 - 1)).collect(),
    };
    let last = bounds.len().saturating_sub(1).max(1) as f64;
    let group = |(at, (from, to)): (usize, (usize, usize))| {
        let place = at as f64 / last;
        let place = if rating.higher_is_better { place } else { 1.0 - place };
        (label(from, to), place, rating.responses[from..=to].iter().sum())
    };
    bounds.into_iter().enumerate().map(group).collect()
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn drawing(area: &paper::Area, rows: &[(&str, &Rating)]) -> Drawn<()> {
    let longest = rows.iter().map(|(label, _)| font::width(label, SIZE, false)).fold(0.0, f64::max);
    let left = (1.12 * longest).min(240.0) + 12.0;
    let Some((_, first)) = rows.first() else { return Ok(()) };
    let mut x = left;
    for (label, place, _) in groups(first) {
        let swatch = [(pixels(x), pixels(4.0)), (pixels(x + 10.0), pixels(14.0))];
        area.draw(&Rectangle::new(swatch, fill(Ink::rating(place), 1.0)))?;
        let style = text(Ink::Muted, 10.0, false, Anchor::Start);
        area.draw(&Text::new(label.clone(), (pixels(x + 14.0), pixels(9.0)), style))?;
        x += 30.0 + 1.15 * font::width(&label, 10.0, false);
    }
    for (at, (label, rating)) in rows.iter().enumerate() {
        let (top, middle) = (KEY + ROW * at as f64, KEY + ROW * (at as f64 + 0.5));
        let style = text(Ink::Text, SIZE, false, Anchor::End);
        let label = font::shortened(label, SIZE, (left - 12.0) / 1.05);
        area.draw(&Text::new(label, (pixels(left - 10.0), pixels(middle)), style))?;
        let groups = groups(rating);
        let all: i64 = groups.iter().map(|(_, _, responses)| responses).sum();
        let width = WIDTH - left - NUMBERS;
        let mut x = left;
        for (_, place, responses) in groups.iter().filter(|(_, _, responses)| *responses > 0) {
            let share = *responses as f64 / all.max(1) as f64;
            let (from, to) = (x, x + share * width);
            let ink = Ink::rating(*place);
            let bar = [(pixels(from), pixels(top + 3.0)), (pixels(to - 0.8), pixels(top + ROW - 3.0))];
            area.draw(&Rectangle::new(bar, fill(ink, 1.0)))?;
            if share >= 0.07 {
                let style = text(ink.text_on(), 9.5, false, Anchor::Middle);
                let share = number::percent(share);
                area.draw(&Text::new(share, (pixels((from + to) / 2.0), pixels(middle)), style))?;
            }
            x = to;
        }
        let style = text(Ink::Muted, 10.0, false, Anchor::End);
        area.draw(&Text::new(number::count(all), (pixels(WIDTH - 2.0), pixels(middle)), style))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rating(levels: usize, higher_is_better: bool) -> Rating {
        let responses = (1..=levels as i64).collect();
        Rating { scale: "scale".into(), min: 1.0, step: 1.0, higher_is_better, responses }
    }

    #[test]
    fn every_response_is_in_one_group() {
        for levels in 1..30 {
            let rating = rating(levels, true);
            let sum: i64 = groups(&rating).iter().map(|(_, _, responses)| responses).sum();
            assert_eq!(sum, rating.responses.iter().sum::<i64>(), "{levels} levels");
            assert!(groups(&rating).len() <= 7);
        }
    }

    #[test]
    fn the_colors_of_a_scale_where_low_is_good_are_reversed() {
        let places =
            |higher| groups(&rating(5, higher)).iter().map(|(_, place, _)| *place).collect::<Vec<_>>();
        assert_eq!(places(true), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(places(false), [1.0, 0.75, 0.5, 0.25, 0.0]);
    }
}
