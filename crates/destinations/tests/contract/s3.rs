//! Against moto, which plays Amazon S3 in memory.

use destinations::s3::Config;
use destinations::{Checked, Destination, Document, Error, Level, Outcome, Secret};

use crate::promises::{self, named};
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::moto::{check_rights, config, make_bucket, moto, plain, user};
use crate::real::servers::free_port;

fn open(config: Config) -> Destination {
    Destination::open_within(&destinations::Config::S3(config), &loopback()).expect("in order")
}

fn step(checked: &Checked, what: &str) -> (Outcome, String) {
    let step = checked.steps.iter().find(|it| it.what == what).expect("on the sheet");
    (step.outcome, step.found.clone())
}

#[tokio::test]
async fn s3_holds_every_promise() {
    let (server, authority) = (moto(), Authority::new());
    make_bucket(server.at, "bucket", "");
    let front = Front::before(server.at, Some(&authority)).await;
    let there = open(config(front.at, &authority, "bucket"));
    promises::are_held(&there, Level::ReadBack).await;
    let direct = Front::before(server.at, Some(&authority)).await;
    let direct = open(config(direct.at, &authority, "bucket"));
    promises::hold_when_connections_fall(&there, &direct, &front).await;
    promises::hold_when_nothing_moves(&there, &front, 2_000).await;
}

#[tokio::test]
async fn s3_versions_locks_and_encryption_are_seen() {
    let (server, authority) = (moto(), Authority::new());
    let front = Front::before(server.at, Some(&authority)).await;
    make_bucket(server.at, "bucket", "x-amz-bucket-object-lock-enabled: true\r\n");
    let rule = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
        <DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>\
        </ObjectLockConfiguration>";
    let locked = plain(server.at, "PUT /bucket?object-lock", "", rule);
    assert!(locked.contains("200"), "{locked}");
    let there = open(Config {
        kms_key: Some("1234abcd-12ab-34cd-56ef-1234567890ab".to_owned()),
        ..config(front.at, &authority, "bucket")
    });
    let document = named("2026/a.json", b"kept for a day");
    let receipt = there.put(&document).await.expect("it fits");
    assert_eq!(receipt.level, Level::ImmutableVersion);
    assert!(receipt.version.is_some());
    assert_eq!(there.put(&document).await, Ok(receipt));
    let checked = there.check().await.expect("all is well");
    assert_eq!(checked.level, Level::ImmutableVersion);
    let done = |found: &str| (Outcome::Done, found.to_owned());
    assert_eq!(step(&checked, "connection"), done("TLS 1.3"));
    assert_eq!(step(&checked, "delete"), done("version"), "only hidden");
    assert_eq!(step(&checked, "immutable"), done(""));
    assert_eq!(step(&checked, "encryption"), done("aws:kms"));
    assert_eq!(step(&checked, "versions"), done(""));
    assert_eq!(step(&checked, "region"), done("us-east-1"));
    assert_eq!(step(&checked, "checksum"), done("SHA-256"));
}

#[tokio::test]
async fn s3_broken_settings_each_get_their_sentence() {
    let (server, authority) = (moto(), Authority::new());
    let front = Front::before(server.at, Some(&authority)).await;
    let refused = |setting, mend| Err(Error::Refused { setting, mend });
    let good = config(front.at, &authority, "bucket");
    let put = async |config: Config| open(config).put(&document()).await.map(|_| ());
    assert_eq!(put(good.clone()).await, refused("bucket", "bucket_missing"));

    let strange = Authority::new();
    let other = Config { ca_pem: Some(strange.pem), ..good.clone() };
    assert_eq!(put(other).await, refused("endpoint", "certificate_unknown_issuer"));
    let by_number = Config { endpoint: Some(format!("https://{}", front.at)), ..good.clone() };
    assert_eq!(put(by_number).await, refused("endpoint", "certificate_other_name"));
    let no_tls = Config {
        endpoint: Some(format!("https://localhost:{}", server.at.port())),
        ..good.clone()
    };
    assert_eq!(put(no_tls).await, refused("endpoint", "no_tls_there"));
    let nobody = Config {
        endpoint: Some(format!("https://localhost:{}", free_port().port())),
        ..good.clone()
    };
    assert_eq!(put(nobody).await, Err(Error::Later { code: "unreachable" }));

    let public_only = Destination::open(&destinations::Config::S3(good.clone())).expect("in order");
    let put_there = public_only.put(&document()).await.map(|_| ());
    assert_eq!(put_there, refused("endpoint", "address_refused"));
    let plain = Config { endpoint: Some("http://93.184.215.14".to_owned()), ..good.clone() };
    assert_eq!(put(plain).await, refused("endpoint", "not_https"));
}

fn document() -> Document {
    named("2026/a.json", b"some words")
}

/// What real servers say where moto says nothing; from the S3 API reference.
#[tokio::test]
async fn s3_refusals_are_told_apart() {
    let authority = Authority::new();
    let front = Front::before(free_port(), Some(&authority)).await;
    let there = open(config(front.at, &authority, "bucket"));
    let refused = |setting, mend| Error::Refused { setting, mend };
    for (status, code, expected) in [
        (403, "InvalidAccessKeyId", refused("access_key", "access_key_unknown")),
        (403, "SignatureDoesNotMatch", refused("secret_key", "secret_key_wrong")),
        (403, "RequestTimeTooSkewed", refused("clock", "clock_wrong")),
        (403, "AccessDenied", Error::NotWritable),
        (301, "PermanentRedirect", refused("region", "region_wrong")),
        (400, "AuthorizationHeaderMalformed", refused("region", "region_wrong")),
        (501, "NotImplemented", refused("endpoint", "no_put_if_absent")),
        (400, "KMS.NotFoundException", refused("kms_key", "kms_key_unusable")),
        (507, "XMinioStorageFull", Error::Full),
        (503, "SlowDown", Error::Later { code: "busy" }),
        (302, "", refused("endpoint", "redirects")),
    ] {
        let body = format!("<Error><Code>{code}</Code></Error>");
        let length = body.len();
        front.will(Fate::Answer(format!(
            "HTTP/1.1 {status} No\r\nContent-Length: {length}\r\nLocation: http://169.254.169.254/\r\n\r\n{body}"
        )));
        let error = there.put(&document()).await.expect_err("it said no");
        assert_eq!(error, expected, "{code}");
        assert_ne!(error.mend(), "Change the setting that is named.", "{code} has a sentence");
    }
}

#[tokio::test]
async fn s3_wrong_answers_are_no_receipts() {
    let authority = Authority::new();
    let front = Front::before(free_port(), Some(&authority)).await;
    let there = open(config(front.at, &authority, "bucket"));
    let ok = |headers: &str, body: &str| {
        let length = body.len();
        Fate::Answer(format!(
            "HTTP/1.1 200 OK\r\nETag: \"x\"\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
    };
    let later = |code| Err(Error::Later { code });
    let other_hash = "x-amz-checksum-sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n";
    front.will(ok(other_hash, ""));
    assert_eq!(there.put(&document()).await.map(|_| ()), later("stored_other_bytes"));
    front.will(ok("Last-Modified: Tue, 24 Nov 2026 08:00:00 GMT\r\n", "other words"));
    assert_eq!(there.put(&document()).await.map(|_| ()), later("read_back_differs"));
    front.will(Fate::Answer("SSH-2.0-OpenSSH_9.2\r\n".to_owned()));
    assert_eq!(there.put(&document()).await.map(|_| ()), later("connection_lost"));
    front
        .will(Fate::Answer(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", u64::MAX / 2)));
    let error = there.put(&document()).await.expect_err("nobody has that much");
    assert!(error.is_worth_retrying() || error == Error::TooLarge, "{error:?}");
}

#[tokio::test]
async fn s3_a_key_that_may_only_put_is_told_as_such_and_each_right_more_is_seen() {
    let (server, authority) = (moto(), Authority::new());
    make_bucket(server.at, "bucket", "");
    let all = ["s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:DeleteObject"];
    let keys: Vec<_> = (1..=all.len())
        .map(|rights| user(&server, &format!("user{rights}"), &all[..rights]))
        .collect();
    check_rights(&server);
    let front = Front::before(server.at, Some(&authority)).await;
    for (rights, (access_key, secret_key)) in (1..).zip(keys) {
        let secret_key = Secret::new(secret_key);
        let there =
            open(Config { access_key, secret_key, ..config(front.at, &authority, "bucket") });
        let checked = there.check().await.expect("putting is enough");
        let level = if rights == 1 { Level::StoredHash } else { Level::ReadBack };
        assert_eq!(checked.level, level, "{rights}");
        for (needs, what) in [(2, "read_back"), (3, "list"), (4, "delete")] {
            let expected = if rights >= needs { Outcome::Done } else { Outcome::Refused };
            assert_eq!(step(&checked, what).0, expected, "{what} with {rights} rights");
        }
    }
}

/// What a second put finds when the first one's answer was lost, turn by turn.
#[tokio::test]
async fn s3_a_key_that_may_only_write_is_enough_where_the_answer_proves_the_bytes() {
    let authority = Authority::new();
    let front = Front::before(free_port(), Some(&authority)).await;
    let there = open(config(front.at, &authority, "bucket"));
    let hash = data_encoding::BASE64.encode(&document().sha256());
    front.will(Fate::Turns(vec![
        format!("HTTP/1.1 200 OK\r\nETag: \"x\"\r\nDate: Tue, 24 Nov 2026 08:00:00 GMT\r\nx-amz-checksum-sha256: {hash}\r\nContent-Length: 0\r\n\r\n"),
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned(),
    ]));
    let receipt = there.put(&document()).await.expect("its answer proves it");
    assert_eq!((receipt.level, receipt.at_ms), (Level::StoredHash, 1_795_507_200_000));
    // Whose bytes are there, nobody can tell: a person has to look.
    let unread = Error::Refused { setting: "access_key", mend: "exists_unread" };
    assert_eq!(there.put(&document()).await, Err(unread));
}
