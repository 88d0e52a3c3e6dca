//! Disks that are full, and what is lost then: nothing that was acknowledged.
//!
//! A scene with a small disk runs in a process of its own, in which a memory file
//! system of that size is mounted; the disk goes with the process.

use std::path::PathBuf;
use std::process::Command;

const DISK: &str = "SOTTO_STORY_DISK";

/// Runs an ignored scene of this binary where [`small_disk`] holds this many KiB.
/// Where the system lets nobody mount, it says so and proves nothing.
pub fn on_a_small_disk(scene: &str, kib: u32) {
    let namespaces: [&[&str]; 2] = [&["--mount", "--map-root-user"], &["--mount"]];
    let may_mount = |arguments: &&[&str]| {
        let tried = Command::new("unshare").args(*arguments).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let Some(namespace) = namespaces.into_iter().find(may_mount) else {
        eprintln!("not shown here: {scene} needs the right to mount a small disk");
        return;
    };
    let disk = tempfile::tempdir().expect("a temporary folder");
    let mounted = format!("mount -t tmpfs -o size={kib}k none \"${DISK}\" && exec \"$0\" \"$@\"");
    let played = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", &mounted])
        .arg(std::env::current_exe().expect("this binary"))
        .args([scene, "--exact", "--ignored", "--nocapture"])
        .env(DISK, disk.path())
        .output()
        .expect("the scene starts");
    let said = String::from_utf8_lossy(&played.stdout);
    let complained = String::from_utf8_lossy(&played.stderr);
    assert!(played.status.success(), "{said}{complained}");
    assert!(said.contains("1 passed"), "no such scene: {scene}");
}

/// Where the small disk is, in a scene that runs on one.
pub fn small_disk() -> PathBuf {
    std::env::var_os(DISK).expect("the scene runs on a small disk").into()
}
