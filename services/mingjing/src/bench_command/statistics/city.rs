//! A made-up city's archive: two years of cases, the alerts about them and what became of these, and the definitions that name its bodies and
//! items. Cases are filled in by one statement; a body's number tells its region and the kinds of power that it has, here and there alike.

use std::fmt::Write as _;

use mingjing_domain::definitions::DefinitionFile;
use serde_json::{Value, json};

/// The log that everything is said to be of.
pub const LOG: &str = "bench";
pub const PARTITIONS: u16 = 8;
/// Stays of each case.
pub const STAYS: u32 = 8;
/// Its bodies: every eighth is of the city itself.
const BODIES: usize = 200;
/// Its items, ten a body.
const ITEMS: usize = 2000;
/// The city and what it is made of.
pub const REGIONS: [(&str, &str); 8] = [
    ("510500", "泸州市"),
    ("510502", "江阳区"),
    ("510503", "纳溪区"),
    ("510504", "龙马潭区"),
    ("510521", "泸县"),
    ("510522", "合江县"),
    ("510524", "叙永县"),
    ("510525", "古蔺县"),
];
const KINDS: [&str; 5] = [
    "licence",
    "penalty",
    "inspection",
    "confirmation",
    "payment",
];

/// Texts as a literal of ClickHouse. None has anything in it that would have to be escaped.
fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("'{text}'")).collect();
    format!("[{}]", texts.join(", "))
}

/// Cases of two years of a city with two hundred bodies in eight regions, one in twenty-five of them open.
pub fn cases(cases: u32) -> String {
    let regions = list(REGIONS.iter().map(|(code, _)| *code));
    let kinds = list(KINDS.into_iter());
    format!(
        "INSERT INTO cases (source, case_no, item_code, org_code, region_code, flowchart, opened_at, accepted_at, closed_at, due_at, events, \
         step, visits, power_type, case_kind, office, handler, received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, \
         limit_started_at, statutory_limit, promised_limit, used, statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, \
         suspended_ms, suspensions, extensions, supplements, events_late, events_resent, events_reversed, updated_at, log_id, log_partition, \
         log_offset, log_n, version) \
         SELECT concat('load-', toString(h % 40)), concat('L', leftPad(toString(number), 9, '0')), \
         concat('item-', toString(h % {ITEMS})), concat('org-', toString(h % {BODIES})), \
         {regions}[h % 8 + 1], 'permit@1', \
         toDateTime64('2024-12-01 01:00:00', 3, 'UTC') + toIntervalSecond(h2 % 62208000) AS opened, opened + toIntervalHour(h % 60) AS accepted, \
         if(h % 100 < 4, NULL, accepted + toIntervalHour(24 + h2 % 400)) AS closed, accepted + toIntervalHour(24 * 28) AS due, 12, 'deliver', \
         arrayMap(i -> (concat('step', toString(i)), toUInt16(1), opened + toIntervalHour(i * 12), \
         if(closed IS NULL AND i = {STAYS}, NULL, opened + toIntervalHour(i * 12 + 1 + (h + i) % 20)), opened + toIntervalHour(i * 12 + 48), \
         'office', concat('p', toString(h % 500))), range(1, {STAYS} + 1)), \
         {kinds}[h % 5 + 1], if(h % 3 = 0, 'instant', 'promise'), 'office', \
         concat('p', toString(h % 500)), opened, closed, closed, if(closed IS NULL, NULL, 'closed'), closed, 'granted', 'wd', accepted, 20, 10, \
         if(closed IS NULL, NULL, toUInt32(h % 22)), due, accepted + toIntervalHour(24 * 14), closed, NULL, \
         if(h % 20 = 0, 86400000 * 5, 0), h % 20 = 0, 0, h % 10 = 0, h % 7 = 0, 0, 0, opened, '{LOG}', h % {PARTITIONS}, number, 0, number \
         FROM (SELECT number, cityHash64(number) AS h, cityHash64(number, 1) AS h2 FROM numbers({cases})) \
         SETTINGS max_insert_block_size = 100000"
    )
}

/// States of cases, those of which something holds.
pub fn states(which: &str) -> String {
    let columns = "source, case_no, item_code, org_code, region_code, opened_at, accepted_at, closed_at, events, visits, power_type, case_kind, \
                   channel, office, handler, received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, limit_started_at, \
                   statutory_limit, promised_limit, used, statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, suspended_ms, \
                   suspensions, extensions, supplements, events_late, events_resent, events_reversed, updated_at, log_id, log_partition, \
                   version";
    format!(
        "INSERT INTO case_states ({columns}, stays) SELECT {columns}, length(visits) FROM cases FINAL WHERE {which}"
    )
}

/// One case in so many ends today, somewhere else than it was.
pub fn changes(first_version: u64, every: u32) -> String {
    format!(
        "INSERT INTO cases SELECT * REPLACE (toDateTime64('2026-11-20 04:00:00', 3, 'UTC') AS ended_at, 'closed' AS ending, \
         '510502' AS region_code, {first_version} + intDiv(log_offset, {every}) AS version) FROM cases FINAL WHERE log_offset % {every} = 0"
    )
}

/// The key of a case by its number, as a condition.
pub fn is_case(number: u64) -> String {
    format!(
        "(source, case_no) = (concat('load-', toString(cityHash64(toUInt64({number})) % 40)), concat('L', leftPad(toString({number}), 9, '0')))"
    )
}

/// One more case ends today, somewhere else than it was.
pub fn change(number: u64, version: u64) -> String {
    format!(
        "INSERT INTO cases SELECT * REPLACE (toDateTime64('2026-11-20 05:00:00', 3, 'UTC') AS ended_at, 'closed' AS ending, \
         '510503' AS region_code, {version} AS version) FROM cases FINAL WHERE {}",
        is_case(number)
    )
}

/// One case in forty has an alert. Of twenty alerts two were confirmed, one is under appeal, one was ordered about and not answered, three were
/// answered.
pub fn alerts() -> String {
    let [confirmed, appealed, ordered, answered] =
        Handling::ALL.map(|handling| handling.text().to_string());
    format!(
        "INSERT INTO alerts (alert_id, subject_kind, source, case_no, item_code, org_code, region_code, responsible_org, \
         control_point, rule, step, visit, level, status, due_at, breached_at, raised_at, issued_at, legal_basis, evidence, \
         disposition, conclusion, handling, revision, updated_at, log_id, log_partition, log_offset, log_n, version) \
         SELECT lower(hex(MD5(concat(source, case_no)))), 'case', source, case_no, item_code, org_code, region_code, org_code, \
         'late', 'T3', '', 0, if(k % 4 = 0, 'red', 'yellow'), 'issued', due_at, due_at, assumeNotNull(opened_at), opened_at, \
         '行政许可法第四十二条', '[]', \
         multiIf(k < 2, 'confirmed', k = 2, 'appealed', k < 7, 'open', ''), if(k < 3, 'subjective', ''), \
         replaceAll(replaceAll(multiIf(k < 2, '{confirmed}', k = 2, '{appealed}', k = 3, '{ordered}', k < 7, '{answered}', ''), \
         '{AT}', formatDateTime(assumeNotNull(opened_at) + toIntervalDay(2), '%FT%TZ')), \
         '{DUE}', formatDateTime(assumeNotNull(opened_at) + toIntervalDay(7), '%FT%TZ')), \
         1, updated_at, log_id, log_partition, log_offset, 1, version \
         FROM (SELECT *, cityHash64(case_no, 2) % 20 AS k FROM cases FINAL WHERE cityHash64(case_no) % 40 = 0)"
    )
}

/// What was decided about them.
pub const DECISIONS: &str = "INSERT INTO decisions (command_id, digest, alert_id, source, case_no, act, conclusion, decided_at, \
     log_id, log_partition, log_offset, version) \
     SELECT concat('bench-', alert_id), '', alert_id, source, case_no, \
     multiIf(disposition = 'confirmed', 'confirm', disposition = 'appealed', 'appeal', 'order'), conclusion, raised_at + toIntervalDay(2), \
     log_id, log_partition, log_offset, version FROM alerts FINAL WHERE handling != ''";

pub const STATES_OF_ALERTS: &str = "INSERT INTO alert_states (source, case_no, alert_id, subject_kind, level, status, issued_at, disposition, \
     log_id, log_partition, version) \
     SELECT source, case_no, alert_id, subject_kind, level, status, issued_at, disposition, log_id, log_partition, version FROM alerts FINAL";

/// What stands for when something was done, and until when it is due, before a case gives its own.
const AT: &str = "@at";
const DUE: &str = "@due";

/// What people did about an alert.
#[derive(Clone, Copy, Debug)]
enum Handling {
    Confirmed,
    Appealed,
    Ordered,
    Answered,
}

impl Handling {
    const ALL: [Handling; 4] = [
        Handling::Confirmed,
        Handling::Appealed,
        Handling::Ordered,
        Handling::Answered,
    ];

    /// As it stands in an alert's record.
    fn text(self) -> Value {
        let signed = json!({
            "person": "xt-01", "body": "510500-sfj", "office": "执法监督科", "at": AT, "reason": "请说明超期原因，限期改正", "command": "bench",
        });
        let decision = json!({
            "verdict": "confirmed", "conclusion": "subjective", "by": signed, "on_appeal": false, "was_pending": false,
            "basis": {"alleged": true, "doubted": false, "level": "yellow"}, "issued_at": AT,
        });
        let order = |answers: Value| {
            json!({
                "by": signed, "to": "org-0", "due_at": DUE, "extended": [], "answers": answers, "closed": null,
            })
        };
        let appeal = json!({"by": signed, "evidence": [], "due_at": DUE, "passed_up": []});
        let done = |state: &str, what: Value| {
            let mut text = json!({
                "state": state, "confirmed_by": ["xt-01"], "automatic": {"status": "issued"}, "last": [AT, "bench"],
            });
            if let (Some(text), Value::Object(what)) = (text.as_object_mut(), what) {
                text.extend(what);
            }
            text
        };
        match self {
            Handling::Confirmed => done("confirmed", json!({ "decision": decision })),
            Handling::Appealed => done(
                "appealed",
                json!({ "decision": decision, "appeal": appeal }),
            ),
            Handling::Ordered => done("open", json!({ "order": order(json!([])) })),
            Handling::Answered => {
                let answers = json!([{"by": signed, "evidence": []}]);
                done("open", json!({ "order": order(answers) }))
            }
        }
    }
}

/// The regions, bodies and items of the city, and one flowchart for all of them.
pub fn definitions() -> DefinitionFile {
    let mut text = "kind: flowchart\nid: permit\nversion: \"1\"\nname: 一般办理\neffective_from: 2015-01-01\nsteps:\n".to_owned();
    for step in 1..=STAYS {
        _ = writeln!(text, "  - {{code: step{step}, name: 第{step}环节}}");
    }
    text.push_str("---\nkind: regions\nid: bench\nversion: \"1\"\nwithin: \"510500\"\nregions:\n");
    for (code, name) in REGIONS {
        _ = writeln!(text, "  - {{code: \"{code}\", name: {name}}}");
    }
    let region = |n: usize| REGIONS[n % REGIONS.len()];
    for n in 0..BODIES {
        let (code, name) = region(n);
        _ = writeln!(
            text,
            "---\nkind: body\ncode: org-{n}\nname: {name}第{n}局\nregion: \"{code}\""
        );
    }
    for n in 0..ITEMS {
        let (code, _) = region(n);
        _ = writeln!(
            text,
            "---\nkind: item\ncode: item-{n}\nname: 第{n}项\npower_type: {}\nlevel: city\nregion: \"{code}\"\nexecuting_body: org-{}\n\
             legal_basis: [行政许可法第四十二条]\neffective_from: 2015-01-01\nflowchart: permit",
            KINDS[n % KINDS.len()],
            n % BODIES,
        );
    }
    DefinitionFile {
        name: "city.yaml".into(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::DefinitionSet;
    use mingjing_domain::disposition::{Conclusion, Disposition};
    use mingjing_engine::Rules;

    use super::*;

    #[test]
    fn the_definitions_can_be_published() {
        let (set, problems) = DefinitionSet::read(vec![definitions()]);
        assert_eq!(problems, []);
        assert_eq!((set.bodies.len(), set.items.len()), (BODIES, ITEMS));
        let refused = Rules::compile(&set).err();
        assert!(refused.is_none(), "{refused:?}");
    }

    #[test]
    fn what_was_done_about_an_alert_reads_as_what_an_alert_holds_and_needs_no_escaping() {
        let read = |handling: Handling| -> Disposition {
            let text = handling.text().to_string();
            assert!(!text.contains(['\'', '\\']), "{text}");
            let text = text.replace(AT, "2026-10-05T01:00:00Z");
            serde_json::from_str(&text.replace(DUE, "2026-10-10T01:00:00Z")).unwrap()
        };
        let [confirmed, appealed, ordered, answered] = Handling::ALL.map(read);
        assert_eq!(confirmed.conclusion(), Some(Conclusion::Subjective));
        assert!(appealed.appeal_is_open() && !confirmed.appeal_is_open());
        let answers = |done: &Disposition| done.order.as_ref().map(|order| order.answers.len());
        assert_eq!((answers(&ordered), answers(&answered)), (Some(0), Some(1)));
        assert_eq!(answers(&confirmed), None);
    }
}
