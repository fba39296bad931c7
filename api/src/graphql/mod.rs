//! The GraphQL schema: thin resolvers, one file per noun. The only module that knows GraphQL.

pub mod document;

mod above;
mod batch;
mod blind;
mod bulk;
mod context;
mod execute;
mod fault;
mod federation;
mod live;
mod load;
mod lookup;
mod order;
mod outcome;
mod page;
mod payload;
mod plain;
mod range;
mod reach;
mod reply;
mod root;
mod scalar;

mod node;

mod organization;

mod operator;

mod actor;
mod member;
mod team;
mod viewer;

mod product;

mod feature;
mod figures;

mod release;

mod delivery;
mod deployment;

mod iteration;

mod announcement;
mod article;
mod calendar;
mod follow_up;
mod known_error;
mod notification;
mod preparedness;
mod report;
mod situation;
mod suggestion;
mod watch;

mod segment;

mod customer;

mod glossary;
mod scale;

mod alert;
mod answers;
mod deleted;
mod distribution;
mod feedback;

mod request;

mod import;
mod incident;
mod incidents;

mod exposure;
mod exposures;

mod value;

mod evidence;
mod gate;
mod regression;

mod timeline;
mod trend;

mod words;

mod forecast;

mod parameters;

mod job;

mod token;

mod inbound;
mod webhook;

mod schedule;

mod subscription;

use std::sync::Arc;

use async_graphql::{MergedObject, ObjectType, SDLExportOptions, SchemaBuilder, connection::Connection};

pub use execute::execute;
pub use fault::{Code, Fault, RETRY_AFTER};
pub use federation::SubgraphQuery;
pub use live::{LiveSchema, SubscriptionMessage};
pub use reply::{Busy, Errors, Reply};
pub use subscription::Subscription;

use self::{
    announcement::AffectedCustomer,
    context::{ContextExt, Now, batch, coarse, dimensions, given, gone, kept, only_groups, row},
    deleted::DeletedFeedback,
    exposures::DailyExposure,
    job::JobRun,
    page::Total,
    reach::Mark,
    root::Root,
};
use crate::{
    deliver::Deliveries,
    feed::Feed,
    inbound::Inbound,
    ingest::{GroupCommit, Rates, Uploads},
    job::Jobs,
    score::Scores,
    store::Store,
};

/// The executable schema: standalone, or as a subgraph of another graph.
#[derive(Clone)]
pub enum Schema {
    /// Standalone.
    Whole(async_graphql::Schema<Root<Query>, Root<Mutation>, Subscription>),
    /// As a subgraph.
    Subgraph(async_graphql::Schema<Root<SubgraphQuery>, Root<Mutation>, Subscription>),
}

/// Root query type. Each field is resolved separately: a field that fails is null, with an entry in `errors`, and does
/// not affect the others.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    viewer::ViewerQuery,
    glossary::GlossaryQuery,
    organization::OrganizationQuery,
    operator::OperatorQuery,
    member::MemberQuery,
    team::TeamQuery,
    product::ProductQuery,
    feature::FeatureQuery,
    release::ReleaseQuery,
    gate::GateQuery,
    deployment::DeploymentQuery,
    iteration::IterationQuery,
    announcement::AnnouncementQuery,
    known_error::KnownErrorQuery,
    article::ArticleQuery,
    suggestion::SuggestionQuery,
    situation::SituationQuery,
    calendar::CalendarQuery,
    calendar::CalendarFeedQuery,
    segment::SegmentQuery,
    customer::CustomerQuery,
    scale::ScaleQuery,
    feedback::FeedbackQuery,
    deleted::DeletedFeedbackQuery,
    import::ImportQuery,
    incident::IncidentQuery,
    value::ValueQuery,
    report::ReportQuery,
    report::StoredReportQuery,
    parameters::ParametersQuery,
    job::JobQuery,
    token::TokenQuery,
    request::FeedbackRequestQuery,
    webhook::WebhookQuery,
    inbound::InboundQuery,
    inbound::InboundPreviewQuery,
    schedule::ScheduleQuery,
);

/// Root mutation type. Each mutation takes one input and returns what changed. Mutations are carried out one after
/// another, each separately: one that fails is null, with an entry in `errors`, and does not affect the others.
#[derive(MergedObject, Default)]
pub struct Mutation(
    organization::OrganizationMutation,
    operator::OperatorMutation,
    member::MemberMutation,
    team::TeamMutation,
    product::ProductMutation,
    feature::FeatureMutation,
    release::ReleaseMutation,
    deployment::DeploymentMutation,
    iteration::IterationMutation,
    announcement::AnnouncementMutation,
    known_error::KnownErrorMutation,
    article::ArticleMutation,
    notification::NotificationMutation,
    calendar::CalendarFeedMutation,
    segment::SegmentMutation,
    customer::CustomerMutation,
    scale::ScaleMutation,
    feedback::FeedbackMutation,
    feedback::LogFeedbackMutation,
    follow_up::FollowUpMutation,
    watch::WatchMutation,
    product::PublicViewMutation,
    import::ImportMutation,
    incident::IncidentMutation,
    exposure::ExposureMutation,
    report::ReportMutation,
    parameters::ParametersMutation,
    job::JobMutation,
    token::TokenMutation,
    request::FeedbackRequestMutation,
    webhook::WebhookMutation,
    inbound::InboundMutation,
    schedule::ScheduleMutation,
);

/// The services used by resolvers.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub store: Store,
    /// The scores.
    pub scores: Scores,
    /// Submits responses.
    pub answers: GroupCommit,
    /// The feed of events.
    pub feed: Feed,
    /// Rate limits of publishable tokens.
    pub rates: Arc<Rates>,
    /// The jobs of the server.
    pub jobs: Jobs,
    /// Sends events to webhooks.
    pub deliveries: Deliveries,
    /// Works off what other systems send.
    pub inbound: Inbound,
    /// Imports uploaded files.
    pub uploads: Uploads,
}

/// The schema without services, for printing.
pub fn builder() -> SchemaBuilder<Root<Query>, Root<Mutation>, Subscription> {
    built()
}

/// The same as a subgraph.
fn subgraph() -> SchemaBuilder<Root<SubgraphQuery>, Root<Mutation>, Subscription> {
    built()
}

fn built<Q: ObjectType + Default + 'static>() -> SchemaBuilder<Root<Q>, Root<Mutation>, Subscription> {
    let bare = async_graphql::Schema::build(Root::<Q>::default(), Root::<Mutation>::default(), Subscription);
    let schema = Mark::ALL
        .into_iter()
        .fold(bare, SchemaBuilder::directive)
        // The rules and limits are those of `document`, which comes first; executed documents have passed them.
        .validation_mode(async_graphql::ValidationMode::Fast)
        .limit_recursive_depth(document::MAX_DEPTH)
        .disable_suggestions()
        .override_output_type_description::<Rows<AffectedCustomer>>("A page of affected customers.")
        .override_output_type_description::<Rows<DeletedFeedback>>("A page of deleted responses.")
        .override_output_type_description::<Rows<JobRun>>("A page of runs of a job.")
        .override_output_type_description::<Rows<DailyExposure>>("A page of exposure by day.");
    node::described(schema)
}

/// Defines the connection of a node type.
type Rows<N> = Connection<String, N, Total>;

/// The schema in the schema definition language, for clients and their tools.
pub fn sdl() -> String {
    builder().finish().sdl_with_options(export())
}

/// The schema as a subgraph in the schema definition language, for registries and composition.
pub fn subgraph_sdl() -> String {
    subgraph().finish().sdl_with_options(export().federation().compose_directive())
}

fn export() -> SDLExportOptions {
    SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by()
}

/// The schema with its services.
pub fn schema(services: Services) -> Schema {
    Schema::Whole(builder().data(services).finish())
}

/// The same as a subgraph.
pub fn subgraph_schema(services: Services) -> Schema {
    Schema::Subgraph(subgraph().data(services).finish())
}
