//! Where each release stands in the natural order of versions.

use sea_orm_migration::{prelude::*, sea_orm::prelude::Uuid};

/// Where each release stands in the natural order of versions.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("version_order").text().not_null().default("").to_owned();
        manager.alter_table(Table::alter().table("release").add_column(column).to_owned()).await?;
        let db = manager.get_connection();
        let all = Query::select().columns(["organization_id", "id", "version"]).from("release").to_owned();
        for row in db.query_all(&all).await? {
            let version: String = row.try_get("", "version")?;
            let (organization, id): (Uuid, Uuid) =
                (row.try_get("", "organization_id")?, row.try_get("", "id")?);
            let ordered = Query::update()
                .table("release")
                .value("version_order", order(&version))
                .and_where(Expr::col("organization_id").eq(organization))
                .and_where(Expr::col("id").eq(id))
                .to_owned();
            manager.execute(ordered).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("release").drop_column("version_order").to_owned()).await
    }
}

/// Words that say that a version comes before the one without them, and in which order they follow.
const BEFORE: [&[&str]; 5] = [
    &["dev", "snapshot", "nightly", "canary", "edge", "experimental", "insider", "insiders"],
    &["alpha", "a"],
    &["beta", "b"],
    &["pre", "preview", "milestone", "m", "next", "ea", "eap", "tp"],
    &["rc", "cr", "c", "candidate"],
];

/// Words that say nothing: `1.0.Final` is `1.0`.
const SILENT: [&str; 5] = ["final", "ga", "release", "stable", "version"];

/// Where a version stands among others: the greater text is the newer. It is made of digits and the letters a
/// to f only, so that every database and every collation sorts it alike. Versions that are the same number
/// (`1.0`, `v1.0.0`) have equal keys.
fn order(version: &str) -> String {
    let pieces = pieces(&version.to_lowercase());
    let mut key = Vec::with_capacity(2 * version.len());
    let (release, rest) = parts(&pieces);
    let significant = release.iter().rposition(|number| !number.is_empty()).map_or(0, |last| last + 1);
    release[..significant].iter().for_each(|digits| number(&mut key, digits));
    key.push(0);
    let mut before = false;
    for (at, piece) in rest.iter().enumerate() {
        match piece {
            Piece::Number(digits) => {
                key.push(0x60);
                number(&mut key, digits);
            }
            Piece::Word(word) if SILENT.contains(&word.as_str()) => (),
            Piece::Word(word) => {
                let counted = matches!(rest.get(at + 1), Some(Piece::Number(_)));
                match rank(word, counted) {
                    Some(rank) if !before => {
                        before = true;
                        key.push(0x10 + rank);
                    }
                    // Of a pre-release numbers come before words, as semantic versioning has it.
                    _ => {
                        key.push(if before { 0x70 } else { 0x50 });
                        key.extend(word.bytes());
                        key.push(0);
                    }
                }
            }
            Piece::Point => (),
        }
    }
    key.push(0x40);
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A part of a version.
#[derive(Debug, PartialEq)]
enum Piece {
    /// Digits without leading zeros: they may be too many for an integer.
    Number(String),
    /// Letters.
    Word(String),
    /// A single point between two digits: the number before and the one after belong together.
    Point,
}

fn pieces(version: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let end = |same: fn(char) -> bool| rest.find(|c| !same(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let length = end(|c| c.is_ascii_digit());
            pieces.push(Piece::Number(rest[..length].trim_start_matches('0').to_owned()));
            length
        } else if first.is_alphanumeric() {
            let length = end(|c| c.is_alphanumeric() && !c.is_ascii_digit());
            pieces.push(Piece::Word(rest[..length].to_owned()));
            length
        } else {
            let length = end(|c| !c.is_alphanumeric());
            if &rest[..length] == "." {
                pieces.push(Piece::Point);
            }
            length
        };
        rest = &rest[length..];
    }
    pieces
}

/// The numbers that lead, joined by points, and what follows them. Words before the first number (`v`,
/// `release`, the name of an app) are left out, unless they make it a pre-release by themselves.
fn parts(pieces: &[Piece]) -> (Vec<&str>, &[Piece]) {
    let Some(first) = pieces.iter().position(|piece| matches!(piece, Piece::Number(_))) else {
        return (Vec::new(), pieces);
    };
    let prefixed = |piece: &Piece| matches!(piece, Piece::Word(word) if rank(word, false).is_some());
    if pieces[..first].iter().any(prefixed) {
        return (Vec::new(), pieces);
    }
    let mut release = Vec::new();
    let mut at = first;
    while let Some(Piece::Number(digits)) = pieces.get(at) {
        release.push(digits.as_str());
        at += 1;
        if !matches!(pieces.get(at..at + 2), Some([Piece::Point, Piece::Number(_)])) {
            break;
        }
        at += 1;
    }
    (release, &pieces[at..])
}

/// How early a word says that a version is. A single letter does only with a number after it: `1.0b2` is the
/// second beta, `1.0.2b` the second correction.
fn rank(word: &str, counted: bool) -> Option<u8> {
    if word.len() == 1 && !counted {
        return None;
    }
    (0..).zip(BEFORE).find(|(_, words)| words.contains(&word)).map(|(rank, _)| rank)
}

/// Longer numbers are greater. A version has at most 200 characters, so the length fits.
fn number(key: &mut Vec<u8>, digits: &str) {
    key.push(1 + digits.len().min(250) as u8);
    key.extend(digits.bytes());
}
