//! The schema of the database: up, down and up again, and equal to the entities.

use ballroom_entity as entity;
use ballroom_migration::Migrator;
use ballroom_tests::{Backend, Database, on_both};
use sea_orm::EntityTrait;
use sea_orm_migration::MigratorTrait;

on_both!(every_step_can_be_taken_back, the_tables_are_what_the_entities_say);

async fn every_step_can_be_taken_back(backend: Backend) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let db = sea_orm::Database::connect(database.url()).await.unwrap();
    let steps = Migrator::migrations().len() as u32;
    for back in 1..=steps {
        Migrator::down(&db, Some(back)).await.unwrap();
        assert_eq!(Migrator::get_pending_migrations(&db).await.unwrap().len() as u32, back);
        Migrator::up(&db, None).await.unwrap();
    }
    assert_eq!(store.pending_migrations().await.unwrap(), 0);
}

async fn the_tables_are_what_the_entities_say(backend: Backend) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    macro_rules! read {
        ($($table:ident)*) => {{
            $(
                entity::$table::Entity::find().all(store.reader()).await.expect(stringify!($table));
            )*
            [$(stringify!($table)),*].len()
        }};
    }
    let tables = read!(
        organization product feature release release_feature release_interval deployment iteration segment customer scale feedback
        incident incident_feature incident_customer incident_interval attribution exposure feedback_daily incident_daily exposure_daily
        api_token outbox parameters_daily team member team_member identity operator_token
        job job_run session count_code
    );
    assert_eq!(tables, 33);
}
