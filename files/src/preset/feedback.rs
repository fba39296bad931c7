//! Exports of responses.

use super::{NONE, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "google-play",
        title: "Google Play Console reviews",
        signatures: &[
            &["Package Name", "Star Rating", "Review Submit Millis Since Epoch"],
            &["Package Name", "Star Rating", "Review Submit Date and Time"],
        ],
        maps: &[
            ("product", &["Package Name"]),
            ("release", &["App Version Name"]),
            ("rating", &["Star Rating"]),
            ("comment", &["Review Text"]),
            ("occurred_at", &["Review Submit Millis Since Epoch", "Review Submit Date and Time"]),
            ("updated_at", &["Review Last Update Millis Since Epoch", "Review Last Update Date and Time"]),
            ("external_id", &["Review Link"]),
            ("segment", &["Reviewer Language"]),
        ],
        sets: &[("scale", "stars"), ("channel", "store")],
        ..NONE
    },
    Preset {
        name: "google-play-scraper",
        title: "reviews collected by google-play-scraper",
        signatures: &[&["reviewId", "content", "score", "at"]],
        maps: &[
            ("product", &["app", "appId"]),
            ("release", &["reviewCreatedVersion", "appVersion"]),
            ("rating", &["score"]),
            ("comment", &["content"]),
            ("occurred_at", &["at"]),
            ("external_id", &["reviewId"]),
            ("customer", &["customer"]),
        ],
        sets: &[("scale", "stars"), ("channel", "store")],
        ..NONE
    },
    Preset {
        name: "app-store-connect",
        title: "App Store Connect customer reviews",
        signatures: &[&["attributes.rating", "attributes.createdDate", "attributes.reviewerNickname"]],
        maps: &[
            ("rating", &["attributes.rating"]),
            ("comment", &["attributes.body", "attributes.title"]),
            ("occurred_at", &["attributes.createdDate"]),
            ("segment", &["attributes.territory"]),
            ("external_id", &["id"]),
        ],
        sets: &[("scale", "stars"), ("channel", "store")],
        ..NONE
    },
    Preset {
        name: "app-store-feed",
        title: "the customer reviews feed of the App Store",
        signatures: &[&["im:rating.label", "im:version.label", "id.label"]],
        maps: &[
            ("rating", &["im:rating.label"]),
            ("release", &["im:version.label"]),
            ("comment", &["content.label"]),
            ("occurred_at", &["updated.label"]),
            ("external_id", &["id.label"]),
        ],
        sets: &[("scale", "stars"), ("channel", "store")],
        ..NONE
    },
    Preset {
        name: "qualtrics",
        title: "Qualtrics survey responses",
        signatures: &[
            &["StartDate", "EndDate", "RecordedDate", "ResponseId"],
            &["Start Date", "End Date", "Recorded Date", "Response ID"],
        ],
        maps: &[
            ("occurred_at", &["RecordedDate", "Recorded Date"]),
            ("external_id", &["ResponseId", "Response ID"]),
            ("customer", &["ExternalReference", "External Data Reference"]),
            ("channel", &["DistributionChannel", "Distribution Channel"]),
        ],
        skip_empty: true,
        survey: true,
        ..NONE
    },
    Preset {
        name: "surveymonkey",
        title: "SurveyMonkey responses",
        signatures: &[
            &["Respondent ID", "Collector ID", "Date Created"],
            &["Respondent ID", "Collector ID", "Start Date"],
        ],
        maps: &[
            ("occurred_at", &["End Date", "Date Created", "Start Date"]),
            ("external_id", &["Respondent ID"]),
            ("customer", &["Email Address"]),
        ],
        skip_empty: true,
        month_first: true,
        survey: true,
        ..NONE
    },
    Preset {
        name: "typeform",
        title: "Typeform responses",
        signatures: &[&["#", "Submit Date (UTC)"], &["landing_id", "submitted_at", "answers"]],
        maps: &[
            ("occurred_at", &["Submit Date (UTC)", "submitted_at"]),
            ("external_id", &["#", "response_id", "token"]),
            ("rating", &["answers[type=number].number"]),
            ("comment", &["answers[type=text].text"]),
        ],
        skip_empty: true,
        survey: true,
        ..NONE
    },
    Preset {
        name: "google-forms",
        title: "Google Forms responses",
        // "Timestamp" alone is too little to recognize it by.
        maps: &[
            (
                "occurred_at",
                &[
                    "Timestamp",
                    "Zeitstempel",
                    "Horodateur",
                    "Marca temporal",
                    "Informazioni cronologiche",
                    "Carimbo de data/hora",
                    "タイムスタンプ",
                    "Отметка времени",
                ],
            ),
            ("customer", &["Email Address", "Username", "E-Mail-Adresse", "Adresse e-mail"]),
        ],
        survey: true,
        ..NONE
    },
    Preset {
        name: "delighted",
        title: "Delighted responses",
        signatures: &[
            &["survey_type", "score", "person", "created_at"],
            &["Response ID", "Score", "Comment", "Survey Type"],
            &["id", "score", "comment", "survey_type"],
        ],
        maps: &[
            ("rating", &["score"]),
            ("comment", &["comment"]),
            ("occurred_at", &["created_at", "Created At", "Response Date"]),
            ("updated_at", &["updated_at", "Updated At"]),
            ("external_id", &["id", "Response ID"]),
            ("customer", &["person", "person.email", "Person Email", "Email"]),
            ("scale", &["survey_type"]),
        ],
        values: &[
            ("scale", "nps", "nps"),
            ("scale", "csat", "csat"),
            ("scale", "ces", "ces"),
            ("scale", "ces7", "ces"),
            ("scale", "enps", "nps"),
            ("scale", "smileys", "csat"),
            ("scale", "stars", "stars"),
            ("scale", "stars5", "stars"),
            ("scale", "thumbs", "thumbs"),
        ],
        ..NONE
    },
    Preset {
        name: "zendesk",
        title: "Zendesk tickets with satisfaction ratings",
        signatures: &[
            &["satisfaction_rating.score", "requester_id", "created_at"],
            &["Satisfaction Score", "Requester", "Created at"],
            &["score", "requester_id", "ticket_id", "created_at"],
        ],
        maps: &[
            ("rating", &["satisfaction_rating.score", "Satisfaction Score", "score"]),
            ("comment", &["satisfaction_rating.comment", "comment"]),
            (
                "occurred_at",
                &["solved_at", "Solved at", "updated_at", "Updated at", "created_at", "Created at"],
            ),
            ("external_id", &["id"]),
            ("customer", &["requester_id", "Requester id", "Requester"]),
            ("channel", &["via.channel", "Via"]),
        ],
        sets: &[("scale", "thumbs")],
        values: &[
            ("rating", "good", "1"),
            ("rating", "good with comment", "1"),
            ("rating", "good_with_comment", "1"),
            ("rating", "bad", "0"),
            ("rating", "bad with comment", "0"),
            ("rating", "bad_with_comment", "0"),
            ("rating", "offered", ""),
            ("rating", "not offered", ""),
            ("rating", "unoffered", ""),
        ],
        skip_empty: true,
        ..NONE
    },
    Preset {
        name: "trustpilot",
        title: "Trustpilot reviews",
        signatures: &[
            &["Review Stars", "Review Title", "Review Content"],
            &["stars", "consumer.id", "createdAt"],
        ],
        maps: &[
            ("product", &["Domain", "Business Unit", "businessUnit.identifyingName"]),
            ("rating", &["Review Stars", "stars"]),
            ("comment", &["Review Content", "text", "Review Title", "title"]),
            ("occurred_at", &["Review Created (UTC)", "Review Created Date", "Review Created", "createdAt"]),
            ("external_id", &["Review Id", "id"]),
            ("customer", &["Reviewer Id", "consumer.id", "Reviewer Username"]),
        ],
        sets: &[("scale", "stars"), ("channel", "trustpilot")],
        ..NONE
    },
];
