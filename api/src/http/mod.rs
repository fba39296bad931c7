//! HTTP: routes, who calls, health. The only module that knows HTTP.

mod auth;
mod graphql;
mod health;
mod live;
mod sse;
mod websocket;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{App, HttpServer, dev::Server, middleware, web};

pub use live::{Listeners, Live, LiveSettings};

use crate::graphql::{Schema, Services, document::Documents};

/// The largest request body, in bytes: 10,000 answers with comments of usual length.
const BODY: usize = 8 * 1024 * 1024;

/// How long requests in progress may go on when the server is told to stop.
const GRACE: Duration = Duration::from_secs(25);

/// What the routes work with.
#[derive(Clone)]
struct State {
    schema: Schema,
    services: Services,
    documents: Arc<Documents>,
    live: Live,
    runtime: tokio::runtime::Handle,
}

/// A server on a port that is already ours, so that the caller knows the address before anybody connects. Must
/// be called within a tokio runtime: requests are answered there.
pub fn server(
    listener: TcpListener,
    schema: Schema,
    services: Services,
    documents: Documents,
    live: Live,
    workers: usize,
) -> std::io::Result<Server> {
    let runtime = tokio::runtime::Handle::current();
    let state = State { schema, services, documents: Arc::new(documents), live, runtime };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(state.clone()))
            .app_data(web::PayloadConfig::new(BODY))
            .wrap(middleware::Compress::default())
            .configure(graphql::routes)
            .configure(health::routes)
            .default_service(web::to(not_found))
    });
    Ok(server
        .workers(workers)
        .shutdown_timeout(GRACE.as_secs())
        .disable_signals()
        .client_request_timeout(Duration::from_secs(30))
        .listen(listener)?
        .run())
}

/// The address on which a listener listens.
pub fn listen(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn not_found() -> actix_web::HttpResponse {
    actix_web::HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("There is nothing here. GraphQL is at /graphql.\n")
}
