use mingjing_domain::life::{Content, register_changes};
use serde_json::{Value, json};

use super::*;

const OLD: &str = "kind: body
code: b
name: 住建局
region: '510500'
phone: '12345'
posts:
  - {code: p, steps: [accept]}
  - {code: q, steps: [decide]}
offices:
  - code: o
    name: 窗口
    officers:
      - {id: a, post: p, from: 2026-01-01, cert_no: C1, cert_fields: [住建], cert_until: 2026-12-31, stands_in: [{post: q, from: 2026-06-01, until: 2026-08-01, basis: 批复}]}
      - {id: gone, post: p, from: 2026-01-01, until: 2026-03-31}
  - {code: s, name: 执法队}
";

fn read(text: &str) -> Body {
    let set = Content::read("a.yaml", text).expect("it reads").set;
    set.bodies.into_iter().next().expect("a body").value
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, 1).expect("a date")
}

/// What a change makes of the register; the fields that are wrong where it is refused.
fn made(change: Value) -> Result<Body, Vec<&'static str>> {
    let change: Change = serde_json::from_value(change).expect("a change");
    let refused = change.refused(&read(OLD), today());
    if !refused.is_empty() {
        return Err(refused.into_iter().map(|refusal| refusal.field).collect());
    }
    let mut document = Datum::from_yaml(OLD).expect("YAML");
    change.write(&mut document).expect("it is there");
    let new = read(&document.to_yaml().expect("YAML"));
    let history = register_changes(&read(OLD), &new, today());
    assert!(history.is_empty(), "{history:?}");
    Ok(new)
}

fn entry(officer: &str) -> Value {
    json!({ "office": "o", "officer": officer, "since": "2026-01-01" })
}

#[test]
fn what_is_changed_is_all_that_differs() {
    let new = made(json!({ "what": "end_officer", "entry": entry("a"), "until": "2026-07-31" }));
    let mut expected = read(OLD);
    expected.offices[0].officers[0].until = NaiveDate::from_ymd_opt(2026, 7, 31);
    assert_eq!(new, Ok(expected));
}

#[test]
fn who_changes_posts_is_there_twice_with_the_certificates_and_without_what_was_in_anothers_stead() {
    let new = made(json!({
        "what": "move_officer", "entry": entry("a"), "to": "s", "posts": ["q", "p"], "rank": "office_head", "from": "2026-07-02",
    }))
    .expect("it is made");
    let (old, moved) = (&new.offices[0].officers[0], &new.offices[1].officers[0]);
    assert_eq!(old.until, Some(today()));
    assert_eq!(old.stands_in.len(), 1);
    assert_eq!(moved.from, today().succ_opt());
    assert_eq!(moved.until, None);
    assert_eq!(moved.cert_no, old.cert_no);
    assert!(moved.stands_in.is_empty());
    let posts: Vec<&str> = moved.all_posts().map(|post| post.text.as_str()).collect();
    assert_eq!(posts, ["q", "p"]);
    assert_eq!(moved.rank, Some(Rank::OfficeHead));
}

#[test]
fn people_certificates_posts_and_offices_are_added_and_certificates_end() {
    let certificate = json!({ "no": " C2 ", "fields": ["住建", ""], "from": "2026-07-01", "until": "2031-06-30" });
    let new = made(json!({
        "what": "add_officer", "office": "s", "id": "n", "posts": ["p"], "from": "2026-07-01", "certificate": certificate,
    }))
    .expect("it is made");
    let officer = &new.offices[1].officers[0];
    assert_eq!(officer.certificates[0].no.text, "C2");
    assert_eq!(officer.certificates[0].fields, ["住建"]);

    let new =
        made(json!({ "what": "add_certificate", "entry": entry("a"), "certificate": certificate }));
    let new = new.expect("it is made");
    assert_eq!(new.offices[0].officers[0].all_certificates().count(), 2);

    let new = made(
        json!({ "what": "end_certificate", "entry": entry("a"), "no": "C1", "until": "2026-07-15" }),
    );
    let ended = new.expect("it is made").offices[0].officers[0].cert_until;
    assert_eq!(ended, NaiveDate::from_ymd_opt(2026, 7, 15));

    let stand = json!({
        "what": "stand_in", "entry": entry("a"), "post": "q", "from": "2026-08-02", "until": "2026-09-01", "basis": "局发〔2026〕7号",
    });
    let new = made(stand).expect("it is made");
    assert_eq!(new.offices[0].officers[0].stands_in.len(), 2);

    let new =
        made(json!({ "what": "add_office", "code": "t", "name": "督查科" })).expect("it is made");
    assert_eq!(new.offices[2].name, "督查科");
    let new = made(json!({ "what": "rename_office", "office": "o", "name": "综合窗口" }));
    assert_eq!(new.expect("it is made").offices[0].name, "综合窗口");
    let new =
        made(json!({ "what": "add_post", "code": "r", "name": "踏勘岗", "steps": ["survey"] }));
    assert_eq!(new.expect("it is made").posts[2].steps[0].text, "survey");
    let new = made(json!({ "what": "rename_post", "post": "p", "name": "受理岗" }));
    assert_eq!(
        new.expect("it is made").posts[0].name.as_deref(),
        Some("受理岗")
    );
}

#[test]
fn what_cannot_be_is_told_at_its_field() {
    let certificate =
        |no: &str, from: &str, until: &str| json!({ "no": no, "from": from, "until": until });
    for (change, fields) in [
        (
            json!({ "what": "end_officer", "entry": entry("a"), "until": "2026-06-30" }),
            &["until"][..],
        ),
        (
            json!({ "what": "end_officer", "entry": entry("a"), "until": null }),
            &["until"],
        ),
        (
            json!({ "what": "end_officer", "entry": entry("gone"), "until": "2026-08-01" }),
            &["officer"],
        ),
        (
            json!({ "what": "end_officer", "entry": entry("nobody"), "until": "2026-08-01" }),
            &["officer"],
        ),
        (
            json!({ "what": "move_officer", "entry": entry("a"), "to": "x", "posts": [], "from": "2026-07-01" }),
            &["posts", "to", "from"],
        ),
        (
            json!({ "what": "add_officer", "office": "o", "id": "a", "posts": ["p"], "from": "2026-07-01" }),
            &["id"],
        ),
        (
            json!({ "what": "add_officer", "office": "o", "id": " ", "posts": ["z"], "from": null }),
            &["id", "from", "posts"],
        ),
        (
            json!({ "what": "add_certificate", "entry": entry("a"), "certificate": certificate("C1", "2026-07-01", "2026-06-01") }),
            &["cert_until", "no"],
        ),
        (
            json!({ "what": "end_certificate", "entry": entry("a"), "no": "C9", "until": "2026-07-01" }),
            &["no"],
        ),
        (
            json!({ "what": "stand_in", "entry": entry("a"), "post": "q", "from": "2026-08-02", "until": "2026-08-01", "basis": "" }),
            &["basis", "until"],
        ),
        (
            json!({ "what": "add_office", "code": "o", "name": "" }),
            &["name", "code"],
        ),
        (
            json!({ "what": "add_post", "code": "p", "steps": [] }),
            &["code", "steps"],
        ),
    ] {
        assert_eq!(made(change.clone()), Err(fields.to_vec()), "{change}");
    }
}

#[test]
fn who_left_may_come_back() {
    let back = json!({ "what": "add_officer", "office": "o", "id": "gone", "posts": ["p"], "from": "2026-07-01" });
    let new = made(back).expect("it is made");
    assert_eq!(new.offices[0].officers.len(), 3);
}
