//! Inserts into several tables that are sent together.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use super::Bulk;

/// Inserts that wait for others. On PostgreSQL they are parts of one statement, and one round trip; SQLite has none, and gets each
/// at once.
#[derive(Default)]
pub struct Together(Vec<(String, Vec<Value>)>);

impl Together {
    /// Adds rows of a table.
    pub async fn insert(
        &mut self,
        db: &impl ConnectionTrait,
        table: &Bulk,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), DbErr> {
        match db.get_database_backend() {
            DbBackend::Postgres if Bulk::is_one_statement(&rows) => {
                if !rows.is_empty() {
                    self.0.push(table.arrays(rows));
                }
                Ok(())
            }
            _ => table.insert(db, rows).await,
        }
    }

    /// Adds another insert.
    pub async fn add(&mut self, db: &impl ConnectionTrait, statement: Statement) -> Result<(), DbErr> {
        match db.get_database_backend() {
            DbBackend::Postgres => {
                self.0.push((statement.sql, statement.values.map(|values| values.0).unwrap_or_default()));
                Ok(())
            }
            _ => db.execute_raw(statement).await.map(drop),
        }
    }

    /// Sends all. What is read afterwards contains them.
    pub async fn send(&mut self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        let Some((mut sql, mut values)) = self.0.pop() else { return Ok(()) };
        let mut parts = Vec::with_capacity(self.0.len());
        for (number, (part, given)) in self.0.drain(..).enumerate() {
            parts.push(format!("part_{number} AS ({})", with_numbers_from(values.len(), &part)));
            values.extend(given);
        }
        if !parts.is_empty() {
            sql = format!("WITH {} {sql}", parts.join(", "));
        }
        db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await.map(drop)
    }
}

/// A statement with greater numbers of its placeholders.
fn with_numbers_from(first: usize, sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|next: char| !next.is_ascii_digit()).unwrap_or(part.len());
        let number = part[..end].parse::<usize>().unwrap_or_default();
        text.push_str(&format!("${}{}", number + first, &part[end..]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_on() {
        assert_eq!(with_numbers_from(7, "SELECT $1::uuid[], $12"), "SELECT $8::uuid[], $19");
        assert_eq!(with_numbers_from(7, "SELECT 1"), "SELECT 1");
    }
}
