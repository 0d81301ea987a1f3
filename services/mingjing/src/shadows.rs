//! The drafts in shadow, as their journals say, for those who judge by them.

use std::sync::Arc;

use async_trait::async_trait;
use mingjing_api::{InShadow, Lives};
use mingjing_backtest::{Drafts, DraftsError, Sets, Shadow};

/// Those of the platform's drafts.
pub struct OfLives(pub Arc<Lives>);

#[async_trait]
impl Drafts for OfLives {
    async fn in_shadow(&self) -> Result<Vec<Shadow>, DraftsError> {
        let found = self.0.in_shadow().await?.into_iter();
        let shadows = found.map(|of| Shadow {
            draft: of.draft,
            text: of.text,
            since: of.since,
            begun_at: of.begun_at,
        });
        Ok(shadows.collect())
    }

    async fn sets(&self, shadow: &Shadow) -> Result<Option<Sets>, DraftsError> {
        let of = InShadow {
            draft: shadow.draft.clone(),
            text: shadow.text.clone(),
            since: shadow.since,
            begun_at: shadow.begun_at,
        };
        let sets = self.0.shadow_sets(&of).await?;
        Ok(sets.map(|sets| Sets {
            in_force_from: sets.in_force_from,
            in_force: Arc::new(sets.in_force),
            with_draft: Arc::new(sets.with_draft),
        }))
    }
}
