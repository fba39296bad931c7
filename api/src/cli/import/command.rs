//! The command that imports a file in the way that was found.

use std::collections::BTreeSet;

use ballroom_files::Plan;
use clap::ValueEnum;

use super::{Import, Previous};
use crate::{cli::settings::Database, ingest::import::SOURCE};

impl Import {
    /// The command that imports a file as planned: what was given, and what was proposed.
    pub(super) fn command(&self, plan: &Plan, file: &str, database: &Database) -> String {
        let mut words: Vec<String> =
            ["ballroom", "import", plan.mapping.kind().name()].map(str::to_owned).into();
        words.push(quoted(if file == "standard input" { "-" } else { file }));
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("--{name}"));
                words.push(quoted(&value));
            }
        };
        option("preset", plan.preset.map(|preset| preset.name.to_owned()));
        let by_preset = plan.preset.map(|preset| preset.maps(&plan.columns)).unwrap_or_default();
        option("map", pairs(plan.settings.map.iter().filter(|pair| !by_preset.contains(pair))));
        let is_of_preset = |(field, text): &(String, String)| {
            plan.preset.is_some_and(|preset| preset.sets.contains(&(field.as_str(), text.as_str())))
        };
        let absent: Vec<(String, String)> =
            plan.absent.iter().map(|target| (target.name().to_owned(), "...".to_owned())).collect();
        let sets = plan.settings.set.iter().filter(|pair| !is_of_preset(pair));
        option("set", pairs(sets.chain(&absent)));
        let fields: BTreeSet<&str> = self.values.iter().flatten().map(|(field, ..)| field.as_str()).collect();
        for field in fields {
            let of_field = self.values.iter().flatten().filter(|(of, ..)| of == field);
            let meanings: Vec<String> =
                of_field.map(|(_, from, to)| format!("{}={to}", told(from))).collect();
            option("values", Some(format!("{field}:{}", meanings.join(","))));
        }
        if !plan.settings.scale_periods.is_empty() {
            option("scale", Some(self.scale.join(",")));
        }
        option("create", names(&self.create));
        option("missing", self.missing.as_ref().map(|texts| texts.join(",")));
        option("feature-columns", listed(&self.feature_columns));
        option("list-separator", self.list_separator.clone());
        option("severity-range", self.severity_range.map(|range| format!("{}..{}", range.most, range.least)));
        option("previous", names(&self.previous.into_iter().collect::<Vec<Previous>>()));
        option("version-line", (self.version_line != 1).then(|| self.version_line.to_string()));
        option("release-prefix", self.release_prefix.clone());
        option("date-format", self.date_format.clone());
        option("date-order", self.date_order.map(|order| order.name().to_owned()));
        option("time-zone", self.time_zone.map(|zone| zone.name().to_owned()));
        option("source", (self.source != SOURCE).then(|| self.source.clone()));
        option("on-conflict", names(&self.on_conflict.into_iter().collect::<Vec<_>>()));
        option("format", self.format.map(|format| format.to_string()));
        option("encoding", self.encoding.map(|encoding| encoding.to_string()));
        option("delimiter", self.delimiter.map(|delimiter| delimiter.to_string()));
        option("skip-rows", self.skip_rows.map(|rows| rows.to_string()));
        option("header-rows", self.header_rows.map(|rows| rows.to_string()));
        option("sheet", self.sheet.clone());
        option("rejects", self.rejects.as_ref().map(|path| path.display().to_string()));
        option("data-dir", database.given_directory());
        option("organization", self.tenant.given().map(str::to_owned));
        if self.skip_empty {
            words.push("--skip-empty".to_owned());
        }
        words.join(" ")
    }
}

fn pairs<'a>(pairs: impl Iterator<Item = &'a (String, String)>) -> Option<String> {
    let pairs: Vec<String> = pairs.map(|(field, text)| format!("{field}={text}")).collect();
    listed(&pairs)
}

fn names<V: ValueEnum>(values: &[V]) -> Option<String> {
    let names = values.iter().filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()));
    listed(&names.collect::<Vec<_>>())
}

fn listed(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(","))
}

/// A text of `--values`, quoted where its signs are those of the option.
fn told(text: &str) -> String {
    if text.contains([',', '=']) { format!("\"{text}\"") } else { text.to_owned() }
}

/// A word as a shell reads it.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./=,:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
