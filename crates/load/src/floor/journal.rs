//! A file that is synced before anyone hears of what it holds.
//!
//! One thread writes all that waits, syncs once, then acknowledges and relays.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Messages in one commit at most.
const BATCH_MAX: usize = 1024;

/// A message, and who is to hear of it once it is on disk.
pub(super) struct Entry {
    pub(super) record: Utf8Bytes,
    pub(super) acknowledgement: Utf8Bytes,
    pub(super) sender: mpsc::Sender<Utf8Bytes>,
    pub(super) relayed: Utf8Bytes,
    pub(super) other: mpsc::Sender<Utf8Bytes>,
}

/// Opens the journal; the thread ends when all senders are gone.
pub(super) fn open(path: &Path) -> Result<SyncSender<Entry>> {
    let file =
        File::options().create(true).append(true).open(path).context("opening the journal")?;
    let (queue, entries) = sync_channel(BATCH_MAX);
    std::thread::Builder::new().name("journal".to_owned()).spawn(move || commit(file, &entries))?;
    Ok(queue)
}

fn commit(mut file: File, entries: &Receiver<Entry>) {
    let (mut batch, mut bytes) = (Vec::new(), Vec::new());
    while let Ok(first) = entries.recv() {
        batch.push(first);
        batch.extend(entries.try_iter().take(BATCH_MAX - 1));
        for entry in &batch {
            bytes.extend_from_slice(entry.record.as_bytes());
            bytes.push(b'\n');
        }
        file.write_all(&bytes).and_then(|()| file.sync_data()).expect("the floor needs its disk");
        bytes.clear();
        for entry in batch.drain(..) {
            // A full queue or an ended connection: the client sees that its socket is silent.
            let _ = entry.sender.try_send(entry.acknowledgement);
            let _ = entry.other.try_send(entry.relayed);
        }
    }
}
