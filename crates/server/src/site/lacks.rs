//! What a destination lacks before real health information may go there.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use destinations::Config as To;

use crate::clock::Millis;
use crate::config::Config;
use crate::config::destination::NamedDestination;

/// Code and mend of each thing that PHI mode asks for and that is not so.
pub fn of(
    named: &NamedDestination,
    config: &Config,
    now: Millis,
) -> Vec<(&'static str, &'static str)> {
    let mut lacks = Vec::new();
    match &named.terms.agreement {
        None => lacks.push((
            "no_agreement",
            "Enter the business associate agreement with whoever keeps this place.",
        )),
        Some(it) if it.ends_on.as_ref().is_some_and(|day| *day <= now.day()) => lacks.push((
            "agreement_ended",
            "The business associate agreement has ended. Renew it and enter the new one.",
        )),
        Some(_) => {}
    }
    if let To::Folder(folder) = &named.to
        && !named.terms.is_sealed
        && [&config.data_dir, &config.key_dir].iter().any(|it| is_one_volume(&folder.path, it))
    {
        lacks.push((
            "same_volume",
            "Readable transcripts lie on the volume of data or keys. Choose another volume, or seal them.",
        ));
    }
    lacks
}

/// Whether two paths are on one volume, as far as they are there.
pub fn is_one_volume(one: &Path, other: &Path) -> bool {
    let volume = |path: &Path| std::fs::metadata(path).map(|found| found.dev()).ok();
    volume(one).is_some_and(|it| Some(it) == volume(other))
}
