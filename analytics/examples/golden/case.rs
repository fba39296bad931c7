//! A golden case: reads it, does what it says with this crate, and compares.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

#[path = "formula.rs"]
mod formula;
#[path = "pipeline.rs"]
mod pipeline;

/// What went wrong, in words.
pub(crate) type Result<T, E = String> = std::result::Result<T, E>;

/// The cases of a folder, by name.
pub(crate) fn in_folder(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut cases = files.collect::<std::io::Result<Vec<_>>>()?;
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    cases.sort();
    Ok(cases)
}

/// Runs one case; the error says where it differs.
pub(crate) fn run(path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let case: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let function = case["function"].as_str().ok_or("the case names no function")?;
    let got = match case["kind"].as_str() {
        Some("end_to_end") => pipeline::run(function, &case["input"])?,
        _ => formula::run(function, &case["input"])?,
    };
    let tolerance =
        Tolerance { general: case["tol"].as_f64().unwrap_or(1e-9), fields: case["tol_fields"].as_object() };
    tolerance.compare("", "", &got, &case["expected"])
}

struct Tolerance<'a> {
    general: f64,
    fields: Option<&'a Map<String, Value>>,
}

impl Tolerance<'_> {
    fn compare(&self, at: &str, field: &str, got: &Value, expected: &Value) -> Result<()> {
        match (got, expected) {
            (Value::Object(got), Value::Object(expected)) => {
                expected.iter().try_for_each(|(key, expected)| {
                    let got = got.get(key).ok_or_else(|| format!("{at}.{key} is missing"))?;
                    self.compare(&format!("{at}.{key}"), key, got, expected)
                })
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                a.iter().zip(b).enumerate().try_for_each(|(i, (got, expected))| {
                    self.compare(&format!("{at}[{i}]"), field, got, expected)
                })
            }
            (Value::Number(a), Value::Number(b)) => {
                let (a, b) = (a.as_f64().ok_or("no number")?, b.as_f64().ok_or("no number")?);
                let tolerance = self.fields.and_then(|f| f.get(field)?.as_f64()).unwrap_or(self.general);
                let tolerance = if expected.is_i64() { 0.0 } else { tolerance };
                let close = (a - b).abs() <= tolerance * b.abs().max(1.0);
                close.then_some(()).ok_or_else(|| format!("{at} is {a}, expected {b}"))
            }
            _ if got == expected => Ok(()),
            _ => Err(format!("{at} is {got}, expected {expected}")),
        }
    }
}

/// A number, or the text that stands for an infinite one.
fn number(x: f64) -> Value {
    if x.is_finite() { json!(x) } else { json!(if x > 0.0 { "inf" } else { "-inf" }) }
}

fn interval(of: Option<(f64, f64)>) -> Value {
    let (lower, upper) = of.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    json!([number(lower), number(upper)])
}
