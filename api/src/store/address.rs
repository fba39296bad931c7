//! Where a database is: a URL, read so that nothing of a password is ever shown.

use std::fmt;

use sea_orm::sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

/// Where a database is. Shown, it has no password in it.
#[derive(Clone)]
pub enum Address {
    /// A file.
    Sqlite(Box<SqliteConnectOptions>),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

/// What a URL may say after its question mark; anything else is a mistake, or part of a password.
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

/// How a password is written that has a character with a meaning of its own.
const ENCODE: &str = "A user name or password with one of the characters # / ? @ : % or a space must be percent-encoded \
     (%23 %2F %3F %40 %3A %25 %20)";

impl Address {
    /// Reads a URL. What is said of a wrong one quotes nothing of it, for whatever part it is may be a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let url = url.trim();
        let Some((scheme, rest)) = url.split_once(':') else { return Err(unknown_scheme()) };
        let scheme = scheme.to_ascii_lowercase();
        let url = &format!("{scheme}:{rest}");
        match scheme.as_str() {
            "sqlite" => url
                .parse()
                .map(|options| Self::Sqlite(Box::new(options)))
                .map_err(|_| "The URL cannot be read; write sqlite://path/to/file?mode=rwc.".to_owned()),
            "postgres" | "postgresql" => server(url, rest).map(|options| Self::Postgres(Box::new(options))),
            _ => Err(unknown_scheme()),
        }
    }

    /// What to do about a connection that failed: what the driver says may quote a part of the password.
    pub(super) fn about(&self, error: &sea_orm::sqlx::Error) -> String {
        let said = error.to_string();
        if said.contains("saslprep") {
            return "the password holds a character that SASLprep (RFC 4013) does not allow, such as an emoji; \
                    give the database's user another password"
                .to_owned();
        }
        self.about_tls(error).unwrap_or(said)
    }

    /// What to do about an encrypted connection that failed; none if that is not what failed.
    fn about_tls(&self, error: &sea_orm::sqlx::Error) -> Option<String> {
        let (Self::Postgres(options), sea_orm::sqlx::Error::Tls(cause)) = (self, error) else { return None };
        let cause = cause.to_string();
        let mut told = format!("the encrypted connection failed: {cause}.");
        if cause.contains("UnsupportedCertVersion") || cause.contains("Version") {
            told.push_str(" The server's certificate is of X.509 version 1; give it one of version 3.");
        }
        if matches!(options.get_ssl_mode(), PgSslMode::Prefer) {
            told.push_str(
                " A server that offers encryption is taken at its word; \
                 add ?sslmode=disable to the URL to go without.",
            );
        }
        Some(told)
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
    "The database's URL must begin with postgres:// or sqlite://.".to_owned()
}

fn server(url: &str, rest: &str) -> Result<PgConnectOptions, String> {
    let Some(rest) = rest.strip_prefix("//") else {
        return Err("Write the database's URL as postgres://user:password@host/name.".to_owned());
    };
    // The host ends at the first of these. An @ behind it means that one of them stood in the password, and that
    // what would be taken for the host, or for the name of the database, is a part of it.
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if rest[end..].contains('@') || rest.contains('#') {
        return Err(format!("The database's URL cannot be read. {ENCODE}."));
    }
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if !PARAMETERS.contains(&name)
            && !name.starts_with("options[")
            && !name.starts_with("statement-cache-")
        {
            return Err(format!(
                "The database's URL has a parameter that is not known; known are {}. {ENCODE}.",
                PARAMETERS.join(", ")
            ));
        }
    }
    // Parameters of other drivers that mean nothing here are left out: the driver would log them with their values.
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
        // The driver's reason may quote what it could not read.
        let why = match error.to_string() {
            told if told.contains("port") => " What stands behind the last colon is not a port.",
            told if told.contains("ssl") => {
                return "The database's URL has an sslmode that is not known; known are disable, allow, prefer, require, \
                        verify-ca and verify-full."
                    .to_owned();
            }
            _ => "",
        };
        format!("The database's URL cannot be read.{why} {ENCODE}.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_read_shows_nothing_of_its_password() {
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
            let told = match Address::parse(url) {
                Err(told) => told,
                Ok(address) => panic!("{url} was taken for {address}"),
            };
            assert!(!told.contains("2secret") && !told.contains("hunter"), "{url}: {told}");
        }
        for url in &wrong[..5] {
            let told = Address::parse(url).err().unwrap_or_default();
            assert!(told.contains("percent-encoded"), "{told}");
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
