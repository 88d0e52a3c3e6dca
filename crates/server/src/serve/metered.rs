//! Numbers for the operator, on a listener of their own.

use std::convert::Infallible;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::live::Live;

const HEAD_READ: Duration = Duration::from_secs(5);
/// For one whole scrape.
const PATIENCE: Duration = Duration::from_secs(10);
/// After the system refused a connection.
const PAUSE: Duration = Duration::from_millis(100);

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The process' recorder; `None` where another was there first.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

/// Folds what was measured since; without it each value would be kept.
pub(super) fn fold() {
    if let Some(handle) = recorder() {
        handle.run_upkeep();
    }
}

/// The running listener, if one was asked for.
pub(super) struct Metered(Option<JoinHandle<()>>);

impl Metered {
    pub(super) async fn end(self) {
        if let Some(task) = self.0 {
            // It ends by the stop that all loops get.
            let _ = task.await;
        }
    }
}

pub(super) async fn serve(
    app: &App,
    live: &Live,
    stopping: &CancellationToken,
) -> anyhow::Result<Metered> {
    let handle = recorder();
    let Some(address) = &app.config.metrics_listen else { return Ok(Metered(None)) };
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("metrics_listen: {address} cannot be listened on"))?;
    let (live, stopping) = (live.clone(), stopping.clone());
    let task = tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stopping.cancelled() => return,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let live = live.clone();
            let answer = service_fn(move |_: hyper::Request<Incoming>| {
                metrics::gauge!("sotto_sockets").set(live.count() as f64);
                let body = handle.map(PrometheusHandle::render).unwrap_or_default();
                async move { Ok::<_, Infallible>(hyper::Response::new(body)) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_READ).keep_alive(false);
            // One reader at a time: scrapes are short, and nobody else belongs here.
            tokio::select! {
                _ = http.serve_connection(TokioIo::new(stream), answer) => {}
                () = tokio::time::sleep(PATIENCE) => {}
                () = stopping.cancelled() => return,
            }
        }
    });
    Ok(Metered(Some(task)))
}
