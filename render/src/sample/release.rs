//! The report of a release.

use super::{before_after, date, feature, finding, incidents, marks, question, report, subject};
use crate::model::{Adoption, Announced, Content, Estimate, Forecast, Kind, Release, Report, Touch, Verdict};

pub(crate) fn release() -> Report {
    let export = feature(3);
    report(
        Kind::Release,
        "Release report: Atelier 5.3",
        Content::Release(Box::new(Release {
            version: "5.3".to_owned(),
            title: Some("Large documents".to_owned()),
            released_on: Some(date("2026-10-15")),
            withdrawn_on: None,
            previous: Some("5.2".to_owned()),
            verdict: Verdict::Regressed,
            verdict_text:
                "5.3 made Export worse: the mean response fell by 17.1 points of 100 (−22.2 to −12.0)."
                    .to_owned(),
            features: vec![Touch { feature: export.feature.clone(), change: "changed".to_owned() }],
            findings: vec![
                finding("export", "Export", Verdict::Regressed, -17.1),
                finding("search", "Search", Verdict::NoEvidence, 0.4),
                finding("whiteboard", "Whiteboard", Verdict::NoBaseline, 0.0),
            ],
            values: vec![before_after(3), before_after(2)],
            trend_of: Some(export.feature.clone()),
            trend: export.trend,
            incidents: incidents(),
            announcement: Some(Announced {
                release: "5.3".to_owned(),
                announcement: Some("Export of large documents".to_owned()),
                lead_hours: Some(98.0),
                acknowledged: 3,
            }),
            known_errors: None,
            forecasts: vec![Forecast {
                feature: subject("export", "Export"),
                days: 14,
                expected: Estimate { value: 2.1, lower: 0.0, upper: 5.0 },
                actual: 9,
            }],
            adoption: vec![
                Adoption { from: date("2026-10-15"), share: Some(0.31), responses: Some(140) },
                Adoption { from: date("2026-10-22"), share: Some(0.78), responses: Some(122) },
                Adoption { from: date("2026-10-29"), share: None, responses: None },
            ],
            questions: vec![question()],
            marks: marks(),
        })),
    )
}
