//! Every golden case agrees with the method, one test a case.

#[path = "../../examples/golden/case.rs"]
mod case;

use std::path::{Path, PathBuf};

/// Our own cases, worked out apart from this crate.
mod own {
    pub(crate) fn folder() -> Option<super::PathBuf> {
        Some(super::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"))
    }

    super::cases! {
        common_shift_apart common_shift_one common_shift_rates concurrent_capped control_ceiling
        control_three_strata e_controlled_bottom e_controlled_many e_controlled_no_post
        change_incidents_none change_interval_none change_interval_wide change_no_post
        change_point_no_releases change_point_two_channels combine_none csat_all e2e_regression_days
        e2e_release_report e2e_value_exposure e2e_value_ghost e2e_value_release e_bh_ties
        e_feedback_ceiling e_feedback_few_before e_feedback_two_strata e_incidents_fewer
        e_incidents_no_exposure forecast_after_release forecast_large mean_score_one mean_score_stars
        moments_none moments_nps nps_mixed nps_nobody org_prior_three_strata p_of_a_path
        phi_feedback_bursts phi_incidents_bursts rate_prior_equal release_effect_three_bins
        score_impossible spoiled_no_exposure utility_effort_reversed utility_half_stars
        utility_uneven_step value_at_the_top value_history_only value_many_answers value_no_data
        value_unweighted_stratum verdicts_of_a_family weights_exposure_without_answers wilson_zero
    }
}

/// The cases that the method was handed over with, where they lie beside the project.
mod shared {
    pub(crate) fn folder() -> Option<super::PathBuf> {
        let here = super::Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().map(|folder| folder.join("shared/method/golden")).find(|folder| folder.is_dir())
    }

    super::cases! {
        ces_mean change_fb change_inc changepoint_none combine_two e2e_regression_drop
        e2e_report_no_exposure e2e_report_null e2e_value_no_exposure e2e_value_segment e_fb_no_post
        e_fb_same e_fb_up e_inc_up e_inc_zero ebh_mixed forecast_no_history moments_all_equal
        moments_mixed nps_one org_prior_drift phi_feedback_basic phi_incidents_none rate_prior_basic
        score_e20 spoiled_capped utility_csat value_all_spoiled value_history_and_cell
        value_one_response_top weights_exposure weights_nothing
    }
}

/// Those of the control.
mod shared2 {
    pub(crate) fn folder() -> Option<super::PathBuf> {
        let here = super::Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().map(|folder| folder.join("shared/method/golden2")).find(|folder| folder.is_dir())
    }

    super::cases! {
        concurrent_none concurrent_ramp control_one control_two_strata e_drop_alone e_drop_shared e_improved
        shift_none_moved shift_outlier
    }
}

macro_rules! cases {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                if let Some(folder) = folder() {
                    super::agrees(&folder, stringify!($name));
                }
            }
        )*

        #[test]
        fn every_case_of_the_folder_is_a_test() {
            if let Some(folder) = folder() {
                super::are_all(&folder, &[$(stringify!($name)),*]);
            }
        }
    };
}
use cases;

#[track_caller]
fn agrees(folder: &Path, name: &str) {
    if let Err(difference) = case::run(&folder.join(name).with_extension("json")) {
        panic!("{name}: {difference}");
    }
}

#[track_caller]
fn are_all(folder: &Path, tests: &[&str]) {
    for path in case::in_folder(folder).expect("the folder can be read") {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        assert!(tests.contains(&&*name), "{name} is no test: add it to the list");
    }
}
