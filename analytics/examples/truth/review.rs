//! The review sets as they were published.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ballroom_analytics::Day;
use chrono::NaiveDate;
use flate2::read::GzDecoder;

use super::Error;

/// Reviews of the products of one organization.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) products: Vec<String>,
    pub(crate) releases: Vec<Version>,
    pub(crate) reviews: Vec<Review>,
}

/// A release that a review names.
pub(crate) struct Version {
    /// Index into [`Set::products`].
    pub(crate) product: u32,
    pub(crate) version: String,
}

/// One review.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Review {
    /// Index into [`Set::products`].
    pub(crate) product: u32,
    /// Index into [`Set::releases`]; none: it names no release.
    pub(crate) release: Option<u32>,
    pub(crate) day: Day,
    /// 1 to 5.
    pub(crate) stars: u32,
}

/// What the columns of a file are called.
struct Columns {
    product: Option<&'static str>,
    release: &'static str,
    stars: &'static str,
    at: &'static str,
    /// What stands for "no release" beside an empty cell.
    unknown: &'static str,
}

/// All sets, those of one organization together.
pub(crate) fn sets(directory: &Path) -> Result<Vec<Set>, Error> {
    let apps = Columns {
        product: Some("app"),
        release: "reviewCreatedVersion",
        stars: "score",
        at: "at",
        unknown: "",
    };
    let youtube = Columns { product: None, release: "ver", stars: "score", at: "at", unknown: "Unknown" };
    let kiwix = Columns {
        product: None,
        release: "App Version Name",
        stars: "Star Rating",
        at: "Review Submit Date and Time",
        unknown: "",
    };
    let unzipped = |name: &str| -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        GzDecoder::new(File::open(directory.join(name))?).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let mut months: Vec<PathBuf> = std::fs::read_dir(directory.join("kiwix_utf16"))?
        .map(|file| Ok(file?.path()))
        .collect::<Result<_, Error>>()?;
    months.sort();
    let months = months.iter().map(|month| Ok(utf_16(&std::fs::read(month)?)));
    let months = months.collect::<Result<Vec<_>, Error>>()?;
    Ok(vec![
        Set::read("seven apps", &apps, [unzipped("india_fintech_7_whole_apps.csv.gz")?])?,
        Set::read("YouTube", &youtube, [unzipped("youtube_ios_5000.csv.gz")?])?,
        Set::read("Kiwix", &kiwix, months)?,
    ])
}

fn utf_16(bytes: &[u8]) -> Vec<u8> {
    encoding_rs::UTF_16LE.decode(bytes).0.into_owned().into_bytes()
}

impl Set {
    fn read(
        name: &'static str,
        columns: &Columns,
        files: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<Self, Error> {
        let mut set = Self { name, products: Vec::new(), releases: Vec::new(), reviews: Vec::new() };
        let mut codes = Codes::default();
        for file in files {
            let mut reader = csv::Reader::from_reader(&file[..]);
            let headers = reader.headers()?.clone();
            let place = |column: &str| {
                headers.iter().position(|h| h == column).ok_or(format!("{name}: no column \"{column}\""))
            };
            let product = columns.product.map(place).transpose()?;
            let (release, stars, at) = (place(columns.release)?, place(columns.stars)?, place(columns.at)?);
            for row in reader.records() {
                let row = row?;
                let product = codes.product(&mut set, product.map_or(name, |column| &row[column]));
                let version = Some(&row[release]).filter(|v| !v.is_empty() && *v != columns.unknown);
                let review = Review {
                    product,
                    release: version.map(|version| codes.release(&mut set, product, version)),
                    day: day(&row[at])?,
                    stars: row[stars].parse::<f64>()? as u32,
                };
                set.reviews.push(review);
            }
        }
        Ok(set)
    }

    /// Product and version of a release.
    pub(crate) fn name_of(&self, release: u32) -> String {
        let Version { product, version } = &self.releases[release as usize];
        format!("{} {version}", self.products[*product as usize])
    }

    /// The release of a product, by its version.
    pub(crate) fn release(&self, product: &str, version: &str) -> Result<u32, Error> {
        let is_it =
            |r: &Version| r.version == version && self.products[r.product as usize].ends_with(product);
        let code = self.releases.iter().position(is_it);
        Ok(code.ok_or(format!("no review names {product} {version}"))? as u32)
    }
}

/// The days since 1970 of a text that begins with an ISO date.
pub(crate) fn day(text: &str) -> Result<Day, Error> {
    let date: NaiveDate = text.get(..10).ok_or(format!("no date: \"{text}\""))?.parse()?;
    Ok(date.signed_duration_since(NaiveDate::default()).num_days() as Day)
}

#[derive(Default)]
struct Codes {
    products: HashMap<String, u32>,
    releases: HashMap<(u32, String), u32>,
}

impl Codes {
    fn product(&mut self, set: &mut Set, name: &str) -> u32 {
        *self.products.entry(name.to_owned()).or_insert_with(|| {
            set.products.push(name.to_owned());
            set.products.len() as u32 - 1
        })
    }

    fn release(&mut self, set: &mut Set, product: u32, version: &str) -> u32 {
        *self.releases.entry((product, version.to_owned())).or_insert_with(|| {
            set.releases.push(Version { product, version: version.to_owned() });
            set.releases.len() as u32 - 1
        })
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.reviews.len();
        let unlabelled = self.reviews.iter().filter(|r| r.release.is_none()).count();
        let share = 100.0 * unlabelled as f64 / all as f64;
        let releases = self.releases.len();
        write!(f, "{}: {all} reviews, {share:.0} % without a release; {releases} releases", self.name)
    }
}
