//! The address of a database: a URL, parsed so that no part of a password is ever printed.

use std::fmt;

use sea_orm::sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

/// The address of a database. Printed, it contains no password.
#[derive(Clone)]
pub enum Address {
    /// A file.
    Sqlite(Box<SqliteConnectOptions>),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

/// Supported query parameters of a URL; anything else is an error, or part of a password.
const PARAMETERS: [&str; 20] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "user",
];

/// How to write a password with reserved characters.
const ENCODE: &str = "A user name or password with one of the characters # / ? @ : % or a space must be percent-encoded \
     (%23 %2F %3F %40 %3A %25 %20)";

impl Address {
    /// Parses a URL. Error messages quote no part of it, because any part may be a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let url = url.trim();
        let Some((scheme, rest)) = url.split_once(':') else { return Err(unknown_scheme()) };
        let scheme = scheme.to_ascii_lowercase();
        let url = &format!("{scheme}:{rest}");
        match scheme.as_str() {
            "sqlite" => url
                .parse()
                .map(|options| Self::Sqlite(Box::new(options)))
                .map_err(|_| "Invalid URL; write sqlite://path/to/file?mode=rwc.".to_owned()),
            "postgres" | "postgresql" => server(url, rest).map(|options| Self::Postgres(Box::new(options))),
            _ => Err(unknown_scheme()),
        }
    }

    /// What to do about a failed connection; the message of the driver may quote a part of the password.
    pub(super) fn explain(&self, error: &sea_orm::sqlx::Error) -> String {
        let text = error.to_string();
        if text.contains("saslprep") {
            return "the password contains a character that SASLprep (RFC 4013) does not allow, such as an emoji; \
                    give the database's user another password"
                .to_owned();
        }
        self.explain_tls(error).unwrap_or(text)
    }

    /// What to do about a failed TLS connection; none if the failure is another one.
    fn explain_tls(&self, error: &sea_orm::sqlx::Error) -> Option<String> {
        let (Self::Postgres(options), sea_orm::sqlx::Error::Tls(cause)) = (self, error) else { return None };
        let cause = cause.to_string();
        let mut message = format!("the TLS connection failed: {cause}.");
        if cause.contains("UnsupportedCertVersion") || cause.contains("Version") {
            message
                .push_str(" The server's certificate has X.509 version 1; replace it by one of version 3.");
        }
        if matches!(options.get_ssl_mode(), PgSslMode::Prefer) {
            message.push_str(
                " TLS is used because the server offers it; \
                 add ?sslmode=disable to the URL to connect without TLS.",
            );
        }
        Some(message)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(options) => write!(f, "{}", options.get_filename().display()),
            Self::Postgres(options) => {
                match options.get_socket() {
                    Some(socket) => write!(f, "postgres://{}", socket.display())?,
                    None => write!(f, "postgres://{}:{}", options.get_host(), options.get_port())?,
                }
                write!(f, "/{}", options.get_database().unwrap_or_else(|| options.get_username()))
            }
        }
    }
}

fn unknown_scheme() -> String {
    "Unsupported database URL; it must begin with postgres:// or sqlite://.".to_owned()
}

fn server(url: &str, rest: &str) -> Result<PgConnectOptions, String> {
    let Some(rest) = rest.strip_prefix("//") else {
        return Err("Invalid database URL; write postgres://user:password@host/name.".to_owned());
    };
    // The host ends at the first of these. An @ behind it means that one of them was in the password, and that
    // the apparent host or database name is a part of it.
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if rest[end..].contains('@') || rest.contains('#') {
        return Err(format!("Invalid database URL. {ENCODE}."));
    }
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if !PARAMETERS.contains(&name)
            && !name.starts_with("options[")
            && !name.starts_with("statement-cache-")
        {
            return Err(format!(
                "The database URL has an unknown parameter; supported are {}. {ENCODE}.",
                PARAMETERS.join(", ")
            ));
        }
    }
    // Parameters of other drivers are removed: the driver would log them with their values.
    let query: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            !["channel_binding", "connect_timeout", "target_session_attrs"]
                .iter()
                .any(|name| pair.starts_with(name))
        })
        .collect();
    let base = url.split_once('?').map_or(url, |(base, _)| base);
    let url =
        if query.join("&").is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) };
    url.parse().map_err(|error: sea_orm::sqlx::Error| {
        // The driver's message may quote what it could not parse.
        let why = match error.to_string() {
            reason if reason.contains("port") => " The text after the last colon is not a port number.",
            reason if reason.contains("ssl") => {
                return "The database URL has an unknown sslmode; use disable, allow, prefer, require, \
                        verify-ca or verify-full."
                    .to_owned();
            }
            _ => "",
        };
        format!("Invalid database URL.{why} {ENCODE}.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_url_shows_no_part_of_its_password() {
        let wrong = [
            "postgres://me:hunter#2secret@host/name",
            "postgres://me:hunter/2secret@host/name",
            "postgres://me:123/2secret@host/name",
            "postgres://me:123?2secret@host/name",
            "postgres://me:123?sslmode=2secret@host/name",
            "postgres://me:hunter:2secret",
            "postgres://host/name?pass=2secret",
            "postgres://host/name?password=a&2secret=b",
            "postgres://me:%ff2secret@host/name",
            "postgres://me:x@2secret host/name",
            "postgres:me:2secret@host/name",
            "mysql://me:2secret@host/name",
            "me:2secret@host/name",
            "host/name?2secret",
        ];
        for url in wrong {
            let message = match Address::parse(url) {
                Err(message) => message,
                Ok(address) => panic!("{url} was parsed as {address}"),
            };
            assert!(!message.contains("2secret") && !message.contains("hunter"), "{url}: {message}");
        }
        for url in &wrong[..5] {
            let message = Address::parse(url).err().unwrap_or_default();
            assert!(message.contains("percent-encoded"), "{message}");
        }
    }

    #[test]
    fn a_database_is_named_without_its_password() {
        let shown = |url| Address::parse(url).map(|address| address.to_string());
        let plain = Ok("postgres://host:5433/name".to_owned());
        assert_eq!(shown("postgres://me:2secret@host:5433/name"), plain);
        assert_eq!(shown("postgresql://me:2sec%40ret@host:5433/name?sslmode=disable"), plain);
        assert_eq!(shown("postgres://me:2sec@ret@host:5433/name"), plain);
        assert_eq!(shown("postgres://host:5433/name?user=me&password=2secret&connect_timeout=5"), plain);
        assert_eq!(shown("POSTGRES://me:2Secret@host:5433/name"), plain);
        assert_eq!(shown("sqlite:///tmp/a.sqlite?mode=rwc"), Ok("/tmp/a.sqlite".to_owned()));
        let wrong = shown("postgres://me:2secret@host/name?sslmode=2secret").err().unwrap_or_default();
        assert!(wrong.contains("verify-full") && !wrong.contains("2secret"), "{wrong}");
    }
}
