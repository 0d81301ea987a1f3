//! The table: a row a holiday, with its first and last day off and the weekend days worked for it.

use chrono::NaiveDate;
use mingjing_domain::calendar::YearPlan;

use super::DayProblem;
use super::days::Gathered;

/// The columns, as a Chinese or an English table heads them.
const COLUMNS: [[&str; 2]; 4] = [
    ["节日", "name"],
    ["放假首日", "from"],
    ["放假末日", "to"],
    ["上班日", "work"],
];

pub(super) fn read(text: &str, year: i32) -> Result<YearPlan, Vec<DayProblem>> {
    let mut found = Gathered::default();
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = match reader.headers() {
        Ok(head) => head.clone(),
        Err(error) => return Err(vec![unreadable(&error)]),
    };
    let place = |names: &[&str; 2]| head.iter().position(|h| names.contains(&h));
    let places = COLUMNS.map(|names| place(&names));
    let [Some(name), Some(from), Some(to), Some(work)] = places else {
        let missing: Vec<&str> = std::iter::zip(COLUMNS, places)
            .filter(|(_, place)| place.is_none())
            .map(|(names, _)| names[0])
            .collect();
        found.problem(
            1,
            format!(
                "no column {}; the columns are 节日, 放假首日, 放假末日, 上班日",
                missing.join(", ")
            ),
        );
        return found.done("");
    };
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let problem = unreadable(&error);
                found.problem(problem.line, problem.message);
                break;
            }
        };
        let line = row
            .position()
            .map_or(0, |p| u32::try_from(p.line()).unwrap_or(u32::MAX));
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let mut day = |text: &str| match text.parse::<NaiveDate>() {
            Ok(day) => Some(day),
            Err(_) => {
                found.problem(
                    line,
                    format!("not a date: {text:?}; write it like {year}-01-31"),
                );
                None
            }
        };
        let span = match (cell(from), cell(to)) {
            ("", "") => None,
            (from, "") => day(from).map(|d| (d, d)),
            (from, to) => day(from).zip(day(to)),
        };
        let worked: Vec<NaiveDate> = cell(work)
            .split([' ', '、', ',', '，', ';', '；'])
            .filter(|text| !text.is_empty())
            .filter_map(&mut day)
            .collect();
        match span {
            Some(_) if cell(name).is_empty() => {
                found.problem(line, "days off without a name; write which holiday it is")
            }
            Some((from, to)) if to < from => {
                found.problem(line, format!("放假末日 {to} is before 放假首日 {from}"))
            }
            Some((from, to)) => found.off(cell(name), from, to),
            None => {}
        }
        for day in worked {
            found.work(day);
        }
    }
    found.done("no days in the table")
}

fn unreadable(error: &csv::Error) -> DayProblem {
    let line = error.position().map_or(1, csv::Position::line);
    DayProblem {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        message: format!("not a table that can be read: {error}; save it as CSV in UTF-8"),
    }
}
