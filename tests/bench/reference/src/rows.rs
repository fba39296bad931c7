//! What is in the database, and the four statements.

use std::{
    collections::HashMap,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::{DateTime, Utc};
use tokio_postgres::{Client, NoTls, Row, Statement, types::Type};
use uuid::Uuid;

/// Connections that read. Requests share them: the next statement is sent before the last one is answered.
const READING: usize = 4;

/// Connections that write. Each waits for its own commit, and the database flushes those that wait together at once.
const WRITING: usize = 32;

const COLUMNS: &str = "id, product_id, feature_id, release_id, customer_id, rating, comment, occurred_at";

/// A product, and its features by key.
pub struct Product {
    pub id: Uuid,
    pub key: String,
    pub features: Vec<Arc<Feature>>,
}

/// A feature.
pub struct Feature {
    pub id: Uuid,
    pub key: String,
}

/// A release.
pub struct Release {
    pub id: Uuid,
    pub version: String,
}

/// One answer.
pub struct Feedback {
    pub id: Uuid,
    pub product: Uuid,
    pub feature: Option<Uuid>,
    pub release: Option<Arc<Release>>,
    pub customer: Option<Uuid>,
    pub rating: f64,
    pub comment: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

/// An answer that is submitted, by keys.
pub struct New {
    pub product: String,
    pub feature: String,
    pub release: String,
    pub customer: String,
    pub scale: String,
    pub rating: f64,
    pub comment: Option<String>,
    pub channel: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub source: String,
    pub external_id: Option<String>,
}

/// The connections, and what is known without asking.
pub struct Database {
    reading: Vec<Reader>,
    writing: Vec<Writer>,
    turn: AtomicUsize,
    products: HashMap<String, Product>,
    features: HashMap<(Uuid, String), Uuid>,
    releases: HashMap<Uuid, Arc<Release>>,
    versions: HashMap<(Uuid, String), Uuid>,
    customers: HashMap<String, Uuid>,
    scales: HashMap<String, i16>,
}

struct Reader {
    client: Client,
    one: Statement,
    latest: Statement,
}

struct Writer {
    client: Client,
    one: Statement,
    many: Statement,
}

/// What went wrong.
pub type Failure = Box<dyn Error + Send + Sync>;

impl Database {
    /// Connects, prepares the statements and reads the dimensions.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        let mut reading = Vec::new();
        for _ in 0..READING {
            let client = connect(url).await?;
            let one = client.prepare(&format!("SELECT {COLUMNS} FROM feedback WHERE id = $1")).await?;
            let latest = format!(
                "SELECT answer.* FROM unnest($1::uuid[]) AS wanted (feature) CROSS JOIN LATERAL (
                    SELECT {COLUMNS} FROM feedback WHERE product_id = $3 AND feature_id = wanted.feature
                    ORDER BY occurred_at DESC, id DESC LIMIT $2) AS answer"
            );
            let latest = client.prepare(&latest).await?;
            reading.push(Reader { client, one, latest });
        }
        let mut writing = Vec::new();
        for _ in 0..WRITING {
            let client = connect(url).await?;
            let columns =
                "id, product_id, feature_id, release_id, customer_id, scale_id, rating, comment, channel,
                occurred_at, received_at, source, external_id";
            let one = format!(
                "INSERT INTO feedback ({columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            );
            let one = client.prepare(&one).await?;
            let many = format!(
                "INSERT INTO feedback ({columns}) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                    $12, $13)"
            );
            let types = [
                Type::UUID_ARRAY,
                Type::UUID_ARRAY,
                Type::UUID_ARRAY,
                Type::UUID_ARRAY,
                Type::UUID_ARRAY,
                Type::INT2_ARRAY,
                Type::FLOAT8_ARRAY,
                Type::TEXT_ARRAY,
                Type::TEXT_ARRAY,
                Type::TIMESTAMPTZ_ARRAY,
                Type::TIMESTAMPTZ_ARRAY,
                Type::TEXT_ARRAY,
                Type::TEXT_ARRAY,
            ];
            let many = client.prepare_typed(&many, &types).await?;
            writing.push(Writer { client, one, many });
        }
        let mut database = Self {
            reading,
            writing,
            turn: AtomicUsize::new(0),
            products: HashMap::new(),
            features: HashMap::new(),
            releases: HashMap::new(),
            versions: HashMap::new(),
            customers: HashMap::new(),
            scales: HashMap::new(),
        };
        database.read_dimensions().await?;
        Ok(database)
    }

    async fn read_dimensions(&mut self) -> Result<(), Failure> {
        let Some(Reader { client, .. }) = self.reading.first() else { return Ok(()) };
        let mut products: HashMap<Uuid, Product> = HashMap::new();
        for row in client.query("SELECT id, key FROM product", &[]).await? {
            let product = Product { id: row.get(0), key: row.get(1), features: Vec::new() };
            products.insert(product.id, product);
        }
        for row in client.query("SELECT id, product_id, key FROM feature ORDER BY key", &[]).await? {
            let feature = Arc::new(Feature { id: row.get(0), key: row.get(2) });
            let product: Uuid = row.get(1);
            self.features.insert((product, feature.key.clone()), feature.id);
            if let Some(product) = products.get_mut(&product) {
                product.features.push(feature);
            }
        }
        for row in client.query("SELECT id, product_id, version FROM release", &[]).await? {
            let release = Arc::new(Release { id: row.get(0), version: row.get(2) });
            self.versions.insert((row.get(1), release.version.clone()), release.id);
            self.releases.insert(release.id, release);
        }
        for row in client.query("SELECT id, key FROM customer", &[]).await? {
            self.customers.insert(row.get(1), row.get(0));
        }
        for row in client.query("SELECT id, key FROM scale", &[]).await? {
            self.scales.insert(row.get(1), row.get(0));
        }
        self.products = products.into_values().map(|product| (product.key.clone(), product)).collect();
        Ok(())
    }

    /// A product, by its key.
    pub fn product(&self, key: &str) -> Option<&Product> {
        self.products.get(key)
    }

    /// An answer, by its id.
    pub async fn feedback(&self, id: Uuid) -> Result<Option<Feedback>, Failure> {
        let reader = self.reader();
        Ok(reader.client.query_opt(&reader.one, &[&id]).await?.map(|row| self.read(&row)))
    }

    /// The latest answers of each of these features.
    pub async fn latest(
        &self,
        product: Uuid,
        features: &[Uuid],
        number: i64,
    ) -> Result<HashMap<Uuid, Vec<Feedback>>, Failure> {
        let reader = self.reader();
        let rows = reader.client.query(&reader.latest, &[&features, &number, &product]).await?;
        let mut found: HashMap<Uuid, Vec<Feedback>> = HashMap::with_capacity(features.len());
        for row in &rows {
            let answer = self.read(row);
            found.entry(answer.feature.unwrap_or_default()).or_default().push(answer);
        }
        Ok(found)
    }

    /// Stores one answer.
    pub async fn submit(&self, new: New) -> Result<Uuid, Failure> {
        let writer = self.writer();
        let (id, now) = (Uuid::now_v7(), Utc::now());
        let [product, feature, release, customer] = self.named(&new)?;
        let scale = self.scale(&new.scale)?;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 13] = [
            &id,
            &product,
            &feature,
            &release,
            &customer,
            &scale,
            &new.rating,
            &new.comment,
            &new.channel,
            &new.occurred_at,
            &now,
            &new.source,
            &new.external_id,
        ];
        writer.client.execute(&writer.one, &values).await?;
        Ok(id)
    }

    /// Stores many answers, all or none.
    pub async fn submit_all(&self, new: Vec<New>) -> Result<Vec<Uuid>, Failure> {
        let writer = self.writer();
        let ids: Vec<Uuid> = new.iter().map(|_| Uuid::now_v7()).collect();
        let mut named: [Vec<Uuid>; 4] = std::array::from_fn(|_| Vec::with_capacity(new.len()));
        let mut scales = Vec::with_capacity(new.len());
        for new in &new {
            for (column, id) in named.iter_mut().zip(self.named(new)?) {
                column.push(id);
            }
            scales.push(self.scale(&new.scale)?);
        }
        let ratings: Vec<f64> = new.iter().map(|new| new.rating).collect();
        let comments: Vec<Option<&str>> = new.iter().map(|new| new.comment.as_deref()).collect();
        let channels: Vec<Option<&str>> = new.iter().map(|new| new.channel.as_deref()).collect();
        let occurred: Vec<DateTime<Utc>> = new.iter().map(|new| new.occurred_at).collect();
        let received = vec![Utc::now(); new.len()];
        let sources: Vec<&str> = new.iter().map(|new| new.source.as_str()).collect();
        let external: Vec<Option<&str>> = new.iter().map(|new| new.external_id.as_deref()).collect();
        let [products, features, releases, customers] = &named;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 13] = [
            &ids, products, features, releases, customers, &scales, &ratings, &comments, &channels,
            &occurred, &received, &sources, &external,
        ];
        writer.client.execute(&writer.many, &values).await?;
        Ok(ids)
    }

    fn named(&self, new: &New) -> Result<[Uuid; 4], Failure> {
        let product = self.product(&new.product).ok_or("no such product")?.id;
        let feature = *self.features.get(&(product, new.feature.clone())).ok_or("no such feature")?;
        let release = *self.versions.get(&(product, new.release.clone())).ok_or("no such release")?;
        let customer = *self.customers.get(&new.customer).ok_or("no such customer")?;
        Ok([product, feature, release, customer])
    }

    fn scale(&self, key: &str) -> Result<i16, Failure> {
        Ok(*self.scales.get(key).ok_or("no such scale")?)
    }

    fn read(&self, row: &Row) -> Feedback {
        let release: Option<Uuid> = row.get(3);
        Feedback {
            id: row.get(0),
            product: row.get(1),
            feature: row.get(2),
            release: release.and_then(|release| self.releases.get(&release)).cloned(),
            customer: row.get(4),
            rating: row.get(5),
            comment: row.get(6),
            occurred_at: row.get(7),
        }
    }

    fn reader(&self) -> &Reader {
        &self.reading[self.turn.fetch_add(1, Ordering::Relaxed) % self.reading.len()]
    }

    fn writer(&self) -> &Writer {
        &self.writing[self.turn.fetch_add(1, Ordering::Relaxed) % self.writing.len()]
    }
}

async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            eprintln!("reference: {error}");
            std::process::exit(1);
        }
    });
    Ok(client)
}
