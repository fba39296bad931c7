//! The security view: releases with security-relevant incidents.

use std::collections::{BTreeMap, HashMap};

use ballroom_entity::{id::ReleaseId, release::ReleaseLifecycle};
use ballroom_render::{
    Report, compared,
    model::{Changes, Content, KnownError, Question, Risk, Security},
};
use chrono::NaiveDate;

use super::{
    features::before,
    happened, known,
    source::{Source, product_subject},
    whole,
};
use crate::{
    base::{error::Error, text},
    domain::incident::{self as incidents, Begun, Cause, Past},
    score::{Cell, Period, known_day},
};

/// Default length of the period in days.
const DAYS: u64 = 90;

/// Words by which an incident is recognized as security-relevant: the beginnings of words of its title or description.
const WORDS: &[&str] = &[
    "security",
    "vulnerab",
    "exploit",
    "breach",
    "leak",
    "unauthori",
    "unauthenticated",
    "cve-",
    "xss",
    "csrf",
    "ssrf",
    "injection",
    "malware",
    "ransomware",
    "phishing",
    "credential",
    "password",
    "privilege",
    "escalation",
    "ddos",
    "certificate",
    "tls",
    "encryption",
    "gdpr",
    "personal data",
    "sicherheit",
    "schwachstelle",
    "datenleck",
    "unbefugt",
    "angriff",
    "passwort",
    "zugangsdaten",
    "datenschutz",
    "sécurité",
    "vulnérab",
    "fuite",
    "mot de passe",
    "seguridad",
    "vulnerabilidad",
    "fuga de datos",
    "contraseña",
    "sicurezza",
    "bezpiecze",
    "beveiliging",
];

/// How security-relevant incidents are recognized.
const BASIS: &str = "An incident or known error is security-relevant if a word of its title or description says so, such as security, vulnerability, \
                     CVE, leak, unauthorized or password, in English, German, French, Spanish, Italian, Polish or Dutch. Incidents that \
                     use other words are missing.";

pub(super) async fn report(
    source: &Source<'_>,
    period: Option<Period>,
    as_of: Option<NaiveDate>,
) -> Result<Report, Error> {
    let products = source.dimensions.products.values();
    let today =
        products.map(|product| source.today(product)).max().unwrap_or_else(|| source.now.date_naive());
    let as_of = as_of.map(|day| known_day("asOf", day, today)).transpose()?;
    let period = period.unwrap_or_else(|| Period::last(DAYS, as_of.unwrap_or(today)));
    let (period, as_of) = Period::resolve(Some(period), as_of, today)?;
    let cell = Cell { period, release: None, segment: None, as_of };
    let built = |content: Security, cell: &Cell| {
        let content = Content::Security(Box::new(content));
        whole(source, "Security report".to_owned(), None, (cell, today), Changes::default(), content)
    };
    let mut report = built(content(source, &cell).await?, &cell);
    let earlier = before(&cell);
    let then = built(content(source, &earlier).await?, &earlier);
    report.changes = compared(&then, &report, "the period before");
    Ok(report)
}

/// Whether a text has a word that begins with one of [`WORDS`].
fn is_relevant(title: &str, description: Option<&str>) -> bool {
    let folded = format!(" {} {}", title, description.unwrap_or_default()).to_lowercase();
    let folded = text::name(&folded);
    let begins = |word: &&str| {
        folded
            .match_indices(*word)
            .any(|(at, _)| folded[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric()))
    };
    WORDS.iter().any(begins)
}

async fn content(source: &Source<'_>, cell: &Cell) -> Result<Security, Error> {
    let days = (cell.period.from, cell.period.until);
    let asked = Begun { product: None, days, as_of: cell.as_of, with_open: true };
    let mut past = incidents::begun(source.store, source.reader.by, asked).await?;
    past.retain(|one| is_relevant(&one.incident.title, one.incident.description.as_deref()));
    let exposed = |one: &Past| {
        let open = one.hours.is_none();
        if open { one.incident.affected_customers.unwrap_or(one.incident.linked_customers) } else { 0 }
    };
    let mut by_release: BTreeMap<ReleaseId, Vec<&Past>> = BTreeMap::new();
    let mut unattributed = Vec::new();
    for one in &past {
        match one.cause {
            Cause::Release { release, .. } => by_release.entry(release).or_default().push(one),
            Cause::Unknown | Cause::NoChange => unattributed.push(one),
        }
    }
    // Open known errors are risks of the release that introduced them.
    let mut known_errors: HashMap<ReleaseId, Vec<KnownError>> = HashMap::new();
    for product in source.dimensions.products.keys() {
        for one in known::of_product(source, *product).await? {
            let Some(release) = one.row.introduced_in.filter(|_| one.is_open()) else { continue };
            if is_relevant(&one.row.title, one.row.symptom.as_deref()) {
                known_errors.entry(release).or_default().push(one.shown(source));
                by_release.entry(release).or_default();
            }
        }
    }
    let reads = source.reader.reads().is_some();
    let shown = |of: &[&Past]| {
        if reads { of.iter().map(|one| happened::incident(source, one)).collect() } else { Vec::new() }
    };
    let mut releases: Vec<Risk> = by_release
        .into_iter()
        .filter_map(|(release, of)| {
            let row = source.dimensions.releases.get(&release)?;
            let product = source.dimensions.products.get(&row.product_id)?;
            Some(Risk {
                product: product_subject(product),
                release: row.version.clone(),
                released_on: row.released_on,
                live: row.lifecycle == ReleaseLifecycle::Released,
                open: of.iter().filter(|one| one.hours.is_none()).count() as i64,
                exposed_customers: of.iter().map(|one| exposed(one)).sum(),
                incidents: shown(&of),
                known_errors: known_errors.remove(&release).unwrap_or_default(),
            })
        })
        .collect();
    releases.sort_by(|a, b| {
        (b.open > 0, b.released_on, &a.product, &a.release).cmp(&(
            a.open > 0,
            a.released_on,
            &b.product,
            &b.release,
        ))
    });
    let mut questions = Vec::new();
    let unknown = past.iter().filter(|one| {
        let numbers = (one.incident.affected_customers, one.incident.linked_customers);
        one.hours.is_none() && numbers == (None, 0)
    });
    let unknown = unknown.count();
    if unknown > 0 {
        questions.push(Question {
            subject: "Exposure".to_owned(),
            text: format!(
                "The number of affected customers of {} is not recorded.",
                crate::words::counted(unknown as u64, "open incident")
            ),
        });
    }
    let open: Vec<&Past> = past.iter().filter(|one| one.hours.is_none()).collect();
    Ok(Security {
        releases,
        open: open.len() as i64,
        exposed_customers: open.iter().map(|one| exposed(one)).sum(),
        unattributed: shown(&unattributed),
        basis: BASIS.to_owned(),
        questions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_title_or_the_description_tells() {
        for title in [
            "Security: shared links are open",
            "CVE-2026-1 in a library",
            "Datenleck im Export",
            "Stored XSS in comments",
        ] {
            assert!(is_relevant(title, None), "{title}");
        }
        assert!(is_relevant("Export fails", Some("It leaks documents of others")));
        for title in ["Export of PDF hangs", "Insecurity of layout", "Bleak colors"] {
            assert!(!is_relevant(title, None), "{title}");
        }
    }
}
