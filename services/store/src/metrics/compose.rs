//! A question as SQL: one statement a population. Values are parameters; the list of items and bodies, which may be long, is one literal.

use std::fmt::Write;

use clickhouse::query::Query;
use mingjing_domain::measures::NEGATIVE_RESULTS;
use mingjing_domain::voice;

use super::measure::Aggregates;
use super::{Asked, Dimension, Filter, Known, Metric, Over, windows};
use crate::query::Sight;

pub(super) const CASES: &str = include_str!("sql/cases.sql");
pub(super) const STEPS: &str = include_str!("sql/steps.sql");
const ALERTS: &str = include_str!("sql/alerts.sql");
const ORDERS: &str = include_str!("sql/orders.sql");
const APPEALS: &str = include_str!("sql/appeals.sql");
const VOICES: &str = include_str!("sql/voices.sql");
const ITEMS: &str = include_str!("sql/items.sql");
const BODIES: &str = include_str!("sql/bodies.sql");
const SAMPLES: &str = include_str!("sql/samples.sql");

/// The texts that a metric stands on beside its own pieces.
pub(super) const TEXTS: [&str; 9] = [
    CASES, STEPS, ALERTS, ORDERS, APPEALS, VOICES, ITEMS, BODIES, SAMPLES,
];

/// A statement with a list of 100,000 items of 100 bytes fits.
const STATEMENT_BYTES_MAX: &str = "33554432";
/// So many windows are asked about one by one.
const WINDOWS_APART: usize = 6;
/// More keys than this a dimension does not have; what is beyond is not answered.
pub(super) const KEYS_MAX: u32 = 200_000;

/// The kind and channel of an alert's case, for what is told apart or narrowed by it. Few cases have alerts: those of all of them would be
/// held in memory while they are joined.
const OF_CASES: &str = "LEFT JOIN (SELECT source, case_no, ifNull(power_type, '') AS power_type, ifNull(case_kind, '') AS case_kind, \
     ifNull(channel, '') AS channel FROM cases FINAL WHERE (source, case_no) IN (SELECT source, case_no FROM alerts)) AS k \
     USING (source, case_no)";

/// The statement of a population: one row a thing.
fn population(over: Over, asked: &Asked) -> String {
    let of_alerts = |text: &str| {
        let text = text.replace("-- alerts\n", ALERTS);
        match needs_kinds(asked) {
            true => format!("SELECT * FROM ({text}) AS a {OF_CASES}"),
            false => {
                format!("SELECT *, '' AS power_type, '' AS case_kind, '' AS channel FROM ({text})")
            }
        }
    };
    match over {
        Over::Cases => CASES.to_owned(),
        Over::Steps => STEPS.to_owned(),
        Over::Alerts => of_alerts(ALERTS),
        Over::Orders => of_alerts(ORDERS),
        Over::Appeals => of_alerts(APPEALS),
        Over::Complaints | Over::Ratings => VOICES.to_owned(),
        Over::Items => ITEMS
            .replace("-- cases\n", CASES)
            .replace("known items", &lines_of_items(&asked.known)),
        Over::Bodies => BODIES
            .replace("-- cases\n", CASES)
            .replace("known bodies", &lines_of_bodies(&asked.known)),
        Over::Samples => SAMPLES.to_owned(),
    }
}

fn needs_kinds(asked: &Asked) -> bool {
    let kinds = [
        Dimension::PowerType,
        Dimension::CaseKind,
        Dimension::Channel,
    ];
    let by = asked
        .by
        .into_iter()
        .chain(asked.filter.key.as_ref().map(|(by, _)| *by));
    asked.filter.power_type.is_some()
        || asked.filter.case_kind.is_some()
        || asked.filter.channel.is_some()
        || by.into_iter().any(|by| kinds.contains(&by))
}

/// A population's things, each in every window that it bears on. What bears on none is left out before windows are laid over it, which took
/// a sixth off the processor time of a month with both earlier ones over a million cases (0.25 s, 0.21 s so); over many windows, as months
/// have, the list of conditions would cost what it saves.
/// `only`: a column that has to hold, beside what is asked for.
fn in_windows(over: Over, asked: &Asked, windows: usize, only: Option<&str>) -> String {
    let mut conditions = conditions(asked, over);
    conditions.extend(only.map(str::to_owned));
    if windows <= WINDOWS_APART {
        let bears = (1..=windows).map(|n| {
            format!("(first_ms < {{w_until:Array(Int64)}}[{n}] AND last_ms >= {{w_from:Array(Int64)}}[{n}])")
        });
        conditions.push(format!("({})", bears.collect::<Vec<_>>().join(" OR ")));
    }
    format!(
        "SELECT *, seen.1 AS w, seen.2 AS wf, seen.3 AS wu, seen.4 AS wat FROM (\
         SELECT *, arrayJoin(arrayFilter(one -> first_ms < one.3 AND last_ms >= one.2, windows)) AS seen \
         FROM (\n{}\n) WHERE {})",
        population(over, asked),
        conditions.join(" AND ")
    )
}

/// What is counted and what is seen, on the columns of a population.
pub(super) fn conditions(asked: &Asked, over: Over) -> Vec<String> {
    let mut all = vec!["1".to_owned()];
    let Sight {
        region_prefix,
        body,
    } = &asked.sight;
    let Filter {
        region_prefix: region,
        org,
        item_code,
        power_type,
        case_kind,
        channel,
        key,
    } = &asked.filter;
    let mut when = |asked: bool, condition: &str| {
        if asked {
            all.push(condition.to_owned());
        }
    };
    when(
        region_prefix.is_some(),
        "startsWith(region, {sight_region:String})",
    );
    when(body.is_some(), "org = {sight_body:String}");
    if over == Over::Samples {
        // Bodies learn nothing of samples, and nobody of those of a region beyond their own, whosever cases were drawn.
        when(body.is_some(), "0");
        when(
            region_prefix.is_some(),
            "startsWith(drawn_of, {sight_region:String})",
        );
    }
    when(region.is_some(), "startsWith(region, {f_region:String})");
    when(org.is_some(), "org = {f_org:String}");
    when(item_code.is_some(), "item = {f_item:String}");
    when(power_type.is_some(), "power_type = {f_power_type:String}");
    when(case_kind.is_some(), "case_kind = {f_case_kind:String}");
    when(channel.is_some(), "channel = {f_channel:String}");
    if let Some((by, _)) = key
        && over.dimensions().contains(by)
        && *by != Dimension::Month
    {
        all.push(format!("({}) = {{f_key:String}}", key_of(*by, asked)));
    }
    all
}

/// The values of [`conditions`] and of what a question's key is, by their names.
pub(super) fn parameters(asked: &Asked) -> Vec<(&'static str, String)> {
    let Sight {
        region_prefix: sight_region,
        body: sight_body,
    } = &asked.sight;
    let Filter {
        region_prefix,
        org,
        item_code,
        power_type,
        case_kind,
        channel,
        key,
    } = &asked.filter;
    let key = key.as_ref().map(|(_, key)| key.clone());
    let all = [
        ("sight_region", sight_region),
        ("sight_body", sight_body),
        ("f_region", region_prefix),
        ("f_org", org),
        ("f_item", item_code),
        ("f_power_type", power_type),
        ("f_case_kind", case_kind),
        ("f_channel", channel),
        ("f_key", &key),
    ];
    let given = |(name, value): (&'static str, &Option<String>)| Some((name, value.clone()?));
    all.into_iter().filter_map(given).collect()
}

/// The column that tells rows apart.
pub(super) fn key_of(by: Dimension, asked: &Asked) -> String {
    match by {
        Dimension::Region => region_key(asked),
        Dimension::Org => "org".into(),
        Dimension::Office => "office".into(),
        Dimension::Handler => "handler".into(),
        Dimension::Item => "item".into(),
        Dimension::PowerType => "power_type".into(),
        Dimension::CaseKind => "case_kind".into(),
        Dimension::Channel => "channel".into(),
        Dimension::Step => "step".into(),
        Dimension::Level => "level".into(),
        Dimension::Rule => "rule".into(),
        Dimension::Month => "''".into(),
    }
}

/// By characters, since what is no code may stand where one should. The level below what is asked of: of a province its cities, of a city its counties (its own level among them), of a county its towns.
fn region_key(asked: &Asked) -> String {
    let lengths = [&asked.filter.region_prefix, &asked.sight.region_prefix];
    let longest = lengths.into_iter().flatten().map(String::len).max();
    match longest.unwrap_or(0) {
        1 | 2 => "if(region = '', '', rightPadUTF8(substringUTF8(region, 1, 4), 6, '0'))".into(),
        0 | 3..=5 => "substringUTF8(region, 1, 6)".into(),
        6..=8 => "substringUTF8(region, 1, 9)".into(),
        _ => "substringUTF8(region, 1, 12)".into(),
    }
}

/// The statement that counts metrics of one population: number of the window, key, whether it is the total, and by metric what counts, what
/// it is divided by, and of how many. `only`: of those things alone of which this column holds.
pub(super) fn counting(
    over: Over,
    metrics: &[&Metric],
    asked: &Asked,
    windows: usize,
    only: Option<&str>,
) -> String {
    let (mut numerators, mut denominators, mut bases) = (Vec::new(), Vec::new(), Vec::new());
    for metric in metrics {
        let Aggregates {
            numerator,
            denominator,
            base,
        } = metric.measure.aggregates();
        numerators.push(format!("ifNull(toFloat64({numerator}), 0)"));
        denominators.push(format!("ifNull(toFloat64({denominator}), 0)"));
        bases.push(format!("ifNull(toFloat64({base}), 0)"));
    }
    let (key, grouped, total) = match asked.by {
        None | Some(Dimension::Month) => ("''".to_owned(), "w", "1"),
        Some(by) => (
            key_of(by, asked),
            "GROUPING SETS ((w), (w, key))",
            "grouping(key)",
        ),
    };
    format!(
        "WITH {} AS windows SELECT toUInt16(w) AS w, CAST(any_key, 'String') AS key, toUInt8(is_total) AS total, \
         numerators, denominators, bases FROM (\
         SELECT w, {any_key} AS any_key, {total} AS is_total, [{}] AS numerators, [{}] AS denominators, [{}] AS bases \
         FROM (SELECT *, {key} AS key FROM ({})) GROUP BY {grouped} ORDER BY w, any_key LIMIT {KEYS_MAX})",
        super::windows::AS_SQL,
        numerators.join(", "),
        denominators.join(", "),
        bases.join(", "),
        in_windows(over, asked, windows, only),
        any_key = match asked.by {
            None | Some(Dimension::Month) => "''",
            Some(_) => "key",
        },
    )
}

/// The statement of the things behind a number of the first window, those after a place in order.
pub(super) fn opening(metric: &Metric, condition: &str, amount: &str, asked: &Asked) -> String {
    format!(
        "WITH {} AS windows SELECT CAST(source, 'String') AS source, case_no, CAST(alert_id, 'String') AS alert_id, CAST(sub, 'String') AS sub, \
         CAST(item, 'String') AS item_code, CAST(org, 'String') AS org_code, CAST(region, 'String') AS region_code, \
         CAST(step, 'String') AS step, CAST(level, 'String') AS level, CAST(rule, 'String') AS rule, \
         toFloat64(assumeNotNull({amount})) AS amount, \
         CAST(arrayMap(i -> (i.1, assumeNotNull(i.2)), arrayFilter(i -> i.2 IS NOT NULL, instants)), 'Array(Tuple(String, Int64))') AS instants \
         FROM ({}) WHERE ({condition}) AND (CAST(source, 'String'), case_no, CAST(sub, 'String')) > \
         ({{after_source:String}}, {{after_case:String}}, {{after_sub:String}}) \
         ORDER BY source, case_no, sub LIMIT {{limit:UInt32}}",
        windows::AS_SQL,
        in_windows(metric.over, asked, 1, None),
    )
}

/// The values of whatever statement is made here.
pub(super) fn bind(query: Query, over: Over, asked: &Asked) -> Query {
    let kind = match over {
        Over::Ratings => voice::Kind::Rating,
        _ => voice::Kind::Complaint,
    };
    let parameters = parameters(asked).into_iter();
    parameters
        .fold(query, |query, (name, value)| query.param(name, value))
        .with_setting("max_query_size", STATEMENT_BYTES_MAX)
        // An output column may be called as what it is made from.
        .with_setting("prefer_column_name_to_alias", "0")
        // What the analyzer gains from comparisons in conditions, which are many here, is less than it takes to look for it: of all metrics
        // of cases 28 ms of 77.
        .with_setting("optimize_and_compare_chain", "0")
        .param("voices", voice::SOURCE)
        .param("own_events", voice::EVENT_PREFIX)
        .param("kind", kind.begun_by().code())
        .param("negative", NEGATIVE_RESULTS)
}

/// One line an item, as the inside of a literal.
fn lines_of_items(known: &Known) -> String {
    let mut text = String::new();
    for item in &known.items {
        let parts = [
            &item.code,
            &item.org_code,
            &item.region_code,
            &item.power_type,
        ];
        line(&mut text, &parts.map(String::as_str));
    }
    text
}

/// One line a body that has items, as the inside of a literal.
fn lines_of_bodies(known: &Known) -> String {
    let having: std::collections::BTreeSet<&str> =
        known.items.iter().map(|item| &*item.org_code).collect();
    let mut text = String::new();
    for body in known
        .bodies
        .iter()
        .filter(|body| having.contains(&*body.code))
    {
        line(&mut text, &[&body.code, &body.region_code]);
    }
    text
}

/// Codes hold no control characters; what could end the literal or the line is escaped or left out.
fn line(text: &mut String, parts: &[&str]) {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            text.push_str("\\t");
        }
        for letter in part.chars() {
            match letter {
                '\'' => text.push_str("\\'"),
                '\\' => text.push_str("\\\\"),
                letter if letter.is_control() => {}
                letter => _ = text.write_char(letter),
            }
        }
    }
    text.push_str("\\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_code_ends_the_literal_or_the_line() {
        let mut text = String::new();
        line(&mut text, &["a'b\\c", "d\te\nf"]);
        assert_eq!(text, "a\\'b\\\\c\\tdef\\n");
    }
}
