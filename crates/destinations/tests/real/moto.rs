//! moto, which plays Amazon S3 in memory.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use destinations::Secret;
use destinations::s3::Config;

use super::front::Authority;
use super::servers::{Server, free_port, python};

pub fn moto() -> Server {
    let programs = python("moto-5.2.5", include_str!("pinned/moto.txt"));
    let at = free_port();
    let (program, port) = (programs.join("moto_server"), at.port().to_string());
    let program = program.to_str().expect("an ordinary path");
    Server::start(at, &[program, "-H", "127.0.0.1", "-p", &port])
}

/// A request without a signature, which moto does not ask for; gives the status line.
pub fn plain(server: SocketAddr, request: &str, headers: &str, body: &str) -> String {
    whole(server, request, headers, body).lines().next().unwrap_or_default().to_owned()
}

fn whole(server: SocketAddr, request: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let length = body.len();
    let whole = format!(
        "{request} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(whole.as_bytes()).expect("it takes it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

/// The answer's body, to a request of the service that hands out keys and rights.
fn iam(server: SocketAddr, ask: &str) -> String {
    let scope = "Authorization: AWS4-HMAC-SHA256 Credential=x/20261124/us-east-1/iam/aws4_request, \
        SignedHeaders=host, Signature=x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    whole(server, "POST /", scope, &format!("{ask}&Version=2010-05-08"))
}

/// A user who may do `actions` in the bucket `bucket`: access key and secret key.
pub fn user(server: &Server, name: &str, actions: &[&str]) -> (String, String) {
    iam(server.at, &format!("Action=CreateUser&UserName={name}"));
    if !actions.is_empty() {
        let quoted: Vec<_> = actions.iter().map(|action| format!("%22{action}%22")).collect();
        let policy = format!(
            "{{%22Version%22:%222012-10-17%22,%22Statement%22:[{{%22Effect%22:%22Allow%22,\
             %22Action%22:[{}],%22Resource%22:%22arn:aws:s3:::bucket*%22}}]}}",
            quoted.join(",")
        );
        let put = format!("Action=PutUserPolicy&UserName={name}&PolicyName=p");
        iam(server.at, &format!("{put}&PolicyDocument={policy}"));
    }
    let made = iam(server.at, &format!("Action=CreateAccessKey&UserName={name}"));
    let between = |tag: &str| {
        let after = made.split_once(&format!("<{tag}>")).expect("a key").1;
        after.split_once('<').expect("ends").0.to_owned()
    };
    (between("AccessKeyId"), between("SecretAccessKey"))
}

/// From now on signatures and rights are looked at.
pub fn check_rights(server: &Server) {
    let told = plain(server.at, "POST /moto-api/reset-auth", "", "0");
    assert!(told.contains("200"), "{told}");
}

pub fn make_bucket(server: SocketAddr, bucket: &str, headers: &str) {
    let made = plain(server, &format!("PUT /{bucket}"), headers, "");
    assert!(made.contains("200"), "{made}");
}

pub fn config(at: SocketAddr, authority: &Authority, bucket: &str) -> Config {
    Config {
        bucket: bucket.to_owned(),
        region: "us-east-1".to_owned(),
        access_key: "AKIAEXAMPLE".to_owned(),
        secret_key: Secret::new("not a real secret"),
        endpoint: Some(format!("https://localhost:{}", at.port())),
        prefix: Some("sotto/transcripts".to_owned()),
        addressing: None,
        bucket_owner: None,
        kms_key: None,
        ca_pem: Some(authority.pem.clone()),
    }
}
