//! The page of a feedback request: one question, without an account, a script or anything from another server.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{
    State, page,
    sheet::{self, Reader, escaped},
};
use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::{
        request::{self, Answer, Asked, Link},
        scale::{levels, rating},
    },
};

/// Maximum size of a sent form, in bytes.
const FORM: usize = 64 * 1024;

/// Maximum number of ratings that are shown as buttons, one beside the other.
const BUTTONS: usize = 11;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    let resource = web::resource("/ask/{link}")
        .app_data(web::FormConfig::default().limit(FORM))
        .route(page::read().to(show))
        .route(web::post().to(answer));
    app.service(resource.default_service(web::to(page::method_not_allowed)));
}

/// A sent form. All fields are optional: an empty one is answered with the page again.
#[derive(serde::Deserialize)]
struct Form {
    rating: Option<String>,
    comment: Option<String>,
}

async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let end = request.match_info().get("link").unwrap_or_default().to_owned();
    let store = state.services.store.clone();
    // On the main runtime: there the database's connections live.
    let link = state.runtime.spawn(async move { request::open(&store, &end, clock::now()).await });
    match link.await {
        Ok(Ok(link)) => shown(&link, None),
        Ok(Err(error)) => failed(&error),
        Err(_) => unavailable(),
    }
}

async fn answer(state: web::Data<State>, request: HttpRequest, form: web::Form<Form>) -> HttpResponse {
    let end = request.match_info().get("link").unwrap_or_default().to_owned();
    let store = state.services.store.clone();
    let Form { rating, comment } = form.into_inner();
    let given = Answer { rating: rating.and_then(|rating| rating.parse().ok()), comment };
    let done = state.runtime.spawn(async move {
        match request::answer(&store, &end, given, clock::now()).await {
            Err(Error::Invalid { reason, .. }) => {
                Ok((request::open(&store, &end, clock::now()).await?, Some(reason), false))
            }
            done => done.map(|(link, done)| (link, None, done)),
        }
    });
    match done.await {
        Ok(Ok((_, _, true))) => said(StatusCode::OK, "Thank you", "Your answer was received."),
        Ok(Ok((link, wrong, false))) => shown(&link, wrong.as_deref()),
        Ok(Err(error)) => failed(&error),
        Err(_) => unavailable(),
    }
}

fn shown(link: &Link, wrong: Option<&str>) -> HttpResponse {
    match link {
        Link::Open(asked) => {
            let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            sheet::html(status, Reader::WithSecret, &asked.question, &form(asked, wrong))
        }
        Link::Used => {
            said(StatusCode::GONE, "Thank you", "This question was answered before; the link works once.")
        }
        Link::Over => said(StatusCode::GONE, "The question is closed", "This link has expired."),
        Link::Unknown => said(StatusCode::NOT_FOUND, "Not found", "This link is not valid. Is it complete?"),
    }
}

fn form(asked: &Asked, wrong: Option<&str>) -> String {
    let ratings: Vec<f64> =
        (0..levels(&asked.scale) as i32).map(|level| rating(&asked.scale, level)).collect();
    let (low, high) = match asked.scale.higher_is_better {
        true => ("worst", "best"),
        false => ("best", "worst"),
    };
    let said = |at: usize| match at {
        0 => format!(" <span class=\"end\">{low}</span>"),
        at if at + 1 == ratings.len() => format!(" <span class=\"end\">{high}</span>"),
        _ => String::new(),
    };
    let choices: String = match ratings.len() <= BUTTONS {
        true => ratings
            .iter()
            .enumerate()
            .map(|(at, value)| {
                format!(
                    "<label class=\"rating\"><input type=\"radio\" name=\"rating\" value=\"{value}\" required> {value}{}</label>\n",
                    said(at)
                )
            })
            .collect(),
        false => format!(
            "<label class=\"rating\">{} to {} <input type=\"number\" name=\"rating\" min=\"{}\" max=\"{}\" step=\"{}\" required></label>\n",
            asked.scale.min, asked.scale.max, asked.scale.min, asked.scale.max, asked.scale.step
        ),
    };
    let wrong = wrong
        .map(|reason| format!("<p class=\"wrong\" role=\"alert\">Your answer {}.</p>\n", escaped(reason)));
    format!(
        "<h1>{product} {release}</h1>\n{wrong}<form method=\"post\">\n<fieldset>\n<legend>{question}</legend>\n{choices}</fieldset>\n\
         <label class=\"comment\" for=\"comment\">What should we know? (optional)</label>\n\
         <textarea id=\"comment\" name=\"comment\" rows=\"4\" maxlength=\"5000\"></textarea>\n<button>Send</button>\n</form>\n",
        product = escaped(&asked.product),
        release = escaped(&asked.release),
        question = escaped(&asked.question),
        wrong = wrong.unwrap_or_default(),
    )
}

fn said(status: StatusCode, title: &str, text: &str) -> HttpResponse {
    let main = format!("<h1>{}</h1>\n<p role=\"status\">{}</p>\n", escaped(title), escaped(text));
    sheet::html(status, Reader::WithSecret, title, &main)
}

fn failed(error: &Error) -> HttpResponse {
    tracing::error!(error = with_causes(error), "cannot serve the page of a feedback request");
    unavailable()
}

fn unavailable() -> HttpResponse {
    said(
        StatusCode::SERVICE_UNAVAILABLE,
        "Not now",
        "Your answer could not be received. Please try again later.",
    )
}
