//! s3rver, which plays Amazon S3 in a folder and compares clocks.

use std::fs;
use std::path::Path;

use super::servers::{Server, free_port, node};

/// A server whose clock is an hour ahead, with a bucket named `bucket`.
pub fn an_hour_ahead(place: &Path) -> Server {
    const AHEAD: &str = "data:text/javascript,const now=Date;globalThis.Date=class extends now\
        {constructor(...a){super(...(a.length&&a||[now.now()+36e5]))}}";
    fs::create_dir(place.join("bucket")).expect("ours");
    let (program, at) = (node("s3rver-3.7.1", "s3rver@3.7.1").join("s3rver"), free_port());
    let (program, port) = (program.to_str().expect("an ordinary path"), at.port().to_string());
    let place = place.to_str().expect("an ordinary path");
    let flags = ["-d", place, "-a", "127.0.0.1", "-p", &port, "--silent", "--no-vhost-buckets"];
    Server::start(at, &[&["node", "--import", AHEAD, program][..], &flags[..]].concat())
}
