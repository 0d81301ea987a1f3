//! Settings of a ladder: its reminder, the level of each rung, which rungs are judged.

use super::{Adjusted, Decided, RuleSettings, Setting};
use crate::alert::Level;
use crate::definitions::{ControlPoint, Judged, Limit, LimitKind, PointKind, Rung, RungAt};

/// A point that watches a limit, as settings leave it, and the limit.
pub(super) fn adjusted<'s>(
    point: &ControlPoint,
    limit: &Limit,
    all: &[(&'s RuleSettings, &'s Setting)],
) -> Result<Adjusted, (&'s RuleSettings, &'s Setting, String)> {
    let mut by = Decided::default();
    let (mut point, mut limit) = (point.clone(), limit.clone());
    for (settings, setting) in all {
        let named = point.rule.as_deref();
        if setting
            .rule
            .as_deref()
            .is_some_and(|rule| named != Some(rule))
        {
            continue;
        }
        for (name, value) in setting.set_parameters().filter(|(name, _)| *name != "at") {
            let set = point.set_parameter(name, value, Some(&mut limit));
            if set.map_err(|why| (*settings, *setting, why))? {
                by.note(name, settings);
            }
        }
    }
    let mut ladder = Ladder::of(&point, &limit);
    for (settings, setting) in all {
        let set = ladder.remind(setting, settings, &mut by);
        set.map_err(|why| (*settings, *setting, why))?;
    }
    let mut on = vec![true; ladder.rungs.len()];
    let mut confirm = point.confirm;
    for (settings, setting) in all {
        if !ladder
            .rungs
            .iter()
            .any(|rung| ladder.means(setting, rung.at))
        {
            continue;
        }
        if setting.legal_basis.is_some() {
            let why = "a limit says itself by which article it is owed: write `legal_basis` there";
            return Err((*settings, *setting, why.into()));
        }
        if let Some(level) = setting.level {
            for place in ladder.graded(setting) {
                ladder.rungs[place].level = level;
                by.note(&format!("level {place}"), settings);
            }
        }
        if let Some(off) = setting.off {
            for (place, rung) in ladder.rungs.iter().enumerate() {
                if ladder.means(setting, rung.at) {
                    on[place] = !off;
                    by.note(&format!("off {place}"), settings);
                }
            }
        }
        if let Some(wanted) = setting.confirm {
            confirm = wanted;
            by.note("confirm", settings);
        }
    }
    let by = by.labels();
    if by.is_empty() {
        return Ok(Adjusted {
            point: Some(point),
            limit: Some(limit),
            by,
        });
    }
    let judged = ladder.rungs.iter().zip(on).filter(|(_, on)| *on);
    let rungs = rising(judged.map(|(rung, _)| rung.clone()).collect());
    point.confirm = confirm;
    let empty = rungs.is_empty();
    if let PointKind::Overdue { levels, .. } = &mut point.check {
        *levels = rungs;
    }
    Ok(Adjusted {
        point: (!empty).then_some(point),
        limit: Some(limit),
        by,
    })
}

struct Ladder<'a> {
    /// In order of time.
    rungs: Vec<Rung>,
    limit: &'a Limit,
    /// The rule that the point names.
    named: Option<&'a str>,
}

impl<'a> Ladder<'a> {
    fn of(point: &'a ControlPoint, limit: &'a Limit) -> Self {
        let mut rungs = match &point.check {
            PointKind::Overdue { levels, .. } if !levels.is_empty() => levels.clone(),
            _ => point.usual_ladder(limit),
        };
        rungs.sort_by_key(|rung| (rung.at.order(), rung.level));
        Ladder {
            rungs,
            limit,
            named: point.rule.as_deref(),
        }
    }

    /// Whether a setting is about a rung: it names the point, or the rung's rule.
    fn means(&self, setting: &Setting, at: RungAt) -> bool {
        let rule = self.named.unwrap_or_else(|| self.limit.rung_rule(at));
        setting.rule.as_deref().is_none_or(|named| named == rule)
    }

    /// Puts a reminder in place of those there are. A ladder without gains one where its limit is the whole case's, or where the
    /// setting names the point or the point's own rule; what is judged only when it is done is reminded of by nobody.
    fn remind(
        &mut self,
        setting: &Setting,
        settings: &RuleSettings,
        by: &mut Decided,
    ) -> Result<(), String> {
        let Some(at) = setting.reminder()? else {
            return Ok(());
        };
        let fits = self.limit.own_deadline.is_none() || !matches!(at, RungAt::Used(_));
        if !fits || !self.means(setting, at) {
            return Ok(());
        }
        let had = self.rungs.iter().find(|rung| !rung.at.is_breach());
        let level = had.map(|rung| rung.level);
        let close =
            self.limit.kind == LimitKind::Case || self.named.is_some() || setting.rule.is_none();
        if level.is_none() && (!close || self.limit.judged == Judged::WhenDone) {
            return Ok(());
        }
        self.rungs.retain(|rung| rung.at.is_breach());
        let level = level.unwrap_or(Level::Notice);
        self.rungs.insert(0, Rung { level, at });
        by.note("at", settings);
        Ok(())
    }

    /// The rungs whose level a setting gives: of a rule the last one past a due instant, else its reminders; of the point the
    /// last.
    fn graded(&self, setting: &Setting) -> Vec<usize> {
        let meant = |breach: bool| {
            let rungs = self.rungs.iter().enumerate();
            let meant =
                rungs.filter(|(_, r)| r.at.is_breach() == breach && self.means(setting, r.at));
            meant.map(|(place, _)| place).collect::<Vec<_>>()
        };
        match (meant(true).last(), setting.rule.is_some()) {
            (Some(last), _) => vec![*last],
            (None, true) => meant(false),
            (None, false) => meant(false).last().copied().into_iter().collect(),
        }
    }
}

/// Without every rung that is no graver than one before it.
fn rising(mut rungs: Vec<Rung>) -> Vec<Rung> {
    let mut gravest: Option<Level> = None;
    rungs.retain(|rung| {
        let rises = gravest.is_none_or(|g| rung.level > g);
        if rises {
            gravest = Some(rung.level);
        }
        rises
    });
    rungs
}
