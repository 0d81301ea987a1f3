//! Who may ask what, asked of the platform itself: every row of the table of permissions by every role, and by the administrator's key, is
//! let in or refused as the row says. The rows are `schemas/permissions.json`, which a test of the API holds against its own table.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::people::{Cookie, Site, open, ready};

/// Operations of the OpenAPI document that no test asks by every role. It is empty and stays so: a new operation gets a row in
/// `services/api/src/people/permissions.rs`, and is asked here from then on.
const UNTESTED: [(&str, &str); 0] = [];

const ROWS: &str = include_str!("../../schemas/permissions.json");
const ROLES: [&str; 10] = [
    "supervision",
    "legal",
    "establishment",
    "government_services",
    "information_disclosure",
    "department_supervisor",
    "department_handler",
    "leadership",
    "auditor",
    "administrator",
];

#[derive(Deserialize)]
struct Row {
    method: String,
    path: String,
    /// Empty: any.
    act: String,
    roles: BTreeSet<String>,
    reach: Reach,
    /// Whether the administrator's key opens it.
    key: bool,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Reach {
    Public,
    Same,
    Narrowed,
    Whole,
    /// Sources and operators ask it by their keys: a session is nobody there.
    ByKey,
}

/// On a platform that requires accounts; it opens one a role.
pub async fn every_row_opens_to_its_roles_and_to_nobody_else(site: &Arc<Site>) -> Result<()> {
    let rows: Vec<Row> = serde_json::from_str(ROWS).context("schemas/permissions.json")?;
    let rows = Arc::new(rows);
    every_operation_is_asked(site, &rows).await?;
    // Each role by itself and all at once: what takes time is the audit trail, which has an entry of each refusal.
    let mut asking = JoinSet::new();
    for role in ROLES {
        let (site, rows) = (site.clone(), rows.clone());
        asking.spawn(async move { by_role(&site, role, &rows).await });
    }
    while let Some(asked) = asking.join_next().await {
        asked??;
    }
    by_the_key(site, &rows).await
}

/// What the document has and the rows have not is asked by nobody: it would have to stand in the list.
async fn every_operation_is_asked(site: &Site, rows: &[Row]) -> Result<()> {
    let (_, document) = site
        .answer(site.request("GET", "/api/v1/openapi.json"))
        .await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let documented: BTreeSet<(&str, &str)> = paths
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().into_iter().flatten();
            methods.map(move |(method, _)| (method.as_str(), path.as_str()))
        })
        .collect();
    let asked: BTreeSet<(&str, &str)> = rows
        .iter()
        .map(|row| (row.method.as_str(), row.path.as_str()))
        .collect();
    ensure!(asked.len() > 100, "only {} operations", asked.len());
    let untested: BTreeSet<_> = documented.difference(&asked).copied().collect();
    let listed = BTreeSet::from(UNTESTED);
    ensure!(
        untested == listed,
        "without a test of who may ask it: {untested:?}; in the list of those: {listed:?}"
    );
    let gone: Vec<_> = asked.difference(&documented).collect();
    ensure!(gone.is_empty(), "rows of no operation: {gone:?}");
    Ok(())
}

async fn by_role(site: &Site, role: &str, rows: &[Row]) -> Result<()> {
    let account = format!("row-{}", role.replace('_', "-"));
    let person = ready(site, &open(&account, &account, &[role], "")).await?;
    // To sign out is asked last: it ends the session that asks.
    let (out, others): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|row| row.reach != Reach::Public)
        .partition(|row| row.method == "delete" && row.path == "/api/v1/session");
    ensure!(out.len() == 1, "{} rows sign out", out.len());
    let department = role.starts_with("department_");
    for row in others.into_iter().chain(out) {
        // Who is of one body does not see everything, wherever it lies.
        let sees = row.reach != Reach::Whole || !department;
        let may = row.roles.contains(role) && sees && row.reach != Reach::ByKey;
        as_the_row_says(row, role, may, row.asked(site, &person)).await?;
    }
    Ok(())
}

async fn by_the_key(site: &Site, rows: &[Row]) -> Result<()> {
    let asked = |row: &&Row| !matches!(row.reach, Reach::Public | Reach::ByKey);
    for row in rows.iter().filter(asked) {
        let request = site.request(&row.method.to_uppercase(), &row.address());
        let request = request
            .bearer_auth(crate::people::KEY)
            .json(&json!({ "id": "none" }));
        as_the_row_says(row, "the key", row.key, request).await?;
    }
    Ok(())
}

/// Whoever may is told whatever there is to tell of nothing: that it is not there, or that the body says nothing. Whoever may not is refused
/// before anybody looks.
async fn as_the_row_says(row: &Row, who: &str, may: bool, request: RequestBuilder) -> Result<()> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let refused = matches!(status, 401 | 403);
    // A stream does not end: what is let in is not read.
    let told = match refused {
        true => answer.text().await?,
        false => String::new(),
    };
    let (method, path, act) = (&row.method, &row.path, &row.act);
    ensure!(
        refused != may,
        "{who}: {method} {path} {act}: {status} {told}, and the row says {}",
        if may { "yes" } else { "no" }
    );
    Ok(())
}

impl Row {
    /// With ids of nothing.
    fn address(&self) -> String {
        let act = match self.act.as_str() {
            "" => "result",
            act => act,
        };
        let parts = self.path.split('/').map(|part| match part {
            "{act}" => act,
            part if part.starts_with('{') => "none",
            part => part,
        });
        parts.collect::<Vec<&str>>().join("/")
    }

    /// With a body that does nothing: it lacks what each act needs, its reasons first of all, and names what there is not.
    fn asked(&self, site: &Site, person: &Cookie) -> RequestBuilder {
        let body: Value = json!({ "id": "none" });
        match self.method.as_str() {
            "get" => person.get(site, &self.address()),
            method => person.send(site, &method.to_uppercase(), &self.address(), &body),
        }
    }
}
