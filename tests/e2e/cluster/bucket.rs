//! An S3-compatible store of other people's making, on a folder, that checks signatures.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const NAME: &str = "mingjing-snapshots";
const USER: &str = "mingjing";
const SECRET: &str = "kept-by-nobody";

/// A store with one bucket. Ends on drop.
pub struct Bucket {
    folder: TempDir,
    address: String,
    server: JoinHandle<()>,
}

impl Bucket {
    pub async fn serve() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join(NAME))?;
        let files = FileSystem::new(folder.path()).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(USER, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    // A client that was killed breaks its connection off.
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Ok(Self {
            folder,
            address,
            server,
        })
    }

    /// What the processes are told.
    pub fn settings(&self) -> [(&'static str, String); 2] {
        let options = format!(
            "endpoint=http://{};allow_http=true;region=here;access_key_id={USER};secret_access_key={SECRET}",
            self.address
        );
        [
            (
                "MINGJING__SUPERVISE__SNAPSHOTS",
                format!("s3://{NAME}/city"),
            ),
            ("MINGJING__SUPERVISE__S3", options),
        ]
    }

    /// Every partition has a snapshot there and none more than two.
    pub fn ensure_kept(&self, partitions: usize) -> Result<()> {
        let of_all = self.folder.path().join(NAME).join("city").join("snapshots");
        let mut found = 0;
        for partition in entries(&of_all)? {
            for log in entries(&partition)? {
                let kept = entries(&log)?;
                let finished = kept
                    .iter()
                    .filter(|file| file.extension().is_some_and(|e| e == "snapshot"));
                let finished = finished.count();
                ensure!(
                    (1..=2).contains(&finished),
                    "{} holds {kept:?}",
                    log.display()
                );
                found += 1;
            }
        }
        ensure!(found == partitions, "{found} partitions have snapshots");
        Ok(())
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let read = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    Ok(read
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?)
}
