//! The inspector ends at once when it is told to, whatever it waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_inspect::{
    Config, DefinitionsError, DefinitionsSource, Inspector, Metrics, Parts, run,
};
use mingjing_log::embedded::EmbeddedLog;
use mingjing_store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Longer than stopping takes on a busy machine, and shorter than any of the inspector's own patience.
const AT_ONCE: Duration = Duration::from_secs(5);

struct Nothing;

#[async_trait]
impl DefinitionsSource for Nothing {
    async fn in_force(&self) -> Result<DefinitionSet, DefinitionsError> {
        Ok(DefinitionSet::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_under_way_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = EmbeddedLog::open(folder.path(), 1).await;
    let log = Arc::new(log.expect("a log"));
    // A ClickHouse that is frozen: it takes the question and says nothing.
    let frozen = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", frozen.local_addr().expect("its address"));
    let parts = Parts {
        log: log.clone(),
        table: log,
        store: Store::connect(&mingjing_store::Config::local(url)),
        definitions: Arc::new(Nothing),
        now: Arc::new(|| Timestamp::from_millis(1_790_000_000_000)),
        metrics: Arc::new(Metrics::new(&prometheus::Registry::new()).expect("metrics")),
    };
    let (stop, stopped) = watch::channel(false);
    let inspector = Arc::new(Inspector::new(parts, Config::default()));
    let running = tokio::spawn(run(inspector, stopped));
    let asked = frozen.accept().await;
    asked.expect("the inspector asks");
    let began = Instant::now();
    stop.send_replace(true);
    let ended = tokio::time::timeout(AT_ONCE, running).await;
    ended
        .expect("it ends although nobody answers")
        .expect("and does not panic");
    assert!(began.elapsed() < AT_ONCE);
}
