//! Announcements: mutations.

use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object};
use ballroom_entity::id::AnnouncementId;

use super::{Acknowledgement, Announcement, AnnouncementKind, moves::PlannedTimeInput};
use crate::{
    domain::announcement::{self as domain, AnnouncementChanges, NewAnnouncement},
    graphql::{
        ContextExt,
        customer::Customer,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{Reference, parse, sent_texts},
        token::Role,
    },
};

/// Decision of a person about a customer of an announcement.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::announcement_customer::CustomerDecision")]
enum AnnouncementCustomerDecision {
    /// The customer is affected.
    Added,
    /// The customer is not affected.
    Excluded,
    /// The customer is affected, and must not be notified.
    DoNotNotify,
}

/// Input of `createAnnouncement`.
#[derive(InputObject)]
struct CreateAnnouncementInput {
    /// ID or key of the product that changes.
    product: Reference,
    /// What is announced.
    kind: AnnouncementKind,
    /// Summary in one line.
    title: String,
    /// Planned time.
    planned: PlannedTimeInput,
    /// ID or version of the release. Required for the kind RELEASE; must be omitted for MAINTENANCE and FREEZE.
    release: MaybeUndefined<Reference>,
    /// Affected features, by ID or key; null or empty: those that the release touches, or the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// What customers will notice. Required for publication, except for the kind FREEZE.
    changes: MaybeUndefined<String>,
    /// What support can say about it.
    talking_points: MaybeUndefined<String>,
    /// What customers can do meanwhile.
    workaround: MaybeUndefined<String>,
    /// How to undo the change.
    rollback: MaybeUndefined<String>,
    /// ID or email address of the member to call.
    contact_member: MaybeUndefined<Reference>,
    /// ID or key of the team to call.
    contact_team: MaybeUndefined<Reference>,
    /// Roles that it is for; SUPPORT by default. With CUSTOMER, affected customers are notified.
    audiences: MaybeUndefined<Vec<Role>>,
    /// Source system; the name of the token by default.
    source: Option<String>,
    /// ID in the source system. The same ID again updates the announcement.
    external_id: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateAnnouncement`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateAnnouncementInput {
    /// ID of the announcement.
    announcement: Reference,
    /// New summary in one line.
    title: MaybeUndefined<String>,
    /// New planned time of a draft. For a published announcement, use `rescheduleAnnouncement`.
    planned: MaybeUndefined<PlannedTimeInput>,
    /// New release, by ID or version; null removes it.
    release: MaybeUndefined<Reference>,
    /// New list of affected features, by ID or key; null or empty: those that the release touches, or the product as a
    /// whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// New text on what customers will notice; null removes it.
    changes: MaybeUndefined<String>,
    /// New text on what support can say about it; null removes it.
    talking_points: MaybeUndefined<String>,
    /// New text on what customers can do meanwhile; null removes it.
    workaround: MaybeUndefined<String>,
    /// New text on how to undo the change; null removes it.
    rollback: MaybeUndefined<String>,
    /// New member to call, by ID or email address; null removes it.
    contact_member: MaybeUndefined<Reference>,
    /// New team to call, by ID or key; null removes it.
    contact_team: MaybeUndefined<Reference>,
    /// New roles that it is for.
    audiences: MaybeUndefined<Vec<Role>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `publishAnnouncement`.
#[derive(InputObject)]
struct PublishAnnouncementInput {
    /// ID of the announcement.
    announcement: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `rescheduleAnnouncement`.
#[derive(InputObject)]
struct RescheduleAnnouncementInput {
    /// ID of the announcement.
    announcement: Reference,
    /// New planned time.
    planned: PlannedTimeInput,
    /// Reason.
    reason: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `concludeAnnouncement`.
#[derive(InputObject)]
struct ConcludeAnnouncementInput {
    /// ID of the announcement.
    announcement: Reference,
    /// Outcome of the change.
    outcome: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `cancelAnnouncement`.
#[derive(InputObject)]
struct CancelAnnouncementInput {
    /// ID of the announcement.
    announcement: Reference,
    /// Reason.
    reason: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `acknowledgeAnnouncement`.
#[derive(InputObject)]
struct AcknowledgeAnnouncementInput {
    /// ID of the announcement.
    announcement: Reference,
    /// Remark.
    note: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `setAnnouncementCustomers`.
#[derive(InputObject)]
struct SetAnnouncementCustomersInput {
    /// ID of the announcement.
    announcement: Reference,
    /// Customers, at most 10,000, by ID or key.
    customers: Vec<Reference>,
    /// Decision about these customers; null withdraws an earlier one.
    decision: Option<AnnouncementCustomerDecision>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createAnnouncement`.
    CreateAnnouncementPayload {
        /// The announcement.
        announcement: Announcement,
        /// Outcome of the submission.
        outcome: Outcome,
    }

    /// Result of the mutations that change an announcement.
    AnnouncementPayload {
        /// The announcement.
        announcement: Announcement,
    }

    /// Result of `acknowledgeAnnouncement`.
    AcknowledgeAnnouncementPayload {
        /// The announcement.
        announcement: Announcement,
        /// The acknowledgement of its current edition.
        acknowledgement: Acknowledgement,
        /// Outcome of the submission.
        outcome: Outcome,
    }

    /// Result of `setAnnouncementCustomers`.
    SetAnnouncementCustomersPayload {
        /// The announcement.
        announcement: Announcement,
        /// Customers about whom another decision was recorded before, by key.
        changed_customers: Vec<Customer>,
    }
}

/// The text of a reference that can be removed.
fn text(reference: MaybeUndefined<Reference>) -> Option<Option<String>> {
    given(reference).map(|reference| reference.map(|reference| reference.0))
}

fn roles(given: Vec<Role>) -> Vec<ballroom_entity::api_token::Role> {
    given.into_iter().map(Into::into).collect()
}

fn announcement(given: &Reference) -> Result<AnnouncementId, Fault> {
    parse("announcement", &given.0)
}

#[derive(Default)]
pub(in crate::graphql) struct AnnouncementMutation;

#[Object]
impl AnnouncementMutation {
    /// Creates a draft of an announcement, or updates the one with this external ID.
    async fn create_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateAnnouncementInput,
    ) -> Result<CreateAnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let new = NewAnnouncement {
                product: input.product.0,
                kind: input.kind.into(),
                title: input.title,
                planned: input.planned.into(),
                details: AnnouncementChanges {
                    release: text(input.release),
                    features: sent_texts(input.features),
                    changes: given(input.changes),
                    talking_points: given(input.talking_points),
                    workaround: given(input.workaround),
                    rollback: given(input.rollback),
                    contact_member: text(input.contact_member),
                    contact_team: text(input.contact_team),
                    audiences: kept("audiences", input.audiences)?.map(roles),
                    ..AnnouncementChanges::default()
                },
                source: input.source,
                external_id: input.external_id,
            };
            let source = &ctx.viewer().source;
            let (row, outcome) = domain::create(ctx.store(), by, source, new, ctx.now()).await?;
            Ok(CreateAnnouncementPayload::done(Announcement(row), outcome.into()))
        })
        .await
    }

    /// Changes an announcement that is neither concluded nor canceled.
    async fn update_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateAnnouncementInput,
    ) -> Result<AnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let changes = AnnouncementChanges {
                title: kept("title", input.title)?,
                planned: kept("planned", input.planned)?.map(Into::into),
                release: text(input.release),
                features: sent_texts(input.features),
                changes: given(input.changes),
                talking_points: given(input.talking_points),
                workaround: given(input.workaround),
                rollback: given(input.rollback),
                contact_member: text(input.contact_member),
                contact_team: text(input.contact_team),
                audiences: kept("audiences", input.audiences)?.map(roles),
            };
            let id = announcement(&input.announcement)?;
            let row = domain::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(AnnouncementPayload::done(Announcement(row)))
        })
        .await
    }

    /// Publishes a draft: its audience is notified.
    async fn publish_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: PublishAnnouncementInput,
    ) -> Result<AnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.ships()?, announcement(&input.announcement)?);
            let row = domain::publish(ctx.store(), by, id, ctx.now()).await?;
            Ok(AnnouncementPayload::done(Announcement(row)))
        })
        .await
    }

    /// Changes the planned time of a published announcement: everyone who was notified is notified again.
    async fn reschedule_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RescheduleAnnouncementInput,
    ) -> Result<AnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.ships()?, announcement(&input.announcement)?);
            let (planned, reason) = (input.planned.into(), input.reason.as_deref());
            let row = domain::reschedule(ctx.store(), by, id, planned, reason, ctx.now()).await?;
            Ok(AnnouncementPayload::done(Announcement(row)))
        })
        .await
    }

    /// Records that an announced change was made.
    async fn conclude_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ConcludeAnnouncementInput,
    ) -> Result<AnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.ships()?, announcement(&input.announcement)?);
            let row = domain::conclude(ctx.store(), by, id, input.outcome.as_deref(), ctx.now()).await?;
            Ok(AnnouncementPayload::done(Announcement(row)))
        })
        .await
    }

    /// Cancels an announcement, because the change will not be made: everyone who was notified is notified again.
    async fn cancel_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CancelAnnouncementInput,
    ) -> Result<AnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.ships()?, announcement(&input.announcement)?);
            let row = domain::cancel(ctx.store(), by, id, input.reason.as_deref(), ctx.now()).await?;
            Ok(AnnouncementPayload::done(Announcement(row)))
        })
        .await
    }

    /// Acknowledges the current edition of an announcement for support. Only for members with the role of support, or an
    /// administrator; each acknowledges an edition once.
    async fn acknowledge_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: AcknowledgeAnnouncementInput,
    ) -> Result<AcknowledgeAnnouncementPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.acknowledges()?, announcement(&input.announcement)?);
            let note = input.note.as_deref();
            let (row, given, outcome) = domain::acknowledge(ctx.store(), by, id, note, ctx.now()).await?;
            Ok(AcknowledgeAnnouncementPayload::done(
                Announcement(row),
                Acknowledgement(given),
                outcome.into(),
            ))
        })
        .await
    }

    /// Records a decision about customers of an announcement: that they are affected, are not, or must not be notified.
    async fn set_announcement_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: SetAnnouncementCustomersInput,
    ) -> Result<SetAnnouncementCustomersPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.ships()?, announcement(&input.announcement)?);
            let customers: Vec<_> = input.customers.into_iter().map(|one| one.0).collect();
            let decision = input.decision.map(Into::into);
            let (row, changed) = domain::decide(ctx.store(), by, id, &customers, decision, ctx.now()).await?;
            let changed = changed.into_iter().map(Customer).collect();
            Ok(SetAnnouncementCustomersPayload::done(Announcement(row), changed))
        })
        .await
    }
}
