//! HTTP: routes, authentication, health. The only module that knows HTTP.

mod ask;
mod auth;
mod calendar;
#[cfg(feature = "dashboard")]
mod dashboard;
#[cfg(not(feature = "dashboard"))]
mod form;
mod graphql;
mod health;
mod idle;
mod imports;
mod inbound;
mod json;
mod live;
mod log;
mod media;
mod oidc;
mod page;
mod params;
mod public;
mod report;
mod room;
mod session;
mod sheet;
mod sign_in;
mod sse;
mod tls;
mod unsubscribe;
mod websocket;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use actix_web::{App, HttpServer, dev::Server, middleware, web};

pub use live::{Listeners, Live, LiveSettings};
pub use oidc::{Oidc, OidcClient, OidcSettings};
pub use tls::tls_config;

use self::{idle::IdleConnections, room::Rooms};
use crate::graphql::{self as ours, Schema, Services, document::Documents};

/// Time limit for the header of a request: it is small, whatever the size of the body.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for requests in progress to finish at shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(25);

/// Settings of HTTP.
#[derive(Clone)]
pub struct Settings {
    /// Number of HTTP threads.
    pub workers: usize,
    /// Maximum size of a request body, in bytes.
    pub body: usize,
    /// Time within which the header of a request must arrive, and then its body.
    pub read_timeout: Duration,
    /// Time after which an idle connection is closed.
    pub keep_alive: Duration,
    /// Cache lifetime of responses to queries by GET, in seconds.
    pub max_age: u32,
    /// Header in which a trusted proxy passes the client's address, if there is one.
    pub address_header: Option<String>,
    /// Origins whose pages may send requests, or `*` for all.
    pub cors_origins: Vec<String>,
    /// The address of the server for browsers: scheme, host and port.
    pub public_url: String,
    /// Certificate and key, if the server uses TLS.
    pub tls: Option<rustls::ServerConfig>,
}

/// Shared state of the routes.
#[derive(Clone)]
struct State {
    schema: Schema,
    services: Services,
    /// The schema as text.
    sdl: Arc<str>,
    documents: Arc<Documents>,
    rooms: Rooms,
    live: Live,
    oidc: Option<Arc<Oidc>>,
    settings: Arc<Settings>,
    runtime: tokio::runtime::Handle,
    /// Whether the database is known to have every migration; it never loses one.
    is_migrated: Arc<AtomicBool>,
}

/// A server on a bound port, so that the caller knows the address before any client connects. Must
/// be called within a tokio runtime: requests are served there.
pub fn server(
    listener: TcpListener,
    schema: Schema,
    services: Services,
    documents: Documents,
    live: Live,
    oidc: Option<Oidc>,
    settings: Settings,
) -> std::io::Result<Server> {
    let runtime = tokio::runtime::Handle::current();
    let (documents, oidc, settings) = (Arc::new(documents), oidc.map(Arc::new), Arc::new(settings));
    let sdl = match &schema {
        Schema::Whole(_) => ours::sdl().into(),
        Schema::Subgraph(_) => ours::subgraph_sdl().into(),
    };
    let is_migrated = Arc::default();
    let state = State {
        schema,
        services,
        sdl,
        documents,
        rooms: Rooms::default(),
        live,
        oidc,
        settings: settings.clone(),
        runtime,
        is_migrated,
    };
    let idle = IdleConnections::default();
    let (noted, head_time) = (idle.clone(), settings.read_timeout.min(HEADER_TIMEOUT));
    let quiet = settings.keep_alive + head_time;
    state.runtime.spawn(idle.watch(quiet));
    let server = HttpServer::new(move || {
        let settings = state.settings.clone();
        App::new()
            .app_data(web::Data::new(state.clone()))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(log::request))
            .wrap(middleware::from_fn(idle::request))
            .configure(|app| graphql::routes(app, &settings))
            .configure(health::routes)
            .configure(session::routes)
            .configure(sign_in::routes)
            .configure(public::routes)
            .configure(calendar::routes)
            .configure(ask::routes)
            .configure(inbound::routes)
            .configure(imports::routes)
            .configure(report::routes)
            .configure(unsubscribe::routes)
            .configure(page::routes)
            .default_service(web::to(page::elsewhere))
    })
    .workers(settings.workers)
    .shutdown_timeout(SHUTDOWN_TIMEOUT.as_secs())
    .disable_signals()
    .keep_alive(settings.keep_alive)
    .client_request_timeout(head_time)
    .on_connect(move |stream, extensions| noted.note(stream, extensions));
    let server = match settings.tls.clone() {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

/// Binds an address. A client that reads nothing of its response for as long as
/// `write_timeout` is disconnected: connections inherit this from the listener.
pub fn listen(address: SocketAddr, write_timeout: Duration) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&listener).set_tcp_user_timeout(Some(write_timeout))?;
    #[cfg(not(target_os = "linux"))]
    let _ = write_timeout;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn not_found() -> actix_web::HttpResponse {
    actix_web::HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("Not found. GraphQL is at /graphql.\n")
}
