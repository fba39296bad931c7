//! Group commit: responses that arrive at the same time share one transaction.
//!
//! Each caller gets its result after the commit of the transaction that contains its responses, so durability does not
//! reduce throughput: while one commit waits for the disk, the next group is collected. Each organization has its own
//! queue, so a delay in one does not affect the others.
//!
//! Clients that wait for their results send their next responses at about the same time. If the first of them began the next group
//! alone, every second commit would be for one response. So after a group of several callers the next one is begun when as
//! many wait, or after a moment.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

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
        feedback::{self, EventDetail, Handed, Submission, Submitted},
    },
    store::Store,
};

/// Maximum number of responses in one transaction: enough to make a commit cheap, few enough to keep waiting short.
const MAX_GROUP: usize = 2_000;

/// How long the next group of several callers is waited for.
const MOMENT: Duration = Duration::from_millis(1);

/// Maximum number of callers of an organization in the queue; further ones are refused.
const MAX_QUEUE: usize = 10_000;

/// Accepts responses and writes them in groups.
#[derive(Clone)]
pub struct GroupCommit {
    queue: mpsc::UnboundedSender<Job>,
}

struct Job {
    organization: OrganizationId,
    items: Vec<Handed>,
    answer: oneshot::Sender<Result<Vec<Result<Submitted, Error>>, Error>>,
}

impl GroupCommit {
    /// Starts the writer. It ends, with everything written, when the last handle is dropped.
    pub fn start(store: Store) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::unbounded_channel();
        (Self { queue }, tokio::spawn(write(store, waiting)))
    }

    /// Submits responses, each accepted or refused separately; returns when the accepted ones are on disk.
    /// [`Handed::confined`] checks what a caller may specify.
    pub async fn submit(
        &self,
        by: Submit,
        source: &str,
        items: Vec<impl Into<Handed>>,
    ) -> Result<Vec<Result<Submitted, Error>>, Error> {
        let confined = items.into_iter().map(|item| item.into().confined(&by, source));
        let (mut accepted, mut results) = (Vec::new(), Vec::new());
        for item in confined {
            results.push(item.map(|item| accepted.push(item)));
        }
        let mut stored = self.enqueue(&by, accepted).await?.into_iter();
        let gone =
            || Err(Error::internal("a response was lost", "the writer returned fewer results than items"));
        let result = |result: Result<(), Error>| result.and_then(|()| stored.next().unwrap_or_else(gone));
        Ok(results.into_iter().map(result).collect())
    }

    async fn enqueue(&self, by: &Submit, items: Vec<Handed>) -> Result<Vec<Result<Submitted, Error>>, Error> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let job = Job { organization: by.organization(), items, answer };
        let stopped = || Error::internal("the writer has stopped", "it ended without a result");
        self.queue.send(job).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

/// The queues of all organizations, and the tasks that write.
#[derive(Default)]
struct Queues {
    waiting: HashMap<OrganizationId, Queue>,
    /// The tasks that write, and those that wait a moment for the next group.
    tasks: JoinSet<()>,
    /// The organization of each task.
    whose: HashMap<tokio::task::Id, OrganizationId>,
}

/// The queue of an organization while a task writes or waits for it.
struct Queue {
    jobs: VecDeque<Job>,
    /// The number of callers in the last group.
    last: usize,
    /// The task that writes, or waits for more callers. A task that is not this one has been overtaken.
    task: Option<tokio::task::Id>,
    /// Whether it waits.
    gathering: bool,
}

async fn write(store: Store, mut arriving: mpsc::UnboundedReceiver<Job>) {
    let mut queues = Queues::default();
    let mut open = true;
    while open || !queues.tasks.is_empty() {
        tokio::select! {
            job = arriving.recv(), if open => match job {
                Some(job) => queues.join(&store, job),
                None => open = false,
            },
            Some(done) = queues.tasks.join_next_with_id() => {
                let task = match done {
                    Ok((task, ())) => task,
                    // Its callers get an error, and the next group continues.
                    Err(error) => {
                        tracing::error!(error = with_causes(&error), "the writing of a group of responses was aborted");
                        error.id()
                    }
                };
                queues.next(&store, task);
            }
        }
    }
}

impl Queues {
    /// Adds a job to the queue of its organization, or refuses it.
    fn join(&mut self, store: &Store, job: Job) {
        let organization = job.organization;
        match self.waiting.get_mut(&organization) {
            Some(queue) if queue.jobs.len() >= MAX_QUEUE => {
                let _ =
                    job.answer.send(Err(Error::Overloaded("Too many responses are waiting to be written")));
            }
            Some(queue) => {
                queue.jobs.push_back(job);
                if queue.gathering && queue.jobs.len() >= queue.last {
                    self.start(store, organization);
                }
            }
            // No task is writing for the organization: start one.
            None => {
                let queue = Queue { jobs: VecDeque::from([job]), last: 1, task: None, gathering: false };
                self.waiting.insert(organization, queue);
                self.start(store, organization);
            }
        }
    }

    /// After a task has finished, starts the next group of its organization.
    fn next(&mut self, store: &Store, task: tokio::task::Id) {
        let Some(organization) = self.whose.remove(&task) else { return };
        let Some(queue) = self.waiting.get_mut(&organization).filter(|queue| queue.task == Some(task)) else {
            return;
        };
        if !queue.gathering && queue.last > 1 && queue.jobs.len() < queue.last {
            let task = self.tasks.spawn(tokio::time::sleep(MOMENT)).id();
            (queue.task, queue.gathering) = (Some(task), true);
            self.whose.insert(task, organization);
        } else if queue.jobs.is_empty() {
            self.waiting.remove(&organization);
        } else {
            self.start(store, organization);
        }
    }

    fn start(&mut self, store: &Store, organization: OrganizationId) {
        let Some(queue) = self.waiting.get_mut(&organization) else { return };
        let (mut group, mut answers) = (Vec::new(), 0);
        while let Some(job) = queue.jobs.front() {
            if !group.is_empty() && answers + job.items.len() > MAX_GROUP {
                break;
            }
            answers += job.items.len();
            group.extend(queue.jobs.pop_front());
        }
        (queue.last, queue.gathering) = (group.len(), false);
        let store = store.clone();
        let task = self.tasks.spawn(async move { commit(&store, organization, group).await });
        queue.task = Some(task.id());
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
                // A caller that has disconnected does not need the result; its items are stored all the same.
                let _ = answer.send(Ok(results.by_ref().take(items).collect()));
            }
        }
        Err(error) => {
            tracing::warn!(error = with_causes(&error), "cannot write a group of responses");
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
    let how = Submission { create_customers: true, event_detail: EventDetail::Each };
    let mut tx = store.begin(organization, clock::now()).await?;
    let results = feedback::submit_last(&mut tx, "", items, how).await?;
    tx.commit().await?;
    Ok(results)
}
