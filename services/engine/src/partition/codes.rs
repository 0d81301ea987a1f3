//! A source's own codes put into those of the definitions. Histories hold what was sent; what repeats over events is kept
//! once in numbered tables, so a mapping is those tables a second time, and a corrected mapping is other tables.

use std::collections::BTreeMap;

use super::{Engine, SourceIx, SourceState};
use crate::fold::Profile;
use crate::history::Act;
use crate::symbols::Symbols;

/// The tables that a source's histories refer to, in our codes. Empty for sources without a mapping.
#[derive(Default)]
pub(crate) struct Translated {
    acts: Vec<Act>,
    profiles: Vec<Profile>,
}

/// What a source calls by a word that the flowchart of its cases does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The source.
    pub source: String,
    /// The flowchart in force, `id@version`.
    pub flowchart: String,
    /// `steps` or `specials`, as in a source's `mapping`.
    pub what: &'static str,
    /// What was sent.
    pub said: String,
    /// How many events say it.
    pub events: u64,
}

impl Engine {
    /// Every word for a step or special procedure that its case's flowchart has neither as a code nor as the name of one alone,
    /// counted; in order.
    pub fn unknown_names(&mut self) -> Vec<UnknownName> {
        let mut counts: BTreeMap<(String, String, &'static str, String), u64> = BTreeMap::new();
        for ix in self.cases.all() {
            let plan = self.plan(ix);
            let (case, context) = self.parts(ix, plan, false);
            let Some(flowchart) = &context.plan.flowchart else {
                continue;
            };
            for event in context.history.known() {
                let step =
                    (event.step != 0 && context.step(&event).is_none()).then_some(event.step);
                let special = event.special().map(|s| s.kind);
                let special = special.filter(|kind| *kind != 0 && context.special(*kind).is_none());
                for (what, code) in [("steps", step), ("specials", special)] {
                    let Some(code) = code else { continue };
                    let key = (
                        case.source.source.id.clone(),
                        flowchart.clone(),
                        what,
                        context.codes.text(code.into()).to_owned(),
                    );
                    *counts.entry(key).or_default() += 1;
                }
            }
        }
        let named = |((source, flowchart, what, said), events)| UnknownName {
            source,
            flowchart,
            what,
            said,
            events,
        };
        counts.into_iter().map(named).collect()
    }

    /// Brings a source's tables up to all that was numbered.
    pub(super) fn translate(&mut self, ix: SourceIx) {
        let SourceState {
            source, translated, ..
        } = &mut self.sources[usize::from(ix)];
        let mapping = &source.mapping;
        if mapping.is_empty() {
            return;
        }
        for act in &self.acts.all()[translated.acts.len()..] {
            translated.acts.push(Act {
                step: ours_of_code(&mut self.codes, &mapping.steps, act.step),
                result: ours_of_code(&mut self.codes, &mapping.results, act.result),
                ..*act
            });
        }
        for profile in &self.profiles.all()[translated.profiles.len()..] {
            translated.profiles.push(Profile {
                item: ours_of_text(&mut self.texts, &mapping.items, profile.item),
                org: ours_of_text(&mut self.texts, &mapping.orgs, profile.org),
                region: ours_of_text(&mut self.texts, &mapping.regions, profile.region),
                ..*profile
            });
        }
    }

    /// Brings all sources' tables up to what was numbered, when there is something new. All at once, whosever it is: what a
    /// table gives names to must not hang on when its source is heard of, or an engine would go on from its snapshot with others.
    pub(super) fn translate_new(&mut self, numbered_before: (usize, usize)) {
        if numbered_before == self.numbered() {
            return;
        }
        for ix in 0..self.sources.len() {
            self.translate(ix as SourceIx);
        }
    }

    /// How many acts and profiles are numbered.
    pub(super) fn numbered(&self) -> (usize, usize) {
        (self.acts.all().len(), self.profiles.all().len())
    }

    /// Makes a source's tables anew, after its mapping may have changed.
    pub(crate) fn translate_anew(&mut self, ix: SourceIx) {
        self.sources[usize::from(ix)].translated = Translated::default();
        self.translate(ix);
    }
}

impl SourceState {
    /// The acts that the source's histories refer to, in our codes.
    pub(super) fn acts<'a>(&'a self, sent: &'a [Act]) -> &'a [Act] {
        match self.source.mapping.is_empty() {
            true => sent,
            false => &self.translated.acts,
        }
    }

    /// The profiles that the source's histories refer to, in our codes.
    pub(super) fn profiles<'a>(&'a self, sent: &'a [Profile]) -> &'a [Profile] {
        match self.source.mapping.is_empty() {
            true => sent,
            false => &self.translated.profiles,
        }
    }
}

fn ours_of_code(codes: &mut Symbols, mapping: &BTreeMap<String, String>, theirs: u16) -> u16 {
    let ours = codes.option(theirs.into()).and_then(|t| mapping.get(t));
    ours.map_or(theirs, |ours| codes.intern_code(ours))
}

fn ours_of_text(texts: &mut Symbols, mapping: &BTreeMap<String, String>, theirs: u32) -> u32 {
    let ours = texts.option(theirs).and_then(|t| mapping.get(t));
    ours.map_or(theirs, |ours| texts.intern(ours))
}
