//! Idle connections: actix limits the time of the first header of a connection, and the idle time between
//! requests, but not the time of a later header that is incomplete. Such a request would keep the connection open for
//! ever, so a connection without a request for longer than both limits together is closed. Nor does actix close a connection
//! after a response with `Connection: close` while a chunked request body is still arriving; that is done here too.

use std::{
    any::Any,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{
    Error,
    body::{BodySize, MessageBody},
    dev::{Extensions, ServiceRequest, ServiceResponse},
    http::{ConnectionType, Version},
    middleware::Next,
    rt::net::TcpStream,
    web::Bytes,
};
use socket2::{SockRef, Socket};
use tokio::time::{MissedTickBehavior, interval};

/// Time that a client has to read the last response of a connection before it is closed.
const LINGER: Duration = Duration::from_secs(1);

/// Interval of checks.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The open connections.
#[derive(Clone, Default)]
pub(super) struct IdleConnections(Arc<Mutex<Vec<Weak<Connection>>>>);

/// An open connection.
struct Connection {
    /// A second handle, to close it.
    socket: Socket,
    /// Requests whose responses are not sent yet.
    requests: AtomicUsize,
    /// Whether its last response announced that it closes: no further request is read from it.
    ends: AtomicBool,
    /// Time of the last request.
    quiet_since: Mutex<Instant>,
}

impl IdleConnections {
    /// Registers a new connection.
    pub(super) fn note(&self, stream: &dyn Any, extensions: &mut Extensions) {
        let plain = stream.downcast_ref::<TcpStream>();
        let stream =
            plain.or_else(|| stream.downcast_ref::<TlsStream<TcpStream>>().map(|tls| tls.get_ref().0));
        let Some(Ok(socket)) = stream.map(|stream| SockRef::from(stream).try_clone()) else { return };
        let connection = Arc::new(Connection {
            socket,
            requests: AtomicUsize::new(0),
            ends: AtomicBool::new(false),
            quiet_since: Instant::now().into(),
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&connection));
        extensions.insert(connection);
    }

    /// Closes connections that are idle for too long, until the server is dropped.
    pub(super) fn watch(&self, allowed: Duration) -> impl Future<Output = ()> + use<> {
        let open = Arc::downgrade(&self.0);
        async move {
            let mut rounds = interval(CHECK_INTERVAL);
            rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while let Some(open) = open.upgrade() {
                open.lock().unwrap_or_else(PoisonError::into_inner).retain(|connection| {
                    let Some(connection) = connection.upgrade() else { return false };
                    let allowed = if connection.ends.load(Ordering::Acquire) { LINGER } else { allowed };
                    let over = connection.idle_for().is_some_and(|quiet| quiet > allowed);
                    if over {
                        // It may already be closed.
                        let _ = connection.socket.shutdown(std::net::Shutdown::Both);
                    }
                    !over
                });
                drop(open);
                rounds.tick().await;
            }
        }
    }
}

impl Connection {
    /// The idle time; none while a request is in progress.
    fn idle_for(&self) -> Option<Duration> {
        let quiet = self.quiet_since.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        (self.requests.load(Ordering::Acquire) == 0).then_some(quiet)
    }
}

/// A request whose response is not sent yet.
struct InFlight(Option<Arc<Connection>>);

impl InFlight {
    fn on(connection: Option<Arc<Connection>>) -> Self {
        if let Some(connection) = &connection {
            connection.requests.fetch_add(1, Ordering::AcqRel);
        }
        Self(connection)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            *connection.quiet_since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            connection.requests.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// Handles a request, and records that its connection is in use until the response is sent.
pub(super) async fn request<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Body<B>>, Error> {
    let answering = InFlight::on(request.conn_data::<Arc<Connection>>().cloned());
    // An HTTP/2 connection has other requests.
    let alone = request.version() < Version::HTTP_2;
    let response = next.call(request).await?;
    if let Some(connection) = answering.0.as_ref().filter(|_| alone)
        && response.response().head().connection_type() == ConnectionType::Close
    {
        connection.ends.store(true, Ordering::Release);
    }
    Ok(response.map_body(|_, body| Body { body: Box::pin(body), _answering: answering }))
}

/// The body of a response, which ends when it is sent or dropped.
pub(super) struct Body<B> {
    body: Pin<Box<B>>,
    _answering: InFlight,
}

impl<B: MessageBody> MessageBody for Body<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.get_mut().body.as_mut().poll_next(cx)
    }
}
