//! Following up: customers are told what was fixed, members hear the news of their features and of the releases that they watch, and
//! forecasts are kept beside what comes.

use std::collections::{BTreeSet, HashMap};

use ballroom_analytics::{
    forecast::{QUANTILES, Spread},
    regression::Verdict,
};
use ballroom_entity::{
    id::{FeatureId, ReleaseId},
    release, release_forecast, release_watch,
};
use chrono::{Days, NaiveDate};

use super::kind::{Done, Work};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::Contribute,
        kept_forecast, notice, notification, product as products, token,
        watch::{self, Summary},
    },
    score::ForecastOf,
    transaction::Transaction,
    words::counted,
};

/// Days after a release in which the teams of its features hear of its verdicts.
const NEWS: i64 = 30;

/// Days for which a release without a forecast gets one, as of the day before it.
const FORECASTS: i64 = 400;

/// Tells what is new.
pub(super) async fn run(work: &Work<'_>) -> Result<Done, Error> {
    let by = token::operator(work.lease.organization).contributes()?;
    let notices = notice::tell(work.store, by, Some(work.lease), work.now).await?;
    let forecasts = keep_forecasts(work, by).await?;
    let news = tell_news(work, by).await?;
    let items = notices + forecasts + news;
    let parts = [counted(notices, "notice"), counted(news, "notification"), counted(forecasts, "forecast")];
    Ok(Done { items, message: format!("sent {} and {}, and kept {}", parts[0], parts[1], parts[2]) })
}

/// Keeps the forecasts of releases that have shipped, as of the day before.
async fn keep_forecasts(work: &Work<'_>, by: Contribute) -> Result<u64, Error> {
    let organization = work.lease.organization;
    let reports = token::operator(organization).reports()?;
    let dimensions = work.store.dimensions(organization).await?;
    let today = |row: &release::Model| {
        dimensions.products.get(&row.product_id).map(|product| products::today(product, work.now))
    };
    let recent: Vec<(&release::Model, NaiveDate, NaiveDate)> = dimensions
        .releases
        .values()
        .filter(|row| !row.inferred)
        .filter_map(|row| Some((row, row.released_on?, today(row)?)))
        .filter(|(_, released_on, today)| (0..FORECASTS).contains(&(*today - *released_on).num_days()))
        .collect();
    let ids: Vec<ReleaseId> = recent.iter().map(|(row, ..)| row.id).collect();
    let known = kept_forecast::rows(work.store, organization, &ids).await?;
    let known: BTreeSet<ReleaseId> = known.into_iter().map(|row| row.release_id).collect();
    let mut made = Vec::new();
    for (row, released_on, today) in recent.into_iter().filter(|(row, ..)| !known.contains(&row.id)) {
        let as_of = released_on - Days::new(1);
        let asked = ForecastOf {
            as_of,
            days: kept_forecast::DAYS,
            release_on: Some(released_on),
            active_customers: Vec::new(),
        };
        // Incidents are counted by feature; those of different features are taken to be independent.
        let features = dimensions.features_of(row.product_id).into_iter().map(|feature| feature.id);
        let mut parts = Vec::new();
        for feature in features.chain([FeatureId::NONE]) {
            let found = work.scores.forecast(reports, today, row.product_id, feature, asked.clone()).await?;
            parts.extend(found.map(|found| found.distribution));
        }
        let Some(found) = Spread::sum(&parts) else { continue };
        let quantiles: Vec<(f64, f64)> = QUANTILES.map(|share| (share, found.quantile(share))).to_vec();
        made.push(release_forecast::Model {
            organization_id: organization,
            release_id: row.id,
            as_of,
            days: kept_forecast::DAYS as i32,
            mean: found.mean,
            quantiles: serde_json::to_value(quantiles)
                .map_err(|error| Error::internal("cannot store a forecast", error))?,
            made_at: work.now,
        });
    }
    if made.is_empty() {
        return Ok(0);
    }
    let tx = work.store.begin(by.organization(), work.now).await?;
    let number = made.len() as u64;
    for row in made {
        kept_forecast::keep(&tx, row).await?;
    }
    work.lease.hold(tx.db()).await?;
    tx.commit().await?;
    Ok(number)
}

/// A verdict on a feature of a release that is news.
#[derive(Clone, Copy)]
struct News {
    release: ReleaseId,
    feature: FeatureId,
    worse: bool,
}

/// Notifies members of verdicts and incidents of young releases, and ends watches whose time is over.
async fn tell_news(work: &Work<'_>, by: Contribute) -> Result<u64, Error> {
    let organization = work.lease.organization;
    let reports = token::operator(organization).reports()?;
    let watches = watch::open(work.store, organization).await?;
    let dimensions = work.store.dimensions(organization).await?;
    let with_team = notification::features_with_members(work.store, organization).await?;
    let mut news = Vec::new();
    let mut judged: HashMap<ReleaseId, Vec<News>> = HashMap::new();
    for row in dimensions.releases.values() {
        let Some(product) = dimensions.products.get(&row.product_id) else { continue };
        let today = products::today(product, work.now);
        let is_young = row.released_on.is_some_and(|day| (0..NEWS).contains(&(today - day).num_days()));
        let is_watched = watches.iter().any(|watch| watch.release_id == row.id) && row.released_at.is_some();
        let has_team = dimensions
            .features
            .values()
            .any(|one| one.product_id == product.id && with_team.contains(&one.id));
        if !(is_watched || is_young && has_team) {
            continue;
        }
        let (snapshot, report) = work.scores.regression(reports, today, row.id, today).await?;
        for score in report.iter().flat_map(|report| &report.features) {
            let worse = match score.verdict {
                Verdict::Regressed => true,
                Verdict::Improved | Verdict::Recovered => false,
                _ => continue,
            };
            let feature = snapshot.feature_of(score);
            let found = News { release: row.id, feature, worse };
            if is_watched {
                judged.entry(row.id).or_default().push(found);
            }
            news.push(found);
        }
    }
    let mut tx = work.store.begin(by.organization(), work.now).await?;
    let mut sent = 0;
    for one in &news {
        let watcher = watches.iter().find(|watch| watch.release_id == one.release).map(watch::watcher);
        sent += notification::verdict(&mut tx, one.release, one.feature, one.worse, watcher).await?;
    }
    for row in watches {
        let verdicts = judged.remove(&row.release_id).unwrap_or_default();
        let Some(release) = dimensions.releases.get(&row.release_id) else { continue };
        sent += follow(work, &mut tx, (row, release), &verdicts).await?;
    }
    work.lease.hold(tx.db()).await?;
    tx.commit().await?;
    Ok(sent)
}

/// Tells the watcher of a release of its incidents, and ends the watch when its time is over.
async fn follow(
    work: &Work<'_>,
    tx: &mut Transaction,
    (row, release): (release_watch::Model, &release::Model),
    verdicts: &[News],
) -> Result<u64, Error> {
    let Some(released_at) = release.released_at else { return Ok(0) };
    let ends_at = watch::ends_at(&row, released_at);
    let organization = work.lease.organization;
    let caused = watch::caused_by(work.store, organization, release.id).await?;
    let mut sent = 0;
    for incident in &caused {
        sent += notification::watched_incident(tx, watch::watcher(&row), release.id, *incident).await?;
    }
    if work.now < ends_at {
        return Ok(sent);
    }
    let between = (released_at, ends_at);
    let began = watch::incidents_between(work.store, organization, release.product_id, between).await?;
    // Those of the watch: incidents that came later are of no watch.
    let caused = caused.iter().filter(|id| began.contains(id)).count() as u64;
    let of = |worse: bool| {
        let found = verdicts.iter().filter(|one| one.worse == worse && one.feature.some().is_some());
        found.map(|one| one.feature.public()).collect()
    };
    let summary = Summary { incidents: began.len() as u64, caused, worse: of(true), better: of(false) };
    let watcher = watch::watcher(&row);
    watch::conclude(tx, row, &summary).await?;
    Ok(sent + notification::watch_concluded(tx, watcher, release.id).await?)
}
