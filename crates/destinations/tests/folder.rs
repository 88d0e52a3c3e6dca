//! The folder against real directories: names taken, folders missing, disks full
//! or read-only, and writers killed in the middle.
//!
//! Scenes that need a process or a file system of their own start this binary
//! again with `SOTTO_SCENE` naming what to do.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use destinations::{Config, Destination, Document, Error, Level, Name, folder};

/// Enough to fall at every step of a put, several times.
const KILLS: u64 = 60;

/// A few puts take this long.
const KILLED_WITHIN_MICROS: u64 = 120_000;

fn folder_at(path: &Path) -> Destination {
    let config = folder::Config { path: path.to_owned(), must_hold: None };
    Destination::open(&Config::Folder(config)).expect("an absolute path")
}

fn named(name: &str, bytes: &[u8]) -> Document {
    let name = Name::new(name).expect("a good name");
    Document { name, media_type: "application/json", bytes: bytes.into() }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_document_comes_back_as_it_went_and_only_we_can_read_it() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let there = folder_at(place.path());
    let document = named("2026/11/K7QX/K7QX-part0.json", b"{\"said\":\"hello\"}");
    let receipt = there.put(&document).await.expect("it fits");
    assert_eq!(receipt.level, Level::ReadBack);
    assert_eq!(receipt.object, document.name.as_str());
    assert_eq!(receipt.sha256, document.sha256());
    assert!(receipt.at_ms > 1_700_000_000_000, "milliseconds of this decade");
    assert_eq!(there.read(&document.name).await.expect("reads"), *document.bytes);
    assert_eq!(mode(&place.path().join("2026/11/K7QX/K7QX-part0.json")), 0o600);
    for made in ["2026", "2026/11", "2026/11/K7QX"] {
        assert_eq!(mode(&place.path().join(made)), 0o700, "{made}");
    }
}

#[tokio::test]
async fn the_same_again_is_the_same_receipt_and_other_bytes_are_refused() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let there = folder_at(place.path());
    let document = named("a/b.json", b"first");
    let receipt = there.put(&document).await.expect("it fits");
    assert_eq!(there.put(&document).await, Ok(receipt));
    assert_eq!(there.put(&named("a/b.json", b"other")).await, Err(Error::Exists));
    assert_eq!(there.put(&named("a/b.json", b"")).await, Err(Error::Exists));
    assert_eq!(there.read(&document.name).await.expect("reads"), b"first");
    assert_eq!(fs::read_dir(place.path().join("a")).expect("lists").count(), 1);
}

#[tokio::test]
async fn of_many_that_put_at_once_under_one_name_one_wins_and_stays() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let there = folder_at(place.path());
    let tries: Vec<_> = (0..24_u8)
        .map(|one| {
            let there = there.clone();
            tokio::spawn(async move { there.put(&named("x/y.json", &[one; 4096])).await })
        })
        .collect();
    let mut won = Vec::new();
    for attempt in tries {
        match attempt.await.expect("no panic") {
            Ok(receipt) => won.push(receipt.sha256),
            Err(error) => assert_eq!(error, Error::Exists),
        }
    }
    assert_eq!(won.len(), 1);
    let stored = there.read(&Name::new("x/y.json").expect("good")).await.expect("reads");
    assert_eq!(named("x/y.json", &stored).sha256(), won[0]);
}

#[tokio::test]
async fn a_list_is_sorted_and_passes_over_what_is_not_ours() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let there = folder_at(place.path());
    for name in ["2026/12/C/c.json", "2026/11/B/b.json", "2025/01/A/a.json"] {
        there.put(&named(name, b"x")).await.expect("it fits");
    }
    fs::write(place.path().join(".sotto-1.part"), "half").expect("writes");
    fs::write(place.path().join("with space.txt"), "foreign").expect("writes");
    symlink("/", place.path().join("root")).expect("links");
    let listed = |prefix: &'static str| {
        let there = there.clone();
        async move {
            let names = there.list(prefix).await.expect("lists");
            names.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed("").await, ["2025/01/A/a.json", "2026/11/B/b.json", "2026/12/C/c.json"]);
    assert_eq!(listed("2026/1").await, ["2026/11/B/b.json", "2026/12/C/c.json"]);
    assert_eq!(listed("2026/11/").await, ["2026/11/B/b.json"]);
    assert!(listed("2024").await.is_empty());
    assert_eq!(there.list("../").await.map(|names| names.len()), Ok(0));
    assert_eq!(there.list("*").await, Err(Error::BadName));
}

#[tokio::test]
async fn a_check_leaves_nothing_behind() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let checked = folder_at(place.path()).check().await.expect("all is well");
    assert_eq!(checked.level, Level::ReadBack);
    assert_eq!(fs::read_dir(place.path()).expect("lists").count(), 0);
}

#[tokio::test]
async fn a_missing_folder_is_never_made() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let gone = place.path().join("share");
    let there = folder_at(&gone);
    let refused = Error::Refused { setting: "path", mend: "folder_missing" };
    assert_eq!(there.put(&named("a.json", b"x")).await, Err(refused));
    assert_eq!(there.check().await, Err(refused));
    assert!(!gone.exists());
}

#[tokio::test]
async fn the_folder_itself_may_be_a_link() {
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(place.path().join("real")).expect("makes it");
    symlink("real", place.path().join("link")).expect("links");
    let there = folder_at(&place.path().join("link"));
    there.check().await.expect("all is well");
    there.put(&named("a/b.json", b"x")).await.expect("it fits");
    assert!(place.path().join("real/a/b.json").exists());
}

#[tokio::test]
async fn without_its_marker_a_share_is_taken_as_not_mounted() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let config = folder::Config {
        path: place.path().to_owned(),
        must_hold: Some("this-is-the-share".to_owned()),
    };
    let there = Destination::open(&Config::Folder(config)).expect("an absolute path");
    let refused = Error::Refused { setting: "must_hold", mend: "not_mounted" };
    assert_eq!(there.put(&named("a.json", b"x")).await, Err(refused));
    fs::write(place.path().join("this-is-the-share"), "").expect("writes");
    assert!(there.put(&named("a.json", b"x")).await.is_ok());
}

#[tokio::test]
async fn files_and_links_on_the_way_are_refused_and_not_followed() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let there = folder_at(place.path());
    fs::write(place.path().join("file"), "x").expect("writes");
    symlink(elsewhere.path(), place.path().join("link")).expect("links");
    symlink(elsewhere.path().join("x"), place.path().join("name.json")).expect("links");
    let refused = Error::Refused { setting: "path", mend: "not_a_folder" };
    assert_eq!(there.put(&named("file/a.json", b"x")).await, Err(refused));
    assert_eq!(there.put(&named("link/a.json", b"x")).await, Err(refused));
    assert_eq!(there.put(&named("name.json", b"x")).await, Err(Error::Exists));
    assert_eq!(fs::read_dir(elsewhere.path()).expect("lists").count(), 0);
    assert_eq!(folder_at(&place.path().join("file")).check().await, Err(refused));
    let name = Name::new("nothing.json").expect("good");
    assert_eq!(there.read(&name).await, Err(Error::NotFound));
}

/// This binary again, running one scene on one folder, by way of a shell line in
/// which `"$@"` stands for it.
fn scene(scene: &str, folder: &Path, shell: &str) -> Command {
    let binary = std::env::current_exe().expect("this binary has a path");
    let mut command = Command::new("sh");
    command
        .args(["-c", shell, "sh"])
        .arg(binary)
        .args(["--exact", "scenes", "--ignored", "--nocapture"])
        .env("SOTTO_SCENE", scene)
        .env("SOTTO_FOLDER", folder)
        .stdin(Stdio::null());
    command
}

fn succeeds(mut command: Command) {
    let output = command.output().expect("sh is there");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("scene played"), "{said}{output:?}");
}

#[test]
fn a_file_size_limit_in_the_middle_of_a_write_leaves_nothing() {
    let place = tempfile::tempdir().expect("a temporary folder");
    // In blocks of 512 bytes or 1 KiB, as the shell likes; the document is larger.
    succeeds(scene("full", place.path(), "trap '' XFSZ; ulimit -f 64; exec \"$@\""));
}

/// Only where this process may mount; elsewhere the limit above is the test.
fn mounted(options: &str) -> Option<String> {
    let try_it = format!("mount -t tmpfs -o {options} tmpfs \"$SOTTO_FOLDER\" 2>/dev/null");
    let may = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &try_it])
        .env("SOTTO_FOLDER", std::env::temp_dir())
        .status();
    let line = "exec unshare --user --map-root-user --mount sh -c";
    let may = may.is_ok_and(|status| status.success());
    may.then(|| {
        format!(
            "{line} 'mount -t tmpfs -o {options} tmpfs \"$SOTTO_FOLDER\" && exec \"$@\"' sh \"$@\""
        )
    })
}

#[test]
fn a_full_disk_leaves_nothing() {
    let place = tempfile::tempdir().expect("a temporary folder");
    match mounted("size=128k") {
        Some(line) => succeeds(scene("full", place.path(), &line)),
        None => eprintln!("not shown here: this account may not mount"),
    }
}

#[test]
fn a_read_only_disk_is_not_writable() {
    let place = tempfile::tempdir().expect("a temporary folder");
    match mounted("ro") {
        Some(line) => succeeds(scene("unwritable", place.path(), &line)),
        None => {
            // Permission bits stop everyone but root, and root may mount.
            fs::set_permissions(place.path(), fs::Permissions::from_mode(0o500)).expect("ours");
            succeeds(scene("unwritable", place.path(), "exec \"$@\""));
        }
    }
}

/// What document `number` holds: its length and every byte follow from the number.
fn content(number: u64) -> Vec<u8> {
    let length = 1 + usize::try_from(number * 7919 % 200_000).expect("small");
    (0..length).map(|at| (at as u64 ^ number.wrapping_mul(31)).to_le_bytes()[0]).collect()
}

fn numbered(number: u64) -> Document {
    named(&format!("2026/{:02}/doc-{number}.json", number % 5), &content(number))
}

#[test]
fn a_killed_writer_never_leaves_half_a_document() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        let mut writer = scene("write", place.path(), "exec \"$@\"")
            .env("SOTTO_FIRST", (round * 1000).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this binary starts");
        let lines = BufReader::new(writer.stdout.take().expect("piped")).lines();
        let (tell, told) = mpsc::channel();
        let reader = thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| drop(tell.send(line)));
        });
        let mut put = |line: String| {
            let number = line.strip_prefix("put ").and_then(|number| number.parse::<u64>().ok());
            acknowledged.extend(number);
        };
        while !told.recv().expect("the writer says that it began").ends_with("began") {}
        // From here some milliseconds, so as to fall anywhere in a put.
        let until = Instant::now() + Duration::from_micros(round * 7919 % KILLED_WITHIN_MICROS);
        while let Ok(line) = told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            put(line);
        }
        writer.kill().expect("it runs until killed");
        writer.wait().expect("it was killed");
        reader.join().expect("it ends with the pipe");
        told.iter().for_each(&mut put);
    }
    assert!(acknowledged.len() > 10, "only {} puts were seen", acknowledged.len());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let there = folder_at(place.path());
    let found = runtime.block_on(there.list("")).expect("lists");
    for name in &found {
        let number = name.file().trim_start_matches("doc-").trim_end_matches(".json");
        let whole = content(number.parse().expect("our own names"));
        assert!(runtime.block_on(there.read(name)).expect("reads") == whole, "{name} is not whole");
    }
    for number in acknowledged {
        assert!(found.contains(&numbered(number).name), "document {number} was lost");
    }
    // What the dead left unnamed goes with the next put to the same folder.
    for number in 0..5 {
        runtime.block_on(there.put(&numbered(number))).expect("it fits");
        let folder = place.path().join(format!("2026/{number:02}"));
        let hidden = fs::read_dir(folder).expect("lists").flatten();
        assert_eq!(hidden.filter(|it| it.file_name().as_encoded_bytes()[0] == b'.').count(), 0);
    }
}

/// Not a test of its own: what the tests above start in another process.
#[test]
#[ignore = "started by the other tests"]
fn scenes() {
    let Ok(scene) = std::env::var("SOTTO_SCENE") else {
        return;
    };
    let folder = std::env::var_os("SOTTO_FOLDER").expect("set beside the scene");
    let folder = Path::new(&folder);
    let there = folder_at(folder);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let put = |document: &Document| runtime.block_on(there.put(document));
    match scene.as_str() {
        "full" => {
            put(&named("small.json", b"fits")).expect("there is some room");
            assert_eq!(put(&named("2026/large.json", &[7; 300_000])), Err(Error::Full));
            assert_eq!(fs::read_dir(folder.join("2026")).expect("lists").count(), 0);
            put(&named("2026/large.json", b"fits")).expect("the room was given back");
        }
        "unwritable" => {
            assert_eq!(put(&named("2026/a.json", b"x")), Err(Error::NotWritable));
            assert_eq!(runtime.block_on(there.check()), Err(Error::NotWritable));
        }
        "write" => {
            let first = std::env::var("SOTTO_FIRST").expect("set beside the scene");
            let first: u64 = first.parse().expect("a number");
            say("began");
            for number in first.. {
                put(&numbered(number)).expect("it fits");
                say(&format!("put {number}"));
            }
        }
        other => panic!("no such scene: {other}"),
    }
    say("scene played");
}

/// Past the test harness, line by line.
fn say(line: &str) {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}").expect("someone listens");
}
