//! The register's own consistency: bodies, posts, officers, certificates, each contradiction with its line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mingjing_domain::definitions::{
    Body, BodyNature, DefinitionSet, Document, Name, Officer, Problem,
};

/// Adds every contradiction of the register.
pub(super) fn check_register(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    let mut holders: BTreeMap<String, (&Document<Body>, &Officer)> = BTreeMap::new();
    for document in &set.bodies {
        let body = &document.value;
        check_body(set, document, problems);
        check_posts(set, document, problems);
        let officers: Vec<&Officer> = body.offices.iter().flat_map(|o| &o.officers).collect();
        for (at, officer) in officers.iter().copied().enumerate() {
            check_officer(document, officer, problems);
            if let Some(twice) = officers[..at].iter().find(|o| is_twice(o, officer)) {
                let message = format!(
                    "officer {:?} stands here twice at one time (also at line {}); end the first entry or use `posts`",
                    officer.id.text,
                    document.problem(twice.id.line, "").line
                );
                problems.push(document.problem(officer.id.line, message));
            }
            for certificate in officer.all_certificates() {
                let no = certificate.no;
                match holders.get(&no.text) {
                    Some((other, holder)) if holder.id != officer.id => {
                        let there = other.problem(holder.id.line, "");
                        let message = format!(
                            "certificate {:?} already belongs to {:?} at {}:{}",
                            no.text, holder.id.text, there.file, there.line
                        );
                        problems.push(document.problem(no.line, message));
                    }
                    Some(_) => {}
                    None => drop(holders.insert(no.text, (document, officer))),
                }
            }
        }
    }
    check_two_bodies(set, problems);
}

fn check_body(set: &DefinitionSet, document: &Document<Body>, problems: &mut Vec<Problem>) {
    let body = &document.value;
    let line = body.code.line;
    if body.nature == BodyNature::Entrusted && body.entrusted_by.is_empty() {
        let message = "an entrusted body needs `entrusted_by`: it acts in another's name";
        problems.push(document.problem(line, message));
    }
    for by in &body.entrusted_by {
        match set.bodies.iter().find(|b| b.value.code == *by) {
            None => {
                problems.push(document.problem(by.line, format!("unknown body {:?}", by.text)));
            }
            Some(_) if by.text == body.code.text => {
                problems.push(document.problem(by.line, "a body does not entrust itself"));
            }
            Some(_) => {}
        }
    }
    if reversed(body.since, body.until) {
        problems.push(document.problem(line, "`until` lies before `since`"));
    }
    let outlives = body
        .register_from
        .zip(body.until)
        .is_some_and(|(from, until)| from > until);
    if outlives {
        problems.push(document.problem(line, "`register_from` lies after the body's end"));
    }
    let mut seen: Vec<&Name> = Vec::new();
    for office in &body.offices {
        if seen.contains(&&office.code) {
            let message = format!("office {:?} is defined twice", office.code.text);
            problems.push(document.problem(office.code.line, message));
        }
        seen.push(&office.code);
    }
}

fn check_posts(set: &DefinitionSet, document: &Document<Body>, problems: &mut Vec<Problem>) {
    let mut seen: Vec<&Name> = Vec::new();
    for post in &document.value.posts {
        if seen.contains(&&post.code) {
            let message = format!("post {:?} is defined twice", post.code.text);
            problems.push(document.problem(post.code.line, message));
        }
        seen.push(&post.code);
        if post.steps.is_empty() {
            let message = format!("post {:?} may do no step; list its `steps`", post.code.text);
            problems.push(document.problem(post.code.line, message));
        }
        for step in &post.steps {
            if !step_exists(set, step) {
                let message = format!("no flowchart has the step {:?}", step.text);
                problems.push(document.problem(step.line, message));
            }
        }
    }
}

fn step_exists(set: &DefinitionSet, listed: &Name) -> bool {
    let (of, step) = match listed.rsplit_once('/') {
        Some((of, step)) => (Some(of), step),
        None => (None, listed.text.as_str()),
    };
    set.flowcharts.iter().any(|f| {
        of.is_none_or(|of| f.value.id.text == of)
            && f.value.steps.iter().any(|s| s.code.text == step)
    })
}

fn check_officer(document: &Document<Body>, officer: &Officer, problems: &mut Vec<Problem>) {
    let body = &document.value;
    let has_register = body.register_from.is_some();
    let mut tell = |line: u32, message: String| problems.push(document.problem(line, message));
    let id = &officer.id;
    if reversed(officer.from, officer.until) {
        tell(
            id.line,
            format!("officer {:?}: `until` lies before `from`", id.text),
        );
    }
    let stands_in = officer.stands_in.iter().map(|s| &s.post);
    for post in officer.all_posts().chain(stands_in) {
        let known = body.posts.iter().any(|p| p.code == *post);
        // Bodies of before have posts in words and list none.
        if !known && (has_register || !body.posts.is_empty()) {
            tell(
                post.line,
                format!(
                    "unknown post {:?}; list it under `posts` with its steps",
                    post.text
                ),
            );
        }
    }
    for stand_in in &officer.stands_in {
        if stand_in.until < stand_in.from {
            tell(stand_in.post.line, "`until` lies before `from`".into());
        }
    }
    for certificate in officer.all_certificates() {
        let no = &certificate.no;
        if has_register && (certificate.from.is_none() || certificate.until.is_none()) {
            tell(
                no.line,
                format!(
                    "certificate {:?} needs the dates it is valid from and until",
                    no.text
                ),
            );
        }
        if reversed(certificate.from, certificate.until) {
            tell(
                no.line,
                format!("certificate {:?} ends before it begins", no.text),
            );
        }
    }
    let orphan = officer.cert_no.is_none()
        && (!officer.cert_fields.is_empty()
            || officer.cert_from.is_some()
            || officer.cert_until.is_some());
    if orphan {
        tell(
            id.line,
            format!("officer {:?}: a certificate without `cert_no`", id.text),
        );
    }
}

/// One id in two bodies' registers at one time: a person is in post at one body, and lent by it to others.
fn check_two_bodies(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    let mut known: BTreeMap<&str, Vec<(&Document<Body>, &Officer)>> = BTreeMap::new();
    let with_register = set
        .bodies
        .iter()
        .filter(|b| b.value.register_from.is_some());
    for document in with_register {
        for officer in document.value.offices.iter().flat_map(|o| &o.officers) {
            let entries = known.entry(&officer.id.text).or_default();
            let twice = entries.iter().find(|(other, entry)| {
                other.value.code != document.value.code && overlap(entry, officer)
            });
            if let Some((other, entry)) = twice {
                let there = other.problem(entry.id.line, "");
                let message = format!(
                    "officer {:?} is at the same time in the register of {:?} at {}:{}",
                    officer.id.text, other.value.code.text, there.file, there.line
                );
                problems.push(document.problem(officer.id.line, message));
            }
            entries.push((document, officer));
        }
    }
}

fn is_twice(one: &Officer, other: &Officer) -> bool {
    one.id == other.id && overlap(one, other)
}

fn overlap(one: &Officer, other: &Officer) -> bool {
    let begins_by = |a: &Officer, b: &Officer| {
        let begin = a.from.unwrap_or(NaiveDate::MIN);
        begin <= b.until.unwrap_or(NaiveDate::MAX)
    };
    begins_by(one, other) && begins_by(other, one)
}

fn reversed(from: Option<NaiveDate>, until: Option<NaiveDate>) -> bool {
    from.zip(until).is_some_and(|(from, until)| until < from)
}
