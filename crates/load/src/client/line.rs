//! One socket, of a visitor or of an agent.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use protocol::Problem;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::verb::Request;
use super::{Address, Heard, Verb};

/// The library's 128 KiB a socket would make the generator the largest thing on the machine.
const READ_BUFFER_BYTES: usize = 4096;
/// A server that keeps an answer this long is broken, even on a crowded machine.
const ANSWER_SECONDS_MAX: u64 = 60;

/// Who sits at this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Visitor,
    Agent,
}

/// An open socket.
pub(crate) struct Line {
    socket: WebSocketStream<TcpStream>,
    who: Who,
    next_id: u32,
}

/// A verb that was carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    pub(crate) number: Option<u64>,
}

/// A verb that was refused; the connection goes on.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Problem);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused as {:?}: {}", self.0.code, self.0.title)
    }
}

impl std::error::Error for Refusal {}

impl Line {
    /// Opens the socket and sends `hello`; what it is answered is still to be heard.
    pub(crate) async fn open(address: Address, who: Who, hello: String) -> Result<Self> {
        let (host, path) = match who {
            Who::Visitor => (address.widget(), "/live/visitor"),
            Who::Agent => (address.console(), "/live/agent"),
        };
        let mut request = format!("ws://{host}{path}").into_client_request()?;
        request.headers_mut().insert("Origin", format!("http://{host}").parse()?);
        let stream = TcpStream::connect(address.socket()).await.context("connecting")?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(1 << 20);
        let opening = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        let (mut socket, _) = timeout(Duration::from_secs(ANSWER_SECONDS_MAX), opening)
            .await
            .context("no answer to the WebSocket handshake")?
            .context("opening the WebSocket")?;
        socket.send(Message::text(hello)).await?;
        Ok(Self { socket, who, next_id: 1 })
    }

    /// Its port on this side.
    pub(crate) fn port(&self) -> Option<u16> {
        self.socket.get_ref().local_addr().ok().map(|address| address.port())
    }

    /// Sends a verb and says under which number its answer comes.
    pub(crate) async fn send(&mut self, verb: Verb<'_>) -> Result<u32> {
        let id = self.next_id;
        self.next_id += 1;
        let line = serde_json::to_string(&Request { id, verb }).context("writing a verb")?;
        self.socket.send(Message::text(line)).await?;
        Ok(id)
    }

    /// The next frame. A close, an end and a silence longer than any answer may
    /// take are errors.
    pub(crate) async fn hear(&mut self) -> Result<Heard> {
        timeout(Duration::from_secs(ANSWER_SECONDS_MAX), self.hear_at_leisure())
            .await
            .with_context(|| format!("no frame within {ANSWER_SECONDS_MAX} s"))?
    }

    /// The next frame, however long that takes. Safe to drop and call again.
    pub(crate) async fn hear_at_leisure(&mut self) -> Result<Heard> {
        loop {
            let message = self.socket.next().await.ok_or_else(|| anyhow!("connection ended"))??;
            match message {
                Message::Text(text) if self.who == Who::Visitor => return Heard::by_visitor(&text),
                Message::Text(text) => return Heard::by_agent(&text),
                Message::Close(why) => bail!("closed by the server: {why:?}"),
                Message::Ping(_) => self.socket.flush().await?,
                _ => {}
            }
        }
    }

    /// Hears until the verb `id` is answered, and lets all else pass.
    /// A refusal comes as a [`Refusal`].
    pub(crate) async fn answer(&mut self, id: u32) -> Result<Answered> {
        loop {
            match self.hear().await? {
                Heard::Done { id: of, number } if of == id => return Ok(Answered { number }),
                Heard::Refused { id: of, problem } if of == id => bail!(Refusal(problem)),
                Heard::Bye { problem } => bail!("the server said goodbye: {problem:?}"),
                _ => {}
            }
        }
    }

    /// Sends a verb and waits for its answer.
    pub(crate) async fn ask(&mut self, verb: Verb<'_>) -> Result<Answered> {
        let id = self.send(verb).await?;
        self.answer(id).await
    }

    /// Closes as a browser does that leaves the page.
    pub(crate) async fn close(mut self) {
        // A server that is gone already has nothing to be told.
        let _ = self.socket.close(None).await;
    }
}
