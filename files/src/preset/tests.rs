use super::*;

#[test]
fn names_are_unique_and_columns_of_a_preset_are_found_by_their_names() {
    let names: std::collections::HashSet<&str> = all().map(|preset| preset.name).collect();
    assert_eq!(names.len(), all().count());
    assert!(names.len() >= 17, "{names:?}");
    assert_eq!(named("Google Play").unwrap().name, "google-play");
    assert!(named("x").is_none());
    for preset in all() {
        let fields =
            preset.maps.iter().map(|(field, _)| *field).chain(preset.sets.iter().map(|(field, _)| *field));
        for field in fields {
            assert!(preset.kind.targets().any(|target| target.name() == field), "{}: {field}", preset.name);
        }
    }
}

#[test]
fn an_export_is_recognized_by_its_columns() {
    for (expected, header) in [
        (
            "google-play",
            &[
                "Package Name",
                "App Version Code",
                "App Version Name",
                "Review Submit Millis Since Epoch",
                "Star Rating",
                "Review Text",
            ][..],
        ),
        ("jira", &["Summary", "Issue key", "Issue id", "Priority", "Created", "Resolved"]),
        ("zendesk", &["id", "created_at", "requester_id", "satisfaction_rating.score", "via.channel"]),
        ("servicenow", &["number", "short_description", "priority", "opened_at"]),
        ("typeform", &["#", "How likely?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]),
    ] {
        assert_eq!(detect(&Columns::new(header)).map(|preset| preset.name), Some(expected));
    }
    assert!(detect(&Columns::new(["product", "rating", "occurred_at", "comment"])).is_none());
    assert!(detect(&Columns::new(["id", "number", "title"])).is_none());
}
