//! Taking data in: answers one by one, grouped into few transactions; files, however large.

mod group_commit;

pub use group_commit::GroupCommit;
