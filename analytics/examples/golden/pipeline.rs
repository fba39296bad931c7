//! The cases from daily rows to scores.

use std::collections::BTreeSet;

use ballroom_analytics::regression::{Change, RateRatio, RegressionScore, ReleaseReport, Verdict};
use ballroom_analytics::value::ValueQuery;
use ballroom_analytics::{
    Day, ExposureRow, Facts, Feature, FeedbackRow, IncidentRow, MIN_ANSWERS, Prepared, Release, Scale,
    ScaleKind, frame, hyperparameters, regression, value,
};
use serde_json::{Map, Value, json};

use super::{Result, interval};

pub(crate) fn run(function: &str, input: &Value) -> Result<Value> {
    let (data, query) = (&input["data"], &input["query"]);
    let world = World::of(data, query)?;
    match function {
        "value" => world.value(query),
        "regression" => {
            let report = world.report(query)?;
            let feature = world.feature(text(query, "feature")?)?;
            let score = report.features.iter().find(|f| f.feature == feature).ok_or("no such feature")?;
            Ok(score_json(score, &report))
        }
        "release_report" => {
            let report = world.report(query)?;
            let mut features = Map::new();
            for score in &report.features {
                let mut json = score_json(score, &report);
                json["verdict"] = json!(verdict(score.verdict));
                features.insert(world.features[score.feature as usize].clone(), json);
            }
            Ok(Value::Object(features))
        }
        other => Err(format!("no function is called {other}")),
    }
}

/// The rows of a case with their names made codes, in the order of the names.
struct World {
    features: Vec<String>,
    segments: Vec<String>,
    releases: Vec<String>,
    first_days: Vec<Option<Day>>,
    prepared: Prepared,
}

impl World {
    fn of(data: &Value, query: &Value) -> Result<Self> {
        let scale_table = data["scales"].as_object().ok_or("the data hold no scales")?;
        let mut scale_names: Vec<_> = scale_table.keys().cloned().collect();
        scale_names.sort();
        let scales = scale_names.iter().map(|name| scale(&scale_table[name])).collect::<Result<_>>()?;
        let (feedback, incidents, exposure) =
            (rows(data, "feedback"), rows(data, "incidents"), rows(data, "exposure"));

        let all = || feedback.iter().chain(incidents).chain(exposure);
        let named = |key: &'static str, also: &[&str]| -> Vec<String> {
            let asked = query[key].as_str();
            let names = all().filter_map(|row| row[key].as_str()).chain(asked).chain(also.iter().copied());
            names.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let features = named("feature", &[]);
        let segments = named("segment", &[""]);
        let declared = rows(data, "releases");
        let ids: Vec<_> = declared.iter().filter_map(|r| r["id"].as_str()).collect();
        let mut releases = named("release", &ids);
        releases.retain(|name| !name.is_empty());
        let first_day = |name: &String| {
            let release = declared.iter().find(|r| r["id"].as_str() == Some(name))?;
            release["day"].as_i64().map(|day| day as Day)
        };
        let first_days: Vec<_> = releases.iter().map(first_day).collect();

        let code = |table: &[String], name: &str| table.iter().position(|n| n == name).map(|i| i as u32);
        let feature =
            |row: &Value| code(&features, text(row, "feature")?).ok_or("unknown feature".to_owned());
        let segment = |row: &Value| code(&segments, row["segment"].as_str().unwrap_or("")).unwrap_or(0);
        let release = |row: &Value| code(&releases, row["release"].as_str()?);
        let mut feedback_rows = Vec::new();
        for row in feedback {
            let counts = row["counts"].as_array().ok_or("a row holds no counts")?;
            let scale = code(&scale_names, text(row, "scale")?).ok_or("unknown scale")?;
            for (level, count) in (0..).zip(counts) {
                let count = integer(count)?;
                let (feature, release, segment) = (feature(row)?, release(row), segment(row));
                feedback_rows.push(FeedbackRow {
                    feature,
                    release,
                    segment,
                    scale,
                    day: day(row)?,
                    level,
                    count,
                });
            }
        }
        // The reference gives every row to a release before it looks at any, so to it all incidents name theirs.
        let newest = |day: Day| {
            let started =
                (0_u32..).zip(&first_days).filter(|(_, first)| first.is_some_and(|first| first <= day));
            started.max_by_key(|(code, first)| (**first, *code)).map(|(code, _)| code)
        };
        let incident = |row: &Value| -> Result<IncidentRow> {
            let spoiled = row["spoiled"].as_f64().unwrap_or(0.0);
            let opened = integer(&row["count"])?;
            Ok(IncidentRow {
                feature: feature(row)?,
                release: release(row).or(newest(day(row)?)),
                no_change: false,
                day: day(row)?,
                opened,
                spoiled,
            })
        };
        let incident_rows = incidents.iter().map(incident).collect::<Result<Vec<_>>>()?;
        let exposed = |row: &Value| -> Result<ExposureRow> {
            Ok(ExposureRow {
                feature: feature(row)?,
                segment: segment(row),
                day: day(row)?,
                active: integer(&row["active"])?,
            })
        };
        let exposure_rows = exposure.iter().map(exposed).collect::<Result<Vec<_>>>()?;

        let facts = Facts {
            scales,
            releases: releases
                .iter()
                .zip(&first_days)
                .map(|(name, first_day)| Release {
                    first_day: *first_day,
                    order: releases.iter().filter(|other| *other < name).count() as u32,
                    ..Release::default()
                })
                .collect(),
            features: vec![Feature { product: 0, whole: false }; features.len()],
            segments: segments.len() as u32,
            feedback: frame::feedback(&feedback_rows).map_err(|e| e.to_string())?,
            incidents: frame::incidents(&incident_rows).map_err(|e| e.to_string())?,
            exposure: frame::exposure(&exposure_rows).map_err(|e| e.to_string())?,
            min_answers: MIN_ANSWERS,
        };
        let prepared = facts.prepare().map_err(|e| e.to_string())?;
        Ok(Self { features, segments, releases, first_days, prepared })
    }

    fn feature(&self, name: &str) -> Result<u32> {
        self.features.iter().position(|f| f == name).map(|i| i as u32).ok_or("unknown feature".to_owned())
    }

    fn value(&self, query: &Value) -> Result<Value> {
        let (from, until) = (integer(&query["a"])? as Day, integer(&query["b"])? as Day + 1);
        let as_of = query["as_of"].as_i64().map_or(until - 1, |day| day as Day);
        let code = |table: &[String], key: &str| {
            let name = query[key].as_str()?;
            table.iter().position(|n| n == name).map(|i| i as u32)
        };
        let asked = ValueQuery {
            feature: self.feature(text(query, "feature")?)?,
            from,
            until,
            release: code(&self.releases, "release"),
            segment: code(&self.segments, "segment"),
            as_of,
        };
        let hyper = hyperparameters(&self.prepared, as_of);
        let Some(got) = value(&self.prepared, &hyper, &asked).map_err(|e| e.to_string())? else {
            return Ok(Value::Null);
        };
        // The case lists every stratum of the data, also those without weight or responses.
        let all = self.prepared.strata();
        let of = |pick: fn(&ballroom_analytics::value::StratumValue) -> f64| {
            let mine =
                all.iter().map(|s| got.strata.iter().find(|mine| mine.stratum == *s).map_or(0.0, pick));
            mine.collect::<Vec<_>>()
        };
        Ok(json!({
            "score": got.score, "lo": got.lower, "hi": got.upper, "sd": got.sd, "base": got.base,
            "history": got.history, "feedback": got.feedback, "incidents": got.incidents,
            "feedback_by_stratum": of(|s| s.contribution), "weights": of(|s| s.weight),
            "own_weight": got.own_weight, "phi": got.phi,
            "n": got.strata.iter().map(|s| s.responses as f64).sum::<f64>(),
        }))
    }

    fn report(&self, query: &Value) -> Result<ReleaseReport> {
        let name = text(query, "release")?;
        let release = self.releases.iter().position(|r| r == name).ok_or("unknown release")?;
        let first_day = self.first_days[release].ok_or("the release has no day")?;
        let hyper = hyperparameters(&self.prepared, first_day - 1);
        let as_of = integer(&query["as_of"])? as Day;
        let report =
            regression(&self.prepared, &hyper, release as u32, as_of, &[]).map_err(|e| e.to_string())?;
        report.ok_or("the release is not out".to_owned())
    }
}

fn score_json(score: &RegressionScore, report: &ReleaseReport) -> Value {
    let change =
        score.change.map(|Change { estimate, lower, upper }| [estimate, lower, upper].map(|x| x / 100.0));
    let ratio =
        score.rate_ratio.map(|RateRatio { estimate, lower, upper }| [estimate, lower, upper].map(f64::ln));
    let channels = [("feedback", score.feedback), ("incidents", score.incidents)];
    let channels: Vec<_> = channels.iter().filter(|(_, c)| c.is_some()).map(|(name, _)| *name).collect();
    json!({
        "log_e": score.log_e, "log_e_up": score.log_e_improved, "score": score.score, "p": score.p,
        "log_e_feedback": score.feedback.map(|c| c.log_e), "log_e_incidents": score.incidents.map(|c| c.log_e),
        "path": score.path,
        "change": change.map_or(0.0, |c| c[0]), "change_interval": interval(change.map(|c| (c[1], c[2]))),
        "log_rate_ratio": ratio.map_or(0.0, |r| r[0]),
        "log_rate_ratio_interval": interval(ratio.map(|r| (r[1], r[2]))),
        "phi": report.phi, "phi_incidents": report.phi_incidents, "channels": channels,
    })
}

/// As the cases call it, which know of the evidence alone.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed | Verdict::Since => "regressed",
        Verdict::Watch => "watch",
        Verdict::Improved | Verdict::Recovered => "improved",
        Verdict::NoEvidence | Verdict::CannotTell => "no_evidence",
        Verdict::NoBaseline => "no_baseline",
    }
}

fn scale(value: &Value) -> Result<Scale> {
    let number = |key: &str| value[key].as_f64().ok_or(format!("a scale has no {key}"));
    Ok(Scale {
        min: number("min")?,
        max: number("max")?,
        step: value["step"].as_f64().unwrap_or(1.0),
        higher_is_better: value["higher_is_better"].as_bool().unwrap_or(true),
        kind: ScaleKind::Custom,
    })
}

fn rows<'a>(data: &'a Value, key: &str) -> &'a [Value] {
    data[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(row: &'a Value, key: &str) -> Result<&'a str> {
    row[key].as_str().ok_or(format!("{key} is missing"))
}

fn day(row: &Value) -> Result<Day> {
    Ok(integer(&row["day"])? as Day)
}

fn integer(value: &Value) -> Result<i64> {
    let whole = value.as_f64().filter(|x| x.fract() == 0.0).map(|x| x as i64);
    value.as_i64().or(whole).ok_or(format!("{value} is no whole number"))
}
