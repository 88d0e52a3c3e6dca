//! Where each client stands, for whoever asks why one does not come back.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::time::Instant;

use crate::client::{Heard, Who};
use crate::proc;

/// Of a long frame its beginning says what it was.
const FRAME_CHARS_MAX: usize = 160;

/// What one client does, kept up by itself and read by whoever broke something.
pub(crate) struct Standing {
    who: Who,
    /// How many repairs it has come back from.
    pub(super) repairs: Cell<u32>,
    doing: Cell<(&'static str, Instant)>,
    port: Cell<Option<u16>>,
    sent: RefCell<String>,
    heard: RefCell<String>,
    waits: RefCell<String>,
}

impl Standing {
    pub(super) fn new(who: Who) -> Self {
        Self {
            who,
            repairs: Cell::new(0),
            doing: Cell::new(("nothing yet", Instant::now())),
            port: Cell::new(None),
            sent: RefCell::default(),
            heard: RefCell::default(),
            waits: RefCell::default(),
        }
    }

    /// From now on it does this, over the socket at this port.
    pub(super) fn does(&self, what: &'static str, port: Option<u16>) {
        self.doing.set((what, Instant::now()));
        self.port.set(port);
    }

    pub(super) fn sent(&self, what: fmt::Arguments<'_>) {
        self.sent.replace(what.to_string());
    }

    pub(super) fn heard(&self, heard: &Heard) {
        self.heard.replace(format!("{heard:?}").chars().take(FRAME_CHARS_MAX).collect());
    }

    /// What is not answered yet, and whether it may be sent.
    pub(super) fn waits(&self, what: fmt::Arguments<'_>) {
        self.waits.replace(what.to_string());
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (doing, since) = self.doing.get();
        let socket = self.port.get().and_then(proc::socket).unwrap_or_else(|| "none".to_owned());
        write!(
            f,
            "the {:?} is {doing} for {:.1} s; socket: {socket}; sent last: {}; heard last: {}; {}",
            self.who,
            since.elapsed().as_secs_f64(),
            self.sent.borrow(),
            self.heard.borrow(),
            self.waits.borrow(),
        )
    }
}
