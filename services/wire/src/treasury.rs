//! The treasury's monthly totals of fines, as CSV: one line a body and month, amounts in yuan with up to two decimals.
//!
//! | column | means |
//! |---|---|
//! | `执收单位` or `org_code` | the body's code |
//! | `月份` or `month` | `2026-10` |
//! | `入库金额` or `collected` | taken into the treasury in the month |
//! | `退库金额` or `refunded` | paid back in the month; may be missing |
//! | `在途金额` or `in_transit` | collected by agents and not booked yet; may be missing |
//! | `说明` or `note` | may be missing |

use std::collections::BTreeSet;

/// One body's month. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthTotal {
    /// 执收单位.
    pub org_code: String,
    /// Like `2026-10`.
    pub month: String,
    /// 入库.
    pub collected: i64,
    /// 退库.
    pub refunded: i64,
    /// 在途.
    pub in_transit: i64,
    /// 说明.
    pub note: String,
}

/// A line that cannot be taken. Nothing of a file with one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What is wrong and what to do, Chinese.
    pub problem: String,
}

impl std::fmt::Display for BadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行：{}", self.line, self.problem)
    }
}

const COLUMNS: [(&str, &str, bool); 6] = [
    ("执收单位", "org_code", true),
    ("月份", "month", true),
    ("入库金额", "collected", true),
    ("退库金额", "refunded", false),
    ("在途金额", "in_transit", false),
    ("说明", "note", false),
];

/// Reads a file of totals.
///
/// # Errors
/// Every line that cannot be taken.
pub fn read_month_totals(bytes: &[u8]) -> Result<Vec<MonthTotal>, Vec<BadLine>> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = reader.headers().cloned().unwrap_or_default();
    let mut problems = Vec::new();
    let places = COLUMNS.map(|(zh, en, needed)| {
        let place = head
            .iter()
            .position(|name| name.trim_start_matches('\u{feff}') == zh || name == en);
        if needed && place.is_none() {
            problems.push(BadLine {
                line: 1,
                problem: format!("缺少“{zh}”（{en}）一列"),
            });
        }
        place
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let (mut totals, mut seen) = (Vec::new(), BTreeSet::new());
    for (number, record) in (2..).zip(reader.records()) {
        let read = match record {
            Ok(record) => total(&record, &places),
            Err(error) => Err(format!("不是合法的 CSV：{error}")),
        };
        match read {
            Ok(total) if !seen.insert((total.org_code.clone(), total.month.clone())) => {
                let problem = format!("{} {} 出现两次，请合并为一行", total.org_code, total.month);
                problems.push(BadLine {
                    line: number,
                    problem,
                });
            }
            Ok(total) => totals.push(total),
            Err(problem) => problems.push(BadLine {
                line: number,
                problem,
            }),
        }
    }
    match problems.is_empty() {
        true => Ok(totals),
        false => Err(problems),
    }
}

fn total(record: &csv::StringRecord, places: &[Option<usize>; 6]) -> Result<MonthTotal, String> {
    let cell = |n: usize| {
        places[n]
            .and_then(|place| record.get(place))
            .unwrap_or_default()
    };
    let amount = |n: usize| match cell(n) {
        "" if !COLUMNS[n].2 => Ok(0),
        text => fen(text).ok_or_else(|| {
            format!(
                "“{}”应为以元计、至多两位小数的非负金额，现为“{text}”",
                COLUMNS[n].0
            )
        }),
    };
    let (org_code, month) = (cell(0), cell(1));
    if org_code.is_empty() {
        return Err("“执收单位”为空，请填写机构代码".into());
    }
    let day = format!("{month}-01").parse::<chrono::NaiveDate>();
    if month.len() != 7 || day.is_err() {
        return Err(format!("“月份”应写作 2026-10，现为“{month}”"));
    }
    Ok(MonthTotal {
        org_code: org_code.into(),
        month: month.into(),
        collected: amount(2)?,
        refunded: amount(3)?,
        in_transit: amount(4)?,
        note: cell(5).into(),
    })
}

fn fen(text: &str) -> Option<i64> {
    let text = text.replace([',', '，'], "");
    let (yuan, cents) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if yuan.is_empty() || cents.len() > 2 || !digits(yuan) || !digits(cents) {
        return None;
    }
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    yuan.parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read_in_either_language() {
        let chinese = "执收单位,月份,入库金额,在途金额\nzjj,2026-10,\"1,234.5\",0\n";
        let english = "month,org_code,collected,in_transit\n2026-10,zjj,1234.50,\n";
        let wanted = [MonthTotal {
            org_code: "zjj".into(),
            month: "2026-10".into(),
            collected: 123_450,
            refunded: 0,
            in_transit: 0,
            note: String::new(),
        }];
        assert_eq!(read_month_totals(chinese.as_bytes()).unwrap(), wanted);
        assert_eq!(read_month_totals(english.as_bytes()).unwrap(), wanted);
    }

    #[test]
    fn every_bad_line_is_told() {
        let text = "org_code,month,collected\nzjj,2026-13,1\n,2026-10,1\nzjj,2026-10,-5\nzjj,2026-09,1\nzjj,2026-09,2\n";
        let lines: Vec<u64> = read_month_totals(text.as_bytes())
            .unwrap_err()
            .iter()
            .map(|b| b.line)
            .collect();
        assert_eq!(lines, [2, 3, 4, 6]);
        assert_eq!(read_month_totals(b"a,b\n").unwrap_err().len(), 3);
    }
}
