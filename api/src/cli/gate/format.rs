//! Renderings of the decision of a gate.

use std::{fmt::Write as _, time::Duration};

use anyhow::Context;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Answer, Outcome};

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::CannotTell => "CANNOT_TELL",
        }
    }
}

/// Lines: the decision, then each feature.
pub(super) fn text(answer: &Answer) -> String {
    let Answer { release, gate } = answer;
    let (product, version) = (&release.product.key, &release.version);
    let mut text = format!("{product} {version}: {}: {}\n", gate.outcome.name(), gate.reason);
    let width = gate.features.iter().map(|feature| feature.name.chars().count()).max().unwrap_or(0);
    for feature in &gate.features {
        let (outcome, name) = (feature.outcome.name(), &feature.name);
        let _ = writeln!(text, "  {outcome:<11}  {name:<width$}  {}", feature.reason);
    }
    text
}

/// JUnit XML: a case for the release, and one for each feature. What cannot be told is skipped, which is never green: the case
/// of the release then fails with an error.
pub(super) fn junit(answer: &Answer, took: Duration) -> anyhow::Result<String> {
    let Answer { release, gate } = answer;
    let class = format!("{} {}", release.product.key, release.version);
    let case = |name: &str, outcome: Outcome, reason: &str, is_whole: bool| {
        let status = match outcome {
            Outcome::Pass => TestCaseStatus::success(),
            Outcome::Fail => failed(NonSuccessKind::Failure, outcome, reason),
            Outcome::CannotTell if is_whole => failed(NonSuccessKind::Error, outcome, reason),
            Outcome::CannotTell => {
                let mut skipped = TestCaseStatus::skipped();
                skipped.set_type(outcome.name()).set_message(reason);
                skipped
            }
        };
        let mut case = TestCase::new(name, status);
        case.set_classname(class.as_str());
        if outcome == Outcome::Pass {
            case.set_system_out(reason);
        }
        case
    };
    let mut suite = TestSuite::new(format!("release gate: {class}"));
    suite.set_time(took);
    suite.add_test_case(case("release", gate.outcome, &gate.reason, true));
    suite.add_test_cases(
        gate.features.iter().map(|feature| case(&feature.name, feature.outcome, &feature.reason, false)),
    );
    let mut report = Report::new("ballroom gate");
    report.set_time(took).add_test_suite(suite);
    report.to_string().context("cannot write JUnit XML")
}

fn failed(kind: NonSuccessKind, outcome: Outcome, reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(outcome.name()).set_message(reason);
    status
}

/// Markdown as GitHub and GitLab show it.
pub(super) fn markdown(answer: &Answer) -> String {
    let Answer { release, gate } = answer;
    let mark = |outcome| match outcome {
        Outcome::Pass => "✅",
        Outcome::Fail => "❌",
        Outcome::CannotTell => "❔",
    };
    let (product, version) = (plain(&release.product.name), plain(&release.version));
    let mut text = format!(
        "### {} Release gate: {product} {version}\n\n**{}**: {}\n",
        mark(gate.outcome),
        gate.outcome.name(),
        plain(&gate.reason)
    );
    if !gate.features.is_empty() {
        text.push_str("\n| | Feature | Verdict | Evidence |\n|---|---|---|---|\n");
    }
    for feature in &gate.features {
        let (mark, name) = (mark(feature.outcome), plain(&feature.name));
        let verdict =
            feature.regression["verdict"].as_str().unwrap_or_default().replace('_', " ").to_lowercase();
        let _ = writeln!(text, "| {mark} | {name} | {verdict} | {} |", plain(&feature.reason));
    }
    if let Some(through) = gate.regression["through"].as_str() {
        let method = gate.regression["method"].as_str().unwrap_or_default();
        let _ = writeln!(text, "\nData through {through}; method {method}.");
    }
    text.push('\n');
    text
}

/// Text without meaning in Markdown: names are anybody's.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => plain.push(' '),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '~' | '@' | '!' | '&' => {
                plain.push('\\');
                plain.push(letter);
            }
            _ => plain.push(letter),
        }
    }
    plain
}
