//! Nothing readable at rest: typed tokens that no rule masks are searched for in
//! every byte that was written.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};

use crate::world::World;
use server::conversation::accept;

/// Files below a folder that hold a token, raw or in a usual disguise.
pub fn holding(folder: &Path, token: &str) -> Vec<PathBuf> {
    let wide: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut needles =
        vec![token.as_bytes().to_vec(), wide, HEXLOWER.encode(token.as_bytes()).into()];
    for offset in 0..3 {
        // The first and last group depend on neighbours; what lies between does not.
        let padded = [&vec![b' '; offset], token.as_bytes()].concat();
        let encoded = BASE64.encode(&padded);
        needles.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path, token));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        if needles.iter().any(|needle| bytes.windows(needle.len()).any(|w| w == needle)) {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn what_was_typed_cannot_be_read_from_the_data_folder() {
    let world = World::new();
    let asked = world.visitor("quillonborough asks").await;
    accept(&world.app, &world.agent("Ana"), asked.id).await.unwrap();
    for _ in 0..20 {
        asked.says(&world, "vexmarrowfield says this").await.unwrap();
    }
    for token in ["quillonborough", "vexmarrowfield"] {
        assert_eq!(holding(&world.data(), token), Vec::<PathBuf>::new());
    }
    // The search can fail: a planted file is found in each disguise.
    let planted = world.data().join("planted.log");
    let disguises: [Vec<u8>; 4] = [
        b"vexmarrowfield".to_vec(),
        "vexmarrowfield".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        HEXLOWER.encode(b"vexmarrowfield").into(),
        BASE64.encode(b"..vexmarrowfield..").into(),
    ];
    for disguise in disguises {
        fs::write(&planted, disguise).unwrap();
        assert_eq!(holding(&world.data(), "vexmarrowfield"), std::slice::from_ref(&planted));
    }
    fs::remove_file(&planted).unwrap();
    world.ends().await;
}
