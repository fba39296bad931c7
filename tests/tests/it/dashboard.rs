//! The dashboard as browsers get it: the page, its files, and what is said with them.

use ballroom_tests::{App, Backend, Database};
use reqwest::{Client, Response, redirect::Policy};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

async fn app() -> App {
    App::with(Database::create(Backend::Sqlite).await, &[]).await
}

/// A client that follows and unpacks nothing: it sees what is sent.
fn plain() -> Client {
    Client::builder().redirect(Policy::none()).no_gzip().no_brotli().build().unwrap()
}

async fn get(app: &App, path: &str, headers: &[(&str, &str)]) -> Response {
    let asked =
        headers.iter().fold(plain().get(app.url(path)), |asked, (name, value)| asked.header(*name, *value));
    asked.send().await.unwrap()
}

fn header(answer: &Response, name: &str) -> String {
    answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
}

/// What the page loads, by the addresses that stand in it.
fn loaded(html: &str) -> Vec<String> {
    let places = ["src=\"", "href=\""].into_iter().flat_map(|place| html.split(place).skip(1));
    places.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_the_dashboard_and_nothing_in_it_comes_from_elsewhere() {
    let app = app().await;
    for path in ["/", "/p/shop/value", "/settings?section=tokens", "/no/such/page"] {
        let page = get(&app, path, &[("accept", BROWSER)]).await;
        assert_eq!(
            (page.status().as_u16(), header(&page, "content-type").as_str()),
            (200, "text/html; charset=utf-8")
        );
        let policy = header(&page, "content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-cache"),
            ("vary", "Accept-Encoding, Accept"),
        ] {
            assert_eq!(header(&page, name), value, "{path} {name}");
        }
        let html = page.text().await.unwrap();
        for inline in ["<style", "<script>", " style=", "onclick=", "http:", "https:"] {
            assert!(!html.contains(inline), "{inline} in {html}");
        }
        let files = loaded(&html);
        assert!(files.len() > 3, "{html}");
        for file in files {
            assert!(file.starts_with('/'), "{file} does not depend on the address of the page");
            let answer = get(&app, &file, &[]).await;
            assert_eq!(answer.status(), 200, "{file}");
            let ty = match file.rsplit('.').next().unwrap() {
                "js" => "text/javascript; charset=utf-8",
                "css" => "text/css; charset=utf-8",
                "svg" => "image/svg+xml",
                other => panic!("{other} is not known"),
            };
            assert_eq!(
                (
                    header(&answer, "content-type").as_str(),
                    header(&answer, "x-content-type-options").as_str()
                ),
                (ty, "nosniff")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_compressed_and_are_kept() {
    let app = app().await;
    let html = get(&app, "/", &[("accept", BROWSER)]).await.text().await.unwrap();
    let mut scripts = Vec::new();
    for path in loaded(&html).into_iter().filter(|path| path.starts_with("/assets/") && path.ends_with(".js"))
    {
        let length = get(&app, &path, &[("accept-encoding", "")]).await.bytes().await.unwrap().len();
        scripts.push((length, path));
    }
    // The largest one: a small one can hardly be compressed.
    let (_, script) = scripts.into_iter().max().unwrap();
    let mut sizes = Vec::new();
    for (accepted, coding) in
        [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0", ""), ("", "")]
    {
        let answer = get(&app, &script, &[("accept-encoding", accepted)]).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "content-encoding").as_str()),
            (200, coding),
            "{accepted}"
        );
        assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&answer, "vary"), "Accept-Encoding");
        sizes.push(answer.bytes().await.unwrap().len());
    }
    assert!(sizes[0] < sizes[1] && sizes[1] * 2 < sizes[2] && sizes[2] == sizes[3], "{sizes:?}");
    // All forms are the same file.
    let text =
        async |client: Client| client.get(app.url(&script)).send().await.unwrap().text().await.unwrap();
    let identity = text(plain()).await;
    assert_eq!(text(Client::builder().no_gzip().build().unwrap()).await, identity, "brotli");
    assert_eq!(text(Client::builder().no_brotli().build().unwrap()).await, identity, "gzip");
    // What has no hash in its name is asked for each time, and sent only when it has changed.
    for path in ["/", "/favicon.svg", "/theme.js", "/widget.js"] {
        let first = get(&app, path, &[("accept", BROWSER)]).await;
        assert_eq!(header(&first, "cache-control"), "no-cache", "{path}");
        let tag = header(&first, "etag");
        assert!(tag.len() > 20, "{path}: {tag}");
        let again = get(&app, path, &[("accept", BROWSER), ("if-none-match", &tag)]).await;
        assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag), "{path}");
        let other = get(&app, path, &[("accept", BROWSER), ("if-none-match", "W/\"other\"")]).await;
        assert_eq!(other.status(), 200, "{path}");
    }
    assert_eq!(header(&get(&app, "/widget.js", &[]).await, "cross-origin-resource-policy"), "cross-origin");
    assert_eq!(header(&get(&app, "/theme.js", &[]).await, "cross-origin-resource-policy"), "same-origin");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_there() {
    let app = app().await;
    for (path, accept) in [
        ("/assets/index-gone.js", BROWSER),
        ("/docs/none.md", BROWSER),
        ("/p/shop/value", "application/json"),
        ("/p/shop/value", "*/*"),
        ("/index.html.br", "*/*"),
        ("/bundle.bin", "*/*"),
    ] {
        assert_eq!(get(&app, path, &[("accept", accept)]).await.status(), 404, "{path} {accept}");
    }
    let posted = plain().post(app.url("/p/shop/value")).header("accept", BROWSER).send().await.unwrap();
    assert_eq!(posted.status(), 404);
    // Whoever opens the address of the API is taken to the page that asks, with the operation.
    let there = get(&app, "/graphql?query=%7B__typename%7D", &[("accept", BROWSER)]).await;
    let location = header(&there, "location");
    assert_eq!((there.status().as_u16(), location.as_str()), (303, "/graphiql?query=%7B__typename%7D"));
    assert_eq!(get(&app, &location, &[("accept", BROWSER)]).await.status(), 200);
}
