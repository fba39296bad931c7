//! The kinds of jobs: their names, schedules and work.

use ballroom_entity::id::{OrganizationId, ScheduleId};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Settings, digest, follow_up, prune, report};
use crate::{
    base::{error::Error, reference::PublicId},
    deliver::report::Sender,
    domain::{cause, schedule, token},
    score::{Scores, parameters},
    store::{Lease, Store},
    transaction::{ATTRIBUTE_INCIDENTS, FOLLOW_UP},
    words::counted,
};

/// Time of day, in UTC, of nightly jobs that do not depend on a time zone: low traffic in Europe and the Americas.
const NIGHT: NaiveTime = NaiveTime::from_hms_opt(3, 0, 0).expect("a time of day");

/// Time of day, in UTC, at which digests are sent: before people begin to work in Europe.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(6, 0, 0).expect("a time of day");

/// A kind of job. Each organization has one job of each kind, and one for each of its schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Computes the parameters of scores for the days that are over.
    ScoreParameters,
    /// Computes which releases incidents may come from.
    AttributeIncidents,
    /// Tells customers and members what is new.
    FollowUp,
    /// Deletes expired events from the outbox.
    PruneOutbox,
    /// Deletes expired runs from the history.
    PruneHistory,
    /// Sends reports to their destinations.
    DeliverReports,
    /// Sends the digests of notifications.
    SendDigests,
    /// Writes the report of a schedule.
    Schedule(ScheduleId),
}

/// The context of a run.
pub(super) struct Work<'a> {
    /// The database.
    pub(super) store: &'a Store,
    /// The scores.
    pub(super) scores: &'a Scores,
    /// The settings of jobs.
    pub(super) settings: &'a Settings,
    /// What sends reports; none: this process does not.
    pub(super) sender: Option<&'a Sender>,
    /// The lease under which it writes.
    pub(super) lease: &'a Lease,
    /// Start time.
    pub(super) now: DateTime<Utc>,
}

/// The result of a run.
pub(super) struct Done {
    /// Number of items written or deleted.
    pub(super) items: u64,
    /// Description of the result.
    pub(super) message: String,
}

impl Kind {
    /// All kinds of which each organization has one.
    pub const ALL: [Self; 7] = [
        Self::ScoreParameters,
        Self::AttributeIncidents,
        Self::FollowUp,
        Self::PruneOutbox,
        Self::PruneHistory,
        Self::DeliverReports,
        Self::SendDigests,
    ];

    /// Its name, in the database and on the command line.
    pub fn name(self) -> String {
        match self {
            Self::ScoreParameters => "score-parameters".to_owned(),
            Self::AttributeIncidents => ATTRIBUTE_INCIDENTS.to_owned(),
            Self::FollowUp => FOLLOW_UP.to_owned(),
            Self::PruneOutbox => "prune-outbox".to_owned(),
            Self::PruneHistory => "prune-history".to_owned(),
            Self::DeliverReports => "deliver-reports".to_owned(),
            Self::SendDigests => "send-digests".to_owned(),
            Self::Schedule(id) => schedule::job_name(id),
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        let fixed = Self::ALL.into_iter().find(|kind| kind.name() == name);
        fixed.or_else(|| ScheduleId::parse(name).map(Self::Schedule))
    }

    /// Its next regular time.
    pub(super) async fn next(
        self,
        store: &Store,
        organization: OrganizationId,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Error> {
        match self {
            Self::ScoreParameters => Ok(parameters::next_night(&*store.dimensions(organization).await?, now)),
            Self::FollowUp => Ok(next_hour(now)),
            // Whatever makes a delivery due brings it forward.
            Self::AttributeIncidents | Self::PruneOutbox | Self::PruneHistory | Self::DeliverReports => {
                Ok(next_daily(NIGHT, now))
            }
            Self::SendDigests => Ok(next_daily(MORNING, now)),
            Self::Schedule(id) => schedule::next_of_job(store, organization, id, now).await,
        }
    }

    /// Runs it.
    pub(super) async fn run(self, work: &Work<'_>) -> Result<Done, Error> {
        match self {
            Self::ScoreParameters => score_parameters(work).await,
            Self::AttributeIncidents => attribute_incidents(work).await,
            Self::FollowUp => follow_up::run(work).await,
            Self::PruneOutbox => prune::events(work).await,
            Self::PruneHistory => prune::runs(work).await,
            Self::DeliverReports => report::deliver(work).await,
            Self::SendDigests => digest::run(work).await,
            Self::Schedule(id) => report::write(work, id).await,
        }
    }
}

async fn score_parameters(work: &Work<'_>) -> Result<Done, Error> {
    let by = token::operator(work.lease.organization).manages()?;
    let days = parameters::catch_up(work.store, work.scores, by, Some(work.lease), work.now).await?;
    let message = match (days.first(), days.last()) {
        (Some(first), Some(last)) => {
            format!(
                "computed the parameters of {}, {first} through {last}",
                counted(days.len() as u64, "day")
            )
        }
        _ => "no parameters were missing, or no day has responses".to_owned(),
    };
    Ok(Done { items: days.len() as u64, message })
}

async fn attribute_incidents(work: &Work<'_>) -> Result<Done, Error> {
    let by = token::operator(work.lease.organization).contributes()?;
    let items = cause::refresh(work.store, by, Some(work.lease), work.now).await?;
    Ok(Done { items, message: format!("the possible causes of {} changed", counted(items, "incident")) })
}

/// The next full hour.
fn next_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    let past = TimeDelta::seconds(now.timestamp().rem_euclid(3_600));
    chrono::SubsecRound::trunc_subsecs(now, 0) - past + TimeDelta::hours(1)
}

/// The next time with this time of day, in UTC.
fn next_daily(at: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.date_naive().and_time(at).and_utc();
    if today > now { today } else { today + TimeDelta::days(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_name_only() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(&kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("prune"), None);
    }

    #[test]
    fn a_daily_job_runs_at_its_next_time_of_day() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, next) in [
            ("2026-03-01T02:59:59Z", "2026-03-01T03:00:00Z"),
            ("2026-03-01T03:00:00Z", "2026-03-02T03:00:00Z"),
            ("2026-03-31T23:00:00Z", "2026-04-01T03:00:00Z"),
        ] {
            assert_eq!(next_daily(NIGHT, at(now)), at(next), "{now}");
        }
    }
}
