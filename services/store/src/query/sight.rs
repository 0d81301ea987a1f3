//! How far somebody sees: a region with all that lies in it, and one body's matters. It goes into every query that answers a person; what
//! does not say where it belongs is seen by those only who see everything.

use clickhouse::query::Query;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::CaseRecord;

/// How far somebody sees. Both parts narrow; without any it is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Regions whose code begins so: 5105 is Luzhou and all its districts.
    pub region_prefix: Option<String>,
    /// What this body handles or answers for.
    pub body: Option<String>,
}

impl Sight {
    /// Whether it is everything.
    pub fn is_everything(&self) -> bool {
        self.region_prefix.is_none() && self.body.is_none()
    }

    /// Whether an alert lies in it: by its region; as the body's by who handles the case, or who answers for the alert.
    pub fn sees_alert(&self, alert: &AlertRecord) -> bool {
        self.sees(
            alert.region_code.as_deref(),
            &[alert.org_code.as_deref(), alert.responsible_org.as_deref()],
        )
    }

    /// Whether a case lies in it.
    pub fn sees_case(&self, case: &CaseRecord) -> bool {
        self.sees(case.region_code.as_deref(), &[case.org_code.as_deref()])
    }

    /// Whether something of this region lies in it that is any of these bodies'.
    pub fn sees(&self, region: Option<&str>, bodies: &[Option<&str>]) -> bool {
        let region = match &self.region_prefix {
            Some(prefix) => region.is_some_and(|code| code.starts_with(prefix.as_str())),
            None => true,
        };
        let body = match &self.body {
            Some(body) => bodies.contains(&Some(body.as_str())),
            None => true,
        };
        region && body
    }

    /// The conditions on `alerts` as SQL, without values.
    pub(super) fn on_alerts(&self) -> Vec<&'static str> {
        self.conditions("(org_code = {sight_body:String} OR responsible_org = {sight_body:String})")
    }

    /// The conditions on `cases` as SQL, without values.
    pub(super) fn on_cases(&self) -> Vec<&'static str> {
        self.conditions("org_code = {sight_body:String}")
    }

    fn conditions(&self, of_body: &'static str) -> Vec<&'static str> {
        let region = self
            .region_prefix
            .is_some()
            .then_some("startsWith(ifNull(region_code, ''), {sight_region:String})");
        let body = self.body.is_some().then_some(of_body);
        region.into_iter().chain(body).collect()
    }

    /// The values of those conditions.
    pub(crate) fn bind(&self, mut query: Query) -> Query {
        if let Some(prefix) = &self.region_prefix {
            query = query.param("sight_region", prefix.as_str());
        }
        if let Some(body) = &self.body {
            query = query.param("sight_body", body.as_str());
        }
        query
    }
}

/// `WHERE a AND b`, or nothing.
pub(super) fn all_of<S: AsRef<str>>(conditions: &[S]) -> String {
    if conditions.is_empty() {
        String::new()
    } else {
        let conditions: Vec<&str> = conditions.iter().map(AsRef::as_ref).collect();
        format!("WHERE {}", conditions.join(" AND "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_say_where_it_belongs_is_seen_by_who_sees_everything() {
        let district = Sight {
            region_prefix: Some("510502".into()),
            body: None,
        };
        let handler = Sight {
            body: Some("zjj".into()),
            ..district.clone()
        };
        let zjj = [Some("zjj"), None];
        for (region, bodies, everything, of_district, of_handler) in [
            (Some("510502"), &zjj[..], true, true, true),
            (
                Some("510502001000"),
                &[Some("rsj"), Some("zjj")][..],
                true,
                true,
                true,
            ),
            (Some("510502"), &[Some("rsj")][..], true, true, false),
            (Some("510500"), &zjj[..], true, false, false),
            (Some("510503"), &zjj[..], true, false, false),
            (None, &zjj[..], true, false, false),
            (Some("510502"), &[None][..], true, true, false),
        ] {
            let seen = [&Sight::default(), &district, &handler].map(|s| s.sees(region, bodies));
            let wanted = [everything, of_district, of_handler];
            assert_eq!(seen, wanted, "{region:?} {bodies:?}");
        }
        assert!(Sight::default().is_everything() && !handler.is_everything());
        assert_eq!(Sight::default().on_alerts(), Vec::<&str>::new());
        assert_eq!(handler.on_cases().len(), 2);
    }
}
