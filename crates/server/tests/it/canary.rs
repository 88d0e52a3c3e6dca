//! Nothing readable at rest: typed tokens that no rule masks are searched for in
//! every byte that was written, in each usual disguise.
//!
//! The search is worth what its failures are worth: it is shown to find a token in
//! the archive, in planted files, and in each channel that a server writes to.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};
use std::time::SystemTime;

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use metrics_exporter_prometheus::PrometheusHandle;
use server::app::App;
use server::ids::ConversationId;
use server::keys::{ConversationKey, Keys, Sealing};

/// What a compressed stream may become before the search gives up on it.
const UNPACKED_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Streams within streams.
const UNPACKED_DEEP_MAX: u32 = 3;
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Folders within the temporary folder that are looked into.
const TEMPORARY_DEEP_MAX: u32 = 1;
/// Larger ones are other programs': nothing that a story types is as long.
const TEMPORARY_BYTES_MAX: u64 = 1024 * 1024;

/// A token in each of its disguises, by first byte.
pub struct Needles(Vec<Vec<Vec<u8>>>);

impl Needles {
    pub fn of(token: &str) -> Self {
        let mut by_first = vec![Vec::new(); 256];
        for needle in disguises(token) {
            by_first[usize::from(needle[0])].push(needle);
        }
        Self(by_first)
    }

    /// Whether some bytes hold the token, in the clear or packed.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.are_below(bytes, UNPACKED_DEEP_MAX)
    }

    fn are_below(&self, bytes: &[u8], deep: u32) -> bool {
        (0..bytes.len()).any(|at| {
            let rest = &bytes[at..];
            let is_here = self.0[usize::from(rest[0])].iter().any(|it| rest.starts_with(it));
            is_here
                || (deep > 0
                    && unpacked(rest).is_some_and(|inner| self.are_below(&inner, deep - 1)))
        })
    }
}

fn disguises(token: &str) -> BTreeSet<Vec<u8>> {
    let bytes = token.as_bytes();
    let each =
        |form: &dyn Fn(u8) -> String| bytes.iter().map(|byte| form(*byte)).collect::<String>();
    let listed = |between: &str| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(between);
    let mut found: BTreeSet<Vec<u8>> = [
        token.to_owned(),
        HEXLOWER.encode(bytes),
        HEXUPPER.encode(bytes),
        each(&|byte| format!("%{byte:02x}")),
        each(&|byte| format!("%{byte:02X}")),
        each(&|byte| format!("\\u{byte:04x}")),
        each(&|byte| format!("\\u{byte:04X}")),
        // As programs print bytes.
        listed(", "),
        listed(","),
    ]
    .map(String::into_bytes)
    .into();
    found.insert(token.encode_utf16().flat_map(u16::to_le_bytes).collect());
    found.insert(token.encode_utf16().flat_map(u16::to_be_bytes).collect());
    for offset in 0..3 {
        let padded = [&b"  "[..offset], bytes].concat();
        for alphabet in [BASE64, BASE64URL] {
            // The first and last group depend on neighbours; what lies between does not.
            let encoded = alphabet.encode(&padded);
            found.insert(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    found
}

/// What a stream that begins here holds, as far as it can be read.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut inner = Vec::new();
    // A damaged stream is searched as far as it goes.
    if bytes.starts_with(&GZIP) {
        let stream = flate2::read::GzDecoder::new(bytes);
        let _damaged = stream.take(UNPACKED_BYTES_MAX).read_to_end(&mut inner);
    } else if bytes.starts_with(&ZSTD) {
        let stream = zstd::stream::read::Decoder::new(bytes).ok()?;
        let _damaged = stream.take(UNPACKED_BYTES_MAX).read_to_end(&mut inner);
    }
    (!inner.is_empty()).then_some(inner)
}

/// Files below a folder that hold a token.
pub fn holding(folder: &Path, token: &str) -> Vec<PathBuf> {
    let needles = Needles::of(token);
    let mut found = Vec::new();
    visit(folder, u32::MAX, &mut |path| {
        let is_here = match fs::read(path) {
            Ok(bytes) => needles.are_in(&bytes),
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => false,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        if is_here {
            found.push(path.to_owned());
        }
    });
    found
}

/// How many conversations' keys the keys in a folder open, whatever each was made for.
pub fn opened_by_what_is_left(keys: &Path, wrapped: &[(ConversationId, Vec<u8>)]) -> usize {
    let root = Keys::root(keys, false).expect("a root key");
    let mut left = Vec::new();
    for entry in fs::read_dir(keys).expect("a folder") {
        let file = entry.expect("a file").file_name().into_string().expect("a plain name");
        let hex = fs::read(keys.join(&file)).expect("a key");
        let sealed = HEXLOWER.decode(hex.trim_ascii()).expect("hexadecimal");
        left.extend(root.unwrap(&file, &sealed));
    }
    assert!(!left.is_empty(), "today's key is left");
    left.push(root);
    let opens = |key: &Sealing| {
        wrapped.iter().filter(|(id, it)| ConversationKey::unwrap(key, *id, it).is_ok()).count()
    };
    left.iter().map(opens).sum()
}

/// Files that are gone, and folders that are not ours to read, are no answer.
fn visit(folder: &Path, deep: u32, file: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        match kind {
            Ok(kind) if kind.is_dir() && deep > 0 => visit(&path, deep - 1, file),
            Ok(kind) if kind.is_file() => file(&path),
            _ => {}
        }
    }
}

/// Everything that this process writes outside its folders, from now on.
pub struct Channels {
    since: SystemTime,
    metrics: &'static PrometheusHandle,
}

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static PANICS: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Channels {
    /// Logs at the chattiest level, metrics, and what a panic prints.
    pub fn listen() -> Self {
        static ONCE: Once = Once::new();
        let metrics = server::serve::recorder().expect("nobody else records metrics");
        ONCE.call_once(|| {
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(|| Log)
                .init();
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                let mut heard = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
                heard.extend_from_slice(panic.to_string().as_bytes());
                drop(heard);
                before(panic);
            }));
        });
        Self { since: SystemTime::now(), metrics }
    }

    /// Where a token can be read, without the archive, which is meant to hold it.
    pub fn tell(&self, app: &App, token: &str) -> Vec<String> {
        let needles = Needles::of(token);
        let mut found = Vec::new();
        for folder in [&app.config.data_dir, &app.config.key_dir] {
            found.extend(holding(folder, token).iter().map(|path| path.display().to_string()));
        }
        for (name, channel) in [("log", &LOG), ("panic", &PANICS)] {
            if needles.are_in(&channel.lock().unwrap_or_else(PoisonError::into_inner)) {
                found.push(name.to_owned());
            }
        }
        if needles.are_in(self.metrics.render().as_bytes()) {
            found.push("metrics".to_owned());
        }
        if self.is_in_temporary_files(&needles) {
            found.push("temporary file".to_owned());
        }
        found
    }

    /// Files younger than this; other stories' folders hold archives of their own.
    fn is_in_temporary_files(&self, needles: &Needles) -> bool {
        let mut is_found = false;
        let mut look = |path: &Path| {
            let Ok(about) = fs::metadata(path) else { return };
            let is_young = about.modified().is_ok_and(|at| at >= self.since);
            if is_young && about.len() <= TEMPORARY_BYTES_MAX {
                is_found |= fs::read(path).is_ok_and(|bytes| needles.are_in(&bytes));
            }
        };
        for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
            let is_a_storys = entry.file_name().to_string_lossy().starts_with(".tmp");
            match entry.file_type() {
                Ok(kind) if kind.is_file() => look(&entry.path()),
                Ok(kind) if kind.is_dir() && !is_a_storys => {
                    visit(&entry.path(), TEMPORARY_DEEP_MAX, &mut look);
                }
                _ => {}
            }
        }
        is_found
    }
}

#[test]
fn a_token_is_found_in_each_disguise_and_packed_twice() {
    let token = "vexmarrowfield";
    let needles = Needles::of(token);
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let percent: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut plain: Vec<Vec<u8>> = vec![
        token.into(),
        token.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        token.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        HEXLOWER.encode(token.as_bytes()).into(),
        HEXUPPER.encode(token.as_bytes()).into(),
        percent.into(),
        escaped.into(),
        format!("{:?}", token.as_bytes()).into(),
    ];
    for before in ["", "?", "??", "???"] {
        let told = format!("{before}{token} and more");
        plain.push(BASE64.encode(told.as_bytes()).into());
        plain.push(BASE64URL.encode(told.as_bytes()).into());
    }
    for disguise in plain {
        let amid = [&[0xff; 100], disguise.as_slice(), &[0; 100]].concat();
        let twice = gzip(&[b"before", zstd(&amid).as_slice(), b"after"].concat());
        for bytes in [amid.clone(), gzip(&amid), zstd(&amid), twice] {
            assert!(needles.are_in(&bytes), "{}", String::from_utf8_lossy(&disguise));
        }
    }
    assert!(!needles.are_in(b"vexmarrow field"));
}
