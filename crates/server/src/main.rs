//! Starts `sotto`.

fn main() -> std::process::ExitCode {
    // Serving is not built yet: say so, with the exit code for "could not run".
    eprintln!("sotto cannot serve yet; see CHANGELOG.md for what is there");
    std::process::ExitCode::from(2)
}
