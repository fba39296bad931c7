//! The tables of each kind of report.

use super::{Column, Kind, Sheet, Value};
use crate::model::{
    Adoption, Announced, BeforeAfter, Change, Content, Estimate, FeatureValue, Finding, Forecast, Incident,
    Mark, MarkKind, ProductLine, Report, Risk, Shipped, Subject,
};

/// The tables of a report. The first one has its main figures; tables without rows have their columns.
pub(crate) fn sheets(report: &Report) -> Vec<Sheet> {
    let mut sheets = match &report.content {
        Content::Iteration(of) => vec![
            features(&of.features),
            findings(&of.findings),
            incidents(of.incidents.worst.iter().map(|one| (one, None))),
            releases(&of.shipped),
            announcements(&of.announcements.releases),
            segments(&of.features),
            ratings(&of.features),
            trends(&of.features),
            marks(&of.marks),
        ],
        Content::Value(of) => vec![
            features(&of.features),
            comparison(of.comparison.iter().flat_map(|one| &one.features)),
            segments(&of.features),
            ratings(&of.features),
            trends(&of.features),
            marks(&of.marks),
        ],
        Content::Release(of) => vec![
            findings(&of.findings),
            comparison(of.values.iter()),
            incidents(of.incidents.worst.iter().map(|one| (one, None))),
            announcements(of.announcement.as_slice()),
            forecasts(&of.forecasts),
            adoption(&of.adoption),
            marks(&of.marks),
        ],
        Content::Overview(of) => {
            vec![products(&of.products), findings(of.products.iter().flat_map(|one| &one.regressions))]
        }
        Content::Security(of) => vec![
            risks(&of.releases),
            incidents(
                of.releases
                    .iter()
                    .flat_map(|one| one.incidents.iter().map(|incident| (incident, Some(&one.product))))
                    .chain(of.unattributed.iter().map(|incident| (incident, None))),
            ),
        ],
    };
    sheets.push(changes(&report.changes.items));
    sheets
}

macro_rules! sheet {
    ($name:literal, $rows:expr, $one:ident => { $($column:ident: $kind:ident = $value:expr),+ $(,)? }) => {
        Sheet {
            name: $name,
            columns: vec![$(Column { name: stringify!($column), kind: Kind::$kind }),+],
            rows: $rows.into_iter().map(|$one| vec![$(Value::from($value)),+]).collect(),
        }
    };
}

fn key(of: &Subject) -> Option<&str> {
    of.key.as_deref()
}

fn value(of: Option<Estimate>) -> Option<f64> {
    of.map(|of| of.value)
}

fn lower(of: Option<Estimate>) -> Option<f64> {
    of.map(|of| of.lower)
}

fn upper(of: Option<Estimate>) -> Option<f64> {
    of.map(|of| of.upper)
}

fn features(of: &[FeatureValue]) -> Sheet {
    sheet!("features", of, one => {
        rank: Integer = one.rank,
        feature: Text = key(&one.feature),
        name: Text = &one.feature.name,
        team: Text = one.team.as_deref(),
        value: Number = one.value.value,
        lower: Number = one.value.lower,
        upper: Number = one.value.upper,
        before: Number = value(one.before),
        change: Number = value(one.change),
        change_lower: Number = lower(one.change),
        change_upper: Number = upper(one.change),
        base: Number = one.contributions.base,
        history: Number = one.contributions.history,
        feedback: Number = one.contributions.feedback,
        incidents: Number = one.contributions.incidents,
        own_weight: Number = one.contributions.own_weight,
        active_per_day: Number = one.reach.exposed,
        responses: Integer = one.reach.responses,
        customers: Integer = one.reach.customers,
        liked: Number = one.reach.liked,
    })
}

fn findings<'a>(of: impl IntoIterator<Item = &'a Finding>) -> Sheet {
    sheet!("verdicts", of, one => {
        release: Text = &one.release,
        first_day: Day = one.first_day,
        feature: Text = key(&one.feature),
        name: Text = &one.feature.name,
        verdict: Text = serde_name(&one.verdict),
        reason: Text = one.reason.as_deref(),
        since: Text = one.since.as_deref(),
        score: Number = one.score,
        p: Number = one.p,
        change: Number = value(one.change),
        change_lower: Number = lower(one.change),
        change_upper: Number = upper(one.change),
        incidents_before: Integer = one.incidents[0],
        incidents_after: Integer = one.incidents[1],
        rate_ratio: Number = one.rate_ratio,
        responses_before: Integer = one.responses.map(|[before, _]| before),
        responses_after: Integer = one.responses.map(|[_, after]| after),
        cause_tested: Flag = one.cause_tested,
    })
}

/// The name of a value as in the JSON of the models.
fn serde_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn incidents<'a>(of: impl IntoIterator<Item = (&'a Incident, Option<&'a Subject>)>) -> Sheet {
    sheet!("incidents", of, one => {
        product: Text = one.1.and_then(key),
        id: Text = &one.0.id,
        title: Text = &one.0.title,
        severity: Integer = i64::from(one.0.severity),
        opened_at: Text = one.0.opened_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        opened_on: Day = one.0.opened_at.date_naive(),
        hours_to_restore: Number = one.0.hours_to_restore,
        features: Text = one.0.features.join(", "),
        customers: Integer = one.0.customers,
        release: Text = one.0.attribution.as_ref().and_then(|cause| cause.release.as_deref()),
        attribution: Text = one.0.attribution.as_ref().map(|cause| &*cause.basis),
        confidence: Number = one.0.attribution.as_ref().and_then(|cause| cause.confidence),
    })
}

fn releases(of: &[Shipped]) -> Sheet {
    sheet!("releases", of, one => {
        release: Text = &one.version,
        title: Text = one.title.as_deref(),
        released_on: Day = one.released_on,
        withdrawn: Flag = one.withdrawn,
        features: Text = one.features.iter().map(|touch| &*touch.feature.name).collect::<Vec<_>>().join(", "),
    })
}

fn announcements(of: &[Announced]) -> Sheet {
    sheet!("announcements", of, one => {
        release: Text = &one.release,
        announcement: Text = one.announcement.as_deref(),
        lead_hours: Number = one.lead_hours,
        acknowledged: Integer = one.acknowledged,
    })
}

fn segments(of: &[FeatureValue]) -> Sheet {
    let rows = of.iter().flat_map(|one| one.segments.iter().map(move |segment| (one, segment)));
    sheet!("segments", rows, one => {
        feature: Text = key(&one.0.feature),
        name: Text = &one.0.feature.name,
        segment: Text = &one.1.segment,
        value: Number = value(one.1.value),
        lower: Number = lower(one.1.value),
        upper: Number = upper(one.1.value),
        responses: Integer = one.1.responses,
    })
}

fn ratings(of: &[FeatureValue]) -> Sheet {
    let rows = of.iter().flat_map(|one| {
        one.ratings.iter().flat_map(move |rating| {
            let levels = rating.responses.iter().enumerate();
            levels.map(move |(level, responses)| {
                (one, rating, rating.min + rating.step * level as f64, *responses)
            })
        })
    });
    sheet!("ratings", rows, one => {
        feature: Text = key(&one.0.feature),
        name: Text = &one.0.feature.name,
        scale: Text = &one.1.scale,
        rating: Number = one.2,
        responses: Integer = one.3,
    })
}

fn trends(of: &[FeatureValue]) -> Sheet {
    let rows = of.iter().flat_map(|one| one.trend.iter().map(move |point| (one, point)));
    sheet!("trends", rows, one => {
        feature: Text = key(&one.0.feature),
        name: Text = &one.0.feature.name,
        day: Day = one.1.day,
        value: Number = one.1.value.value,
        lower: Number = one.1.value.lower,
        upper: Number = one.1.value.upper,
    })
}

fn marks(of: &[Mark]) -> Sheet {
    sheet!("marks", of, one => {
        day: Day = one.day,
        kind: Text = if one.kind == MarkKind::Release { "RELEASE" } else { "INCIDENT" },
        label: Text = &one.label,
        count: Integer = one.count,
    })
}

fn comparison<'a>(of: impl IntoIterator<Item = &'a BeforeAfter>) -> Sheet {
    sheet!("comparison", of, one => {
        feature: Text = key(&one.feature),
        name: Text = &one.feature.name,
        before: Number = one.before.value,
        before_lower: Number = one.before.lower,
        before_upper: Number = one.before.upper,
        after: Number = one.after.value,
        after_lower: Number = one.after.lower,
        after_upper: Number = one.after.upper,
        difference: Number = one.difference.value,
        difference_lower: Number = one.difference.lower,
        difference_upper: Number = one.difference.upper,
        responses_before: Integer = one.responses.map(|[before, _]| before),
        responses_after: Integer = one.responses.map(|[_, after]| after),
    })
}

fn forecasts(of: &[Forecast]) -> Sheet {
    sheet!("forecasts", of, one => {
        feature: Text = key(&one.feature),
        name: Text = &one.feature.name,
        days: Integer = one.days,
        expected: Number = one.expected.value,
        expected_lower: Number = one.expected.lower,
        expected_upper: Number = one.expected.upper,
        actual: Integer = one.actual,
    })
}

fn adoption(of: &[Adoption]) -> Sheet {
    sheet!("adoption", of, one => {
        week_from: Day = one.from,
        share: Number = one.share,
        responses: Integer = one.responses,
    })
}

fn products(of: &[ProductLine]) -> Sheet {
    sheet!("products", of, one => {
        product: Text = key(&one.product),
        name: Text = &one.product.name,
        value: Number = value(one.value),
        lower: Number = lower(one.value),
        upper: Number = upper(one.value),
        of_features: Flag = one.of_features,
        change: Number = value(one.change),
        change_lower: Number = lower(one.change),
        change_upper: Number = upper(one.change),
        responses: Integer = one.responses,
        releases: Integer = one.releases,
        regressions: Integer = one.regressions.len() as i64,
        incidents: Integer = one.incidents,
        customer_hours_lost: Number = one.customer_hours_lost,
        median_lead_hours: Number = one.median_lead_hours,
        surprises: Integer = one.surprises,
    })
}

fn risks(of: &[Risk]) -> Sheet {
    sheet!("risks", of, one => {
        product: Text = key(&one.product),
        release: Text = &one.release,
        released_on: Day = one.released_on,
        live: Flag = one.live,
        incidents: Integer = one.incidents.len() as i64,
        open: Integer = one.open,
        exposed_customers: Integer = one.exposed_customers,
        known_errors: Integer = one.known_errors.len() as i64,
    })
}

fn changes(of: &[Change]) -> Sheet {
    sheet!("changes", of, one => {
        tone: Text = serde_name(&one.tone),
        subject: Text = &one.subject,
        change: Text = &one.text,
        before: Number = one.before,
        now: Number = one.now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_cell_has_the_type_of_its_column() {
        for report in sample::all() {
            for sheet in sheets(&report) {
                for (row, column) in sheet.rows.iter().flat_map(|row| row.iter().zip(&sheet.columns)) {
                    let fits = matches!(
                        (row, column.kind),
                        (Value::Missing, _)
                            | (Value::Text(_), Kind::Text)
                            | (Value::Integer(_), Kind::Integer)
                            | (Value::Number(_), Kind::Number)
                            | (Value::Day(_), Kind::Day)
                            | (Value::Flag(_), Kind::Flag)
                    );
                    assert!(fits, "{} of {}: {row:?}", column.name, sheet.name);
                }
            }
        }
    }
}
