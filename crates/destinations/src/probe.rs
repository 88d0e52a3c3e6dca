//! A document for tests of the connection, and what came of them.

use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;

use crate::{Checked, Document, Error, Level, Name, Step};

/// Where probes are.
pub(crate) const FOLDER: &str = "sotto-check";

/// In a folder of its own, so that looking for it does not list the whole place.
pub(crate) fn document() -> Result<Document, Error> {
    let mut random = [0; 16];
    rand::fill(&mut random).map_err(|_| Error::Later { code: "no_random" })?;
    let word = HEXLOWER.encode(&random);
    let name = Name::new(format!("{FOLDER}/{word}.txt"))?;
    Ok(Document { name, media_type: "text/plain", bytes: word.as_bytes().into() })
}

/// Other bytes under the same name.
pub(crate) fn other(probe: &Document) -> Document {
    Document { bytes: Arc::from(*b"other bytes"), ..probe.clone() }
}

pub(crate) fn begin() -> Instant {
    Instant::now()
}

/// What became of a probe that the destination took.
pub(crate) struct Probed {
    pub(crate) level: Level,
    pub(crate) connection: Step,
    pub(crate) read_back: Step,
    pub(crate) list: Step,
    pub(crate) delete: Step,
}

impl Probed {
    /// `place` is what the place tells of itself: encryption, versions and region first.
    pub(crate) fn checked(self, begun: Instant, place: Vec<Step>) -> Checked {
        let is_immutable = self.level == Level::ImmutableVersion;
        let what = "immutable";
        let immutable = if is_immutable { Step::done(what, "") } else { Step::not_here(what) };
        let (write, overwrite) = (Step::done("write", ""), Step::refused("overwrite"));
        let tried = [self.connection, write, self.read_back, overwrite, self.list, self.delete];
        let steps = tried.into_iter().chain([immutable]).chain(place).collect();
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Checked { level: self.level, millis, steps }
    }
}

/// Not being allowed to list is no failure: it is better so.
pub(crate) fn listed(found: Result<Vec<Name>, Error>, probe: &Document) -> Result<Step, Error> {
    match found {
        Ok(names) if names.as_slice() == std::slice::from_ref(&probe.name) => {
            Ok(Step::done("list", ""))
        }
        Ok(_) => Err(Error::Later { code: "list_differs" }),
        Err(Error::NotReadable) => Ok(Step::refused("list")),
        Err(other) => Err(other),
    }
}

/// Nor is not being allowed to delete. What is left after it is told as a code.
pub(crate) fn removed(left: Result<&'static str, Error>) -> Result<Step, Error> {
    match left {
        Ok(left) => Ok(Step::done("delete", left)),
        Err(Error::NotWritable) => Ok(Step::refused("delete")),
        Err(other) => Err(other),
    }
}

/// What a place that says nothing of itself has for encryption, versions and region.
pub(crate) fn says_nothing() -> Vec<Step> {
    ["encryption", "versions", "region"].map(Step::not_here).to_vec()
}
