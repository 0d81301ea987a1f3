//! What has to be known of the site to tell somebody something: names for codes, the work calendar, and whose alerts notify nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use mingjing_domain::calendar::WorkCalendar;

use crate::announce::Published;

/// What is known of a site at one time.
#[derive(Clone, Debug)]
pub struct Known {
    /// Names of power items by code.
    pub items: BTreeMap<String, String>,
    /// Names of bodies by code.
    pub bodies: BTreeMap<String, String>,
    /// The regions of bodies by their codes.
    pub regions_of_bodies: BTreeMap<String, String>,
    /// Names of regions by code.
    pub regions: BTreeMap<String, String>,
    /// The sources that declare their clock: a back-fill or an import notifies nobody.
    pub declared: BTreeSet<String>,
    /// The calendar by which offices are open.
    pub calendar: Arc<WorkCalendar>,
}

/// Why a site cannot be known.
pub type SiteError = Box<dyn std::error::Error + Send + Sync>;

/// Whoever knows the site.
#[async_trait]
pub trait Site: Send + Sync {
    /// What is known now.
    ///
    /// # Errors
    /// When definitions or sources cannot be read; it is asked again.
    async fn known(&self) -> Result<Arc<Known>, SiteError>;

    /// Every bulletin that was published, whenever that was.
    ///
    /// # Errors
    /// When they cannot be read; it is asked again.
    async fn published(&self) -> Result<Vec<Published>, SiteError>;
}
