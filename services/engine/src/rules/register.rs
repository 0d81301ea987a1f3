//! The register of bodies, posts and officers, ready to be asked: who was this person on that day?

use chrono::NaiveDate;
use mingjing_domain::definitions::{Body, Certificate, Officer, Post, Rank};
use rustc_hash::FxHashMap;

/// Every body's register.
#[derive(Default)]
pub(crate) struct Registers {
    bodies: FxHashMap<String, BodyRegister>,
    /// By certificate number: where its holder stands.
    holders: FxHashMap<String, (String, String)>,
}

/// One body's posts and officers.
pub(crate) struct BodyRegister {
    from: NaiveDate,
    officers: FxHashMap<String, Vec<Entry>>,
    posts: Vec<Post>,
    /// By step: the flowchart it is a step of, none where of any, and the place of a post that covers it.
    covered_by: FxHashMap<String, Vec<(Option<String>, usize)>>,
}

/// An officer and the office that lists them.
struct Entry {
    office: String,
    officer: Officer,
}

/// A person as an event names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person<'a> {
    pub(crate) id: &'a str,
    pub(crate) certificate: Option<&'a str>,
}

/// What registers know of a person.
pub(crate) enum Found<'r> {
    /// The acting body has no register on that day.
    NoRegister,
    /// It has one, and neither it nor another knows the person.
    Unknown,
    Known(Known<'r>),
}

/// A person's entries in a register.
#[derive(Clone, Copy)]
pub(crate) struct Known<'r> {
    register: &'r BodyRegister,
    entries: &'r [Entry],
}

impl Registers {
    pub(crate) fn new<'b>(bodies: impl Iterator<Item = &'b Body>) -> Self {
        let mut registers = Registers::default();
        for body in bodies {
            let Some(from) = body.register_from else {
                continue;
            };
            let mut officers: FxHashMap<String, Vec<Entry>> = FxHashMap::default();
            let listed = body.offices.iter();
            for (office, officer) in listed.flat_map(|o| o.officers.iter().map(move |one| (o, one)))
            {
                for certificate in officer.all_certificates() {
                    registers
                        .holders
                        .entry(certificate.no.text)
                        .or_insert_with(|| (body.code.text.clone(), officer.id.text.clone()));
                }
                officers
                    .entry(officer.id.text.clone())
                    .or_default()
                    .push(Entry {
                        office: office.code.text.clone(),
                        officer: officer.clone(),
                    });
            }
            registers.bodies.insert(
                body.code.text.clone(),
                BodyRegister {
                    from,
                    officers,
                    posts: body.posts.clone(),
                    covered_by: covered_by(&body.posts),
                },
            );
        }
        registers
    }

    /// Looks for a person in these bodies, the acting one first, and by the certificate everywhere: officers of other
    /// bodies lawfully act together.
    pub(crate) fn find<'a>(
        &self,
        mut bodies: impl Iterator<Item = &'a str>,
        person: Person<'_>,
        on: NaiveDate,
    ) -> Found<'_> {
        let acting = bodies.next().and_then(|body| self.in_force(body, on));
        let has_register = acting.is_some();
        if let Some(known) = acting.and_then(|register| register.known(person.id)) {
            return Found::Known(known);
        }
        for body in bodies {
            if let Some(known) = self.known(body, person.id, on) {
                return Found::Known(known);
            }
        }
        let holder = person.certificate.and_then(|no| self.holders.get(no));
        if let Some(known) = holder.and_then(|(body, id)| self.known(body, id, on)) {
            return Found::Known(known);
        }
        match has_register {
            true => Found::Unknown,
            false => Found::NoRegister,
        }
    }

    /// 内设机构: where a person stands in a body's register on a day.
    pub(crate) fn office(&self, body: &str, id: &str, on: NaiveDate) -> Option<&str> {
        let known = self.known(body, id, on)?;
        let mut entries = known.entries.iter();
        let entry = entries.find(|e| within(on, e.officer.from, e.officer.until))?;
        Some(&entry.office)
    }

    /// Whether a body's register lists this id, at whatever time.
    pub(crate) fn lists(&self, body: &str, id: &str) -> bool {
        let register = self.bodies.get(body);
        register.is_some_and(|r| r.officers.contains_key(id))
    }

    fn in_force(&self, body: &str, on: NaiveDate) -> Option<&BodyRegister> {
        self.bodies.get(body).filter(|r| r.from <= on)
    }

    fn known(&self, body: &str, id: &str, on: NaiveDate) -> Option<Known<'_>> {
        self.in_force(body, on)?.known(id)
    }
}

impl BodyRegister {
    fn known(&self, id: &str) -> Option<Known<'_>> {
        let entries = self.officers.get(id)?;
        Some(Known {
            register: self,
            entries,
        })
    }
}

impl<'r> Known<'r> {
    /// The entries that are in force on a day; none for who is not in post.
    fn in_post(self, on: NaiveDate) -> impl Iterator<Item = &'r Officer> {
        let officers = self.entries.iter().map(|entry| &entry.officer);
        officers.filter(move |o| within(on, o.from, o.until))
    }

    pub(crate) fn is_in_post(self, on: NaiveDate) -> bool {
        self.in_post(on).next().is_some()
    }

    pub(crate) fn certificates(self, on: NaiveDate) -> Vec<Certificate> {
        self.in_post(on)
            .flat_map(Officer::all_certificates)
            .collect()
    }

    /// Posts held on a day, in another's stead too.
    fn posts(self, on: NaiveDate) -> impl Iterator<Item = &'r Post> {
        let posts = self.register.posts.iter();
        posts.filter(move |post| self.holds(post, on))
    }

    fn holds(self, post: &Post, on: NaiveDate) -> bool {
        self.in_post(on).any(|officer| {
            let instead = officer.stands_in.iter();
            let mut instead = instead.filter(|s| within(on, Some(s.from), Some(s.until)));
            officer.all_posts().any(|code| *code == post.code)
                || instead.any(|s| s.post == post.code)
        })
    }

    /// Whether a post held on a day covers the step; none where no post of the body does.
    pub(crate) fn may_do(self, step: &str, flowchart: Option<&str>, on: NaiveDate) -> Option<bool> {
        let covering = || {
            let listed = self.register.covered_by.get(step).into_iter().flatten();
            let here = listed.filter(|(of, _)| of.is_none() || of.as_deref() == flowchart);
            here.map(|(_, post)| &self.register.posts[*post])
        };
        covering().next()?;
        Some(covering().any(|post| self.holds(post, on)))
    }

    /// The highest rank held on a day; none where the register does not say.
    pub(crate) fn rank(self, on: NaiveDate) -> Option<Rank> {
        let own = self.in_post(on).filter_map(|o| o.rank);
        own.chain(self.posts(on).filter_map(|p| p.rank)).max()
    }
}

/// Posts list `step`, of every flowchart, or `flowchart/step`, of one.
fn covered_by(posts: &[Post]) -> FxHashMap<String, Vec<(Option<String>, usize)>> {
    let mut covered: FxHashMap<String, Vec<(Option<String>, usize)>> = FxHashMap::default();
    for (place, post) in posts.iter().enumerate() {
        for listed in &post.steps {
            let (of, step) = match listed.rsplit_once('/') {
                Some((of, step)) => (Some(of.to_owned()), step),
                None => (None, &**listed),
            };
            covered
                .entry(step.to_owned())
                .or_default()
                .push((of, place));
        }
    }
    covered
}

/// Whether a day lies within two, both inclusive and both open where absent.
pub(crate) fn within(on: NaiveDate, from: Option<NaiveDate>, until: Option<NaiveDate>) -> bool {
    from.is_none_or(|from| from <= on) && until.is_none_or(|until| on <= until)
}
