//! The scale of ratings, for all days or by days.

use anyhow::Context;
use ballroom_files::mapping::ScalePeriod;
use chrono::NaiveDate;

/// Reads `stars`, or `stars until 2015-06-08, ten from 2015-06-08`.
pub(crate) fn read(given: &[String]) -> anyhow::Result<(Option<String>, Vec<ScalePeriod>)> {
    let mut periods = Vec::new();
    for text in given.iter().flat_map(|text| text.split(',')) {
        let mut words = text.split_whitespace();
        let scale = words.next().context("--scale is empty; name a scale, for example stars")?.to_owned();
        let mut period = ScalePeriod { scale, from: None, until: None };
        while let Some(word) = words.next() {
            let day = words.next().and_then(|day| day.parse::<NaiveDate>().ok());
            let wrong = || {
                format!(
                    "--scale: `{}` is no scale with days; write for example stars until 2015-06-08",
                    text.trim()
                )
            };
            let side = match word {
                "from" => &mut period.from,
                "until" => &mut period.until,
                _ => anyhow::bail!(wrong()),
            };
            *side = Some(day.with_context(wrong)?);
        }
        periods.push(period);
    }
    match periods.as_slice() {
        [] => Ok((None, Vec::new())),
        [ScalePeriod { scale, from: None, until: None }] => Ok((Some(scale.clone()), Vec::new())),
        _ => {
            let open = periods.iter().find(|period| period.from.is_none() && period.until.is_none());
            if let Some(period) = open {
                anyhow::bail!(
                    "--scale: `{}` has no days, but there are several scales; say until or from when",
                    period.scale
                );
            }
            Ok((None, periods))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_may_hold_for_some_days() {
        let read = |text: &str| read(&[text.to_owned()]);
        assert_eq!(read("stars").unwrap(), (Some("stars".to_owned()), vec![]));
        let day = NaiveDate::from_ymd_opt(2015, 6, 8);
        let expected = [
            ScalePeriod { scale: "stars".into(), from: None, until: day },
            ScalePeriod { scale: "ten".into(), from: day, until: None },
        ];
        assert_eq!(read("stars until 2015-06-08, ten from 2015-06-08").unwrap().1, expected);
        for wrong in ["", "stars until", "stars until x", "stars since 2015-06-08", "stars, ten"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
