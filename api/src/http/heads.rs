//! Connections that ask for nothing: actix limits the time of a connection's first head, and that of a silence between
//! requests, but not that of a later head of which only a part has come. Whoever began one would hold the connection for
//! ever, so one on which nothing has been asked for longer than both limits together is closed. Nor does actix close one whose
//! answer says so while a body in chunks goes on; that is done here too.

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

/// How long a client may still read an answer after which its connection is closed.
const LINGER: Duration = Duration::from_secs(1);

/// How often connections are looked at.
const ROUND: Duration = Duration::from_secs(1);

/// The open connections.
#[derive(Clone, Default)]
pub(super) struct Heads(Arc<Mutex<Vec<Weak<Connection>>>>);

/// One connection, for as long as it is open.
struct Connection {
    /// A second handle of it, for closing it from outside.
    socket: Socket,
    /// Requests whose answers are not sent yet.
    requests: AtomicUsize,
    /// Whether it was told that it is closed: no further request is read from it.
    ends: AtomicBool,
    /// When there was the last one.
    quiet_since: Mutex<Instant>,
}

impl Heads {
    /// Notes a connection that has just been made.
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

    /// Closes those on which nothing has been asked for longer than allowed, for as long as anybody notes new ones.
    pub(super) fn watch(&self, allowed: Duration) -> impl Future<Output = ()> + use<> {
        let open = Arc::downgrade(&self.0);
        async move {
            let mut rounds = interval(ROUND);
            rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while let Some(open) = open.upgrade() {
                open.lock().unwrap_or_else(PoisonError::into_inner).retain(|connection| {
                    let Some(connection) = connection.upgrade() else { return false };
                    let allowed = if connection.ends.load(Ordering::Acquire) { LINGER } else { allowed };
                    let over = connection.quiet_for().is_some_and(|quiet| quiet > allowed);
                    if over {
                        // It may be closed already; then that was done.
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
    /// For how long nothing has been asked; none while something is answered.
    fn quiet_for(&self) -> Option<Duration> {
        let quiet = self.quiet_since.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        (self.requests.load(Ordering::Acquire) == 0).then_some(quiet)
    }
}

/// A request whose answer is not sent yet.
struct Answering(Option<Arc<Connection>>);

impl Answering {
    fn on(connection: Option<Arc<Connection>>) -> Self {
        if let Some(connection) = &connection {
            connection.requests.fetch_add(1, Ordering::AcqRel);
        }
        Self(connection)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            *connection.quiet_since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            connection.requests.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// Answers a request, and notes that its connection is in use until the answer is sent.
pub(super) async fn request<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Body<B>>, Error> {
    let answering = Answering::on(request.conn_data::<Arc<Connection>>().cloned());
    // A connection of HTTP/2 has other requests.
    let alone = request.version() < Version::HTTP_2;
    let response = next.call(request).await?;
    if let Some(connection) = answering.0.as_ref().filter(|_| alone)
        && response.response().head().connection_type() == ConnectionType::Close
    {
        connection.ends.store(true, Ordering::Release);
    }
    Ok(response.map_body(|_, body| Body { body: Box::pin(body), _answering: answering }))
}

/// An answer's body, which ends when it is sent or given up.
pub(super) struct Body<B> {
    body: Pin<Box<B>>,
    _answering: Answering,
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
