//! Bulletins that are drafted by themselves, as the site's plans 编制计划 say, by the work calendar.
//!
//! Whoever serves the API looks now and then. What a plan drafts has an id made of its kind, period and region, and a journal begins once: however many
//! processes look, and wherever one of them is killed, there is one draft. Where somebody drafted the same by hand before, there is none beside it, and one
//! that was discarded is not made again. People do the rest: nothing is reviewed, signed or published by itself.

use std::error::Error as _;
use std::time::Duration;

use mingjing_domain::bulletin::{Act, Matter, Plan, Record, State as Stage};
use mingjing_domain::ids::derived_id;
use mingjing_domain::life::Actor;
use mingjing_domain::period::Period;

use super::drafting::{Of, periodic};
use super::{ID_DIGITS, decoded, encoded, journals};
use crate::{ApiError, State};

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(15);

/// Drafts what plans ask for as it falls due, for as long as the process lives. What fails is tried again, and counted meanwhile.
pub async fn draft_by_plan(state: State, plans: Vec<Plan>) {
    loop {
        let mut undrafted = 0;
        for plan in &plans {
            for region in &plan.regions {
                if let Err(error) = one(&state, plan, region).await {
                    undrafted += 1;
                    let (kind, chain) = (plan.kind.code(), chain(&error));
                    tracing::warn!(kind, region, chain, "a planned bulletin is not drafted yet");
                }
            }
        }
        state.metrics.bulletins_undrafted.set(undrafted);
        tokio::time::sleep(EVERY).await;
    }
}

fn chain(error: &ApiError) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        source = error.source();
    }
    chain
}

/// Drafts the last bulletin of a plan that is due in a region, where it is not there.
async fn one(state: &State, plan: &Plan, region: &str) -> Result<(), ApiError> {
    let calendar = state.lives.calendar().await?;
    let Some(period) = plan.due(&calendar, state.zone, (state.now)()) else {
        return Ok(());
    };
    let id = id_of(plan, period, region);
    let journals = journals(state);
    if !journals.read(&id).await?.is_empty() || by_hand(state, plan, period, region).await? {
        return Ok(());
    }
    let of = Of {
        kind: plan.kind,
        period,
        region,
        to: &plan.to,
        copies: &plan.copies,
    };
    let draft = periodic(state, &of).await?;
    let title = draft.title.clone();
    let record = Record {
        at: (state.now)(),
        who: Actor::platform(),
        why: format!("按编制计划起草（{}）", period.label()),
        key: "plan".to_owned(),
        what: Act::Drafted(Box::new(draft)),
    };
    // Of two processes that drafted it at once, one was first.
    if journals.add(&id, 0, encoded(&record)?).await? {
        tracing::info!(id, title, "a planned bulletin is drafted");
    }
    Ok(())
}

fn id_of(plan: &Plan, period: Period, region: &str) -> String {
    let period = period.to_string();
    let parts = ["bulletin-plan", plan.kind.code(), &period, region];
    derived_id(&parts)[..ID_DIGITS].to_owned()
}

/// Whether somebody has drafted the same, and not discarded it.
async fn by_hand(
    state: &State,
    plan: &Plan,
    period: Period,
    region: &str,
) -> Result<bool, ApiError> {
    let period = period.to_string();
    for (_, records) in journals(state).read_all().await? {
        let records = decoded(&records)?;
        let same = Matter::of(&records).is_some_and(|matter| {
            let draft = matter.draft;
            draft.kind == plan.kind
                && draft.period == period
                && draft.region == region
                && matter.state != Stage::Discarded
        });
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}
