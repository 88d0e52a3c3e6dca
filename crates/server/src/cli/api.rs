//! `sotto api`: the description of the HTTP API, as `/api/openapi.json` answers it.

use std::io::Write;

use crate::router;

/// Prints it.
pub fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &router::openapi())?;
    writeln!(out)?;
    Ok(())
}
