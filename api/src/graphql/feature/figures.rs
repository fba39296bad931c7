//! What is computed of a feature.

use async_graphql::{Context, Object};
use ballroom_entity::feature::Model;

use super::super::{
    alert::{self, IncidentAlert},
    distribution::{self, RatingDistribution},
    fault::Fault,
    figures::{Subject, figures},
    forecast::{self, Forecast},
    regression::{self, ChangePoint},
    scalar::{Date, PeriodInput, Reference},
    timeline::{self, Timeline, TimelineStep},
    trend::{self, TrendPoint, TrendStep},
    value::{self, StandardFigure, Value},
    words::{self, CommentWords, IncidentWords, WordsBaseline},
};

figures! {
    /// A feature, as the subject of figures.
    FeatureFigures(Model) {
        /// Perceived value, 0 to 100, with its uncertainty and its explanation. Null if there are no responses in the given
        /// segment.
        value;

        /// Perceived value over time: each point uses only data known at the end of its last day.
        trend;

        /// Responses, value, standard figures, incidents and releases over time, for a chart in one query.
        timeline;

        /// Expected number of incidents over the next days, with the effect of a planned release. Null while there are no
        /// data.
        forecast;

        /// Standard figures (NPS, CSAT, mean of stars, ...), one for each scale with responses.
        standard_figures;

        /// Distribution of its responses over the ratings of each scale, for responses that count for scores. One entry for
        /// each scale with responses.
        rating_distribution;

        /// Words and phrases that distinguish the comments about it.
        comment_words;

        /// Words and phrases that distinguish the titles of the incidents that affect it.
        incident_words;

        /// Days and weeks in which it had more incidents than expected, regardless of release; in the order of their last
        /// days.
        alerts;

        /// Most likely time within the last 180 days at which the experience with it changed, and the suspected releases.
        /// Null if there are too few data.
        change_point;
    }
}
