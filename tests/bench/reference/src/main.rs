//! The yardstick: the operations of `tests/bench/http`, and nothing else, as fast as the product's own libraries allow.
//!
//! No tokens, rights, limits, counts, voices, events or repeated requests. Products, features, releases and customers are read
//! once, at the start. A query is one prepared statement on a connection that several requests share; a write is one
//! statement, and one transaction.
//!
//!   reference PORT postgres://...

mod graphql;
mod rows;

use actix_web::{App, HttpResponse, HttpServer, web};

use graphql::Schema;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

async fn answer(schema: web::Data<Schema>, body: web::Bytes) -> HttpResponse {
    let Ok(request) = serde_json::from_slice::<async_graphql::Request>(&body) else {
        return HttpResponse::BadRequest().body("not a request of GraphQL over HTTP");
    };
    match serde_json::to_vec(&schema.execute(request).await) {
        Ok(body) => HttpResponse::Ok().content_type("application/graphql-response+json").body(body),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

#[actix_web::main]
async fn main() -> Result<(), rows::Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, url] = arguments.as_slice() else { return Err("reference PORT postgres://...".into()) };
    let schema = graphql::schema(rows::Database::open(url).await?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(schema.clone()))
            .app_data(web::PayloadConfig::new(16 << 20))
            .route("/graphql", web::post().to(answer))
    })
    .workers(2)
    .bind(("127.0.0.1", port.parse()?))?;
    println!("http://{}", server.addrs().first().ok_or("no address")?);
    server.run().await?;
    Ok(())
}
