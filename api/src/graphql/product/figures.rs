//! What is computed of a product.

use async_graphql::{Context, Object};
use ballroom_entity::product::Model;

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
    /// A product, as the subject of figures.
    ProductFigures(Model) {
        /// Perceived value of the product as a whole, from the responses that name no feature. Null if there are none.
        value;

        /// Perceived value of the product as a whole over time: each point uses only data known at the end of its last day.
        trend;

        /// Responses, value, standard figures, incidents and releases of the product with all its features over time, for a
        /// chart in one query.
        timeline;

        /// Expected number of incidents over the next days, with the effect of a planned release. Null while there are no
        /// data.
        forecast;

        /// Standard figures (NPS, CSAT, mean of stars, ...), one for each scale with responses, from the responses about
        /// the product as a whole and about all its features.
        standard_figures;

        /// Distribution of the responses about it and its features over the ratings of each scale, for responses that count
        /// for scores. One entry for each scale with responses.
        rating_distribution;

        /// Words and phrases that distinguish the comments about it and its features.
        comment_words;

        /// Words and phrases that distinguish the titles of its incidents.
        incident_words;

        /// Days and weeks in which it, with all its features, or one of its features had more incidents than expected,
        /// regardless of release; in the order of their last days.
        alerts;

        /// Most likely time within the last 180 days at which the experience with the product changed, and the suspected
        /// releases. It is based on the responses and incidents of all features and of the product as a whole. Each feature
        /// is compared only with itself, so a different mix of features is not a change. Null if there are too few data.
        change_point;
    }
}
