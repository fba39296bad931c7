//! Members, teams, the identities and tokens that members are known by, who did what, and the operators of a server.

use std::collections::HashMap;

use sea_orm_migration::{
    prelude::*,
    sea_orm::prelude::{DateTimeUtc, Uuid},
};

/// Members, teams, and who did what.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Columns that say who did something: an actor as text; null in rows from before this was recorded.
const DONE_BY: [(&str, &str); 10] = [
    ("incident", "opened_by"),
    ("incident", "reopened_by"),
    ("incident", "resolved_by"),
    ("incident_interval", "opened_by"),
    ("incident_interval", "resolved_by"),
    ("attribution", "stated_by"),
    ("release", "planned_by"),
    ("release", "shipped_by"),
    ("release", "withdrawn_by"),
    ("deployment", "recorded_by"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [team(), member(), team_member(), identity(), operator_token()] {
            manager.create_table(table).await?;
        }
        for index in [
            unique("team_key", "team", &["organization_id", "key"]),
            unique("member_email", "member", &["organization_id", "email"]),
            unique("identity_subject", "identity", &["organization_id", "issuer", "subject"]),
            Index::create()
                .name("team_member_member")
                .table("team_member")
                .col("organization_id")
                .col("member_id")
                .to_owned(),
            Index::create()
                .name("identity_member")
                .table("identity")
                .col("organization_id")
                .col("member_id")
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        let member = ColumnDef::new("member_id").uuid().null().to_owned();
        add(manager, "api_token", member).await?;
        for (table, column) in DONE_BY {
            add(manager, table, ColumnDef::new(column).string_len(64).null().to_owned()).await?;
        }
        teams_from_texts(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        texts_from_teams(manager).await?;
        for (table, column) in DONE_BY.iter().rev() {
            manager.alter_table(Table::alter().table(*table).drop_column(*column).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("api_token").drop_column("member_id").to_owned()).await?;
        for table in ["operator_token", "identity", "team_member", "member", "team"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}

fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).unique().to_owned();
    columns.iter().for_each(|column| {
        index.col(*column);
    });
    index
}

fn of_organization(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from(table, "organization_id").to("organization", "id"))
        .to_owned()
}

fn team() -> TableCreateStatement {
    of_organization("team")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("key").string_len(200).not_null())
        .col(ColumnDef::new("name").string_len(200).not_null())
        // Folded by the server, as for features and releases; filled in after the migration.
        .col(ColumnDef::new("search").text().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

fn member() -> TableCreateStatement {
    of_organization("member")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("email").string_len(254).null())
        .col(ColumnDef::new("name").string_len(200).not_null())
        .col(ColumnDef::new("roles").json_binary().not_null())
        .col(ColumnDef::new("language").string_len(35).null())
        .col(ColumnDef::new("vocabulary").string_len(16).not_null())
        .col(ColumnDef::new("search").text().not_null())
        .col(ColumnDef::new("removed_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

fn team_member() -> TableCreateStatement {
    of_organization("team_member")
        .col(ColumnDef::new("team_id").uuid().not_null())
        .col(ColumnDef::new("member_id").uuid().not_null())
        .primary_key(Index::create().col("organization_id").col("team_id").col("member_id"))
        .foreign_key(
            ForeignKey::create()
                .from("team_member", ("organization_id", "team_id"))
                .to("team", ("organization_id", "id")),
        )
        .foreign_key(
            ForeignKey::create()
                .from("team_member", ("organization_id", "member_id"))
                .to("member", ("organization_id", "id")),
        )
        .to_owned()
}

fn identity() -> TableCreateStatement {
    of_organization("identity")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("issuer").string_len(500).not_null())
        .col(ColumnDef::new("subject").string_len(255).not_null())
        .col(ColumnDef::new("name").string_len(200).not_null())
        .col(ColumnDef::new("member_id").uuid().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

/// Of no organization: it stands above them.
fn operator_token() -> TableCreateStatement {
    Table::create()
        .table("operator_token")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("name").string_len(200).not_null())
        .col(ColumnDef::new("secret_hash").string_len(64).not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("revoked_at").timestamp_with_time_zone().null())
        .primary_key(Index::create().col("id"))
        .to_owned()
}

/// The name of a team was a text of each feature: each text becomes a team with this key. Its id is that of the first
/// of its features, which no other team has.
async fn teams_from_texts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add(manager, "feature", ColumnDef::new("team_id").uuid().null().to_owned()).await?;
    let named = Query::select()
        .columns(["organization_id", "id", "team", "created_at"])
        .from("feature")
        .and_where(Expr::col("team").is_not_null())
        .order_by("id", Order::Asc)
        .to_owned();
    let mut teams: HashMap<(Uuid, String), Uuid> = HashMap::new();
    for row in manager.get_connection().query_all(&named).await? {
        let (organization, feature): (Uuid, Uuid) =
            (row.try_get("", "organization_id")?, row.try_get("", "id")?);
        let (key, at): (String, DateTimeUtc) = (row.try_get("", "team")?, row.try_get("", "created_at")?);
        let team = match teams.get(&(organization, key.clone())) {
            Some(team) => *team,
            None => {
                let insert = Query::insert()
                    .into_table("team")
                    .columns(["organization_id", "id", "key", "name", "created_at", "updated_at"])
                    .values_panic([
                        organization.into(),
                        feature.into(),
                        key.clone().into(),
                        key.clone().into(),
                        at.into(),
                        at.into(),
                    ])
                    .to_owned();
                manager.execute(insert).await?;
                teams.insert((organization, key), feature);
                feature
            }
        };
        let owned = Query::update()
            .table("feature")
            .value("team_id", team)
            .and_where(Expr::col("organization_id").eq(organization))
            .and_where(Expr::col("id").eq(feature))
            .to_owned();
        manager.execute(owned).await?;
    }
    manager.alter_table(Table::alter().table("feature").drop_column("team").to_owned()).await
}

async fn texts_from_teams(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add(manager, "feature", ColumnDef::new("team").string_len(200).null().to_owned()).await?;
    let teams = Query::select().columns(["organization_id", "id", "name"]).from("team").to_owned();
    for row in manager.get_connection().query_all(&teams).await? {
        let (organization, team): (Uuid, Uuid) =
            (row.try_get("", "organization_id")?, row.try_get("", "id")?);
        let name: String = row.try_get("", "name")?;
        let named = Query::update()
            .table("feature")
            .value("team", name)
            .and_where(Expr::col("organization_id").eq(organization))
            .and_where(Expr::col("team_id").eq(team))
            .to_owned();
        manager.execute(named).await?;
    }
    manager.alter_table(Table::alter().table("feature").drop_column("team_id").to_owned()).await
}
