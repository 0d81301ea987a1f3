//! The amendment of the calendar where somebody changed the register of bodies while the city's past ran.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, split_documents};
use mingjing_domain::life::beside;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_supervise::{Upon, files_in_force, publish_definitions};
use serde_json::{Value, json};

use super::super::*;

const BODIES: &str = "luzhou-demo/bodies/510502-jiangyang.yaml";
const CALENDAR: &str = "luzhou-demo/calendar.yaml";

/// A platform that installs folders, and how often it was asked to.
#[derive(Clone)]
struct Platform {
    log: Arc<EmbeddedLog>,
    asked: Arc<AtomicUsize>,
}

impl Platform {
    async fn put(&self, files: Vec<DefinitionFile>) -> Result<(), String> {
        let put = publish_definitions(&*self.log, &*self.log, files, Upon::Whatever).await;
        put.map(drop).map_err(|error| error.to_string())
    }

    async fn in_force(&self) -> Vec<DefinitionFile> {
        sorted(files_in_force(&*self.log).await.unwrap())
    }

    /// Its address.
    async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/v1/definitions", post(install));
        let routes = routes.with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    }
}

/// As intake does for a rehearsal: beside what is in force, or not at all.
async fn install(
    State(platform): State<Platform>,
    Json(asked): Json<Value>,
) -> (StatusCode, String) {
    platform.asked.fetch_add(1, Ordering::Relaxed);
    let files: Vec<DefinitionFile> = serde_json::from_value(asked["files"].clone()).unwrap();
    let after = beside(&platform.in_force().await, &files).unwrap();
    match platform.put(after).await {
        Ok(()) => (StatusCode::OK, json!({}).to_string()),
        Err(why) => (StatusCode::BAD_REQUEST, why),
    }
}

/// The definitions after a document of a file was published by itself, in other words.
fn taken_out(
    mut files: Vec<DefinitionFile>,
    name: &str,
    from: &str,
    to: &str,
) -> Vec<DefinitionFile> {
    let nth = files.iter().position(|file| file.name == name).unwrap();
    let text = files[nth].text.clone();
    let (first, rest) = split_documents(&text)
        .split_first()
        .map(|(f, r)| (*f, r.join("---\n")))
        .unwrap();
    assert!(first.contains(from), "{from}");
    let changed = first.replace(from, to);
    match rest.is_empty() {
        true => drop(files.remove(nth)),
        false => files[nth].text = rest,
    }
    files.push(DefinitionFile {
        name: "published/x/y.yaml".into(),
        text: changed,
    });
    sorted(files)
}

fn sorted(mut files: Vec<DefinitionFile>) -> Vec<DefinitionFile> {
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

#[tokio::test]
async fn the_amendment_is_laid_over_what_was_published_since_and_a_refusal_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
    let platform = Platform {
        log: log.clone(),
        asked: Arc::default(),
    };
    let base_url = platform.serve().await;
    let real_now = Timestamp::parse("2026-11-23T09:30:00+08:00").unwrap();
    let demo_of = |memory: &std::path::Path| {
        let timeline = Timeline::open(memory, DEMO_SEED, real_now).unwrap();
        let clock = DemoClock::new(timeline.origin(), None, real_now, 60.0);
        Demo::new(DemoConfig {
            base_url: base_url.clone(),
            admin_key: None,
            clock: Arc::new(clock),
            timeline,
            resume_from: None,
            table: log.clone(),
        })
        .unwrap()
    };

    let memory = tempfile::tempdir().unwrap();
    let mut demo = demo_of(memory.path());
    demo.publish().await.unwrap();
    let name = "江阳区住房和城乡建设局";
    let changed = taken_out(platform.in_force().await, BODIES, name, "江阳区住建局");
    platform.put(changed.clone()).await.unwrap();
    // The whole folder as the demo has it would bring back the body as it was, beside the changed one.
    let whole = beside(&changed, &demo.feed.plan().definitions(true)).unwrap();
    assert!(platform.put(whole).await.is_err());

    demo.amend().await.unwrap();
    assert_eq!(demo.timeline.published(), Published::Amended);
    let (set, problems) = DefinitionSet::read(platform.in_force().await);
    assert_eq!(problems, []);
    let amended = &demo.feed.plan().amendment().calendar;
    assert_eq!(
        set.calendars.iter().map(|c| &c.value).collect::<Vec<_>>(),
        [amended]
    );
    let bodies: Vec<_> = set.bodies.iter().map(|b| &b.value).collect();
    let of_code: Vec<_> = bodies
        .iter()
        .filter(|b| b.code.text == "510502-zjj")
        .collect();
    assert_eq!(of_code.len(), 1);
    assert_eq!(of_code[0].name, "江阳区住建局");

    // Somebody else publishes another calendar of the name: there is nothing of the demo's to amend.
    let memory = tempfile::tempdir().unwrap();
    let mut demo = demo_of(memory.path());
    let begun = demo.feed.plan().definitions(false);
    let taken = taken_out(begun, CALENDAR, "演示·泸州工作日历", "泸州工作日历");
    platform.put(taken.clone()).await.unwrap();
    let asked = platform.asked.load(Ordering::Relaxed);
    demo.amend().await.unwrap();
    assert_eq!(demo.timeline.published(), Published::Refused);
    assert_eq!(platform.asked.load(Ordering::Relaxed), asked);
    assert_eq!(platform.in_force().await, taken);
    let again = Timeline::open(memory.path(), DEMO_SEED, real_now).unwrap();
    assert_eq!(again.published(), Published::Refused);
    // So that it is not tried with every round, and no start publishes what the demo began with.
    assert!(again.published() > Published::Amended);
}
