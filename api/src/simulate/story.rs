//! The people of a planted world, and what they told each other: an announced and an unannounced release, a known error with its fix,
//! acknowledgements, and watches that conclude.

use ballroom_entity::{
    announcement::AnnouncementKind,
    api_token::Role,
    id::{FeedbackId, IncidentId},
    release_feature::FeatureChange,
};
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::{
    World,
    catalog::{BRINGS_WHITEBOARD, EXPORT, HURTS},
};
use crate::{
    base::{actor::Actor, error::Error},
    domain::{
        access::Viewer,
        announcement::{self, AnnouncementChanges, NewAnnouncement, Planned},
        article::{self, ArticleChanges, NewArticle},
        feedback, follow_up, incident,
        known_error::{self, KnownErrorChanges, Links, NewKnownError},
        member::{self, NewMember},
        release::{self, NewRelease, TouchedFeature},
        watch,
    },
    store::Store,
};

/// The source under which it is filed.
const SOURCE: &str = "simulation";

/// The release that is to fix the export.
const FIXES: &str = "5.3.1";

/// What happened, in sentences.
pub struct Narration(pub Vec<String>);

/// Lets people tell each other what happens in a planted world. Each thing has its time in that year.
pub async fn tell(
    store: &Store,
    viewer: &Viewer,
    world: &World,
    now: DateTime<Utc>,
) -> Result<Narration, Error> {
    let by = viewer.manages()?;
    let product = world.product.key.to_owned();
    let people = [
        ("Dora Lindqvist", "dora", Role::Development, Some("Output")),
        ("Omar Haddad", "omar", Role::Operations, None),
        ("Sue Park", "sue", Role::Support, None),
        ("Sam Okafor", "sam", Role::Support, None),
        ("Pat Weiss", "pat", Role::Product, None),
    ];
    let mut members = Vec::new();
    for (name, key, role, team) in people {
        let new = NewMember {
            email: format!("{key}@atelier.example"),
            name: Some(name.to_owned()),
            roles: Some(vec![role]),
            teams: team.map(|team| vec![team.to_owned()]),
            ..NewMember::default()
        };
        members.push(member::create(store, viewer.administers()?, new, now).await?.0);
    }
    let released_at = |version: &str| {
        let found = world.releases.iter().find(|release| release.version == version);
        found.map_or(now, |release| release.released_at)
    };

    // The announced release: support has read of it before customers meet it.
    let (shipped, days) = (released_at(BRINGS_WHITEBOARD), |days: i64| TimeDelta::days(days));
    let new = NewAnnouncement {
        product: product.clone(),
        kind: AnnouncementKind::Release,
        title: "Whiteboards for everybody".to_owned(),
        planned: Planned { from: shipped, until: None },
        details: AnnouncementChanges {
            release: Some(Some(BRINGS_WHITEBOARD.to_owned())),
            changes: Some(Some("A new kind of page, the whiteboard. Comments load more quickly.".to_owned())),
            talking_points: Some(Some("It is included in all plans. It cannot be exported yet.".to_owned())),
            workaround: Some(Some("Copy a whiteboard to a page to export it.".to_owned())),
            rollback: Some(Some("Switch off the flag `whiteboard`.".to_owned())),
            contact_member: Some(Some("dora@atelier.example".to_owned())),
            ..AnnouncementChanges::default()
        },
        source: None,
        external_id: None,
    };
    let (told, _) = announcement::create(store, by.into(), SOURCE, new, shipped - days(8)).await?;
    announcement::publish(store, by.into(), told.id, shipped - days(6)).await?;
    for (row, before) in members
        .iter()
        .filter(|row| row.email.as_deref().is_some_and(|email| email.starts_with('s')))
        .zip([5, 2])
    {
        let reader = viewer.clone().acting(Actor::CommandLine, Some(row.id)).acknowledges()?;
        announcement::acknowledge(store, reader, told.id, None, shipped - days(before)).await?;
    }
    announcement::conclude(store, by.into(), told.id, Some("Live for everybody."), shipped + days(1)).await?;

    // The unannounced one breaks the export. Dora watches both.
    let broken = released_at(HURTS);
    let dimensions = store.dimensions(by.organization()).await?;
    let id = dimensions.product("product", &product)?.id;
    for version in [BRINGS_WHITEBOARD, HURTS] {
        let release = dimensions.release(id, "release", version)?;
        watch::name(store, by.into(), release.id, "dora@atelier.example", None, released_at(version)).await?;
    }
    let fix = NewRelease {
        product: product.clone(),
        version: FIXES.to_owned(),
        title: Some("Export, mended".to_owned()),
        previous: Some(HURTS.to_owned()),
        planned_for: Some(now.date_naive() + Days::new(3)),
        features: vec![TouchedFeature { feature: EXPORT.to_owned(), change: FeatureChange::Fixed }],
        ..NewRelease::default()
    };
    release::plan(store, by.into(), fix, broken + days(20)).await?;
    let new = NewKnownError {
        product: product.clone(),
        title: "Export hangs, and PDFs lack fonts".to_owned(),
        details: KnownErrorChanges {
            symptom: Some(Some("Since the update the export hangs on the last page, or the PDF comes out with missing fonts.".to_owned())),
            cause: Some(Some("The new export engine loads fonts one after another, and gives up after a minute.".to_owned())),
            workaround: Some(Some("Export pages one by one, or use the classic export in the settings.".to_owned())),
            features: Some(vec![EXPORT.to_owned()]),
            introduced_in: Some(Some(HURTS.to_owned())),
            fixed_in: Some(vec![FIXES.to_owned()]),
            is_public: Some(true),
            ..KnownErrorChanges::default()
        },
        source: None,
        external_id: None,
    };
    let at = broken + days(5);
    let (known, _) = known_error::create(store, by.into(), SOURCE, new, at).await?;
    let incidents = caused(store, viewer, world).await?;
    let feedback = complaints(store, viewer, world, broken).await?;
    let (hurt, said) = (incidents.len(), feedback.len());
    let first = feedback.first().copied();
    known_error::link(store, by.into(), known.id, &Links { incidents, feedback }, at + days(9)).await?;
    if let Some(first) = first {
        let text =
            "Thank you for telling us. Until 5.3.1 the classic export works: Settings, Export, Classic.";
        follow_up::reply(store, by.into(), first, text, at + days(9)).await?;
    }
    let new = NewArticle {
        product: product.clone(),
        title: "When the export hangs".to_owned(),
        details: ArticleChanges {
            body: Some(Some(
                "Open Settings, then Export, and choose Classic. Large boards can be exported page by page."
                    .to_owned(),
            )),
            features: Some(vec![EXPORT.to_owned()]),
            known_errors: Some(vec![known.id]),
            ..ArticleChanges::default()
        },
        source: None,
        external_id: None,
    };
    let (help, _) = article::create(store, by.into(), SOURCE, new, at + days(1)).await?;
    article::publish(store, by.into(), help.id, at + days(2)).await?;
    Ok(Narration(vec![
        format!(
            "{BRINGS_WHITEBOARD} was announced 6 days before it shipped, and acknowledged by all of support"
        ),
        format!("{HURTS} was not announced: its incidents were surprises"),
        format!(
            "a known error of Export, introduced in {HURTS}, with a workaround and an article; {hurt} incidents and {said} \
             responses report it; {FIXES} is to fix it"
        ),
        "Dora Lindqvist watched both releases, for 14 days each".to_owned(),
    ]))
}

/// Some incidents that the release that hurts caused.
async fn caused(store: &Store, viewer: &Viewer, world: &World) -> Result<Vec<IncidentId>, Error> {
    let mut ids = Vec::new();
    for one in world.incidents.iter().filter(|one| world.caused.contains(&one.external_id)).take(12) {
        ids.push(incident::find_external(store, viewer.reads()?, &one.external_id, Some(SOURCE)).await?.id);
    }
    Ok(ids)
}

/// Some responses that complain of the export.
async fn complaints(
    store: &Store,
    viewer: &Viewer,
    world: &World,
    since: DateTime<Utc>,
) -> Result<Vec<FeedbackId>, Error> {
    let complains =
        |comment: &Option<String>| comment.as_deref().is_some_and(|said| said.contains("export hangs"));
    let answers = world.answers.iter().filter(|one| one.occurred_at >= since && one.customer.is_some());
    let mut ids = Vec::new();
    for one in answers.filter(|one| complains(&one.comment)).take(40) {
        ids.push(feedback::find_external(store, viewer.reads()?, &one.external_id, Some(SOURCE)).await?.id);
    }
    Ok(ids)
}
