//! Officers: how many there were, with which certificates, on which post, of which rank (A4, A5, A7, A8).

use chrono::NaiveDate;
use mingjing_domain::definitions::{Body, Certificate, Name, Officer, PointKind, Post, Rank};
use mingjing_domain::event::{Actor, CaseEvent, EventKind};
use mingjing_domain::source::Source;

use super::super::codes::lacks_field;
use super::super::history::Case;
use super::super::{SlowEvaluator, Watch};
use super::Verdict;

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

impl SlowEvaluator<'_> {
    /// Whether a control point asks for the certificates of an event and is not kept from it by its own conditions.
    pub(super) fn papers_are_asked(&self, case: &Case<'_>, index: usize, source: &Source) -> bool {
        let asks = |watch: &Watch<'_>| match &watch.point.check {
            PointKind::Certificate { on, .. } => {
                case.matches_any(index, on) && self.may_speak(case, &watch.point, index)
            }
            _ => false,
        };
        self.watches(case, source).iter().any(asks)
    }
}
