//! A client of Sotto, as the widget and the console are, without a screen.

mod address;
mod agent;
mod heard;
mod http;
mod line;
mod verb;
mod visitor;

pub(crate) use address::Address;
pub(crate) use agent::{OnDuty, SignedIn};
pub(crate) use heard::Heard;
pub(crate) use line::{Line, Who};
pub(crate) use verb::Verb;
pub(crate) use visitor::{Arrived, Pass, Place, start};

pub(crate) use http::{is_ready, metric};

/// A fresh name for a message, or for a start.
pub(crate) fn fresh_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
