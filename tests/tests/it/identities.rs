//! Callers of an OpenID Connect issuer: who becomes a member, and who is never identified as one.

use ballroom::{
    base::reference::PublicId,
    domain::{
        access::Administer,
        identity::{self, Caller, Identification, Person, Subject},
        member::{self, MemberChanges, NewMember},
        organization, token,
    },
    store::Store,
};
use ballroom_entity::{
    api_token::Role,
    id::{MemberId, OrganizationId},
    member as member_row,
};
use ballroom_tests::{Backend, Database, on_both};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

on_both!(
    a_person_becomes_a_member_and_a_machine_does_not,
    only_a_verified_address_matches_a_member,
    an_address_that_was_given_to_somebody_else_matches_nobody,
    who_was_removed_stays_out_until_restored,
    an_administrator_decides_who_is_whom,
    an_identity_belongs_to_one_organization,
    many_requests_at_once_make_one_member,
);

struct Desk {
    /// Its directory lives as long as it does.
    _database: Database,
    store: Store,
    organization: OrganizationId,
    at: DateTime<Utc>,
}

impl Desk {
    async fn open(backend: Backend) -> Self {
        let database = Database::create(backend).await;
        let store = database.store().await;
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let organization = organization::first(&store, at).await.unwrap().0.id;
        Self { _database: database, store, organization, at }
    }

    fn administrator(&self) -> Administer {
        token::operator(self.organization).administers().unwrap()
    }

    async fn comes(&self, subject: &str, person: Person) -> Identification {
        let subject = Subject { issuer: "https://issuer.example".into(), subject: subject.into() };
        let caller = Caller { subject, client: "console".into(), person, role: Role::Support };
        identity::identify(&self.store, self.organization, &caller, self.at).await.unwrap()
    }

    /// The member of a caller.
    async fn member(&self, subject: &str, person: Person) -> Option<member_row::Model> {
        let Identification::Identified(_, member) = self.comes(subject, person).await else {
            panic!("{subject} was removed")
        };
        let id = member?;
        let row = member_row::Entity::owned_by(self.organization).filter(member_row::Column::Id.eq(id));
        row.one(self.store.reader()).await.unwrap()
    }

    async fn creates(&self, email: &str) -> MemberId {
        let new = NewMember { email: email.into(), ..NewMember::default() };
        member::create(&self.store, self.administrator(), new, self.at).await.unwrap().0.id
    }

    async fn members(&self) -> u64 {
        member_row::Entity::owned_by(self.organization).count(self.store.reader()).await.unwrap()
    }
}

fn named(name: &str) -> Person {
    Person { name: Some(name.into()), ..Person::default() }
}

fn addressed(name: &str, email: &str) -> Person {
    Person { verified_email: Some(email.into()), ..named(name) }
}

async fn a_person_becomes_a_member_and_a_machine_does_not(backend: Backend) {
    let desk = Desk::open(backend).await;
    let ann = desk.member("1", addressed("Ann", "Ann@Example.com")).await.unwrap();
    assert_eq!((ann.name.as_str(), ann.email.as_deref()), ("Ann", Some("ann@example.com")));
    assert_eq!(member::roles(&ann), [Role::Support]);
    // Identified by the subject from then on, whatever later tokens claim.
    let again = desk.member("1", addressed("Anna", "anna@example.com")).await.unwrap();
    assert_eq!(again, ann);
    assert_eq!(desk.member("1", Person::default()).await.unwrap().id, ann.id);
    // A service account has a login, and nothing else of a person.
    let robot = Person { login: Some("service-account-robot".into()), ..Person::default() };
    assert_eq!(desk.member("2", robot.clone()).await, None);
    assert_eq!(desk.member("2", robot).await, None);
    // Its token may carry more one day.
    assert_eq!(desk.member("2", named("Bob")).await.unwrap().name, "Bob");
    let login =
        Person { login: Some("cleo".into()), verified_email: Some("c@example.com".into()), name: None };
    assert_eq!(desk.member("3", login).await.unwrap().name, "cleo");
    // Claims that no member could have are as if they were not there.
    assert_eq!(desk.member("4", addressed("a\u{0}b", "not an address")).await, None);
    assert_eq!(desk.members().await, 3);
}

async fn only_a_verified_address_matches_a_member(backend: Backend) {
    let desk = Desk::open(backend).await;
    let ann = desk.creates("ann@example.com").await;
    // Without an address verified by the issuer, a caller named Ann is another person.
    let other = desk.member("mallory", named("Ann")).await.unwrap();
    assert!(other.id != ann && other.email.is_none(), "{other:?}");
    assert_eq!(desk.member("ann", addressed("Ann", "ANN@example.com")).await.unwrap().id, ann);
}

async fn an_address_that_was_given_to_somebody_else_matches_nobody(backend: Backend) {
    let desk = Desk::open(backend).await;
    let first = desk.member("1", addressed("Ann", "desk@example.com")).await.unwrap();
    let second = desk.member("2", addressed("Bob", "desk@example.com")).await.unwrap();
    assert!(first.id != second.id && second.email.is_none(), "{second:?}");
    assert_eq!(desk.member("1", addressed("Ann", "desk@example.com")).await.unwrap().id, first.id);
}

async fn who_was_removed_stays_out_until_restored(backend: Backend) {
    let desk = Desk::open(backend).await;
    let ann = addressed("Ann", "ann@example.com");
    let id = desk.member("1", ann.clone()).await.unwrap().id;
    member::remove(&desk.store, desk.administrator(), "ann@example.com", desk.at).await.unwrap();
    assert_eq!(desk.comes("1", ann.clone()).await, Identification::Removed);
    // Nor does one come in who was removed before the first token.
    desk.creates("bob@example.com").await;
    member::remove(&desk.store, desk.administrator(), "bob@example.com", desk.at).await.unwrap();
    assert_eq!(desk.comes("2", addressed("Bob", "bob@example.com")).await, Identification::Removed);
    assert_eq!(desk.creates("ann@example.com").await, id);
    assert_eq!(desk.member("1", ann).await.unwrap().id, id);
}

async fn an_administrator_decides_who_is_whom(backend: Backend) {
    let desk = Desk::open(backend).await;
    let ann = desk.creates("ann@example.com").await;
    let stray = desk.member("1", named("Ann")).await.unwrap();
    let subject =
        |subject: &str| Subject { issuer: "https://issuer.example".into(), subject: subject.into() };
    let links = async |who: &str, subjects: &[&str]| {
        let identities = Some(subjects.iter().map(|one| subject(one)).collect());
        let changes = MemberChanges { identities, ..MemberChanges::default() };
        member::update(&desk.store, desk.administrator(), who, changes, desk.at).await
    };
    let taken = links("ann@example.com", &["1"]).await.unwrap_err().to_string();
    assert!(taken.starts_with("identities.0: ") && taken.contains("another member"), "{taken}");
    links(&stray.id.public(), &[]).await.unwrap();
    links("ann@example.com", &["1", "2"]).await.unwrap();
    assert_eq!(desk.member("1", named("Ann")).await.unwrap().id, ann);
    assert_eq!(desk.member("2", Person::default()).await.unwrap().id, ann);
}

async fn an_identity_belongs_to_one_organization(backend: Backend) {
    let desk = Desk::open(backend).await;
    let first = desk.member("1", addressed("Ann", "ann@example.com")).await.unwrap();
    let (other, _) = organization::create(&desk.store, "other", None, desk.at).await.unwrap();
    let desk = Desk { organization: other.id, ..desk };
    let second = desk.member("1", addressed("Ann", "ann@example.com")).await.unwrap();
    assert!(first.id != second.id && second.organization_id == other.id);
}

async fn many_requests_at_once_make_one_member(backend: Backend) {
    let desk = Desk::open(backend).await;
    let come = (0..8).map(|_| desk.comes("1", addressed("Ann", "ann@example.com")));
    let known = futures::future::join_all(come).await;
    assert!(known.iter().all(|one| *one == known[0]), "{known:?}");
    assert_eq!(desk.members().await, 1);
}
