//! Numbers and days in words, the same in every rendering.

use chrono::{Datelike, NaiveDate};

use crate::model::{Estimate, Period};

/// A no-break space.
pub(crate) const NO_BREAK: char = '\u{a0}';

/// A value with one decimal.
pub(crate) fn one(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text.replace('-', "−") }
}

/// A difference with its sign; without one if it rounds to zero.
pub(crate) fn signed(value: f64) -> String {
    let text = format!("{value:+.1}");
    match text.as_str() {
        "+0.0" | "-0.0" => "0.0".to_owned(),
        _ => text.replace('-', "−"),
    }
}

/// A value with its interval.
pub(crate) fn estimate(of: &Estimate) -> String {
    format!("{} ({}–{})", one(of.value), one(of.lower), one(of.upper)).replace(' ', "\u{a0}")
}

/// A difference with its interval.
pub(crate) fn difference(of: &Estimate) -> String {
    format!("{} ({} to {})", signed(of.value), signed(of.lower), signed(of.upper)).replace(' ', "\u{a0}")
}

/// A whole number with thin spaces between groups of three digits.
pub(crate) fn count(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() > 4 {
            text.push(NO_BREAK);
        }
        text.push(digit);
    }
    text
}

/// A share in percent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}{NO_BREAK}%", 100.0 * share)
}

/// A duration in hours, or in days if it is long.
pub(crate) fn hours(hours: f64) -> String {
    match hours.abs() {
        long if long >= 72.0 => format!("{}{NO_BREAK}days", one(hours / 24.0)),
        short if short < 1.0 => format!("{:.0}{NO_BREAK}min", 60.0 * hours).replace('-', "−"),
        _ => format!("{}{NO_BREAK}h", one(hours)),
    }
}

/// A day: 3 May 2026.
pub(crate) fn day(day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{}{NO_BREAK}{}", day.day(), month(day), day.year())
}

/// A day without its year.
pub(crate) fn short_day(day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{}", day.day(), month(day))
}

/// The name of a month, shortened.
pub(crate) fn month(day: NaiveDate) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES[day.month0() as usize % 12]
}

/// A period, by its first and its last day.
pub(crate) fn period(of: &Period) -> String {
    let last = of.until.pred_opt().unwrap_or(of.until);
    match of.from.year() == last.year() {
        true => format!("{} – {}", short_day(of.from), day(last)),
        false => format!("{} – {}", day(of.from), day(last)),
    }
}

/// A number with its noun.
pub(crate) fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{}{NO_BREAK}{}", count(number), if number == 1 { one } else { many })
}

/// A p-value.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { format!("<{NO_BREAK}0.001") } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!([one(-0.04), one(-2.25), signed(3.0), signed(-0.01)], ["0.0", "−2.2", "+3.0", "0.0"]);
        assert_eq!(
            [count(999), count(1234), count(-12_345), count(1_234_567)],
            ["999", "1234", "−12\u{a0}345", "1\u{a0}234\u{a0}567"]
        );
        assert_eq!([hours(0.5), hours(5.25), hours(100.0)], ["30\u{a0}min", "5.2\u{a0}h", "4.2\u{a0}days"]);
    }

    #[test]
    fn a_period_names_its_last_day() {
        let days =
            |from: &str, until: &str| Period { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let shown = period(&days("2026-02-02", "2026-02-16")).replace(NO_BREAK, " ");
        assert_eq!(shown, "2 Feb – 15 Feb 2026");
        let shown = period(&days("2025-12-22", "2026-01-05")).replace(NO_BREAK, " ");
        assert_eq!(shown, "22 Dec 2025 – 4 Jan 2026");
    }
}
