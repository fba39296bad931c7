//! The options of an import as a list of names and texts: the same as on the command line.

use std::str::FromStr;

use anyhow::{Context, bail};
use ballroom_files::{Kind, ReadOptions, Settings, mapping};
use chrono_tz::Tz;

use super::{Create, OnConflict, scales};
use crate::base::near::{meant, near};

/// Options of an import, by their names on the command line.
#[derive(Clone, Debug)]
pub struct Given {
    /// Name of the file.
    pub file: String,
    /// How the file is read, and what its columns mean.
    pub settings: Settings,
    /// Objects to create when a row refers to them and they do not exist.
    pub create: Create,
    /// The system that the data come from.
    pub source: String,
    /// What happens to rows whose ID is known with other contents.
    pub on_conflict: Option<OnConflict>,
    /// Declares what releases follow by the order of their versions.
    pub version_line: Option<usize>,
    /// Whether to try the rows and store nothing.
    pub preview: bool,
    /// Whether to answer when the import has ended.
    pub wait: bool,
}

const NAMES: [&str; 29] = [
    "kind",
    "file",
    "preview",
    "wait",
    "guess",
    "preset",
    "map",
    "set",
    "values",
    "scale",
    "create",
    "missing",
    "skip-empty",
    "feature-columns",
    "list-separator",
    "severity-range",
    "previous",
    "version-line",
    "release-prefix",
    "date-format",
    "date-order",
    "time-zone",
    "source",
    "on-conflict",
    "format",
    "encoding",
    "delimiter",
    "skip-rows",
    "header-rows",
];

const KINDS: [Kind; 4] = [Kind::Feedback, Kind::Incidents, Kind::Exposure, Kind::Releases];

/// Reads options; `zone_of` is the time zone of a product. An error names the option.
pub fn given(
    options: &[(String, String)],
    zone_of: impl FnOnce(&str) -> Option<Tz>,
) -> anyhow::Result<Given> {
    let unknown =
        options.iter().map(|(name, _)| name.as_str()).find(|name| !NAMES.contains(name) && *name != "sheet");
    if let Some(name) = unknown {
        let known = NAMES.iter().copied().chain(["sheet"]);
        bail!("unknown option `{name}`{}", meant(&near(name, known)));
    }
    let all = |name: &'static str| {
        options.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    };
    let one = |name: &'static str| all(name).next_back();
    let flag = |name: &'static str| match one(name) {
        None | Some("false") => Ok(false),
        Some("true" | "") => Ok(true),
        Some(other) => Err(anyhow::anyhow!("{name}: `{other}` is neither true nor false")),
    };
    let listed = |name: &'static str| -> Vec<String> {
        all(name).flat_map(|text| text.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    let kind = one("kind")
        .map(|name| {
            let known = KINDS.into_iter().find(|kind| kind.name() == name);
            known.with_context(|| {
                format!("kind: `{name}` is none; use feedback, incidents, exposure or releases")
            })
        })
        .transpose()?;
    let pairs = |name: &'static str| -> anyhow::Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        for text in all(name) {
            pairs.extend(mapping::pairs(text).with_context(|| name)?);
        }
        Ok(pairs)
    };
    let mut set = pairs("set")?;
    let mut values = Vec::new();
    for text in all("values") {
        values.extend(mapping::values(text).context("values")?);
    }
    let scales: Vec<String> = all("scale").map(str::to_owned).collect();
    let (scale, scale_periods) = scales::read(&scales)?;
    set.extend(scale.map(|scale| ("scale".to_owned(), scale)));
    let zone = one("time-zone")
        .map(|name| name.parse::<Tz>().map_err(|_| anyhow::anyhow!("time-zone: unknown time zone `{name}`")))
        .transpose()?;
    let product = set.iter().find(|(field, _)| field == "product").map(|(_, product)| product.as_str());
    let time_zone = zone.or_else(|| product.and_then(zone_of)).unwrap_or(chrono_tz::UTC);
    let delimiter = one("delimiter").map(|text| match text.as_bytes() {
        [one] if one.is_ascii() => Ok(*one),
        _ => Err(anyhow::anyhow!("delimiter: `{text}` is not one ASCII character")),
    });
    let read = ReadOptions {
        format: parsed("format", one("format"))?,
        encoding: parsed("encoding", one("encoding"))?,
        delimiter: delimiter.transpose()?,
        skip_rows: parsed("skip-rows", one("skip-rows"))?,
        header_rows: parsed("header-rows", one("header-rows"))?,
        sheet: one("sheet").map(str::to_owned),
    };
    let mut create = Create::default();
    for what in listed("create") {
        match what.as_str() {
            "products" => create.products = true,
            "features" => create.features = true,
            "releases" => create.releases = true,
            "segments" => create.segments = true,
            "customers" => create.customers = true,
            other => {
                bail!(
                    "create: `{other}` cannot be created; use products, features, releases, segments or customers"
                )
            }
        }
    }
    let on_conflict = match one("on-conflict") {
        None => None,
        Some("keep") => Some(OnConflict::Keep),
        Some("update") => Some(OnConflict::Update),
        Some("report") => Some(OnConflict::Report),
        Some(other) => bail!("on-conflict: `{other}` is none; use keep, update or report"),
    };
    let line = parsed("version-line", one("version-line"))?.unwrap_or(1);
    let version_line = match one("previous") {
        None => None,
        Some("by-version") => Some(line),
        Some(other) => bail!("previous: `{other}` is none; use by-version"),
    };
    let missing = one("missing").map(|_| listed("missing"));
    let settings = Settings {
        kind,
        read,
        map: pairs("map")?,
        set,
        values,
        missing,
        release_prefix: one("release-prefix").map(str::to_owned),
        date_format: one("date-format").map(str::to_owned),
        date_order: parsed("date-order", one("date-order"))?,
        time_zone,
        scales: Vec::new(),
        scale_periods,
        feature_columns: listed("feature-columns"),
        list_separator: one("list-separator").map(str::to_owned),
        severities: parsed("severity-range", one("severity-range"))?,
        skip_empty: flag("skip-empty")?,
        preset: one("preset").map(str::to_owned),
        guess: flag("guess")?,
        allow_absent: false,
    };
    Ok(Given {
        file: one("file").unwrap_or("upload").to_owned(),
        settings,
        create,
        source: one("source").unwrap_or(super::SOURCE).to_owned(),
        on_conflict,
        version_line,
        preview: flag("preview")?,
        wait: flag("wait")?,
    })
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(name: &str, text: Option<&str>) -> anyhow::Result<Option<T>> {
    text.map(|text| text.parse().map_err(|error| anyhow::anyhow!("{name}: {error}"))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Given, String> {
        let pairs: Vec<(String, String)> = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect();
        given(&pairs, |product| (product == "shop").then_some(chrono_tz::Europe::Berlin))
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn options_are_those_of_the_command_line() {
        let given = read("kind=feedback&map=rating=score,comment=content&set=product=shop&scale=stars&create=releases,customers&values=rating:Yes=5&missing=?,NA&preview=true&skip-empty=true&delimiter=;").unwrap();
        let Given { settings, create, .. } = &given;
        assert_eq!(settings.kind, Some(Kind::Feedback));
        assert_eq!(settings.map.len(), 2);
        assert_eq!(
            settings.set,
            [("product".to_owned(), "shop".to_owned()), ("scale".to_owned(), "stars".to_owned())]
        );
        assert_eq!(settings.time_zone, chrono_tz::Europe::Berlin);
        assert_eq!(settings.missing, Some(vec!["?".to_owned(), "NA".to_owned()]));
        assert!(given.preview && !given.wait && settings.skip_empty && create.releases && create.customers);
        assert_eq!((settings.read.delimiter, given.source.as_str()), (Some(b';'), "import"));
        assert!(!create.products);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_option() {
        for (text, expected) in [
            ("kinds=feedback", "unknown option `kinds`; did you mean `kind`?"),
            ("kind=x", "kind: `x` is none"),
            ("map=rating", "map: `rating` has no `=`"),
            ("create=worlds", "create: `worlds` cannot be created"),
            ("skip-rows=x", "skip-rows: "),
            ("preview=maybe", "preview: `maybe` is neither"),
            ("delimiter=;;", "delimiter: "),
            ("encoding=x", "encoding: "),
            ("on-conflict=x", "on-conflict: "),
        ] {
            let told = read(text).unwrap_err();
            assert!(
                told.starts_with(expected) || (expected.contains("did you mean") && told.contains("kind")),
                "{told}"
            );
        }
    }
}
