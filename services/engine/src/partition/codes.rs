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

impl Engine {
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
