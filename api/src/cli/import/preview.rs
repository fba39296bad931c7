//! What a file would become: printed before anything is imported.

use std::{
    collections::BTreeSet,
    io::{BufRead, Write},
};

use ballroom_entity::import_created::CreatedKind;
use ballroom_files::{Plan, Previewed, Target};
use indicatif::HumanCount;

use super::{display::print_reasons, inputs::Input};
use crate::{
    base::near::near,
    domain::access::Manage,
    ingest::import::{Create, ImportOptions, Preview, preview as tried},
    report,
    store::{Dimensions, Store},
    words::counted,
};

/// Records that are read for a preview.
const LIMIT: u64 = 100_000;

/// Rows that are shown.
const SHOWN: usize = 3;

/// Names that are listed.
const LISTED: usize = 8;

/// Shows a file and what it would become; true if rows would be rejected.
pub(super) async fn show(
    store: &Store,
    by: Manage,
    (plan, file): (Plan, &Input),
    options: ImportOptions,
) -> anyhow::Result<bool> {
    print_plan(&plan, &file.name);
    let create = options.create;
    let found = tried(store, by, (plan, &file.path), options, (LIMIT, SHOWN)).await?;
    if found.plan.absent.is_empty() {
        print_rows(&found, &*store.dimensions(by.organization()).await?, create);
    }
    Ok(found.summary.rejected > 0)
}

/// Asks whether to import the file as proposed.
pub(super) fn confirmed() -> anyhow::Result<bool> {
    print!("Import it like this? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Prints what was found out about a file, and the mapping.
fn print_plan(plan: &Plan, name: &str) {
    println!("{name}: {}", plan.about.told());
    if let Some(preset) = plan.preset {
        println!("Read as {} (preset {}).", preset.title, preset.name);
    }
    println!("Rows: {}", plan.mapping.kind().name());
    for target in plan.mapping.kind().targets() {
        if target == Target::Rating && plan.mapping.has_measures() {
            continue;
        }
        let guess = plan.guesses.iter().find(|guess| guess.target == target);
        let given = plan.settings.map.iter().find(|(field, _)| field == target.name());
        match (guess, given, plan.mapping.column(target), plan.mapping.constant(target)) {
            (Some(guess), ..) => {
                println!("{:>18} = column `{}` ({})", target.name(), guess.column, guess.reason.name())
            }
            (None, Some((_, column)), ..) => println!("{:>18} = column `{column}`", target.name()),
            (None, None, Some(column), _) => println!("{:>18} = column `{column}`", target.name()),
            (None, None, None, Some(text)) => println!("{:>18} = {text} in all rows", target.name()),
            (None, None, None, None) => (),
        }
    }
    for (field, column) in plan.settings.map.iter().filter(|(field, _)| field.contains(':')) {
        println!("{field:>18} = column `{column}`");
    }
    let unread: Vec<String> =
        plan.mapping.unread(&plan.columns).iter().map(|(name, _)| format!("`{name}`")).collect();
    if !unread.is_empty() {
        println!("Columns not read: {}.", unread.join(", "));
    }
    for note in &plan.notes {
        println!("Note: {note}.");
    }
    for target in &plan.absent {
        println!(
            "Required and not found: {0} (--map {0}=COLUMN, or --set {0}=VALUE for all rows).",
            target.name()
        );
    }
}

/// Prints what the rows would become.
fn print_rows(preview: &Preview, dimensions: &Dimensions, create: Create) {
    let previewed = &preview.previewed;
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in previewed.first.iter().flatten() {
        if !names.contains(name) {
            names.push(name);
        }
    }
    if !names.is_empty() {
        let mut table = report::terminal::table(["field", "row 1", "row 2", "row 3"], &[]);
        for name in names {
            let cell = |at: usize| {
                let row = previewed.first.get(at);
                let cell = row.and_then(|row| row.iter().find(|(field, _)| *field == name));
                cell.map(|(_, text)| short(text)).unwrap_or_default()
            };
            table.add_row([name.to_owned(), cell(0), cell(1), cell(2)]);
        }
        println!("The first rows as they would become:");
        println!("{}", table.trim_fmt());
    }
    let summary = &preview.summary;
    let all = match preview.more {
        true => format!("the first {}", counted(summary.read, "row")),
        false => counted(summary.read, "row"),
    };
    let outcomes = [
        (summary.accepted, "would be stored"),
        (summary.superseded, "stored beside others of the same customer and day"),
        (summary.updated, "update what is stored"),
        (summary.unchanged, "unchanged"),
        (summary.differing, "differ from what is stored"),
        (summary.deleted, "deleted earlier"),
        (summary.skipped, "skipped"),
    ];
    let said: Vec<String> = outcomes
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", HumanCount(*number)))
        .chain([format!("{} would be rejected", HumanCount(summary.rejected))])
        .collect();
    println!("Of {all}: {}.", said.join(", "));
    print_reasons(&summary.reasons);
    preview.warnings.iter().for_each(|warning| println!("Warning: {warning}."));
    for (kind, noun) in KINDS {
        let named: Vec<&String> =
            preview.created.iter().filter(|(of, _)| *of == kind).map(|(_, name)| name).collect();
        if !named.is_empty() {
            let some: Vec<String> = named.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
            let more = if named.len() > LISTED { ", ..." } else { "" };
            println!("{} would be created: {}{more}.", counted(named.len() as u64, noun), some.join(", "));
        }
    }
    for (target, listed) in &previewed.named {
        missing(*target, listed, previewed, dimensions, create);
    }
}

const KINDS: [(CreatedKind, &str); 5] = [
    (CreatedKind::Product, "product"),
    (CreatedKind::Feature, "feature"),
    (CreatedKind::Release, "release"),
    (CreatedKind::Segment, "segment"),
    (CreatedKind::Customer, "customer"),
];

/// Names what rows refer to and what does not exist, if it is not created.
fn missing(target: Target, names: &[String], previewed: &Previewed, dimensions: &Dimensions, create: Create) {
    let products: BTreeSet<&str> = previewed
        .named
        .iter()
        .filter(|(target, _)| *target == Target::Product)
        .flat_map(|(_, names)| names.iter().map(String::as_str))
        .collect();
    let of: Vec<_> = products.iter().filter_map(|product| dimensions.known_product(product)).collect();
    let (noun, is_created): (&str, bool) = match target {
        Target::Product => ("product", create.products),
        Target::Feature => ("feature", create.features),
        Target::Release => ("release", create.releases),
        Target::Segment => ("segment", create.segments),
        _ => return,
    };
    let is_known = |name: &str| match target {
        Target::Product => dimensions.known_product(name).is_some(),
        Target::Feature => of.iter().any(|product| dimensions.known_feature(product.id, name).is_some()),
        Target::Release => of.iter().any(|product| dimensions.known_release(product.id, name).is_some()),
        _ => dimensions.known_segment(name).is_some(),
    };
    let unknown: Vec<&String> = names.iter().filter(|name| !is_known(name)).collect();
    if unknown.is_empty() || is_created {
        return;
    }
    let known: Vec<&str> = match target {
        Target::Product => dimensions.products.values().map(|row| row.key.as_str()).collect(),
        Target::Segment => dimensions.segments.values().map(|row| row.key.as_str()).collect(),
        Target::Feature => of
            .iter()
            .flat_map(|product| dimensions.features_of(product.id))
            .map(|row| row.key.as_str())
            .collect(),
        _ => Vec::new(),
    };
    let told = |name: &&String| match near(name, known.iter().copied()).first() {
        Some(near) => format!("`{name}` (similar to `{near}`)"),
        None => format!("`{name}`"),
    };
    let some: Vec<String> = unknown.iter().take(LISTED).map(told).collect();
    let more = if unknown.len() > LISTED { ", ..." } else { "" };
    let verb = if unknown.len() == 1 { "does" } else { "do" };
    println!(
        "{}: {}{more} {verb} not exist; --create {noun}s creates them.",
        counted(unknown.len() as u64, noun),
        some.join(", ")
    );
}

fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(28) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
