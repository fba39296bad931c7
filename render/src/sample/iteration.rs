//! The report of an iteration.

use super::{FEATURES, date, estimate, feature, finding, incidents, marks, question, quote, report, subject};
use crate::{
    compare::compared,
    model::{
        Announced, Announcements, Content, Deployments, Iteration, Kind, News, Report, RequestSegment,
        Requests, Shipped, Touch, Verdict, Word,
    },
};

pub(crate) fn iteration() -> Report {
    let touch = |at: usize, change: &str| Touch {
        feature: subject(FEATURES[at].0, FEATURES[at].1),
        change: change.to_owned(),
    };
    let worst = News {
        feature: subject("export", "Export"),
        change: estimate(-14.2, 3.9),
        value: estimate(55.8, 2.8),
        quotes: vec![
            quote("Export hangs at 80 % since the update. We print for the trade fair tomorrow!", "1 of 5"),
            quote("PDF vuoto, 每次导出都会卡住 😡", "2 of 5"),
        ],
        words: vec![
            Word { text: "hangs".to_owned(), count: 41, z: 8.1 },
            Word { text: "since the update".to_owned(), count: 23, z: 6.4 },
        ],
    };
    let best = News {
        feature: subject("search", "Search"),
        change: estimate(6.4, 2.1),
        value: estimate(71.3, 2.4),
        quotes: vec![quote("Finally finds what I mean.", "5 of 5")],
        words: Vec::new(),
    };
    let mut now = report(
        Kind::Iteration,
        "Iteration report: Sprint 21",
        Content::Iteration(Box::new(Iteration {
            name: "Sprint 21".to_owned(),
            goal: Some("Export of large documents".to_owned()),
            shipped: vec![Shipped {
                version: "5.3".to_owned(),
                title: Some("Large documents".to_owned()),
                released_on: date("2026-10-15"),
                withdrawn: false,
                features: vec![touch(3, "changed"), touch(2, "fixed")],
            }],
            deployments: Deployments { succeeded: 4, failed: 1, rolled_back: 0 },
            features: (0..6).map(feature).collect(),
            elsewhere: Vec::new(),
            best: Some(best),
            worst: Some(worst),
            findings: vec![
                finding("export", "Export", Verdict::Regressed, -17.1),
                finding("search", "Search", Verdict::Watch, -2.0),
            ],
            incidents: incidents(),
            announcements: Announcements {
                shipped: 1,
                announced: 1,
                median_lead_hours: Some(98.0),
                acknowledged: 3,
                surprises: 2,
                releases: vec![Announced {
                    release: "5.3".to_owned(),
                    announcement: Some("Export of large documents".to_owned()),
                    lead_hours: Some(98.0),
                    acknowledged: 3,
                }],
            },
            known_errors: None,
            requests: Some(Requests {
                sent: 60,
                answered: 21,
                segments: vec![
                    RequestSegment { segment: Some("Enterprise".to_owned()), sent: 40, answered: 18 },
                    RequestSegment { segment: None, sent: 20, answered: 3 },
                ],
            }),
            questions: vec![question()],
            marks: marks(),
        })),
    );
    let mut before = now.clone();
    if let Content::Iteration(iteration) = &mut before.content {
        iteration.findings.clear();
        iteration.incidents.opened = 4;
        iteration.features[3].value = estimate(70.0, 2.8);
    }
    now.changes = compared(&before, &now, "Sprint 20");
    now
}
