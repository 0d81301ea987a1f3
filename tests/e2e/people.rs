//! Accounts: who is not signed in gets nothing, who is gets what the roles and the reach allow, and what was ended stays ended.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::platform::{Platform, place};

pub const KEY: &str = "the administrator's key of this trial";
pub const SETTINGS: [(&str, &str); 2] = [
    ("MINGJING__API__ACCOUNTS", "required"),
    ("MINGJING__INTAKE__ADMIN_KEY", KEY),
];
pub const PASSWORD: &str = "酒城清风明月夜读书声声入耳";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_an_account_and_what_was_ended_stays_ended() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;

    every_route_is_closed(&site).await?;
    opening_an_account(&platform, &site).await?;
    a_temporary_password_opens_its_own_change_only(&site).await?;
    another_sites_page_changes_nothing(&site).await?;
    roles_are_kept_apart(&site).await?;
    signing_out_and_being_disabled_end_a_session(&site).await?;
    guessing_is_locked_out_and_tells_nothing(&site).await?;
    the_audit_trail_tells_who_did_and_looked(&site).await?;
    let kept = site.sign_in("zhao", PASSWORD).await?;
    let ended = site.sign_in("zhao", PASSWORD).await?;
    let out = ended.send(&site, "DELETE", "/api/v1/session", &json!({}));
    ensure!(site.status(out).await? == 204);
    platform.stop().await?;

    // What was ended before a restart is ended after it, and what was not goes on.
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let accounts = "/api/v1/accounts";
    ensure!(site.status(kept.get(&site, accounts)).await? == 200);
    ensure!(site.status(ended.get(&site, accounts)).await? == 401);
    ensure!(site.try_sign_in("wang", PASSWORD).await?.status() == 401);
    platform.stop().await
}

/// A platform as its users see it.
pub struct Site {
    client: Client,
    url: String,
}

/// Somebody's cookie.
pub struct Cookie(pub String);

impl Site {
    pub fn of(platform: &Platform) -> Result<Self> {
        let url = platform.url().with_context(|| platform.errors())?;
        Ok(Self {
            client: Client::new(),
            url: url.to_owned(),
        })
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn answer(&self, request: RequestBuilder) -> Result<(u16, Value)> {
        let answer = request.send().await?;
        let (status, text) = (answer.status().as_u16(), answer.text().await?);
        Ok((status, serde_json::from_str(&text).unwrap_or(json!(text))))
    }

    pub async fn text(&self, request: RequestBuilder) -> Result<(u16, String)> {
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    pub async fn status(&self, request: RequestBuilder) -> Result<u16> {
        Ok(self.answer(request).await?.0)
    }

    /// With the administrator's key.
    pub async fn by_key(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        let request = self.request(method, path).bearer_auth(KEY);
        self.answer(request.json(body)).await
    }

    pub async fn try_sign_in(&self, account: &str, password: &str) -> Result<reqwest::Response> {
        let request = self
            .request("POST", "/api/v1/session")
            .header("x-requested-with", "mingjing");
        let body = json!({ "account": account, "password": password });
        Ok(request.json(&body).send().await?)
    }

    pub async fn sign_in(&self, account: &str, password: &str) -> Result<Cookie> {
        let answer = self.try_sign_in(account, password).await?;
        let set = answer.headers().get("set-cookie");
        let set = set.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = answer.status();
        let set = set.with_context(|| format!("{account}: {status}"))?;
        ensure!(
            set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"),
            "{set}"
        );
        let cookie = set.split(';').next().unwrap_or_default();
        Ok(Cookie(cookie.to_owned()))
    }
}

impl Cookie {
    pub fn get(&self, site: &Site, path: &str) -> RequestBuilder {
        site.request("GET", path).header("cookie", &self.0)
    }

    /// As our own page sends it.
    pub fn send(&self, site: &Site, method: &str, path: &str, body: &Value) -> RequestBuilder {
        site.request(method, path)
            .header("cookie", &self.0)
            .header("x-requested-with", "mingjing")
            .header("origin", &site.url)
            .json(body)
    }
}

/// Whether whoever asks is answered, signed in or not.
pub fn is_public(path: &str) -> bool {
    PUBLIC.contains(&path) || path.starts_with("/api/public/")
}

const PUBLIC: [&str; 8] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/openapi.json",
    "/api/v1/evidence-key",
    "/api/v1/session/ways",
    "/api/v1/session/oidc",
    "/api/v1/session/oidc/callback",
];

/// Every operation of the document, but for the few that are public: closed to who is not signed in, and to a wrong key.
async fn every_route_is_closed(site: &Site) -> Result<()> {
    let (status, document) = site
        .answer(site.request("GET", "/api/v1/openapi.json"))
        .await?;
    ensure!(status == 200);
    let paths = document["paths"].as_object().context("it has paths")?;
    ensure!(paths.len() > 40, "{}", paths.len());
    for (path, operations) in paths {
        if is_public(path) {
            continue;
        }
        let asked = path.replace("{act}", "confirm").replace(['{', '}'], "");
        for method in operations.as_object().context("operations")?.keys() {
            // Signing in itself is asked by who is not.
            if path == "/api/v1/session" && method == "post" {
                continue;
            }
            let method = method.to_uppercase();
            let bare = site.request(&method, &asked);
            let forged = format!("mjs_{}", "0".repeat(64));
            for request in [
                bare.try_clone().context("no body")?,
                bare.try_clone().context("no body")?.bearer_auth("guessed"),
                bare.try_clone().context("no body")?.bearer_auth(&forged),
                bare.header("cookie", format!("mingjing_session={forged}"))
                    .header("x-requested-with", "mingjing")
                    .header("origin", &site.url),
            ] {
                let (status, told) = site.answer(request.json(&json!({}))).await?;
                ensure!(
                    matches!(status, 401 | 403),
                    "{method} {path}: {status} {told:#}"
                );
            }
        }
    }
    Ok(())
}

/// By the command, as on the first day.
async fn opening_an_account(platform: &Platform, site: &Site) -> Result<()> {
    let url = platform.url().context("it is up")?.to_owned();
    let program = place::program()?;
    let ran = tokio::task::spawn_blocking(move || {
        std::process::Command::new(program)
            .args(["accounts", "add", "zhao", "--person", "xt-01"])
            .args(["--role", "administrator", "--why", "建站", "--json"])
            .args(["--api", &url])
            .env("MINGJING_ADMIN_KEY", KEY)
            .output()
    })
    .await??;
    ensure!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let told: Value = serde_json::from_slice(&ran.stdout)?;
    let given = told["password"].as_str().context("a password")?;
    let zhao = site.sign_in("zhao", given).await?;
    let change = json!({ "old": given, "new": PASSWORD });
    let request = zhao.send(site, "POST", "/api/v1/session/password", &change);
    ensure!(site.status(request).await? == 200);
    // Every session of before ends with the password.
    ensure!(site.status(zhao.get(site, "/api/v1/session")).await? == 401);
    // The same name is given once.
    let again = open("zhao", "xt-02", &["administrator"], "");
    let (status, told) = site.by_key("POST", "/api/v1/accounts", &again).await?;
    ensure!(status == 409 && told["reason"] == "exists", "{told:#}");
    Ok(())
}

pub fn open(account: &str, person: &str, roles: &[&str], region: &str) -> Value {
    json!({ "account": account, "why": "试验", "rights": {
        "person": person, "roles": roles, "body": "sfj", "region": region,
    } })
}

/// Opens an account and gives it its own password.
pub async fn ready(site: &Site, opening: &Value) -> Result<Cookie> {
    let (status, told) = site.by_key("POST", "/api/v1/accounts", opening).await?;
    ensure!(status == 201, "{status} {told:#}");
    let account = opening["account"].as_str().unwrap_or_default();
    let given = told["password"].as_str().unwrap_or_default();
    let cookie = site.sign_in(account, given).await?;
    let change = json!({ "old": given, "new": PASSWORD });
    let request = cookie.send(site, "POST", "/api/v1/session/password", &change);
    ensure!(site.status(request).await? == 200);
    site.sign_in(account, PASSWORD).await
}

async fn a_temporary_password_opens_its_own_change_only(site: &Site) -> Result<()> {
    let opening = open("li", "fz-07", &["supervision"], "");
    let (status, told) = site.by_key("POST", "/api/v1/accounts", &opening).await?;
    ensure!(status == 201, "{told:#}");
    let given = told["password"].as_str().unwrap_or_default();
    let li = site.sign_in("li", given).await?;
    let (status, told) = site.answer(li.get(site, "/api/v1/alerts")).await?;
    ensure!(
        status == 403 && told["reason"] == "change_password",
        "{told:#}"
    );
    let change = |new: &str| json!({ "old": given, "new": new });
    for bad in ["short", "password and more", "aaaaaaaaaaaaaaaa", given] {
        let request = li.send(site, "POST", "/api/v1/session/password", &change(bad));
        let (status, told) = site.answer(request).await?;
        ensure!(status == 400, "{bad}: {status} {told:#}");
    }
    let request = li.send(site, "POST", "/api/v1/session/password", &change(PASSWORD));
    ensure!(site.status(request).await? == 200);
    let li = site.sign_in("li", PASSWORD).await?;
    let (status, told) = site.answer(li.get(site, "/api/v1/alerts")).await?;
    ensure!(status == 200, "{status} {told:#}");
    ensure!(site.try_sign_in("li", given).await?.status() == 401);
    Ok(())
}

async fn another_sites_page_changes_nothing(site: &Site) -> Result<()> {
    let zhao = site.sign_in("zhao", PASSWORD).await?;
    let path = "/api/v1/accounts/li/end_sessions";
    let why = json!({ "why": "试验" });
    let foreign = [
        // A form of another site: no header of ours, or another origin, or none told.
        site.request("POST", path).header("cookie", &zhao.0),
        site.request("POST", path)
            .header("cookie", &zhao.0)
            .header("origin", &site.url),
        site.request("POST", path)
            .header("cookie", &zhao.0)
            .header("x-requested-with", "mingjing"),
        site.request("POST", path)
            .header("cookie", &zhao.0)
            .header("x-requested-with", "mingjing")
            .header("origin", "https://evil.example"),
        site.request("POST", path)
            .header("cookie", &zhao.0)
            .header("x-requested-with", "mingjing")
            .header("origin", "null"),
    ];
    for request in foreign {
        let (status, told) = site.answer(request.json(&why)).await?;
        ensure!(
            status == 403 && told["reason"] == "foreign_page",
            "{status} {told:#}"
        );
    }
    let own = zhao.send(site, "POST", path, &why);
    ensure!(site.status(own).await? == 200);
    Ok(())
}

/// Who supervises does not review, who administers decides nothing, and a key decides nothing either.
async fn roles_are_kept_apart(site: &Site) -> Result<()> {
    for (account, person, roles) in [
        ("both", "p-1", &["supervision", "legal"][..]),
        ("second", "fz-07", &["legal"][..]),
        ("third", "p-2", &["administrator", "auditor"][..]),
    ] {
        let opening = open(account, person, roles, "");
        let (status, told) = site.by_key("POST", "/api/v1/accounts", &opening).await?;
        ensure!(matches!(status, 400 | 409), "{account}: {status} {told:#}");
    }
    let (zhao, li) = (
        site.sign_in("zhao", PASSWORD).await?,
        site.sign_in("li", PASSWORD).await?,
    );
    let confirm = "/api/v1/alerts/0123/confirm";
    let own = json!({ "why": "试验", "key": "k" });
    let body = json!({ "why": "试验", "key": "k", "who": { "person": "xt-01" } });
    for (request, wanted) in [
        (zhao.get(site, "/api/v1/alerts"), 403),
        (zhao.send(site, "POST", confirm, &body), 403),
        (
            site.request("POST", confirm).bearer_auth(KEY).json(&body),
            403,
        ),
        (li.get(site, "/api/v1/accounts"), 403),
        (
            li.send(site, "POST", "/api/v1/alerts/0123/appeal", &body),
            403,
        ),
        // In another's name, and in his own: that is allowed, and there is no such alert.
        (li.send(site, "POST", confirm, &body), 400),
        (li.send(site, "POST", confirm, &own), 404),
    ] {
        let (status, told) = site.answer(request).await?;
        ensure!(status == wanted, "{status} instead of {wanted}: {told:#}");
    }
    Ok(())
}

async fn signing_out_and_being_disabled_end_a_session(site: &Site) -> Result<()> {
    let wang = ready(site, &open("wang", "jc-02", &["supervision"], "")).await?;
    let alerts = "/api/v1/alerts";
    ensure!(site.status(wang.get(site, alerts)).await? == 200);
    let out = wang.send(site, "DELETE", "/api/v1/session", &json!({}));
    ensure!(site.status(out).await? == 204);
    ensure!(site.status(wang.get(site, alerts)).await? == 401);
    let again = site.sign_in("wang", PASSWORD).await?;
    ensure!(site.status(again.get(site, alerts)).await? == 200);
    let why = json!({ "why": "调离" });
    let (status, _) = site
        .by_key("POST", "/api/v1/accounts/wang/disable", &why)
        .await?;
    ensure!(status == 200);
    ensure!(site.status(again.get(site, alerts)).await? == 401);
    ensure!(site.try_sign_in("wang", PASSWORD).await?.status() == 401);
    Ok(())
}

/// The same words for a name that nobody has, and the same lock-out; an administrator opens it again.
async fn guessing_is_locked_out_and_tells_nothing(site: &Site) -> Result<()> {
    let mut told = Vec::new();
    for account in ["li", "nobody-of-this-name"] {
        let mut answers = Vec::new();
        for _ in 0..6 {
            let answer = site.try_sign_in(account, "a wrong password").await?;
            let waits = answer.headers().contains_key("retry-after");
            let status = answer.status().as_u16();
            let reason: Value = answer.json().await?;
            answers.push((status, waits, reason["reason"].clone()));
        }
        told.push(answers);
    }
    ensure!(told[0] == told[1], "{told:#?}");
    ensure!(
        told[0][..5].iter().all(|(status, ..)| *status == 401) && told[0][5].0 == 429,
        "{told:#?}"
    );
    ensure!(told[0][5].1, "it says when to try again");
    // Locked out is locked out, also with the right password.
    ensure!(site.try_sign_in("li", PASSWORD).await?.status() == 429);
    let why = json!({ "why": "本人到场" });
    let (status, told) = site
        .by_key("POST", "/api/v1/accounts/li/password", &why)
        .await?;
    let given = told["password"].as_str().unwrap_or_default();
    ensure!(status == 200, "{told:#}");
    site.sign_in("li", given).await?;
    Ok(())
}

/// To an auditor, and to nobody else.
async fn the_audit_trail_tells_who_did_and_looked(site: &Site) -> Result<()> {
    let lu = ready(site, &open("lu", "sj-01", &["auditor"], "")).await?;
    let (status, trail) = site.answer(lu.get(site, "/api/v1/audit")).await?;
    ensure!(status == 200, "{status} {trail:#}");
    ensure!(trail["broken"] == json!([]), "{:#}", trail["broken"]);
    let entries = trail["entries"].as_array().context("entries")?;
    for (account, method, path, status) in [
        ("administrator_key", "POST", "/api/v1/accounts", 201),
        ("li", "GET", "/api/v1/alerts", 403),
        ("li", "GET", "/api/v1/alerts", 200),
        ("li", "POST", "/api/v1/session", 401),
        ("li", "POST", "/api/v1/session", 200),
        ("zhao", "POST", "/api/v1/alerts/0123/confirm", 403),
        ("zhao", "POST", "/api/v1/accounts/li/end_sessions", 200),
        ("wang", "DELETE", "/api/v1/session", 204),
    ] {
        let found = entries.iter().any(|entry| {
            entry["account"] == account
                && entry["method"] == method
                && entry["path"] == path
                && entry["status"] == status
                && entry["from"] == "127.0.0.1"
        });
        ensure!(found, "{account} {method} {path} {status}: {trail:#}");
    }
    ensure!(
        !trail.to_string().contains("nobody-of-this-name") && !trail.to_string().contains(PASSWORD),
        "what nobody is called, and passwords, are kept nowhere"
    );
    let (_, of_zhao) = site
        .answer(lu.get(site, "/api/v1/audit?account=zhao"))
        .await?;
    let mut of_zhao = of_zhao["entries"].as_array().into_iter().flatten();
    ensure!(of_zhao.all(|entry| entry["account"] == "zhao"));
    let zhao = site.sign_in("zhao", PASSWORD).await?;
    ensure!(site.status(zhao.get(site, "/api/v1/audit")).await? == 403);
    let (status, _) = site.by_key("GET", "/api/v1/audit", &json!({})).await?;
    ensure!(status == 403);
    ensure!(site.status(lu.get(site, "/api/v1/alerts")).await? == 403);
    Ok(())
}
