//! Sending the digests of notifications.

use super::kind::{Done, Work};
use crate::{
    base::error::{Error, with_causes},
    domain::digest,
    words::counted,
};

/// Sends the digests that are due. Those that were not accepted are attempted again with the job.
pub(super) async fn run(work: &Work<'_>) -> Result<Done, Error> {
    let Some(sender) = work.sender.filter(|sender| sender.has_mail()) else {
        return Ok(Done { items: 0, message: "this process sends no mail".to_owned() });
    };
    let (mut sent, mut refused, mut again) = (0, 0, Vec::new());
    for one in digest::due(work.store, work.lease.organization, work.now).await? {
        match sender.digest(&one).await {
            Ok(()) => sent += 1,
            // What an address refuses is in the inbox; the next digest tells what comes.
            Err(failure) if failure.is_permanent => {
                tracing::warn!(reason = failure.reason, "a digest was refused");
                refused += 1;
            }
            Err(failure) => {
                again.push(failure.reason);
                continue;
            }
        }
        digest::sent(work.store, work.lease, &one, work.now).await.inspect_err(|error| {
            tracing::error!(error = with_causes(error), "cannot record a digest");
        })?;
    }
    if let Some(reason) = again.first() {
        let count = counted(again.len() as u64, "digest");
        return Err(Error::internal("digests were not sent", format!("{count}, for example: {reason}")));
    }
    let message = match refused {
        0 => format!("sent {}", counted(sent, "digest")),
        _ => format!("sent {}, and {refused} were refused", counted(sent, "digest")),
    };
    Ok(Done { items: sent, message })
}
