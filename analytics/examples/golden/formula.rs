//! The cases of one formula.

use ballroom_analytics::change_point::{Series, posterior};
use ballroom_analytics::control::{
    CommonShift, Compared, Concurrent, Movement, SameDay, Shift, log_e_controlled,
};
use ballroom_analytics::credibility::{
    Credibility, Expectation, credibility, spoiled_share, stratum_weights, variance_ratio,
};
use ballroom_analytics::dispersion::{Dispersion, IncidentDispersion};
use ballroom_analytics::evidence::{
    Direction, FALSE_DISCOVERIES, Prediction, Rate, always_valid_p, change_interval, combine, e_bh,
    feedback_change, incident_change, log_e_feedback, log_e_incidents, regression_score,
};
use ballroom_analytics::forecast::{QUANTILES, bin, rate_prior, release_effect, spread};
use ballroom_analytics::prior::{Components, Means};
use ballroom_analytics::regression::verdicts;
use ballroom_analytics::standard::{Figure, csat, mean_rating, nps, wilson};
use ballroom_analytics::utility::Moments;
use ballroom_analytics::{Scale, ScaleKind};
use serde_json::{Map, Value, json};

use super::{Result, interval, number};

pub(crate) fn run(function: &str, input: &Value) -> Result<Value> {
    let input = Input(input.as_object().ok_or("the input is no object")?);
    match function {
        "utility" => Ok(json!(utility(&input)?)),
        "moments" => moments(&input),
        "org_prior" => org_prior(&input),
        "var_ratio" => var_ratio(&input),
        "stratum_weights" => weights(&input),
        "value_score" => Ok(value_json(&value_score(&input)?, input.rows("cell")?[0].iter().sum())),
        "spoiled_share" => Ok(json!(spoiled_share(
            input.list("spoiled_days")?.into_iter().zip(input.list("exposure_days")?)
        ))),
        "phi_feedback" => phi_feedback(&input),
        "phi_incidents" => phi_incidents(&input),
        "log_e_feedback" => e_feedback(&input),
        "log_e_incidents" => e_incidents(&input),
        "combine" => Ok(json!(combine(&input.list("log_es")?))),
        "regression_score" => Ok(json!(regression_score(input.number("log_e")?))),
        "always_valid_p" => Ok(json!(always_valid_p(&input.list("log_e_path")?))),
        "e_bh" => Ok(json!(e_bh(&input.list("log_es")?, input.or("q", FALSE_DISCOVERIES)))),
        "verdicts" => Ok(json!(
            verdicts(&input.list("log_down")?, &input.list("log_up")?)
                .into_iter()
                .map(super::pipeline::verdict)
                .collect::<Vec<_>>()
        )),
        "change_interval" => Ok(interval(change_interval(
            input.number("est")?,
            input.number("var")?,
            input.number("sd_prior")?,
        ))),
        "feedback_change" => change_of_feedback(&input),
        "incident_change" => change_of_incidents(&input),
        "change_point" => change_point(&input),
        "release_effect" => {
            Ok(json!(release_effect(three(&input.list("N_by_bin")?)?, three(&input.list("E_by_bin")?)?)))
        }
        "rate_prior" => {
            let rates: Vec<_> =
                input.list("N_f")?.into_iter().zip(input.list("X_f")?).map(|(n, x)| rate(n, x)).collect();
            let (a, b) = rate_prior(&rates, input.or("phi", 1.0));
            Ok(json!([a, b]))
        }
        "forecast" => forecast(&input),
        "wilson" => Ok(figure(wilson(input.number("k")?, input.number("n")?, input.or("level", 0.95)))),
        "nps" => Ok(figure(nps(&input.list("counts")?, input.or("level", 0.95)))),
        "csat" => Ok(figure(csat(&input.list("counts")?, input.or("level", 0.95)))),
        "mean_score" => {
            let (low, step) = (input.or("lo", 1.0), input.or("step", 1.0));
            Ok(figure(mean_rating(&input.list("counts")?, low, step, f64::MAX, 0.95)))
        }
        "control" => {
            let shift = Shift::of(&compared(&input)?, input.or("t", 0.0));
            Ok(json!([shift.shift, shift.variance]))
        }
        "common_shift" => {
            let controls = input.rows("controls")?;
            let controls: Vec<_> = controls.iter().map(|c| Shift { shift: c[0], variance: c[1] }).collect();
            let common = CommonShift::of(&controls, input.or("s0", Movement::default().common));
            Ok(json!([common.shift, common.variance]))
        }
        "concurrent" => concurrent(&input),
        "log_e_controlled" => {
            let variance = input.number("v")? + input.or("t", 0.0).powi(2);
            let direction = input.direction(-1.0);
            Ok(json!(log_e_controlled(&compared(&input)?, input.number("g")?, variance, direction)))
        }
        other => Err(format!("no function is called {other}")),
    }
}

/// Keyword arguments.
struct Input<'a>(&'a Map<String, Value>);

impl Input<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn number(&self, name: &str) -> Result<f64> {
        self.get(name).and_then(to_number).ok_or(format!("{name} is no number"))
    }

    fn or(&self, name: &str, default: f64) -> f64 {
        self.get(name).and_then(to_number).unwrap_or(default)
    }

    fn list(&self, name: &str) -> Result<Vec<f64>> {
        self.get(name).and_then(to_list).ok_or(format!("{name} is no list"))
    }

    fn rows(&self, name: &str) -> Result<Vec<Vec<f64>>> {
        let rows = self.get(name).and_then(Value::as_array).ok_or(format!("{name} is no table"))?;
        rows.iter().map(to_list).collect::<Option<_>>().ok_or(format!("{name} is no table"))
    }

    fn direction(&self, worse: f64) -> Direction {
        if self.or("sign", worse) == worse { Direction::Worse } else { Direction::Better }
    }
}

fn to_number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => value.as_f64().or_else(|| value.as_bool().map(|b| f64::from(u8::from(b)))),
    }
}

fn to_list(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(to_number).collect()
}

fn compared(input: &Input) -> Result<Vec<Compared>> {
    let stratum = |row: &Vec<f64>| match row[..] {
        [n0, y0, n1, y1, phi, rho] => Ok(Compared { n0, y0, n1, y1, phi, rho }),
        _ => Err("a stratum has six numbers".to_owned()),
    };
    input.rows("strata")?.iter().map(stratum).collect()
}

fn concurrent(input: &Input) -> Result<Value> {
    let (n0, y0) = (input.number("n0")?, input.number("y0")?);
    let baseline =
        Compared { n0, y0, n1: 0.0, y1: 0.0, phi: input.or("phi", 1.0), rho: input.or("rho", 1.0) };
    let days = input.rows("days")?;
    let days: Vec<_> = days.iter().map(|d| SameDay { own: d[0], others: d[1], mean: d[2] }).collect();
    let Concurrent { shift, answers } = Concurrent::of(&baseline, &days, input.or("ta", 0.0));
    let number = |x: f64| if x.is_infinite() { json!("inf") } else { json!(x) };
    Ok(json!([shift.shift, number(shift.variance), answers]))
}

fn three(list: &[f64]) -> Result<[f64; 3]> {
    list.try_into().map_err(|_| "expected three bins".to_owned())
}

fn rate(incidents: f64, exposure: f64) -> Rate {
    Rate { incidents, exposure }
}

fn utility(input: &Input) -> Result<Vec<f64>> {
    let higher_is_better = input.get("higher_is_better").and_then(Value::as_bool).unwrap_or(true);
    let (min, max, step) = (input.number("lo")?, input.number("hi")?, input.or("step", 1.0));
    Ok(Scale { min, max, step, higher_is_better, kind: ScaleKind::Custom }.utilities())
}

fn moments(input: &Input) -> Result<Value> {
    let u = input.list("u")?;
    if let Ok(counts) = input.list("counts") {
        let Moments { n, mean, ssw } = Moments::of(&counts, &u);
        return Ok(json!([n, mean, ssw]));
    }
    let rows: Vec<_> = input.rows("counts")?.iter().map(|counts| Moments::of(counts, &u)).collect();
    let column = |of: fn(&Moments) -> f64| rows.iter().map(of).collect::<Vec<_>>();
    Ok(json!([column(|m| m.n), column(|m| m.mean), column(|m| m.ssw)]))
}

fn table(n: &[Vec<f64>], mean: &[Vec<f64>], ssw: &[Vec<f64>]) -> Vec<Vec<(usize, Moments)>> {
    let row = |f: usize| {
        let cell = |s: usize| (s, Moments { n: n[f][s], mean: mean[f][s], ssw: ssw[f][s] });
        (0..n[f].len()).map(cell).filter(|(_, cell)| cell.n > 0.0).collect()
    };
    (0..n.len()).map(row).collect()
}

fn org_prior(input: &Input) -> Result<Value> {
    let features = table(&input.rows("n")?, &input.rows("ybar")?, &input.rows("ssw")?);
    let two_level: Vec<_> = input.list("binary")?.iter().map(|b| *b == 1.0).collect();
    let phi = input.or("phi", 1.0);
    let means = Means::of(&features, &two_level);
    let mut blocks = Vec::new();
    if input.get("n_prev").is_some() {
        let (n0, y0) = (input.rows("n_prev")?, input.rows("y_prev")?);
        let (n1, y1) = (input.rows("n_cur")?, input.rows("y_cur")?);
        for pair in 0..n0.len() {
            for s in (0..two_level.len()).filter(|s| n0[pair][*s] > 0.0 && n1[pair][*s] > 0.0) {
                let moments = |n: f64, mean: f64| Moments { n, mean, ssw: 0.0 };
                blocks.push((s, moments(n0[pair][s], y0[pair][s]), moments(n1[pair][s], y1[pair][s])));
            }
        }
    }
    let Components { tau_a, tau_b, tau_g } = Components::of(&means, &features, blocks, phi);
    Ok(
        json!({ "m": means.mean, "r": means.ratio, "tau_a": tau_a, "tau_b": tau_b, "tau_g": tau_g, "phi": phi }),
    )
}

fn var_ratio(input: &Input) -> Result<Value> {
    let one = |n, ssw, mu, r| variance_ratio(&Moments { n, mean: mu, ssw }, mu, r);
    let names = ["n", "ssw", "mu", "r"];
    if let [Ok(n), Ok(ssw), Ok(mu), Ok(r)] = names.map(|name| input.number(name)) {
        return Ok(json!(one(n, ssw, mu, r)));
    }
    let column = |name| input.list(name).or_else(|_| input.number(name).map(|x| vec![x]));
    let [n, ssw, mu, r] = [column("n")?, column("ssw")?, column("mu")?, column("r")?];
    let longest = [&n, &ssw, &mu, &r].iter().map(|c| c.len()).max().unwrap_or(0);
    let at = |c: &[f64], i: usize| c[i.min(c.len() - 1)];
    Ok(json!((0..longest).map(|i| one(at(&n, i), at(&ssw, i), at(&mu, i), at(&r, i))).collect::<Vec<_>>()))
}

fn weights(input: &Input) -> Result<Value> {
    let segments: Vec<_> = input.list("seg_of")?.iter().map(|s| *s as u32).collect();
    let exposure = input.list("exposure_by_seg").ok();
    let of = |segment: u32| exposure.as_ref().map_or(0.0, |x| x[segment as usize]);
    Ok(json!(stratum_weights(&input.list("responses")?, &segments, Some(&of))))
}

fn value_score(input: &Input) -> Result<Credibility> {
    let org = Input(input.get("org").and_then(Value::as_object).ok_or("org is missing")?);
    let expectation = Expectation {
        mean: org.list("m")?,
        ratio: org.list("r")?,
        tau_a: org.number("tau_a")?,
        tau_b: org.number("tau_b")?,
        tau_g: org.number("tau_g")?,
        phi: org.number("phi")?,
    };
    let cells = |name| -> Result<Vec<Moments>> {
        let columns = input.rows(name)?;
        let cell = |s: usize| Moments { n: columns[0][s], mean: columns[1][s], ssw: columns[2][s] };
        Ok((0..columns[0].len()).map(cell).collect())
    };
    let spoiled = input.or("spoiled", 0.0);
    Ok(credibility(&expectation, &input.list("w")?, &cells("hist")?, &cells("cell")?, spoiled))
}

fn value_json(value: &Credibility, n: f64) -> Value {
    json!({
        "score": value.score, "lo": value.lower, "hi": value.upper, "sd": value.sd, "base": value.base,
        "history": value.history, "feedback": value.feedback, "incidents": value.incidents,
        "feedback_by_stratum": value.by_stratum, "own_weight": value.own_weight, "n": n,
    })
}

fn phi_feedback(input: &Input) -> Result<Value> {
    let (n, y) = (input.rows("n_dt")?, input.rows("y_dt")?);
    let mut dispersion = Dispersion::default();
    for ((n, y), variance) in n.iter().zip(&y).zip(input.list("sig2")?) {
        dispersion.add(n.iter().copied().zip(y.iter().copied()), variance);
    }
    Ok(json!(dispersion.phi()))
}

fn phi_incidents(input: &Input) -> Result<Value> {
    let mut dispersion = IncidentDispersion::default();
    for (n, x) in input.rows("N_gw")?.into_iter().zip(input.rows("X_gw")?) {
        dispersion.add(&n.into_iter().zip(x).collect::<Vec<_>>());
    }
    Ok(json!(dispersion.phi()))
}

/// Strata before and after, with their variance ratios.
fn sides(input: &Input) -> Result<Vec<(Moments, Moments, f64)>> {
    let (before, after, us) = (input.rows("base_counts")?, input.rows("post_counts")?, input.rows("us")?);
    let strata = before.iter().zip(&after).zip(&us).zip(input.list("r")?);
    Ok(strata.map(|(((b, a), u), r)| (Moments::of(b, u), Moments::of(a, u), r)).collect())
}

fn e_feedback(input: &Input) -> Result<Value> {
    let (phi, direction) = (input.or("phi", 1.0), input.direction(-1.0));
    let strata = sides(input)?;
    let predicted = strata.iter().filter_map(|(before, after, ratio)| {
        Some(Prediction::of(before, *ratio, phi, direction)?.log_ratios(after))
    });
    Ok(json!(log_e_feedback(predicted)))
}

fn rates(input: &Input) -> Result<(Rate, Rate, f64)> {
    let before = rate(input.number("N0")?, input.number("X0")?);
    Ok((before, rate(input.number("N1")?, input.number("X1")?), input.or("phi", 1.0)))
}

fn e_incidents(input: &Input) -> Result<Value> {
    let (before, after, phi) = rates(input)?;
    Ok(json!(log_e_incidents(before, after, phi, input.direction(1.0))))
}

fn estimate(change: Option<(f64, f64)>) -> Value {
    let (estimate, variance) = change.unwrap_or((0.0, f64::INFINITY));
    json!([estimate, number(variance)])
}

fn change_of_feedback(input: &Input) -> Result<Value> {
    Ok(estimate(feedback_change(&sides(input)?, input.or("phi", 1.0))))
}

fn change_of_incidents(input: &Input) -> Result<Value> {
    let (before, after, phi) = rates(input)?;
    Ok(estimate(incident_change(before, after, phi)))
}

fn change_point(input: &Input) -> Result<Value> {
    let (n, y) = (input.rows("n_sd")?, input.rows("y_sd")?);
    let strata: Vec<_> = n
        .into_iter()
        .zip(y)
        .zip(input.list("sig2")?)
        .map(|((n, y), variance)| Series { variance, days: n.into_iter().zip(y).collect() })
        .collect();
    let incidents: Vec<_> =
        input.list("N_d")?.into_iter().zip(input.list("X_d")?).map(|(n, x)| rate(n, x)).collect();
    let releases: Vec<_> =
        input.list("release_days").unwrap_or_default().iter().map(|d| d.max(0.0) as usize).collect();
    let found = posterior(&strata, &incidents, input.or("phi", 1.0), input.or("phi_i", 1.0), &releases);
    Ok(json!({
        "day": found.day, "log_bf": found.log_bf, "interval": [found.span.0, found.span.1],
        "suspects": found.suspects, "posterior": found.posterior,
    }))
}

fn forecast(input: &Input) -> Result<Value> {
    let past = rate(input.number("N_f")?, input.number("X_f")?);
    let prior = input.list("prior")?;
    let ages = input.list("ages")?;
    let future: Vec<_> = input
        .list("x_future")?
        .into_iter()
        .zip(ages)
        .map(|(x, age)| (x, bin((age >= 0.0).then_some(age as i32))))
        .collect();
    let expected = input.list("eff_E").ok().map(|e| three(&e)).transpose()?;
    let effect = three(&input.list("effect")?)?;
    let spread = spread(past, (prior[0], prior[1]), &future, &effect, expected, input.or("phi", 1.0));
    let shares = input.list("quantiles").unwrap_or(QUANTILES.to_vec());
    let quantiles: Map<_, _> = shares.iter().map(|q| (q.to_string(), json!(spread.quantile(*q)))).collect();
    Ok(json!({ "mean": spread.mean, "sd": spread.sd, "r": spread.r, "p": spread.p, "quantiles": quantiles }))
}

fn figure(figure: Option<Figure>) -> Value {
    figure.map_or(Value::Null, |Figure { value, se, interval }| {
        json!({ "value": value, "se": se, "lo": interval.map(|i| i.0), "hi": interval.map(|i| i.1) })
    })
}
