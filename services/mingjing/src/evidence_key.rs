//! The key pair that signs evidence: a file that only its owner reads, made at the first start.
//!
//! Whoever loses it can still verify old packages with the public key, and signs new ones with another. Processes that serve one
//! API share one file (`api.evidence_key`).

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, ensure};
use mingjing_wire::evidence::Signer;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;

use crate::settings::Settings;

const FILE: &str = "evidence-key.pk8";

/// Opens the key of these settings; makes it where there is none.
pub fn open(settings: &Settings) -> anyhow::Result<Arc<Signer>> {
    let path = path(settings);
    let signer = match made(&path)? {
        Some(signer) => signer,
        None => read(&path)?,
    };
    tracing::info!(
        public_key = signer.public_key(),
        "evidence is signed with this key"
    );
    Ok(Arc::new(signer))
}

fn path(settings: &Settings) -> PathBuf {
    match &settings.evidence_key {
        Some(path) => path.clone(),
        None => settings.data.join(FILE),
    }
}

/// Refuses a key that would lie wherever the process was started: the next one would sign with another.
pub fn check_place(settings: &Settings) -> anyhow::Result<()> {
    let path = path(settings);
    ensure!(
        path.is_absolute(),
        "the key that signs evidence would be {}, below the folder this was started in: set api.evidence_key to an absolute path",
        path.display()
    );
    Ok(())
}

/// A new key pair, durable before it signs anything; none where there is one.
fn made(path: &Path) -> anyhow::Result<Option<Signer>> {
    if path.exists() {
        return Ok(None);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_err(|_| anyhow!("the system gives no random numbers"))?;
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = match opened {
        Ok(file) => file,
        // Another process was faster; its key counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot write {}", path.display()));
        }
    };
    file.write_all(document.as_ref())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Some(Signer::from_pkcs8(document.as_ref())?))
}

fn read(path: &Path) -> anyhow::Result<Signer> {
    let place = || format!("the key that signs evidence, {}", path.display());
    let mode = std::fs::metadata(path)
        .with_context(place)?
        .permissions()
        .mode();
    ensure!(
        mode & 0o077 == 0,
        "others may read {}: chmod 600 it, and think about who has",
        path.display()
    );
    let document = std::fs::read(path).with_context(place)?;
    Signer::from_pkcs8(&document).with_context(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(folder: &Path) -> Settings {
        let data = ("MINGJING__DATA".to_owned(), folder.display().to_string());
        Settings::load(None, &[data]).expect("settings")
    }

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let first = open(&settings).unwrap().public_key();
        assert_eq!(open(&settings).unwrap().public_key(), first);
        let path = folder.path().join(FILE);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(open(&settings).unwrap_err().to_string().contains("chmod"));
    }

    #[test]
    fn a_key_that_would_lie_wherever_the_process_was_started_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        check_place(&settings(folder.path())).unwrap();
        let nowhere = Settings::load(None, &[]).expect("the defaults");
        let refused = check_place(&nowhere).unwrap_err().to_string();
        assert!(refused.contains("api.evidence_key"), "{refused}");
    }
}
