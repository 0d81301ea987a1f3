//! The platform on a real Kafka, every role in processes of its own: what they share, and that those who die, freeze or go
//! away for a while change no alert.

mod bucket;
mod disturbed;
mod site;

use anyhow::{Context, Result};

use crate::alerts::ensure_equal;
use crate::corpus;
use crate::real::RealLog;
use crate::rows;
use crate::sender::Sender;
use site::Site;
pub use site::Start;

#[tokio::test(flavor = "multi_thread")]
async fn every_role_in_a_process_of_its_own_raises_the_same_alerts() -> Result<()> {
    let expected = corpus::undisturbed().await?;
    let site = Site::open(2, None).await?;
    let mut sender = Sender::register(&site.intake).await?;
    sender
        .send_all(site.intake.url().context("it is up")?)
        .await?;
    let found = corpus::finish(&site.intake, &site.api).await?;
    ensure_equal("with every role apart", expected, &found)?;
    for log in RealLog::there().await? {
        let log = log.import(&site.intake, &site.api).await?;
        log.ensure_equal(&site.api, "with every role apart").await?;
    }
    for role in site.roles() {
        role.until_ready(true).await?;
    }
    let folder = site.close().await?;
    rows::ensure_each_once("with every role apart", folder.path()).await
}
