//! When a schedule runs: by a cron expression in a time zone, or when an iteration ends.

use ballroom_entity::{
    id::{OrganizationId, ProductId},
    iteration, product,
    schedule::Model,
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

use crate::{
    base::error::Error,
    domain::{calendar::midnight, check},
};

/// Stands for "no time": what has it never becomes due. Both databases can store it.
pub(super) fn never() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(9_000, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
}

/// A cron expression: minute, hour, day of month, month, day of week.
pub(super) fn cron(field: &str, text: &str) -> Result<Cron, Error> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(text.trim()).map_err(|error| {
        let reason = format!(
            "\"{text}\" is not a cron expression ({error}); send five fields (minute, hour, day of month, month, day of week), \
             such as \"0 7 * * MON\" for Mondays at seven"
        );
        Error::invalid(field, reason)
    })
}

/// The times of a schedule around a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The latest one that is not after it.
    pub last: Option<DateTime<Utc>>,
    /// The first one after it.
    pub next: Option<DateTime<Utc>>,
}

/// The times of a cron expression around a moment. A time that the clocks skip is the first moment after the gap; one that
/// they show twice is its first occurrence.
pub(super) fn around(cron: &Cron, zone: Tz, at: DateTime<Utc>) -> Times {
    let local = at.with_timezone(&zone);
    let next = cron.find_next_occurrence(&local, false).ok();
    let last = cron.find_previous_occurrence(&local, true).ok();
    Times { last: last.map(|time| time.to_utc()), next: next.map(|time| time.to_utc()) }
}

/// The times of a schedule around a moment.
pub async fn times(db: &impl ConnectionTrait, schedule: &Model, at: DateTime<Utc>) -> Result<Times, Error> {
    match &schedule.cron {
        Some(text) => {
            Ok(around(&cron("cron", text)?, check::time_zone("timeZone", &schedule.time_zone)?, at))
        }
        None => match schedule.product_id {
            Some(product) => ends(db, schedule.organization_id, product, at).await,
            None => Ok(Times { last: None, next: None }),
        },
    }
}

/// The ends of the iterations of a product around a moment. The days of an iteration are those of the product.
async fn ends(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    id: ProductId,
    at: DateTime<Utc>,
) -> Result<Times, Error> {
    use iteration::Column;
    let of = product::Entity::owned_by(organization).filter(product::Column::Id.eq(id)).one(db).await?;
    let zone: Tz = of.and_then(|product| product.time_zone.parse().ok()).unwrap_or(chrono_tz::UTC);
    let today = at.with_timezone(&zone).date_naive();
    let iterations = || iteration::Entity::owned_by(organization).filter(Column::ProductId.eq(id));
    let last = iterations().filter(Column::EndsBefore.lte(today)).order_by_desc(Column::EndsBefore);
    let next = iterations().filter(Column::EndsBefore.gt(today)).order_by_asc(Column::EndsBefore);
    let (last, next) = (last.one(db).await?, next.one(db).await?);
    Ok(Times {
        last: last.map(|row| midnight(zone, row.ends_before)),
        next: next.map(|row| midnight(zone, row.ends_before)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times_of(text: &str, zone: &str, at: &str) -> (String, String) {
        let times = around(&cron("cron", text).unwrap(), zone.parse().unwrap(), at.parse().unwrap());
        let shown = |time: Option<DateTime<Utc>>| {
            time.map_or_else(String::new, |time| time.format("%m-%d %H:%M").to_string())
        };
        (shown(times.last), shown(times.next))
    }

    #[test]
    fn a_time_is_on_the_clock_of_its_zone() {
        let weekly = |at| times_of("0 7 * * MON", "Europe/Berlin", at);
        assert_eq!(weekly("2026-03-23T05:59:59Z"), ("03-16 06:00".to_owned(), "03-23 06:00".to_owned()));
        assert_eq!(weekly("2026-03-23T06:00:00Z"), ("03-23 06:00".to_owned(), "03-30 05:00".to_owned()));
        assert_eq!(times_of("0 9 L * *", "UTC", "2026-02-10T00:00:00Z").1, "02-28 09:00");
    }

    #[test]
    fn a_change_of_the_clocks_neither_skips_a_run_nor_doubles_it() {
        // On 29 March, Berlin has no half past two; on 25 October it has two.
        let daily = |at: &str| times_of("30 2 * * *", "Europe/Berlin", at);
        let mut at: DateTime<Utc> = "2026-03-27T12:00:00Z".parse().unwrap();
        let mut runs = Vec::new();
        for _ in 0..4 {
            let times = around(&cron("cron", "30 2 * * *").unwrap(), chrono_tz::Europe::Berlin, at);
            at = times.next.unwrap();
            runs.push(at.format("%m-%d").to_string());
        }
        assert_eq!(runs, ["03-28", "03-29", "03-30", "03-31"]);
        let (_, next) = daily("2026-10-24T12:00:00Z");
        assert_eq!(next, "10-25 00:30");
        let (last, next) = daily("2026-10-25T01:45:00Z");
        assert_eq!((last.as_str(), next.as_str()), ("10-25 00:30", "10-26 01:30"));
        // After the gap, the run of that day is the last one.
        let (last, _) = daily("2026-03-29T12:00:00Z");
        assert!(last.starts_with("03-29"), "{last}");
    }

    #[test]
    fn an_expression_that_is_none_is_refused_with_an_example() {
        for text in ["", "0 7 * *", "0 0 7 * * MON", "61 * * * *", "every day", "0 7 * * MON 2026"] {
            let refused = cron("cron", text).map(|_| ()).unwrap_err().to_string();
            assert!(refused.starts_with("cron: ") && refused.contains("0 7 * * MON"), "{refused}");
        }
    }
}
