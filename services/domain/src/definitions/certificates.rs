//! How an officer's certificates stand on a day: valid, soon to end, or ended with none in their place.

use chrono::NaiveDate;

use super::{Certificate, Officer};

/// So many days before its end a certificate is told of. No article asks for it: it leaves the time that a renewal takes.
pub const ENDING_DAYS: i64 = 30;

/// How a certificate stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStanding {
    /// 尚未生效.
    NotYet,
    /// 有效.
    Valid,
    /// 临近到期: valid for at most [`ENDING_DAYS`] more, and nothing takes its place.
    Ending,
    /// 已过期, and nothing has taken its place.
    Ended,
    /// 已换证: ended or about to, and others take over all of its fields without a gap as of that day.
    Replaced,
}

impl CertificateStanding {
    /// Every one.
    pub const ALL: [CertificateStanding; 5] = [
        CertificateStanding::NotYet,
        CertificateStanding::Valid,
        CertificateStanding::Ending,
        CertificateStanding::Ended,
        CertificateStanding::Replaced,
    ];

    /// The word in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            CertificateStanding::NotYet => "not_yet",
            CertificateStanding::Valid => "valid",
            CertificateStanding::Ending => "ending",
            CertificateStanding::Ended => "ended",
            CertificateStanding::Replaced => "replaced",
        }
    }
}

impl Officer {
    /// Every certificate with how it stands on a day, in the order of [`Officer::all_certificates`].
    pub fn certificates_on(&self, on: NaiveDate) -> Vec<(Certificate, CertificateStanding)> {
        let all: Vec<Certificate> = self.all_certificates().collect();
        let standings: Vec<CertificateStanding> =
            all.iter().map(|one| standing(one, &all, on)).collect();
        all.into_iter().zip(standings).collect()
    }
}

fn standing(one: &Certificate, all: &[Certificate], on: NaiveDate) -> CertificateStanding {
    if one.from.is_some_and(|from| from > on) {
        return CertificateStanding::NotYet;
    }
    let Some(until) = one.until else {
        return CertificateStanding::Valid;
    };
    if until.signed_duration_since(on).num_days() > ENDING_DAYS {
        return CertificateStanding::Valid;
    }
    let from_then = on.max(until.succ_opt().unwrap_or(until));
    let after: Vec<&Certificate> = all
        .iter()
        .filter(|other| other.until.is_none_or(|end| end > until))
        .filter(|other| other.from.is_none_or(|from| from <= from_then))
        .collect();
    let any = || after.iter().any(|other| other.fields.is_empty());
    let of = |field: &String| after.iter().any(|other| other.fields.contains(field));
    let replaced = any() || (!one.fields.is_empty() && one.fields.iter().all(of));
    match (replaced, until < on) {
        (true, _) => CertificateStanding::Replaced,
        (false, true) => CertificateStanding::Ended,
        (false, false) => CertificateStanding::Ending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::Content;

    /// The standings on 2026-07-01 of an officer with these certificates, as `no=standing`.
    fn on_the_first_of_july(certificates: &str) -> String {
        let text = format!(
            "kind: body\ncode: b\nname: 住建局\nregion: '510500'\noffices:\n  - code: o\n    name: 窗口\n    officers:\n      - {{id: a, certificates: [{certificates}]}}\n"
        );
        let set = Content::read("a.yaml", &text).expect("it reads").set;
        let officer = &set.bodies[0].value.offices[0].officers[0];
        let today = NaiveDate::from_ymd_opt(2026, 7, 1).expect("a date");
        let standings = officer.certificates_on(today);
        let told: Vec<String> = standings
            .iter()
            .map(|(one, standing)| format!("{}={}", one.no.text, standing.code()))
            .collect();
        told.join(" ")
    }

    #[test]
    fn a_certificate_counts_until_the_end_of_its_last_day_and_is_told_of_thirty_days_before() {
        for (until, standing) in [
            ("2026-06-30", "ended"),
            ("2026-07-01", "ending"),
            ("2026-07-31", "ending"),
            ("2026-08-01", "valid"),
        ] {
            let told = on_the_first_of_july(&format!("{{no: A, until: {until}}}"));
            assert_eq!(told, format!("A={standing}"), "until {until}");
        }
        assert_eq!(on_the_first_of_july("{no: A}"), "A=valid");
        assert_eq!(
            on_the_first_of_july("{no: A, from: 2026-07-02}"),
            "A=not_yet"
        );
    }

    #[test]
    fn one_that_was_renewed_in_time_is_not_told_of() {
        let renewed = "{no: A, until: 2026-06-30}, {no: B, from: 2026-07-01}";
        assert_eq!(on_the_first_of_july(renewed), "A=replaced B=valid");
        let in_time = "{no: A, until: 2026-07-10}, {no: B, from: 2026-07-11}";
        assert_eq!(on_the_first_of_july(in_time), "A=replaced B=not_yet");
        let with_a_gap = "{no: A, until: 2026-07-10}, {no: B, from: 2026-07-12}";
        assert_eq!(on_the_first_of_july(with_a_gap), "A=ending B=not_yet");
        let not_yet = "{no: A, until: 2026-06-20}, {no: B, from: 2026-07-02}";
        assert_eq!(on_the_first_of_july(not_yet), "A=ended B=not_yet");
        let both_over = "{no: A, until: 2025-12-31}, {no: B, until: 2026-05-31}";
        assert_eq!(on_the_first_of_july(both_over), "A=replaced B=ended");
    }

    #[test]
    fn another_field_is_no_renewal() {
        let other = "{no: A, fields: [城管], until: 2026-06-30}, {no: B, fields: [住建]}";
        assert_eq!(on_the_first_of_july(other), "A=ended B=valid");
        let any = "{no: A, until: 2026-06-30}, {no: B, fields: [住建]}";
        assert_eq!(on_the_first_of_july(any), "A=ended B=valid");
        let parted = "{no: A, fields: [城管, 住建], until: 2026-06-30}, {no: B, fields: [住建]}, {no: C, fields: [城管]}";
        assert_eq!(on_the_first_of_july(parted), "A=replaced B=valid C=valid");
    }
}
