//! Group commit: answers that arrive at the same time share one transaction.
//!
//! Each caller is answered after the commit of the transaction that holds its answers, so durability is not
//! bought with throughput: while one commit waits for the disk, the next group gathers.

use ballroom_entity::id::OrganizationId;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    clock,
    domain::{
        access::Submit,
        error::Error,
        feedback::{self, Handed, Submission, Submitted, Telling},
    },
    store::Store,
};

/// Answers in one transaction, at most: enough to make a commit cheap, few enough to keep waiting short.
const GROUP: usize = 2_000;

/// Callers who may wait in line; the next ones wait to join it.
const LINE: usize = 10_000;

/// Where answers are handed in.
#[derive(Clone)]
pub struct GroupCommit {
    line: mpsc::Sender<Job>,
}

struct Job {
    organization: OrganizationId,
    items: Vec<Handed>,
    answer: oneshot::Sender<Result<Vec<Result<Submitted, Error>>, Error>>,
}

impl GroupCommit {
    /// Starts the writer. It ends, everything written, when the last handle is dropped.
    pub fn start(store: Store) -> (Self, JoinHandle<()>) {
        let (line, waiting) = mpsc::channel(LINE);
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
        let gone = || Err(Error::Database("an answer got lost".to_owned()));
        let result = |result: Result<(), Error>| result.and_then(|()| stored.next().unwrap_or_else(gone));
        Ok(results.into_iter().map(result).collect())
    }

    async fn hand_in(&self, by: &Submit, items: Vec<Handed>) -> Result<Vec<Result<Submitted, Error>>, Error> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let job = Job { organization: by.organization(), items, answer };
        let stopped = || Error::Database("the writer has stopped".to_owned());
        self.line.send(job).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Job>) {
    let mut kept = None;
    loop {
        let first = match kept.take() {
            Some(job) => job,
            None => match waiting.recv().await {
                Some(job) => job,
                None => return,
            },
        };
        let organization = first.organization;
        let mut answers = first.items.len();
        let mut group = vec![first];
        while answers < GROUP {
            match waiting.try_recv() {
                Ok(job) if job.organization == organization && answers + job.items.len() <= GROUP => {
                    answers += job.items.len();
                    group.push(job);
                }
                Ok(job) => {
                    kept = Some(job);
                    break;
                }
                Err(_) => break,
            }
        }
        // In a task of its own: should it panic, its callers are told that it failed, and the next group goes on.
        let store = store.clone();
        if let Err(error) = tokio::spawn(async move { commit(&store, organization, group).await }).await {
            tracing::error!(%error, "a group of answers was not written");
        }
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
            tracing::error!(%error, "a group of answers could not be written");
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
