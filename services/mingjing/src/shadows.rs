//! The drafts in shadow, as their journals say, for those who judge by them.

use std::sync::Arc;

use async_trait::async_trait;
use mingjing_api::Lives;
use mingjing_backtest::{Drafts, DraftsError, InShadow};

/// Those of the platform's drafts.
pub struct OfLives(pub Arc<Lives>);

#[async_trait]
impl Drafts for OfLives {
    async fn in_shadow(&self) -> Result<Vec<InShadow>, DraftsError> {
        let found = self.0.in_shadow().await?.into_iter();
        Ok(found
            .map(|shadow| InShadow {
                draft: shadow.draft,
                text: shadow.text,
                since: shadow.since,
                begun_at: shadow.begun_at,
                in_force_from: shadow.in_force_from,
                in_force: shadow.in_force,
                with_draft: shadow.with_draft,
            })
            .collect())
    }
}
