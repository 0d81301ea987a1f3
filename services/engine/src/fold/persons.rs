//! Who acted: enough officers, with valid certificates, of high enough rank, on their own posts, on a plan (A3–A5, A7, A8,
//! A11).

use chrono::NaiveDate;
use mingjing_domain::definitions::{ActingGround, InspectionPlan, PowerItem, Rank};
use mingjing_domain::event::EventKind;

use super::fault::{Fault, Outcome};
use super::points::acts_in_any;
use super::{Fold, NONE, Taken};
use crate::history::{Kept, present};
use crate::rules::{AuthorityCheck, Check, Found, Person, within};

/// Causes of an inspection that needs no plan: 投诉举报、转办交办、监测预警、整改复查、突发事件.
const CAUSES_WITHOUT_PLAN: [&str; 5] = [
    "complaint",
    "transferred",
    "monitoring",
    "follow_up",
    "emergency",
];

/// Grounds on which another body handles one case, by its document.
const CASE_GROUNDS: [&str; 2] = ["designated", "cross_region"];

impl Fold {
    pub(super) fn looks_at_authority(
        &mut self,
        check: &AuthorityCheck,
        taken: &Taken<'_>,
    ) -> Option<(u32, u16)> {
        let outcome = match check {
            // Kept by an earlier engine, without what these checks read.
            _ if taken.event.present & present::WHOLE == 0 => Outcome::Unjudged,
            AuthorityCheck::TooFewOfficers {
                at_least,
                qualified,
                ..
            } => {
                let papers_asked = self.papers_are_asked(taken);
                taken.too_few_officers(*at_least, *qualified, papers_asked)
            }
            AuthorityCheck::Certificate { .. } => taken.certificates(),
            AuthorityCheck::ApproverRank { ranks } => taken.approver_rank(ranks),
            AuthorityCheck::NotAssigned { .. } => taken.not_assigned(),
            AuthorityCheck::UnplannedInspection => taken.unplanned_inspection(),
            AuthorityCheck::DiscretionAmount { amount } => taken.discretion_amount(amount),
            AuthorityCheck::DiscretionTier => taken.discretion_tier(),
            AuthorityCheck::DiscretionChanged => taken.discretion_changed(),
            AuthorityCheck::Fee => taken.fee(),
            AuthorityCheck::Collector => taken.collector(),
        };
        match outcome {
            Outcome::Fine => None,
            Outcome::Unjudged => {
                self.unjudged = self.unjudged.saturating_add(1);
                None
            }
            Outcome::Found(other, detail) => Some((other, detail)),
        }
    }
}

impl Fold {
    /// Whether a control point asks for the certificates at this very event.
    fn papers_are_asked(&self, taken: &Taken<'_>) -> bool {
        let plan = taken.context.plan;
        let table = plan.table_place(taken.event.kind, taken.step);
        plan.triggers[table].iter().any(|trigger| {
            let point = &plan.points[usize::from(trigger.point)];
            let asks = matches!(
                point.check,
                Check::Authority(AuthorityCheck::Certificate { .. })
            );
            asks && self.would_speak(point, taken)
        })
    }
}

/// How one officer stands in the register.
enum Standing {
    Qualified,
    Unjudged,
    Not(Fault),
}

impl Taken<'_> {
    /// `papers_asked`: a certificate that has run out or is of another field is found by the control point that asks for it (A5), and
    /// its holder is counted here: one fault, one card. Who has none is no officer.
    fn too_few_officers(&self, at_least: u16, certified: bool, papers_asked: bool) -> Outcome {
        let crew = self.context.crew(&self.event);
        let (mut qualified, mut unknown, mut unjudged) = (0, 0, 0);
        if crew.is_empty() && at_least > 0 {
            return if self.lacks("actor.id") {
                Outcome::Unjudged
            } else {
                Outcome::fault(Fault::NobodyNamed)
            };
        }
        let at_least = usize::from(at_least);
        if crew.len() < at_least && self.lacks("co_actors") {
            return Outcome::Unjudged;
        }
        if crew.len() < at_least {
            return Outcome::fault(Fault::TooFew);
        } else if !certified {
            return Outcome::Fine;
        }
        for person in &crew {
            match self.standing(*person) {
                // Whose number was mistyped is an officer all the same: that is asked of the certificate.
                Standing::Qualified | Standing::Not(Fault::OtherNumber) => qualified += 1,
                Standing::Not(Fault::Expired | Fault::OtherField) if papers_asked => qualified += 1,
                Standing::Unjudged => unjudged += 1,
                Standing::Not(fault) if fault.is_query() => unknown += 1,
                Standing::Not(_) => {}
            }
        }
        if qualified >= at_least {
            Outcome::Fine
        } else if qualified + unjudged >= at_least {
            Outcome::Unjudged
        } else if qualified + unjudged + unknown >= at_least {
            Outcome::fault(Fault::MaybeTooFew)
        } else {
            Outcome::fault(Fault::TooFewQualified)
        }
    }

    /// The first officer whose certificate is at fault, else the first who is asked after.
    fn certificates(&self) -> Outcome {
        let mut outcome = Outcome::Fine;
        for (who, person) in self.context.crew(&self.event).iter().enumerate() {
            match self.standing(*person) {
                Standing::Qualified => {}
                Standing::Unjudged => {
                    if matches!(outcome, Outcome::Fine) {
                        outcome = Outcome::Unjudged;
                    }
                }
                Standing::Not(fault) if fault.is_query() => {
                    if !matches!(outcome, Outcome::Found(..)) {
                        outcome = Outcome::Found(NONE, fault.detail(who));
                    }
                }
                Standing::Not(fault) => return Outcome::Found(NONE, fault.detail(who)),
            }
        }
        outcome
    }

    fn standing(&self, person: Person<'_>) -> Standing {
        let on = self.date(self.event.occurred_at);
        let known = match self.find(person) {
            Found::NoRegister => return Standing::Unjudged,
            Found::Unknown => return Standing::Not(Fault::UnknownOfficer),
            Found::Known(known) => known,
        };
        if !known.is_in_post(on) {
            return Standing::Not(Fault::NotInPost);
        }
        let certificates = known.certificates(on);
        if certificates.is_empty() {
            return Standing::Not(Fault::NoCertificate);
        }
        let valid: Vec<_> = certificates
            .iter()
            .filter(|c| within(on, c.from, c.until))
            .collect();
        if valid.is_empty() {
            return Standing::Not(Fault::Expired);
        }
        let field = self.power_item().and_then(|i| i.enforcement_field.as_ref());
        let covered = field.is_none_or(|field| {
            valid
                .iter()
                .any(|c| c.fields.is_empty() || c.fields.contains(field))
        });
        if !covered {
            return Standing::Not(Fault::OtherField);
        }
        let named = |no: &str| certificates.iter().any(|c| c.no.text == no);
        if person.certificate.is_some_and(|no| !named(no)) {
            return Standing::Not(Fault::OtherNumber);
        }
        Standing::Qualified
    }

    /// Whether the source's format has no place for this in such an event.
    pub(super) fn lacks(&self, field: &str) -> bool {
        self.context.lacks.has_field(self.event.kind, field)
    }

    /// Looks a person up: in the body that acts, in the item's own, in those that act in its stead.
    fn find(&self, person: Person<'_>) -> Found<'_> {
        let item = self.power_item();
        let acting = self.acting_body();
        let own = item.map(|i| i.executing_body.text.as_str());
        let others = item.into_iter().flat_map(|i| {
            let entrusted = i.entrusted_bodies.iter();
            entrusted.chain(i.acting_bodies.iter().map(|a| &a.body))
        });
        let bodies = acting
            .into_iter()
            .chain(own)
            .chain(others.map(|b| b.text.as_str()));
        let on = self.date(self.event.occurred_at);
        let by_name = || self.lacks("actor.number");
        match self.context.rules.registers().find(bodies, person, on) {
            Found::Unknown if by_name() => Found::NoRegister,
            found => found,
        }
    }

    /// The body the event names, else the latest named, else the item's own.
    fn acting_body(&self) -> Option<&str> {
        let context = self.context;
        let named = match context.profile(&self.event).org {
            0 => context.latest_named(self.event.place, |p| p.org),
            org => org,
        };
        let own = || self.power_item().map(|i| i.executing_body.text.as_str());
        context.texts.option(named).or_else(own)
    }

    fn approver_rank(&self, ranks: &[Option<Rank>]) -> Outcome {
        let Some(entry) = self.event.special() else {
            return Outcome::Fine;
        };
        let context = self.context;
        let Some(needed) = context
            .special(entry.kind)
            .and_then(|place| ranks[usize::from(place)])
        else {
            return Outcome::Fine;
        };
        let on = self.date(self.event.occurred_at);
        let told = context.kept_text(&self.event, Kept::ApproverRank);
        if let Some(id) = context.kept_text(&self.event, Kept::Approver) {
            let person = Person {
                id,
                certificate: None,
            };
            match self.find(person) {
                // Whoever the register does not know has no rank by being told to have one; heads of the government stand in none
                // of the body's.
                Found::Unknown if told.and_then(Rank::from_code) != Some(Rank::GovernmentHead) => {
                    return Outcome::fault(Fault::UnknownOfficer);
                }
                Found::Unknown | Found::NoRegister => {}
                Found::Known(known) => {
                    if !known.is_in_post(on) {
                        return Outcome::fault(Fault::NotInPost);
                    }
                    if let Some(rank) = known.rank(on) {
                        return match rank < needed {
                            true => Outcome::fault(Fault::RankTooLow),
                            false => Outcome::Fine,
                        };
                    }
                }
            }
            if told.is_none() {
                return Outcome::Unjudged;
            }
        }
        match told.map(Rank::from_code) {
            None if self.lacks("special.approver") => Outcome::Unjudged,
            None => Outcome::fault(Fault::NoApprover),
            Some(None) => Outcome::fault(Fault::UnknownRank),
            Some(Some(rank)) if rank < needed => Outcome::fault(Fault::RankTooLow),
            Some(Some(_)) => Outcome::Fine,
        }
    }

    fn not_assigned(&self) -> Outcome {
        let context = self.context;
        let step = context.step_symbol(&self.event);
        if step == 0 {
            return Outcome::Fine;
        }
        let named = context.texts.option(self.event.actor);
        let by_number = Person {
            id: named.unwrap_or_default(),
            certificate: None,
        };
        let on = self.date(self.event.occurred_at);
        let found = match self.find(by_number) {
            Found::Known(known) => Found::Known(known),
            _ => self.find(Person {
                certificate: context.kept_text(&self.event, Kept::Certificate),
                ..by_number
            }),
        };
        let known = match found {
            Found::NoRegister => return Outcome::Unjudged,
            Found::Unknown if named.is_none() && self.lacks("actor.id") => {
                return Outcome::Unjudged;
            }
            Found::Unknown if named.is_none() => return Outcome::fault(Fault::NobodyNamed),
            Found::Unknown => return Outcome::fault(Fault::UnknownOfficer),
            Found::Known(known) => known,
        };
        if !known.is_in_post(on) {
            return Outcome::fault(Fault::NotInPost);
        }
        let step = context.codes.text(step.into());
        match known.may_do(step, context.plan.flowchart_id(), on) {
            None => Outcome::Unjudged,
            Some(true) => Outcome::Fine,
            Some(false) => Outcome::fault(Fault::OtherPost),
        }
    }

    fn unplanned_inspection(&self) -> Outcome {
        let context = self.context;
        let cause = context.latest_kept_text(&self.event, Kept::InspectionCause);
        if cause.is_some_and(|cause| CAUSES_WITHOUT_PLAN.contains(&cause)) {
            return Outcome::Fine;
        }
        let (Some(item), Some(acting)) = (self.power_item(), self.acting_body()) else {
            return Outcome::Unjudged;
        };
        let own = item.executing_body.text.as_str();
        let plans = context.rules.inspection_plans();
        let is_theirs = |plan: &InspectionPlan| plan.body.text == acting || plan.body.text == own;
        if !plans.values().any(is_theirs) {
            return Outcome::Unjudged;
        }
        let Some(number) = context.latest_kept_text(&self.event, Kept::InspectionPlan) else {
            return match self.lacks("inspection.plan") {
                true => Outcome::Unjudged,
                false => Outcome::fault(Fault::NoPlan),
            };
        };
        let Some(plan) = plans.get(number) else {
            return Outcome::fault(Fault::UnknownPlan);
        };
        let on = self.date(self.event.occurred_at);
        let region = context.profile(&self.event).region;
        let region = context.texts.option(region);
        let outside = |region: &str| !acts_in_any(&plan.regions, region);
        if !plan.items.iter().any(|code| code == &item.code) {
            Outcome::fault(Fault::PlanOtherItem)
        } else if !is_theirs(plan) {
            Outcome::fault(Fault::PlanOtherBody)
        } else if !plan.regions.is_empty() && region.is_some_and(outside) {
            Outcome::fault(Fault::PlanOtherRegion)
        } else if !within(on, Some(plan.from), Some(plan.until)) {
            Outcome::fault(Fault::PlanOtherTime)
        } else {
            Outcome::Fine
        }
    }

    /// A3: the body is neither the item's own nor acts lawfully in its stead, or it acts outside its area.
    pub(super) fn wrong_body(&self) -> Option<(u32, u16)> {
        let context = self.context;
        let profile = context.profile(&self.event);
        let (Some(org), Some(item)) = (context.texts.option(profile.org), self.power_item()) else {
            return None;
        };
        let region = context.texts.option(profile.region);
        let mut fault = self.body_fault(org, region, item)?;
        if !context.mapped_bodies.is_empty() && context.rules.body(org).is_none() {
            fault = Fault::UnmappedBody;
        }
        let assigned = context.latest_kept_text(&self.event, Kept::Jurisdiction);
        let by_document = || {
            context
                .latest_kept_text(&self.event, Kept::JurisdictionDocument)
                .is_some()
        };
        let lawful = assigned.is_some_and(|g| CASE_GROUNDS.contains(&g)) && by_document();
        (!lawful).then_some((NONE, fault.detail(0)))
    }

    fn body_fault(&self, org: &str, region: Option<&str>, item: &PowerItem) -> Option<Fault> {
        let on = self.date(self.event.occurred_at);
        let outside = |areas: &[String]| region.is_some_and(|r| !acts_in_any(areas, r));
        let its_areas = |org: &str| match self.context.rules.body(org) {
            Some(body) if body.areas.is_empty() => outside(std::slice::from_ref(&body.region)),
            Some(body) => outside(&body.areas),
            None => false,
        };
        let entitled =
            item.executing_body.text == org || item.entrusted_bodies.iter().any(|b| b.text == org);
        if entitled {
            return its_areas(org).then_some(Fault::OutsideItsArea);
        }
        let step = self.context.step_symbol(&self.event);
        let step = self.context.codes.option(step.into());
        let mut best = Fault::OtherBody;
        for acting in item.acting_bodies.iter().filter(|a| a.body.text == org) {
            if !within(on, acting.from, acting.until) {
                continue;
            }
            // Windows take and hand out; what has no step of its own, like a note, is nobody's in particular.
            let beyond = !acting.steps.is_empty()
                && step.is_some_and(|step| !acting.steps.iter().any(|s| s.text == step));
            // Whoever serves across regions serves those who come from elsewhere.
            let away = match (acting.areas.is_empty(), acting.ground) {
                (false, _) => outside(&acting.areas),
                (true, ActingGround::CrossRegion) => false,
                (true, _) => its_areas(org),
            };
            match (beyond, away) {
                (false, false) => return None,
                (true, _) => best = Fault::BeyondItsSteps,
                (false, true) => best = Fault::OutsideItsArea,
            }
        }
        Some(best)
    }

    pub(super) fn date(&self, at: mingjing_domain::Timestamp) -> NaiveDate {
        at.local_date(self.context.plan.calendar.tz())
    }
}

/// Events of special procedures that somebody approved.
pub(crate) const APPROVED: [EventKind; 2] = [EventKind::Extend, EventKind::Suspend];
