//! Full-text search of the knowledge of an organization, by the means of each database: FTS5 in SQLite, `tsvector` with a GIN
//! index in PostgreSQL. Both get words whose endings the server has removed (`base/lexis.rs`), so both find the same.

use std::collections::BTreeSet;

use ballroom_entity::id::OrganizationId;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use uuid::Uuid;

/// Stores the words of an object, or replaces them.
pub(crate) async fn index(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    subject: Uuid,
    words: &BTreeSet<String>,
) -> Result<(), DbErr> {
    remove(db, organization, subject).await?;
    let words = words.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let (insert, values): (_, Vec<Value>) = match db.get_database_backend() {
        DbBackend::Sqlite => (
            "INSERT INTO knowledge_text (tenant, subject, words) VALUES (?, ?, ?)",
            vec![hex(organization.0).into(), hex(subject).into(), words.into()],
        ),
        _ => (
            "INSERT INTO knowledge_text (organization_id, subject_id, words) \
             VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))",
            vec![organization.0.into(), subject.into(), words.into()],
        ),
    };
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), insert, values)).await?;
    Ok(())
}

/// Removes the words of an object.
pub(crate) async fn remove(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    subject: Uuid,
) -> Result<(), DbErr> {
    let (delete, values): (_, Vec<Value>) = match db.get_database_backend() {
        // By the index: a condition on a column of an FTS5 table would read all of it.
        DbBackend::Sqlite => (
            "DELETE FROM knowledge_text WHERE rowid IN (SELECT rowid FROM knowledge_text WHERE knowledge_text MATCH ?)",
            vec![format!("tenant : {} AND subject : {}", hex(organization.0), hex(subject)).into()],
        ),
        _ => (
            "DELETE FROM knowledge_text WHERE organization_id = $1 AND subject_id = $2",
            vec![organization.0.into(), subject.into()],
        ),
    };
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), delete, values)).await?;
    Ok(())
}

/// The objects that contain any of these words, each with its words: the best by the database's own ranking.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    words: &BTreeSet<String>,
    limit: u64,
) -> Result<Vec<(Uuid, BTreeSet<String>)>, DbErr> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let (select, values): (_, Vec<Value>) = match db.get_database_backend() {
        DbBackend::Sqlite => {
            let any = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ");
            let expression = format!("tenant : {} AND words : ({any})", hex(organization.0));
            (
                "SELECT subject, words FROM knowledge_text WHERE knowledge_text MATCH ? \
                 ORDER BY bm25(knowledge_text, 0.0, 0.0, 1.0), subject LIMIT ?",
                vec![expression.into(), (limit as i64).into()],
            )
        }
        _ => {
            // Words consist of letters and digits: nothing in them has a meaning in a query.
            let any = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | ");
            (
                "SELECT replace(subject_id::text, '-', '') AS subject, \
                 array_to_string(tsvector_to_array(words), ' ') AS words \
                 FROM knowledge_text WHERE organization_id = $1 AND words @@ $2::tsquery \
                 ORDER BY ts_rank(words, $2::tsquery) DESC, subject_id LIMIT $3",
                vec![organization.0.into(), any.into(), (limit as i64).into()],
            )
        }
    };
    let rows =
        db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), select, values)).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (subject, words): (String, String) = (row.try_get("", "subject")?, row.try_get("", "words")?);
        if let Ok(subject) = Uuid::try_parse(&subject) {
            found.push((subject, words.split(' ').map(str::to_owned).collect()));
        }
    }
    Ok(found)
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}
