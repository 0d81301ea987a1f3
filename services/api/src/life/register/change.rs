//! One change of a body's register as a form says it: what is wrong with it, field by field, and the document that says it.
//!
//! The document is changed as plain data, so that whatever else it says stays; comments in it are not kept. What a day that is over may not be
//! told otherwise by is [`mingjing_domain::life::register_changes`]' to say; here it is said beforehand, where the form asks for it.

use chrono::{Days, NaiveDate};
use mingjing_domain::definitions::{Body, Office, Officer, Rank};
use mingjing_domain::life::Refusal;
use mingjing_wire::datum::Datum;
use serde::Deserialize;

/// Of codes and numbers.
const CODE_CHARS_MAX: usize = 128;
/// Of names and of what a decision is called.
const NAME_CHARS_MAX: usize = 200;
/// Posts of one officer, steps of one post, fields of one certificate.
const LISTED_MAX: usize = 200;

/// A change.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Change {
    /// 新设内设机构.
    AddOffice { code: String, name: String },
    /// 内设机构更名.
    RenameOffice { office: String, name: String },
    /// 新设岗位.
    AddPost {
        code: String,
        #[serde(default)]
        name: String,
        steps: Vec<String>,
        rank: Option<Rank>,
    },
    /// 岗位更名: what its holders may do stays.
    RenamePost { post: String, name: String },
    /// 新增人员.
    AddOfficer {
        office: String,
        id: String,
        posts: Vec<String>,
        rank: Option<Rank>,
        from: Option<NaiveDate>,
        certificate: Option<NewCertificate>,
    },
    /// 离岗: in post until that day.
    EndOfficer {
        entry: Entry,
        until: Option<NaiveDate>,
    },
    /// 变动岗位、内设机构或者级别 from that day: the entry ends the day before, and another begins.
    MoveOfficer {
        entry: Entry,
        to: String,
        posts: Vec<String>,
        rank: Option<Rank>,
        from: Option<NaiveDate>,
    },
    /// 新发、换发执法证件.
    AddCertificate {
        entry: Entry,
        certificate: NewCertificate,
    },
    /// 执法证件有效期届满日: earlier where it is taken back, later where it is prolonged.
    EndCertificate {
        entry: Entry,
        no: String,
        until: Option<NaiveDate>,
    },
    /// 代岗.
    StandIn {
        entry: Entry,
        post: String,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
        basis: String,
    },
}

/// Whose entry: one person stands in the register once for each time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    office: String,
    officer: String,
    /// In post since, as the entry says it.
    since: Option<NaiveDate>,
}

/// A certificate that is added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCertificate {
    no: String,
    #[serde(default)]
    fields: Vec<String>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

/// What is wrong so far.
struct Wrong(Vec<Refusal>);

impl Wrong {
    fn at(&mut self, field: &'static str, message: impl Into<String>, remedy: &str) {
        let refusal = Refusal::new("bad_change", field, message.into(), remedy);
        self.0.push(refusal);
    }

    fn line(&mut self, field: &'static str, text: &str, most: usize, what: &str) {
        let text = text.trim();
        if text.is_empty() {
            self.at(field, format!("没有填写{what}"), "请填写");
        } else if text.chars().count() > most || text.contains(char::is_control) {
            self.at(
                field,
                format!("{what}应为一行，最多 {most} 个字符"),
                "请改短",
            );
        }
    }

    fn day(
        &mut self,
        field: &'static str,
        day: Option<NaiveDate>,
        least: Option<NaiveDate>,
        what: &str,
    ) {
        match (day, least) {
            (None, _) => self.at(field, format!("没有填写{what}"), "请选择日期"),
            (Some(day), Some(least)) if day < least => self.at(
                field,
                format!("{what}最早为 {least}"),
                "已经过去的日子不得改写，请改填日期",
            ),
            _ => {}
        }
    }

    fn office<'b>(
        &mut self,
        field: &'static str,
        body: &'b Body,
        code: &str,
    ) -> Option<&'b Office> {
        let office = body.offices.iter().find(|office| office.code.text == code);
        if office.is_none() {
            self.at(
                field,
                format!("没有内设机构 {code}"),
                "请选择登记在册的内设机构",
            );
        }
        office
    }

    fn entry<'b>(&mut self, body: &'b Body, entry: &Entry) -> Option<&'b Officer> {
        let office = self.office("office", body, &entry.office)?;
        let officer = office.officers.iter().find(|officer| entry.is(officer));
        if officer.is_none() {
            self.at(
                "officer",
                format!("内设机构 {} 没有这一条 {}", entry.office, entry.officer),
                "名册可能已经变动，请刷新后再填写",
            );
        }
        officer
    }

    fn posts(&mut self, field: &'static str, body: &Body, posts: &[String]) {
        if posts.len() > LISTED_MAX {
            self.at(field, "岗位过多", "请减少岗位");
        }
        for post in posts {
            if !body.posts.iter().any(|known| known.code.text == *post) {
                self.at(field, format!("没有岗位 {post}"), "请先新设岗位，或者改选");
            }
        }
        if posts.is_empty() && !body.posts.is_empty() {
            self.at(field, "没有选择岗位", "请至少选择一个岗位");
        }
    }

    fn certificate(&mut self, new: &NewCertificate, holder: Option<&Officer>) {
        self.line("no", &new.no, CODE_CHARS_MAX, "证号");
        if new.fields.len() > LISTED_MAX {
            self.at("fields", "执法领域过多", "请减少");
        }
        self.day("cert_from", new.from, None, "证件生效日期");
        let before = new
            .from
            .zip(new.until)
            .is_some_and(|(from, until)| until < from);
        if before {
            self.at("cert_until", "证件到期日期早于生效日期", "请核对两个日期");
        }
        let known = holder.is_some_and(|officer| {
            let mut all = officer.all_certificates();
            all.any(|certificate| certificate.no.text == new.no.trim())
        });
        if known {
            self.at(
                "no",
                format!("证件 {} 已经登记", new.no.trim()),
                "换发的证件请填写新证号；延长有效期的，请变动原证件的到期日期",
            );
        }
    }
}

impl Entry {
    fn is(&self, officer: &Officer) -> bool {
        officer.id.text == self.officer && officer.from == self.since
    }

    /// The entry in a document.
    fn of<'d>(&self, document: &'d mut Datum) -> Option<&'d mut Datum> {
        let since = self.since.map(|since| since.to_string());
        let officers = list(office_of(document, &self.office)?, "officers")?;
        officers.iter_mut().find(|officer| {
            officer.scalar_of("id").as_deref() == Some(&self.officer)
                && officer.scalar_of("from") == since
        })
    }
}

impl Change {
    /// What is wrong with it, each at the field that it is about.
    pub(super) fn refused(&self, body: &Body, today: NaiveDate) -> Vec<Refusal> {
        let mut wrong = Wrong(Vec::new());
        let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
        match self {
            Change::AddOffice { code, name } => {
                wrong.line("code", code, CODE_CHARS_MAX, "内设机构代码");
                wrong.line("name", name, NAME_CHARS_MAX, "名称");
                let code = code.trim();
                if body.offices.iter().any(|office| office.code.text == code) {
                    wrong.at(
                        "code",
                        format!("内设机构 {code} 已经登记"),
                        "请另用一个代码",
                    );
                }
            }
            Change::RenameOffice { office, name } => {
                wrong.line("name", name, NAME_CHARS_MAX, "名称");
                wrong.office("office", body, office);
            }
            Change::AddPost {
                code, name, steps, ..
            } => {
                wrong.line("code", code, CODE_CHARS_MAX, "岗位代码");
                let code = code.trim();
                if body.posts.iter().any(|post| post.code.text == code) {
                    wrong.at(
                        "code",
                        format!("岗位 {code} 已经登记"),
                        "职责改变的，请另立新的岗位代码",
                    );
                }
                if name.chars().count() > NAME_CHARS_MAX {
                    wrong.at(
                        "name",
                        format!("名称最多 {NAME_CHARS_MAX} 个字符"),
                        "请改短",
                    );
                }
                if steps.is_empty() || steps.len() > LISTED_MAX {
                    wrong.at(
                        "steps",
                        format!("请写明 1 至 {LISTED_MAX} 个环节"),
                        "每行一个：环节代码，或者 流程图/环节",
                    );
                }
            }
            Change::RenamePost { post, name } => {
                wrong.line("name", name, NAME_CHARS_MAX, "名称");
                if !body.posts.iter().any(|known| known.code.text == *post) {
                    wrong.at("post", format!("没有岗位 {post}"), "请刷新后再填写");
                }
            }
            Change::AddOfficer {
                office,
                id,
                posts,
                from,
                certificate,
                ..
            } => {
                wrong.line("id", id, CODE_CHARS_MAX, "人员编号");
                wrong.day("from", *from, None, "任职日期");
                wrong.posts("posts", body, posts);
                let office = wrong.office("office", body, office);
                let mut there = office.into_iter().flat_map(|office| &office.officers);
                let overlaps = |officer: &Officer| {
                    officer.id.text == id.trim()
                        && officer
                            .until
                            .is_none_or(|until| from.is_none_or(|from| from <= until))
                };
                if there.any(overlaps) {
                    wrong.at(
                        "id",
                        format!("{} 届时仍在本内设机构任职", id.trim()),
                        "变动岗位的，请用“变动岗位”；先后两次任职的，请先写明前一次的离岗日期",
                    );
                }
                if let Some(certificate) = certificate {
                    wrong.certificate(certificate, None);
                }
            }
            Change::EndOfficer { entry, until } => {
                if let Some(officer) = wrong.entry(body, entry) {
                    over(&mut wrong, officer, today);
                    let least = officer.from.map_or(today, |from| from.max(today));
                    wrong.day("until", *until, Some(least), "离岗日期");
                }
            }
            Change::MoveOfficer {
                entry,
                to,
                posts,
                from,
                ..
            } => {
                wrong.posts("posts", body, posts);
                wrong.office("to", body, to);
                if let Some(officer) = wrong.entry(body, entry) {
                    over(&mut wrong, officer, today);
                    // Who begins tomorrow is there one day before anything else is.
                    let began = officer
                        .from
                        .and_then(|from| from.checked_add_days(Days::new(1)));
                    let least = began.map_or(tomorrow, |began| began.max(tomorrow));
                    wrong.day("from", *from, Some(least), "变动日期");
                    if let Some((until, from)) = officer.until.zip(*from)
                        && until < from
                    {
                        wrong.at(
                            "from",
                            format!("{} 届时已经离岗（{until}）", entry.officer),
                            "变动日期应早于离岗日期；再次任职的，请用“新增人员”",
                        );
                    }
                }
            }
            Change::AddCertificate { entry, certificate } => {
                let holder = wrong.entry(body, entry);
                wrong.certificate(certificate, holder);
            }
            Change::EndCertificate { entry, no, until } => {
                wrong.day("until", *until, Some(today), "证件到期日期");
                if let Some(officer) = wrong.entry(body, entry) {
                    let mut all = officer.all_certificates();
                    match all.find(|certificate| certificate.no.text == *no) {
                        None => wrong.at("no", format!("没有证件 {no}"), "请刷新后再填写"),
                        Some(kept) if kept.until.is_some_and(|until| until < today) => wrong.at(
                            "until",
                            format!("证件 {no} 已经到期，到期日期不得改动"),
                            "请登记换发的新证件",
                        ),
                        Some(_) => {}
                    }
                }
            }
            Change::StandIn {
                entry,
                post,
                from,
                until,
                basis,
            } => {
                wrong.line("basis", basis, NAME_CHARS_MAX, "依据");
                wrong.posts("post", body, std::slice::from_ref(post));
                wrong.day("from", *from, None, "代岗起始日期");
                wrong.day("until", *until, *from, "代岗终止日期");
                wrong.entry(body, entry);
            }
        }
        wrong.0
    }

    /// Writes it into the body's document; nothing where what it is about is not there.
    pub(super) fn write(&self, document: &mut Datum) -> Option<()> {
        match self {
            Change::AddOffice { code, name } => {
                let office = map([
                    ("code", Datum::text(code.trim())),
                    ("name", Datum::text(name.trim())),
                    ("officers", Datum::List(Vec::new())),
                ]);
                list(document, "offices")?.push(office);
            }
            Change::RenameOffice { office, name } => {
                office_of(document, office)?.set("name", Datum::text(name.trim()));
            }
            Change::AddPost {
                code,
                name,
                steps,
                rank,
            } => {
                let mut post = map([("code", Datum::text(code.trim()))]);
                if !name.trim().is_empty() {
                    post.set("name", Datum::text(name.trim()));
                }
                post.set("steps", Datum::texts(steps.iter().map(|step| step.trim())));
                ranked(&mut post, *rank);
                list(document, "posts")?.push(post);
            }
            Change::RenamePost { post, name } => {
                let posts = list(document, "posts")?;
                let known = |one: &&mut Datum| one.scalar_of("code").as_deref() == Some(post);
                let post = posts.iter_mut().find(known)?;
                post.set("name", Datum::text(name.trim()));
            }
            Change::AddOfficer {
                office,
                id,
                posts,
                rank,
                from,
                certificate,
            } => {
                let mut officer = map([("id", Datum::text(id.trim()))]);
                held(&mut officer, posts);
                ranked(&mut officer, *rank);
                dated(&mut officer, "from", *from);
                if let Some(certificate) = certificate {
                    list(&mut officer, "certificates")?.push(certificate.written());
                }
                list(office_of(document, office)?, "officers")?.push(officer);
            }
            Change::EndOfficer { entry, until } => {
                dated(entry.of(document)?, "until", *until);
            }
            Change::MoveOfficer {
                entry,
                to,
                posts,
                rank,
                from,
            } => {
                let old = entry.of(document)?;
                let mut new = old.clone();
                dated(old, "until", from.and_then(|from| from.pred_opt()));
                // Posts held in another's stead were given to who held the old post.
                new.take("stands_in");
                held(&mut new, posts);
                ranked(&mut new, *rank);
                dated(&mut new, "from", *from);
                list(office_of(document, to)?, "officers")?.push(new);
            }
            Change::AddCertificate { entry, certificate } => {
                list(entry.of(document)?, "certificates")?.push(certificate.written());
            }
            Change::EndCertificate { entry, no, until } => {
                let officer = entry.of(document)?;
                if officer.scalar_of("cert_no").as_deref() == Some(no) {
                    dated(officer, "cert_until", *until);
                } else {
                    let certificates = list(officer, "certificates")?;
                    let known = |one: &&mut Datum| one.scalar_of("no").as_deref() == Some(no);
                    dated(certificates.iter_mut().find(known)?, "until", *until);
                }
            }
            Change::StandIn {
                entry,
                post,
                from,
                until,
                basis,
            } => {
                let mut stand = map([("post", Datum::text(post.as_str()))]);
                dated(&mut stand, "from", *from);
                dated(&mut stand, "until", *until);
                stand.set("basis", Datum::text(basis.trim()));
                list(entry.of(document)?, "stands_in")?.push(stand);
            }
        }
        Some(())
    }
}

/// Who has left stays as they were.
fn over(wrong: &mut Wrong, officer: &Officer, today: NaiveDate) {
    if let Some(until) = officer.until.filter(|until| *until < today) {
        wrong.at(
            "officer",
            format!("{} 已于 {until} 离岗，这一条不得改动", officer.id.text),
            "再次任职的，请用“新增人员”",
        );
    }
}

impl NewCertificate {
    fn written(&self) -> Datum {
        let mut certificate = map([("no", Datum::text(self.no.trim()))]);
        let fields = self.fields.iter().map(|field| field.trim());
        let fields: Vec<&str> = fields.filter(|field| !field.is_empty()).collect();
        if !fields.is_empty() {
            certificate.set("fields", Datum::texts(fields));
        }
        dated(&mut certificate, "from", self.from);
        dated(&mut certificate, "until", self.until);
        certificate
    }
}

fn map<const N: usize>(entries: [(&str, Datum); N]) -> Datum {
    let entries = entries.into_iter();
    Datum::Map(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn dated(of: &mut Datum, field: &str, day: Option<NaiveDate>) {
    match day {
        Some(day) => of.set(field, Datum::text(day.to_string())),
        None => drop(of.take(field)),
    }
}

fn ranked(of: &mut Datum, rank: Option<Rank>) {
    match rank {
        Some(rank) => of.set("rank", Datum::text(rank.code())),
        None => drop(of.take("rank")),
    }
}

/// The first post in its own field, the others beside it, as documents are written.
fn held(officer: &mut Datum, posts: &[String]) {
    officer.take("post");
    officer.take("posts");
    if let Some((first, others)) = posts.split_first() {
        officer.set("post", Datum::text(first.as_str()));
        if !others.is_empty() {
            officer.set("posts", Datum::texts(others.iter().map(String::as_str)));
        }
    }
}

/// The list in a field, begun where there is none; none where something else stands there.
fn list<'d>(of: &'d mut Datum, field: &str) -> Option<&'d mut Vec<Datum>> {
    if matches!(of.get(field), None | Some(Datum::Null)) {
        of.set(field, Datum::List(Vec::new()));
    }
    let Datum::Map(entries) = of else {
        return None;
    };
    match entries.iter_mut().find(|(name, _)| name == field) {
        Some((_, Datum::List(items))) => Some(items),
        _ => None,
    }
}

fn office_of<'d>(document: &'d mut Datum, code: &str) -> Option<&'d mut Datum> {
    let mut offices = list(document, "offices")?.iter_mut();
    offices.find(|office| office.scalar_of("code").as_deref() == Some(code))
}

#[cfg(test)]
mod tests;
