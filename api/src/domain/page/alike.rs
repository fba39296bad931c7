//! Pages that differ in one ID, such as the latest responses of each of some features, in one statement of PostgreSQL.
//!
//! A part of a statement for each page takes the planner longer than all pages take to be read (6.8 ms for 20 features), and each
//! number of pages is another text to prepare. Here the IDs are one array, and the page is a lateral subselect.

use sea_orm::{
    DbBackend, Statement, Value,
    sea_query::{ArrayType, PostgresQueryBuilder, SelectStatement},
};

/// The statement; none if the pages differ in more, or if there are fewer than two.
pub(super) fn statement(selects: &[SelectStatement]) -> Option<Statement> {
    let mut built = selects.iter().map(|select| select.build(PostgresQueryBuilder));
    let (sql, first) = built.next()?;
    let mut values = first.0;
    let mut ids = Vec::with_capacity(selects.len());
    let mut at = None;
    for (other, given) in built {
        let mut differ = values.iter().zip(&given.0).enumerate().filter(|(_, (first, other))| first != other);
        let (place, (_, Value::Uuid(Some(id)))) = differ.next()? else { return None };
        if other != sql
            || given.0.len() != values.len()
            || differ.next().is_some()
            || *at.get_or_insert(place) != place
        {
            return None;
        }
        ids.push(Value::Uuid(Some(*id)));
    }
    let at = at?;
    ids.insert(0, values[at].clone());
    values[at] = Value::Array(ArrayType::Uuid, Some(Box::new(ids)));
    let (array, page) = (at + 1, with_column(&sql, at + 1)?);
    let sql = format!(
        "SELECT page.*, wanted.arm::integer - 1 AS arm FROM unnest(${array}::uuid[]) WITH ORDINALITY AS wanted (id, arm) \
         CROSS JOIN LATERAL ({page}) AS page"
    );
    Some(Statement::from_sql_and_values(DbBackend::Postgres, sql, values))
}

/// The text with the ID of the array instead of its only placeholder of this number.
fn with_column(sql: &str, number: usize) -> Option<String> {
    let placeholder = format!("${number}");
    let mut places = sql
        .match_indices(&placeholder)
        .filter(|(at, _)| !sql[at + placeholder.len()..].starts_with(|next: char| next.is_ascii_digit()));
    let (at, _) = places.next()?;
    match places.next() {
        None => Some(format!("{}wanted.id{}", &sql[..at], &sql[at + placeholder.len()..])),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
    use uuid::Uuid;

    use super::*;

    fn page(product: u128, feature: u128, rows: u64) -> SelectStatement {
        let column = |name: &str| Expr::col(Alias::new(name));
        Query::select()
            .column(Alias::new("id"))
            .from(Alias::new("feedback"))
            .and_where(column("product_id").eq(Uuid::from_u128(product)))
            .and_where(column("feature_id").eq(Uuid::from_u128(feature)))
            .limit(rows)
            .to_owned()
    }

    #[test]
    fn pages_that_differ_in_one_id_are_one_statement_whatever_their_number() {
        let two = statement(&[page(1, 7, 5), page(1, 8, 5)]).unwrap();
        let three = statement(&[page(1, 7, 5), page(1, 8, 5), page(1, 7, 5)]);
        assert_eq!(
            two.sql,
            "SELECT page.*, wanted.arm::integer - 1 AS arm FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, arm) \
             CROSS JOIN LATERAL (SELECT \"id\" FROM \"feedback\" WHERE \"product_id\" = $1 AND \"feature_id\" = wanted.id \
             LIMIT $3) AS page"
        );
        let ids = [7, 8].map(|id| Value::Uuid(Some(Uuid::from_u128(id))));
        let values = two.values.unwrap().0;
        assert_eq!(values[1], Value::Array(ArrayType::Uuid, Some(Box::new(ids.to_vec()))));
        assert_eq!(
            (&values[0], &values[2]),
            (&Value::Uuid(Some(Uuid::from_u128(1))), &Value::BigUnsigned(Some(5)))
        );
        // The third is the first once more: no place at which they differ.
        assert!(three.is_none());
    }

    #[test]
    fn pages_that_differ_in_more_are_not() {
        assert!(statement(&[page(1, 7, 5)]).is_none(), "a single one");
        assert!(statement(&[page(1, 7, 5), page(2, 8, 5)]).is_none(), "two IDs");
        assert!(statement(&[page(1, 7, 5), page(1, 8, 6)]).is_none(), "the number of rows");
        assert!(
            statement(&[page(1, 7, 5), page(2, 7, 5), page(1, 8, 5)]).is_none(),
            "one ID each, but not the same one"
        );
    }
}
