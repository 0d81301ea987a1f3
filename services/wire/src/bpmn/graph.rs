//! Which step may follow which: the ways through gateways, events and sub-processes.
//!
//! Activities are opaque, all else is walked through. A sub-process has two places here: where it is entered, and where
//! it is left. Ways are only ever added, never taken away, so that what the model allows is allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::process::{Gateway, Inside, Kind, Process};

/// The ways of a process.
pub(super) struct Graph<'p> {
    process: &'p Process,
    /// Places reached from each place; the exit of sub-process `n` is place `nodes + n`.
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
    /// Activities that may be interrupted on the way: the pairs (activity, boundary event).
    broken_off: BTreeSet<(usize, usize)>,
}

/// Steps before a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// The step, and whether it may have been broken off by an event at its edge.
    pub(super) steps: BTreeMap<usize, bool>,
    /// The case may have begun just before.
    pub(super) begins: bool,
}

impl<'p> Graph<'p> {
    pub(super) fn new(process: &'p Process) -> Self {
        let places = process.nodes.len() * 2;
        let mut graph = Self {
            process,
            out: vec![Vec::new(); places],
            into: vec![Vec::new(); places],
            broken_off: BTreeSet::new(),
        };
        graph.flows();
        graph.containers();
        graph.edges_of_activities();
        graph.jumps();
        graph
    }

    fn exit(&self, node: usize) -> usize {
        match self.process.nodes[node].kind {
            Kind::Container(_) => self.process.nodes.len() + node,
            _ => node,
        }
    }

    fn way(&mut self, from: usize, to: usize) {
        if !self.out[from].contains(&to) {
            self.out[from].push(to);
            self.into[to].push(from);
        }
    }

    fn flows(&mut self) {
        for flow in &self.process.flows {
            self.way(self.exit(flow.from), flow.to);
        }
    }

    /// Into sub-processes and out of them.
    fn containers(&mut self) {
        let nodes = &self.process.nodes;
        for (at, node) in nodes.iter().enumerate() {
            let Kind::Container(inside) = node.kind else {
                continue;
            };
            let children: Vec<usize> = (0..nodes.len())
                .filter(|n| nodes[*n].parent == Some(at))
                .collect();
            for entry in self.entries(&children) {
                self.way(at, entry);
            }
            for child in &children {
                let ends = match nodes[*child].kind {
                    Kind::End => true,
                    // An activity that leads nowhere ends there, as an end event would.
                    Kind::Activity | Kind::Container(Inside::Ordered | Inside::AdHoc) => {
                        !nodes[*child].undoes
                            && !self.process.flows.iter().any(|f| f.from == *child)
                    }
                    _ => false,
                };
                if ends {
                    self.way(self.exit(*child), self.process.nodes.len() + at);
                }
            }
            if inside == Inside::AdHoc {
                let activities: Vec<usize> = self.activities_in(Some(at));
                for from in &activities {
                    for to in &activities {
                        self.way(*from, *to);
                    }
                    self.way(at, *from);
                    self.way(*from, self.process.nodes.len() + at);
                }
            }
        }
    }

    /// Where a scope with these nodes begins: at its start events, else at what nothing leads to.
    fn entries(&self, children: &[usize]) -> Vec<usize> {
        let nodes = &self.process.nodes;
        let starts = children
            .iter()
            .copied()
            .filter(|n| nodes[*n].kind == Kind::Start);
        let starts: Vec<usize> = starts.collect();
        if !starts.is_empty() {
            return starts;
        }
        let free = |n: &usize| {
            !matches!(
                nodes[*n].kind,
                Kind::Boundary { .. } | Kind::Container(Inside::OnEvent)
            ) && !nodes[*n].undoes
                && nodes[*n].link.is_none()
                && !self.process.flows.iter().any(|f| f.to == *n)
        };
        children.iter().copied().filter(free).collect()
    }

    /// Activities anywhere inside a scope.
    pub(super) fn activities_in(&self, scope: Option<usize>) -> Vec<usize> {
        let nodes = &self.process.nodes;
        let inside = |mut at: usize| {
            if scope.is_none() {
                return true;
            }
            while let Some(parent) = nodes[at].parent {
                if Some(parent) == scope {
                    return true;
                }
                at = parent;
            }
            false
        };
        (0..nodes.len())
            .filter(|n| nodes[*n].is_activity() && inside(*n))
            .collect()
    }

    /// From activities to the events at their edges, and to sub-processes that an event may start at any time.
    fn edges_of_activities(&mut self) {
        for (at, node) in self.process.nodes.iter().enumerate() {
            match node.kind {
                Kind::Boundary { host, .. } => {
                    let hosts = match self.process.nodes[host].kind {
                        Kind::Activity => vec![host],
                        _ => self.activities_in(Some(host)),
                    };
                    for host in hosts {
                        self.way(host, at);
                        self.broken_off.insert((host, at));
                    }
                }
                Kind::Container(Inside::OnEvent) => {
                    let inner = self.activities_in(Some(at));
                    for host in self.activities_in(node.parent) {
                        if !inner.contains(&host) {
                            self.way(host, at);
                            self.broken_off.insert((host, at));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Links, and compensation.
    fn jumps(&mut self) {
        let nodes = &self.process.nodes;
        let mut ways = self.process.compensations.clone();
        for (from, thrower) in nodes.iter().enumerate() {
            let (Some(link), "intermediateThrowEvent") = (&thrower.link, thrower.tag.as_str())
            else {
                continue;
            };
            let catches = nodes.iter().enumerate().filter(|(_, n)| {
                n.tag == "intermediateCatchEvent"
                    && n.link.as_ref() == Some(link)
                    && n.parent == thrower.parent
            });
            ways.extend(catches.map(|(to, _)| (from, to)));
        }
        for (from, to) in ways {
            self.way(from, to);
        }
    }

    /// Steps with which a case may begin.
    pub(super) fn first(&self) -> BTreeSet<usize> {
        let nodes = &self.process.nodes;
        let outermost: Vec<usize> = (0..nodes.len())
            .filter(|n| nodes[*n].parent.is_none())
            .collect();
        let entries = self.entries(&outermost);
        entries
            .into_iter()
            .flat_map(|entry| self.reach(entry))
            .collect()
    }

    /// Steps that may follow a step.
    pub(super) fn after(&self, step: usize) -> BTreeSet<usize> {
        self.out[step]
            .iter()
            .flat_map(|place| self.reach(*place))
            .collect()
    }

    /// Steps reached from a place: itself, if it is one.
    pub(super) fn reach(&self, from: usize) -> BTreeSet<usize> {
        self.reach_without(from, usize::MAX)
    }

    /// The same, without passing a place.
    fn reach_without(&self, from: usize, barred: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        let mut steps = BTreeSet::new();
        while let Some(place) = open.pop() {
            if place == barred || !seen.insert(place) {
                continue;
            }
            if self.is_step(place) {
                steps.insert(place);
            } else {
                open.extend(&self.out[place]);
            }
        }
        steps
    }

    fn is_step(&self, place: usize) -> bool {
        self.process
            .nodes
            .get(place)
            .is_some_and(|node| node.is_activity())
    }

    /// Steps that lead to a place through this way into it.
    pub(super) fn before_by(&self, from: usize) -> Before {
        let from = self.exit(from);
        let mut before = Before::default();
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(place) = open.pop() {
            if !seen.insert(place) {
                continue;
            }
            if self.is_step(place) {
                before.steps.entry(place).or_insert(false);
                continue;
            }
            let node = self.process.nodes.get(place);
            before.begins |= node.is_some_and(|n| n.kind == Kind::Start && n.parent.is_none());
            for earlier in &self.into[place] {
                if self.broken_off.contains(&(*earlier, place)) {
                    before.steps.insert(*earlier, true);
                } else {
                    open.push(*earlier);
                }
            }
        }
        before
    }

    /// Steps reached from a place that are reached in no other way: neither from another step nor at the beginning.
    pub(super) fn only_through(&self, place: usize) -> Option<BTreeSet<usize>> {
        let reached = self.reach(place);
        let firsts = self.process.nodes.iter().enumerate();
        let mut others: BTreeSet<usize> = BTreeSet::new();
        for (at, node) in firsts {
            let begins = node.kind == Kind::Start && node.parent.is_none();
            if node.is_activity() {
                for next in &self.out[at] {
                    others.extend(self.reach_without(*next, place));
                }
            } else if begins {
                others.extend(self.reach_without(at, place));
            }
        }
        (!reached.is_empty() && reached.is_disjoint(&others)).then_some(reached)
    }

    /// Pairs of steps that may run at the same time, the lower place first.
    pub(super) fn parallel(&self) -> BTreeSet<(usize, usize)> {
        self.parallel_from(&|_| true)
    }

    /// Of them those with which a case may begin side by side.
    pub(super) fn begin_together(&self) -> BTreeSet<(usize, usize)> {
        let nodes = &self.process.nodes;
        let outermost: Vec<usize> = (0..nodes.len())
            .filter(|n| nodes[*n].parent.is_none())
            .collect();
        let mut open = self.entries(&outermost);
        let mut passed = BTreeSet::new();
        while let Some(place) = open.pop() {
            if !self.is_step(place) && passed.insert(place) {
                open.extend(&self.out[place]);
            }
        }
        self.parallel_from(&|node| passed.contains(&node))
    }

    fn parallel_from(&self, counts: &dyn Fn(usize) -> bool) -> BTreeSet<(usize, usize)> {
        let mut pairs = BTreeSet::new();
        let nodes = &self.process.nodes;
        for (at, node) in nodes.iter().enumerate().filter(|(at, _)| counts(*at)) {
            let forks = match node.kind {
                Kind::Gateway(Gateway::Parallel | Gateway::Inclusive | Gateway::Complex) => true,
                Kind::Gateway(_) => false,
                // Several ways out of anything else are all taken.
                _ => true,
            };
            let ways: Vec<usize> = self
                .process
                .flows
                .iter()
                .filter(|f| f.from == at)
                .map(|f| f.to)
                .collect();
            if forks && ways.len() > 1 {
                let branches: Vec<BTreeSet<usize>> =
                    ways.iter().map(|way| self.reach(*way)).collect();
                cross(&branches, &mut pairs);
            }
            // What goes on beside what it was attached to, and beside what follows that.
            if let Kind::Boundary {
                host,
                interrupts: false,
            } = node.kind
            {
                let aside = self.reach(at);
                let mut beside: BTreeSet<usize> = match nodes[host].kind {
                    Kind::Activity => [host].into(),
                    _ => self.activities_in(Some(host)).into_iter().collect(),
                };
                for flow in self.process.flows.iter().filter(|f| f.from == host) {
                    beside.extend(self.reach(flow.to));
                }
                cross(&[aside, beside], &mut pairs);
            }
        }
        pairs
    }
}

fn cross(branches: &[BTreeSet<usize>], pairs: &mut BTreeSet<(usize, usize)>) {
    for (at, one) in branches.iter().enumerate() {
        for other in &branches[at + 1..] {
            for a in one {
                pairs.extend(
                    other
                        .iter()
                        .filter(|b| a != *b)
                        .map(|b| (*a.min(b), *a.max(b))),
                );
            }
        }
    }
}
