//! Azurite, Microsoft's own stand-in for Azure Storage.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use destinations::Secret;
use destinations::azure::Config;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{Timestamp, ToSpan};

use super::front::Authority;
use super::servers::{Server, free_port, node};

const ACCOUNT: &str = "clinic";
const KEY: [u8; 64] = [9; 64];
const VERSION: &str = "2021-12-02";

pub fn azurite(place: &Path) -> Server {
    let program = node("azurite-3.37.0", "azurite@3.37.0").join("azurite-blob");
    let (program, at) = (program.to_str().expect("an ordinary path"), free_port());
    let account = format!("AZURITE_ACCOUNTS={ACCOUNT}:{}", BASE64.encode(&KEY));
    let (port, place) = (at.port().to_string(), place.to_str().expect("an ordinary path"));
    let line = ["env", &account, program, "--blobHost", "127.0.0.1", "--blobPort", &port];
    let flags = ["--location", place, "--silent", "--disableTelemetry", "--skipApiVersionCheck"];
    Server::start(at, &[&line[..], &flags[..]].concat())
}

fn sign(text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &KEY);
    BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref())
}

pub fn make_container(server: SocketAddr) {
    let now = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    let now = now.expect("a date of this century");
    let headers = format!("x-ms-date:{now}\nx-ms-version:{VERSION}");
    let path = format!("/{ACCOUNT}/{ACCOUNT}/transcripts");
    let blanks = "\n".repeat(12);
    let signature = sign(&format!("PUT{blanks}{headers}\n{path}\nrestype:container"));
    let mut stream = TcpStream::connect(server).expect("it listens");
    let request = format!(
        "PUT /{ACCOUNT}/transcripts?restype=container HTTP/1.1\r\nHost: {server}\r\n\
         Connection: close\r\nContent-Length: 0\r\nx-ms-date: {now}\r\nx-ms-version: {VERSION}\r\n\
         Authorization: SharedKey {ACCOUNT}:{signature}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it takes it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// A shared access signature for the container with these rights, good for an hour.
pub fn sas(rights: &str) -> Secret {
    let until = Timestamp::now().checked_add(1.hour()).expect("soon");
    let until = until.strftime("%Y-%m-%dT%H:%M:%SZ");
    let resource = format!("/blob/{ACCOUNT}/transcripts");
    let text = format!("{rights}\n\n{until}\n{resource}\n\n\n\n{VERSION}\nc\n\n\n\n\n\n\n");
    let signature = sign(&text).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let until = until.to_string().replace(':', "%3A");
    Secret::new(format!("sv={VERSION}&sr=c&sp={rights}&se={until}&sig={signature}"))
}

pub fn config(at: SocketAddr, authority: &Authority) -> Config {
    Config {
        account: ACCOUNT.to_owned(),
        container: "transcripts".to_owned(),
        sas: None,
        access_key: Some(Secret::new(BASE64.encode(&KEY))),
        prefix: Some("sotto".to_owned()),
        endpoint: Some(format!("https://localhost:{}/{ACCOUNT}", at.port())),
        ca_pem: Some(authority.pem.clone()),
    }
}
