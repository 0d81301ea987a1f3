//! Findings about money: D1, D2, D3, D6, D7.

use chrono::NaiveDate;
use mingjing_domain::definitions::{Discretion, PointKind, RatioOf, Standard, Tier};
use mingjing_domain::event::{CaseEvent, EventKind, Value};
use mingjing_domain::text::Text;

use super::SlowEvaluator;
use super::authority::Verdict;
use super::codes::lacks_field;
use super::history::{Case, local_date};

/// A sum in millionths of a fen.
type Exact = i128;

const FEN: Exact = 1_000_000;

impl<'a> SlowEvaluator<'a> {
    pub(super) fn of_money(&self, case: &Case<'_>, index: usize, check: &PointKind) -> Verdict {
        match check {
            PointKind::DiscretionAmount { amount, .. } => {
                self.discretion_amount(case, index, amount)
            }
            PointKind::DiscretionTier { .. } => self.discretion_tier(case, index),
            PointKind::DiscretionChanged => discretion_changed(case, index),
            PointKind::Fee { .. } => self.fee(case, index),
            PointKind::Collector { .. } => self.collector(case, index),
            _ => Verdict::Fine,
        }
    }

    fn discretion_amount(&self, case: &Case<'_>, index: usize, amount: &str) -> Verdict {
        let Some(decided) = number(case.events[index], amount) else {
            return Verdict::Fine;
        };
        let (Some(act), Some(name)) = (act(case, index), tier(case, index)) else {
            return Verdict::Fine;
        };
        let spans: Vec<Option<(Exact, Exact)>> = self
            .days(case, index)
            .into_iter()
            .filter_map(|day| self.table(case, index, day))
            .filter_map(|table| tier_of(table, &act, &name))
            .map(|tier| span_of_tier(case, index, tier))
            .collect();
        // Neither day has the tier: that is another rule's. An unknown base: it cannot be judged.
        let Some(spans) = spans.into_iter().collect::<Option<Vec<_>>>() else {
            return Verdict::Fine;
        };
        // The act's own day comes first; the day of decision counts where it is lighter.
        let lightest = spans.into_iter().reduce(|then, now| {
            if (now.1, now.0) < (then.1, then.0) {
                now
            } else {
                then
            }
        });
        let Some((from, to)) = lightest else {
            return Verdict::Fine;
        };
        let decided = Exact::from(decided) * FEN;
        let discussed = case.events[..=index]
            .iter()
            .any(|e| e.kind == EventKind::CollectiveDiscussion);
        if decided >= to + FEN {
            Verdict::Fault
        } else if decided > from - FEN {
            Verdict::Fine
        } else if discussed {
            Verdict::Mild
        } else {
            Verdict::Fault
        }
    }

    fn discretion_tier(&self, case: &Case<'_>, index: usize) -> Verdict {
        let has_standard = self
            .item_at(case, index)
            .is_some_and(|item| item.discretion.is_some());
        if !has_standard {
            return Verdict::Fine;
        }
        let (Some(act), Some(name)) = (act(case, index), tier(case, index)) else {
            let event = case.events[index];
            let money = number(event, "decided").is_some_and(|fen| fen > 0);
            let could_say = !lacks_field(case.lacks, event.kind, "discretion_tier");
            return if money && could_say {
                Verdict::Query
            } else {
                Verdict::Fine
            };
        };
        let filed = self
            .days(case, index)
            .into_iter()
            .filter_map(|day| self.table(case, index, day))
            .any(|table| tier_of(table, &act, &name).is_some());
        if filed { Verdict::Fine } else { Verdict::Fault }
    }

    /// The day of the act and that of the decision.
    fn days(&self, case: &Case<'_>, index: usize) -> [NaiveDate; 2] {
        let zone = self.zone_of(case);
        let told = case.events[..=index]
            .iter()
            .rev()
            .find_map(|e| e.data.act_at);
        let acted = match told {
            Some(at) => at.local_date(zone),
            None => local_date(case.events[0], zone),
        };
        [acted, self.day(case, index)]
    }

    /// The version of the item's discretion standard that is in force and filed on a day.
    fn table(&self, case: &Case<'_>, index: usize, day: NaiveDate) -> Option<&'a Discretion> {
        let id = self.item_at(case, index)?.discretion.clone()?;
        let versions = self.definitions.set.discretions.iter().map(|d| &d.value);
        let latest = versions
            .filter(|v| v.id == id && v.effective_from <= day)
            .filter(|v| v.filed_on.is_none_or(|filed| filed <= day))
            .max_by_key(|v| v.effective_from)?;
        let over = latest.effective_to.is_some_and(|to| day > to);
        (!over).then_some(latest)
    }

    fn fee(&self, case: &Case<'_>, index: usize) -> Verdict {
        let event = case.events[index];
        let receivable = number(event, "receivable");
        let paid = number(event, "paid").unwrap_or(0);
        let relief = number(event, "relief").unwrap_or(0);
        let is_charge = paid > 0 || receivable.is_some_and(|fen| fen > 0) || relief > 0;
        let Some(item) = self.item_at(case, index).filter(|_| is_charge) else {
            return Verdict::Fine;
        };
        let names_fee = event.data.fee.as_ref().is_some_and(|f| !f.code.is_empty());
        if !names_fee && receivable.is_none() && relief <= 0 && is_fined(case, index) {
            return Verdict::Fine; // the fine is paid
        }
        let Some(schedule) = &item.fees else {
            return Verdict::Fault;
        };
        let said = event.data.fee.as_ref();
        let code = said.map(|f| f.code.to_string()).filter(|c| !c.is_empty());
        let Some(code) = code else {
            let could_say = !lacks_field(case.lacks, event.kind, "fee");
            return if could_say {
                Verdict::Query
            } else {
                Verdict::Fine
            };
        };
        let day = self.day(case, index);
        let versions = self.definitions.set.fees.iter().map(|d| &d.value);
        let in_force = versions
            .filter(|v| v.id == *schedule && v.effective_from <= day)
            .max_by_key(|v| v.effective_from)
            .filter(|v| v.effective_to.is_none_or(|to| day <= to));
        let listed = in_force
            .into_iter()
            .flat_map(|v| &v.items)
            .find(|i| i.code.text == code);
        let Some(listed) = listed else {
            return Verdict::Fault;
        };
        let ground = text(said.and_then(|f| f.relief_ground.as_ref()));
        let is_ground = |g: &String| listed.relief.iter().any(|r| r.ground == *g);
        if relief > 0 && !ground.as_ref().is_some_and(is_ground) {
            return Verdict::Fault;
        }
        let span = match &listed.standard {
            Standard::Fixed(fen) => Some((Exact::from(*fen) * FEN, Exact::from(*fen) * FEN)),
            Standard::Range(range) => {
                Some((Exact::from(range.from) * FEN, Exact::from(range.to) * FEN))
            }
            Standard::Rate(rate) => said.and_then(|f| f.quantity).map(|quantity| {
                let sum = Exact::from(quantity.thousandths) * Exact::from(rate.fen) * FEN / 1000;
                (sum, sum)
            }),
            Standard::Ratio(ratio) => span_of_ratio(case, index, ratio),
        };
        let Some((from, to)) = span else {
            return Verdict::Fine;
        };
        let too_much = |fen: i64| Exact::from(fen) * FEN >= to + FEN;
        let too_little = |fen: i64| Exact::from(fen) * FEN <= from - FEN;
        let wrong = match receivable {
            None => too_much(paid + relief),
            Some(fen) => {
                // Told before relief, or after it.
                let before = too_little(fen);
                let is_wrong =
                    too_much(fen) || before && (too_little(fen + relief) || too_much(fen + relief));
                is_wrong || paid > fen
            }
        };
        let of_this = |i: &usize| {
            let said = case.events[*i].data.fee.as_ref();
            said.is_some_and(|f| *f.code == *code) && number(case.events[*i], "paid") > Some(0)
        };
        let payments: Vec<usize> = (0..=index).filter(of_this).collect();
        let in_all: i64 = payments
            .iter()
            .filter_map(|i| number(case.events[*i], "paid"))
            .sum();
        let allowed = match &listed.standard {
            Standard::Rate(rate) => {
                let quantity = |i: &usize| {
                    let fee = case.events[*i].data.fee.as_ref();
                    fee.and_then(|f| f.quantity)
                        .map(|q| Exact::from(q.thousandths))
                };
                let quantities: Option<Vec<Exact>> = payments.iter().map(quantity).collect();
                let sum = |all: Vec<Exact>| all.into_iter().sum::<Exact>();
                quantities.map(|all| sum(all) * Exact::from(rate.fen) * FEN / 1000)
            }
            _ => Some(to),
        };
        let too_much_in_all =
            paid > 0 && allowed.is_some_and(|to| Exact::from(in_all) * FEN >= to + FEN);
        if wrong || too_much_in_all {
            Verdict::Fault
        } else {
            Verdict::Fine
        }
    }

    fn collector(&self, case: &Case<'_>, index: usize) -> Verdict {
        let event = case.events[index];
        let said = event.data.collection.as_ref();
        let Some(collector) = text(said.map(|c| &c.collector)) else {
            let on_the_spot = text(said.and_then(|c| c.ground.as_ref())).is_some();
            let actor = |i: usize| text(case.events[i].data.actor.as_ref().map(|a| &a.id));
            let decider = (0..=index).find(|i| case.events[*i].kind == EventKind::Decided);
            let same = decider.is_some_and(|d| actor(d).is_some() && actor(d) == actor(index));
            return match same && !on_the_spot && is_fined(case, index) {
                true => Verdict::Doubt,
                false => Verdict::Fine,
            };
        };
        let decision = (0..=index).find(|i| case.events[*i].kind == EventKind::Decided);
        let body = self
            .acting(case, decision.unwrap_or(index))
            .or_else(|| Some(self.item_at(case, index)?.executing_body.text.clone()));
        let decided_by = decision.and_then(|i| case.events[i].data.actor.as_ref());
        let one_of_theirs = self.definitions.set.bodies.iter().any(|d| {
            let body_of = &d.value;
            body.as_ref() == Some(&body_of.code.text)
                && body_of.register_from.is_some()
                && body_of
                    .offices
                    .iter()
                    .flat_map(|o| &o.officers)
                    .any(|o| o.id.text == collector)
        });
        let is_decider = body.as_ref() == Some(&collector)
            || decided_by.is_some_and(|a| *a.id == *collector)
            || one_of_theirs;
        if !is_decider {
            return Verdict::Fine;
        }
        let ground = text(said.and_then(|c| c.ground.as_ref()));
        let lawful = match ground.as_deref() {
            Some("hard_later" | "remote_area") => true,
            Some("small_fine") => {
                let decided = case.events[..=index]
                    .iter()
                    .rev()
                    .find_map(|e| number(e, "decided"));
                // 行政处罚法 art. 68: at most 100 yuan.
                decided
                    .or_else(|| number(event, "paid"))
                    .is_none_or(|fen| fen <= 100 * 100)
            }
            _ => false,
        };
        if lawful {
            Verdict::Fine
        } else {
            Verdict::Fault
        }
    }
}

/// Whether the case has last said that a fine was decided.
fn is_fined(case: &Case<'_>, index: usize) -> bool {
    let mut said = case.events[..=index].iter().rev();
    said.find_map(|e| number(e, "decided"))
        .is_some_and(|fen| fen > 0)
}

fn discretion_changed(case: &Case<'_>, index: usize) -> Verdict {
    let data = &case.events[index].data;
    let Some(now) = text(data.discretion_tier.as_ref()) else {
        return Verdict::Fine;
    };
    if text(data.reason.as_ref()).is_some() {
        return Verdict::Fine;
    }
    let same_act = act(case, index);
    let earlier = (0..index)
        .rev()
        .filter(|i| act(case, *i) == same_act)
        .find_map(|i| text(case.events[i].data.discretion_tier.as_ref()));
    match earlier {
        Some(earlier) if earlier != now => Verdict::Fault,
        _ => Verdict::Fine,
    }
}

fn span_of_tier(case: &Case<'_>, index: usize, tier: &Tier) -> Option<(Exact, Exact)> {
    if let Some(fen) = tier.fixed {
        return Some((Exact::from(fen) * FEN, Exact::from(fen) * FEN));
    }
    if let Some(range) = tier.range {
        return Some((Exact::from(range.from) * FEN, Exact::from(range.to) * FEN));
    }
    match &tier.ratio {
        Some(ratio) => span_of_ratio(case, index, ratio),
        None => Some((0, 0)),
    }
}

fn span_of_ratio(case: &Case<'_>, index: usize, ratio: &RatioOf) -> Option<(Exact, Exact)> {
    let base = case.events[..=index]
        .iter()
        .rev()
        .find_map(|e| number(e, &ratio.of))?;
    let times = |millionths: i64| Exact::from(base) * Exact::from(millionths);
    (base >= 0).then(|| (times(ratio.from.millionths), times(ratio.to.millionths)))
}

fn tier_of<'t>(table: &'t Discretion, act: &str, tier: &str) -> Option<&'t Tier> {
    let acts = table.acts.iter().filter(|a| a.code.text == act);
    let mut tiers = acts.flat_map(|a| &a.tiers);
    tiers.find(|t| t.code.text == tier)
}

/// The act as the case has last named it.
fn act(case: &Case<'_>, index: usize) -> Option<String> {
    let mut said = case.events[..=index].iter().rev();
    said.find_map(|e| text(e.data.discretion_act.as_ref()))
}

fn tier(case: &Case<'_>, index: usize) -> Option<String> {
    let mut said = case.events[..=index].iter().rev();
    said.find_map(|e| text(e.data.discretion_tier.as_ref()))
}

fn text(text: Option<&Text<'static>>) -> Option<String> {
    text.map(|t| t.to_string()).filter(|t| !t.is_empty())
}

/// The whole number that an event carries under a name; where both maps have it, the attribute's.
fn number(event: &CaseEvent<'static>, name: &str) -> Option<i64> {
    match event.data.attributes.get(name) {
        Some(Value::Int(number)) => Some(*number),
        Some(_) => None,
        None => event.data.amounts.get(name).copied(),
    }
}
