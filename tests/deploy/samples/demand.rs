//! The table of demands, read, and what of a flowchart answers each.

use mingjing_domain::definitions::{
    Anchor, ControlPoint, Effect, Flowchart, Limit, PointKind, PowerType, Rank, SpecialProcedure,
    Step,
};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;

use super::Samples;

/// A row of the table.
struct Demand<'p> {
    what: &'p str,
    /// The cell as it is written.
    cell: &'p str,
    /// Any of these lists, each wholly.
    needs: Vec<Vec<&'p str>>,
    /// Flowcharts that need not have it.
    but_for: Vec<&'p str>,
}

/// Every demand of the page that some flowchart of its category does not answer.
pub(super) fn findings(samples: &Samples, page: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for section in page
        .split("\n## ")
        .skip(usize::from(!page.starts_with("## ")))
    {
        let section = section.trim_start_matches("## ");
        let code = section.split_whitespace().next().unwrap_or_default();
        let flowcharts: Vec<&Flowchart> = match code {
            "every" => samples.flowcharts().collect(),
            code => samples.of(power_type(code)),
        };
        for demand in section.lines().filter_map(row) {
            for name in &demand.but_for {
                if !flowcharts.iter().any(|f| f.id.text == *name) {
                    findings.push(format!(
                        "{name}: {}: no flowchart of this category has this name",
                        demand.what
                    ));
                }
            }
            for flowchart in &flowcharts {
                let asked = !demand.but_for.contains(&flowchart.id.text.as_str());
                let chart = Chart { flowchart, samples };
                let answered = demand
                    .needs
                    .iter()
                    .any(|all| all.iter().all(|need| chart.answers(need)));
                if asked && !answered {
                    findings.push(format!(
                        "{}: {}: nothing is {}",
                        flowchart.id, demand.what, demand.cell
                    ));
                }
            }
        }
    }
    findings
}

fn power_type(code: &str) -> PowerType {
    serde_json::from_value(code.into()).unwrap_or_else(|e| panic!("a category, {code:?}: {e}"))
}

/// A row of a table of demands; none for its head and for other lines.
fn row(line: &str) -> Option<Demand<'_>> {
    let cells: Vec<&str> = line
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .map(str::trim)
        .collect();
    let [what, _, cell, but_for] = cells[..] else {
        return None;
    };
    if what == "demanded" || what.starts_with("--") {
        return None;
    }
    let needs: Vec<Vec<&str>> = cell
        .split("` or `")
        .map(|all| {
            let parts = all.split("` `").map(|part| part.trim_matches(['`', ' ']));
            parts.filter(|part| !part.is_empty()).collect()
        })
        .collect();
    assert!(needs.iter().all(|all| !all.is_empty()), "{what}: no demand");
    let names = but_for.split(';').filter_map(|one| {
        let (name, why) = one.split_once(':')?;
        assert!(!why.trim().is_empty(), "{what}: {name} without a reason");
        Some(name.trim())
    });
    Some(Demand {
        what,
        cell,
        needs,
        but_for: names.collect(),
    })
}

/// A flowchart, and the general points that hold for it too.
struct Chart<'a> {
    flowchart: &'a Flowchart,
    samples: &'a Samples,
}

impl Chart<'_> {
    fn answers(&self, need: &str) -> bool {
        let (verb, rest) = need.split_once(' ').unwrap_or((need, ""));
        let (from, to, time) = stretch(rest);
        match verb {
            "step" => self.steps(rest).next().is_some(),
            "limit" => self.limits(from, to).any(|limit| {
                limit.statutory.is_some_and(|s| at_most(s, budget(time)))
                    && self.watches(limit, false)
            }),
            "promise" => self.limits(from, to).any(|limit| {
                (limit.statutory.is_some() || limit.promised.is_some())
                    && self.watches(limit, false)
            }),
            "wait" => self.limits(from, to).any(|limit| {
                limit
                    .at_least
                    .is_some_and(|least| at_most(budget(time), least))
                    && self.watches(limit, true)
            }),
            "before" => self.comes_before(rest),
            "point" => self.points().any(|point| is_rule(point, rest)),
            "officers" => self.counts_officers(false),
            "qualified" => self.counts_officers(true),
            "stops" => self.stops_only(rest),
            "more" => self.more_at_most(rest),
            "no" => self.extensions().next().is_none(),
            _ => panic!("no such demand: {need:?}"),
        }
    }

    fn points(&self) -> impl Iterator<Item = &ControlPoint> {
        let own = self.flowchart.control_points.iter();
        own.chain(self.samples.general_points())
    }

    /// Steps that an event does, or with one of these words in their names.
    fn steps<'s>(&'s self, named: &'s str) -> impl Iterator<Item = &'s Step> {
        let kind = EventKind::from_code(named);
        self.flowchart.steps.iter().filter(move |step| match kind {
            Some(kind) => step.done_by.contains(&kind),
            None => named.split('/').any(|word| step.name.contains(word)),
        })
    }

    /// Whether an anchor is this event, or of a step with one of these words in its name.
    fn means(&self, anchor: &Anchor, named: &str) -> bool {
        match (&anchor.step, EventKind::from_code(named)) {
            (None, Some(kind)) => anchor.kind == Some(kind),
            (Some(code), None) => self.steps(named).any(|step| step.code.text == *code),
            (None, None) => self
                .steps(named)
                .any(|step| anchor.kind.is_some_and(|kind| step.done_by.contains(&kind))),
            (Some(_), Some(_)) => false,
        }
    }

    fn limits<'s>(&'s self, from: &'s str, to: &'s str) -> impl Iterator<Item = &'s Limit> {
        self.flowchart.limits.iter().filter(move |limit| {
            limit.from.iter().any(|anchor| self.means(anchor, from))
                && limit.to.iter().any(|anchor| self.means(anchor, to))
        })
    }

    fn watches(&self, limit: &Limit, least: bool) -> bool {
        self.points().any(|point| match &point.check {
            PointKind::Overdue { limit: of, .. } => !least && *of == limit.id,
            PointKind::TooEarly { limit: of } => least && *of == limit.id,
            _ => false,
        })
    }

    fn comes_before(&self, rest: &str) -> bool {
        let (late, early) = rest.split_once(": ").expect("`before decided: notice`");
        self.points().any(|point| match &point.check {
            PointKind::RequiresBefore { event, before, .. } => {
                event.iter().any(|anchor| self.means(anchor, late))
                    && before.iter().any(|anchor| self.means(anchor, early))
            }
            _ => false,
        })
    }

    fn counts_officers(&self, certified: bool) -> bool {
        self.points().any(|point| match &point.check {
            PointKind::TooFewOfficers {
                on,
                at_least,
                qualified,
                ..
            } => {
                let ends = |anchor: &Anchor| anchor.kind == Some(EventKind::StepEnd);
                on.iter().any(ends) && *at_least >= 2 && (*qualified || !certified)
            }
            _ => false,
        })
    }

    /// Whether what stops the clock is made of these words and of nothing else.
    fn stops_only(&self, kinds: &str) -> bool {
        let mut specials = self.flowchart.special_procedures.iter();
        specials.all(|special| {
            if special.effect != Effect::Suspend {
                return true;
            }
            let mut left = special.name.clone();
            for kind in kinds.split('、').filter(|_| kinds != "nothing") {
                left = left.replace(kind, "");
            }
            left.is_empty() && special.legal_basis.is_some()
        })
    }

    fn extensions(&self) -> impl Iterator<Item = &SpecialProcedure> {
        let specials = self.flowchart.special_procedures.iter();
        specials.filter(|special| special.effect == Effect::Extend)
    }

    fn more_at_most(&self, rest: &str) -> bool {
        let (most, rank) = rest.split_once(' ').expect("`more 10wd authority_head`");
        let rank = Rank::from_code(rank).expect("a rank");
        let lawful = |special: &SpecialProcedure| {
            let by = special.approver_rank.as_deref().and_then(Rank::from_code);
            special
                .maximum
                .is_some_and(|m| at_most(m, budget(Some(most))))
                && by.is_some_and(|by| by >= rank)
        };
        self.extensions().next().is_some() && self.extensions().all(lawful)
    }
}

fn is_rule(point: &ControlPoint, id: &str) -> bool {
    match point.rule.as_deref() {
        Some(rule) => rule == id,
        None => point.check.own_rule() == Some(id),
    }
}

/// `from > to 5wd`, as far as it is there.
fn stretch(text: &str) -> (&str, &str, Option<&str>) {
    let Some((from, rest)) = text.split_once(" > ") else {
        return (text, "", None);
    };
    match rest.rsplit_once(' ') {
        Some((to, time)) => (from, to, Some(time)),
        None => (from, rest, None),
    }
}

fn budget(text: Option<&str>) -> Budget {
    let text = text.expect("a time, like 5wd");
    text.parse().unwrap_or_else(|e| panic!("{e}"))
}

/// Whether a budget is of the same unit as another, and no more than it.
fn at_most(budget: Budget, most: Budget) -> bool {
    budget.unit == most.unit && budget.count <= most.count
}
