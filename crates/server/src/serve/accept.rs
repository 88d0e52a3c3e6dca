//! The accept loop: any stream, a limit on connections, and no time for those
//! who send their head a byte at a time.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Limits;
use crate::router::{Hosts, Peer};

/// Hyper's least: heads are small, and most connections become sockets.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// After the system refused a connection, such as for want of file handles.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Accepting {
    room: Arc<Semaphore>,
    stopping: CancellationToken,
    open: TaskTracker,
    http: http1::Builder,
}

impl Accepting {
    pub(super) fn new(limits: &Limits) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits.header_read_seconds.into()))
            .max_buf_size(HEAD_BYTES_MAX);
        Self {
            room: Arc::new(Semaphore::new(limits.connections)),
            stopping: CancellationToken::new(),
            open: TaskTracker::new(),
            http,
        }
    }

    /// Accepts for ever. Past the limit new connections wait in the system's line.
    pub(super) async fn accept(&self, listener: &TcpListener, hosts: &Arc<Hosts>) {
        loop {
            let Ok(room) = self.room.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    // Small frames must not wait for the next; without it they are only slower.
                    let _ = stream.set_nodelay(true);
                    self.serve(stream, peer.ip().to_canonical(), hosts.clone(), room);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Waits for the connections that are open.
    pub(super) async fn end(self) {
        self.stopping.cancel();
        self.open.close();
        self.open.wait().await;
    }

    fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: IpAddr,
        hosts: Arc<Hosts>,
        room: OwnedSemaphorePermit,
    ) {
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let hosts = hosts.clone();
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer));
                let answer = hosts.answer(request).await;
                Ok::<_, Infallible>(answer.unwrap_or_else(|never| match never {}))
            }
        });
        let stream = Placed { stream, _room: room };
        let connection = self.http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let stopping = self.stopping.clone();
        self.open.spawn(async move {
            let mut connection = pin!(connection);
            // How a client broke off is its own affair.
            tokio::select! {
                _ = connection.as_mut() => return,
                () = stopping.cancelled() => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        });
    }
}

/// A stream with its place among the connections: whoever owns the stream last,
/// a socket's task perhaps, gives the place back with it.
struct Placed<S> {
    stream: S,
    _room: OwnedSemaphorePermit,
}

impl<S: AsyncRead + Unpin> AsyncRead for Placed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Placed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
