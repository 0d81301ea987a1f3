//! Where snapshots lie: a folder, or a bucket of an S3-compatible store, which all processes that supervise must see.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;

use crate::settings::{Properties, Settings};

const S3: &str = "s3://";

/// Opens the place that the settings name.
///
/// # Errors
/// The folder cannot be made, or the bucket's name or options cannot be meant. Nothing is asked of a bucket here: one that
/// cannot be reached is tried again like a log that cannot.
pub fn open(settings: &Settings) -> anyhow::Result<Arc<dyn ObjectStore>> {
    match settings.snapshots.as_deref() {
        None => folder(&settings.data.join("snapshots")),
        Some(place) if place.starts_with(S3) => bucket(place, &settings.s3),
        Some(place) if place.contains("://") => {
            bail!("supervise.snapshots = {place:?}: name a folder, or s3://bucket/prefix")
        }
        Some(place) => folder(Path::new(place)),
    }
}

fn folder(folder: &Path) -> anyhow::Result<Arc<dyn ObjectStore>> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the snapshot folder {}", folder.display()))?;
    let store = LocalFileSystem::new_with_prefix(folder)
        .with_context(|| format!("cannot use the snapshot folder {}", folder.display()))?;
    Ok(Arc::new(store.with_fsync(true)))
}

fn bucket(place: &str, options: &Properties) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let path = &place[S3.len()..];
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    // Roles of a machine and the usual AWS_ variables count too.
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    for (name, value) in &options.0 {
        let key: AmazonS3ConfigKey = name.parse().ok().with_context(|| {
            format!("supervise.s3: there is no option {name:?}; there are region, endpoint, access_key_id, secret_access_key, allow_http and more")
        })?;
        builder = builder.with_config(key, value);
    }
    let store = builder
        .build()
        .with_context(|| format!("cannot use the bucket of {place:?}"))?;
    Ok(match prefix.trim_matches('/') {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, prefix)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(place: &str, options: &str) -> Result<String, String> {
        let environment = [
            ("MINGJING__SUPERVISE__SNAPSHOTS", place),
            ("MINGJING__SUPERVISE__S3", options),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::load(None, &environment).expect("settings");
        open(&settings)
            .map(|store| store.to_string())
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_bucket_is_opened_unasked_and_what_cannot_be_meant_is_refused_by_name() {
        let options = "region=here;secret_access_key=hush;access_key_id=me";
        assert_eq!(
            opened("s3://cards", options).as_deref(),
            Ok("AmazonS3(cards)")
        );
        assert!(opened("s3://cards/city", options).is_ok());
        let said = opened("s3://cards", "region=here;colour=hush").expect_err("no such option");
        assert!(said.contains("colour") && !said.contains("hush"), "{said}");
        let said = opened("ftp://cards", "").expect_err("no such store");
        assert!(said.contains("s3://bucket/prefix"), "{said}");
    }
}
