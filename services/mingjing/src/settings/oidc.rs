//! The section `oidc`: single sign-on. What does not go together is told like any other problem, with what to set.

use std::time::Duration;

use mingjing_api::{Matched, is_safe_address};

use super::{Reader, Secret};

/// A provider's clock that differs by more than this is to be set right, not to be put up with.
const SKEW_MOST: Duration = Duration::from_secs(300);

/// Single sign-on.
#[derive(Clone, Debug, PartialEq)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret,
    pub name: String,
    pub scopes: String,
    pub claim: String,
    pub matched: Matched,
    pub body_claim: Option<String>,
    pub clock_skew: Duration,
}

impl Reader {
    /// Some of none where no issuer is set.
    pub(super) fn oidc(&mut self, accounts: bool, origin: bool) -> Option<Option<Oidc>> {
        let issuer = self.text("oidc.issuer")?;
        let client_id = self.text("oidc.client_id");
        let client_secret = self.text("oidc.client_secret");
        let name = self.text("oidc.name");
        let scopes = self.text("oidc.scopes");
        let claim = self.text("oidc.claim");
        let matched = self.choice("oidc.matches", &["account", "person"]);
        let body_claim = self.text("oidc.body_claim");
        let clock_skew = self.duration("oidc.clock_skew");
        if issuer.is_empty() {
            return Some(None);
        }
        let problems = self.problems.len();
        if !is_safe_address(&issuer) || issuer.contains(['?', '#', ' ']) {
            self.refused(
                "oidc.issuer",
                "the provider's own address as it names itself, with https:// (http:// on this machine only), like https://id.example.gov.cn/realms/city",
            );
        }
        self.named(
            "oidc.client_id",
            client_id.as_deref(),
            "the name by which the provider knows us",
        );
        self.named(
            "oidc.name",
            name.as_deref(),
            "what stands on the button, like 统一身份认证",
        );
        self.named(
            "oidc.claim",
            claim.as_deref(),
            "a claim, like preferred_username or employee_number",
        );
        let asked = scopes.as_deref().unwrap_or("openid");
        if !asked.split(' ').any(|scope| scope == "openid") {
            self.refused(
                "oidc.scopes",
                "words with spaces between, `openid` among them",
            );
        }
        if clock_skew.is_some_and(|skew| skew > SKEW_MOST) {
            self.refused("oidc.clock_skew", "5min or less: set the clocks right");
        }
        for (key, there, why) in [
            (
                "api.accounts",
                accounts,
                "\"required\": whoever signs in needs an account",
            ),
            (
                "api.origin",
                origin,
                "the address by which browsers find the console: the provider sends them back there",
            ),
        ] {
            if !there {
                let (_, place) = self.value("oidc.issuer");
                self.problems
                    .push(format!("{place}: `oidc.issuer` needs `{key}` to be {why}"));
            }
        }
        if self.problems.len() > problems {
            return None;
        }
        Some(Some(Oidc {
            issuer,
            client_id: client_id?,
            client_secret: Secret(client_secret?),
            name: name?,
            scopes: scopes?,
            claim: claim?,
            matched: match matched? {
                0 => Matched::Account,
                _ => Matched::Person,
            },
            body_claim: body_claim.filter(|claim| !claim.is_empty()),
            clock_skew: clock_skew?,
        }))
    }

    fn named(&mut self, key: &str, value: Option<&str>, wanted: &str) {
        if value.is_some_and(|value| value.trim().is_empty()) {
            self.refused(key, wanted);
        }
    }

    fn refused(&mut self, key: &str, wanted: &str) {
        let (_, place) = self.value(key);
        self.refuse(key, &place, wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    const GOOD: [(&str, &str); 5] = [
        ("MINGJING__API__ACCOUNTS", "required"),
        ("MINGJING__INTAKE__ADMIN_KEY", "k"),
        ("MINGJING__API__ORIGIN", "https://mj.example.gov.cn"),
        (
            "MINGJING__OIDC__ISSUER",
            "https://id.example.gov.cn/realms/city",
        ),
        ("MINGJING__OIDC__CLIENT_ID", "mingjing"),
    ];

    /// The good settings, some of them set otherwise.
    fn read(otherwise: &[(&str, &str)]) -> Result<Settings, super::super::Refused> {
        let good = GOOD
            .iter()
            .filter(|(key, _)| otherwise.iter().all(|(other, _)| other != key));
        let all: Vec<(String, String)> = good
            .chain(otherwise)
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Settings::from_texts(None, &all)
    }

    #[test]
    fn a_provider_is_named_by_its_issuer_and_nothing_else_is_needed_than_a_client() {
        assert_eq!(Settings::from_texts(None, &[]).unwrap().oidc, None);
        let secret = ("MINGJING__OIDC__CLIENT_SECRET", "hush");
        let settings = read(&[secret, ("MINGJING__OIDC__MATCHES", "person")]).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
        let oidc = settings.oidc.unwrap();
        assert_eq!(oidc.matched, Matched::Person);
        assert_eq!(oidc.client_secret.0, "hush");
        assert_eq!(oidc.claim, "preferred_username");
        assert_eq!(
            oidc.body_claim, None,
            "nobody gets an account by signing in"
        );
        assert_eq!(oidc.clock_skew, Duration::from_secs(60));
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_what_to_set() {
        for (otherwise, part) in [
            (
                ("MINGJING__OIDC__ISSUER", "id.example.gov.cn"),
                "`oidc.issuer` must be",
            ),
            (
                ("MINGJING__OIDC__ISSUER", "http://id.example.gov.cn"),
                "`oidc.issuer` must be",
            ),
            (
                ("MINGJING__OIDC__CLIENT_ID", ""),
                "`oidc.client_id` must be",
            ),
            (("MINGJING__OIDC__NAME", " "), "`oidc.name` must be"),
            (("MINGJING__OIDC__CLAIM", ""), "`oidc.claim` must be"),
            (
                ("MINGJING__OIDC__SCOPES", "profile"),
                "`oidc.scopes` must be",
            ),
            (
                ("MINGJING__OIDC__MATCHES", "mail"),
                "`oidc.matches` must be",
            ),
            (
                ("MINGJING__OIDC__CLOCK_SKEW", "6min"),
                "`oidc.clock_skew` must be",
            ),
            (("MINGJING__API__ACCOUNTS", "off"), "needs `api.accounts`"),
            (("MINGJING__API__ORIGIN", ""), "needs `api.origin`"),
        ] {
            let refused = read(&[otherwise]).unwrap_err();
            let text = refused.to_string();
            assert!(
                refused.0.len() == 1 && text.contains(part),
                "{otherwise:?}: {text}"
            );
        }
    }
}
