//! Storage that speaks S3: Amazon's own, or a server or service that follows it.
//!
//! A put names the SHA-256 of its bytes; a server that answers with it has proved
//! what it stored, so credentials that may only write are enough. Where reading
//! is allowed the document is read back under its version, and Object Lock in
//! compliance mode makes that an immutable one. Governance mode does not count:
//! who has the right can lift it.

mod refusals;

use data_encoding::BASE64;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use object_store::aws::{AmazonS3Builder, Checksum, S3ConditionalPut};
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use serde::{Deserialize, Serialize};

use crate::document::sha256;
use crate::objects::{Doing, Objects, Place, Vendor};
use crate::outbound::carrier::{Answer, Carrier};
use crate::outbound::http::{date, place, web_address};
use crate::settings::{Setting, Shape, settings};
use crate::{Error, Secret, Step};

settings! {
    /// S3-compatible storage. Amazon S3, or a server or service with the same
    /// interface.
    pub struct Config {
        /// Bucket. Its name alone; it must exist.
        pub bucket: String,
        /// Region. As the provider names it, such as `eu-central-1`. Many servers of
        /// one's own take `us-east-1`.
        pub region: String,
        /// Access key. Of a user or role for Sotto alone. The right to put objects is
        /// enough; with the right to get them, each is read back as well.
        pub access_key: String,
        /// Secret key. It belongs to the access key.
        pub secret_key: Secret,
        /// Address. Only if it is not Amazon: the server's address with `https://`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub endpoint: Option<String>,
        /// Folder in the bucket. Names start with it; leave it empty for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prefix: Option<String>,
        /// How the bucket is named in the address. `path` puts it after the server's
        /// name, `virtual` before it. Unset: `virtual` at Amazon, `path` elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub addressing: Option<Addressing>,
        /// Account that owns the bucket. Its twelve digits. If the bucket ever belongs
        /// to another account, Amazon refuses to store.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub bucket_owner: Option<String>,
        /// KMS key. Its id or ARN. Objects are then encrypted with it; unset, as the
        /// bucket says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kms_key: Option<String>,
        /// Certificate authority. In PEM, if the server's certificate comes from an
        /// authority of your own; then no other is believed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ca_pem: Option<String>,
    }
}

/// Where the bucket's name stands in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressing {
    Virtual,
    Path,
}

impl Setting for Addressing {
    const SHAPE: Shape = Shape::choice(&["virtual", "path"]);
}

/// A bucket.
pub type S3 = Objects<Bucket>;

impl Place for Config {
    fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }
}

/// Where it is, and what opens it.
#[derive(Debug)]
pub struct Bucket {
    name: String,
    region: String,
    access_key: String,
    secret_key: Secret,
    /// With the bucket's name in it, if that is where it stands.
    endpoint: Option<String>,
    is_virtual: bool,
    /// Sent, and signed, with every request.
    headers: HeaderMap,
    kms_key: Option<String>,
}

impl Vendor for Bucket {
    type Config = Config;

    fn new(config: &Config) -> Result<Self, Error> {
        let refused = |setting, mend| Error::Refused { setting, mend };
        let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        for (setting, text) in [("bucket", &config.bucket), ("region", &config.region)] {
            if text.is_empty() || text.starts_with('.') || !text.bytes().all(is_label) {
                return Err(refused(setting, "not_a_name"));
            }
        }
        if config.access_key.is_empty() {
            return Err(refused("access_key", "secret_missing"));
        }
        config.secret_key.for_use("secret_key")?;
        let mut headers = HeaderMap::new();
        if let Some(owner) = &config.bucket_owner {
            let is_account = owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
            let value = HeaderValue::from_str(owner).ok().filter(|_| is_account);
            let value = value.ok_or(refused("bucket_owner", "not_an_account"))?;
            headers.insert("x-amz-expected-bucket-owner", value);
        }
        let is_virtual = match config.addressing {
            Some(addressing) => addressing == Addressing::Virtual,
            // A dot in the name would fail the wildcard of Amazon's certificate.
            None => config.endpoint.is_none() && !config.bucket.contains('.'),
        };
        let endpoint = config.endpoint.as_deref().map(|endpoint| {
            let uri = web_address(endpoint, "endpoint")?;
            let (host, port, is_sealed) = place(&uri, "endpoint")?;
            let scheme = if is_sealed { "https" } else { "http" };
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            let host = if is_virtual { format!("{}.{host}", config.bucket) } else { host };
            Ok(format!("{scheme}://{host}:{port}"))
        });
        Ok(Self {
            name: config.bucket.clone(),
            region: config.region.clone(),
            access_key: config.access_key.clone(),
            secret_key: config.secret_key.clone(),
            endpoint: endpoint.transpose()?,
            is_virtual,
            headers,
            kms_key: config.kms_key.clone(),
        })
    }

    fn place(&self) -> &'static str {
        if self.endpoint.is_some() { "endpoint" } else { "region" }
    }

    fn credential(&self) -> &'static str {
        "access_key"
    }

    fn store(&self, carrier: &Carrier, doing: Doing) -> object_store::Result<Box<dyn ObjectStore>> {
        let mut headers = self.headers.clone();
        if doing == Doing::Putting {
            // A bucket with a retention time of its own asks for it beside the hash.
            let algorithm = HeaderValue::from_static("SHA256");
            headers.insert("x-amz-sdk-checksum-algorithm", algorithm);
        }
        let options = ClientOptions::new().with_default_headers(headers);
        let mut builder = AmazonS3Builder::new()
            .with_client_options(options)
            // Whether plain HTTP may be spoken is decided by address, on the way out.
            .with_allow_http(true)
            .with_http_connector(carrier.clone())
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            // Without both it would ask the cloud's metadata service.
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(self.secret_key.text())
            .with_virtual_hosted_style_request(self.is_virtual)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(key) = &self.kms_key {
            builder = builder.with_sse_kms_encryption(key);
        }
        Ok(Box::new(builder.build()?))
    }

    fn explain(&self, answer: &Answer, doing: Doing) -> Error {
        refusals::explain(answer, self.place(), doing)
    }

    fn proves(&self, answer: &Answer, bytes: &[u8]) -> Option<bool> {
        let told = BASE64.decode(answer.header("x-amz-checksum-sha256").as_bytes()).ok()?;
        (!told.is_empty()).then(|| told == sha256(bytes))
    }

    fn version(&self, answer: &Answer) -> Option<String> {
        let version = answer.header("x-amz-version-id");
        // A bucket whose versions were switched off again.
        let is_one = !version.is_empty() && version != "null";
        is_one.then(|| version.to_owned())
    }

    fn immutable_until(&self, answer: &Answer) -> Option<Timestamp> {
        let is_final = answer.header("x-amz-object-lock-mode") == "COMPLIANCE";
        let has_version = self.version(answer).is_some();
        let until = date(&answer.headers, "x-amz-object-lock-retain-until-date");
        until.filter(|_| is_final && has_version)
    }

    fn observe(&self, put: &Answer) -> Vec<Step> {
        let encryption = match put.header("x-amz-server-side-encryption") {
            "" => Step::not_here("encryption"),
            told => Step::done("encryption", told),
        };
        let region = match put.header("x-amz-bucket-region") {
            "" => &self.region,
            told => told,
        };
        let is_told = !put.header("x-amz-checksum-sha256").is_empty();
        vec![
            encryption,
            Step::told("versions", self.version(put).is_some(), ""),
            Step::done("region", region),
            Step::told("checksum", is_told, "SHA-256"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(bucket: &str, endpoint: Option<&str>, addressing: Option<Addressing>) -> Config {
        Config {
            bucket: bucket.to_owned(),
            region: "eu-central-1".to_owned(),
            access_key: "AKIAEXAMPLE".to_owned(),
            secret_key: Secret::new("not a real secret"),
            endpoint: endpoint.map(str::to_owned),
            prefix: None,
            addressing,
            bucket_owner: None,
            kms_key: None,
            ca_pem: None,
        }
    }

    #[test]
    fn the_bucket_stands_where_the_server_looks_for_it() {
        let server = Some("https://s3.example.org");
        for (bucket, endpoint, addressing, expected) in [
            ("b", None, None, (true, None)),
            ("b.c", None, None, (false, None)),
            ("b", server, None, (false, Some("https://s3.example.org:443"))),
            ("b", server, Some(Addressing::Virtual), (true, Some("https://b.s3.example.org:443"))),
            ("b", Some("http://[::1]:9000/"), None, (false, Some("http://[::1]:9000"))),
        ] {
            let made = Bucket::new(&config(bucket, endpoint, addressing)).expect("in order");
            assert_eq!((made.is_virtual, made.endpoint.as_deref()), expected, "{bucket}");
        }
    }

    #[test]
    fn settings_that_cannot_be_meant_are_refused_by_name() {
        let good = config("b", None, None);
        let named = |config: &Config| match Bucket::new(config) {
            Err(Error::Refused { setting, .. }) => setting,
            other => panic!("taken: {other:?}"),
        };
        assert_eq!(named(&Config { bucket: "a/b".to_owned(), ..good.clone() }), "bucket");
        assert_eq!(named(&Config { region: "eu central".to_owned(), ..good.clone() }), "region");
        assert_eq!(named(&Config { secret_key: Secret::default(), ..good.clone() }), "secret_key");
        let owner = Some("1234".to_owned());
        assert_eq!(named(&Config { bucket_owner: owner, ..good.clone() }), "bucket_owner");
        let endpoint = Some("s3.example.org".to_owned());
        assert_eq!(named(&Config { endpoint, ..good }), "endpoint");
    }

    #[test]
    fn only_compliance_over_a_version_is_immutable() {
        let made = Bucket::new(&config("b", None, None)).expect("in order");
        let until = |mode: &str, version: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("x-amz-object-lock-mode", mode),
                ("x-amz-object-lock-retain-until-date", "2026-11-25T08:00:00.000Z"),
                ("x-amz-version-id", version),
            ] {
                headers.insert(name, HeaderValue::from_str(value).expect("text"));
            }
            let status = http::StatusCode::OK;
            made.immutable_until(&Answer {
                status,
                headers,
                code: String::new(),
                connection: Step::not_here("connection"),
            })
        };
        assert!(until("COMPLIANCE", "v1").is_some());
        assert_eq!(until("GOVERNANCE", "v1"), None);
        assert_eq!(until("COMPLIANCE", "null"), None);
    }

    #[test]
    fn the_owner_that_the_bucket_must_have_is_signed() {
        let owner = Some("123456789012".to_owned());
        let made = Bucket::new(&Config { bucket_owner: owner, ..config("b", None, None) });
        let headers = made.expect("in order").headers;
        assert_eq!(headers["x-amz-expected-bucket-owner"], "123456789012");
    }
}
