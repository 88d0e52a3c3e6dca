//! The bare relay: WebSockets in pairs, a journal between them.
//!
//! It cuts the few bytes that it needs out of the generator's own frames,
//! without parsing them: a floor must not carry what the product carries.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::SyncSender;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::journal::{self, Entry};
use crate::client::Address;

const READ_BUFFER_BYTES: usize = 4096;
/// Frames that wait for one client; closed loops have two.
const QUEUE_MAX: usize = 64;

/// Those who came first, under the number in their first frame.
type Waiting = Rc<RefCell<HashMap<String, (Who, mpsc::Sender<Other>)>>>;
/// How to reach the other side.
type Other = mpsc::Sender<Utf8Bytes>;
type Who = mpsc::Sender<Utf8Bytes>;

/// Relays until the process is killed.
pub(crate) async fn serve(listen: Address, journal: &Path) -> Result<()> {
    let journal = journal::open(journal)?;
    let listener = TcpListener::bind(listen.socket()).await.context("listening")?;
    let waiting = Waiting::default();
    let accept = async move {
        loop {
            let (stream, _) = listener.accept().await?;
            let (waiting, journal) = (waiting.clone(), journal.clone());
            tokio::task::spawn_local(async move {
                // A connection that breaks is its client's to report.
                let _ = relay(stream, waiting, journal).await;
            });
        }
    };
    LocalSet::new().run_until(accept).await
}

async fn relay(stream: TcpStream, waiting: Waiting, journal: SyncSender<Entry>) -> Result<()> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await?;
    let first = socket.next().await.context("no first frame")??.into_text()?;
    let is_visitor = first.contains("\"token\"");
    let key = if is_visitor {
        between(&first, "\"token\":\"", "\"")
    } else {
        between(&first, "\"ticket\":\"", "\"")
    };
    let key = key.context("no key in the first frame")?.to_owned();
    let (me, mut outgoing) = mpsc::channel(QUEUE_MAX);
    let other = join(&waiting, key, me.clone()).await?;
    socket.send(Message::text(r#"{"frame":"done","id":0,"number":null,"at":0}"#)).await?;
    let mut number = 0u64;
    loop {
        tokio::select! {
            read = socket.next() => {
                let record = read.context("ended")??.into_text()?;
                number += 1;
                let entry = entry(record, is_visitor, number, &me, &other)?;
                journal.try_send(entry).ok().context("the journal is full")?;
            }
            Some(frame) = outgoing.recv() => write(&mut socket, frame, &mut outgoing).await?,
        }
    }
}

/// One write for all that waits.
async fn write(
    socket: &mut WebSocketStream<TcpStream>,
    frame: Utf8Bytes,
    outgoing: &mut mpsc::Receiver<Utf8Bytes>,
) -> Result<()> {
    socket.feed(Message::Text(frame)).await?;
    while let Ok(frame) = outgoing.try_recv() {
        socket.feed(Message::Text(frame)).await?;
    }
    socket.flush().await?;
    Ok(())
}

/// Waits for the other one with the same key.
async fn join(waiting: &Waiting, key: String, me: Who) -> Result<Other> {
    let first = waiting.borrow_mut().remove(&key);
    if let Some((other, tell)) = first {
        tell.send(me).await.ok().context("the other one left")?;
        return Ok(other);
    }
    let (tell, told) = mpsc::channel(1);
    waiting.borrow_mut().insert(key, (me, tell));
    let mut told = told;
    told.recv().await.context("nobody came")
}

fn entry(
    record: Utf8Bytes,
    by_visitor: bool,
    number: u64,
    me: &Who,
    other: &Other,
) -> Result<Entry> {
    let Some(id) = between(&record, "{\"id\":", ",") else { bail!("no id") };
    let Some(at) = record.find("\"client_id\"") else { bail!("no message") };
    let words = record[at..].trim_end_matches('}');
    let acknowledgement = format!(r#"{{"frame":"done","id":{id},"number":{number},"at":0}}"#);
    let to = if by_visitor { r#""conversation":"","# } else { "" };
    let relayed = format!(
        r#"{{"frame":"events",{to}"events":[{{"number":{number},"at":0,"body":{{"kind":"message","from":{{"kind":"automatic"}},"masks":[],"revision":0,"corrected":false,{words}}}}}]}}"#
    );
    Ok(Entry {
        acknowledgement: acknowledgement.into(),
        sender: me.clone(),
        relayed: relayed.into(),
        other: other.clone(),
        record,
    })
}

/// What stands between two pieces of text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Heard;

    #[test]
    fn the_other_side_reads_what_was_relayed() {
        let (me, other) = (mpsc::channel(1).0, mpsc::channel(1).0);
        let sent = r#"{"id":7,"verb":{"post_message":{"client_id":"abcdefgh","text":"Hi."}}}"#;
        let entry = entry(sent.into(), true, 3, &me, &other).unwrap();
        let Heard::Events { events } = Heard::by_agent(&entry.relayed).unwrap() else {
            panic!("not events: {}", entry.relayed)
        };
        assert!(format!("{:?}", events[0].body).contains("abcdefgh"));
        let heard = Heard::by_visitor(&entry.acknowledgement).unwrap();
        assert!(matches!(heard, Heard::Done { id: 7, number: Some(3) }));
    }
}
