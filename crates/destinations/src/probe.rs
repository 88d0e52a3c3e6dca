//! A document for tests of the connection, and what came of them.

use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;

use crate::{Checked, Document, Error, Level, Name, Observed};

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
    pub(crate) may_read: bool,
    pub(crate) listed: Result<Vec<Name>, Error>,
    pub(crate) removed: Result<(), Error>,
    pub(crate) probe: Document,
}

impl Probed {
    /// Not being allowed to list or to delete is no failure: it is better so.
    pub(crate) fn checked(self, begun: Instant) -> Result<Checked, Error> {
        let lists = match self.listed {
            Ok(names) if names == [self.probe.name] => "allowed",
            Ok(_) => return Err(Error::Later { code: "list_differs" }),
            Err(Error::NotReadable) => "refused",
            Err(other) => return Err(other),
        };
        let deletes = match self.removed {
            Ok(()) => "allowed",
            Err(Error::NotWritable) => "refused",
            Err(other) => return Err(other),
        };
        let reads = if self.may_read { "allowed" } else { "refused" };
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let observed = vec![
            Observed::new("read", reads),
            Observed::new("list", lists),
            Observed::new("delete", deletes),
            Observed::new("overwrite", "refused"),
        ];
        Ok(Checked { level: self.level, millis, observed })
    }
}
