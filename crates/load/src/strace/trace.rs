//! strace's record as calls with a beginning and an end.
//!
//! Order is that of the record's lines: a call that others interrupted has two.

use std::collections::HashMap;

/// A message of 100 bytes in its frame is longer, a pong or a typing frame shorter.
const MESSAGE_BYTES_MIN: u64 = 120;

#[derive(Debug, PartialEq, Eq)]
struct Call {
    name: String,
    /// The file descriptor that it is about.
    fd: u32,
    arguments: String,
    result: i64,
    /// Line on which it began.
    from: usize,
    /// Line on which it was over.
    until: usize,
}

/// All calls of a run, in the order in which they ended.
#[derive(Debug, Default)]
pub(super) struct Trace {
    calls: Vec<Call>,
}

/// The place of a call that wrote an acknowledgement.
pub(super) struct Acknowledgement(usize);

impl Trace {
    pub(super) fn parse(record: &str) -> Self {
        let mut begun: HashMap<&str, (usize, String)> = HashMap::new();
        let mut trace = Self::default();
        for (number, line) in record.lines().enumerate() {
            // Thread, time, call.
            let mut parts = line.splitn(3, ' ').filter(|part| !part.is_empty());
            let line = line.trim_start();
            let (Some(thread), Some(_)) = (parts.next(), parts.next()) else {
                continue;
            };
            let rest = line[thread.len()..].trim_start();
            let Some((_, call)) = rest.split_once(' ') else {
                continue;
            };
            if let Some(start) = call.strip_suffix("<unfinished ...>") {
                begun.insert(thread, (number, start.to_owned()));
            } else if let Some(resumed) = call.strip_prefix("<... ") {
                let end = resumed.split_once(" resumed>").map(|(_, end)| end);
                let Some(((from, start), end)) = begun.remove(thread).zip(end) else {
                    continue;
                };
                trace.calls.extend(call_of(&format!("{start}{end}"), from, number));
            } else {
                trace.calls.extend(call_of(call, number, number));
            }
        }
        trace
    }

    /// Syncs that succeeded.
    pub(super) fn syncs(&self) -> usize {
        self.calls.iter().filter(|call| call.is_sync()).count()
    }

    /// One for each acknowledgement that was written to a socket.
    pub(super) fn acknowledgements(&self) -> Vec<Acknowledgement> {
        let all = self.calls.iter().enumerate();
        all.flat_map(|(place, call)| {
            let times = if call.is_write() {
                call.arguments.matches(r#"\"frame\":\"done\""#).count()
            } else {
                0
            };
            (0..times).map(move |_| Acknowledgement(place))
        })
        .collect()
    }

    /// Whether a sync began after the message had been received on the same
    /// socket, and was over before the acknowledgement was written to it.
    pub(super) fn is_synced_before(&self, acknowledgement: &Acknowledgement) -> bool {
        let written = &self.calls[acknowledgement.0];
        let received =
            self.calls.iter().rev().find(|call| {
                call.is_message() && call.fd == written.fd && call.until < written.from
            });
        received.is_some_and(|received| {
            let mut syncs = self.calls.iter().filter(|call| call.is_sync());
            syncs.any(|sync| sync.from > received.until && sync.until < written.from)
        })
    }
}

impl Call {
    fn is_sync(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync") && self.result == 0
    }

    fn is_write(&self) -> bool {
        matches!(self.name.as_str(), "sendto" | "sendmsg" | "write" | "writev") && self.result > 0
    }

    fn is_message(&self) -> bool {
        matches!(self.name.as_str(), "recvfrom" | "recvmsg" | "read" | "readv")
            && u64::try_from(self.result).is_ok_and(|bytes| bytes >= MESSAGE_BYTES_MIN)
    }
}

/// `name(fd<what>, …) = result`
fn call_of(text: &str, from: usize, until: usize) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") = ").or_else(|| rest.rsplit_once(" = "))?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let result = match result.trim().strip_prefix('-') {
        Some(_) => -1,
        None => digits(result.trim()).parse().ok()?,
    };
    let fd = digits(arguments).parse().ok()?;
    Some(Call { name: name.to_owned(), fd, arguments: arguments.to_owned(), result, from, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVED: &str = r#"7 1.1 recvfrom(9<socket:[5]>, "xx", 4096, 0, NULL, NULL) = 170"#;
    const ACKNOWLEDGED: &str = r#"7 1.4 sendto(9<socket:[5]>, "\201-{\"frame\":\"done\",\"id\":1}", 30, MSG_NOSIGNAL, NULL, 0) = 30"#;

    fn is_synced(lines: &[&str]) -> bool {
        let trace = Trace::parse(&lines.join("\n"));
        let acknowledgements = trace.acknowledgements();
        assert_eq!(acknowledgements.len(), 1);
        trace.is_synced_before(&acknowledgements[0])
    }

    #[test]
    fn a_sync_between_receipt_and_acknowledgement_is_found() {
        let sync = "8 1.2 fdatasync(12</tmp/sotto.db-wal>) = 0";
        assert!(is_synced(&[RECEIVED, sync, ACKNOWLEDGED]));
    }

    #[test]
    fn a_sync_at_another_time_does_not_count() {
        let sync = "8 1.2 fdatasync(12</tmp/sotto.db-wal>) = 0";
        assert!(!is_synced(&[sync, RECEIVED, ACKNOWLEDGED]));
        assert!(!is_synced(&[RECEIVED, ACKNOWLEDGED, sync]));
        assert!(!is_synced(&[RECEIVED, ACKNOWLEDGED]));
    }

    #[test]
    fn a_sync_that_failed_or_began_before_the_receipt_does_not_count() {
        let failed = "8 1.2 fdatasync(12</tmp/sotto.db-wal>) = -1 EIO (Input/output error)";
        assert!(!is_synced(&[RECEIVED, failed, ACKNOWLEDGED]));
        let begun = "8 1.0 fdatasync(12</tmp/sotto.db-wal> <unfinished ...>";
        let over = "8 1.2 <... fdatasync resumed>) = 0";
        assert!(!is_synced(&[begun, RECEIVED, over, ACKNOWLEDGED]));
        assert!(is_synced(&[RECEIVED, begun, over, ACKNOWLEDGED]));
        assert!(!is_synced(&[RECEIVED, begun, ACKNOWLEDGED, over]));
    }

    #[test]
    fn receipt_on_another_socket_is_not_this_messages() {
        let sync = "8 1.2 fsync(12</tmp/x>) = 0";
        let other = RECEIVED.replace("9<", "10<");
        assert!(!is_synced(&[&other, sync, ACKNOWLEDGED]));
    }
}
