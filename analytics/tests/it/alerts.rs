//! Bursts of incidents, whatever they come from.
use ballroom_analytics::alert::{Alert, AlertKind, AlertQuery};
use ballroom_analytics::{Day, Facts, Feature, IncidentRow, Prepared, alerts, frame};

/// Feature 0 is the product as a whole.
fn world(incidents: &[(u32, Day, i64)]) -> Prepared {
    products([0; 6], incidents)
}

/// Features of these products.
fn products<const N: usize>(products: [u32; N], incidents: &[(u32, Day, i64)]) -> Prepared {
    let row = |(feature, day, opened): &(u32, Day, i64)| IncidentRow {
        feature: *feature,
        release: None,
        no_change: day % 2 == 0,
        day: *day,
        opened: *opened,
        spoiled: 0.0,
    };
    let rows: Vec<_> = incidents.iter().map(row).collect();
    Facts {
        scales: Vec::new(),
        releases: Vec::new(),
        features: products.map(|product| Feature { product, whole: false }).to_vec(),
        segments: 1,
        feedback: frame::feedback(&[]).unwrap(),
        incidents: frame::incidents(&rows).unwrap(),
        exposure: frame::exposure(&[]).unwrap(),
        min_answers: ballroom_analytics::MIN_ANSWERS,
    }
    .prepare()
    .unwrap()
}

/// Features 1 to 4 have 16 incidents every week, for 200 days.
fn usual() -> Vec<(u32, Day, i64)> {
    let weekly = [2, 3, 1, 4, 2, 3, 1];
    let feature = |feature: u32| {
        (0..200).map(move |day: Day| (feature, day, weekly[(day as usize + feature as usize) % 7]))
    };
    (1..5).flat_map(feature).collect()
}

fn asked(prepared: &Prepared, from: Day, until: Day) -> Vec<Alert> {
    alerts(prepared, &AlertQuery { whole: 0, from, until }).unwrap()
}

#[test]
fn ten_times_as_many_incidents_are_an_alert_and_a_usual_week_is_none() {
    let mut incidents = usual();
    incidents.extend((140..147).map(|day| (2, day, 21)));
    let found = asked(&world(&incidents), 60, 200);
    let week = found.iter().find(|a| a.feature == 2 && a.kind == AlertKind::Week).unwrap();
    assert_eq!((week.first_day, week.incidents), (140, 163));
    assert!((14.0..18.0).contains(&week.expected), "{week:?}");
    assert!(week.quantile_95 > week.expected && week.quantile_95 < 40.0, "{week:?}");
    // The product, the features 1 to 4; days and weeks of a year.
    assert_eq!(week.forecasts, 5 * 2 * 365);
    assert!((week.adjusted_probability - 3650.0 * week.probability).abs() < 1e-12, "{week:?}");
    assert!(week.adjusted_probability < 0.001, "{week:?}");
    let meanwhile = |a: &Alert| a.first_day + a.kind.days() > 140 && a.first_day < 147;
    assert!(found.iter().all(|a| (a.feature == 2 || a.feature == 0) && meanwhile(a)), "{found:?}");
    assert!(asked(&world(&usual()), 60, 200).is_empty());
}

#[test]
fn a_component_that_comes_into_use_is_one_alert_and_hides_no_later_burst() {
    // Feature 5 has an incident now and then, and from day 100 on 35 a week.
    let mut incidents = usual();
    incidents.extend((0..100).step_by(25).map(|day| (5, day, 1)));
    incidents.extend((100..250).map(|day| (5, day, [4, 6, 3, 7, 5, 4, 6][day as usize % 7])));
    incidents.extend((1..5).flat_map(|feature| (200..250).map(move |day| (feature, day, 2))));
    let of_feature = |found: Vec<Alert>| {
        let of_feature =
            found.into_iter().filter(|alert| alert.feature == 5 && alert.kind == AlertKind::Week);
        of_feature.collect::<Vec<_>>()
    };
    let set_in = of_feature(asked(&world(&incidents), 60, 250));
    assert_eq!(set_in.len(), 1, "{set_in:?}");
    assert!((95..128).contains(&set_in[0].first_day), "{set_in:?}");
    // Four times as many for a week, three months later.
    incidents.extend((190..197).map(|day| (5, day, 15)));
    let found = of_feature(asked(&world(&incidents), 60, 250));
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[1].first_day, found[1].incidents), (190, 140));
    assert!((30.0..40.0).contains(&found[1].expected), "{found:?}");
}

#[test]
fn a_burst_in_one_small_product_hides_none_in_another() {
    // Five products of one feature with an incident in ten days, and one day of ten incidents in one of them.
    let mut incidents = vec![(0, 10, 1), (1, 40, 1), (2, 75, 1), (3, 90, 1), (4, 10, 1), (0, 170, 10)];
    let of_first = |incidents: &[(u32, Day, i64)]| asked(&products([0, 1, 2, 3, 4], incidents), 60, 200);
    let alone = of_first(&incidents);
    assert!(alone.iter().any(|a| (a.kind, a.first_day) == (AlertKind::Day, 170)), "{alone:?}");
    incidents.push((4, 100, 20));
    let beside = of_first(&incidents);
    assert!(beside.iter().any(|a| (a.kind, a.first_day) == (AlertKind::Day, 170)), "{beside:?}");
    // Where bursts are usual, one more is none.
    incidents.extend((0..5).flat_map(|product| [(product, 50, 12), (product, 120, 15)]));
    assert!(of_first(&incidents).iter().all(|a| a.first_day != 170), "{:?}", of_first(&incidents));
}

#[test]
fn two_bursts_with_a_quiet_week_between_are_two_alerts() {
    let mut incidents = usual();
    incidents.extend((140..147).chain(156..163).map(|day| (2, day, 40)));
    let found = asked(&world(&incidents), 60, 200);
    let weeks: Vec<_> = found.iter().filter(|a| a.feature == 2 && a.kind == AlertKind::Week).collect();
    assert!(!weeks.is_empty() && weeks[0].first_day == 140, "{weeks:?}");
}

#[test]
fn what_comes_later_changes_no_alert_of_a_day_that_is_over() {
    let mut incidents = usual();
    incidents.extend((140..147).map(|day| (2, day, 21)));
    let then = asked(&world(&incidents), 60, 147);
    incidents.extend((150..200).map(|day| (2, day, 60)));
    assert_eq!(asked(&world(&incidents), 60, 147), then);
}

#[test]
fn the_first_incidents_of_a_feature_are_no_alert() {
    let mut incidents = usual();
    incidents.extend([(5, 150, 1), (5, 151, 1)]);
    assert!(asked(&world(&incidents), 60, 200).is_empty());
    // The very first of the organization, after a quiet half year in which the product was known.
    let alone = world(&[(1, 0, 1), (2, 190, 1), (2, 191, 1)]);
    assert!(asked(&alone, 60, 200).is_empty());
}

#[test]
fn features_that_break_together_are_an_alert_of_the_product() {
    let mut incidents = usual();
    incidents.extend((1..5).map(|feature| (feature, 150, 9)));
    let found = asked(&world(&incidents), 60, 200);
    assert!(
        found.iter().any(|a| a.feature == 0 && a.kind == AlertKind::Day && a.first_day == 150),
        "{found:?}"
    );
}

#[test]
fn nothing_is_an_alert_where_nothing_is_known() {
    assert!(asked(&world(&[]), 0, 100).is_empty());
    assert!(asked(&world(&[(1, 3, 50)]), 0, 50).is_empty());
    let query = AlertQuery { whole: 0, from: 0, until: 10_000 };
    assert!(alerts(&world(&[]), &query).is_err());
    assert!(alerts(&world(&[]), &AlertQuery { whole: 9, ..query }).is_err());
}
