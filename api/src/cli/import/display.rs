//! What an import prints.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use ballroom_files::Kind;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::{
    ingest::import::{Progress, Summary},
    words::counted,
};

/// Interval between lines of progress where there is no terminal.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// Number of reasons of rejects that are named.
const REASONS: usize = 3;

/// Shows progress: a bar on a terminal, lines elsewhere.
pub(super) struct ProgressDisplay {
    bar: Option<ProgressBar>,
    printed: Instant,
}

impl ProgressDisplay {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
        let bar = std::io::stderr()
            .is_terminal()
            .then(|| ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
        Self { bar, printed: Instant::now() }
    }

    pub(super) fn update(&mut self, progress: Progress) {
        let rows = HumanCount(progress.rows);
        match &self.bar {
            Some(bar) => {
                bar.set_length(progress.bytes_total);
                bar.set_position(progress.bytes);
                bar.set_message(format!("{rows} rows"));
            }
            None if self.printed.elapsed() >= REPORT_INTERVAL => {
                self.printed = Instant::now();
                let percent = 100 * progress.bytes / progress.bytes_total.max(1);
                eprintln!("{rows} rows, {percent} %");
            }
            None => (),
        }
    }

    pub(super) fn warn(&self, warning: &str) {
        let end = if warning.ends_with('?') { "" } else { "." };
        let print = || println!("Warning: {warning}{end}");
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Prints the outcome of an import.
pub(super) fn print(summary: &Summary, file: &str, kind: Kind) {
    let Summary {
        repeated,
        read,
        accepted,
        unrated,
        updated,
        unchanged,
        superseded,
        deleted,
        rejected,
        created,
        rejects,
        differing,
        skipped,
        differences,
        reasons,
        ..
    } = summary;
    println!("{file}: {} read", counted(*read, "row"));
    let without = match unrated {
        0 => String::new(),
        some => format!(" ({} without a rating, not counted in scores)", HumanCount(*some)),
    };
    println!("{:>12} accepted{without}", HumanCount(*accepted).to_string());
    println!("{:>12} updated", HumanCount(*updated).to_string());
    println!("{:>12} unchanged", HumanCount(*unchanged).to_string());
    // Feedback only: the last response of a voice and day counts.
    if kind == Kind::Feedback {
        println!(
            "{:>12} superseded (same customer, feature, scale and day: the last response counts)",
            HumanCount(*superseded).to_string()
        );
    }
    if *deleted > 0 {
        println!("{:>12} skipped (deleted earlier)", HumanCount(*deleted).to_string());
    }
    if *skipped > 0 {
        println!("{:>12} skipped (neither a rating nor a comment)", HumanCount(*skipped).to_string());
    }
    if *differing > 0 {
        println!(
            "{:>12} kept as stored (they are stored with other contents; --on-conflict update applies these)",
            HumanCount(*differing).to_string()
        );
    }
    println!("{:>12} rejected", HumanCount(*rejected).to_string());
    print_reasons(reasons);
    let created = [
        (created.products, "product"),
        (created.features, "feature"),
        (created.releases, "release"),
        (created.segments, "segment"),
        (created.customers, "customer"),
    ];
    let created: Vec<String> =
        created.iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(*n, what)).collect();
    if !created.is_empty() {
        println!("Created: {}.", created.join(", "));
    }
    if *repeated > 0 {
        println!(
            "Warning: {} of an earlier import and counted again: they are anonymous and have no ID, so duplicates \
             cannot be recognized. If they are duplicates, import new rows only, or give each row an ID \
             (--map external_id=COLUMN).",
            match repeated {
                1 => "1 accepted row equals a row".to_owned(),
                more => format!("{} accepted rows equal rows", HumanCount(*more)),
            }
        );
    }
    if let Some(differences) = differences {
        println!("Rows that differ from what is stored are in {}.", differences.display());
    }
    if let Some(rejects) = rejects {
        println!("Rejected rows and the reasons are in {}.", rejects.display());
    }
}

/// Prints the most frequent reasons of rejects.
pub(super) fn print_reasons(reasons: &[(u64, ballroom_files::Reject)]) {
    for (count, reject) in reasons.iter().take(REASONS) {
        let field = if reject.field.is_empty() || reject.field.contains(',') {
            String::new()
        } else {
            format!("{}: ", reject.field)
        };
        println!("{:>12} {field}{} (line {})", HumanCount(*count).to_string(), reject.reason, reject.line);
    }
    if reasons.len() > REASONS {
        let others: u64 = reasons.iter().skip(REASONS).map(|(count, _)| count).sum();
        println!(
            "{:>12} for {}",
            HumanCount(others).to_string(),
            counted((reasons.len() - REASONS) as u64, "other reason")
        );
    }
}
