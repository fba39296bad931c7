//! HTTP: routes, who calls, health. The only module that knows HTTP.

mod auth;
#[cfg(feature = "dashboard")]
mod dashboard;
#[cfg(not(feature = "dashboard"))]
mod form;
mod graphql;
mod heads;
mod health;
mod json;
mod live;
mod log;
mod media;
mod oidc;
mod page;
mod params;
mod session;
mod sign_in;
mod sse;
mod tls;
mod websocket;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use actix_web::{App, HttpServer, dev::Server, middleware, web};

pub use live::{Listeners, Live, LiveSettings};
pub use oidc::{Oidc, OidcClient, OidcSettings};
pub use tls::certified;

use self::heads::Heads;
use crate::graphql::{self as ours, Schema, Services, document::Documents};

/// How long the head of a request may take at most: it is small, whatever the body is.
const HEAD: Duration = Duration::from_secs(10);

/// How long requests in progress may go on when the server is told to stop.
const GRACE: Duration = Duration::from_secs(25);

/// How a client and the server deal with one another.
#[derive(Clone)]
pub struct Settings {
    /// Threads that speak HTTP.
    pub workers: usize,
    /// The largest request body, in bytes.
    pub body: usize,
    /// How long the head of a request may take to come, and then its body.
    pub read_timeout: Duration,
    /// How long a connection is kept of which nothing is asked.
    pub keep_alive: Duration,
    /// How long, in seconds, a caller may use an answer to a query by GET without asking whether it still holds.
    pub max_age: u32,
    /// The header in which a proxy says from where a caller calls, if there is one.
    pub address_header: Option<String>,
    /// Whose pages may ask: origins, or `*` for all.
    pub cors_origins: Vec<String>,
    /// Where browsers find the server: scheme, host and port, nothing after.
    pub public_url: String,
    /// The certificate and its key, if the server speaks TLS.
    pub tls: Option<rustls::ServerConfig>,
}

/// What the routes work with.
#[derive(Clone)]
struct State {
    schema: Schema,
    services: Services,
    /// The schema as text.
    sdl: Arc<str>,
    documents: Arc<Documents>,
    live: Live,
    oidc: Option<Arc<Oidc>>,
    settings: Arc<Settings>,
    runtime: tokio::runtime::Handle,
    /// Whether the database is known to have every migration: it will not lose any.
    is_migrated: Arc<AtomicBool>,
}

/// A server on a port that is already ours, so that the caller knows the address before anybody connects. Must
/// be called within a tokio runtime: requests are answered there.
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
        live,
        oidc,
        settings: settings.clone(),
        runtime,
        is_migrated,
    };
    let heads = Heads::default();
    let (noted, head_time) = (heads.clone(), settings.read_timeout.min(HEAD));
    let quiet = settings.keep_alive + head_time;
    state.runtime.spawn(heads.watch(quiet));
    let server = HttpServer::new(move || {
        let settings = state.settings.clone();
        App::new()
            .app_data(web::Data::new(state.clone()))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(log::request))
            .wrap(middleware::from_fn(heads::request))
            .configure(|app| graphql::routes(app, &settings))
            .configure(health::routes)
            .configure(session::routes)
            .configure(sign_in::routes)
            .configure(page::routes)
            .default_service(web::to(page::elsewhere))
    })
    .workers(settings.workers)
    .shutdown_timeout(GRACE.as_secs())
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

/// The address on which a listener listens. Whoever connects and then takes nothing of an answer for as long as
/// `write_timeout` is let go: connections inherit this from the listener.
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
        .body("There is nothing here. GraphQL is at /graphql.\n")
}
