//! Writing scheduled reports, and delivering them.

use ballroom_entity::{
    id::ScheduleId, job, schedule::Model, stored_report::ReportKind, webhook_delivery::DeliveryState,
};
use ballroom_render::{Format, model::Audience};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    Kind,
    kind::{Done, Work},
    lease,
    run::{chance, pause},
};
use crate::{
    base::{
        error::{Error, with_causes},
        reference::PublicId,
    },
    deliver::report::Failure,
    domain::{schedule, stored_report, token},
    report::{self, Asked, Reader, Which},
    score::Period,
    store::Dimensions,
    words::counted,
};

/// Number of deliveries at a time.
const CONCURRENT: usize = 8;

/// Number of attempts before a delivery is given up: with pauses up to an hour, about four hours.
const ATTEMPTS: i32 = 10;

/// Writes the report of a schedule, if one of its times has passed.
pub(super) async fn write(work: &Work<'_>, id: ScheduleId) -> Result<Done, Error> {
    let organization = work.lease.organization;
    let nothing = |message: &str| Done { items: 0, message: message.to_owned() };
    let Some(row) = schedule::of_job(work.store, organization, id).await? else {
        return Ok(nothing("the schedule was deleted"));
    };
    let Some(through) = schedule::pending(work.store.reader(), &row, work.now).await? else {
        return Ok(nothing("nothing was due"));
    };
    let audience = audience(&row)?;
    let reader = Reader::of(&token::operator(organization), Some(audience), None)?;
    let dimensions = work.store.dimensions(organization).await?;
    let asked = asked(&dimensions, &row, work.now)?;
    let report = report::build(work.store, work.scores, &reader, &asked, work.now).await?;
    let new = report::to_store(&report, &dimensions);
    let mut tx = work.store.begin(organization, work.now).await?;
    let kept = stored_report::create_in(&mut tx, new).await?;
    let count = schedule::done(tx.db(), &row, kept.id, through, work.now).await?;
    lease::bring_forward(work.now)
        .filter(job::Column::OrganizationId.eq(organization))
        .filter(job::Column::Name.eq(Kind::DeliverReports.name()))
        .exec(tx.db())
        .await?;
    work.lease.hold(tx.db()).await?;
    tx.commit().await?;
    let to = match count {
        0 => "stored".to_owned(),
        _ => format!("stored, for {}", counted(count as u64, "destination")),
    };
    Ok(Done { items: 1, message: format!("\"{}\" {to}", report.title) })
}

/// The audience of a schedule.
pub fn audience(row: &Model) -> Result<Audience, Error> {
    let known = Audience::ALL.into_iter().find(|audience| audience_name(*audience) == row.audience);
    known.ok_or_else(|| Error::internal("a schedule has an unknown audience", &*row.audience))
}

/// The stored name of an audience.
pub fn audience_name(audience: Audience) -> &'static str {
    match audience {
        Audience::Product => "product",
        Audience::Development => "development",
        Audience::Operations => "operations",
        Audience::Security => "security",
        Audience::Business => "business",
        Audience::Support => "support",
    }
}

/// The format that a schedule sends.
pub fn format(row: &Model) -> Result<Format, Error> {
    row.format.parse().map_err(|reason: String| Error::internal("a schedule has an unknown format", &*reason))
}

/// The report that a schedule is about.
fn asked(dimensions: &Dimensions, row: &Model, now: DateTime<Utc>) -> Result<Asked, Error> {
    let product = row.product_id.map(|product| product.public());
    let period = Some(Period::last(row.days.unsigned_abs().into(), yesterday(row, now)));
    Ok(match row.report {
        ReportKind::Iteration => Asked::Iteration { product, iteration: Which::Last, as_of: None },
        ReportKind::Value => Asked::Value {
            product: product.unwrap_or_default(),
            period,
            release: None,
            segment: None,
            against: None,
            as_of: None,
        },
        ReportKind::Release => {
            let today = now.date_naive();
            let newest = row.product_id.and_then(|product| dimensions.live_on(product, today));
            let newest =
                newest.ok_or_else(|| Error::unfit("report", "there is no release of the product yet"))?;
            Asked::Release { product: product.unwrap_or_default(), release: newest.id.public(), as_of: None }
        }
        ReportKind::Overview => Asked::Overview { period, as_of: None },
        ReportKind::Security => Asked::Security { period, as_of: None },
    })
}

/// The last day that is over in the time zone of a schedule.
fn yesterday(row: &Model, now: DateTime<Utc>) -> chrono::NaiveDate {
    let zone: chrono_tz::Tz = row.time_zone.parse().unwrap_or(chrono_tz::UTC);
    now.with_timezone(&zone).date_naive() - TimeDelta::days(1)
}

/// Attempts the deliveries that are due.
pub(super) async fn deliver(work: &Work<'_>) -> Result<Done, Error> {
    let organization = work.lease.organization;
    let Some(sender) = work.sender else {
        return Ok(Done { items: 0, message: "this process sends no reports".to_owned() });
    };
    let due = schedule::due(work.store, organization, work.now).await?;
    let results: Vec<_> = stream::iter(due)
        .map(|delivering| async move {
            let sent = match stored_report::of_id(work.store, organization, delivering.row.report_id).await? {
                Some(row) => sender.send(&delivering, &report::read(&row)?).await,
                None => Err(Failure::permanent("the report was deleted")),
            };
            let attempt = delivering.row.attempts + 1;
            let end = sent.map_err(|failure| {
                let last = failure.is_permanent || attempt >= ATTEMPTS;
                let pause = (!last).then(|| pause(work.settings.pause, attempt.unsigned_abs(), chance()));
                (failure.reason, pause)
            });
            schedule::recorded(work.store, work.lease, &delivering.row, end, work.now).await
        })
        .buffer_unordered(CONCURRENT)
        .collect()
        .await;
    let mut counts = [0_u64; 3];
    for result in results {
        match result {
            Ok(DeliveryState::Delivered) => counts[0] += 1,
            Ok(DeliveryState::Pending) => counts[1] += 1,
            Ok(DeliveryState::Dead) => counts[2] += 1,
            Err(error) => {
                counts[1] += 1;
                tracing::error!(error = with_causes(&error), "cannot record the delivery of a report");
            }
        }
    }
    if let Some(next) = schedule::next_due(work.store, organization).await? {
        let tx = work.store.aside().await?;
        lease::bring_forward(next).filter(work.lease.row()).exec(&tx.tx).await?;
        tx.commit().await?;
    }
    let [delivered, again, dead] = counts;
    let message = match counts {
        [0, 0, 0] => "nothing was due".to_owned(),
        _ => format!("delivered {delivered}, failed and to be attempted again {again}, given up {dead}"),
    };
    Ok(Done { items: delivered, message })
}
