//! GraphQL over WebSocket, by the protocol `graphql-transport-ws`.
//!
//! One task a socket reads what the client says and writes what operations say; each operation is a task of its own on
//! the main runtime. Between them is a channel of bounded length, so an operation waits for a slow client, falls behind
//! the feed, and is cut off there; and a client who takes nothing at all is cut off here.

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, Route, guard,
    http::header::{self, HeaderMap},
    web,
};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use futures::{StreamExt, future::OptionFuture};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::{AbortHandle, Id, JoinError, JoinHandle, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};

use super::{
    State,
    auth::{self, Caller, Credential, Nobody, Visit},
    graphql::refused,
    live,
    params::Once,
    session,
};
use crate::graphql::{
    Code, Said,
    document::{Params, Refusal},
};

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// What operations have said and the socket has not yet taken.
const UNSENT: usize = 16;

/// Whoever wants a WebSocket.
pub(super) fn route() -> Route {
    let wants_websocket = guard::fn_guard(|ctx| {
        let upgrade = ctx.head().headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
        upgrade.is_some_and(|upgrade| upgrade.trim().eq_ignore_ascii_case("websocket"))
    });
    web::get().guard(wants_websocket).to(open)
}

async fn open(state: web::Data<State>, request: HttpRequest, body: web::Payload) -> HttpResponse {
    accept(state, request, body).await.unwrap_or_else(|refused| refused)
}

async fn accept(
    state: web::Data<State>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let headers = request.headers();
    if !state.live.may_connect(headers) {
        let message = "Pages of this origin may not connect; --cors-origin lets them.";
        return Err(refused(HttpResponse::Forbidden(), Code::Forbidden, message));
    }
    let offered = protocols(headers);
    if !offered.is_empty() && !offered.iter().any(|offered| offered == PROTOCOL) {
        let message =
            "The subprotocol must be graphql-transport-ws: `Sec-WebSocket-Protocol: graphql-transport-ws`.";
        return Err(refused(HttpResponse::BadRequest(), Code::BadRequest, message));
    }
    let room = state.live.room()?;
    // A token here is checked here. Pages cannot send one: theirs comes with `connection_init`, unless they have a
    // session. That of a page of another origin that may connect is no matter of ours.
    let has_session = session::secret(&request).is_some() && auth::is_from_here(&request);
    let caller = match headers.contains_key(header::AUTHORIZATION) || has_session {
        true => Some(auth::caller_of(&state, &request).await?),
        false => None,
    };
    let handshake = actix_ws::handle_with_protocols(&request, body, &[PROTOCOL]);
    let (response, session, messages) = handshake.map_err(|error| {
        let message = format!("This is no handshake of a WebSocket: {error}.");
        refused(HttpResponse::BadRequest(), Code::BadRequest, &message)
    })?;
    let most = state.live.settings.message;
    let messages = messages.max_frame_size(most).aggregate_continuations().max_continuation_size(most);
    let visit = Visit::of(&state, headers, request.peer_addr());
    let socket = Socket::new(state, session, caller, visit, room);
    actix_web::rt::spawn(socket.run(messages, !offered.is_empty()));
    Ok(response)
}

fn protocols(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect()
}

/// An open socket.
struct Socket {
    state: web::Data<State>,
    session: Session,
    /// The caller of the upgrade request, and then the one who was acknowledged.
    caller: Option<Caller>,
    visit: Visit,
    initialised: bool,
    acknowledged: bool,
    /// The token is being checked.
    checking: Option<JoinHandle<Result<Caller, Nobody>>>,
    operations: HashMap<String, AbortHandle>,
    tasks: JoinSet<()>,
    say: mpsc::Sender<Spoken>,
    said: mpsc::Receiver<Spoken>,
    /// Whether the client has shown life since the last ping.
    alive: bool,
    _room: OwnedSemaphorePermit,
}

/// What an operation says.
struct Spoken {
    /// By which task: what is left of one that was stopped does not count for the next with the same id.
    task: Id,
    operation: String,
    text: String,
    last: bool,
}

/// How a socket ends: with a reason for the client, if it still listens.
struct End(Option<CloseReason>);

type Going = Result<(), End>;

fn end(code: u16, reason: impl Into<String>) -> End {
    let reason: String = reason.into();
    End(Some(CloseReason { code: CloseCode::Other(code), description: Some(reason) }))
}

impl Socket {
    fn new(
        state: web::Data<State>,
        session: Session,
        caller: Option<Caller>,
        visit: Visit,
        room: OwnedSemaphorePermit,
    ) -> Self {
        let (say, said) = mpsc::channel(UNSENT);
        Self {
            state,
            session,
            caller,
            visit,
            initialised: false,
            acknowledged: false,
            checking: None,
            operations: HashMap::new(),
            tasks: JoinSet::new(),
            say,
            said,
            alive: true,
            _room: room,
        }
    }

    async fn run(mut self, messages: AggregatedMessageStream, has_protocol: bool) {
        let End(reason) = match has_protocol {
            true => self.serve(messages).await,
            false => end(4406, "Subprotocol not acceptable: graphql-transport-ws is needed"),
        };
        self.tasks.abort_all();
        if let Some(reason) = reason {
            // Who does not take even this is let go; the connection ends with the session.
            let _ = timeout(self.state.live.settings.send_timeout, self.session.close(Some(reason))).await;
        }
    }

    async fn serve(&mut self, mut messages: AggregatedMessageStream) -> End {
        let state = self.state.clone();
        let settings = state.live.settings.clone();
        let mut ended = pin!(state.live.end());
        let mut init_timeout = pin!(sleep_until(Instant::now() + settings.init_timeout));
        let mut ping = every(settings.ping);
        let mut recheck = every(settings.token_recheck);
        loop {
            let expires_at = self.caller.as_ref().and_then(|caller| caller.expires_at);
            let going = tokio::select! {
                message = messages.recv() => self.hear(message).await,
                Some(spoken) = self.said.recv() => self.deliver(spoken).await,
                Some(ended) = self.tasks.join_next_with_id() => self.look_after(ended).await,
                Some(checked) = OptionFuture::from(self.checking.as_mut()) => {
                    self.checking = None;
                    self.decide(checked.unwrap_or(Err(Nobody::Failed))).await
                }
                () = live::expiry(expires_at) => Err(end(4403, "Forbidden: the token has run out")),
                () = &mut init_timeout, if !self.acknowledged => {
                    Err(end(4408, "Connection initialisation timeout"))
                }
                _ = recheck.tick(), if self.acknowledged && self.checking.is_none() => {
                    self.check_again();
                    Ok(())
                }
                _ = ping.tick() => self.ping().await,
                () = &mut ended => Err(end(1001, "The server is stopping")),
            };
            if let Err(end) = going {
                return end;
            }
        }
    }

    /// Sends a text. A client who takes nothing for too long is cut off.
    async fn send(&mut self, text: String) -> Going {
        match timeout(self.state.live.settings.send_timeout, self.session.text(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End(None)),
            Err(_) => Err(end(4410, "Slow consumer: nothing was read for too long")),
        }
    }

    async fn hear(&mut self, message: Option<Result<AggregatedMessage, ProtocolError>>) -> Going {
        self.alive = true;
        match message {
            None => Err(End(None)),
            Some(Err(error)) => Err(broken_off(&error)),
            Some(Ok(AggregatedMessage::Text(text))) => match Message::read(&text) {
                Ok(message) => self.handle(message).await,
                Err(why) => Err(end(4400, format!("Invalid message: {why}"))),
            },
            Some(Ok(AggregatedMessage::Binary(_))) => {
                Err(end(4400, "Invalid message: messages are text, this one is binary"))
            }
            Some(Ok(AggregatedMessage::Ping(bytes))) => {
                let pong = timeout(self.state.live.settings.send_timeout, self.session.pong(&bytes));
                if matches!(pong.await, Ok(Ok(()))) { Ok(()) } else { Err(End(None)) }
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Close(reason))) => {
                let code = reason.map_or(CloseCode::Normal, |reason| reason.code);
                Err(End(Some(CloseReason { code, description: None })))
            }
        }
    }

    async fn handle(&mut self, message: Message) -> Going {
        match message {
            Message::Init(_) if self.initialised => Err(end(4429, "Too many initialisation requests")),
            Message::Init(authorization) => {
                self.initialised = true;
                self.initialise(authorization);
                Ok(())
            }
            Message::Ping(payload) => {
                let mut pong = json!({ "type": "pong" });
                if let Some(payload) = payload {
                    pong["payload"] = Value::Object(payload);
                }
                self.send(pong.to_string()).await
            }
            Message::Pong => Ok(()),
            Message::Subscribe(id, params) => match self.caller.clone().filter(|_| self.acknowledged) {
                Some(caller) => self.subscribe(caller, id, params).await,
                None => Err(end(4401, "Unauthorized: send connection_init and wait for connection_ack")),
            },
            Message::Complete(id) => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
        }
    }

    /// Finds out who it is: by the token of the message, else by that of the upgrade request.
    fn initialise(&mut self, authorization: Option<String>) {
        let (state, caller) = (self.state.clone().into_inner(), self.caller.clone());
        let visit = self.visit.clone();
        self.checking = Some(self.state.runtime.spawn(async move {
            match (authorization, caller) {
                (None, Some(caller)) => caller.again(&state).await,
                (given, _) => auth::caller(&state, given.map(Credential::Authorization), visit).await,
            }
        }));
    }

    fn check_again(&mut self) {
        let (state, caller) = (self.state.clone().into_inner(), self.caller.clone());
        self.checking =
            caller.map(|caller| self.state.runtime.spawn(async move { caller.again(&state).await }));
    }

    async fn decide(&mut self, checked: Result<Caller, Nobody>) -> Going {
        match checked {
            Ok(caller) => {
                self.caller = Some(caller);
                if std::mem::replace(&mut self.acknowledged, true) {
                    return Ok(());
                }
                self.send(json!({ "type": "connection_ack" }).to_string()).await
            }
            Err(Nobody::Unauthenticated(why)) => Err(end(4403, format!("Forbidden: {why}"))),
            Err(Nobody::Stranger | Nobody::OtherPage) => {
                Err(end(4403, format!("Forbidden: {}", auth::STRANGER)))
            }
            // The database may be back before the next look.
            Err(Nobody::Failed | Nobody::Unavailable) if self.acknowledged => Ok(()),
            Err(Nobody::Failed | Nobody::Unavailable) => Err(end(4500, "Internal server error: try again")),
        }
    }

    async fn subscribe(&mut self, caller: Caller, id: String, params: Params) -> Going {
        if self.operations.contains_key(&id) {
            return Err(end(4409, format!("Subscriber for {id} already exists")));
        }
        let most = self.state.live.settings.operations;
        if self.operations.len() >= most {
            let message =
                format!("At most {most} operations may run on one connection; complete others first.");
            let refusal = Refusal::new(Code::Overloaded, message);
            return self.send(failed(&id, &refusal.into_errors())).await;
        }
        let (state, say) = (self.state.clone().into_inner(), self.say.clone());
        let operation = operate(state, caller, id.clone(), params, say);
        let task = self.tasks.spawn_on(operation, &self.state.runtime);
        self.operations.insert(id, task);
        Ok(())
    }

    /// Passes on what an operation says, if it has not been stopped meanwhile.
    async fn deliver(&mut self, spoken: Spoken) -> Going {
        let running = self.operations.get(&spoken.operation);
        if running.is_none_or(|operation| operation.id() != spoken.task) {
            return Ok(());
        }
        if spoken.last {
            self.operations.remove(&spoken.operation);
        }
        self.send(spoken.text).await
    }

    /// An operation that ended without a last word has failed; the client is told.
    async fn look_after(&mut self, ended: Result<(Id, ()), JoinError>) -> Going {
        let Err(error) = ended else { return Ok(()) };
        if error.is_cancelled() {
            return Ok(());
        }
        tracing::error!(%error, "an operation ended early");
        let broken = self.operations.iter().find(|(_, operation)| operation.id() == error.id());
        let Some(id) = broken.map(|(id, _)| id.clone()) else { return Ok(()) };
        self.operations.remove(&id);
        self.send(failed(&id, &live::broken())).await
    }

    /// Asks for a sign of life, or ends what has shown none since the last time.
    async fn ping(&mut self) -> Going {
        if !std::mem::replace(&mut self.alive, false) {
            return Err(end(4410, "No sign of life: pings were not answered"));
        }
        let ping = timeout(self.state.live.settings.send_timeout, self.session.ping(b""));
        if matches!(ping.await, Ok(Ok(()))) { Ok(()) } else { Err(End(None)) }
    }
}

/// Regularly, and not to make up for what was missed while the client was waited for.
fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Runs an operation and says what becomes of it.
async fn operate(state: Arc<State>, caller: Caller, id: String, params: Params, say: mpsc::Sender<Spoken>) {
    let task = tokio::task::id();
    let speak = async |text: String, last: bool| {
        // A socket that is gone stops its operations.
        let _ = say.send(Spoken { task, operation: id.clone(), text, last }).await;
    };
    let admitted = match state.documents.admit(&caller.viewer, params) {
        Ok(admitted) => admitted,
        Err(refusal) => return speak(failed(&id, &refusal.into_errors()), true).await,
    };
    let mut running = live::run(&state, caller.viewer, admitted);
    while let Some(said) = running.next().await {
        match said {
            Said::Next(response) => speak(message(&id, "next", &response), false).await,
            Said::Failed(errors) => return speak(failed(&id, &errors), true).await,
        }
    }
    speak(json!({ "id": id, "type": "complete" }).to_string(), true).await;
}

fn failed(id: &str, errors: &[async_graphql::ServerError]) -> String {
    message(id, "error", &errors)
}

fn message(id: &str, kind: &str, payload: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Message<'a, P> {
        id: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
        payload: &'a P,
    }
    // Answers are made of maps with names as keys: they can be written.
    serde_json::to_string(&Message { id, kind, payload }).unwrap_or_default()
}

/// Why the connection cannot go on, in the codes of WebSockets.
fn broken_off(error: &ProtocolError) -> End {
    match error {
        ProtocolError::Overflow => end(1009, "The message is too long"),
        ProtocolError::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            end(1007, "The message is not UTF-8")
        }
        // What is put together from pieces says it so.
        ProtocolError::Io(_) => end(1009, "The message is too long, in all its pieces"),
        _ => end(1002, "This is not the WebSocket protocol"),
    }
}

/// What a client says.
enum Message {
    /// With the `Authorization` of its payload.
    Init(Option<String>),
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe(String, Params),
    Complete(String),
}

impl Message {
    fn read(text: &str) -> Result<Self, String> {
        let Once(message) =
            super::json::read(text.as_bytes()).map_err(|error| format!("it is not JSON: {error}"))?;
        let Value::Object(mut message) = message else { return Err("it is not an object".to_owned()) };
        let kind = match message.remove("type") {
            Some(Value::String(kind)) => kind,
            _ => return Err("`type` must be a string".to_owned()),
        };
        let payload = message.remove("payload");
        match kind.as_str() {
            "connection_init" => {
                Ok(Self::Init(authorization(&object(payload, "payload")?.unwrap_or_default())))
            }
            "ping" => Ok(Self::Ping(object(payload, "payload")?)),
            "pong" => object(payload, "payload").map(|_| Self::Pong),
            "complete" => Ok(Self::Complete(id(message)?)),
            "subscribe" => {
                let id = id(message)?;
                let payload = object(payload, "payload")?.ok_or("`payload` must be an object")?;
                Ok(Self::Subscribe(id, params(payload)?))
            }
            "connection_ack" | "next" | "error" => Err(format!("`{kind}` is for the server to say")),
            _ => Err("`type` is not one of the protocol's".to_owned()),
        }
    }
}

fn id(mut message: Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("`id` must be a string that is not empty".to_owned()),
    }
}

fn params(mut payload: Map<String, Value>) -> Result<Params, String> {
    let mut text = |name: &str| match payload.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`payload.{name}` must be a string")),
    };
    let (query, operation_name, document_id) = (text("query")?, text("operationName")?, text("documentId")?);
    let extensions = object(payload.remove("extensions"), "payload.extensions")?.unwrap_or_default();
    // Without a document there must be something else by which the server knows it.
    if query.is_none() && document_id.is_none() && !extensions.contains_key("persistedQuery") {
        return Err("`payload.query` must be a string".to_owned());
    }
    let variables = object(payload.remove("variables"), "payload.variables")?.unwrap_or_default();
    Ok(Params { query, document_id, operation_name, variables, extensions })
}

fn object(value: Option<Value>, name: &str) -> Result<Option<Map<String, Value>>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(format!("`{name}` must be an object")),
    }
}

/// The `Authorization` in the payload of `connection_init`, however its name is written.
fn authorization(payload: &Map<String, Value>) -> Option<String> {
    let mut entries = payload.iter();
    let (_, value) = entries.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    value.as_str().map(str::to_owned)
}
