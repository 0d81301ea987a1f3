//! What events say of persons, plans and money: each by itself, and what the case has last said.

use mingjing_domain::definitions::{PowerItem, Rank};

use super::Context;
use crate::history::{Event, Kept, Sent};
use crate::rules::Person;
use crate::symbols::Symbol;

impl<'a> Context<'a> {
    /// The officers of an event, each once, the actor first.
    pub(crate) fn crew<'e>(&self, event: &Event<'e>) -> Vec<Person<'e>>
    where
        'a: 'e,
    {
        let mut crew: Vec<Person<'e>> = Vec::new();
        if let Some(id) = self.texts.option(event.actor) {
            crew.push(Person {
                id,
                certificate: self.kept_text(event, Kept::Certificate),
            });
        }
        let Some(extra) = event.extra() else {
            return crew;
        };
        let (co, co_certificate) = (
            self.kept.of(Kept::CoActor),
            self.kept.of(Kept::CoCertificate),
        );
        let mut last: Option<usize> = None;
        for (code, value) in extra.attributes {
            let Sent::Text(text) = value else { continue };
            if code == co {
                let known = crew.iter().position(|p| p.id == text);
                last = Some(known.unwrap_or_else(|| {
                    crew.push(Person {
                        id: text,
                        certificate: None,
                    });
                    crew.len() - 1
                }));
            } else if code == co_certificate
                && let Some(person) = last.and_then(|at| crew.get_mut(at))
            {
                person.certificate = person.certificate.or(Some(text));
            }
        }
        crew
    }

    /// Whether somebody is the actor of an event or one of its further officers.
    pub(crate) fn took_part(&self, event: &Event<'_>, who: Symbol) -> bool {
        if who == 0 || event.actor == who {
            return who != 0;
        }
        let (co, name) = (self.kept.of(Kept::CoActor), self.texts.text(who));
        let extra = event.extra().into_iter();
        let mut attributes = extra.flat_map(|extra| extra.attributes);
        attributes.any(|(code, value)| code == co && matches!(value, Sent::Text(id) if id == name))
    }

    fn kept<'e>(&self, event: &Event<'e>, kept: Kept) -> Option<Sent<'e>> {
        let code = self.kept.of(kept);
        let extra = event.extra()?;
        let mut all = extra.attributes.into_iter();
        all.find(|(known, _)| *known == code)
            .map(|(_, value)| value)
    }

    /// What an event says of something that is kept.
    pub(crate) fn kept_text<'e>(&self, event: &Event<'e>, kept: Kept) -> Option<&'e str> {
        match self.kept(event, kept)? {
            Sent::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn kept_int(&self, event: &Event<'_>, kept: Kept) -> Option<i64> {
        match self.kept(event, kept)? {
            Sent::Int(number) => Some(number),
            _ => None,
        }
    }

    /// What the case has last said of it, up to and with an event.
    pub(crate) fn latest_kept_text(&self, event: &Event<'_>, kept: Kept) -> Option<&'a str> {
        let said = self.history.up_to(event.place);
        said.filter_map(|e| self.kept_text(&e, kept)).last()
    }

    pub(crate) fn latest_kept_int(&self, event: &Event<'_>, kept: Kept) -> Option<i64> {
        let said = self.history.up_to(event.place);
        said.filter_map(|e| self.kept_int(&e, kept)).last()
    }

    /// The latest whole number that events up to this one carry under a name, in `amounts` or `attributes`.
    pub(crate) fn latest_amount(&self, event: &Event<'_>, name: &str) -> Option<i64> {
        let said = self.history.up_to(event.place);
        said.filter_map(|e| self.amount(&e, name)).last()
    }

    /// The whole number that an event carries under a name.
    pub(crate) fn amount(&self, event: &Event<'_>, name: &str) -> Option<i64> {
        let code = u16::try_from(self.codes.find(name)?).ok()?;
        let extra = event.extra()?;
        let mut all = extra.attributes.into_iter();
        match all.find(|(known, _)| *known == code)? {
            (_, Sent::Int(number)) => Some(number),
            _ => None,
        }
    }

    /// The rank that the event's special procedure asks for.
    pub(crate) fn needed_rank(&self, event: &Event<'_>) -> Option<Rank> {
        let special = self.special(event.special()?.kind)?;
        self.plan.specials[usize::from(special)].approver_rank
    }

    /// The power item of a code symbol.
    pub(crate) fn power_item(&self, item: Symbol) -> Option<&'a PowerItem> {
        self.rules.item(self.texts.text(item))
    }
}
