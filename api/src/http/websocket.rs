//! GraphQL over WebSocket, by the protocol `graphql-transport-ws`.
//!
//! One task per socket reads the client's messages and writes the messages of operations; each operation is a task of its own on
//! the main runtime. Between them is a channel of bounded length, so an operation waits for a slow client, falls behind
//! the feed, and is ended there; and a client that reads nothing at all is disconnected here.

mod accept;
mod message;

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use actix_web::web;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use futures::{StreamExt, future::OptionFuture};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::{AbortHandle, Id, JoinError, JoinHandle, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};

pub(super) use accept::route;

use super::{
    State,
    auth::{self, AuthError, Caller, Credential, RequestSource},
    live,
};
use crate::graphql::{
    Code, Errors, SubscriptionMessage,
    document::{Params, Refusal},
};
use message::Message;

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// Maximum number of messages of operations that wait for the socket.
const MAX_UNSENT: usize = 16;

/// An open socket.
struct Socket {
    state: web::Data<State>,
    session: Session,
    /// The caller of the upgrade request, and then the one who was acknowledged.
    caller: Option<Caller>,
    source: RequestSource,
    initialized: bool,
    acknowledged: bool,
    /// The token is being checked.
    checking: Option<JoinHandle<Result<Caller, AuthError>>>,
    operations: HashMap<String, AbortHandle>,
    tasks: JoinSet<()>,
    say: mpsc::Sender<Outgoing>,
    said: mpsc::Receiver<Outgoing>,
    /// Whether the client has sent anything since the last ping.
    health: bool,
    _permit: OwnedSemaphorePermit,
}

/// A message of an operation.
struct Outgoing {
    /// The task that sent it: messages of a stopped task must not reach the next one with the same ID.
    task: Id,
    operation: String,
    text: String,
    last: bool,
}

/// The end of a connection, with a reason for the client if it is still connected.
struct End(Option<CloseReason>);

type Flow = Result<(), End>;

fn end(code: u16, reason: impl Into<String>) -> End {
    let reason: String = reason.into();
    End(Some(CloseReason { code: CloseCode::Other(code), description: Some(reason) }))
}

impl Socket {
    fn new(
        state: web::Data<State>,
        session: Session,
        caller: Option<Caller>,
        source: RequestSource,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let (say, said) = mpsc::channel(MAX_UNSENT);
        Self {
            state,
            session,
            caller,
            source,
            initialized: false,
            acknowledged: false,
            checking: None,
            operations: HashMap::new(),
            tasks: JoinSet::new(),
            say,
            said,
            health: true,
            _permit: permit,
        }
    }

    async fn run(mut self, messages: AggregatedMessageStream, has_protocol: bool) {
        let End(reason) = match has_protocol {
            true => self.serve(messages).await,
            false => end(4406, "Subprotocol not acceptable: use graphql-transport-ws"),
        };
        self.tasks.abort_all();
        if let Some(reason) = reason {
            // A client that does not read even this is disconnected; the connection ends with the session.
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
                message = messages.recv() => self.receive(message).await,
                Some(spoken) = self.said.recv() => self.deliver(spoken).await,
                Some(ended) = self.tasks.join_next_with_id() => self.report_abort(ended).await,
                Some(checked) = OptionFuture::from(self.checking.as_mut()) => {
                    self.checking = None;
                    self.finish_check(checked.unwrap_or(Err(AuthError::Failed))).await
                }
                () = live::expiry(expires_at) => Err(end(4403, "Forbidden: the token has expired")),
                () = &mut init_timeout, if !self.acknowledged => {
                    Err(end(4408, "Connection initialisation timeout"))
                }
                _ = recheck.tick(), if self.acknowledged && self.checking.is_none() => {
                    self.check_again();
                    Ok(())
                }
                _ = ping.tick() => self.ping().await,
                () = &mut ended => Err(end(1001, "The server is shutting down")),
            };
            if let Err(end) = going {
                return end;
            }
        }
    }

    /// Sends a text. A client that reads nothing for too long is disconnected.
    async fn send(&mut self, text: String) -> Flow {
        match timeout(self.state.live.settings.send_timeout, self.session.text(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End(None)),
            Err(_) => Err(end(4410, "Slow consumer: the client read nothing for too long")),
        }
    }

    async fn receive(&mut self, message: Option<Result<AggregatedMessage, ProtocolError>>) -> Flow {
        self.health = true;
        match message {
            None => Err(End(None)),
            Some(Err(error)) => Err(close_reason(&error)),
            Some(Ok(AggregatedMessage::Text(text))) => match Message::read(&text) {
                Ok(message) => self.handle(message).await,
                Err(why) => Err(end(4400, format!("Invalid message: {why}"))),
            },
            Some(Ok(AggregatedMessage::Binary(_))) => {
                Err(end(4400, "Invalid message: binary messages are not supported, send text"))
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

    async fn handle(&mut self, message: Message) -> Flow {
        match message {
            Message::Init(_) if self.initialized => Err(end(4429, "Too many initialisation requests")),
            Message::Init(authorization) => {
                self.initialized = true;
                self.initialize(authorization);
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

    /// Authenticates the client by the token of the message, else by that of the upgrade request.
    fn initialize(&mut self, authorization: Option<String>) {
        let (state, caller) = (self.state.clone().into_inner(), self.caller.clone());
        let source = self.source.clone();
        self.checking = Some(self.state.runtime.spawn(async move {
            match (authorization, caller) {
                (None, Some(caller)) => caller.recheck(&state).await,
                (token, _) => auth::caller(&state, token.map(Credential::Authorization), source).await,
            }
        }));
    }

    fn check_again(&mut self) {
        let (state, caller) = (self.state.clone().into_inner(), self.caller.clone());
        self.checking =
            caller.map(|caller| self.state.runtime.spawn(async move { caller.recheck(&state).await }));
    }

    async fn finish_check(&mut self, checked: Result<Caller, AuthError>) -> Flow {
        match checked {
            Ok(caller) => {
                self.caller = Some(caller);
                if std::mem::replace(&mut self.acknowledged, true) {
                    return Ok(());
                }
                self.send(json!({ "type": "connection_ack" }).to_string()).await
            }
            Err(AuthError::Unauthenticated(why)) => Err(end(4403, format!("Forbidden: {why}"))),
            Err(AuthError::ForbiddenOrigin | AuthError::ForbiddenSite) => {
                Err(end(4403, format!("Forbidden: {}", auth::FORBIDDEN_ORIGIN)))
            }
            // The database may be back before the next check.
            Err(AuthError::Failed | AuthError::Unavailable) if self.acknowledged => Ok(()),
            Err(AuthError::Failed | AuthError::Unavailable) => {
                Err(end(4500, "Internal server error: try again"))
            }
        }
    }

    async fn subscribe(&mut self, caller: Caller, id: String, params: Params) -> Flow {
        if self.operations.contains_key(&id) {
            return Err(end(4409, format!("Subscriber for {id} already exists")));
        }
        let most = self.state.live.settings.operations;
        if self.operations.len() >= most {
            let message =
                format!("At most {most} operations can run on one connection; complete others first.");
            let refusal = Refusal::new(Code::Overloaded, message);
            return self.send(failed(&id, &refusal.errors())).await;
        }
        let (state, say) = (self.state.clone().into_inner(), self.say.clone());
        let operation = operate(state, caller, id.clone(), params, say);
        let task = self.tasks.spawn_on(operation, &self.state.runtime);
        self.operations.insert(id, task);
        Ok(())
    }

    /// Passes on the message of an operation, unless it was stopped meanwhile.
    async fn deliver(&mut self, spoken: Outgoing) -> Flow {
        let running = self.operations.get(&spoken.operation);
        if running.is_none_or(|operation| operation.id() != spoken.task) {
            return Ok(());
        }
        if spoken.last {
            self.operations.remove(&spoken.operation);
        }
        self.send(spoken.text).await
    }

    /// Reports an operation whose task was aborted to the client.
    async fn report_abort(&mut self, ended: Result<(Id, ()), JoinError>) -> Flow {
        let Err(error) = ended else { return Ok(()) };
        if error.is_cancelled() {
            return Ok(());
        }
        tracing::error!(%error, "an operation was aborted");
        let aborted = self.operations.iter().find(|(_, operation)| operation.id() == error.id());
        let Some(id) = aborted.map(|(id, _)| id.clone()) else { return Ok(()) };
        self.operations.remove(&id);
        self.send(failed(&id, &live::aborted())).await
    }

    /// Sends a ping, or closes the connection if the last one got no pong.
    async fn ping(&mut self) -> Flow {
        if !std::mem::replace(&mut self.health, false) {
            return Err(end(4410, "Pings were not answered"));
        }
        let ping = timeout(self.state.live.settings.send_timeout, self.session.ping(b""));
        if matches!(ping.await, Ok(Ok(()))) { Ok(()) } else { Err(End(None)) }
    }
}

/// A regular interval that does not catch up on missed ticks.
fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Runs an operation and sends its messages.
async fn operate(state: Arc<State>, caller: Caller, id: String, params: Params, say: mpsc::Sender<Outgoing>) {
    let task = tokio::task::id();
    let speak = async |text: String, last: bool| {
        // A closed socket stops its operations.
        let _ = say.send(Outgoing { task, operation: id.clone(), text, last }).await;
    };
    let admitted = match state.documents.admit(&caller.viewer, params) {
        Ok(admitted) => admitted,
        Err(refusal) => return speak(failed(&id, &refusal.errors()), true).await,
    };
    let mut running = live::run(&state, caller.viewer, admitted);
    while let Some(said) = running.next().await {
        match said {
            SubscriptionMessage::Next(response) => speak(message(&id, "next", &response), false).await,
            SubscriptionMessage::Failed(errors) => return speak(failed(&id, &errors), true).await,
        }
    }
    speak(json!({ "id": id, "type": "complete" }).to_string(), true).await;
}

fn failed(id: &str, errors: &Errors) -> String {
    message(id, "error", errors)
}

fn message(id: &str, kind: &str, payload: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Message<'a, P> {
        id: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
        payload: &'a P,
    }
    // Responses are maps with strings as keys: they can be serialized.
    serde_json::to_string(&Message { id, kind, payload }).unwrap_or_default()
}

/// The WebSocket close code for a protocol error.
fn close_reason(error: &ProtocolError) -> End {
    match error {
        ProtocolError::Overflow => end(1009, "The message is too long (--socket-message)"),
        ProtocolError::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            end(1007, "The message is not valid UTF-8")
        }
        // The error of a fragmented message.
        ProtocolError::Io(_) => end(1009, "The message is too long (--socket-message)"),
        _ => end(1002, "WebSocket protocol error"),
    }
}
