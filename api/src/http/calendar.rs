//! The calendar for calendar programs, in the format iCalendar (RFC 5545), at secret addresses.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use ballroom_entity::announcement::AnnouncementKind;
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use icalendar::{Calendar, Class, Component, Event, EventLike, EventStatus};

use super::{
    State,
    auth::{self, AuthError},
    page,
};
use crate::{
    base::reference::PublicId,
    clock,
    domain::calendar::{
        Entry,
        feed::{self, Shown},
    },
    store::Dimensions,
};

/// How often programs should read it again.
const REFRESH: &str = "PT1H";

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/calendar/{secret}.ics")
            .route(page::read().to(show))
            .default_service(web::to(page::method_not_allowed)),
    );
}

async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let secret = request.match_info().get("secret").unwrap_or_default().to_owned();
    let (store, address) = (state.services.store.clone(), state.settings.public_url.clone());
    let failed = |error| AuthError::from_error(&error);
    let found = auth::on_main(&state, async move {
        let Some(shown) = feed::read(&store, &secret, clock::now()).await.map_err(failed)? else {
            return Ok(None);
        };
        let dimensions = store.dimensions(shown.feed.organization_id).await.map_err(failed)?;
        Ok(Some(text(&shown, &dimensions, &address)))
    });
    let mut answer = match found.await {
        Ok(Some(text)) => HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(text),
        Ok(None) => super::not_found().await,
        Err(_) => HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .body("The calendar is not available now; try again later.\n"),
    };
    let headers = answer.headers_mut();
    // The address is a secret, and so is what it shows.
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, max-age=300"));
    headers.insert(header::REFERRER_POLICY, header::HeaderValue::from_static("no-referrer"));
    answer
}

fn text(shown: &Shown, dimensions: &Dimensions, address: &str) -> String {
    let mut calendar = Calendar::new();
    calendar.name(&shown.feed.name);
    calendar
        .append_property(("REFRESH-INTERVAL;VALUE=DURATION", REFRESH))
        .append_property(("X-PUBLISHED-TTL", REFRESH));
    for (place, entry) in shown.calendar.entries.iter().enumerate() {
        let conflicting = shown.calendar.conflicts.iter().filter(|one| one.entries.contains(&place));
        let others = conflicting.filter_map(|one| {
            let other = if one.entries[0] == place { one.entries[1] } else { one.entries[0] };
            shown.calendar.entries.get(other).map(|other| other.title.as_str())
        });
        calendar.push(event(entry, &others.collect::<Vec<_>>(), dimensions, address));
    }
    calendar.to_string()
}

fn event(entry: &Entry, conflicts: &[&str], dimensions: &Dimensions, address: &str) -> Event {
    let product = dimensions.products.get(&entry.product);
    let (what, id, at) = subject(entry, dimensions);
    let kind = match entry.kind {
        AnnouncementKind::Release => "Release",
        AnnouncementKind::Deployment => "Deployment",
        AnnouncementKind::Maintenance => "Maintenance",
        AnnouncementKind::Freeze => "Freeze",
    };
    let name = product.map_or("", |product| product.name.as_str());
    let mut event = Event::with_uid(&format!("{what}-{id}@ballroom"));
    event
        .summary(&format!("{kind}: {} ({name})", entry.title))
        .add_property("CATEGORIES", kind)
        .class(Class::Private);
    event.timestamp(at).status(if entry.done { EventStatus::Confirmed } else { EventStatus::Tentative });
    let zone = product.and_then(|product| product.time_zone.parse().ok()).unwrap_or(Tz::UTC);
    match days(entry, zone) {
        Some((first, end)) => event.starts(first).ends(end),
        None => event.starts(entry.from).ends(entry.until),
    };
    let mut features: Vec<&str> = entry
        .features
        .iter()
        .filter_map(|id| dimensions.features.get(id))
        .map(|row| row.name.as_str())
        .collect();
    features.sort_unstable();
    let mut about = vec![match features.as_slice() {
        [] => "Affects the product as a whole.".to_owned(),
        features => format!("Affects: {}.", features.join(", ")),
    }];
    about.extend((!conflicts.is_empty()).then(|| format!("Overlaps with: {}.", conflicts.join("; "))));
    event.description(&about.join("\n"));
    if let (Some(product), Some(announcement)) = (product, &entry.announcement) {
        event.url(&format!("{address}/p/{}/announcements/{}", product.key, announcement.id.public()));
    }
    event.done()
}

/// What an entry is about, its ID, and when that last changed: the same entry has the same identity in every version of the feed.
fn subject(entry: &Entry, dimensions: &Dimensions) -> (&'static str, String, DateTime<Utc>) {
    if let Some(row) = &entry.announcement {
        return ("announcement", row.id.0.to_string(), row.updated_at);
    }
    if let Some(row) = &entry.deployment {
        return ("deployment", row.id.0.to_string(), row.updated_at);
    }
    let release = entry.release.and_then(|id| dimensions.releases.get(&id));
    let (id, at) = release.map_or((entry.product.0, entry.from), |row| (row.id.0, row.updated_at));
    ("release", id.to_string(), at)
}

/// The days of an entry that lasts whole days in the time zone of its product.
fn days(entry: &Entry, zone: Tz) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
    let [from, until] = [entry.from, entry.until].map(|at| at.with_timezone(&zone));
    let whole = [from, until].iter().all(|at| at.time() == NaiveTime::MIN) && from < until;
    whole.then(|| (from.date_naive(), until.date_naive()))
}
