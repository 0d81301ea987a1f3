use mingjing_domain::alert::Evidence;

use super::*;
use crate::made::{alert, brought, route};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn lookup(reference: &SecretRef) -> Result<String, String> {
    match reference {
        SecretRef::Environment(name) if name == "KEY" => Ok(KEY.into()),
        SecretRef::File(path) if path == "/run/url" => {
            Ok("https://oa.example/hook?key=hush\n".into())
        }
        other => Err(format!("{other:?} is not there")),
    }
}

fn read(text: &str) -> Result<Config, BadConfig> {
    Config::read(text, &lookup)
}

const GOOD: &str = r#"
console = "https://mj.example.gov.cn/"
[[channel]]
id = "oa"
kind = "webhook"
url = "file:/run/url"
secret = "env:KEY"
give_up_after = "2h"
[[route]]
id = "red"
channel = "oa"
levels = ["red"]
regions = ["510500"]
changes = ["issued", "withdrawn"]
quiet = true
urgent = ["red"]
digest = { more_than = 5, within = "10min" }
"#;

#[test]
fn a_route_is_read_with_its_channel_and_what_is_not_said_is_the_usual() {
    let config = read(GOOD).unwrap();
    assert_eq!(config.console.as_deref(), Some("https://mj.example.gov.cn"));
    let channel = &config.channels["oa"];
    assert_eq!(channel.give_up_after_ms, 7_200_000);
    let found = &config.routes[0];
    assert_eq!((found.quiet, found.digest.within_ms), (true, 600_000));
    assert_eq!(found.show, route("r").show);
    assert_eq!(config.age_max_ms, 3 * 86_400_000);
    assert!(read("").unwrap().routes.is_empty());
}

#[test]
fn secrets_are_not_printed_and_do_not_stand_in_the_file() {
    let shown = format!("{:?}", read(GOOD).unwrap().channels["oa"].how);
    assert!(!shown.contains("hush"), "{shown}");
    let bare = GOOD.replace("env:KEY", KEY);
    let refused = read(&bare).unwrap_err().to_string();
    assert!(
        refused.contains("env:NAME") && !refused.contains(KEY),
        "{refused}"
    );
}

#[test]
fn each_kind_of_channel_is_read_and_mail_and_short_messages_need_addresses() {
    let text = r#"
[[channel]]
id = "mail"
kind = "mail"
server = "smtp.example.gov.cn:465"
tls = "tls"
from = "明镜 <mingjing@example.gov.cn>"
user = "mingjing"
password = "env:KEY"
[[channel]]
id = "sms"
kind = "sms"
url = "https://sms.example.gov.cn/send"
headers = { authorization = "env:KEY" }
body = { mobile = "{to}", content = "{text}" }
taken = { at = "/code", is = "0" }
[[channel]]
id = "wecom"
kind = "wecom"
url = "file:/run/url"
[[channel]]
id = "dingtalk"
kind = "dingtalk"
url = "file:/run/url"
secret = "env:KEY"
[[channel]]
id = "feishu"
kind = "feishu"
url = "file:/run/url"
[[audience]]
id = "duty"
mail = ["a@example.gov.cn", "b@example.gov.cn"]
phones = ["13900000000"]
[[route]]
id = "by-mail"
channel = "mail"
to = ["duty"]
[[route]]
id = "by-sms"
channel = "sms"
to = ["duty"]
[[route]]
id = "chat"
channel = "dingtalk"
"#;
    let config = read(text).unwrap();
    let to: Vec<usize> = config.routes.iter().map(|route| route.to.len()).collect();
    assert_eq!(to, [2, 1, 0]);
    assert_eq!(config.channels["wecom"].pace.as_secs(), 3);
    for (from, to, part) in [
        ("tls = \"tls\"", "tls = \"none\"", "over TLS only"),
        ("to = [\"duty\"]", "", "names nobody"),
        (
            "channel = \"dingtalk\"",
            "channel = \"feishu\"\nto = [\"duty\"]",
            "says nothing",
        ),
        ("{to}", "{who}", "{to} and {text}"),
        ("a@example.gov.cn", "nobody", "no address"),
    ] {
        let refused = read(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(refused.contains(part), "{part}: {refused}");
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let text = r#"
age_max = "soon"
[hours]
from = "18:00"
until = "8:00"
[[channel]]
id = "oa"
kind = "webhook"
url = "ftp://x"
secret = "env:NONE"
[[audience]]
id = "nobody"
[[route]]
id = "a"
channel = "none"
rules = ["T99"]
"#;
    let BadConfig(problems) = read(text).unwrap_err();
    for part in [
        "age_max",
        "hours",
        "url",
        "NONE",
        "audience nobody",
        "no usable channel",
        "T99",
    ] {
        assert!(
            problems.iter().any(|p| p.contains(part)),
            "{part}: {problems:?}"
        );
    }
    assert_eq!(problems.len(), 7, "{problems:?}");
    assert!(
        read("colour = 1")
            .unwrap_err()
            .to_string()
            .contains("colour")
    );
}

#[test]
fn a_route_is_about_what_all_its_lists_say() {
    let alert = alert("a");
    let when = |change: &dyn Fn(&mut When)| {
        let mut when = route("r").when;
        change(&mut when);
        when.matches(Kind::Issued, &alert)
    };
    assert!(when(&|_| ()));
    let list = |text: &str| vec![text.to_owned()];
    type Change<'a> = &'a dyn Fn(&mut When);
    let table: [(Change<'_>, bool); 14] = [
        (&|w| w.levels = vec![Level::Red, Level::Yellow], true),
        (&|w| w.levels = vec![Level::Yellow], false),
        (&|w| w.regions = list("510500"), true),
        (&|w| w.regions = list("510000"), true),
        (&|w| w.regions = list("510503"), false),
        (&|w| w.bodies = list("zjj"), true),
        (&|w| w.bodies = list("sfj"), false),
        (&|w| w.offices = list("审批科"), true),
        (&|w| w.offices = list("window"), false),
        (&|w| w.items = list("x"), false),
        (&|w| w.rules = list("T2"), true),
        (&|w| w.rules = list("T3"), false),
        (&|w| w.control_points = list("decision-late"), true),
        (&|w| w.changes = [Kind::Ended].into_iter().collect(), false),
    ];
    for (n, (change, wanted)) in table.into_iter().enumerate() {
        assert_eq!(when(change), wanted, "{n}");
    }
}

/// 逐级升级: on the rungs that are reached, and of the instance's own region, not of those below it.
#[test]
fn an_order_that_was_brought_before_somebody_is_told_to_that_instance_alone() {
    let mut order = brought();
    let told = |order: &AlertRecord, kind, before: &[Instance], regions: &[&str]| {
        let when = When {
            before: before.to_vec(),
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            changes: Kind::ALL.into_iter().collect(),
            ..route("r").when
        };
        when.matches(kind, order)
    };
    let (own, above) = ([Instance::Supervision], [Instance::SupervisionAbove]);
    assert!(told(&order, Kind::Issued, &own, &["510502"]));
    assert!(told(&order, Kind::Issued, &own, &["510502000000"]));
    assert!(told(&order, Kind::Issued, &own, &[]));
    for region in ["510500", "5105", "510503"] {
        assert!(!told(&order, Kind::Issued, &own, &[region]), "{region}");
    }
    assert!(!told(&order, Kind::Issued, &above, &["510500"]));
    assert!(!told(&alert("a"), Kind::Issued, &own, &[]));

    // The next rung: whoever was told before hears of it, too, and both of the end.
    if let [Evidence::Escalation { rungs }] = &mut order.evidence[..] {
        rungs[1].reached = true;
    }
    for kind in [Kind::Escalated, Kind::Ended] {
        assert!(told(&order, kind, &own, &["510502"]));
        assert!(told(&order, kind, &above, &["510500"]));
        assert!(!told(&order, kind, &above, &["510502"]));
        assert!(!told(&order, kind, &[Instance::Leadership], &[]));
    }
}

#[test]
fn whom_a_route_is_about_is_read_by_its_name() {
    let route = GOOD.replace("levels = [\"red\"]", "before = [\"leadership\"]");
    assert_eq!(
        read(&route).unwrap().routes[0].when.before,
        [Instance::Leadership]
    );
    let refused = read(&GOOD.replace("levels = [\"red\"]", "before = [\"mayor\"]"));
    assert!(refused.unwrap_err().to_string().contains("mayor"));
}
