//! `sotto transcript open`: opens sealed documents where the private key is, which is
//! never on a server.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use destinations::Identities;
use zeroize::Zeroizing;

use super::Answer;
use crate::archive::editions::SEALED;

#[derive(Debug, Args)]
pub struct Open {
    /// The file with the private key, as age-keygen writes it
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Write the opened files here instead of to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Sealed files, such as K7QX-4MPD-part0.json.age
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Opens each file; fails at the first that does not open.
pub(super) fn open(args: &Open, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let shown = args.identity.display();
    let text = fs::read_to_string(&args.identity);
    let text = Zeroizing::new(text.with_context(|| format!("{shown} cannot be read"))?);
    let identities = Identities::read(&text).with_context(|| {
        format!("{shown} holds no private key: it starts with AGE-SECRET-KEY-1")
    })?;
    for file in &args.files {
        let shown = file.display();
        let sealed = fs::read(file).with_context(|| format!("{shown} cannot be read"))?;
        let Ok(opened) = identities.open(&sealed) else {
            anyhow::bail!("{shown}: none of the keys opens it, or it was changed");
        };
        match &args.out {
            None => out.write_all(&opened)?,
            Some(folder) => {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let target = folder.join(name.strip_suffix(SEALED).unwrap_or(&name));
                let mut options = fs::OpenOptions::new();
                let created = options.write(true).create_new(true).mode(0o600).open(&target);
                let shown = target.display();
                let mut created = created.with_context(|| format!("{shown} cannot be made"))?;
                created.write_all(&opened)?;
                writeln!(out, "{shown}")?;
            }
        }
    }
    Ok(Answer::Yes)
}
