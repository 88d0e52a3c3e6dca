//! The front ends are embedded: when they change, so does the binary.

fn main() -> std::io::Result<()> {
    // A missing folder would count as changed at every build.
    std::fs::create_dir_all("../../web/dist")?;
    println!("cargo::rerun-if-changed=../../web/dist");
    Ok(())
}
