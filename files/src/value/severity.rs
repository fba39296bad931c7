//! Severities, as numbers, as trackers name them and as operations write them.

use crate::record::excerpt;

/// The numbers of severities in a file, from the most severe to the least: 1 to 4 by default. The direction is said
/// because files have both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeverityRange {
    /// The number of the most severe incidents.
    pub most: f64,
    /// The number of the least severe ones.
    pub least: f64,
}

impl Default for SeverityRange {
    fn default() -> Self {
        SeverityRange { most: 1.0, least: 4.0 }
    }
}

impl std::str::FromStr for SeverityRange {
    type Err = String;

    fn from_str(text: &str) -> Result<SeverityRange, String> {
        let wrong = || {
            format!(
                "`{text}` is not a range of severities; write the number of the most severe and of the least severe \
                 incidents, for example 1..4 or 5..1"
            )
        };
        let (most, least) = text.split_once("..").ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.fract() == 0.0);
        match (number(most), number(least)) {
            (Some(most), Some(least)) if most != least => Ok(SeverityRange { most, least }),
            _ => Err(wrong()),
        }
    }
}

impl SeverityRange {
    /// The severity from 1 to 4 of a number of the file; the steps of a longer range share them.
    fn level(self, number: f64) -> Option<u8> {
        let share = (number - self.most) / (self.least - self.most);
        let inside = (0.0..=1.0).contains(&share) && number.fract() == 0.0;
        inside.then(|| (1.0 + 3.0 * share).round() as u8)
    }
}

/// Reads a severity; the second value tells whether a bare number was read, whose direction is that of `range`.
pub fn severity(text: &str, range: SeverityRange) -> Result<(u8, bool), String> {
    let text = &text[..text.char_indices().nth(100).map_or(text.len(), |(end, _)| end)];
    let name: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '.').collect();
    let number = name.trim_start_matches(|c: char| c.is_alphabetic());
    let prefix = &name[..name.len() - number.len()];
    let is_prefix = ["", "severity", "sev", "s", "priority", "prio", "p"].contains(&prefix);
    if let (true, Ok(number)) = (is_prefix, number.parse::<f64>())
        && let Some(level) = range.level(number)
    {
        // P1 and SEV1 are the most severe by their meaning, unless a range is given.
        return Ok((level, prefix.is_empty()));
    }
    // "3 - Moderate", "P2 (High)": a number and a word that agree.
    let numbered = text.trim().split_once(['-', '–', ':', '(', ' ', '.']).and_then(|(first, rest)| {
        let rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
        let (level, _) = severity_of_number(first.trim(), range)?;
        (word(rest)? == level).then_some(level)
    });
    numbered.or_else(|| word(text)).map(|level| (level, false)).ok_or_else(|| {
        let direction = match range {
            SeverityRange { most: 1.0, least: 4.0 } => "1 (most severe) to 4".to_owned(),
            SeverityRange { most, least } => format!("{most} (most severe) to {least}"),
        };
        format!(
            "unknown severity `{0}`; use {direction}, sev1, P1, critical, high, medium, low, blocker, major, minor, \
             trivial, or say what it means: --values \"severity:{0}=3\"; numbers in another range: --severity-range 5..1",
            excerpt(text)
        )
    })
}

fn severity_of_number(text: &str, range: SeverityRange) -> Option<(u8, ())> {
    let digits = text.trim_start_matches(|c: char| c.is_alphabetic());
    Some((range.level(digits.parse().ok()?)?, ()))
}

fn word(text: &str) -> Option<u8> {
    let name: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    match name.as_str() {
        "blocker" | "critical" | "highest" | "urgent" | "emergency" | "fatal" | "kritisch" | "critique"
        | "crítico" => Some(1),
        "high" | "major" | "hoch" | "haute" | "alto" | "alta" | "error" => Some(2),
        "medium" | "minor" | "normal" | "moderate" | "mittel" | "moyenne" | "medio" | "media" | "warning" => {
            Some(3)
        }
        "low" | "trivial" | "lowest" | "niedrig" | "gering" | "basse" | "bajo" | "baja" | "info"
        | "informational" | "notice" | "planning" => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_by_all_their_names() {
        for (text, expected) in [
            ("1", Some((1, true))),
            ("4", Some((4, true))),
            ("2.0", Some((2, true))),
            ("Sev 2", Some((2, false))),
            ("SEV-3", Some((3, false))),
            ("P1", Some((1, false))),
            ("Critical", Some((1, false))),
            ("High", Some((2, false))),
            ("medium", Some((3, false))),
            ("low", Some((4, false))),
            ("Blocker", Some((1, false))),
            ("Minor", Some((3, false))),
            ("urgent", Some((1, false))),
            ("3 - Moderate", Some((3, false))),
            ("1 - Critical", Some((1, false))),
            ("P2 (High)", Some((2, false))),
            // The word says 2 and the number 1.
            ("1 - High", None),
            ("5", None),
            ("10", None),
            ("1.5", None),
            ("x1", None),
            ("0", None),
            ("bad", None),
            ("P0", None),
        ] {
            assert_eq!(severity(text, SeverityRange::default()).ok(), expected, "{text}");
        }
    }

    #[test]
    fn the_direction_of_numbers_is_said() {
        let range: SeverityRange = "5..1".parse().unwrap();
        let level = |text: &str| severity(text, range).map(|(level, _)| level);
        assert_eq!((level("5"), level("3"), level("1")), (Ok(1), Ok(3), Ok(4)));
        assert!(level("6").unwrap_err().contains("use 5 (most severe) to 1"));
        let from_zero: SeverityRange = "0..4".parse().unwrap();
        assert_eq!(severity("P0", from_zero), Ok((1, false)));
        for wrong in ["5", "1..1", "a..b", ""] {
            assert!(wrong.parse::<SeverityRange>().is_err(), "{wrong}");
        }
    }
}
