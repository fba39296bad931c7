//! Group commit: answers that arrive at the same time share one transaction.
//!
//! Each caller is answered after the commit of the transaction that holds its answers, so durability is not
//! bought with throughput: while one commit waits for the disk, the next group gathers. Each organization has a line of
//! its own, so one that is held up holds up no other.

use std::collections::{HashMap, VecDeque};

use ballroom_entity::id::OrganizationId;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{
        access::Submit,
        feedback::{self, Handed, Submission, Submitted, Telling},
    },
    store::Store,
};

/// Answers in one transaction, at most: enough to make a commit cheap, few enough to keep waiting short.
const GROUP: usize = 2_000;

/// Callers of an organization who may wait in line; the next ones are turned away.
const LINE: usize = 10_000;

/// Where answers are handed in.
#[derive(Clone)]
pub struct GroupCommit {
    line: mpsc::UnboundedSender<Job>,
}

struct Job {
    organization: OrganizationId,
    items: Vec<Handed>,
    answer: oneshot::Sender<Result<Vec<Result<Submitted, Error>>, Error>>,
}

impl GroupCommit {
    /// Starts the writer. It ends, everything written, when the last handle is dropped.
    pub fn start(store: Store) -> (Self, JoinHandle<()>) {
        let (line, waiting) = mpsc::unbounded_channel();
        (Self { line }, tokio::spawn(write(store, waiting)))
    }

    /// Submits answers, each taken or refused by itself; returns when those taken are on disk. What a caller may say of
    /// an answer is for [`Handed::confined`].
    pub async fn submit(
        &self,
        by: Submit,
        source: &str,
        items: Vec<impl Into<Handed>>,
    ) -> Result<Vec<Result<Submitted, Error>>, Error> {
        let confined = items.into_iter().map(|item| item.into().confined(&by, source));
        let (mut taken, mut results) = (Vec::new(), Vec::new());
        for item in confined {
            results.push(item.map(|item| taken.push(item)));
        }
        let mut stored = self.hand_in(&by, taken).await?.into_iter();
        let gone = || {
            Err(Error::internal("an answer got lost", "the writer answered fewer items than it was given"))
        };
        let result = |result: Result<(), Error>| result.and_then(|()| stored.next().unwrap_or_else(gone));
        Ok(results.into_iter().map(result).collect())
    }

    async fn hand_in(&self, by: &Submit, items: Vec<Handed>) -> Result<Vec<Result<Submitted, Error>>, Error> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let job = Job { organization: by.organization(), items, answer };
        let stopped = || Error::internal("the writer has stopped", "it ended before it answered");
        self.line.send(job).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

/// The lines of all organizations, and what is being written.
#[derive(Default)]
struct Lines {
    waiting: HashMap<OrganizationId, VecDeque<Job>>,
    writing: JoinSet<()>,
    /// For whom each task writes.
    whose: HashMap<tokio::task::Id, OrganizationId>,
}

async fn write(store: Store, mut arriving: mpsc::UnboundedReceiver<Job>) {
    let mut lines = Lines::default();
    let mut open = true;
    while open || !lines.writing.is_empty() {
        tokio::select! {
            job = arriving.recv(), if open => match job {
                Some(job) => lines.join(&store, job),
                None => open = false,
            },
            Some(done) = lines.writing.join_next_with_id() => {
                let task = match done {
                    Ok((task, ())) => task,
                    // Its callers are told that it failed, and the next group goes on.
                    Err(error) => {
                        tracing::error!(error = with_causes(&error), "a group of answers was not written");
                        error.id()
                    }
                };
                lines.next(&store, task);
            }
        }
    }
}

impl Lines {
    /// A job joins the line of its organization, or is turned away.
    fn join(&mut self, store: &Store, job: Job) {
        let organization = job.organization;
        match self.waiting.get_mut(&organization) {
            Some(line) if line.len() >= LINE => {
                let _ =
                    job.answer.send(Err(Error::Overloaded("Too many answers already wait to be written")));
            }
            Some(line) => line.push_back(job),
            // Nobody writes for it: this one does, at once.
            None => {
                self.waiting.insert(organization, VecDeque::from([job]));
                self.start(store, organization);
            }
        }
    }

    /// The group that a task wrote is done: the next one of that organization follows.
    fn next(&mut self, store: &Store, task: tokio::task::Id) {
        let Some(organization) = self.whose.remove(&task) else { return };
        match self.waiting.get(&organization) {
            Some(line) if !line.is_empty() => self.start(store, organization),
            _ => {
                self.waiting.remove(&organization);
            }
        }
    }

    fn start(&mut self, store: &Store, organization: OrganizationId) {
        let Some(line) = self.waiting.get_mut(&organization) else { return };
        let (mut group, mut answers) = (Vec::new(), 0);
        while let Some(job) = line.front() {
            if !group.is_empty() && answers + job.items.len() > GROUP {
                break;
            }
            answers += job.items.len();
            group.extend(line.pop_front());
        }
        let store = store.clone();
        let task = self.writing.spawn(async move { commit(&store, organization, group).await });
        self.whose.insert(task.id(), organization);
    }
}

async fn commit(store: &Store, organization: OrganizationId, group: Vec<Job>) {
    let mut answers = Vec::with_capacity(group.len());
    let mut items = Vec::new();
    for job in group {
        answers.push((job.answer, job.items.len()));
        items.extend(job.items);
    }
    match commit_all(store, organization, items).await {
        Ok(results) => {
            let mut results = results.into_iter();
            for (answer, items) in answers {
                // A caller who has gone away does not need the answer; its items are stored all the same.
                let _ = answer.send(Ok(results.by_ref().take(items).collect()));
            }
        }
        Err(error) => {
            tracing::warn!(error = with_causes(&error), "a group of answers could not be written");
            for (answer, _) in answers {
                let _ = answer.send(Err(error.clone()));
            }
        }
    }
}

async fn commit_all(
    store: &Store,
    organization: OrganizationId,
    items: Vec<Handed>,
) -> Result<Vec<Result<Submitted, Error>>, Error> {
    let how = Submission { create_customers: true, telling: Telling::Each };
    let mut tx = store.begin(organization, clock::now()).await?;
    let results = feedback::submit_in(&mut tx, "", items, how).await?;
    tx.commit().await?;
    Ok(results)
}
