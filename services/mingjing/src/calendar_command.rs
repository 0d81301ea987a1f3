//! `mingjing calendar import`: the yearly notice, a table or a feed, as a calendar version to be reviewed and published.
//!
//! It prints a definition and publishes nothing: a person holds it against the notice first (domain study 5.4).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{Datelike, NaiveDate, Weekday};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{
    CalendarDefinition, CalendarVersion, WorkCalendar, YearPlan, built_in,
};
use mingjing_wire::calendar::{DayFormat, read_year};

use crate::deadline_command::BadInput;

/// What can be done with calendars.
#[derive(Debug, clap::Subcommand)]
pub enum CalendarCommand {
    /// Reads a year's days off and prints them as a calendar version.
    Import(ImportArgs),
}

/// Where the days come from and what the version is to say.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The notice as text (.txt), a table (.csv) or a feed (.ics).
    file: PathBuf,
    /// The year that the notice is for.
    #[arg(long)]
    year: i32,
    /// The version's name; `YEAR.1` where nothing is said.
    #[arg(long)]
    version: Option<String>,
    /// The day the notice was published, like 2026-11-20.
    #[arg(long)]
    published_at: NaiveDate,
    /// The notice: its title and number.
    #[arg(long)]
    basis: String,
    /// The calendar that it adds to.
    #[arg(long, default_value = "cn")]
    extends: String,
    /// 法定节假日: the days off that are holidays by law and go by the moon or the sun, like 2027-02-05,2027-02-06: New Year's Eve to
    /// the third day, 清明, 端午, 中秋. No notice tells them apart from the days joined to them.
    #[arg(long, value_delimiter = ',')]
    statutory: Vec<NaiveDate>,
}

/// Runs the command.
///
/// # Errors
/// [`BadInput`] with every problem of the file; an error where it cannot be read.
pub fn run(command: &CalendarCommand) -> anyhow::Result<()> {
    let CalendarCommand::Import(args) = command;
    let text = fs::read_to_string(&args.file)
        .with_context(|| format!("cannot read {} as UTF-8 text", args.file.display()))?;
    let imported = import(args, &text)?;
    print!("{}", imported.yaml);
    eprint!("{}", imported.told);
    Ok(())
}

struct Imported {
    yaml: String,
    /// What a person reads beside the notice.
    told: String,
}

fn import(args: &ImportArgs, text: &str) -> anyhow::Result<Imported> {
    let bad = |message: String| BadInput(format!("{}: {message}", args.file.display()));
    let format = format_of(&args.file).map_err(bad)?;
    let mut plan = read_year(format, text, args.year).map_err(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bad(list.join("\n  "))
    })?;
    plan.statutory.extend(&args.statutory);
    let base = built_in(&args.extends).ok_or_else(|| {
        bad(format!(
            "--extends {:?}: there is no built-in calendar of this name; there is: cn",
            args.extends
        ))
    })?;
    let calendar = CalendarDefinition {
        extends: Some(base.id.clone()),
        versions: vec![version(args, base, plan)?],
        ..base.clone()
    };
    let whole = calendar.over(base);
    let compiled = WorkCalendar::compile(&whole, None).map_err(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bad(list.join("\n  "))
    })?;
    Ok(Imported {
        yaml: yaml(&calendar, &calendar.versions[0], base.tz()?),
        told: told(
            args.year,
            &calendar.versions[0].years[&args.year],
            &compiled,
        ),
    })
}

fn format_of(file: &Path) -> Result<DayFormat, String> {
    match file.extension().and_then(|e| e.to_str()) {
        Some("txt" | "md") => Ok(DayFormat::Notice),
        Some("csv") => Ok(DayFormat::Table),
        Some("ics") => Ok(DayFormat::Ical),
        _ => {
            Err("what is in it? name it .txt (the notice), .csv (a table) or .ics (a feed)".into())
        }
    }
}

fn version(
    args: &ImportArgs,
    base: &CalendarDefinition,
    plan: YearPlan,
) -> anyhow::Result<CalendarVersion> {
    let published_at = Timestamp::start_of(args.published_at, base.tz()?);
    Ok(CalendarVersion {
        version: match &args.version {
            Some(version) => version.clone(),
            None => format!("{}.1", args.year),
        },
        published_at,
        basis: args.basis.clone(),
        years: [(args.year, plan)].into(),
        local: YearPlan::default(),
    })
}

/// The definition, in the shape of the built-in calendar's own file.
fn yaml(calendar: &CalendarDefinition, version: &CalendarVersion, tz: chrono_tz::Tz) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = format!(
        "kind: calendar\nid: {}\nname: {}\ntime_zone: {}\nextends: {}\nversions:\n  - version: {}\n    published_at: {}\n    basis: {}\n    years:\n",
        calendar.id,
        calendar.name,
        calendar.time_zone,
        calendar.extends.as_deref().unwrap_or_default(),
        text(&version.version),
        version.published_at.to_rfc3339(tz),
        text(&version.basis),
    );
    for (year, plan) in &version.years {
        let _ = writeln!(out, "      {year}:\n        off:");
        for run in &plan.off {
            let _ = writeln!(
                out,
                "          - {{ from: {}, to: {}, name: {} }}",
                run.from,
                run.to,
                text(&run.name)
            );
        }
        let days: Vec<String> = plan.work.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "        work: [{}]", days.join(", "));
        let days: Vec<String> = plan.statutory.iter().map(ToString::to_string).collect();
        if !days.is_empty() {
            let _ = writeln!(out, "        statutory: [{}]", days.join(", "));
        }
    }
    out
}

fn told(year: i32, plan: &YearPlan, calendar: &WorkCalendar) -> String {
    let mut out = format!("{year}年，请逐项对照通知原文核对：\n");
    for run in &plan.off {
        let days = (run.to - run.from).num_days() + 1;
        let _ = writeln!(
            out,
            "  {}  {}（{}）至 {}（{}）放假，共{days}天",
            run.name,
            run.from,
            weekday(run.from),
            run.to,
            weekday(run.to)
        );
    }
    for day in &plan.work {
        let _ = writeln!(out, "  {day}（{}）上班", weekday(*day));
    }
    if plan.statutory.is_empty() {
        out.push_str(
            "  未列法定节假日（--statutory）：农历除夕至正月初三、清明、端午、中秋当日的日期，通知不加区分，须另行查列；\n  未列的，在这些日子实施行政强制执行的，系统不能发现（元旦、劳动节、国庆节除外）\n",
        );
    }
    for day in &plan.statutory {
        let _ = writeln!(out, "  {day}（{}）法定节假日", weekday(*day));
    }
    let eve = |year| NaiveDate::from_ymd_opt(year, 12, 31);
    if let (Some(from), Some(to)) = (eve(year - 1), eve(year)) {
        let _ = writeln!(
            out,
            "  全年工作日 {} 天",
            calendar.working_days_between(from, to)
        );
    }
    out
}

fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

    use super::*;

    fn args(file: &str) -> ImportArgs {
        ImportArgs {
            file: file.into(),
            year: 2027,
            version: None,
            published_at: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(),
            basis: "关于2027年部分节假日安排的通知（测试）".into(),
            extends: "cn".into(),
            statutory: Vec::new(),
        }
    }

    #[test]
    fn holidays_by_law_are_listed_or_asked_for() {
        let notice = "一、春节：2月4日至11日放假，共8天。\n";
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let asked = import(&args("2027.txt"), notice).unwrap();
        assert!(asked.told.contains("未列法定节假日"), "{}", asked.told);
        let mut listed = args("2027.txt");
        listed.statutory = vec![day("2027-02-05"), day("2027-02-06")];
        let listed_import = import(&listed, notice).unwrap();
        assert!(
            listed_import
                .yaml
                .contains("        statutory: [2027-02-05, 2027-02-06]\n")
        );
        assert!(listed_import.told.contains("2027-02-05（周五）法定节假日"));
        listed.statutory = vec![day("2027-03-05")];
        let refused = import(&listed, notice).err().unwrap().to_string();
        assert!(
            refused.contains("2027-03-05 is in no block of days off"),
            "{refused}"
        );
    }

    #[test]
    fn a_notice_becomes_a_definition_that_extends_the_built_in_calendar() {
        let notice = "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n二、劳动节：5月1日至5日放假调休，共5天。5月8日（周六）上班。\n";
        let imported = import(&args("2027.txt"), notice).unwrap();
        assert!(
            imported
                .told
                .contains("元旦  2027-01-01（周五）至 2027-01-03（周日）放假，共3天")
        );
        assert!(imported.told.contains("2027-05-08（周六）上班"));
        let (set, problems) = DefinitionSet::read(vec![DefinitionFile {
            name: "calendar.yaml".into(),
            text: imported.yaml,
        }]);
        assert_eq!(problems, []);
        let calendar = WorkCalendar::compile(&set.calendars[0].value, None).unwrap();
        assert_eq!(calendar.version(), "2027.1");
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(!calendar.is_working(day("2027-01-01")) && calendar.is_working(day("2027-05-08")));
        assert_eq!(
            calendar.known_until(day("2026-06-01")),
            Some(day("2027-12-31"))
        );
    }

    #[test]
    fn days_that_cannot_be_meant_are_told_with_the_file() {
        let clash = "一、元旦：1月1日至3日放假。1月2日上班。";
        let told = import(&args("2027.txt"), clash).err().unwrap().to_string();
        assert!(
            told.starts_with("2027.txt: ") && told.contains("2027-01-02"),
            "{told}"
        );
        let format = import(&args("2027.pdf"), "").err().unwrap().to_string();
        assert!(format.contains(".txt (the notice)"), "{format}");
    }
}
