//! `sotto doctor`: what is not as it should be, one line each, with its mend.

mod database;
mod ports;

use std::io::Write;

use clap::Args;

use super::place::{ConfigFile, opened};
use super::transcript::Answer;
use crate::archive::{connection, posture};

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    config: ConfigFile,
    /// Test every destination's connection as well: writes a probe to each
    #[arg(long)]
    test: bool,
    /// Lines that are good, too
    #[arg(long)]
    all: bool,
}

/// The answer is no when anything is wrong.
pub async fn run(command: &Doctor, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let app = opened(&command.config).await?;
    let mut wrong = 0;
    let mut lines = posture::lines(&app).await?;
    lines.extend(ports::lines(&app.config).await);
    lines.extend(database::lines(&app.config)?);
    for line in lines {
        wrong += u32::from(line.outcome == "wrong");
        if line.outcome == "good" && !command.all {
            continue;
        }
        let subject =
            if line.subject.is_empty() { String::new() } else { format!(" {}", line.subject) };
        let told =
            format!("{}  {}{subject}: {}. {}", line.outcome, line.code, line.found, line.mend);
        writeln!(out, "{}", told.trim_end())?;
    }
    if command.test {
        for named in &app.sections().destinations {
            let sheet = connection::test_set(&app, &named.name).await?;
            if let Some(refusal) = sheet.refusal {
                wrong += 1;
                writeln!(
                    out,
                    "wrong  connection {}: {}. {}",
                    named.name, refusal.code, refusal.mend
                )?;
            } else if command.all {
                writeln!(out, "good  connection {}: {} ms", named.name, sheet.millis)?;
            }
        }
    }
    writeln!(out, "{wrong} wrong")?;
    Ok(if wrong == 0 { Answer::Yes } else { Answer::No })
}
