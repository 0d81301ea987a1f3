//! The bulletins that were published, for those who announce them.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::bulletin::{Kind, Matter, State as Stage};
use mingjing_domain::period::Period;
use mingjing_log::{Journals, Table};

use super::{BULLETINS, decoded};
use crate::ApiError;

/// A bulletin that was published: what is said of it where it is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedBulletin {
    /// Its id.
    pub id: String,
    /// What kind of paper.
    pub kind: Kind,
    /// 标题.
    pub title: String,
    /// 发文字号.
    pub number: String,
    /// The period as people call it, 2026年10月.
    pub period: String,
    /// 行政区划代码 of whose it is.
    pub region: String,
    /// When it was published.
    pub at: Timestamp,
}

/// Every bulletin that was published, by id.
///
/// # Errors
/// When the journals cannot be read.
pub async fn published_bulletins(
    table: Arc<dyn Table>,
) -> Result<Vec<PublishedBulletin>, ApiError> {
    let mut found = Vec::new();
    for (id, records) in Journals::new(table, BULLETINS).read_all().await? {
        let records = decoded(&records)?;
        let Some(matter) = Matter::of(&records) else {
            continue;
        };
        let Stage::Published { number, at, .. } = matter.state else {
            continue;
        };
        let draft = matter.draft;
        let period: Option<Period> = draft.period.parse().ok();
        found.push(PublishedBulletin {
            id,
            kind: draft.kind,
            title: matter.title.to_owned(),
            number: number.to_owned(),
            period: period.map_or_else(|| draft.period.clone(), |period| period.label()),
            region: draft.region.clone(),
            at: at.at,
        });
    }
    Ok(found)
}
