//! How much: the tier of discretion, the fee and its standard, who took the money (D1–D3, D6, D7).

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Discretion, FeeItem, Ratio, RatioOf, Standard, Tier};
use mingjing_domain::event::EventKind;

use super::fault::{Fault, Outcome};
use super::{Context, NONE, Taken};
use crate::history::{Event, Kept, present};

/// The name under which a decision's money stands in `amounts`.
pub(crate) const DECIDED: &str = "decided";

/// A fine that may be taken on the spot: at most 100 yuan (行政处罚法 art. 68), in fen.
const SPOT_FINE_MAX: i64 = 10_000;

/// One fen in the scale of [`Span`].
const FEN: i128 = Ratio::ONE as i128;

/// From so much to so much, in millionths of a fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i128,
    pub(crate) to: i128,
}

/// Where a sum lies. A computed limit that is no whole fen may be rounded either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Below,
    Within,
    Above,
}

impl Span {
    fn of(from: i64, to: i64) -> Self {
        Span {
            from: i128::from(from) * FEN,
            to: i128::from(to) * FEN,
        }
    }

    fn of_ratio(ratio: &RatioOf, base: i64) -> Self {
        let times = |r: Ratio| i128::from(base) * i128::from(r.millionths);
        Span {
            from: times(ratio.from),
            to: times(ratio.to),
        }
    }

    fn place(self, fen: i64) -> Lies {
        let sum = i128::from(fen) * FEN;
        if sum <= self.from - FEN {
            Lies::Below
        } else if sum >= self.to + FEN {
            Lies::Above
        } else {
            Lies::Within
        }
    }

    /// 处罚较轻: a lower maximum, or the same and a lower minimum.
    fn is_lighter_than(self, other: Span) -> bool {
        (self.to, self.from) < (other.to, other.from)
    }
}

/// The tier that a decision rests on, and the sum that it allows.
pub(crate) struct Measure<'a> {
    pub(crate) tier: &'a Tier,
    /// None where the amount that it is a ratio of is not known.
    pub(crate) span: Option<Span>,
    /// The version it stands in.
    pub(crate) table: &'a Discretion,
}

impl Taken<'_> {
    pub(super) fn discretion_amount(&self, amount: &str) -> Outcome {
        let context = self.context;
        let Some(decided) = context.amount(&self.event, amount) else {
            return Outcome::Fine;
        };
        let Some(measure) = context.measure(&self.event) else {
            return Outcome::Fine;
        };
        let Some(span) = measure.span else {
            return Outcome::Unjudged;
        };
        match span.place(decided) {
            Lies::Within => Outcome::Fine,
            Lies::Above => Outcome::fault(Fault::AboveTier),
            Lies::Below => {
                let mut before = context.history.up_to(self.event.place);
                match before.find(|e| e.kind == EventKind::CollectiveDiscussion) {
                    Some(discussion) => {
                        Outcome::Found(discussion.place, Fault::Mitigated.detail(0))
                    }
                    None => Outcome::fault(Fault::BelowTier),
                }
            }
        }
    }

    pub(super) fn discretion_tier(&self) -> Outcome {
        let context = self.context;
        let Some(versions) = context.discretion_of(&self.event) else {
            return Outcome::Fine;
        };
        let (act, tier) = context.named_tier(&self.event);
        let (Some(act), Some(tier)) = (act, tier) else {
            let money = context.amount(&self.event, DECIDED).unwrap_or(0) > 0;
            return match money {
                true if self.lacks("discretion_tier") => Outcome::Unjudged,
                true => Outcome::fault(Fault::NoTier),
                false => Outcome::Fine,
            };
        };
        let has = |table: &Discretion| tier_in(table, act, tier).is_some();
        let days = [context.acted_on(&self.event), context.day(&self.event)];
        if days
            .into_iter()
            .any(|on| in_force(versions, on).is_some_and(has))
        {
            Outcome::Fine
        } else if versions.iter().any(has) {
            Outcome::fault(Fault::TierNotInForce)
        } else {
            Outcome::fault(Fault::TierNotFiled)
        }
    }

    pub(super) fn discretion_changed(&self) -> Outcome {
        if self.event.present & present::TIER == 0 || self.event.present & present::REASON != 0 {
            return Outcome::Fine;
        }
        let context = self.context;
        let tier = context.kept_text(&self.event, Kept::Tier);
        let act = context.named_tier(&self.event).0;
        let mut before: Option<(u32, &str)> = None;
        let mut current = None;
        for event in context.history.before(self.event.place) {
            current = context.kept_text(&event, Kept::Act).or(current);
            if current == act
                && let Some(tier) = context.kept_text(&event, Kept::Tier)
            {
                before = Some((event.place, tier));
            }
        }
        match before {
            Some((place, earlier)) if Some(earlier) != tier => {
                Outcome::Found(place, Fault::TierChanged.detail(0))
            }
            _ => Outcome::Fine,
        }
    }

    pub(super) fn fee(&self) -> Outcome {
        let (context, event) = (self.context, &self.event);
        let of = |name: &str| context.amount(event, name);
        let (receivable, paid) = (of("receivable"), of("paid").unwrap_or(0));
        let relief = of("relief").unwrap_or(0);
        let charged = receivable.unwrap_or(0) > 0 || paid > 0;
        if !charged && relief <= 0 {
            return Outcome::Fine;
        }
        let fee = context.kept_text(event, Kept::Fee);
        let fined = || context.latest_amount(event, DECIDED).unwrap_or(0) > 0;
        if fee.is_none() && receivable.is_none() && relief <= 0 && fined() {
            // What is paid is the fine.
            return Outcome::Fine;
        }
        let Some(item) = self.power_item() else {
            return Outcome::Unjudged;
        };
        if item.fees.is_none() {
            return Outcome::fault(Fault::NoFees);
        }
        let Some(code) = fee else {
            return match self.lacks("fee") {
                true => Outcome::Unjudged,
                false => Outcome::fault(Fault::NoFeeCode),
            };
        };
        let Some(fee) = context.fee_item(event, code) else {
            return Outcome::fault(Fault::FeeNotListed);
        };
        if relief > 0 {
            match context.kept_text(event, Kept::ReliefGround) {
                None => return Outcome::fault(Fault::ReliefWithoutGround),
                Some(ground) if !fee.relief.iter().any(|r| r.ground == ground) => {
                    return Outcome::fault(Fault::ReliefOtherGround);
                }
                Some(_) => {}
            }
        }
        let Some(span) = context.standard_span(event, &fee.standard) else {
            return Outcome::Unjudged;
        };
        let place = match receivable {
            // Some systems tell what was receivable before relief, some after.
            Some(receivable) => match span.place(receivable) {
                Lies::Below => span.place(receivable.saturating_add(relief)),
                other => other,
            },
            // What is paid may be an instalment: only too much is certain.
            None => match span.place(paid.saturating_add(relief)) {
                Lies::Below => Lies::Within,
                other => other,
            },
        };
        match place {
            Lies::Above => Outcome::fault(Fault::AboveStandard),
            Lies::Below => Outcome::fault(Fault::BelowStandard),
            Lies::Within if receivable.is_some_and(|r| paid > r) => {
                Outcome::fault(Fault::AboveStandard)
            }
            Lies::Within if paid > 0 => match context.paid_in_all(event, code, &fee.standard) {
                Some((all, span)) if span.place(all) == Lies::Above => {
                    Outcome::fault(Fault::AboveInAll)
                }
                _ => Outcome::Fine,
            },
            Lies::Within => Outcome::Fine,
        }
    }

    pub(super) fn collector(&self) -> Outcome {
        let (context, event) = (self.context, &self.event);
        let Some(told) = context.kept_text(event, Kept::Collector) else {
            return self.untold_collector();
        };
        // A body may be told by the source's own code.
        let collector = context.mapped_bodies.get(told).map_or(told, String::as_str);
        let mut before = context.history.up_to(event.place);
        let decision = before.find(|e| e.kind == EventKind::Decided);
        let by = decision.unwrap_or(*event);
        let body = match context.profile(&by).org {
            0 => context.latest_named(by.place, |p| p.org),
            org => org,
        };
        let own = || self.power_item().map(|i| i.executing_body.text.as_str());
        let body = context.texts.option(body).or_else(own);
        let is_decider = body == Some(collector)
            || decision.is_some_and(|d| context.texts.option(d.actor) == Some(collector))
            || body.is_some_and(|b| context.rules.registers().lists(b, collector));
        if !is_decider {
            return Outcome::Fine;
        }
        let other = decision.map_or(NONE, |d| d.place);
        let fine = || {
            let decided = context.latest_amount(event, DECIDED);
            decided.or_else(|| context.amount(event, "paid"))
        };
        let fault = match context.kept_text(event, Kept::CollectionGround) {
            None => Fault::CollectorIsDecider,
            Some("hard_later" | "remote_area") => return Outcome::Fine,
            Some("small_fine") if fine().is_none_or(|fine| fine <= SPOT_FINE_MAX) => {
                return Outcome::Fine;
            }
            Some("small_fine") => Fault::FineTooLargeForTheSpot,
            Some(_) => Fault::OtherCollectionGround,
        };
        Outcome::Found(other, fault.detail(0))
    }
}

impl Taken<'_> {
    /// Nobody said who took the money of a fine, and who decided it entered the payment.
    fn untold_collector(&self) -> Outcome {
        let (context, event) = (self.context, &self.event);
        let on_the_spot = context.kept_text(event, Kept::CollectionGround).is_some();
        let fined = context.latest_amount(event, DECIDED).unwrap_or(0) > 0;
        let mut before = context.history.up_to(event.place);
        let decision = before.find(|e| e.kind == EventKind::Decided);
        match decision.filter(|_| fined && !on_the_spot && event.actor != 0) {
            Some(decision) if decision.actor == event.actor => {
                Outcome::Found(decision.place, Fault::NoCollector.detail(0))
            }
            _ => Outcome::Fine,
        }
    }
}

impl<'a> Context<'a> {
    /// What the case paid of a fee up to and with an event, and what the standard allows for all of it; none where that is not
    /// known.
    pub(crate) fn paid_in_all(
        &self,
        event: &Event<'_>,
        code: &str,
        standard: &Standard,
    ) -> Option<(i64, Span)> {
        let all = self.history.up_to(event.place);
        let of_fee = all.filter(|e| self.kept_text(e, Kept::Fee) == Some(code));
        let paying = of_fee.filter_map(|e| Some((self.amount(&e, "paid").filter(|p| *p > 0)?, e)));
        let (mut paid, mut quantity) = (0i64, Some(0i64));
        for (sum, e) in paying {
            paid = paid.saturating_add(sum);
            let more = self.kept_int(&e, Kept::Quantity);
            quantity = quantity.zip(more).map(|(a, b)| a.saturating_add(b));
        }
        let span = match standard {
            Standard::Rate(rate) => {
                let sum = i128::from(rate.fen) * i128::from(quantity?) * (FEN / 1000);
                Span { from: sum, to: sum }
            }
            other => self.standard_span(event, other)?,
        };
        Some((paid, span))
    }

    /// The local day of an event.
    fn day(&self, event: &Event<'_>) -> NaiveDate {
        event.occurred_at.local_date(self.plan.calendar.tz())
    }

    /// The day of the act: as the case last told it, else of its first event.
    pub(crate) fn acted_on(&self, event: &Event<'_>) -> NaiveDate {
        let told = self.latest_kept_int(event, Kept::ActedAt);
        let first = || {
            self.history
                .first()
                .map_or(event.occurred_at, |e| e.occurred_at)
        };
        let at = told.map_or_else(first, Timestamp::from_millis);
        at.local_date(self.plan.calendar.tz())
    }

    /// Act and tier as the case has last named them, up to and with an event.
    pub(crate) fn named_tier(&self, event: &Event<'_>) -> (Option<&'a str>, Option<&'a str>) {
        (
            self.latest_kept_text(event, Kept::Act),
            self.latest_kept_text(event, Kept::Tier),
        )
    }

    fn discretion_of(&self, event: &Event<'_>) -> Option<&'a [Discretion]> {
        let item = self.power_item(self.item(event.place))?;
        self.rules.discretion(item.discretion.as_deref()?)
    }

    /// The tier that applies: that of the day of the act, or of the day of decision where it is lighter (行政处罚法
    /// art. 37). None where neither day has it.
    pub(crate) fn measure(&self, event: &Event<'_>) -> Option<Measure<'a>> {
        let versions = self.discretion_of(event)?;
        let (Some(act), Some(tier)) = self.named_tier(event) else {
            return None;
        };
        let on = |day| {
            let table = in_force(versions, day)?;
            let tier = tier_in(table, act, tier)?;
            Some(Measure {
                tier,
                span: self.tier_span(event, tier),
                table,
            })
        };
        match (on(self.acted_on(event)), on(self.day(event))) {
            (Some(then), Some(now)) => match (then.span, now.span) {
                (Some(old), Some(new)) if new.is_lighter_than(old) => Some(now),
                // What cannot be compared cannot be judged.
                (Some(_), None) => Some(now),
                _ => Some(then),
            },
            (then, now) => then.or(now),
        }
    }

    fn tier_span(&self, event: &Event<'_>, tier: &Tier) -> Option<Span> {
        match (&tier.fixed, &tier.range, &tier.ratio) {
            (Some(fixed), ..) => Some(Span::of(*fixed, *fixed)),
            (_, Some(range), _) => Some(Span::of(range.from, range.to)),
            (.., Some(ratio)) => self.ratio_span(event, ratio),
            _ => Some(Span::of(0, 0)),
        }
    }

    fn ratio_span(&self, event: &Event<'_>, ratio: &RatioOf) -> Option<Span> {
        let base = self.latest_amount(event, &ratio.of)?;
        (base >= 0).then(|| Span::of_ratio(ratio, base))
    }

    /// The item's fee with this code, in the version in force on the event's day.
    pub(crate) fn fee_item(&self, event: &Event<'_>, code: &str) -> Option<&'a FeeItem> {
        let item = self.power_item(self.item(event.place))?;
        let versions = self.rules.fees(item.fees.as_deref()?)?;
        let on = self.day(event);
        let version = versions.iter().rev().find(|v| v.effective_from <= on)?;
        let ended = version.effective_to.is_some_and(|to| to < on);
        let mut items = version.items.iter().filter(|_| !ended);
        items.find(|i| i.code.text == code)
    }

    /// What a standard comes to at an event; none where the quantity or the base is not known.
    pub(crate) fn standard_span(&self, event: &Event<'_>, standard: &Standard) -> Option<Span> {
        match standard {
            Standard::Fixed(fen) => Some(Span::of(*fen, *fen)),
            Standard::Range(range) => Some(Span::of(range.from, range.to)),
            Standard::Rate(rate) => {
                let quantity = self.kept_int(event, Kept::Quantity)?;
                let sum = i128::from(rate.fen) * i128::from(quantity) * (FEN / 1000);
                Some(Span { from: sum, to: sum })
            }
            Standard::Ratio(ratio) => self.ratio_span(event, ratio),
        }
    }
}

/// The version in force and filed on a day. Versions lie in order of effect.
fn in_force(versions: &[Discretion], on: NaiveDate) -> Option<&Discretion> {
    let filed = |v: &&Discretion| v.filed_on.is_none_or(|filed| filed <= on);
    let mut begun = versions.iter().rev().filter(|v| v.effective_from <= on);
    begun
        .find(filed)
        .filter(|v| v.effective_to.is_none_or(|to| on <= to))
}

fn tier_in<'d>(table: &'d Discretion, act: &str, tier: &str) -> Option<&'d Tier> {
    let act = table.acts.iter().find(|a| a.code.text == act)?;
    act.tiers.iter().find(|t| t.code.text == tier)
}
