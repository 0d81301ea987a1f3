//! What a finding says to people.

use mingjing_domain::alert::Level;
use mingjing_domain::catalogue::Rule;
use mingjing_domain::command::Window;
use mingjing_store::Found;

use crate::pass::Known;

/// What happened, in which window, what to do and until when.
pub(crate) fn message(
    words: &str,
    found: &Found,
    window: &Window,
    rule: &Rule,
    level: Level,
    known: &Known<'_>,
) -> String {
    let mut text = words.to_owned();
    let set = known.set;
    let source = known.sources.iter().find(|s| s.id == found.source);
    let source = source.map(|s| s.name.as_str()).filter(|n| !n.is_empty());
    let body = set
        .bodies
        .iter()
        .map(|d| &d.value)
        .find(|b| *b.code == *found.org);
    let item = set
        .items
        .iter()
        .map(|d| &d.value)
        .find(|i| *i.code == *found.item);
    let named = [
        ("org", body.map_or(found.org.as_str(), |b| b.name.as_str())),
        (
            "item",
            match (item, found.item.as_str()) {
                (Some(item), _) => item.name.as_str(),
                (None, "") => "（未报）",
                (None, code) => code,
            },
        ),
        ("actor", found.actor.as_str()),
        ("source", source.unwrap_or(&found.source)),
    ];
    let figures = found
        .figures
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in named.into_iter().chain(figures) {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    let answer = match level >= Level::Yellow {
        true => "请在收到之日起 5 个工作日内反馈。",
        false => "",
    };
    let fault = match level {
        Level::Review => "本条供核实，不认定过错。",
        _ => "",
    };
    format!(
        "【{}】巡检时段 {}：{text}{fault}{}{answer}",
        rule.name, window.label, rule.remedy
    )
}
