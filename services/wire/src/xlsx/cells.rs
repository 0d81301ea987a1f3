//! Between a cell and a value.

use chrono::NaiveDate;

use crate::datum::Datum;
use crate::refusal::Words;

use super::columns::Holds;
use super::page::Value;

/// What is to be written into a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

/// Beyond this many fen a number in a cell is no longer exact.
const EXACT: f64 = 1e13;

/// The cell for a value; none where the column cannot hold it and it goes into the last one.
pub(super) fn to_cell(value: &Datum, holds: Holds) -> Option<Cell> {
    match (holds, value) {
        (Holds::Text, Datum::Text(text)) if readable(text) => Some(Cell::Text(text.clone())),
        // Unquoted codes are numbers to YAML, and text to the domain.
        (Holds::Text, Datum::Int(number)) => Some(Cell::Text(number.to_string())),
        (Holds::Texts, Datum::List(items)) => {
            let texts: Option<Vec<&str>> = items
                .iter()
                .map(|item| match item {
                    Datum::Text(text) if readable(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            let texts = texts.filter(|texts| !texts.is_empty())?;
            let plain = |text: &&str| !text.contains(['\n', ';', '；']) && !text.starts_with('[');
            Some(Cell::Text(if texts.iter().all(plain) {
                texts.join("\n")
            } else {
                serde_json::Value::from(texts).to_string()
            }))
        }
        (Holds::Date, Datum::Text(text)) => {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            (day.to_string() == *text && day >= FIRST_DAY && day < LAST_DAY)
                .then_some(Cell::Date(day))
        }
        (Holds::Truth, Datum::Bool(truth)) => {
            Some(Cell::Text(if *truth { "是" } else { "否" }.into()))
        }
        (Holds::Choice(words), Datum::Text(text)) => {
            let word = words.iter().find(|(_, code)| code == text)?;
            Some(Cell::Text(word.0.into()))
        }
        (Holds::Yuan, Datum::Int(fen)) => {
            // No column holds a negative amount; whatever one means goes where it is left as it is.
            let exact = (0.0..EXACT).contains(&(*fen as f64));
            exact.then(|| Cell::Number(*fen as f64 / 100.0))
        }
        _ => None,
    }
}

/// Spreadsheets count days from here; earlier ones are written as text.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1900, 3, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2200, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Text that a cell gives back as it was: readers trim, and a cell holds 32,767 characters.
fn readable(text: &str) -> bool {
    let plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() < 30_000
        && text.chars().all(plain)
}

/// The value of a cell; none where it is empty.
pub(super) fn from_cell(cell: &Value, holds: Holds) -> Result<Option<Datum>, Words> {
    let text = match cell {
        Value::Empty => return Ok(None),
        Value::Error(error) => {
            return Err(Words::new(
                format!("the cell shows the error {error}; mend it, or write the value itself"),
                format!("单元格显示错误值 {error}；请改正，或直接填写数值"),
            ));
        }
        Value::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    };
    let value = match holds {
        Holds::Text => Datum::Text(plain_text(cell, text)?),
        Holds::Texts => texts(&plain_text(cell, text)?)?,
        Holds::Date => Datum::Text(date(cell, &text)?.to_string()),
        Holds::Truth => truth(cell, &text)?,
        Holds::Choice(words) => {
            let text = plain_text(cell, text)?;
            let found = words
                .iter()
                .find(|(word, code)| *word == text || *code == text);
            let Some((_, code)) = found else {
                let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                return Err(Words::new(
                    format!("{:?} is none of: {}", shown(&text), all.join(", ")),
                    format!("“{}”不在可选值中；请填：{}", shown(&text), all.join("、")),
                ));
            };
            Datum::text(*code)
        }
        Holds::Yuan => Datum::Int(hundredths(cell, &text)?),
    };
    Ok(Some(value))
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Text as it stands. A code that was typed as a number comes as one; beyond 15 digits the spreadsheet has lost some.
fn plain_text(cell: &Value, text: String) -> Result<String, Words> {
    match cell {
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Ok(format!("{number:.0}"))
        }
        Value::Number(number) => Err(Words::new(
            format!(
                "the number {number} where text belongs; spreadsheets keep 15 digits and no leading zeros: set the cell to text and type it again"
            ),
            format!(
                "此处应为文本，单元格却是数字 {number}；表格软件只保留 15 位有效数字且丢失前导零，请将单元格设为文本格式后重新填写"
            ),
        )),
        Value::Date(..) => Err(Words::new(
            "a date where text belongs; set the cell to text and type it again",
            "此处应为文本，单元格却是日期；请将单元格设为文本格式后重新填写",
        )),
        Value::Truth(truth) => Ok(if *truth { "TRUE" } else { "FALSE" }.into()),
        Value::Empty | Value::Text(_) | Value::Error(_) => Ok(text),
    }
}

fn texts(text: &str) -> Result<Datum, Words> {
    if text.starts_with('[') {
        return serde_json::from_str::<Vec<String>>(text)
            .map(Datum::texts)
            .map_err(|e| {
                Words::new(
                    format!("begins like a JSON list but is none ({e}); write one entry a line"),
                    format!("以 [ 开头却不是 JSON 列表（{e}）；请每行填写一项"),
                )
            });
    }
    let parts = text
        .split(['\n', ';', '；'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    Ok(Datum::texts(parts))
}

fn date(cell: &Value, text: &str) -> Result<NaiveDate, Words> {
    match cell {
        Value::Date(day, false) => return Ok(*day),
        Value::Date(_, true) => {
            return Err(Words::new(
                "a time where a date belongs; write the day alone, like 2026-01-01",
                "此处应为日期，单元格却含有时间；请只填日期，如 2026-01-01",
            ));
        }
        _ => {}
    }
    for format in [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y年%m月%d日",
        "%Y%m%d",
        "%Y-%m-%dT00:00:00",
    ] {
        let plausible = |day: &NaiveDate| (1900..2200).contains(&chrono::Datelike::year(day));
        if let Some(day) = NaiveDate::parse_from_str(text, format)
            .ok()
            .filter(plausible)
        {
            return Ok(day);
        }
    }
    let found = match cell {
        Value::Number(number) => number.to_string(),
        _ => shown(text),
    };
    Err(Words::new(
        format!("{found:?} is no date; set the cell to a date, or write it like 2026-01-01"),
        format!("“{found}”不是日期；请将单元格设为日期格式，或写成 2026-01-01"),
    ))
}

fn truth(cell: &Value, text: &str) -> Result<Datum, Words> {
    match (cell, text) {
        (Value::Truth(truth), _) => Ok(Datum::Bool(*truth)),
        (_, "是" | "TRUE" | "true" | "True" | "√") => Ok(Datum::Bool(true)),
        (_, "否" | "FALSE" | "false" | "False") => Ok(Datum::Bool(false)),
        _ => Err(Words::new("write 是 or 否", "请填 是 或 否")),
    }
}

fn number(cell: &Value, text: &str) -> Option<f64> {
    match cell {
        Value::Number(number) => Some(*number),
        Value::Text(_) => text.replace([',', '，'], "").parse().ok(),
        _ => None,
    }
}

fn hundredths(cell: &Value, text: &str) -> Result<i64, Words> {
    let wrong = || {
        Words::new(
            "no amount in yuan with at most two decimals",
            "不是最多两位小数的金额（元）",
        )
    };
    let number = number(cell, text)
        .filter(|n| n.is_finite())
        .ok_or_else(wrong)?;
    if number < 0.0 {
        return Err(Words::new(
            "a negative amount; write what is to be paid",
            "金额不能为负数；请填应缴的数额",
        ));
    }
    let fen = (number * 100.0).round();
    // What a cell holds of 0.29 is not 0.29 exactly, but within a few units of its last binary place.
    let near = (number * 100.0 - fen).abs() <= f64::max(1e-6, fen * 4.0 * f64::EPSILON);
    if near && fen < EXACT {
        Ok(fen as i64)
    } else {
        Err(wrong())
    }
}
