//! `ballroom serve`.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use ballroom_entity::{api_token::Role, organization};
use clap::{Args, builder::BoolishValueParser};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    job_runner::JobRunner,
    limits::Limits,
    live,
    oidc::OpenIdConnect,
    protocol::Protocol,
    rates,
    reports_out::ReportsOut,
    settings::{Connections, Database},
    webhooks::Webhooks,
};
use crate::{
    clock,
    deliver::{self, Deliveries},
    domain::{
        access::Administer,
        organization as organizations, session,
        token::{self, NewToken},
    },
    feed::Feed,
    graphql::{self, Services, document::Documents},
    http::{self, Live, LiveSettings, Oidc},
    inbound::Inbound,
    ingest::{GroupCommit, RateSettings, Rates, Uploads},
    job::{self, Jobs},
    score::Scores,
    store::Store,
    words::counted,
};

/// How long pending writes may take when the server stops.
const SHUTDOWN_WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Serve GraphQL.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    listen: Listen,

    /// Do not apply pending migrations; refuse to start if there are any.
    #[arg(long, env = "BALLROOM_NO_MIGRATE", value_parser = BoolishValueParser::new())]
    no_migrate: bool,
}

/// The address and the protocol to listen on.
#[derive(Args)]
pub(super) struct Listen {
    /// Address and port to listen on; port 0 selects a free port.
    #[arg(long, env = "BALLROOM_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Number of HTTP threads; 1 to 512.
    #[arg(long, env = "BALLROOM_HTTP_THREADS", value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=512))]
    http_threads: u16,

    #[command(flatten)]
    protocol: Protocol,

    #[command(flatten)]
    limits: Limits,

    #[command(flatten)]
    live: live::Live,

    #[command(flatten)]
    rates: rates::Rates,

    #[command(flatten)]
    jobs: JobRunner,

    #[command(flatten)]
    webhooks: Webhooks,

    #[command(flatten)]
    reports_out: ReportsOut,

    #[command(flatten)]
    connections: Connections,

    #[command(flatten)]
    oidc: OpenIdConnect,
}

impl Serve {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        // The port and the settings first: a token that is created and not shown is useless.
        let bound = self.listen.bind()?;
        let store = database.create(self.listen.connections.settings()).await?;
        if !self.no_migrate {
            store.migrate().await.context("cannot migrate the database")?;
        }
        let store = database.up_to_date(store).await?;
        // Several servers may start at once on an empty database; one of them creates the token.
        let lock = store.lock_exclusively().await?;
        let (organization, _) = organizations::first(&store, clock::now()).await?;
        let operator = token::operator(organization.id).administers()?;
        let has_active_token =
            token::all(&store, operator).await?.iter().any(|token| token.revoked_at.is_none());
        let token = if has_active_token { None } else { Some(first_token(&store, &organization).await?) };
        drop(lock);
        let greeting = Greeting { token, link: bound.link(database.url(), &store, operator).await? };
        bound.serve(store, greeting).await
    }
}

/// A bound port and what is served there.
pub(super) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    documents: Documents,
    settings: http::Settings,
    federation: bool,
    live: LiveSettings,
    oidc: Option<Oidc>,
    rates: RateSettings,
    jobs: job::Settings,
    webhooks: deliver::Settings,
}

impl Listen {
    /// Binds the port and reads the files named by the settings.
    pub(super) fn bind(&self) -> anyhow::Result<Bound> {
        let documents = self.protocol.documents(&self.limits)?;
        let mut settings = self.protocol.http(&self.limits, self.http_threads.into())?;
        settings.address_header = self.rates.address_header();
        let oidc = self.oidc.issuer()?;
        let bound = http::listen(self.listen, self.protocol.write_timeout());
        let (listener, address) = bound.with_context(|| {
            format!(
                "cannot listen on {}; choose another address with --listen, for example 127.0.0.1:8081",
                self.listen
            )
        })?;
        if settings.public_url.is_empty() {
            let scheme = if settings.tls.is_some() { "https" } else { "http" };
            settings.public_url = format!("{scheme}://{address}");
        }
        let live = self.live.settings(settings.cors_origins.clone());
        let federation = self.protocol.federation();
        let (rates, webhooks) = (self.rates.settings(), self.webhooks.settings());
        let sender = self.reports_out.sender(&settings.public_url, webhooks.private)?;
        let jobs = job::Settings { sender: Some(sender), ..self.jobs.settings() };
        Ok(Bound { listener, address, documents, settings, federation, live, oidc, rates, jobs, webhooks })
    }
}

impl Bound {
    /// A link by which a browser is signed in, for whoever starts a server for themselves: with an embedded database, and
    /// without an issuer that lets readers in.
    pub(super) async fn link(
        &self,
        database: Option<&str>,
        store: &Store,
        by: Administer,
    ) -> anyhow::Result<Option<String>> {
        if database.is_some() || self.oidc.is_some() {
            return Ok(None);
        }
        let link = session::link(store, by, None, clock::now()).await?;
        Ok(link.map(|link| sign_in_address(&self.settings.public_url, &link)))
    }

    /// Serves until the process is asked to stop, then finishes requests and closes the database.
    pub(super) async fn serve(self, store: Store, greeting: Greeting) -> anyhow::Result<()> {
        let Self { listener, address, documents, settings, federation, live, oidc, rates, jobs, webhooks } =
            self;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let (answers, writer) = GroupCommit::start(store.clone());
        let scores = Scores::new(store.clone());
        let feed = Feed::start(store.clone(), scores.clone());
        let rates = Arc::new(Rates::new(rates));
        let jobs = Jobs::new(store.clone(), scores.clone(), jobs);
        let deliveries = Deliveries::new(store.clone(), webhooks).context("cannot create the HTTP client")?;
        let inbound = Inbound::new(store.clone());
        let uploads = Uploads::new(store.clone(), scores.clone());
        let services = Services {
            store: store.clone(),
            scores,
            answers,
            feed,
            rates,
            jobs: jobs.clone(),
            deliveries: deliveries.clone(),
            inbound: inbound.clone(),
            uploads,
        };
        let (stop_jobs, stopped) = watch::channel(false);
        let delivering = tokio::spawn(deliveries.work(stopped.clone()));
        let receiving = tokio::spawn(inbound.work(stopped.clone()));
        let working = tokio::spawn(async move { jobs.work(stopped).await });
        let schema = match federation {
            true => graphql::subgraph_schema(services.clone()),
            false => graphql::schema(services.clone()),
        };
        let (live, listeners) = Live::new(services.clone(), live);
        let server = http::server(listener, schema, services, documents, live, oidc, settings)?;
        let handle = server.handle();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;

        println!("Ballroom listens on {scheme}://{address} (GraphQL at /graphql). Stop it with Ctrl-C.");
        if let Some(token) = greeting.token {
            println!("Administrator token; it is shown only once:\n\n    {token}\n");
        }
        if let Some(link) = greeting.link {
            let minutes = counted(session::LINK.num_minutes() as u64, "minute");
            println!("The dashboard, signed in; the link works once, within {minutes}:\n\n    {link}\n");
        }
        let serving = tokio::spawn(server);
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
        tracing::info!("stopping; finishing requests in progress");
        // First: subscriptions never end by themselves.
        listeners.end();
        handle.stop(true).await;
        serving.await??;
        // Jobs work in transactions, so they can stop at any point; another process can take them over at once.
        stop_jobs.send_replace(true);
        if tokio::time::timeout(SHUTDOWN_WRITE_TIMEOUT, working).await.is_err() {
            tracing::error!(
                "the last job could not be released in time; it runs again when its lease expires"
            );
        }
        if tokio::time::timeout(SHUTDOWN_WRITE_TIMEOUT, delivering).await.is_err() {
            tracing::error!(
                "the last deliveries to webhooks could not be recorded; they are attempted again"
            );
        }
        if tokio::time::timeout(SHUTDOWN_WRITE_TIMEOUT, receiving).await.is_err() {
            tracing::error!("what another system sent could not be worked off; it is begun again");
        }
        // The routes held the last handles of the writer: it ends when everything is written.
        if tokio::time::timeout(SHUTDOWN_WRITE_TIMEOUT, writer).await.is_err() {
            tracing::error!("the pending responses were not written in time; none of them was acknowledged");
        }
        store.close().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// What is told to whoever started the server.
pub(super) struct Greeting {
    /// A token that was made.
    pub(super) token: Option<String>,
    /// Where a browser is signed in.
    pub(super) link: Option<String>,
}

/// The address that signs a browser in. What stands after the hash is sent to no server by itself, and so is in no log.
pub(super) fn sign_in_address(public_url: &str, link: &str) -> String {
    format!("{public_url}/sign-in#{link}")
}

/// The administrator token that the first start creates.
pub(super) async fn first_token(store: &Store, organization: &organization::Model) -> anyhow::Result<String> {
    let operator = token::operator(organization.id).administers()?;
    let made = token::create(
        store,
        operator,
        NewToken::of(Role::Administrator, "first administrator"),
        clock::now(),
    )
    .await?;
    Ok(made.1)
}
