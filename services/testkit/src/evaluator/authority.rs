//! Findings about persons, bodies and plans: A3, A4, A5, A7, A8, A11.

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{
    ActingGround, Anchor, Body, Certificate, Name, Officer, PointKind, Post, PowerItem, Rank,
};
use mingjing_domain::event::{Actor, CaseEvent, EventKind};
use mingjing_domain::limit::{Budget, Unit};
use mingjing_domain::source::Source;

use super::codes::lacks_field;
use super::findings::Finding;
use super::history::{Case, local_date};
use super::suspensions::special_finding;
use super::{Moment, SlowEvaluator, Watch};

/// What is to be said of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    /// Alleged at once.
    Fault,
    /// The department is asked first.
    Query,
    /// For a person to look at, whatever the point's level.
    Mild,
    /// The department is asked first, then a person looks at it.
    Doubt,
}

/// What is known of one officer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Qualified,
    /// Nobody keeps a register.
    Nobody,
    Asked,
    /// In the register, and qualified by another number than was told.
    Mistyped,
    /// With certificates, of which none holds on that day for the item's field.
    Lapsed,
    Unqualified,
}

/// An officer's entries in the register of a body.
struct Entry<'a> {
    body: &'a Body,
    officers: Vec<&'a Officer>,
}

impl<'a> SlowEvaluator<'a> {
    pub(super) fn too_few_officers(
        &self,
        case: &Case<'_>,
        index: usize,
        (at_least, qualified): (u16, bool),
        papers_asked: bool,
    ) -> Verdict {
        let crew = crew(case.events[index]);
        let at_least = usize::from(at_least);
        let lacks = |field| lacks_field(case.lacks, case.events[index].kind, field);
        if crew.is_empty() && at_least > 0 {
            return if lacks("actor.id") {
                Verdict::Fine
            } else {
                Verdict::Query
            };
        }
        if crew.len() < at_least && lacks("co_actors") {
            return Verdict::Fine;
        }
        if crew.len() < at_least {
            return Verdict::Fault;
        }
        if !qualified {
            return Verdict::Fine;
        }
        let standings: Vec<_> = crew.iter().map(|p| self.standing(case, index, p)).collect();
        let count = |wanted: &[Standing]| standings.iter().filter(|s| wanted.contains(s)).count();
        let may_be = [Standing::Qualified, Standing::Mistyped, Standing::Nobody];
        // Whose certificate has lapsed is an officer where the certificate is asked for by itself.
        let lapsed = match papers_asked {
            true => count(&[Standing::Lapsed]),
            false => 0,
        };
        // Who cannot be judged may be qualified, and who is asked after may turn out to be.
        if count(&may_be) + lapsed >= at_least {
            Verdict::Fine
        } else if count(&may_be) + lapsed + count(&[Standing::Asked]) >= at_least {
            Verdict::Query
        } else {
            Verdict::Fault
        }
    }

    pub(super) fn certificate(&self, case: &Case<'_>, index: usize) -> Verdict {
        let standings: Vec<_> = crew(case.events[index])
            .iter()
            .map(|p| self.standing(case, index, p))
            .collect();
        let faults = [Standing::Unqualified, Standing::Lapsed];
        if standings.iter().any(|standing| faults.contains(standing)) {
            Verdict::Fault
        } else if standings.contains(&Standing::Asked) || standings.contains(&Standing::Mistyped) {
            Verdict::Query
        } else {
            Verdict::Fine
        }
    }

    fn standing(&self, case: &Case<'_>, index: usize, person: &Actor<'_>) -> Standing {
        let on = self.day(case, index);
        let entry = match self.entry(case, index, &person.id, person.cert_no.as_deref()) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Standing::Asked,
            Err(NoRegister) => return Standing::Nobody,
        };
        let certificates: Vec<Certificate> = entry
            .in_post(on)
            .flat_map(|officer| officer.all_certificates().collect::<Vec<_>>())
            .collect();
        let field = self
            .item_at(case, index)
            .and_then(|item| item.enforcement_field.clone());
        let is_good = |c: &Certificate| {
            let in_time =
                c.from.is_none_or(|from| on >= from) && c.until.is_none_or(|until| on <= until);
            let of_field = match &field {
                Some(field) => c.fields.is_empty() || c.fields.contains(field),
                None => true,
            };
            in_time && of_field
        };
        // Its date by one certificate and its field by another is neither; but both by whichever holds on that day.
        if certificates.is_empty() {
            return Standing::Unqualified;
        }
        if !certificates.iter().any(is_good) {
            return Standing::Lapsed;
        }
        match person.cert_no.as_deref().filter(|no| !no.is_empty()) {
            Some(no) if certificates.iter().all(|c| c.no.text != no) => Standing::Mistyped,
            _ => Standing::Qualified,
        }
    }

    pub(super) fn approver_rank(&self, case: &Case<'_>, index: usize, kinds: &[Name]) -> Verdict {
        let event = case.events[index];
        let Some(special) = &event.data.special else {
            return Verdict::Fine;
        };
        if !matches!(event.kind, EventKind::Extend | EventKind::Suspend)
            || !(kinds.is_empty() || kinds.iter().any(|k| *k.text == *special.kind))
        {
            return Verdict::Fine;
        }
        let listed = case
            .flowchart
            .into_iter()
            .flat_map(|f| &f.special_procedures)
            .find(|s| *s.kind.text == *special.kind);
        let needed = listed
            .and_then(|s| s.approver_rank.as_deref())
            .and_then(Rank::from_code);
        let Some(needed) = needed else {
            return Verdict::Fine;
        };
        let on = self.day(case, index);
        let said = |text: &Option<mingjing_domain::text::Text<'static>>| {
            text.as_deref().filter(|t| !t.is_empty()).map(str::to_owned)
        };
        let told = said(&special.approver_rank);
        let approver = said(&special.approver);
        let entry = match &approver {
            Some(id) => self.entry(case, index, id, None),
            None => Err(NoRegister),
        };
        if matches!(entry, Ok(None)) && told.as_deref() != Some("government_head") {
            return Verdict::Query;
        }
        if let Ok(Some(entry)) = entry {
            if entry.in_post(on).next().is_none() {
                return Verdict::Fault;
            }
            let own = entry.in_post(on).filter_map(|o| o.rank);
            let of_posts = entry.posts(on).into_iter().filter_map(|p| p.rank);
            if let Some(rank) = own.chain(of_posts).max() {
                return if rank < needed {
                    Verdict::Fault
                } else {
                    Verdict::Fine
                };
            }
        }
        match (told, approver) {
            (None, None) if lacks_field(case.lacks, event.kind, "special.approver") => {
                Verdict::Fine
            }
            (None, None) => Verdict::Query,
            (None, Some(_)) => Verdict::Fine,
            (Some(told), _) => match Rank::from_code(&told) {
                None => Verdict::Query,
                Some(rank) if rank < needed => Verdict::Fault,
                Some(_) => Verdict::Fine,
            },
        }
    }

    pub(super) fn not_assigned(&self, case: &Case<'_>, index: usize) -> Verdict {
        let actor = case.events[index].data.actor.as_ref();
        let Some(step) = case.steps[index].filter(|step| !step.is_empty()) else {
            return Verdict::Fine;
        };
        let (id, certificate) = actor.map_or(("", None), |a| (&*a.id, a.cert_no.as_deref()));
        let entry = match self.entry(case, index, id, certificate) {
            Ok(Some(entry)) => entry,
            Ok(None)
                if id.is_empty()
                    && lacks_field(case.lacks, case.events[index].kind, "actor.id") =>
            {
                return Verdict::Fine;
            }
            Ok(None) => return Verdict::Query,
            Err(NoRegister) => return Verdict::Fine,
        };
        let on = self.day(case, index);
        if entry.in_post(on).next().is_none() {
            return Verdict::Fault;
        }
        let flowchart = case.flowchart.map(|f| f.id.text.clone());
        let may = |post: &Post| {
            post.steps.iter().any(|listed| {
                let whole = flowchart.as_ref().map(|f| format!("{f}/{step}"));
                listed.text == step || Some(&listed.text) == whole.as_ref()
            })
        };
        if !entry.body.posts.iter().any(may) {
            return Verdict::Fine;
        }
        match entry.posts(on).into_iter().any(may) {
            true => Verdict::Fine,
            false => Verdict::Fault,
        }
    }

    pub(super) fn unplanned_inspection(&self, case: &Case<'_>, index: usize) -> Verdict {
        let said = |of: fn(&CaseEvent<'static>) -> Option<String>| {
            case.events[..=index].iter().rev().find_map(|e| of(e))
        };
        let filled = |text: Option<String>| text.filter(|t| !t.is_empty());
        let cause = filled(said(|e| {
            let cause = e.data.inspection.as_ref()?.cause.as_deref()?;
            (!cause.is_empty()).then(|| cause.to_owned())
        }));
        let number = filled(said(|e| {
            let number = e.data.inspection.as_ref()?.plan_no.as_deref()?;
            (!number.is_empty()).then(|| number.to_owned())
        }));
        let lawful = [
            "complaint",
            "transferred",
            "monitoring",
            "follow_up",
            "emergency",
        ];
        if cause.is_some_and(|c| lawful.contains(&c.as_str())) {
            return Verdict::Fine;
        }
        let Some(item) = self.item_at(case, index) else {
            return Verdict::Fine;
        };
        let bodies = [
            self.acting(case, index),
            Some(item.executing_body.text.clone()),
        ];
        let theirs = |body: &Name| bodies.iter().flatten().any(|b| *b == body.text);
        let plans = || {
            self.definitions
                .set
                .inspection_plans
                .iter()
                .map(|d| &d.value)
        };
        if !plans().any(|p| theirs(&p.body)) {
            return Verdict::Fine;
        }
        let Some(number) = number else {
            return Verdict::Fault;
        };
        let Some(plan) = plans().find(|p| p.id.text == number) else {
            return Verdict::Query;
        };
        let on = self.day(case, index);
        let region = case.events[index].data.region_code.as_deref();
        let region = region.filter(|r| !r.is_empty());
        let there = plan.regions.is_empty()
            || region.is_none_or(|r| plan.regions.iter().any(|area| covers(area, r)));
        let planned = plan.items.contains(&item.code)
            && theirs(&plan.body)
            && there
            && plan.from <= on
            && on <= plan.until;
        if planned {
            Verdict::Fine
        } else {
            Verdict::Fault
        }
    }

    pub(super) fn is_wrong_body(&self, case: &Case<'_>, index: usize) -> bool {
        let data = &case.events[index].data;
        let filled = |text: Option<&'_ str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
        let (Some(item), Some(org)) = (self.item_at(case, index), filled(data.org_code.as_deref()))
        else {
            return false;
        };
        let region = filled(data.region_code.as_deref());
        let in_areas = |areas: &[String]| {
            region
                .as_ref()
                .is_none_or(|r| areas.iter().any(|area| covers(area, r)))
        };
        let in_its_areas = match self.body(&org) {
            None => true,
            Some(body) if body.areas.is_empty() => in_areas(std::slice::from_ref(&body.region)),
            Some(body) => in_areas(&body.areas),
        };
        let is_its_own =
            item.executing_body.text == org || item.entrusted_bodies.iter().any(|b| b.text == org);
        let on = self.day(case, index);
        let step = case.steps[index].filter(|s| !s.is_empty());
        let acts_for_it = item.acting_bodies.iter().any(|acting| {
            let there = match (acting.areas.as_slice(), acting.ground) {
                ([], ActingGround::CrossRegion) => true,
                ([], _) => in_its_areas,
                (areas, _) => in_areas(areas),
            };
            acting.body.text == org
                && acting.from.is_none_or(|from| from <= on)
                && acting.until.is_none_or(|until| on <= until)
                && (acting.steps.is_empty()
                    || step.is_none_or(|step| acting.steps.iter().any(|s| s.text == step)))
                && there
        });
        if is_its_own && in_its_areas || !is_its_own && acts_for_it {
            return false;
        }
        let said = case.events[..=index].iter().rev();
        let mut said = said.filter_map(|e| e.data.jurisdiction.as_ref());
        let ground = said.clone().find(|j| !j.ground.is_empty());
        let by_document = said.any(|j| {
            j.document
                .as_deref()
                .is_some_and(|document| !document.is_empty())
        });
        let assigned = ground.is_some_and(|j| matches!(&*j.ground, "designated" | "cross_region"));
        !(assigned && by_document)
    }

    /// Whether no body has the code that an event names, and its source has codes of its own.
    pub(super) fn is_unmapped_body(
        &self,
        case: &Case<'_>,
        index: usize,
        moment: Moment<'_>,
    ) -> bool {
        let named = case.events[index].data.org_code.as_deref();
        let unknown = named.is_some_and(|code| self.body(code).is_none());
        unknown && !moment.source.mapping.orgs.is_empty()
    }

    /// The item as the case has named it up to an event.
    pub(super) fn item_at(&self, case: &Case<'_>, index: usize) -> Option<&'a PowerItem> {
        let code = case.events[..=index]
            .iter()
            .find_map(|e| e.data.item_code.as_deref().filter(|c| !c.is_empty()))?;
        let definitions = self.definitions;
        definitions.item(code)
    }

    fn body(&self, code: &str) -> Option<&'a Body> {
        let mut bodies = self.definitions.set.bodies.iter().map(|d| &d.value);
        bodies.find(|b| *b.code == *code)
    }

    pub(super) fn day(&self, case: &Case<'_>, index: usize) -> NaiveDate {
        local_date(case.events[index], self.zone_of(case))
    }

    /// The body that acts: the latest named, else the item's own.
    pub(super) fn acting(&self, case: &Case<'_>, index: usize) -> Option<String> {
        let named = case.events[..=index]
            .iter()
            .rev()
            .find_map(|e| e.data.org_code.as_deref().filter(|o| !o.is_empty()));
        let own = || {
            self.item_at(case, index)
                .map(|i| i.executing_body.text.clone())
        };
        named.map(str::to_owned).or_else(own)
    }

    /// Where an officer stands in a register; none where a register is kept that does not know the officer.
    fn entry(
        &self,
        case: &Case<'_>,
        index: usize,
        id: &str,
        certificate: Option<&str>,
    ) -> Result<Option<Entry<'a>>, NoRegister> {
        let on = self.day(case, index);
        let acting = self.acting(case, index);
        let mut bodies: Vec<String> = acting.iter().cloned().collect();
        if let Some(item) = self.item_at(case, index) {
            bodies.push(item.executing_body.text.clone());
            bodies.extend(item.entrusted_bodies.iter().map(|b| b.text.clone()));
            bodies.extend(item.acting_bodies.iter().map(|a| a.body.text.clone()));
        }
        let kept = |body: &Body| body.register_from.is_some_and(|from| from <= on);
        let by_id = bodies
            .iter()
            .filter_map(|code| self.body(code))
            .filter(|body| kept(body))
            .map(|body| entry_of(body, id))
            .find(|entry| !entry.officers.is_empty());
        if by_id.is_some() {
            return Ok(by_id);
        }
        // The first in the set that ever had the certificate is its holder.
        let with_register = || {
            let bodies = self.definitions.set.bodies.iter().map(|d| &d.value);
            bodies.filter(|b| b.register_from.is_some())
        };
        let holds = |officer: &&Officer| {
            certificate.is_some_and(|no| officer.all_certificates().any(|c| c.no.text == no))
        };
        let holder = with_register().find_map(|body| {
            let mut officers = body.offices.iter().flat_map(|o| &o.officers);
            let officer = officers.find(holds)?;
            Some((body, &officer.id))
        });
        if let Some((body, id)) = holder.filter(|(body, _)| kept(body)) {
            return Ok(Some(entry_of(body, id)));
        }
        let acting = acting.and_then(|code| self.body(&code));
        let by_name = lacks_field(case.lacks, case.events[index].kind, "actor.number");
        match acting.is_some_and(kept) && !by_name {
            true => Ok(None),
            false => Err(NoRegister),
        }
    }
}

/// The acting body keeps no register.
struct NoRegister;

fn entry_of<'a>(body: &'a Body, id: &str) -> Entry<'a> {
    let officers = body.offices.iter().flat_map(|o| &o.officers);
    Entry {
        body,
        officers: officers.filter(|o| o.id.text == id).collect(),
    }
}

impl<'a> Entry<'a> {
    fn in_post(&self, on: NaiveDate) -> impl Iterator<Item = &'a Officer> + '_ {
        self.officers.iter().copied().filter(move |o| {
            o.from.is_none_or(|from| from <= on) && o.until.is_none_or(|until| on <= until)
        })
    }

    fn posts(&self, on: NaiveDate) -> Vec<&'a Post> {
        let mut held: Vec<&Name> = Vec::new();
        for officer in self.in_post(on) {
            held.extend(officer.post.iter().chain(&officer.posts));
            let acting = officer
                .stands_in
                .iter()
                .filter(|s| s.from <= on && on <= s.until);
            held.extend(acting.map(|s| &s.post));
        }
        let posts = self.body.posts.iter();
        posts.filter(|p| held.contains(&&p.code)).collect()
    }
}

/// The officers of an event, each once; the first certificate named of each counts.
fn crew(event: &CaseEvent<'static>) -> Vec<Actor<'static>> {
    let mut crew: Vec<Actor<'static>> = Vec::new();
    for person in event.data.actor.iter().chain(&event.data.co_actors) {
        if person.id.is_empty() {
            continue;
        }
        let certificate = person.cert_no.clone().filter(|no| !no.is_empty());
        match crew.iter_mut().find(|p| p.id == person.id) {
            Some(known) => known.cert_no = known.cert_no.take().or(certificate),
            None => crew.push(Actor {
                cert_no: certificate,
                ..person.clone()
            }),
        }
    }
    crew
}

/// For so long what the register or the record may have wrong is only asked.
const QUERY_GRACE: Budget = Budget::new(2, Unit::WorkingDays);

impl SlowEvaluator<'_> {
    /// Findings about persons, plans and money.
    pub(super) fn of_authority(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Finding> {
        let every = [Anchor {
            kind: None,
            step: None,
            line: 0,
        }];
        let check = &watch.point.check;
        let (on, each): (&[Anchor], bool) = match check {
            PointKind::TooFewOfficers { on, each, .. }
            | PointKind::Certificate { on, each }
            | PointKind::NotAssigned { on, each } => (on, *each),
            PointKind::UnplannedInspection { on } => (on, false),
            PointKind::ApproverRank { .. } | PointKind::DiscretionChanged => (&every, true),
            PointKind::DiscretionAmount { on, .. }
            | PointKind::DiscretionTier { on }
            | PointKind::Fee { on }
            | PointKind::Collector { on } => (on, true),
            _ => return Vec::new(),
        };
        let verdict = |index: usize| match check {
            PointKind::TooFewOfficers {
                at_least,
                qualified,
                ..
            } => {
                let wanted = (*at_least, *qualified);
                let papers_asked = self.papers_are_asked(case, index, moment.source);
                self.too_few_officers(case, index, wanted, papers_asked)
            }
            PointKind::Certificate { .. } => self.certificate(case, index),
            PointKind::ApproverRank { kinds } => self.approver_rank(case, index, kinds),
            PointKind::NotAssigned { .. } => self.not_assigned(case, index),
            PointKind::UnplannedInspection { .. } => self.unplanned_inspection(case, index),
            _ => self.of_money(case, index, check),
        };
        let mut found = Vec::new();
        for index in case.all(on) {
            let mut finding = match each {
                true if matches!(check, PointKind::ApproverRank { .. }) => {
                    special_finding(case, index)
                }
                true => Finding::of_event(case, index),
                false => Finding::of_case(index),
            };
            match verdict(index) {
                Verdict::Fine => continue,
                Verdict::Fault => {}
                Verdict::Mild => finding.level = Some(Level::Review),
                Verdict::Query | Verdict::Doubt => {
                    if verdict(index) == Verdict::Doubt {
                        finding.level = Some(Level::Review);
                    }
                    let at = case.events[index].occurred_at;
                    finding.grace_ends = Some(query_ends(watch, at));
                }
            }
            found.push(finding);
        }
        found
    }
}

impl SlowEvaluator<'_> {
    /// Whether a control point asks for the certificates of an event and is not kept from it by its own conditions.
    fn papers_are_asked(&self, case: &Case<'_>, index: usize, source: &Source) -> bool {
        let asks = |watch: &Watch<'_>| match &watch.point.check {
            PointKind::Certificate { on, .. } => {
                case.matches_any(index, on) && self.may_speak(case, &watch.point, index)
            }
            _ => false,
        };
        self.watches(case, source).iter().any(asks)
    }
}

/// The last second in which a query asked at an instant may be answered.
pub(super) fn query_ends(watch: &Watch<'_>, at: Timestamp) -> Timestamp {
    deadline::deadline(watch.calendar, at, QUERY_GRACE, &Ledger::default()).due_at
}

/// Whether a region lies in an area: `510500` covers `510502`, and `500000` (重庆) does not cover `510000`: codes are
/// pairs of digits (GB/T 2260), so only whole pairs of zeros are left off.
fn covers(area: &str, region: &str) -> bool {
    let mut head = area;
    while let Some(shorter) = head
        .strip_suffix("00")
        .filter(|h| !h.is_empty() && h.len() % 2 == 0)
    {
        head = shorter;
    }
    region.starts_with(head)
}
