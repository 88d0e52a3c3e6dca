//! A bucket of Google Cloud Storage.
//!
//! Its answer to a put has the MD5 of what it stored, so a service account that
//! may only create objects is enough; with one that may read, each document is
//! read back under its generation. Retention policies are not told in the answers
//! that we see, so no receipt from here claims an immutable version.

use data_encoding::BASE64;
use jiff::Timestamp;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{ObjectStore, RetryConfig};

use crate::objects::{Doing, Objects, Place, Vendor, explain_status, md5};
use crate::outbound::carrier::{Answer, Carrier};
use crate::outbound::http::web_address;
use crate::settings::settings;
use crate::{Error, Secret, Step};

settings! {
    /// Google Cloud Storage. A bucket in a project.
    pub struct Config {
        /// Bucket. Its name alone; it must exist.
        pub bucket: String,
        /// Service account. Its key file, whole, as Google gives it in JSON. The right
        /// to create objects is enough; with the right to get them, each document is
        /// read back as well.
        pub service_account: Secret,
        /// Folder in the bucket. Names start with it; leave it empty for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prefix: Option<String>,
        /// Address. Only if requests must go elsewhere than to Google's own, with
        /// `https://`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub endpoint: Option<String>,
        /// Certificate authority. In PEM, if the server's certificate comes from an
        /// authority of your own; then no other is believed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ca_pem: Option<String>,
    }
}

/// A bucket.
pub type Gcs = Objects<Bucket>;

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
    service_account: Secret,
    endpoint: Option<String>,
}

impl Vendor for Bucket {
    type Config = Config;

    fn new(config: &Config) -> Result<Self, Error> {
        let refused = |setting, mend| Error::Refused { setting, mend };
        let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if config.bucket.is_empty() || !config.bucket.bytes().all(is_label) {
            return Err(refused("bucket", "not_a_name"));
        }
        config.service_account.for_use("service_account")?;
        if let Some(endpoint) = &config.endpoint {
            web_address(endpoint, "endpoint")?;
        }
        Ok(Self {
            name: config.bucket.clone(),
            service_account: config.service_account.clone(),
            endpoint: config.endpoint.clone(),
        })
    }

    fn place(&self) -> &'static str {
        if self.endpoint.is_some() { "endpoint" } else { "bucket" }
    }

    fn credential(&self) -> &'static str {
        "service_account"
    }

    fn store(&self, carrier: &Carrier, _: Doing) -> object_store::Result<Box<dyn ObjectStore>> {
        let mut builder = GoogleCloudStorageBuilder::new()
            .with_http_connector(carrier.clone())
            .with_bucket_name(&self.name)
            // Without it the environment and the metadata service would be asked.
            .with_service_account_key(self.service_account.text())
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_base_url(endpoint);
        }
        Ok(Box::new(builder.build()?))
    }

    fn explain(&self, answer: &Answer, doing: Doing) -> Error {
        let refused = |setting, mend| Error::Refused { setting, mend };
        let is_json = answer.header("content-type").starts_with("application/json");
        match answer.code.as_str() {
            "NoSuchBucket" | "InvalidBucketName" => refused("bucket", "bucket_missing"),
            "UserProjectAccountProblem" | "AccountProblem" => refused("bucket", "account_disabled"),
            // The store itself speaks XML; this is the desk that gives out tokens.
            "" if is_json && matches!(answer.status.as_u16(), 400 | 401) => {
                refused("service_account", "service_account_refused")
            }
            _ => explain_status(answer, "bucket", doing),
        }
    }

    fn proves(&self, answer: &Answer, bytes: &[u8]) -> Option<bool> {
        md5_told(answer).map(|told| told == md5(bytes))
    }

    fn version(&self, answer: &Answer) -> Option<String> {
        let generation = answer.header("x-goog-generation");
        (!generation.is_empty()).then(|| generation.to_owned())
    }

    fn immutable_until(&self, _: &Answer) -> Option<Timestamp> {
        None
    }

    fn observe(&self, put: &Answer) -> Vec<Step> {
        vec![
            // Google encrypts everything and says so nowhere in its answers.
            Step::not_here("encryption"),
            // A generation has a number whether or not older ones are kept.
            Step::not_here("versions"),
            Step::not_here("region"),
            Step::told("checksum", md5_told(put).is_some(), "MD5"),
        ]
    }
}

/// Of `crc32c=…,md5=…`, in one header or in several.
fn md5_told(answer: &Answer) -> Option<Vec<u8>> {
    let told = answer.headers.get_all("x-goog-hash").iter();
    let mut told = told.filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(','));
    let md5 = told.find_map(|hash| hash.trim().strip_prefix("md5="))?;
    BASE64.decode(md5.as_bytes()).ok()
}
