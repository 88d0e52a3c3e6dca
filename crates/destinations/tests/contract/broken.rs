//! Twelve ways in which a set-up is broken, each with the setting that is named and
//! the sentence that mends it.
//!
//! What a real server shows is shown by one. Amazon's region is what no server of
//! ours checks: its answer is from the S3 API reference.

use destinations::{Allowed, Config, Destination, Error, folder, s3, sftp};

use crate::promises::named;
use crate::real::database::Database;
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::moto as amazon;
use crate::real::s3rver;
use crate::real::servers::{free_port, may_mount};
use crate::real::ssh::Ssh;

async fn check(config: Config) -> Error {
    within(config, &loopback()).await
}

async fn within(config: Config, allowed: &Allowed) -> Error {
    match Destination::open_within(&config, allowed) {
        Ok(opened) => opened.check().await.expect_err("it is broken"),
        Err(error) => error,
    }
}

/// The setting, and a few words of the sentence.
fn says(error: Error, setting: &str, words: &str) {
    let named = match error {
        Error::Refused { setting, .. } => setting,
        _ => "",
    };
    assert_eq!(named, setting, "{error:?}");
    assert!(error.mend().contains(words), "{error:?}: {}", error.mend());
}

#[tokio::test]
async fn twelve_broken_set_ups_storage() {
    let (server, authority) = (amazon::moto(), Authority::new());
    amazon::make_bucket(server.at, "bucket", "");
    let writer = amazon::user(&server, "writer", &["s3:PutObject"]);
    let nobody = amazon::user(&server, "nobody", &[]);
    amazon::check_rights(&server);
    let front = Front::before(server.at, Some(&authority)).await;
    let good = s3::Config {
        access_key: writer.0,
        secret_key: destinations::Secret::new(writer.1),
        prefix: None,
        ..amazon::config(front.at, &authority, "bucket")
    };
    let try_it = async |config: s3::Config| check(Config::S3(config)).await;

    // 1: the secret, and the key that it belongs to.
    let secret_key = destinations::Secret::new("another secret");
    let error = try_it(s3::Config { secret_key, ..good.clone() }).await;
    says(error, "secret_key", "Copy both again");
    let error = try_it(s3::Config { access_key: "AKIANOSUCHKEY".to_owned(), ..good.clone() }).await;
    says(error, "access_key", "does not know this access key");
    // 2: the bucket.
    let error = try_it(s3::Config { bucket: "bucket-of-nobody".to_owned(), ..good.clone() }).await;
    says(error, "bucket", "no bucket of this name");
    // 3: rights.
    let error = try_it(s3::Config {
        access_key: nobody.0,
        secret_key: destinations::Secret::new(nobody.1),
        ..good.clone()
    });
    says(error.await, "", "Let the account or key that Sotto uses write there");
    // 4: the region.
    let body = "<Error><Code>AuthorizationHeaderMalformed</Code></Error>";
    let length = body.len();
    let answer = format!("HTTP/1.1 400 No\r\nContent-Length: {length}\r\n\r\n{body}");
    front.will(Fate::Answer(answer));
    says(try_it(good.clone()).await, "region", "Correct the region");
    // 5: the clock.
    let place = tempfile::tempdir().expect("a temporary folder");
    let ahead = s3rver::an_hour_ahead(place.path());
    let before_it = Front::before(ahead.at, Some(&authority)).await;
    let known = s3::Config {
        access_key: "S3RVER".to_owned(),
        secret_key: destinations::Secret::new("S3RVER"),
        ..amazon::config(before_it.at, &authority, "bucket")
    };
    says(try_it(known).await, "clock", "Set them by a time server");
    front.will(Fate::Pass);
    // 6: an unknown host.
    let endpoint = Some("https://no-such-host.invalid".to_owned());
    says(try_it(s3::Config { endpoint, ..good.clone() }).await, "endpoint", "Correct the name");
    // 7: a range that is refused.
    let error = within(Config::S3(good.clone()), &Allowed::default()).await;
    says(error, "endpoint", "let the operator allow its range");
    // 8: certificates, expired and by nobody that we know.
    let old = Authority::expired();
    let expired = Front::before(server.at, Some(&old)).await;
    let endpoint = Some(format!("https://localhost:{}", expired.at.port()));
    let ca_pem = Some(old.pem.clone());
    let error = try_it(s3::Config { endpoint, ca_pem, ..good.clone() }).await;
    says(error, "endpoint", "has expired");
    let error = try_it(s3::Config { ca_pem: None, ..good.clone() }).await;
    says(error, "endpoint", "give its certificate");
    // And set up right, it works.
    let opened = Destination::open_within(&Config::S3(good), &loopback()).expect("in order");
    assert!(opened.check().await.is_ok());
}

#[tokio::test]
async fn twelve_broken_set_ups_servers() {
    let ssh = Ssh::start(None);
    let good = ssh.config(ssh.at().port());
    let try_it = async |config: sftp::Config| check(Config::Sftp(config)).await;
    // 9: the host key, unknown and changed.
    let error = try_it(sftp::Config { host_key: None, ..good.clone() }).await;
    says(error, "host_key", "Compare its fingerprint");
    let host_key = Some(Ssh::another_key());
    let error = try_it(sftp::Config { host_key, ..good.clone() }).await;
    says(error, "host_key", "another host key");
    // 10: the path.
    let folder = "/no/such/folder".to_owned();
    let error = try_it(sftp::Config { folder, ..good.clone() }).await;
    says(error, "folder", "Create it");
    let path = "/no/such/folder".into();
    let error = check(Config::Folder(folder::Config { path, must_hold: None })).await;
    says(error, "path", "mount the share");
    // 11: a table that is missing.
    let database = Database::start(false);
    database.does("create role sotto login password 'swordfish-over-the-bay'");
    let error = check(Config::Postgres(database.good())).await;
    says(error, "table", "Make it as the manual says");
    // 12: a full disk.
    if may_mount() {
        let ssh = Ssh::start(Some("256k"));
        let there = ssh.open();
        let mut number = 0;
        while there.put(&named(&format!("{number}.json"), b"fills a page")).await.is_ok() {
            number += 1;
        }
        let error = check(Config::Sftp(ssh.config(ssh.at().port()))).await;
        says(error, "", "Free some space");
    }
    // And nobody there at all.
    let error = try_it(sftp::Config { port: Some(free_port().port()), ..good }).await;
    says(error, "", "Nobody answers");
}
