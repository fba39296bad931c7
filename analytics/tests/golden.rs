//! Every golden case agrees with the method.

#![allow(clippy::expect_used)]

#[path = "../examples/golden/case.rs"]
mod case;

use std::path::Path;

#[track_caller]
fn all_agree(folder: &Path) {
    let cases = case::in_folder(folder).expect("the folder can be read");
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    let differing: Vec<_> = cases
        .iter()
        .filter_map(|path| Some(format!("{}: {}", path.display(), case::run(path).err()?)))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The cases that the method was handed over with, where they lie beside the project.
#[test]
fn cases_of_the_method_agree() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = here.ancestors().map(|folder| folder.join("shared/method/golden"));
    if let Some(folder) = folders.into_iter().find(|folder| folder.is_dir()) {
        all_agree(&folder);
    }
}
