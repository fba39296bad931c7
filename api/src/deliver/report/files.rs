//! Reports as files: in a directory of the server, or in a bucket of an S3-compatible store.

use std::{path::Path, sync::Arc};

use object_store::{ObjectStore, ObjectStoreExt, PutPayload, parse_url_opts, path::Path as Key};
use reqwest::Url;

use super::{Failure, File};

/// Writes a file. It appears under its name when it is complete; one of the same name is replaced.
pub(super) async fn write(directory: &Path, path: &str, file: File) -> Result<(), Failure> {
    let place = directory.join(path);
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        std::fs::create_dir_all(&place)?;
        let mut temporary = tempfile::NamedTempFile::new_in(&place)?;
        std::io::Write::write_all(&mut temporary, &file.content)?;
        temporary.as_file().sync_all()?;
        temporary.persist(place.join(&file.name)).map_err(|error| error.error)?;
        Ok(())
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        // Neither the directory nor what lies in it is told to people of an organization.
        Ok(Err(error)) => Err(Failure::temporary(format!("the file cannot be written: {}", error.kind()))),
        Err(_) => Err(Failure::temporary("the file cannot be written")),
    }
}

/// A bucket.
pub(super) struct Bucket {
    store: Arc<dyn ObjectStore>,
    root: Key,
}

/// Why there is no bucket.
#[derive(Debug, thiserror::Error)]
#[error(
    "--report-bucket: {0}; write it like s3://bucket/prefix, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for another \
     store than that of Amazon, AWS_ENDPOINT in the environment"
)]
pub struct BucketError(String);

impl Bucket {
    /// The bucket at a URL; its credentials are in the environment.
    pub(super) fn open(url: &str) -> Result<Self, BucketError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = Url::parse(url).map_err(|error| BucketError(error.to_string()))?;
        if url.scheme() != "s3" {
            return Err(BucketError(format!("the scheme {} is not supported", url.scheme())));
        }
        let settings = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let (store, root) = parse_url_opts(&url, settings).map_err(|error| BucketError(error.to_string()))?;
        Ok(Self { store: store.into(), root })
    }

    /// Writes an object; one of the same key is replaced.
    pub(super) async fn put(&self, prefix: &str, file: File) -> Result<(), Failure> {
        let parts = self.root.parts().map(|part| part.as_ref().to_owned());
        let inner = prefix.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        let key = Key::from_iter(parts.chain(inner).chain([file.name]));
        match self.store.put(&key, PutPayload::from(file.content)).await {
            Ok(_) => Ok(()),
            Err(
                object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. },
            ) => Err(Failure::temporary("the store refused the credentials of this server")),
            Err(object_store::Error::NotFound { .. }) => Err(Failure::temporary("the bucket does not exist")),
            Err(error) => {
                tracing::warn!(%error, "a report was not accepted by the store");
                Err(Failure::temporary("the store did not accept the object"))
            }
        }
    }
}
