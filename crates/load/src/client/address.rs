//! Where the server listens, and the hosts that it goes by.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// A server on this machine, under its two origins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address(SocketAddr);

impl Address {
    pub(crate) fn new(socket: SocketAddr) -> Self {
        Self(socket)
    }

    pub(crate) fn socket(&self) -> SocketAddr {
        self.0
    }

    /// Host and port of the console's origin.
    pub(crate) fn console(&self) -> String {
        format!("localhost:{}", self.0.port())
    }

    /// Host and port of the widget's origin.
    pub(crate) fn widget(&self) -> String {
        format!("widget.localhost:{}", self.0.port())
    }

    /// Host and port of the origin that visitors' files come from.
    pub(crate) fn files(&self) -> String {
        format!("files.localhost:{}", self.0.port())
    }
}

impl FromStr for Address {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
