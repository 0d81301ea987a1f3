//! The platform on a real Kafka, every role in processes of its own: what they share, and that those who die, freeze or go
//! away for a while change no alert.

mod bucket;
mod disturbed;
mod site;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::alerts::ensure_equal;
use crate::corpus;
use crate::disposed;
use crate::platform::Platform;
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
    // Several processes show the same, and what is decided at one is seen at the others.
    let second = site.another("api")?;
    second.until_ready(true).await?;
    let of_second = second.alerts(corpus::SOURCE).await?;
    ensure_equal("at a second api", expected, &of_second)?;
    confirmed_at_one_is_seen_at_the_other(&second, &site.api).await?;
    for log in RealLog::all().await? {
        let log = log.import(&site.intake, &site.api).await?;
        log.ensure_equal(&site.api, "with every role apart").await?;
        log.ensure_equal(&second, "at a second api").await?;
    }
    for role in site.roles() {
        role.until_ready(true).await?;
    }
    second.stop().await?;
    let folder = site.close().await?;
    rows::ensure_each_once("with every role apart", folder.path()).await
}

async fn confirmed_at_one_is_seen_at_the_other(one: &Platform, other: &Platform) -> Result<()> {
    let path = format!(
        "/api/v1/alerts?source={}&status=issued&limit=1",
        corpus::SOURCE
    );
    let page: Value = serde_json::from_str(&one.get(&path).await?)?;
    let alert = page["alerts"][0]["alert_id"].as_str();
    let alert = alert.with_context(|| format!("an alert that is issued: {page:#}"))?;
    let confirm = disposed::said("li", "second-api", json!({}));
    let (status, told) = disposed::act(one, alert, "confirm", &confirm).await?;
    ensure!((200..300).contains(&status), "{status} {told:#}");
    disposed::until_archived(other, alert, "confirmed").await?;
    Ok(())
}
