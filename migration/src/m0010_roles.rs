//! Roles of the trade, scopes of tokens, and tokens of customers.

use sea_orm_migration::prelude::*;

/// Roles of the trade, scopes of tokens, and tokens of customers.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What each of the first roles becomes: a role and a scope that allow no more than it did.
const BECOMES: [(&str, &str, &str); 3] =
    [("reader", "support", "read"), ("contributor", "support", "full"), ("manager", "product", "full")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let scope = ColumnDef::new("scope").string_len(16).not_null().default("full").to_owned();
        let customer = ColumnDef::new("customer_id").uuid().null().to_owned();
        for column in [scope, customer] {
            manager.alter_table(Table::alter().table("api_token").add_column(column).to_owned()).await?;
        }
        for (before, role, scope) in BECOMES {
            let update = Query::update()
                .table("api_token")
                .values([("role", role.into()), ("scope", scope.into())])
                .and_where(Expr::col("role").eq(before))
                .to_owned();
            manager.execute(update).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Back to the greatest of the first roles that allows no more; who could read only part reads nothing.
        let old = ["reader", "contributor", "manager", "administrator"];
        for (before, role, scope) in BECOMES.iter().rev() {
            let update = Query::update()
                .table("api_token")
                .value("role", *before)
                .and_where(Expr::col("role").eq(*role))
                .and_where(Expr::col("scope").eq(*scope))
                .to_owned();
            manager.execute(update).await?;
        }
        let others =
            Query::delete().from_table("api_token").and_where(Expr::col("role").is_not_in(old)).to_owned();
        manager.execute(others).await?;
        for column in ["customer_id", "scope"] {
            manager.alter_table(Table::alter().table("api_token").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
